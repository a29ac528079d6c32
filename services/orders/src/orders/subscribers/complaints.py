"""How orders reacts to complaints: their orders are not dunned, and what they grant lessens what an order costs."""

from uuid import UUID

from orders.domain.decisions.ledger import credit_by_paper
from orders.domain.decisions.payment import hold, resume, settle_complaint
from orders.domain.order import Order
from orders.domain.policy.policy import Rules
from orders.store import Orders
from shared.aggregate import Cause, Decision
from shared.contracts.complaints import (
    AllowanceGranted,
    ComplaintClosed,
    ComplaintFiled,
    ComplaintJudged,
    ComplaintOrderNamed,
    ReturnPosted,
)
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, orders: Orders, rules: Rules) -> None:
    """A complaint that is about no order, or about one that we do not know, changes nothing here."""
    _dunning(on, orders, rules)
    _ledger(on, orders, rules)


def _dunning(on: Subscriptions, orders: Orders, rules: Rules) -> None:
    @on(ComplaintFiled)
    async def hold_dunning(event: ComplaintFiled, cause: Cause) -> Touch[Order] | None:
        """While a complaint is open its order is not dunned (003 §25.8)."""
        return await _about(orders, event.order_id, lambda order: hold(order, event.complaint_id, rules, cause))

    @on(ComplaintOrderNamed)
    async def hold_dunning_from_now(event: ComplaintOrderNamed, cause: Cause) -> Touch[Order] | None:
        """The same from when it is known which order it is about, unless the complaint stands refused (003 §25.8)."""
        follow = resume if event.refused else hold
        return await _about(orders, event.order_id, lambda order: follow(order, event.complaint_id, rules, cause))

    @on(ComplaintJudged)
    async def follow_judgement(event: ComplaintJudged, cause: Cause) -> Touch[Order] | None:
        """Collecting goes on after a refusal, and stops again when a petition overturns that (003 §25.8)."""
        follow = hold if event.upheld else resume
        return await _about(orders, event.order_id, lambda order: follow(order, event.complaint_id, rules, cause))

    @on(ComplaintClosed)
    async def resume_dunning(event: ComplaintClosed, cause: Cause) -> Touch[Order] | None:
        """A closed complaint holds nothing back any more (003 §25.8)."""
        return await _about(
            orders, event.order_id, lambda order: settle_complaint(order, event.complaint_id, rules, cause)
        )


def _ledger(on: Subscriptions, orders: Orders, rules: Rules) -> None:
    @on(AllowanceGranted)
    async def credit_allowance(event: AllowanceGranted, cause: Cause) -> Touch[Order] | None:
        """A discount certificate with both seals lessens what the order costs (003 §29.1(1))."""
        return await _about(
            orders,
            event.order_id,
            lambda order: credit_by_paper(
                order, event.amount, event.certificate_no, (event.signed_by, *event.decided_by), rules, cause
            ),
        )

    @on(ReturnPosted)
    async def credit_return(event: ReturnPosted, cause: Cause) -> Touch[Order] | None:
        """Returned goods that finance posted lessen what the order costs (003 §29.2)."""
        amount = event.credit
        if amount is None:
            return None
        return await _about(
            orders,
            event.order_id,
            lambda order: credit_by_paper(order, amount, event.return_no, event.decided_by, rules, cause),
        )


async def _about(orders: Orders, order_id: UUID | None, decide: Decision[Order]) -> Touch[Order] | None:
    known = order_id is not None and await orders.count({"id": order_id}, limit=1)
    return orders.touch(order_id, decide) if order_id is not None and known else None
