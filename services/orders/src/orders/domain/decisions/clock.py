"""When the clocks of an order run: one for its stage, one for each promise that is open."""

from orders.domain.order import Order
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.clocks import Clock, GivenEnd, Matter
from shared.contracts.vocabulary import StaffId

_COMPLAINT = "complaint"
"""The mark of a hold by a complaint: any other is a person's, and ends when that person says so."""


def start(
    order: Order,
    clock: Clock,
    rules: Rules,
    *,
    of: str = "",
    end: GivenEnd | None = None,
    assignee: StaffId | None = None,
    cause: Cause,
) -> Change[Order]:
    """Let a clock of the order's policy run, to the end of its term or to a given end."""
    begin = rules.clocks.start(
        clock,
        Matter(about=order.order_no, customer_id=order.customer.customer_id),
        cause,
        policy=rules.of(order),
        assignee=assignee,
        of=of,
        due_at=end,
    )
    return begin(order)


def watch_stage(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The clock of the stage in which the order is runs, and that of no other stage (004 二1).

    The duty of a stage that the order has left behind is done; that of one to which it comes again is not needed now.
    """
    change = Change(order)
    for run in order.running:
        if run.of != order.stage and order.route.stage(run.of) is not None:
            end = rules.clocks.stop if order.is_past(run.of) else rules.clocks.drop
            change = change.then(end(run.clock.name, cause=cause, of=run.of))
    clock = rules.of(order).stage_clock(order.route, order.stage)
    if clock is not None and change.state.clock(clock.name, order.stage) is None:
        change = change.then(lambda order: start(order, clock, rules, of=order.stage, cause=cause))
    return change.then(lambda order: follow_complaints(order, rules, cause))


def follow_complaints(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The clock of a stage in which money is collected stands still while a complaint about the order is open.

    Where the policy does not let it be held it runs on (003 §25.8).
    """
    stage = order.route.stage(order.stage)
    run = next((run for run in order.running if run.of == order.stage), None)
    if run is None or stage is None or stage.group != "payment":
        return Change(order)
    complained = bool(order.receivable.held_by)
    if run.held and run.holds[-1].mark == _COMPLAINT and not complained:
        return rules.clocks.resume(run.clock.name, cause, of=run.of)(order)
    if complained and not run.held and cause.at < run.due_at and run.clock.may_be_held:
        return rules.clocks.hold(run.clock.name, "投诉处理期间暂停催款", cause, of=run.of, mark=_COMPLAINT)(order)
    return Change(order)
