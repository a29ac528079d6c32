"""How orders is put together."""

from orders.api import routes
from orders.settings import Settings
from orders.store import Stores
from orders.subscribers import subscriptions
from orders.timers import measuring, opening, timers
from shared.plumbing import Plumbing
from shared.service import Service


def service(settings: Settings, plumbing: Plumbing | None = None) -> Service:
    """Orders with its three doors."""
    plumbing = plumbing or Plumbing("orders", settings)
    stores = Stores.on(plumbing.database)
    return Service(
        plumbing,
        routes=routes(stores),
        subscriptions=subscriptions(stores, settings.timezone),
        timers=timers(stores),
        tasks=(
            opening(stores.desks, settings.timezone, plumbing.clock),
            measuring(stores.orders, plumbing.clock, plumbing.metrics.registry),
        ),
    )
