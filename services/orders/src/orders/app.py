"""How orders is put together."""

from functools import partial

from orders import pages
from orders.api import routes
from orders.settings import Settings
from orders.store import Stores
from orders.subscribers import subscriptions
from orders.subscribers.answers import objection
from orders.tasks import measuring
from orders.timers import timers
from shared.contracts.orders import FactAnsweredByOrders, RecordTamperDetectedByOrders
from shared.parking.answers import AnsweredFacts
from shared.plumbing import Plumbing
from shared.service import Service


def service(settings: Settings, plumbing: Plumbing | None = None) -> Service:
    """Orders with its doors."""
    plumbing = plumbing or Plumbing("orders", settings)
    stores, rules = Stores.on(plumbing.database), settings.rules(plumbing.calendar)
    asked = routes(stores, rules)
    return Service(
        plumbing,
        routes=(*asked, *pages.routes(stores, rules, asked)),
        open_routes=pages.open_routes(stores, rules, settings),
        subscriptions=subscriptions(stores, rules),
        timers=timers(stores, rules),
        clocks=rules.clocks,
        tampered=RecordTamperDetectedByOrders,
        answering=AnsweredFacts(plumbing.database, "orders", FactAnsweredByOrders).enter,
        objecting=partial(objection, stores.orders),
        tasks=(measuring(stores.orders, plumbing.time, plumbing.metrics.registry),),
        locale=pages.LOCALE,
    )
