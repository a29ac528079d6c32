"""How an order ends before it is done, and who may say so."""

from decimal import Decimal

from orders.domain.decisions.clock import start
from orders.domain.decisions.ledger import PAID_BACK_BY, pay_back, write_off
from orders.domain.order import Order
from orders.domain.parts.passage import Cancellation, CancellingRequest, Passage
from orders.domain.parts.promise import withdrawn
from orders.domain.policy.policy import Rules
from orders.domain.roles import MONEY_HEADS
from orders.domain.route import CANCELLED
from orders.domain.standing import lessened_by
from shared.aggregate import Cause, Change, Refused, must_be_another, must_have_role
from shared.contracts.event import Money
from shared.contracts.orders import OrderCancelled
from shared.contracts.vocabulary import Prose


def cancel(order: Order, stage: str, reason: Prose, refund: Money | None, rules: Rules, cause: Cause) -> Change[Order]:
    """One who may end the order ends it, in the stage in which they have seen it (004 一㈡1b).

    Refused like `terminate`, and with `order_changed` when it stands in another stage than the one that is named.
    """
    order.lifecycle.must(order.stage, "cancel")
    if stage != order.stage:
        raise Refused(f"the order is in {order.stage} by now; look at it again and name that stage", "order_changed")
    return terminate(order, reason, refund, rules, cause)


def terminate(order: Order, reason: Prose, refund: Money | None, rules: Rules, cause: Cause) -> Change[Order]:
    """The order ends where it stands: clocks stop, promises are owed no more, all who work on it hear it (004 一㈡1b).

    Refused: `illegal_transition`; `delivered` when goods have left and their price is not credited; `not_authorised`
    for a role that the policy does not let cancel an order that has come so far, or pay money back; `refund_too_high`
    for more than came in; `four_eyes` for money that goes back on one person's word: without another person's wish to
    end the order, or by one who credited it.
    """
    order.lifecycle.must(order.stage, "cancel")
    _must_be_here(order)
    back = refund if refund and refund.amount > Decimal() else None
    _must_be_entitled(order, back, rules, cause)
    done = rules.clocks.stop(rules.of(order).cancellation.name, cause=cause)(order)
    change = done.then(lambda order: _end(order, reason, back, cause)).then(rules.clocks.drop(cause=cause))
    change = change.then(lambda order: write_off(order, cause))
    return change.then(lambda order: pay_back(order, back, reason, rules, cause)) if back else change


def _end(order: Order, reason: Prose, back: Money | None, cause: Cause) -> Change[Order]:
    by = cause.actor.id
    cancelled = OrderCancelled.of(
        order.about,
        stage=order.stage,
        reason=reason,
        by=by,
        refund=back,
    )
    passage = Passage(stage=order.stage, entered=order.since, left=max(cause.at, order.since))
    ended = order.but(
        stage=CANCELLED,
        promises=withdrawn(order.promises),
        since=passage.left,
        passages=(*order.passages, passage),
        deadlines=(),
        cancellation=Cancellation(reason=reason, by=by, at=cause.at, refund=back),
        overdue_since=None,
    )
    return Change(ended, (cancelled,))


def _must_be_here(order: Order) -> None:
    if order.delivered and not order.receivable.credited_in_full:
        raise Refused(
            "goods have left: what comes back, or is let off, is credited; an order credited in full may be ended",
            "delivered",
        )


def _must_be_entitled(order: Order, back: Money | None, rules: Rules, cause: Cause) -> None:
    if cause.kind != "request":
        return
    must_have_role(f"cancelling an order in {order.stage}", rules.of(order).authority(order.reached).by, cause)
    if back:
        must_have_role("paying money back", MONEY_HEADS, cause)
        wished_by = order.cancelling_request.by if order.cancelling_request else cause.actor.id
        must_be_another(PAID_BACK_BY, wished_by, *lessened_by(order), cause=cause)


def ask_to_cancel(order: Order, reason: Prose, rules: Rules, cause: Cause) -> Change[Order]:
    """One who may not cancel the order wishes it: to decide is a duty of the role that may (004 一㈡1b).

    Refused: `illegal_transition`, `asked_already` while a wish waits for its decision.
    """
    order.lifecycle.must(order.stage, "ask_to_cancel")
    if order.cancelling_request is not None:
        raise Refused("to cancel this order was asked already, and waits for a decision", "asked_already")
    request = CancellingRequest(reason=reason, by=cause.actor.id, at=cause.at)
    asked = order.but(cancelling_requests=(*order.cancelling_requests, request))
    policy = rules.of(order)
    clock = policy.cancellation
    duty = clock if order.delivered else clock.but(role=policy.authority(order.reached).by[0])
    return start(asked, duty, rules, cause=cause)


def decline_cancelling(order: Order, number: int, reason: Prose, rules: Rules, cause: Cause) -> Change[Order]:
    """The order goes on in spite of the wish to cancel it; who may cancel it may decline.

    `number` is that of the wish that was read. Refused: `illegal_transition`, `not_asked`, `not_authorised`,
    `wish_changed` where another wish waits by now.
    """
    order.lifecycle.must(order.stage, "decline_cancelling")
    if order.cancelling_request is None:
        raise Refused("to cancel this order was not asked", "not_asked")
    if number != (now := len(order.cancelling_requests)):
        raise Refused(
            f"wish {now} waits by now: {order.cancelling_request.reason}; read it and name that one", "wish_changed"
        )
    _must_be_entitled(order, None, rules, cause)
    declined = order.cancelling_request.but(declined_by=cause.actor.id, declined_why=reason)
    going_on = order.but(cancelling_requests=(*order.cancelling_requests[:-1], declined))
    return rules.clocks.stop(rules.of(order).cancellation.name, cause=cause)(going_on)


def withdraw(order: Order, reason: Prose, rules: Rules, cause: Cause) -> Change[Order]:
    """Sales takes the order back on the customer's wish: it ends, or where the policy says so is decided about first.

    One that has ended, or of which this was asked already, is not taken back again.
    """
    if order.ended or order.cancelling_request is not None:
        return Change(order)
    if order.delivered or not rules.of(order).authority(order.reached).sales:
        return ask_to_cancel(order, reason, rules, cause)
    return terminate(order, reason, None, rules, cause)
