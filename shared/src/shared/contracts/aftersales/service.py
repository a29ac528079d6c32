"""What aftersales announces about service orders, their costs, reports and its clocks."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.aftersales.warranty import ChargePolicy, Fault, Verdict
from shared.contracts.answer import FactAnswered
from shared.contracts.deadline import (
    DeadlineApproaching,
    DeadlineHeld,
    DeadlineMet,
    DeadlineMissed,
    DeadlineReassigned,
    DeadlineSet,
)
from shared.contracts.event import Event, Instant, Money, Part
from shared.contracts.report import ReportReady
from shared.contracts.tampering import RecordTampered
from shared.contracts.vocabulary import (
    AboutCustomersServiceOrder,
    AboutServiceOrder,
    ComplaintId,
    ContractNo,
    CustomerSnapshot,
    FileRef,
    Line,
    Month,
    OrderNo,
    PaperNo,
    Prose,
    Quantity,
    ServiceOrderId,
    ServiceRequestId,
    StaffId,
)


class ServiceOrderOpened(AboutServiceOrder, Event, key="aftersales.service_order_opened.v1"):
    """A service voucher goes to dispatch; engineering is told of a repair by it (003 §6, §7b, 000 §3.3.3)."""

    type: Literal["A", "B", "C", "D"]
    request_id: ServiceRequestId | None = Field(default=None, description="Absent for internal work, type D.")
    charge_policy: ChargePolicy
    complaint_id: ComplaintId | None = None
    order_no: OrderNo | None = None
    content: Prose = Field(examples=["门铰链松动，闭合有异响"])
    customer: CustomerSnapshot | None = Field(default=None, description="Absent for internal work, type D.")
    type_label: Line | None = Field(
        default=None, description="What the company calls this type.", examples=["免费服务"]
    )


class HandlingOpinionRecorded(AboutServiceOrder, Event, key="aftersales.handling_opinion_recorded.v1"):
    """The operations supervisor says how to go about it, or what to bring to resolve it on site (001 售后三a, b)."""

    by: StaffId = Field(examples=["operations-01"])
    opinion: Prose = Field(examples=["带全套铰链现场更换"])
    mode: Literal["plan", "resolve_on_site"]
    handle_by: date | None = None
    tools: tuple[Line, ...] = Field(default=(), examples=[["电钻", "内六角扳手"]])
    materials: tuple[Line, ...] = Field(default=(), examples=[["80 款铰链两副"]])


class ServiceDispatched(AboutCustomersServiceOrder, Event, key="aftersales.service_dispatched.v1"):
    """A technician is sent, with priority if the job was left over (003 §7b, §11, 001 备注1)."""

    technician: StaffId = Field(examples=["tech-05"])
    technician_name: Line | None = Field(default=None, examples=["李师傅"])
    at: Instant
    priority: bool = False
    carried_over_days: int = Field(default=0, ge=0)
    ends: Instant | None = Field(
        default=None,
        description="The end of the window agreed with the customer, which begins at `at`; absent: none is.",
    )
    lacking_skills: tuple[Line, ...] = Field(
        default=(), description="Which needed skills the technician lacks, where an exception was made.", examples=[[]]
    )
    moved_from: Instant | None = Field(
        default=None, description="When the window began that was put off before; absent: none was."
    )


class RemoteServiceRequested(AboutServiceOrder, Event, key="aftersales.remote_service_requested.v1"):
    """Service out of town needs the manager's approval before leaving (003 §12)."""

    place: Line = Field(examples=["湖南长沙"])
    estimated_travel: Money
    by: StaffId = Field(examples=["tech-05"])


class RemoteServiceApproved(AboutServiceOrder, Event, key="aftersales.remote_service_approved.v1"):
    """The manager approved service out of town (003 §12)."""

    by: StaffId = Field(examples=["manager-01"])


class PartNeeded(Part):
    """A part for a service order."""

    part_no: Line = Field(examples=["JL-80-02"])
    quantity: Quantity = Field(examples=[2])


class PartsRequested(Event, key="aftersales.parts_requested.v1"):
    """Material must be replaced: the sales assistant orders it under the after-sales form's number (001 售后五)."""

    service_order_id: ServiceOrderId
    form_no: PaperNo = Field(examples=["SH-2026-0055"])
    parts: tuple[PartNeeded, ...] = Field(min_length=1)
    needed_by: date | None = None


class PartsReady(Event, key="aftersales.parts_ready.v1"):
    """The parts of a service order lie ready and it can be scheduled (001 售后五)."""

    service_order_id: ServiceOrderId
    form_no: PaperNo = Field(examples=["SH-2026-0055"])


class ServicePartsDelayed(AboutCustomersServiceOrder, Event, key="aftersales.service_parts_delayed.v1"):
    """The parts of a service come after the day agreed with the customer, who hears of it before (001 售后五)."""

    appointment: date = Field(examples=["2026-11-25"])
    promised_on: date = Field(examples=["2026-11-27"])


