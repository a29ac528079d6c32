"""How something that is wrong with an order comes on the Saturday list, and off it again."""

from orders.domain.exception import OrderException, exception_id_of
from orders.domain.lifecycle import EXCEPTION
from orders.domain.order import Order
from orders.domain.parts.exception_kind import ExceptionKind
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.clocks import Matter
from shared.contracts.orders import OrderExceptionRaised, OrderExceptionResolved


def raise_exception(order: Order, kind: ExceptionKind, detail: str, cause: Cause) -> Change[Order]:
    """One more thing is wrong with the order and has to be looked after (000 §4.1c)."""
    number = order.exceptions + 1
    raised = OrderExceptionRaised.of(
        order.named,
        exception_id=exception_id_of(order.id, number),
        kind=kind,
        detail=detail,
        raised_by=cause.actor.id,
    )
    return Change(order.but(exceptions=number), (raised,))


def register_exception(event: OrderExceptionRaised, rules: Rules, cause: Cause) -> Change[OrderException]:
    """The entry for what an order has announced: to find a solution is the duty of the role that its kind concerns."""
    exception = OrderException(
        id=event.exception_id,
        order_id=event.order_id,
        order_no=event.order_no,
        kind=event.kind,
        detail=event.detail,
        raised_by=event.raised_by,
        raised_at=cause.at,
    )
    policy = rules.on(cause.at)
    clock = policy.exception.but(role=policy.exceptions[exception.kind])
    return rules.clocks.start(clock, Matter(about=exception.order_no), cause, policy=policy)(exception)


def resolve(exception: OrderException, resolution: str, rules: Rules, cause: Cause) -> Change[OrderException]:
    """A solution was found. Refused with `illegal_transition` when there is one already."""
    EXCEPTION.must(exception.stage, "resolve")
    by = cause.actor.id
    resolved = exception.but(stage="resolved", resolution=resolution, resolved_by=by, resolved_at=cause.at)
    told = OrderExceptionResolved(
        exception_id=exception.id,
        order_id=exception.order_id,
        order_no=exception.order_no,
        resolution=resolution,
        by=by,
    )
    return Change(resolved, (told,)).then(rules.clocks.stop(cause=cause))


def lapse(exception: OrderException, rules: Rules, cause: Cause) -> Change[OrderException]:
    """The order is cancelled: what was wrong with its making or its way needs no solution any more; its money does."""
    if not EXCEPTION.allows(exception.stage, "resolve") or exception.kind == "payment":
        return Change(exception)
    return resolve(exception, "订单已取消", rules, cause)
