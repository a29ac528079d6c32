"""How intake reacts to what others announce, and to what departments report."""

from intake.store import Stores
from intake.subscribers import callbacks, departments, timeline
from intake.subscribers.ingress import gateways
from shared.calendar import Calendar
from shared.subscriptions import Subscriptions

__all__ = ["gateways", "subscriptions"]


def subscriptions(stores: Stores, calendar: Calendar) -> Subscriptions:
    """Everything that intake hears on the bus."""
    on = Subscriptions("intake")
    departments.subscribe(on, stores)
    callbacks.subscribe(on, stores, calendar)
    timeline.subscribe(on, stores)
    return on
