"""Discount certificates over HTTP: two seals, two copies (003 §29.1(1))."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from complaints.api.papers import AllowanceRow, AllowanceView
from complaints.api.readers import PAPERS, WHOLE
from complaints.domain.decisions.allowance import countersign, draw_up, file_copy, post, send_back, stamp
from complaints.domain.lifecycle import ALLOWANCE, AllowanceStage
from complaints.domain.policy.policy import Rules
from complaints.store import Allowances, Stores
from shared.contracts.vocabulary import ComplaintNo, CustomerId, FileRef, PaperNo, Prose
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow


class DrawUpAllowance(RequestBody):
    """Why the money goes back; the amount is the approved one."""

    reason: Prose = Field(examples=["玻璃崩角，按处理决定折让"])


class CountersignAllowance(RequestBody):
    """Which paper the sales VP countersigns."""

    paper: UUID = Field(description="The `paper_id` of what was drawn up, as it was read.")


class SendAllowanceBack(RequestBody):
    """Why the sales VP does not countersign."""

    paper: UUID = Field(description="The `paper_id` of what was drawn up, as it was read.")
    note: Prose = Field(examples=["请附处理决定"])


class StampAllowance(RequestBody):
    """The certificate with the customer's stamp."""

    file: FileRef = Field(examples=["allowances/ZK-2026-11-0007.pdf"])


class PostAllowance(RequestBody):
    """Under which voucher finance booked it."""

    voucher_no: PaperNo = Field(examples=["PZ-2026-1187"])


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """Lists, one certificate, and each decision as a POST to its name."""
    router = Router(readers=PAPERS, whole=WHOLE, tags=["allowances"], prefix="/allowances")
    allowances = stores.allowances

    @router.get("")
    async def list_allowances(
        stage: AllowanceStage | None = None,
        customer_id: CustomerId | None = None,
        complaint_no: Annotated[ComplaintNo | None, Query()] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[AllowanceRow]:
        """Discount certificates by what is still to be done, the oldest first."""
        where = {
            "stage": stage,
            "case.about.customer.customer_id": await stores.merged_files.all_of(customer_id),
            "case.about.complaint_no": complaint_no,
        }
        page = await allowances.rows(AllowanceRow, where, sort="certificate_no", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{allowance_id}")
    async def show_allowance(allowance_id: UUID) -> AllowanceView:
        """Everything on one certificate."""
        return AllowanceView.of(await allowances.get(allowance_id))

    @router.get("/{allowance_id}/clocks")
    async def show_allowance_clocks(allowance_id: UUID) -> list[ClockView]:
        """What had or has to be done by when, and how each moment came about."""
        return clocks_of(await allowances.get(allowance_id), rules.clocks)

    _seals(router, allowances, rules)
    _copies(router, allowances, rules)
    return router


def _seals(router: APIRouter, allowances: Allowances, rules: Rules) -> None:
    """How it is granted."""

    @router.post("/{allowance_id}/draw-up", dependencies=[allow(*ALLOWANCE.roles("draw_up"))])
    async def draw_allowance_up(allowance_id: UUID, body: DrawUpAllowance, cause: CausedByRequest) -> AllowanceView:
        """Sales makes the certificate out."""
        return AllowanceView.of(
            await allowances.apply(allowance_id, lambda paper: draw_up(paper, body.reason, rules, cause), cause)
        )

    @router.post("/{allowance_id}/countersign", dependencies=[allow(*ALLOWANCE.roles("countersign"))])
    async def countersign_allowance(
        allowance_id: UUID, body: CountersignAllowance, cause: CausedByRequest
    ) -> AllowanceView:
        """The sales VP countersigns."""
        return AllowanceView.of(
            await allowances.apply(allowance_id, lambda paper: countersign(paper, body.paper, rules, cause), cause)
        )

    @router.post("/{allowance_id}/send-back", dependencies=[allow(*ALLOWANCE.roles("send_back"))])
    async def send_allowance_back(allowance_id: UUID, body: SendAllowanceBack, cause: CausedByRequest) -> AllowanceView:
        """The sales VP does not countersign."""
        return AllowanceView.of(
            await allowances.apply(
                allowance_id, lambda paper: send_back(paper, body.paper, body.note, rules, cause), cause
            )
        )

    @router.post("/{allowance_id}/stamp", dependencies=[allow(*ALLOWANCE.roles("stamp"))])
    async def stamp_allowance(allowance_id: UUID, body: StampAllowance, cause: CausedByRequest) -> AllowanceView:
        """The customer has stamped it: it is granted."""
        return AllowanceView.of(
            await allowances.apply(allowance_id, lambda paper: stamp(paper, body.file, rules, cause), cause)
        )


def _copies(router: APIRouter, allowances: Allowances, rules: Rules) -> None:
    """Where its copies go."""

    @router.post("/{allowance_id}/file-copy", dependencies=[allow(*ALLOWANCE.roles("file_copy"))])
    async def file_allowance_copy(allowance_id: UUID, cause: CausedByRequest) -> AllowanceView:
        """Marketing has its copy."""
        return AllowanceView.of(
            await allowances.apply(allowance_id, lambda paper: file_copy(paper, rules, cause), cause)
        )

    @router.post("/{allowance_id}/post", dependencies=[allow(*ALLOWANCE.roles("post"))])
    async def post_allowance(allowance_id: UUID, body: PostAllowance, cause: CausedByRequest) -> AllowanceView:
        """Finance has booked its copy."""
        return AllowanceView.of(
            await allowances.apply(allowance_id, lambda paper: post(paper, body.voucher_no, rules, cause), cause)
        )