class ServiceVisitPutOff(AboutCustomersServiceOrder, Event, key="aftersales.service_visit_put_off.v1"):
    """The parts of a service are not there in time: the day agreed with the customer is off (001 售后五)."""

    appointment: date = Field(examples=["2026-11-25"])


class ServiceOrderCalledOff(AboutCustomersServiceOrder, Event, key="aftersales.service_order_called_off.v1"):
    """A service is called off: no technician goes, no parts are needed, what was paid is paid back (003 §7)."""

    reason: Prose = Field(examples=["客户已自行修好"])
    technician: StaffId | None = Field(default=None, description="Who was sent already.", examples=["tech-05"])
    appointment: date | None = Field(default=None, examples=["2026-11-25"])
    parts_form_no: PaperNo | None = Field(
        default=None, description="The form under which parts were requested.", examples=["SH-2026-0055"]
    )
    paid: Money | None = Field(default=None, description="What the customer has paid; absent: nothing.")
    request_goes_on: bool = Field(
        default=False, description="Whether this voucher alone is called off; else the request was withdrawn with it."
    )
    known_to_customer: bool = Field(
        default=True,
        description="Whether the customer waits for a technician, was visited, or was asked for money.",
    )


class InternalWorkCalledOff(AboutServiceOrder, Event, key="aftersales.internal_work_called_off.v1"):
    """Internal work, type D, that was opened by mistake is called off: no material moves (003 §13)."""

    reason: Prose = Field(examples=["重复开单"])
    by: StaffId = Field(examples=["cs_manager-01"])


class ServiceAppointmentAgreed(AboutCustomersServiceOrder, Event, key="aftersales.service_appointment_agreed.v1"):
    """A day and a window in which the technician comes are agreed with the customer (003 §7)."""

    begins: Instant
    ends: Instant
    agreed_with: Line = Field(examples=["王建国"])
    technician: StaffId | None = Field(
        default=None,
        description="Who was sent already and hears a new window; absent: none is sent yet, or it stays.",
        examples=["tech-05"],
    )
    moved_from: Instant | None = Field(
        default=None,
        description="When the window began that this one replaces, also one that was put off; absent: there was none.",
    )


class ServiceVisitCompleted(AboutCustomersServiceOrder, Event, key="aftersales.service_visit_completed.v1"):
    """The technician has been there: actual times and work (003 §8, §10)."""

    started_at: Instant
    ended_at: Instant
    work: Prose = Field(examples=["更换两副铰链并调试"])
    resolved: bool


class ServiceCostRecorded(AboutServiceOrder, Event, key="aftersales.service_cost_recorded.v1"):
    """What a service cost: CS fills it in under warranty, finance outside (001 售后四c, 003 §12)."""

    material: Money
    transport: Money
    labour: Money
    travel: Money
    total: Money
    filled_by_role: Literal["cs", "finance"]


class CustomerChargeRaised(AboutCustomersServiceOrder, Event, key="aftersales.customer_charge_raised.v1"):
    """The customer has to pay for a service: on the spot, by invoice or beforehand (003 §9, 001 售后四a, 备注1)."""

    amount: Money
    mode: Literal["on_spot", "invoiced", "prepaid"]


class CustomerChargePaid(AboutCustomersServiceOrder, Event, key="aftersales.customer_charge_paid.v1"):
    """The customer paid for a service; a prepaid one may be dispatched (001 备注1, 003 §9)."""

    amount: Money
    mode: Literal["on_spot", "invoiced", "prepaid"]
    invoice_no: PaperNo | None = Field(default=None, description="Absent: the invoice follows.", examples=["FP-88120"])


class CustomerChargeRefunded(AboutCustomersServiceOrder, Event, key="aftersales.customer_charge_refunded.v1"):
    """Finance paid back what a customer had paid for a service that was called off (003 §7)."""

    amount: Money
    refunded_at: Instant
    reference: Line | None = Field(default=None, description="The number of the transfer.", examples=["TK-88120"])
    by: StaffId = Field(examples=["finance-01"])


class CustomerOverpaymentRefunded(AboutCustomersServiceOrder, Event, key="aftersales.customer_overpayment_refunded.v1"):
    """Finance paid back what a customer had paid above the charge for a service (003 §9)."""

    amount: Money
    refunded_at: Instant
    reference: Line | None = Field(default=None, description="The number of the transfer.", examples=["TK-88120"])
    by: StaffId = Field(examples=["finance-01"])


class CalledOffServicePaid(AboutCustomersServiceOrder, Event, key="aftersales.called_off_service_paid.v1"):
    """Money came in for a service that was called off already, and is to be paid back (003 §7)."""

    payment_id: UUID
    amount: Money
    received_at: Instant
    invoice_no: PaperNo | None = Field(default=None, examples=["FP-88120"])
    owed: Money = Field(description="What the customer has to get back in all.")
    by: StaffId | None = Field(default=None, description="Who took it.", examples=["finance-01"])


class ServiceCountersigned(AboutServiceOrder, Event, key="aftersales.service_countersigned.v1"):
    """The manager countersigned the actual time and work on the voucher (003 §10)."""

    by: StaffId = Field(examples=["manager-01"])


