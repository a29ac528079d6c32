"""How intake reacts to what others announce, and to what departments report."""

from intake.store import Records
from intake.subscribers import customers, departments
from intake.subscribers.ingress import gateways
from shared.calendar import Calendar
from shared.subscriptions import Subscriptions

__all__ = ["gateways", "subscriptions"]


def subscriptions(records: Records, calendar: Calendar) -> Subscriptions:
    """Everything that intake hears on the bus."""
    on = Subscriptions("intake")
    customers.listen(on, records, calendar)
    departments.listen(on, records)
    return on
