"""How drawings are handed in and reviewed."""

from orders.domain.advancing import reach
from orders.domain.order import Order
from orders.domain.route import DRAWINGS
from shared.aggregate import Cause, Change
from shared.contracts.departments import DesignSubmitted, DrawingKind
from shared.contracts.orders import DesignReviewed


def submit(order: Order, fact: DesignSubmitted) -> Change[Order]:
    """The project team or R&D hands in a drawing; one that comes before its order is kept (000 §3.4.2, §3.5.2)."""
    if order.ended:
        return Change(order)
    drawing = order.drawings.of(fact.drawing_kind).submitted(fact.version, fact.files, fact.designer)
    return Change(order.but(drawings=order.drawings.put(drawing)))


def review_drawing(
    order: Order, kind: DrawingKind, version: int, approved: bool, notes: str, cause: Cause
) -> Change[Order]:
    """CS reviews a standard order's drawings, the design director a custom order's (000 §3.4.2, §3.5.2)."""
    order.must_be_past("release")
    by = order.decided_by(DRAWINGS[kind], cause)
    reviewed = order.drawings.of(kind).reviewed(version, approved, notes)
    event = DesignReviewed(
        order_id=order.id,
        order_no=order.order_no,
        drawing_kind=kind,
        version=version,
        outcome="approved" if approved else "rejected",
        by=by,
        by_role=cause.actor.role or cause.actor.kind,
        notes=notes,
    )
    decided = order.but(drawings=order.drawings.put(reviewed))
    moved = reach(decided, DRAWINGS[kind], at=cause.at) if approved else Change(decided)
    return Change(moved.state, (event, *moved.events))
