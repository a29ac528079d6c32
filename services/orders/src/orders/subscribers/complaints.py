"""How orders reacts to complaints: nobody is dunned for an order that is complained about."""

from orders.domain.collecting import hold, resume
from orders.domain.order import Order
from orders.store import Orders
from shared.aggregate import Cause
from shared.contracts.complaints import ComplaintClosed, ComplaintFiled, ComplaintJudged
from shared.rounds import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, orders: Orders) -> None:
    """A complaint that is about no order of ours changes nothing here."""

    @on(ComplaintFiled)
    def hold_dunning(event: ComplaintFiled, cause: Cause) -> Touch[Order] | None:
        """While a complaint is open its order is not dunned (003 §25.8)."""
        if event.order_id is None:
            return None
        return orders.touch(event.order_id, lambda order: hold(order, event.complaint_id))

    @on(ComplaintJudged)
    def release_dunning(event: ComplaintJudged, cause: Cause) -> Touch[Order] | None:
        """A complaint that is not upheld stops nobody from collecting (003 §25.8)."""
        if event.order_id is None or event.upheld:
            return None
        return orders.touch(event.order_id, lambda order: resume(order, event.complaint_id))

    @on(ComplaintClosed)
    def resume_dunning(event: ComplaintClosed, cause: Cause) -> Touch[Order] | None:
        """A closed complaint holds nothing back any more (003 §25.8)."""
        if event.order_id is None:
            return None
        return orders.touch(event.order_id, lambda order: resume(order, event.complaint_id))
