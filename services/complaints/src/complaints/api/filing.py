"""Filing complaints over HTTP, and making complaints of drafts."""

from dataclasses import replace
from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from complaints.api.readers import CASES, WHOLE
from complaints.api.views import ComplaintView
from complaints.domain.complaint import Complaint
from complaints.domain.decisions import filing as decisions
from complaints.domain.decisions.filing import add_details, dismiss, name_order, open_entered, take_in
from complaints.domain.decisions.register import enter
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.form import Additions, Details, Form
from complaints.domain.policy.policy import Rules
from complaints.domain.register import Register
from complaints.domain.roles import FILERS
from complaints.store import Stores
from shared.aggregate import Cause, Change
from shared.contracts.event import Instant, PreciseDate
from shared.contracts.vocabulary import (
    ContractNo,
    CustomerSnapshot,
    FileRef,
    Line,
    OrderNo,
    PaperNo,
    Price,
    Prose,
    Quantity,
)
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
    batch_no: PaperNo | None = Field(default=None, examples=["P20261101-2"])
    shipped_on: date | None = None
    defect_quantity: Quantity | None = Field(default=None, examples=[3])
    sample_ref: PaperNo | None = Field(default=None, description="Where the faulty sample is.", examples=["YP-0091"])
    opinion: Prose | None = Field(
        default=None, description="The salesman's (签注意见); never for the customer.", examples=["疑为包装护角不足"]
    )
    photos: tuple[FileRef, ...] = Field(default=(), max_length=50, examples=[["photos/2026-11-0007/1.jpg"]])
    amount_claimed: Price | None = None
    nature: Literal["quality", "non_quality", "unknown"] = "unknown"
    severity: Literal["ordinary", "major"] = "ordinary"

    def form(self, cause: Cause) -> Form:
        """The form that this fills in."""
        return Form.model_validate(self.model_dump() | {"received_at": self.received_at or cause.at})


class AddDetails(RequestBody):
    """What was found out about the goods and the demand; what is left out stays as it is, photos are added."""

    demand: Prose | None = Field(default=None, examples=["重新调试玻璃门"])
    batch_no: PaperNo | None = Field(default=None, examples=["P20261101-2"])
    shipped_on: date | None = None
    defect_quantity: Quantity | None = Field(default=None, examples=[3])
    sample_ref: PaperNo | None = Field(default=None, description="Where the faulty sample is.", examples=["YP-0091"])
    photos: tuple[FileRef, ...] = Field(default=(), max_length=50, examples=[["photos/2026-11-0007/1.jpg"]])
    opinion: Prose | None = Field(
        default=None, description="The salesman's (签注意见); never for the customer.", examples=["疑为包装护角不足"]
    )


class NameOrder(RequestBody):
    """Which order or contract the complaint is about; one of the two is needed."""

    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None


class FileDraft(AddDetails):
    """What a person adds to a draft; what is left out stays as it was drafted."""

    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    nature: Literal["quality", "non_quality", "unknown"] | None = None
    severity: Literal["ordinary", "major"] | None = None


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes by which complaints come in."""
    router = Router(readers=CASES, whole=WHOLE, tags=["complaints"])
    complaints = stores.complaints

    @router.post("/complaints", status_code=201, dependencies=[allow(*FILERS)])
    async def file(body: FileComplaint, cause: CausedByRequest) -> ComplaintView:
        """Register a complaint, by whatever channel it came; it gets its number and its clocks start."""
        id, form = cause.derive("complaint"), body.form(cause)
        if made := await complaints.made(cause, id):
            return await _number(stores, rules, made, cause)
        await stores.erased_customers.must_not_hold(form.customer.customer_id)
        order = await stores.order_of(form.order_no, form.contract_no, form.customer.customer_id)
        taken = await complaints.create(take_in(id, form, order, rules, cause), cause)
        return await _number(stores, rules, taken, cause)

    @router.post("/complaints/{complaint_id}/file", dependencies=[allow(*COMPLAINT.roles("file"))])
    async def file_draft(complaint_id: UUID, body: FileDraft, cause: CausedByRequest) -> ComplaintView:
        """Make a complaint of a draft; it gets its number and its clocks start."""
        form, added = (await complaints.get(complaint_id)).form, Additions.model_validate(body.model_dump())
        order = await stores.order_of(
            added.order_no or form.order_no, added.contract_no or form.contract_no, form.customer.customer_id
        )
        taken = await complaints.apply(
            complaint_id, lambda draft: decisions.file(draft, added, order, rules, cause), cause
        )
        return await _number(stores, rules, taken, cause)

    @router.post("/complaints/{complaint_id}/add-details", dependencies=[allow(*COMPLAINT.roles("add_details"))])
    async def add_case_details(complaint_id: UUID, body: AddDetails, cause: CausedByRequest) -> ComplaintView:
        """Sales verifies batch, day, quantity and demand after the filing, with sample, photos and opinion."""
        form, added = (await complaints.get(complaint_id)).form, Details.model_validate(body.model_dump())
        order = await stores.order_of(form.order_no, form.contract_no, form.customer.customer_id)
        return ComplaintView.of(
            await complaints.apply(complaint_id, lambda case: add_details(case, added, order, rules, cause), cause)
        )

    @router.post("/complaints/{complaint_id}/name-order", dependencies=[allow(*COMPLAINT.roles("name_order"))])
    async def name_order_of_case(complaint_id: UUID, body: NameOrder, cause: CausedByRequest) -> ComplaintView:
        """It turned out which order or contract a complaint is about that was filed without it."""
        form = (await complaints.get(complaint_id)).form
        order = await stores.order_of(
            body.order_no or form.order_no, body.contract_no or form.contract_no, form.customer.customer_id
        )

        def decide(case: Complaint) -> Change[Complaint]:
            return name_order(case, body.order_no, body.contract_no, order, rules, cause)

        return ComplaintView.of(await complaints.apply(complaint_id, decide, cause))

    @router.post("/complaints/{complaint_id}/dismiss", dependencies=[allow(*COMPLAINT.roles("dismiss"))])
    async def dismiss_draft(complaint_id: UUID, cause: CausedByRequest) -> ComplaintView:
        """A draft that is no complaint; it gets no number."""
        return ComplaintView.of(await complaints.apply(complaint_id, lambda draft: dismiss(draft, rules, cause), cause))

    return router


async def _number(stores: Stores, rules: Rules, taken: Complaint, cause: Cause) -> ComplaintView:
    """Enter what was taken in and open its case, so that the person who filed it can go on.

    The announcements do the same, whatever becomes of this request; the second time it changes nothing. The number is
    one of the month in which the complaint was taken in, however late this request, or its repetition, comes here.
    """
    if taken.number is not None or taken.taken_in_at is None:
        return ComplaintView.of(taken)
    numbering = replace(cause, id=cause.derive("number"), at=taken.taken_in_at)
    empty = Register.at(numbering.at, rules.calendar)
    register = await stores.registers.apply(
        empty.id, lambda each: enter(each, taken.id, taken.form, numbering), numbering, empty
    )
    opened = await stores.complaints.apply(
        taken.id, lambda each: open_entered(each, register, rules, numbering), numbering
    )
    return ComplaintView.of(opened)
