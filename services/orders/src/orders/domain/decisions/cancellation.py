"""How an order ends before it is done."""

from decimal import Decimal

from orders.domain.decisions.ledger import refund as pay_back
from orders.domain.decisions.ledger import write_off
from orders.domain.order import CANCELLED, Order
from orders.domain.parts.passage import Cancellation, Passage
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.contracts.event import Money
from shared.contracts.orders import OrderCancelled


def cancel(order: Order, reason: str, refund: Money | None, rules: Rules, cause: Cause) -> Change[Order]:
    """The order ends where it stands: clocks stop, promises are owed no more, everybody hears it (004 一㈡1b).

    Refused with `order_ended` when it has ended, `refund_too_high` when more would be paid back than came in.
    """
    order.must_be_running()
    back = refund if refund and refund.amount > Decimal() else None
    by = cause.actor.id
    cancelled = OrderCancelled(
        **order.about(),
        stage=order.stage,
        reason=reason,
        by=by,
        refund=back,
    )
    passage = Passage(stage=order.stage, entered=order.since, left=max(cause.at, order.since))
    ended = order.but(
        stage=CANCELLED,
        since=passage.left,
        passages=(*order.passages, passage),
        deadlines=(),
        promises=order.promises.withdrawn(),
        cancellation=Cancellation(reason=reason, by=by, at=cause.at, refund=back),
        overdue_since=None,
    )
    change = Change(ended, (cancelled,)).then(rules.clocks.drop(cause=cause))
    change = change.then(lambda order: write_off(order, cause))
    return change.then(lambda order: pay_back(order, back, reason, rules, cause)) if back else change


def withdraw(order: Order, reason: str, rules: Rules, cause: Cause) -> Change[Order]:
    """Sales takes the order back on the customer's wish; one that has ended is not taken back again."""
    return Change(order) if order.ended else cancel(order, reason, None, rules, cause)
