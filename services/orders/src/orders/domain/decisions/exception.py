"""How something that is wrong with an order comes on the Saturday list, and off it again."""

from typing import Literal

from orders.domain.exception import OrderException, exception_id_of
from orders.domain.lifecycle import EXCEPTION
from orders.domain.order import Order
from orders.domain.parts.exception_kind import ExceptionKind
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.clocks import Matter
from shared.contracts.answer import Objection
from shared.contracts.orders import OrderExceptionRaised, OrderExceptionResolved

OBJECTIONS_KEPT = 50
"""The latest objections that an order remembers: each is asked for once, right after it was made."""


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


def look_into(
    order: Order, kind: ExceptionKind, outcome: Literal["taken", "refused"], code: str, detail: str, cause: Cause
) -> Change[Order]:
    """Something is wrong with what a department reports: it is an exception, and the department reads of it."""
    return object_to(order, outcome, code, detail, cause).then(
        lambda order: raise_exception(order, kind, detail, cause)
    )


def object_to(
    order: Order, outcome: Literal["taken", "refused"], code: str, reason: str, cause: Cause
) -> Change[Order]:
    """The department whose report this is reads why it is looked into, or counts for nothing."""
    if cause.kind != "event":
        return Change(order)
    objection = Objection(fact=cause.id, outcome=outcome, code=code, reason=reason)
    return Change(order.but(objections=(*order.objections, objection)[-OBJECTIONS_KEPT:]))


def mind_the_end(order: Order, change: Change[Order], cause: Cause) -> Change[Order]:
    """A report that changes nothing about an order that has ended is said to have come too late."""
    if not order.ended or change.state != order or change.events:
        return change
    return object_to(order, "refused", "order_ended", f"订单已{order.stage_title}，所报内容未作处理", cause)


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
