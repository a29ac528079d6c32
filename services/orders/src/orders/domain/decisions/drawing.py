"""How drawings are handed in and reviewed."""

from orders.domain.decisions.exception import object_to
from orders.domain.decisions.stage import reach
from orders.domain.order import Order
from orders.domain.parts.drawing import Drawing, with_drawing
from orders.domain.policy.policy import Rules
from orders.domain.route import DRAWINGS
from shared.aggregate import Cause, Change, Refused, must_be_another
from shared.contracts.departments import DesignSubmitted, DrawingKind
from shared.contracts.orders import DesignReviewed


def submit(order: Order, fact: DesignSubmitted, cause: Cause) -> Change[Order]:
    """The project team or R&D hands in a drawing; one that comes before its order is kept (000 §3.4.2, §3.5.2).

    One that is not newer changes nothing. Nor does a newer one after approval, which its designer reads.
    """
    if order.ended:
        return Change(order)
    drawing = order.drawings.of(fact.drawing_kind)
    if fact.version > drawing.version and drawing.stage == "approved":
        told = f"第{drawing.version}版已审核通过，所报第{fact.version}版未予采用"
        return object_to(order, "refused", "already_approved", told, cause)
    if fact.version > drawing.version:
        drawing = drawing.but(
            stage="submitted",
            version=fact.version,
            files=fact.files,
            designer=fact.designer,
            packages=fact.packages,
            notes="",
        )
    return Change(order.but(drawings=with_drawing(order.drawings, drawing)))


def review_drawing(
    order: Order, kind: DrawingKind, version: int, approved: bool, notes: str, rules: Rules, cause: Cause
) -> Change[Order]:
    """CS reviews a standard order's drawings, the design director a custom order's (000 §3.4.2, §3.5.2).

    Refused: `illegal_transition`, `not_authorised`, `not_submitted`, and `not_standard` for approving a standard design
    that is not composed of the company's standard packages, once it names some. Refused to the designer (`four_eyes`).
    """
    order.lifecycle.must(order.stage, "review_drawing")
    by = order.decided_by(DRAWINGS[kind], cause)
    drawing = order.drawings.of(kind)
    must_be_another("a drawing is reviewed by another person than its designer", drawing.designer, cause=cause)
    if drawing.stage != "submitted" or version != drawing.version:
        raise Refused(f"version {version} of the {kind} drawing is not up for review", "not_submitted")
    reviewed = drawing.but(stage="approved" if approved else "rejected", notes=notes)
    if approved:
        _must_be_standard(order, reviewed, rules)
    event = DesignReviewed.of(
        order.named,
        drawing_kind=kind,
        version=version,
        outcome="approved" if approved else "rejected",
        by=by,
        by_role=cause.actor.role or cause.actor.kind,
        notes=notes,
    )
    change = Change(order.but(drawings=with_drawing(order.drawings, reviewed)), (event,))
    return (
        change.then(lambda order: reach(order, DRAWINGS[kind], since=cause.at, rules=rules, cause=cause))
        if approved
        else change
    )


def _must_be_standard(order: Order, drawing: Drawing, rules: Rules) -> None:
    """The project team composes a standard design from the company's standard packages (000 §3.4.2)."""
    standard = rules.of(order).packages
    if order.route.designers != "project_team" or not standard:
        return
    if not drawing.packages or not set(drawing.packages) <= set(standard):
        named = "、".join(drawing.packages) or "none"
        raise Refused(
            f"a standard design is composed of {'、'.join(standard)}; this drawing names {named}: send it back",
            "not_standard",
        )
