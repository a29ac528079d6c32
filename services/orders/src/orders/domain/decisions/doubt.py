"""How a report with a time that cannot be right is taken: what is certain counts, the rest is looked into."""

from collections.abc import Callable
from functools import partial
from typing import Literal

from orders.domain.decisions.exception import look_into
from orders.domain.order import Order
from orders.domain.parts.times import Fact, doubts, sensible
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change


def weigh(
    order: Order, fact: Fact, decide: Callable[[Order, Fact], Change[Order]], rules: Rules, cause: Cause
) -> Change[Order]:
    """Decide on what a department reports, with no time in it that cannot be right; each of those is an exception.

    Something that is said to have happened in the future, or over a year ago, counts as happened when it was told. An
    expected day that has passed, or lies beyond the horizon, is not known. Staff correct it by the same decisions as
    ever, and close the exception with what they found out.
    """
    found = () if order.ended else doubts(fact, cause.at, rules.calendar, rules.of(order).horizon_days)
    taken = sensible(fact, found)
    change = Change(order) if taken is None else decide(order, taken)
    outcome: Literal["taken", "refused"] = "refused" if taken is None else "taken"
    for doubt in found:
        look = partial(
            look_into, kind="schedule", outcome=outcome, code="doubtful_time", detail=doubt.told, cause=cause
        )
        change = change.then(look)
    return change
