"""How drawings are handed in and reviewed."""

from orders.domain.decisions.stage import reach
from orders.domain.order import Order
from orders.domain.policy.policy import Rules
from orders.domain.route import DRAWINGS
from shared.aggregate import Cause, Change
from shared.contracts.departments import DesignSubmitted, DrawingKind
from shared.contracts.orders import DesignReviewed


def submit(order: Order, fact: DesignSubmitted, cause: Cause) -> Change[Order]:
    """The project team or R&D hands in a drawing; one that comes before its order is kept (000 §3.4.2, §3.5.2)."""
    if order.ended:
        return Change(order)
    drawing = order.drawings.of(fact.drawing_kind).submitted(fact.version, fact.files, fact.designer)
    return Change(order.but(drawings=order.drawings.put(drawing)))


def review_drawing(
    order: Order, kind: DrawingKind, version: int, approved: bool, notes: str, rules: Rules, cause: Cause
) -> Change[Order]:
    """CS reviews a standard order's drawings, the design director a custom order's (000 §3.4.2, §3.5.2)."""
    order.lifecycle.must(order.stage, "review_drawing")
    by = order.decided_by(DRAWINGS[kind], cause)
    reviewed = order.drawings.of(kind).reviewed(version, approved, notes)
    event = DesignReviewed.of(
        order.named,
        drawing_kind=kind,
        version=version,
        outcome="approved" if approved else "rejected",
        by=by,
        by_role=cause.actor.role or cause.actor.kind,
        notes=notes,
    )
    decided = order.but(drawings=order.drawings.put(reviewed))
    change = Change(decided, (event,))
    return (
        change.then(lambda order: reach(order, DRAWINGS[kind], since=cause.at, rules=rules, cause=cause))
        if approved
        else change
    )
