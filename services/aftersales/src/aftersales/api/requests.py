"""The service register over HTTP."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.authority import deciders
from aftersales.api.readers import READERS, WHOLE
from aftersales.api.views import ServiceRequestRow, ServiceRequestView
from aftersales.domain.decisions import request
from aftersales.domain.lifecycle import REQUEST, RequestStage
from aftersales.domain.parts.form import FeedbackForm
from aftersales.domain.policy.policy import Rules
from aftersales.domain.roles import REGISTRARS
from aftersales.store import Stores
from shared.contracts.aftersales import Fault
from shared.contracts.event import PreciseDate
from shared.contracts.vocabulary import (
    ComplaintId,
    ContractNo,
    CustomerId,
    CustomerSnapshot,
    FileRef,
    Line,
    OrderNo,
    Prose,
    StaffId,
)
from shared.duties.api import ClockView, clocks_of
from shared.http import (
    After,
    CausedByRequest,
    Limit,
    Listing,
    RequestBody,
    Router,
    allow,
    changed_once,
    made_once,
)
from shared.store import OneOf


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
    salesman_signature: FileRef | None = None
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


class WithdrawRequest(RequestBody):
    """That the customer does not want it any more, and why."""

    reason: Prose = Field(examples=["客户已自行修好"])


def part_of(stage: RequestStage | None, finished: bool | None) -> dict[str, object]:
    """The requests of a stage, and of these what is finished or not; what was written before that was kept is not."""
    return {"stage": stage, "finished": OneOf(False, None) if finished is False else finished}


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /service-requests."""
    router = Router(readers=READERS, whole=WHOLE, tags=["service requests"], prefix="/service-requests")
    requests = stores.service_requests

    @router.post("", status_code=201, dependencies=[allow(*REGISTRARS)])
    @made_once(requests, "service request", ServiceRequestView.of)
    async def register(body: RegisterRequest, cause: CausedByRequest) -> ServiceRequestView:
        """Enter a request. With a mandatory field missing it is kept as incomplete, and says which."""
        await stores.erased_customers.must_not_hold(body.customer.customer_id)
        form = FeedbackForm(**body.model_dump())
        change = request.register(cause.derive("service request"), form, rules, cause)
        return ServiceRequestView.of(await requests.create(change, cause))

    @router.post("/{request_id}/complete", dependencies=[allow(*REQUEST.roles("complete"))])
    @changed_once(requests, "request_id", ServiceRequestView.of)
    async def complete(request_id: UUID, body: CompleteForm, cause: CausedByRequest) -> ServiceRequestView:
        """Fill in what was missing; a registered form takes its contract number."""
        await stores.erased_customers.must_not_hold(body.customer.customer_id if body.customer else None)
        filled = body.model_dump(exclude_none=True)
        vouchers = await stores.service_orders.of(request_id)
        return ServiceRequestView.of(
            await requests.apply(
                request_id,
                lambda entry: request.complete(entry, vouchers, entry.form.amended(filled), rules, cause),
                cause,
            )
        )

    @router.post("/{request_id}/determine-fault", dependencies=[allow(*deciders(rules, "determine_fault"))])
    async def determine_fault(request_id: UUID, body: DetermineFault, cause: CausedByRequest) -> ServiceRequestView:
        """Ours is repaired free, the customer's after payment."""
        vouchers = await stores.service_orders.of(request_id)
        return ServiceRequestView.of(
            await requests.apply(
                request_id,
                lambda entry: request.determine_fault(entry, vouchers, body.fault, body.evidence, cause),
                cause,
            )
        )

    @router.post("/{request_id}/withdraw", dependencies=[allow(*REQUEST.roles("withdraw"))])
    async def withdraw(request_id: UUID, body: WithdrawRequest, cause: CausedByRequest) -> ServiceRequestView:
        """The customer does not want it any more: its vouchers are called off, and the customer is told."""
        vouchers = await stores.service_orders.of(request_id)
        return ServiceRequestView.of(
            await requests.apply(
                request_id, lambda entry: request.withdraw(entry, vouchers, body.reason, rules, cause), cause
            )
        )

    @router.get("")
    async def list_requests(
        stage: RequestStage | None = None,
        finished: bool | None = None,
        customer_id: CustomerId | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[ServiceRequestRow]:
        """The register, the newest first; `stage=registered&finished=false` is what is still to be done."""
        where = {**part_of(stage, finished), "form.customer.customer_id": await stores.merged_files.all_of(customer_id)}
        page = await requests.rows(ServiceRequestRow, where, sort="-recorded_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{request_id}")
    async def show_request(request_id: UUID) -> ServiceRequestView:
        """One entry, with whom to reach at the customer now beside the contact of then."""
        entry = await requests.get(request_id)
        now = await stores.files.now(entry.form.customer.customer_id, stores.merged_files)
        return ServiceRequestView.of(entry, now)

    @router.get("/{request_id}/clocks")
    async def show_request_clocks(request_id: UUID) -> list[ClockView]:
        """By when a voucher has or had to be opened, and how that moment came about."""
        return clocks_of(await requests.get(request_id), rules.clocks)

    return router
