"""How intake reacts to what others announce, and to what departments report."""

from intake.domain.policy.policy import Rules
from intake.store import Stores
from intake.subscribers import (
    answers,
    callbacks,
    campaigns,
    care,
    departments,
    enquiries,
    erasure,
    papers,
    presales,
    replies,
    reports,
    tampering,
    timeline,
)
from intake.subscribers.answers import for_its_department, own_answer
from intake.subscribers.ingress import gateways
from shared.subscriptions import Subscriptions

__all__ = ["for_its_department", "gateways", "own_answer", "subscriptions"]


def subscriptions(stores: Stores, rules: Rules) -> Subscriptions:
    """Everything that intake hears on the bus."""
    on = Subscriptions("intake")
    departments.subscribe(on, stores, rules)
    answers.subscribe(on, stores.facts)
    callbacks.subscribe(on, stores, rules)
    care.subscribe(on, stores, rules)
    campaigns.subscribe(on, stores, rules)
    presales.subscribe(on, stores, rules)
    erasure.subscribe(on, stores, rules)
    papers.subscribe(on, stores, rules)
    enquiries.subscribe(on, stores, rules)
    reports.subscribe(on, stores, rules)
    replies.subscribe(on, stores, rules)
    tampering.subscribe(on, stores, rules)
    timeline.subscribe(on, stores)
    return on
