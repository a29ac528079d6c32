"""How orders reacts to what others announce, and to its own news where another aggregate is concerned."""

from orders.store import Stores
from orders.subscribers import complaints, departments, intake, ourselves, reports
from shared.subscriptions import Subscriptions


def subscriptions(stores: Stores, zone: str) -> Subscriptions:
    """Every reaction of orders."""
    on = Subscriptions("orders")
    intake.subscribe(on, stores.orders, zone)
    departments.subscribe(on, stores.orders)
    complaints.subscribe(on, stores.orders)
    ourselves.subscribe(on, stores, zone)
    reports.subscribe(on, stores, zone)
    return on
