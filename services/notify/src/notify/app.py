"""How notify is put together."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from os import getpid
from socket import gethostname
from uuid import uuid4

from notify.api import callback_routes, routes
from notify.domain.composer import Composer
from notify.domain.messages.catalogue import Catalogue
from notify.domain.messages.reading import read
from notify.domain.messages.toml_file import TomlFile
from notify.gateways.configured import carriers
from notify.gateways.router import GatewayRouter
from notify.sender import Dispatcher, Inbound, Reconciler, Sender, SendingMetrics, Timeouts
from notify.settings import Settings
from notify.store import EarlyReceipts, Ledgers, Notifications, Recipients, Replies, Rosters, Slips
from notify.subscribers import subscriptions
from notify.timers import timers
from shared.service import Service


def service(settings: Settings) -> Service:
    """Everything wired; nothing started."""
    service = Service("notify", settings)
    database, clock = service.database, service.clock
    notifications, recipients, ledgers = Notifications(database), Recipients(database), Ledgers(database)
    rosters, slips = Rosters(database), Slips(database)
    early, replies = EarlyReceipts(database), Replies(database)
    composer = Composer(catalogue(settings), settings.our_company)
    gateways = GatewayRouter(carriers(settings, codes(settings)))
    metrics = SendingMetrics(service.metrics.registry)
    timeouts = Timeouts(settings.send_budget, settings.send_lease, settings.ask_after)
    worker = f"{gethostname()}-{getpid()}-{uuid4().hex[:6]}"
    inbound = Inbound(notifications, recipients, early, replies, composer, clock, metrics)
    for gateway in gateways:
        gateway.listen(inbound.take_receipts, inbound.take_replies)
    dispatcher = Dispatcher(worker, notifications, recipients, ledgers, composer, gateways, clock, timeouts, metrics)
    sender = Sender(dispatcher, metrics, settings.send_at_once)
    reconciler = Reconciler(notifications, early, inbound, composer, gateways, clock, timeouts, metrics)
    return service.with_(
        routes=routes(notifications, recipients, rosters, slips, replies, composer, clock),
        open_routes=callback_routes(gateways, inbound, settings.callback_secret),
        subscriptions=subscriptions(notifications, recipients, rosters, composer, sender),
        timers=timers(notifications, slips),
        tasks=[sender.run, reconciler.run],
        after_commit=sender,
        owing=lambda: notifications.owing(clock.now()),
    )


def catalogue(settings: Settings) -> Catalogue:
    """The built-in tables, and the company's own after them. Raises BadCatalogue."""
    folders: list[Traversable] = [files("notify.domain").joinpath("tables")]
    if settings.catalogue_folder:
        folders.append(settings.catalogue_folder)
    common = [file for folder in folders for _, file in _toml_files(folder)]
    messages = [each for folder in folders for each in _toml_files(folder / "messages", deep=True)]
    return read(common, messages)


def _toml_files(folder: Traversable, *, deep: bool = False, above: str = "") -> Iterator[tuple[str, TomlFile]]:
    """The TOML files of a folder in the order of their names, each with its path below it, a dot between the names."""
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            yield above + entry.name.removesuffix(".toml"), TomlFile(str(entry), entry.read_text(encoding="utf-8"))
        elif deep and entry.is_dir():
            yield from _toml_files(entry, deep=True, above=f"{above}{entry.name}.")


def codes(settings: Settings) -> dict[str, dict[str, str]]:
    """Which code each provider gave each template."""
    if settings.template_codes_file is None:
        return {}
    return tomllib.loads(settings.template_codes_file.read_text(encoding="utf-8"))
