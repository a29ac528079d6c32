"""How orders reacts to complaints: nobody is dunned for an order that is complained about."""

from uuid import UUID

from orders.domain.decisions.payment import hold, resume
from orders.domain.order import Order
from orders.domain.policy.policy import Rules
from orders.store import Orders
from shared.aggregate import Cause, Decision
from shared.contracts.complaints import ComplaintClosed, ComplaintFiled, ComplaintJudged
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, orders: Orders, rules: Rules) -> None:
    """A complaint that is about no order, or about one that we do not know, changes nothing here."""

    @on(ComplaintFiled)
    async def hold_dunning(event: ComplaintFiled, cause: Cause) -> Touch[Order] | None:
        """While a complaint is open its order is not dunned (003 §25.8)."""
        return await about(event.order_id, lambda order: hold(order, event.complaint_id, rules, cause))

    @on(ComplaintJudged)
    async def release_dunning(event: ComplaintJudged, cause: Cause) -> Touch[Order] | None:
        """A complaint that is not upheld stops nobody from collecting (003 §25.8)."""
        if event.upheld:
            return None
        return await about(event.order_id, lambda order: resume(order, event.complaint_id, rules, cause))

    @on(ComplaintClosed)
    async def resume_dunning(event: ComplaintClosed, cause: Cause) -> Touch[Order] | None:
        """A closed complaint holds nothing back any more (003 §25.8)."""
        return await about(event.order_id, lambda order: resume(order, event.complaint_id, rules, cause))

    async def about(order_id: UUID | None, decide: Decision[Order]) -> Touch[Order] | None:
        known = order_id is not None and await orders.count({"id": order_id}, limit=1)
        return orders.touch(order_id, decide) if order_id is not None and known else None
