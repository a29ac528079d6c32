"""How intake reacts to what others announce, and to what departments report."""

from intake.domain.policy.policy import Rules
from intake.store import Stores
from intake.subscribers import callbacks, departments, presales, reports, timeline
from intake.subscribers.ingress import gateways
from shared.subscriptions import Subscriptions

__all__ = ["gateways", "subscriptions"]


def subscriptions(stores: Stores, rules: Rules) -> Subscriptions:
    """Everything that intake hears on the bus."""
    on = Subscriptions("intake")
    departments.subscribe(on, stores)
    callbacks.subscribe(on, stores, rules)
    presales.subscribe(on, stores, rules)
    reports.subscribe(on, stores, rules)
    timeline.subscribe(on, stores)
    return on
