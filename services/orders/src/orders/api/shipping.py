"""What may be asked about shipping."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from orders.api.readers import ORDERS, WHOLE
from orders.api.views import OrderView
from orders.domain.decisions.papers import arrange_paper, require_papers
from orders.domain.decisions.shipment import issue_delivery_note, send
from orders.domain.lifecycle import deciders
from orders.domain.order import Order
from orders.domain.parts.shipment import PaperKind
from orders.domain.policy.policy import Rules
from orders.store import Orders
from shared.aggregate import Change
from shared.contracts.departments import GoodsDispatched
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Line, OrderLine, PaperNo, ShippedPart
from shared.http import CausedByRequest, RequestBody, Router, allow


class DispatchGoods(RequestBody):
    """The goods leave, with whom, and when they are expected (001 售中三, 004 一㈡5)."""

    left_at: Instant = Field(examples=["2026-09-30T01:00:00Z"])
    eta: Instant | None = Field(default=None, examples=["2026-10-02T06:00:00Z"])
    carrier: Line | None = Field(default=None, examples=["德邦物流"])
    delivery_note_no: PaperNo | None = Field(default=None, examples=["CH-2026-1126-03"])
    partial: bool = Field(default=False, description="Whether another shipment of the order follows.")
    parts: tuple[ShippedPart, ...] = Field(default=(), description="What it carries; by default what its note says.")


class IssueDeliveryNote(RequestBody):
    """The number of a delivery note, and what it is for (004 四1)."""

    note_no: PaperNo = Field(examples=["CH-2026-1126-03"])
    lines: tuple[OrderLine, ...] = Field(default=(), description="By default everything that is ordered.")


class RequirePapers(RequestBody):
    """Which papers these goods need; an empty list for none (004 一㈡5)."""

    papers: tuple[PaperKind, ...] = Field(examples=[["shipping", "customs"]])


class ArrangePaper(RequestBody):
    """Which paper is arranged, and its number (004 一㈡5)."""

    kind: PaperKind = Field(examples=["customs"])
    number: Line = Field(examples=["516620261234567890"])


def routes(orders: Orders, rules: Rules) -> APIRouter:
    """Dispatch, delivery notes and shipping papers."""
    router = Router(readers=ORDERS, whole=WHOLE, tags=["shipping"])

    @router.post("/orders/{order_id}/dispatch", dependencies=[allow(*deciders("dispatch"))])
    async def dispatch_order(order_id: UUID, body: DispatchGoods, cause: CausedByRequest) -> OrderView:
        """Send the goods; the customer hears when they will be there. Refused while a gate before it is closed."""

        def decide(order: Order) -> Change[Order]:
            fact = GoodsDispatched(
                order_no=order.order_no,
                left_at=body.left_at,
                eta=body.eta,
                carrier=body.carrier,
                delivery_note_no=body.delivery_note_no,
                partial=body.partial,
                parts=body.parts,
            )
            return send(order, fact, rules, cause)

        return OrderView.of(await orders.apply(order_id, decide, cause), rules)

    @router.post("/orders/{order_id}/issue-delivery-note", dependencies=[allow(*deciders("issue_delivery_note"))])
    async def issue_order_delivery_note(order_id: UUID, body: IssueDeliveryNote, cause: CausedByRequest) -> OrderView:
        """Write the delivery note."""
        return OrderView.of(
            await orders.apply(
                order_id, lambda order: issue_delivery_note(order, body.note_no, body.lines, cause), cause
            ),
            rules,
        )

    @router.post("/orders/{order_id}/require-papers", dependencies=[allow(*deciders("require_papers"))])
    async def require_order_papers(order_id: UUID, body: RequirePapers, cause: CausedByRequest) -> OrderView:
        """Say whether the goods need a booking, an inspection, a customs declaration."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: require_papers(order, body.papers, rules, cause), cause), rules
        )

    @router.post("/orders/{order_id}/arrange-paper", dependencies=[allow(*deciders("arrange_paper"))])
    async def arrange_order_paper(order_id: UUID, body: ArrangePaper, cause: CausedByRequest) -> OrderView:
        """Enter the number of a paper that is arranged."""
        return OrderView.of(
            await orders.apply(
                order_id, lambda order: arrange_paper(order, body.kind, body.number, rules, cause), cause
            ),
            rules,
        )

    return router
