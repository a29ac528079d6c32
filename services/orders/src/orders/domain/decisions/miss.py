"""What the company does when a clock of an order has run out."""

from orders.domain.decisions.delay import miss_arrival, miss_shipping, tell
from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.promise import break_promise
from orders.domain.order import Order
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.clocks import ClockRun


def follow_up(order: Order, run: ClockRun, rules: Rules, cause: Cause) -> Change[Order]:
    """A promised day that has ended without news is broken; goods that did not leave or come are told to the customer.

    A delay that staff have not worded in time is told in the usual words (001 售中二c).

    A stage that takes longer than planned is told by its clock alone (004 二1, 001 售中 理由).
    """
    if run.clock.name == rules.of(order).duties["word_delay"].name and run.rung == 1:
        return tell(order, None, rules, cause)
    kind = rules.of(order).promise_of(run.clock.name)
    if kind is None or run.rung > 1:
        return Change(order)
    if kind == "ship":
        return miss_shipping(order, rules, cause)
    if kind == "arrive":
        return miss_arrival(order, rules, cause)
    return break_promise(order, kind, cause).then(lambda order: follow_duties(order, rules, cause))
