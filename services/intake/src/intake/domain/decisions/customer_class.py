"""Whose duty it is that a colleague answers for a class of customers."""

from intake.domain.customer_class import CustomerClass
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.clocks import Matter


def ask_for_colleague(customers: CustomerClass, rules: Rules, cause: Cause) -> Change[CustomerClass]:
    """No colleague answers for the class: to entrust it to one is a duty of who shares the work out (002 一2)."""
    if customers.running:
        return Change(customers)
    policy = rules.on(cause.at)
    matter = Matter(about=policy.presales.title(customers.trade))
    return rules.clocks.start(policy.customer_classes.clock, matter, cause, policy=policy)(customers)


def note_colleague(customers: CustomerClass, rules: Rules, cause: Cause) -> Change[CustomerClass]:
    """A colleague answers for the class: the duty to find one is done."""
    return rules.clocks.stop(cause=cause)(customers)


def note_that_it_is_empty(customers: CustomerClass, rules: Rules, cause: Cause) -> Change[CustomerClass]:
    """The class has no customers any more: it needs no colleague."""
    return rules.clocks.drop(cause=cause)(customers)
