"""How an order is taken, verified with the customer, and either placed or withdrawn."""

from intake.domain.lifecycle import ORDER
from intake.domain.order import Order
from intake.domain.parts.verification import Verification
from shared.aggregate import Cause, Change, Refused
from shared.contracts.intake import OrderPlaced, Wish


def take(order: Order, wish: Wish, verification: Verification | None, cause: Cause) -> Change[Order]:
    """The order is recorded, and placed if it is verified already. The same wish once more changes nothing.

    Refused with `order_differs` when another order has this number, `not_yet_verified` when the verification lies
    ahead.
    """
    if wish != order.wish:
        raise Refused(
            f"order {wish.order_no} was taken with another content; an amendment is a contract matter",
            "order_differs",
        )
    recorded = order.but(stage="unverified") if ORDER.allows(order.stage, "take") else order
    if verification is None or not ORDER.allows(recorded.stage, "verify"):
        return Change(recorded)
    return verify(recorded, verification, cause)


def verify(order: Order, verification: Verification, cause: Cause) -> Change[Order]:
    """The customer confirmed the order, so it goes on to contract review (002 尾2a, 004 三2).

    IllegalTransition unless it waits for exactly this; refused with `not_yet_verified` when staff name a time ahead.
    A department may have verified after the time at which it dates the order.
    """
    ORDER.must(order.stage, "verify")
    if cause.kind == "request" and verification.at > cause.at:
        raise Refused("the order is to be verified before it is placed; the time lies ahead", "not_yet_verified")
    placed = OrderPlaced.of(
        order.wish,
        order_id=order.id,
        customer=order.customer,
        verified_by=verification.by,
        verified_at=verification.at,
    )
    return Change(order.but(stage="placed", verification=verification), (placed,))


def withdraw(order: Order, cause: Cause) -> Change[Order]:
    """The customer does not want it any more (004 一㈡1b). An order that is placed is no longer ours to stop."""
    if not ORDER.allows(order.stage, "withdraw"):
        return Change(order)
    return Change(order.but(stage="withdrawn"))
