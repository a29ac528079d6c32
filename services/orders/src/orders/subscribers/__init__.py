"""How orders reacts to what others announce, and to its own news where another aggregate is concerned."""

from orders.store import Accounts, Exceptions, Orders, Paces
from orders.subscribers import complaints, departments, intake, ourselves
from shared.subscriptions import Subscriptions


def subscriptions(orders: Orders, exceptions: Exceptions, accounts: Accounts, paces: Paces, zone: str) -> Subscriptions:
    """Every reaction of orders."""
    on = Subscriptions("orders")
    intake.subscribe(on, orders, zone)
    departments.subscribe(on, orders)
    complaints.subscribe(on, orders)
    ourselves.subscribe(on, orders, exceptions, accounts, paces, zone)
    return on
