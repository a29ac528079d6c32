"""How service requests and service orders are shown, in full and as rows of a list."""

from typing import Self, get_args
from uuid import UUID

from pydantic import AliasPath, Field, computed_field

from aftersales.domain import service_order, service_request
from aftersales.domain.lifecycle import RequestStage, Stage
from aftersales.domain.parts.authority import Authority
from aftersales.domain.parts.blocks import Block, Capacity, Execution, FeeSignature, Opinion, Result, Signature
from aftersales.domain.parts.entry import VoucherEntry
from aftersales.domain.parts.form import FeedbackForm
from aftersales.domain.parts.money import Charge, Cost, Payment, Refund
from aftersales.domain.parts.service import ServiceType, SignOff, SkillException, Visit
from aftersales.domain.parts.supply import Expense, Supply
from aftersales.domain.parts.trip import Appointment, Remote
from aftersales.domain.parts.who_pays import OwnFault, charge_policy
from aftersales.domain.parts.withdrawal import Withdrawal
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.service_request import ServiceRequest
from shared.aggregate import Deadline
from shared.clocks import Timed
from shared.contracts.aftersales import ChargePolicy, Fault, Material, Verdict, WarrantyChecked
from shared.contracts.event import Instant, Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import (
    ComplaintId,
    ContractNo,
    CustomerId,
    CustomerSnapshot,
    FileRef,
    Line,
    OrderNo,
    PaperNo,
    Prose,
    ServiceOrderId,
    ServiceRequestId,
    StaffId,
)
from shared.customer_files import CustomerNow
from shared.http import View
from shared.lifecycle import Possible


def deadlines(timed: Timed) -> tuple[Deadline, ...]:
    """The clocks that have something to say yet, by name, and the moment: the end of the term, then each rung."""
    waiting = [run for run in timed.running if run.next_moment]
    return tuple(Deadline(kind=run.clock.name, at=run.climbs_at or run.due_at) for run in waiting)


class ServiceRequestView(View):
    """An entry in the register, what is missing, and who pays as far as it can be said."""

    request_id: ServiceRequestId
    register_no: PaperNo
    stage: RequestStage
    possible: tuple[Possible, ...]
    missing: tuple[Line, ...]
    form: FeedbackForm
    recorded_by: StaffId
    recorded_at: Instant
    fault: Fault
    evidence: tuple[FileRef, ...]
    determined_by: StaffId | None
    warranty: WarrantyChecked | None
    after_sales: bool | None
    vouchers: tuple[VoucherEntry, ...]
    withdrawn: Withdrawal | None
    waits_for: tuple[Role, ...] = Field(description="Whose turn it is while no voucher of it is under way or done.")
    finished: bool = Field(description="Whether each of its vouchers is archived or called off, and one is archived.")
    policy_version: int
    deadlines: tuple[Deadline, ...]
    charge_policy: ChargePolicy
    exception_owner: Role | None = Field(description="Who answers for a free service after the warranty has ended.")
    customer_now: CustomerNow | None = Field(
        default=None, description="The file of the customer at present; shown when the entry itself is asked for."
    )

    @classmethod
    def of(cls, request: ServiceRequest, now: CustomerNow | None = None) -> Self:
        """The entry as it stands."""
        same = (cls.model_fields.keys() & ServiceRequest.model_fields.keys()) - {"deadlines"}
        return cls(
            customer_now=now,
            request_id=request.id,
            possible=request.possible,
            waits_for=request.waits_for,
            finished=request.finished,
            missing=request.form.missing,
            charge_policy=request.charge_policy,
            exception_owner=request.exception_owner,
            deadlines=deadlines(request),
            **{name: getattr(request, name) for name in same},
        )