class ServiceSignedOff(AboutCustomersServiceOrder, Event, key="aftersales.service_signed_off.v1"):
    """The customer accepted the service and signed; only then may the technician leave (001 售后六a, 003 §8)."""

    signatory: Line = Field(examples=["王建国"])
    signature: FileRef | None = Field(default=None, description="The file of the signature.")
    no_file_because: Prose | None = Field(
        default=None, description="Why there is no file of the signature, where there is none.", examples=[None]
    )
    at: Instant
    photos: tuple[FileRef, ...] = ()
    technician: StaffId = Field(examples=["tech-05"])


class ExpenseClaimed(Event, key="aftersales.expense_claimed.v1"):
    """The technician claims expenses of a service (001 售后六a)."""

    claim_id: UUID
    service_order_id: ServiceOrderId
    amount: Money
    by: StaffId = Field(examples=["tech-05"])


class Material(Part):
    """Promotional material that internal work takes into custody or issues (003 §13)."""

    name: Line = Field(examples=["画册"])
    quantity: int = Field(ge=1, le=1_000_000, examples=[20])
    moved: Literal["received", "issued"]
    to: Line | None = Field(default=None, description="Who received what was issued.", examples=["广州展厅"])


class ServiceOrderClosed(AboutServiceOrder, Event, key="aftersales.service_order_closed.v1"):
    """A service is done and archived; every one gets a survey and a callback in three days (003 §10, §16, 002 四4)."""

    type: Literal["A", "B", "C", "D"]
    closed_at: Instant
    result: Prose = Field(examples=["已更换铰链，客户确认正常"])
    serviced_at: Instant | None = Field(default=None, description="Absent when no visit was needed.")
    item: Line | None = Field(default=None, examples=["隔断门铰链"])
    closed_by: StaffId
    complaint_id: ComplaintId | None = None
    customer: CustomerSnapshot | None = Field(default=None, description="Absent for internal work, type D.")
    cost: Money | None = Field(default=None, description="What it cost us; absent while it is not filled in.")
    charged: Money | None = Field(default=None, description="What the customer was charged; absent when free.")
    request_id: ServiceRequestId | None = Field(default=None, description="The entry in the register that it is for.")
    fault: Fault | None = Field(default=None, description="Whose fault it was; absent for internal work.")
    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    verdict: Verdict | None = Field(
        default=None, description="Whether it was under warranty; absent for internal work."
    )
    technician: StaffId | None = Field(default=None, description="Who went last; absent for internal work.")
    visits: int | None = Field(default=None, ge=0, description="How often a technician went.", examples=[1])
    technicians: tuple[StaffId, ...] = Field(
        default=(), description="Everyone who went, each once, the first one first.", examples=[["tech-05"]]
    )
    type_label: Line | None = Field(
        default=None, description="What the company calls this type.", examples=["免费服务"]
    )
    materials: tuple[Material, ...] = Field(
        default=(), description="What internal work took into custody or issued.", examples=[[]]
    )


class MonthlyAftersalesSettled(Event, key="aftersales.monthly_aftersales_settled.v1"):
    """A month's vouchers and forms went to finance together (001 售后六c)."""

    month: Month
    voucher_nos: tuple[PaperNo, ...] = Field(default=(), examples=[["FW-2026-0055"]])
    free_total: Money
    paid_total: Money
    handed_over_at: Instant


class AftersalesReportPublished(ReportReady, Event, key="aftersales.report_published.v1"):
    """A report of aftersales is ready: the month's statistics (001 售后六b)."""


class DeadlineSetByAftersales(DeadlineSet, Event, key="aftersales.deadline_set.v1"):
    """A clock of aftersales started."""


class DeadlineApproachingAtAftersales(DeadlineApproaching, Event, key="aftersales.deadline_approaching.v1"):
    """A clock of aftersales is about to run out."""


class DeadlineMissedByAftersales(DeadlineMissed, Event, key="aftersales.deadline_missed.v1"):
    """A job was not dispatched on its day, or a month not settled by the 30th (003 §11, 001 售后六c)."""


class DeadlineMetByAftersales(DeadlineMet, Event, key="aftersales.deadline_met.v1"):
    """A clock of aftersales has stopped: what was due is done, in time or late, or another day is set (003 §11)."""


class DeadlineHeldByAftersales(DeadlineHeld, Event, key="aftersales.deadline_held.v1"):
    """A clock of aftersales stands still, where the policy allows it."""


class DeadlineReassignedByAftersales(DeadlineReassigned, Event, key="aftersales.deadline_reassigned.v1"):
    """The duty behind a clock of aftersales is another person's from now on."""


class RecordTamperDetectedByAftersales(RecordTampered, Event, key="aftersales.record_tamper_detected.v1"):
    """A record that aftersales keeps is not what it left."""


class FactAnsweredByAftersales(FactAnswered, Event, key="aftersales.fact_answered.v1"):
    """What became of a department's fact in aftersales: taken, refused, tried again, given up or dropped."""
