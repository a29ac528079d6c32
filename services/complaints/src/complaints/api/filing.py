"""Filing complaints over HTTP, and making complaints of drafts."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.roles import FILERS, READERS
from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.form import Form
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.register import Register
from complaints.store import Complaints, Registers
from shared.aggregate import Cause, Change
from shared.contracts.event import Instant, Money, PreciseDate
from shared.contracts.vocabulary import ContractNo, CustomerSnapshot, Line, OrderNo, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow


class FileComplaint(RequestBody):
    """What the customer said. What the customer could not tell is left out."""

    customer: CustomerSnapshot
    complainant: Line = Field(description="Who complained, in person.", examples=["王建国"])
    channel: Literal["oral", "written", "phone", "sms", "email", "web"] = Field(examples=["phone"])
    received_at: Instant | None = Field(default=None, description="When the customer said it; now by default.")
    content: Prose = Field(examples=["三樘玻璃边缘崩角，要求更换"])
    demand: Prose | None = Field(default=None, examples=["更换三樘玻璃"])
    order_no: OrderNo | None = Field(default=None, description="With an order or a contract the warranty is checked.")
    contract_no: ContractNo | None = None
    contract_date: PreciseDate | None = Field(default=None, description="Year and month will do.")
    batch_no: Line | None = Field(default=None, examples=["P20261101-2"])
    shipped_on: date | None = None
    defect_quantity: int | None = Field(default=None, ge=1, examples=[3])
    sample_ref: Line | None = Field(default=None, description="Where the faulty sample is.", examples=["YP-0091"])
    amount_claimed: Money | None = None
    nature: Literal["quality", "non_quality", "unknown"] = "unknown"
    severity: Literal["ordinary", "major"] = "ordinary"

    def form(self, cause: Cause) -> Form:
        """The form that this fills in."""
        return Form.model_validate(self.model_dump() | {"received_at": self.received_at or cause.at})


class FileDraft(RequestBody):
    """What a person adds to a draft; what is left out stays as it was drafted."""

    demand: Prose | None = Field(default=None, examples=["重新调试玻璃门"])
    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    nature: Literal["quality", "non_quality", "unknown"] | None = None
    severity: Literal["ordinary", "major"] | None = None


def routes(registers: Registers, complaints: Complaints, policy: ComplaintPolicy) -> APIRouter:
    """The routes by which complaints come in."""
    router = Router(readers=READERS, tags=["complaints"])

    async def enter(id: UUID, form: Form, cause: Cause) -> ComplaintView:
        """Number the complaint, then open its case at once, so that who filed it can go on.

        After a crash between the two the announcement opens the case. A complaint that has its number keeps it.
        """
        draft = Complaint.draft(id, form)
        case = next(iter((await complaints.find({"id": id}, limit=1)).items), draft)
        if case.number is not None:
            return ComplaintView.of(await complaints.apply(id, Change, cause))
        case.must("open")
        empty = Register.at(cause.at, policy.calendar)
        register = await registers.apply(empty.id, lambda each: each.enter(id, form, cause.at), cause, empty)
        filed = form.filed(id, register.number(id), cause.at)
        return ComplaintView.of(await complaints.apply(id, lambda each: each.open(filed, policy), cause, draft))

    @router.post("/complaints", status_code=201, dependencies=[allow(*FILERS)])
    async def file(body: FileComplaint, cause: CausedByRequest) -> ComplaintView:
        """Register a complaint, by whatever channel it came; it gets its number and its clocks start."""
        return await enter(cause.derive("complaint"), body.form(cause), cause)

    @router.post("/complaints/{complaint_id}/file", dependencies=[allow(*FILERS)])
    async def file_draft(complaint_id: UUID, body: FileDraft, cause: CausedByRequest) -> ComplaintView:
        """Make a complaint of a draft."""
        draft = await complaints.get(complaint_id)
        added = body.model_dump(exclude_none=True)
        return await enter(complaint_id, draft.form.model_copy(update=added), cause)

    @router.post("/complaints/{complaint_id}/dismiss", dependencies=[allow(*FILERS)])
    async def dismiss(complaint_id: UUID, cause: CausedByRequest) -> ComplaintView:
        """A draft that is no complaint; it gets no number."""
        return ComplaintView.of(await complaints.apply(complaint_id, Complaint.dismiss, cause))

    return router
