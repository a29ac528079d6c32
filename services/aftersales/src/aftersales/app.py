"""How after-sales is put together."""

from aftersales import pages
from aftersales.api import routes
from aftersales.settings import Settings
from aftersales.store import Stores
from aftersales.subscribers import subscriptions
from aftersales.timers import timers
from shared.contracts.aftersales import FactAnsweredByAftersales, RecordTamperDetectedByAftersales
from shared.parking.answers import AnsweredFacts
from shared.plumbing import Plumbing
from shared.service import Service


def service(settings: Settings, plumbing: Plumbing | None = None) -> Service:
    """After-sales with its four doors."""
    plumbing = plumbing or Plumbing("aftersales", settings)
    stores, rules = Stores.on(plumbing.database), settings.rules(plumbing.calendar)
    asked = routes(stores, rules, settings.passport_url)
    return Service(
        plumbing,
        routes=(*asked, *pages.routes(stores, rules, asked)),
        open_routes=pages.open_routes(stores, rules, settings),
        subscriptions=subscriptions(stores, rules),
        timers=timers(stores, rules),
        clocks=rules.clocks,
        tampered=RecordTamperDetectedByAftersales,
        answering=AnsweredFacts(plumbing.database, "aftersales", FactAnsweredByAftersales).enter,
        locale=pages.LOCALE,
    )