class ServiceRequestRow(View):
    """An entry in the register as a line of a list."""

    request_id: ServiceRequestId = Field(validation_alias="id")
    register_no: PaperNo
    stage: RequestStage
    authority: Authority = Field(exclude=True)
    customer_id: CustomerId = Field(validation_alias=AliasPath("form", "customer", "customer_id"))
    customer_name: Line = Field(validation_alias=AliasPath("form", "customer", "name"))
    content: Prose | None = Field(default=None, validation_alias=AliasPath("form", "content"))
    order_no: OrderNo | None = Field(default=None, validation_alias=AliasPath("form", "order_no"))
    contract_no: ContractNo | None = Field(default=None, validation_alias=AliasPath("form", "contract_no"))
    recorded_by: StaffId
    recorded_at: Instant
    fault: Fault = "unknown"
    verdict: Verdict = Field(default="uncertain", validation_alias=AliasPath("warranty", "verdict"), exclude=True)
    own_fault: OwnFault = Field(default=OwnFault(), exclude=True)
    vouchers: tuple[VoucherEntry, ...] = Field(default=(), exclude=True)
    after_sales: bool | None = None

    @property
    def charge_policy(self) -> ChargePolicy:
        """Who pays, as far as it can be said."""
        return charge_policy(self.verdict, self.fault, self.own_fault)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def waits_for(self) -> tuple[Role, ...]:
        """Whose turn it is while no voucher of it is under way or done."""
        return service_request.waits_for(self)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def finished(self) -> bool:
        """Whether each of its vouchers is archived or called off, and one is archived."""
        return service_request.finished(self)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided next, and by whom."""
        return service_request.possible(self)


class ServiceOrderView(View):
    """The voucher with everything on it, and what may be decided next."""

    service_order_id: ServiceOrderId
    voucher_no: PaperNo
    type: ServiceType
    type_label: Line | None
    content: Prose
    materials: tuple[Material, ...]
    stage: Stage
    waits_for: tuple[Role, ...] = Field(description="Whose turn it is.")
    possible: tuple[Possible, ...]
    policy_version: int
    opened_at: Instant
    request_id: ServiceRequestId | None
    complaint_id: ComplaintId | None
    order_no: OrderNo | None
    customer: CustomerSnapshot | None
    address: Line | None
    area: Line | None
    out_of_town: bool
    fault: Fault
    verdict: Verdict
    charge_policy: ChargePolicy
    opinion: Opinion | None
    register_no: PaperNo | None
    supply: Supply | None
    appointment: Appointment | None
    remote: Remote | None
    expenses: tuple[Expense, ...]
    technician: StaffId | None
    dispatched_at: Instant | None
    skill_exception: SkillException | None
    priority: bool
    carried_over_days: int
    visits: tuple[Visit, ...]
    work: UUID = Field(description="Names what was done as it stands; the manager countersigns it by this name.")
    cost: Cost | None
    fee_signatures: tuple[FeeSignature, ...]
    charge: Charge | None
    payments: tuple[Payment, ...]
    paid: bool
    execution: Execution | None
    countersignature: Signature | None
    sign_off_note: SignOff | None
    result: Prose | None
    result_block: Result | None
    missing_blocks: tuple[Block, ...]
    closed_at: Instant | None
    withdrawn: Withdrawal | None = Field(description="Why it was called off, and who did so.")
    owed_back: Money | None = Field(description="What the customer has to get back; null: nothing.")
    refund: Refund | None
    further_refunds: tuple[Refund, ...] = Field(description="What went back of money that came in after the refund.")
    deadlines: tuple[Deadline, ...]
    customer_now: CustomerNow | None = Field(
        default=None, description="The file of the customer at present; shown when the voucher itself is asked for."
    )

    @classmethod
    def of(cls, order: ServiceOrder, now: CustomerNow | None = None) -> Self:
        """Everything on the voucher."""
        same = (cls.model_fields.keys() & ServiceOrder.model_fields.keys()) - {"deadlines"}
        return cls(
            customer_now=now,
            service_order_id=order.id,
            possible=order.possible,
            waits_for=order.waits_for,
            paid=order.paid,
            work=order.work,
            missing_blocks=order.missing_blocks,
            owed_back=order.owed_back,
            deadlines=deadlines(order),
            **{name: getattr(order, name) for name in same},
        )


class DecidableRow(View):
    """A line of a list of vouchers that says what may be decided next, and by whom; what that follows from is read."""

    type: ServiceType = Field(exclude=True)
    stage: Stage
    authority: Authority = Field(exclude=True)
    verdict: Verdict = Field(default="uncertain", exclude=True)
    fee_signatures: tuple[FeeSignature, ...] = Field(default=(), exclude=True)
    owed_back: Money | None = Field(default=None, exclude=True)
    technician: StaffId | None = Field(default=None, exclude=True)
    visits: tuple[Visit, ...] = Field(default=(), exclude=True)
    execution: Execution | None = Field(default=None, exclude=True)
    remote: Remote | None = Field(default=None, exclude=True)
    cost: Cost | None = Field(default=None, exclude=True)
    withdrawn: Withdrawal | None = Field(default=None, exclude=True)
    supply: Supply | None = Field(default=None, exclude=True)
    countersignature: Signature | None = Field(default=None, exclude=True)
    fee_needs: tuple[Capacity, ...] = Field(default=get_args(Capacity), exclude=True)
    charge: Charge | None = Field(default=None, exclude=True)
    charge_policy: ChargePolicy = Field(default="free", exclude=True)
    payments: tuple[Payment, ...] = Field(default=(), exclude=True)
    refund: Refund | None = Field(default=None, exclude=True)
    further_refunds: tuple[Refund, ...] = Field(default=(), exclude=True)
    opinion: Opinion | None = Field(default=None, exclude=True)
    out_of_town: bool = Field(default=False, exclude=True)
    missing_blocks: tuple[Block, ...] = Field(default=(), exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided next, and by whom."""
        return service_order.possible(self)


class ServiceOrderRow(DecidableRow):
    """A voucher as a line of a list."""

    service_order_id: ServiceOrderId = Field(validation_alias="id")
    voucher_no: PaperNo
    type: ServiceType
    type_label: Line | None = None
    waits_for: tuple[Role, ...] = Field(default=(), description="Whose turn it is.")
    content: Prose
    opened_at: Instant
    request_id: ServiceRequestId | None = None
    complaint_id: ComplaintId | None = None
    order_no: OrderNo | None = None
    customer_id: CustomerId | None = Field(default=None, validation_alias=AliasPath("customer", "customer_id"))
    customer_name: Line | None = Field(default=None, validation_alias=AliasPath("customer", "name"))
    charge_policy: ChargePolicy
    area: Line | None = None
    out_of_town: bool = False
    technician: StaffId | None = None
    priority: bool = False
    carried_over_days: int = 0
    owed_back: Money | None = Field(default=None, description="What the customer has to get back; null: nothing.")
