"""Return notes over HTTP: four copies, and what was approved against what came back (003 §29.1(2)-3)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from complaints.api.papers import GoodsReturnRow, GoodsReturnView
from complaints.api.readers import PAPERS, WHOLE
from complaints.domain.decisions.goods_return import (
    authorize,
    draw_up,
    file_copy,
    post,
    receive,
    reconcile,
    send_back,
    settle_difference,
)
from complaints.domain.decisions.known_order import let_go, take_back
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.known_order import KnownOrder
from complaints.domain.lifecycle import GOODS_RETURN, ReturnStage
from complaints.domain.parts.papers import Method, PartCount, Receipt, as_listed
from complaints.domain.policy.policy import Rules
from complaints.store import GoodsReturns, Stores
from shared.aggregate import Change
from shared.contracts.event import Money
from shared.contracts.vocabulary import ComplaintNo, CustomerId, Line, PaperNo, Prose, Quantity
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow

NOTES_COMPARED = 500
"""Return notes of one order that a new one is held against."""


class LineBody(RequestBody):
    """How many of a part."""

    part: Line = Field(examples=["80 款双玻百叶高隔断"])
    quantity: Quantity = Field(examples=[3])


class DrawUpReturn(RequestBody):
    """Which goods come back, why, how, and on which basis."""

    lines: tuple[LineBody, ...] = Field(min_length=1, max_length=200)
    reason: Prose = Field(examples=["玻璃崩角"])
    method: Method = Field(description="`rework`: they go back to the customer.", examples=["return"])
    basis: Line = Field(examples=["2026-11-0007 处理决定"])


class AuthorizeReturn(RequestBody):
    """Which note the sales VP approves."""

    paper: UUID = Field(description="The `paper_id` of the note, as it was read.")


class SendReturnBack(RequestBody):
    """Why the sales VP does not approve."""

    paper: UUID = Field(description="The `paper_id` of the note, as it was read.")
    note: Prose = Field(examples=["数量与投诉单不符"])


class ReceiveGoods(RequestBody):
    """What the warehouse counted at this arrival."""

    lines: tuple[LineBody, ...] = Field(min_length=1, max_length=200)


class SettleDifference(RequestBody):
    """Why the quantities differ that were found."""

    comparison: UUID = Field(description="The `comparison_id` of what was compared, as it was read.")
    explanation: Prose = Field(examples=["一樘由客户留用，核实无误"])


class PostReturn(RequestBody):
    """Under which voucher finance posted it."""

    voucher_no: PaperNo = Field(examples=["PZ-2026-1188"])
    credit: Money | None = Field(default=None, description="Absent: what was approved; nothing for a rework.")


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """Lists, one note, and each decision as a POST to its name."""
    router = Router(readers=PAPERS, whole=WHOLE, tags=["returns"], prefix="/returns")
    returns = stores.returns

    @router.get("")
    async def list_returns(
        stage: ReturnStage | None = None,
        customer_id: CustomerId | None = None,
        complaint_no: Annotated[ComplaintNo | None, Query()] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[GoodsReturnRow]:
        """Return notes by what is still to be done, the oldest first."""
        where = {
            "stage": stage,
            "case.about.customer.customer_id": await stores.merged_files.all_of(customer_id),
            "case.about.complaint_no": complaint_no,
        }
        page = await returns.rows(GoodsReturnRow, where, sort="return_no", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{return_id}")
    async def show_return(return_id: UUID) -> GoodsReturnView:
        """Everything on one note."""
        return GoodsReturnView.of(await returns.get(return_id))

    @router.get("/{return_id}/clocks")
    async def show_return_clocks(return_id: UUID) -> list[ClockView]:
        """What had or has to be done by when, and how each moment came about."""
        return clocks_of(await returns.get(return_id), rules.clocks)

    _drawing(router, stores, rules)
    _paper(router, stores, rules)
    _goods(router, returns, rules)
    return router


def _drawing(router: APIRouter, stores: Stores, rules: Rules) -> None:
    """What the note takes back."""
    returns = stores.returns

    @router.post("/{return_id}/draw-up", dependencies=[allow(*GOODS_RETURN.roles("draw_up"))])
    async def draw_return_up(return_id: UUID, body: DrawUpReturn, cause: CausedByRequest) -> GoodsReturnView:
        """Sales makes the note out; no more than was ordered, and nothing that comes back on another note.

        The order keeps first what this note takes back, so that of two notes at the same moment one is refused.
        """
        note = await returns.get(return_id)
        order = await stores.order_of(note.case.concerning.order_no)
        lines = as_listed(_counts(body.lines), order.products if order else ())

        def decide(goods: GoodsReturn) -> Change[GoodsReturn]:
            return draw_up(goods, lines, body.reason, body.method, body.basis, rules, cause)

        if order is not None:
            page = await returns.find({"case.concerning.order_no": order.order_no}, limit=NOTES_COMPARED)

            def keep(order: KnownOrder) -> Change[KnownOrder]:
                decide(note)
                return take_back(order, note, lines, tuple(page.items), cause)

            await stores.orders.apply(order.id, keep, cause)
        return GoodsReturnView.of(await returns.apply(return_id, decide, cause))


def _paper(router: APIRouter, stores: Stores, rules: Rules) -> None:
    """What is decided on paper, before goods move."""
    returns = stores.returns

    @router.post("/{return_id}/authorize", dependencies=[allow(*GOODS_RETURN.roles("authorize"))])
    async def authorize_return(return_id: UUID, body: AuthorizeReturn, cause: CausedByRequest) -> GoodsReturnView:
        """The sales VP approves."""
        return GoodsReturnView.of(
            await returns.apply(return_id, lambda goods: authorize(goods, body.paper, rules, cause), cause)
        )

    @router.post("/{return_id}/send-back", dependencies=[allow(*GOODS_RETURN.roles("send_back"))])
    async def send_return_back(return_id: UUID, body: SendReturnBack, cause: CausedByRequest) -> GoodsReturnView:
        """The sales VP does not approve; other notes may take back what this one named."""
        note = await returns.apply(
            return_id, lambda goods: send_back(goods, body.paper, body.note, rules, cause), cause
        )
        order = await stores.order_of(note.case.concerning.order_no)
        if order is not None:
            await stores.orders.apply(order.id, lambda order: let_go(order, note, cause), cause)
        return GoodsReturnView.of(note)

    @router.post("/{return_id}/file-copy", dependencies=[allow(*GOODS_RETURN.roles("file_copy"))])
    async def file_return_copy(return_id: UUID, cause: CausedByRequest) -> GoodsReturnView:
        """Sales has copy 4."""
        return GoodsReturnView.of(await returns.apply(return_id, lambda goods: file_copy(goods, rules, cause), cause))


def _goods(router: APIRouter, returns: GoodsReturns, rules: Rules) -> None:
    """What is decided once goods are there."""

    @router.post("/{return_id}/receive", dependencies=[allow(*GOODS_RETURN.roles("receive"))])
    async def receive_goods(return_id: UUID, body: ReceiveGoods, cause: CausedByRequest) -> GoodsReturnView:
        """The warehouse counts and signs, where its system does not report it."""
        receipt = Receipt(lines=_counts(body.lines), received_at=cause.at, signed_by=cause.actor.id)
        return GoodsReturnView.of(
            await returns.apply(return_id, lambda goods: receive(goods, receipt, rules, cause), cause)
        )

    @router.post("/{return_id}/reconcile", dependencies=[allow(*GOODS_RETURN.roles("reconcile"))])
    async def reconcile_return(return_id: UUID, cause: CausedByRequest) -> GoodsReturnView:
        """Finance compares the approved with the returned quantity."""
        return GoodsReturnView.of(await returns.apply(return_id, lambda goods: reconcile(goods, rules, cause), cause))

    @router.post("/{return_id}/settle-difference", dependencies=[allow(*GOODS_RETURN.roles("settle_difference"))])
    async def settle_return_difference(
        return_id: UUID, body: SettleDifference, cause: CausedByRequest
    ) -> GoodsReturnView:
        """CS says why the quantities differ; the counted one holds."""
        return GoodsReturnView.of(
            await returns.apply(
                return_id,
                lambda goods: settle_difference(goods, body.comparison, body.explanation, rules, cause),
                cause,
            )
        )

    @router.post("/{return_id}/post", dependencies=[allow(*GOODS_RETURN.roles("post"))])
    async def post_return(return_id: UUID, body: PostReturn, cause: CausedByRequest) -> GoodsReturnView:
        """Finance makes out the voucher; the customer is credited."""
        return GoodsReturnView.of(
            await returns.apply(return_id, lambda goods: post(goods, body.voucher_no, body.credit, rules, cause), cause)
        )


def _counts(lines: tuple[LineBody, ...]) -> tuple[PartCount, ...]:
    return tuple(PartCount(part=line.part, quantity=line.quantity) for line in lines)
