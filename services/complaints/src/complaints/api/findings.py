"""What an investigation leaves behind, over HTTP, and the list of root causes."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from complaints.api.readers import CASES, WHOLE
from complaints.api.views import ComplaintView
from complaints.domain.cause_list import AddedCause, CauseList
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.causes import add_cause
from complaints.domain.decisions.findings import (
    assess_loss,
    assign_liability,
    decide_loss,
    identify_root_cause,
    involve_supplier,
)
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.findings import LostItem, Share, Unit
from complaints.domain.policy.policy import ComplaintPolicy, Rules
from complaints.domain.policy.standards import KnownCause
from complaints.domain.roles import CAUSE_KEEPERS
from complaints.store import Complaints, Stores
from shared.aggregate import Change, Refused
from shared.contracts.event import Money
from shared.contracts.vocabulary import ComplaintNo, DepartmentName, FileRef, Line, Percent, Prose
from shared.http import CausedByRequest, RequestBody, Router, View, allow
from shared.store import Between


class IdentifyRootCause(RequestBody):
    """Why it could happen, by a code of the list."""

    code: Line = Field(description="A code of `GET /root-causes`.", examples=["packaging"])
    stage: Line | None = Field(default=None, description="The order's stage in which it arose.", examples=["包装"])


class LostItemBody(RequestBody):
    """How much of one item of the standard was lost."""

    code: Line = Field(examples=["rework_hour"])
    quantity: int = Field(default=1, ge=1, le=100_000, examples=[4])
    amount: Money | None = Field(default=None, description="Only for an item without a rate.")
    evidence: FileRef | None = Field(default=None, description="What proves the amount.")


class AssessLoss(RequestBody):
    """What the case cost, item by item; a later assessment replaces it."""

    items: tuple[LostItemBody, ...] = Field(min_length=1, max_length=50)


class DecideLoss(RequestBody):
    """Whether our departments bear what is submitted of the loss."""

    loss: UUID = Field(description="The `loss_id` of the submitted loss, as it was read.")
    approved: bool
    note: Prose = Field(description="Internal; never shown to the customer.", examples=["同意由生产部承担"])


class InvolveSupplier(RequestBody):
    """Which other company is liable."""

    supplier: Line = Field(examples=["佛山某玻璃厂"])
    claim: Money | None = Field(default=None, description="Left out while the amount is open.")
    with_department: DepartmentName = "purchasing"


class ShareBody(RequestBody):
    """What one unit bears."""

    unit: Unit = Field(examples=["own_department"])
    department: DepartmentName | None = Field(default=None, examples=["production"])
    supplier: Line | None = None
    percent: Percent = Field(ge=1, examples=[100])


class AssignLiability(RequestBody):
    """Who bears how much, and how it is handled; improvement is tracked but for human negligence."""

    shares: tuple[ShareBody, ...] = Field(min_length=1, max_length=20)
    handling: Prose = Field(examples=["返工并加装护角"])
    human_negligence: bool = False


class AddCause(RequestBody):
    """A root cause that the list does not have, and why it needs it."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,63}$", examples=["storage"])
    title: Line = Field(examples=["仓储受潮"])
    reason: Prose = Field(examples=["雨季仓库漏水，现有原因均不符"])


class CauseListView(View):
    """The causes that a case may name, and those of them that people added, with their reasons."""

    causes: tuple[KnownCause, ...]
    added: tuple[AddedCause, ...]


