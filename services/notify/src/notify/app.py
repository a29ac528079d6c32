"""How notify is put together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from os import getpid
from socket import gethostname
from uuid import uuid4

import structlog

from notify import pages
from notify.api import Callbacks, callback_routes, routes
from notify.composer import Composer
from notify.composer.links import CustomerLinks
from notify.domain.messages.catalogue import Catalogue
from notify.domain.messages.reading import read
from notify.domain.messages.toml_file import TomlFile
from notify.domain.policy.policy import Rules
from notify.gateways.configured import configured
from notify.gateways.router import GatewayRouter
from notify.sender import Sending, Timeouts
from notify.settings import Settings
from notify.store import Stores
from notify.subscribers import subscriptions
from notify.timers import timers
from shared.contracts.notify import FactAnsweredByNotify, RecordTamperDetectedByNotify
from shared.parking.answers import AnsweredFacts
from shared.plumbing import Plumbing
from shared.service import Service

log = structlog.get_logger()


def service(settings: Settings, plumbing: Plumbing | None = None) -> Service:
    """Everything wired; nothing started."""
    plumbing = plumbing or Plumbing("notify", settings)
    rules = settings.rules(plumbing.calendar)
    tables = catalogue(settings, rules)
    for policy in rules.policies:
        if unknown := policy.unknown_among(rule.purpose for rule in tables.rules):
            log.warning("purposes_without_policy", version=policy.version, purposes=unknown)
    return assembled(
        plumbing,
        Composer(tables, rules, settings.our_company, customer_links(settings, rules)),
        GatewayRouter(configured(settings, settings.codes())),
        Timeouts(settings.send_budget, settings.send_lease, settings.ask_after),
        Callbacks(settings.callback_secrets, settings.callback_url),
        at_once=settings.send_at_once,
    ).service


def customer_links(settings: Settings, rules: Rules) -> CustomerLinks | None:
    """What makes links to the customer's page; nothing while no key or no address is set."""
    keys = settings.customer_links()
    if keys is None or settings.customer_url is None:
        return None
    return CustomerLinks(keys, settings.customer_url, timedelta(days=settings.customer_link_days), rules.calendar)


@dataclass(frozen=True, slots=True)
class Assembled:
    """The service, and what it does its work with."""

    service: Service
    stores: Stores
    sending: Sending


def assembled(
    plumbing: Plumbing,
    composer: Composer,
    gateways: GatewayRouter,
    timeouts: Timeouts,
    callbacks: Callbacks,
    *,
    at_once: int,
    nap: float = 0.05,
) -> Assembled:
    """Notify with its doors and its sender over these gateways; `at_once` and `nap` are those of its loop."""
    stores, time, rules = Stores.on(plumbing.database), plumbing.time, composer.rules
    worker = f"{gethostname()}-{getpid()}-{uuid4().hex[:6]}"
    sending = Sending.over(
        stores,
        composer,
        gateways,
        time,
        plumbing.metrics.registry,
        timeouts,
        worker=worker,
        at_once=at_once,
        nap=nap,
    )
    for gateway in gateways:
        gateway.listen(sending.inbound.take_receipts, sending.inbound.take_replies)
    asked = routes(stores, composer)
    service = Service(
        plumbing,
        routes=(*asked, *pages.routes(stores, rules, asked)),
        open_routes=callback_routes(gateways, sending.inbound, callbacks),
        subscriptions=subscriptions(stores, composer, sending.loop),
        timers=timers(stores, rules),
        clocks=rules.clocks,
        tampered=RecordTamperDetectedByNotify,
        answering=AnsweredFacts(plumbing.database, "notify", FactAnsweredByNotify).enter,
        tasks=[sending.loop.run, sending.reconciler.run],
        after_commit=sending.loop,
        backlog=lambda: stores.notifications.backlog(time.now()),
        providers=gateways.states,
        locale=pages.LOCALE,
    )
    return Assembled(service, stores, sending)


def catalogue(settings: Settings, rules: Rules) -> Catalogue:
    """The built-in tables, and the company's own after them. Raises BadCatalogue."""
    folders: list[Traversable] = [files("notify.domain").joinpath("tables")]
    if settings.catalogue_folder:
        folders.append(settings.catalogue_folder)
    common = [file for folder in folders for _, file in _toml_files(folder)]
    messages = [each for folder in folders for each in _toml_files(folder / "messages", deep=True)]
    return read(common, messages, {purpose.name for policy in rules.policies for purpose in policy.purposes})


def _toml_files(folder: Traversable, *, deep: bool = False, above: str = "") -> Iterator[tuple[str, TomlFile]]:
    """The TOML files of a folder in the order of their names, each with its path below it, a dot between the names."""
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            yield above + entry.name.removesuffix(".toml"), TomlFile(str(entry), entry.read_text(encoding="utf-8"))
        elif deep and entry.is_dir():
            yield from _toml_files(entry, deep=True, above=f"{above}{entry.name}.")
