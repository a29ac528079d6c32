"""The service register over HTTP."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.roles import JUDGES, READERS, SALES, SERVICE
from aftersales.domain.policy import AftersalesPolicy
from aftersales.domain.service_request import FeedbackForm, ServiceRequest, Stage
from aftersales.store import Records
from shared.contracts.aftersales import ChargePolicy, Fault, WarrantyChecked
from shared.contracts.event import Instant, Part, PreciseDate
from shared.contracts.vocabulary import (
    ComplaintId,
    ContractNo,
    CustomerId,
    CustomerSnapshot,
    FileRef,
    Line,
    OrderNo,
    Prose,
    ServiceRequestId,
    StaffId,
)
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow


class FillForm(RequestBody):
    """Fields of the feedback form. An incomplete form is kept, and not scheduled until it is complete."""

    address: Line | None = Field(default=None, examples=["广州市天河区珠江东路 6 号 32 楼"])
    content: Prose | None = Field(default=None, examples=["门铰链松动，闭合有异响"])
    contract_date: PreciseDate | None = Field(default=None, description="Year and month at least.")
    contract_no: ContractNo | None = None
    order_no: OrderNo | None = None
    model: Line | None = Field(default=None, examples=["80 款双玻百叶高隔断"])
    spec: Line | None = Field(default=None, examples=["3000×2700 mm"])
    purchased_on: PreciseDate | None = None
    purchase_place: Line | None = Field(default=None, examples=["广州展厅"])
    salesman: StaffId | None = Field(default=None, examples=["am-03"])
    complaint_id: ComplaintId | None = None


class RegisterRequest(FillForm):
    """What the customer wants, and who it is."""

    customer: CustomerSnapshot


class CompleteForm(FillForm):
    """What was missing; what is left out stays as it was."""

    customer: CustomerSnapshot | None = None


class DetermineFault(RequestBody):
    """Whose fault it is."""

    fault: Fault = Field(examples=["company_quality"])
    evidence: tuple[FileRef, ...] = Field(default=(), max_length=50)


class ServiceRequestView(Part):
    """An entry in the register, what is missing, and who pays as far as it can be said."""

    request_id: ServiceRequestId
    register_no: Line
    stage: Stage
    missing: tuple[Line, ...]
    form: FeedbackForm
    recorded_by: StaffId
    recorded_at: Instant
    fault: Fault
    evidence: tuple[FileRef, ...]
    determined_by: StaffId | None
    warranty: WarrantyChecked | None
    charge_policy: ChargePolicy

    @classmethod
    def of(cls, request: ServiceRequest) -> Self:
        """The entry as it stands."""
        shown = request.model_dump(include=set(cls.model_fields))
        return cls(request_id=request.id, missing=request.form.missing, charge_policy=request.charge_policy, **shown)


def routes(records: Records, policy: AftersalesPolicy) -> APIRouter:
    """The routes under /service-requests."""
    router = Router(readers=READERS, tags=["service requests"], prefix="/service-requests")
    requests = records.service_requests

    @router.post("", status_code=201, dependencies=[allow(*SERVICE, *SALES)])
    async def register(body: RegisterRequest, cause: CausedByRequest) -> ServiceRequestView:
        """Enter a request at once. With a mandatory field missing it is kept as incomplete, and says which."""
        form = FeedbackForm(**body.model_dump())
        change = ServiceRequest.register(
            cause.derive("service request"), form, cause.actor.id, cause.at, policy.calendar
        )
        return ServiceRequestView.of(await requests.create(change, cause))

    @router.post("/{request_id}/complete", dependencies=[allow(*SERVICE, *SALES)])
    async def complete(request_id: UUID, body: CompleteForm, cause: CausedByRequest) -> ServiceRequestView:
        """Fill in what was missing; a registered form takes its contract number."""
        filled = body.model_dump(exclude_none=True)
        return ServiceRequestView.of(
            await requests.apply(request_id, lambda each: each.complete(each.form.filled(filled)), cause)
        )

    @router.post("/{request_id}/determine-fault", dependencies=[allow(*JUDGES)])
    async def determine_fault(request_id: UUID, body: DetermineFault, cause: CausedByRequest) -> ServiceRequestView:
        """Ours is repaired free, the customer's after payment."""
        return ServiceRequestView.of(
            await requests.apply(
                request_id, lambda each: each.determine_fault(body.fault, body.evidence, cause.actor.id), cause
            )
        )

    @router.get("")
    async def find(
        stage: Stage | None = None, customer_id: CustomerId | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[ServiceRequestView]:
        """The register, the newest first."""
        asked = {"stage": stage, "form.customer.customer_id": customer_id}
        where = {field: value for field, value in asked.items() if value is not None}
        page = await requests.find(where, sort="-recorded_at", after=after, limit=limit)
        return Listing(items=[ServiceRequestView.of(each) for each in page.items], next=page.next)

    @router.get("/{request_id}")
    async def show(request_id: UUID) -> ServiceRequestView:
        """One entry."""
        return ServiceRequestView.of(await requests.get(request_id))

    return router
