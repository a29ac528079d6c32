"""How the papers are arranged without which some goods do not leave: booking, commodity inspection, customs."""

from orders.domain.decisions.duty import follow_duties
from orders.domain.order import Order
from orders.domain.parts.shipment import PaperKind, ShippingPaper
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.vocabulary import Line


def require_papers(order: Order, kinds: tuple[PaperKind, ...], rules: Rules, cause: Cause) -> Change[Order]:
    """Which papers these goods need; none for most (004 一㈡5). What was arranged stays arranged."""
    order.lifecycle.must(order.stage, "require_papers")
    papers = tuple(order.shipment.paper(kind) or ShippingPaper(kind=kind) for kind in dict.fromkeys(kinds))
    return follow_duties(order.but(shipment=order.shipment.but(papers=papers)), rules, cause)


def arrange_paper(order: Order, kind: PaperKind, number: Line, rules: Rules, cause: Cause) -> Change[Order]:
    """A paper is there, under its number (004 一㈡5).

    Refused: `illegal_transition`, `not_required` for one that these goods do not need, `arranged_already`.
    """
    order.lifecycle.must(order.stage, "arrange_paper")
    paper = order.shipment.paper(kind)
    if paper is None:
        raise Refused(f"these goods need no {kind} paper; say first that they do", "not_required", "kind")
    if paper.number is not None:
        raise Refused(f"the {kind} paper is arranged as {paper.number}", "arranged_already", "kind")
    arranged = paper.but(number=number, arranged_by=cause.actor.id, arranged_at=cause.at)
    papers = tuple(arranged if each.kind == kind else each for each in order.shipment.papers)
    return follow_duties(order.but(shipment=order.shipment.but(papers=papers)), rules, cause)
