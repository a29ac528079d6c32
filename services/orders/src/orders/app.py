"""How orders is put together."""

from orders.api import routes
from orders.settings import Settings
from orders.store import Stores
from orders.subscribers import subscriptions
from orders.timers import measuring, opening, timers
from shared.service import Service


def service(settings: Settings) -> Service:
    """Orders with its three doors."""
    service = Service("orders", settings)
    stores = Stores.on(service.database)
    return service.with_(
        routes=routes(stores),
        subscriptions=subscriptions(stores, settings.timezone),
        timers=timers(stores),
        tasks=(
            opening(stores.desks, settings.timezone, service.clock),
            measuring(stores.orders, service.clock, service.metrics.registry),
        ),
    )
