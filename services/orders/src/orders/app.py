"""How orders is put together."""

from orders.api import routes
from orders.settings import Settings
from orders.store import Accounts, Exceptions, Orders, Paces
from orders.subscribers import subscriptions
from orders.timers import timers
from shared.service import Service


def service(settings: Settings) -> Service:
    """Orders with its three doors."""
    service = Service("orders", settings)
    orders, exceptions = Orders(service.database), Exceptions(service.database)
    accounts, paces = Accounts(service.database), Paces(service.database)
    return service.with_(
        routes=routes(orders, exceptions, accounts),
        subscriptions=subscriptions(orders, exceptions, accounts, paces, settings.timezone),
        timers=timers(orders, accounts),
    )