class Numbered(View):
    """A case by its number."""

    id: UUID
    number: ComplaintNo | None = None


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """Findings, each decision a POST to its name, and the list of root causes."""
    router = Router(readers=CASES, whole=WHOLE, tags=["investigation"])
    complaints = stores.complaints

    @router.get("/root-causes")
    async def list_causes(request: Request) -> CauseListView:
        """The root causes that a case may name."""
        return _shown(await stores.cause_list(), rules.on(request.app.state.time.now()))

    @router.post("/root-causes", status_code=201, dependencies=[allow(*CAUSE_KEEPERS)])
    async def add_root_cause(body: AddCause, cause: CausedByRequest) -> CauseListView:
        """Let the list grow by a cause, with the reason."""
        added = KnownCause(code=body.code, title=body.title)

        def decide(causes: CauseList) -> Change[CauseList]:
            return add_cause(causes, added, body.reason, rules.on(cause.at).causes, cause)

        empty = CauseList.empty()
        return _shown(await stores.causes.apply(empty.id, decide, cause, empty), rules.on(cause.at))

    @router.post(
        "/complaints/{complaint_id}/identify-root-cause", dependencies=[allow(*COMPLAINT.roles("identify_root_cause"))]
    )
    async def identify_case_root_cause(
        complaint_id: UUID, body: IdentifyRootCause, cause: CausedByRequest
    ) -> ComplaintView:
        """Name the root cause from the list; earlier cases with the same one are found and named."""
        known = (await stores.cause_list()).named(body.code, rules.on(cause.at).causes)
        if known is None:
            raise Refused("name a code of GET /root-causes, or add it there with a reason", "no_such_cause", "code")
        before = await _earlier(complaints, complaint_id, known, rules)

        def decide(case: Complaint) -> Change[Complaint]:
            return identify_root_cause(case, known, body.stage, before, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    _of_a_case(router, complaints, rules)
    return router


def _of_a_case(router: APIRouter, complaints: Complaints, rules: Rules) -> None:
    """What is decided on the case alone."""

    @router.post("/complaints/{complaint_id}/assess-loss", dependencies=[allow(*COMPLAINT.roles("assess_loss"))])
    async def assess_case_loss(complaint_id: UUID, body: AssessLoss, cause: CausedByRequest) -> ComplaintView:
        """Count the loss by the standard of loss accounting."""
        lost = tuple(LostItem(**item.model_dump()) for item in body.items)
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: assess_loss(case, lost, rules, cause), cause)
        )

    @router.post("/complaints/{complaint_id}/decide-loss", dependencies=[allow(*COMPLAINT.roles("decide_loss"))])
    async def decide_case_loss(complaint_id: UUID, body: DecideLoss, cause: CausedByRequest) -> ComplaintView:
        """Decide on what our departments bear of the loss."""

        def decide(case: Complaint) -> Change[Complaint]:
            return decide_loss(case, body.loss, body.approved, body.note, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    @router.post(
        "/complaints/{complaint_id}/involve-supplier", dependencies=[allow(*COMPLAINT.roles("involve_supplier"))]
    )
    async def involve_case_supplier(complaint_id: UUID, body: InvolveSupplier, cause: CausedByRequest) -> ComplaintView:
        """Handle the case jointly with a supplier that is liable."""

        def decide(case: Complaint) -> Change[Complaint]:
            return involve_supplier(case, body.supplier, body.claim, body.with_department, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    @router.post(
        "/complaints/{complaint_id}/assign-liability", dependencies=[allow(*COMPLAINT.roles("assign_liability"))]
    )
    async def assign_case_liability(complaint_id: UUID, body: AssignLiability, cause: CausedByRequest) -> ComplaintView:
        """Say which unit bears which share of the loss."""
        shares = tuple(Share(**share.model_dump()) for share in body.shares)

        def decide(case: Complaint) -> Change[Complaint]:
            return assign_liability(case, shares, body.handling, body.human_negligence, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))


async def _earlier(complaints: Complaints, id: UUID, known: KnownCause, rules: Rules) -> tuple[ComplaintNo, ...]:
    """The numbers of the cases with the same cause in the time before this one, the latest first, at most 50.

    A case that this one takes up again is the same matter, and none that came before it (003 §25.5).
    """
    case = await complaints.get(id)
    at = case.form.received_at
    since = at - timedelta(days=rules.on(at).recurs_within_days)
    where = {"root_cause.code": known.code, "form.received_at": Between(since, at)}
    same = {case.number, *case.form.chain}
    page = await complaints.rows(Numbered, where, sort="-form.received_at", limit=50 + len(same))
    return tuple(each.number for each in page.items if each.number and each.number not in same)[:50]


def _shown(causes: CauseList, policy: ComplaintPolicy) -> CauseListView:
    return CauseListView(causes=causes.all(policy.causes), added=causes.added)
