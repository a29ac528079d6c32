"""What aftersales announces about requests, faults and the warranty."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Instant, Part, PreciseDate
from shared.contracts.roles import Role
from shared.contracts.vocabulary import (
    AboutCustomersOrder,
    AboutServiceRequest,
    ComplaintId,
    ComplaintNo,
    ConcerningOrder,
    ContractDate,
    ContractNo,
    CustomerId,
    CustomerSnapshot,
    DepartmentName,
    FileRef,
    Line,
    Prose,
    ServiceRequestId,
    StaffId,
)

Fault = Literal["company_quality", "customer_cause", "wear", "third_party", "unknown"]
Verdict = Literal["in_warranty", "out_of_warranty", "uncertain"]
ChargePolicy = Literal["free", "pay_first", "normal_rate", "undecided"]


class ServiceRequestRegistered(
    ConcerningOrder, AboutServiceRequest, Event, key="aftersales.service_request_registered.v1"
):
    """A request is in the service register and on the feedback form (001 售后一b, 003 §7a, 001 表1)."""

    customer: CustomerSnapshot
    address: Line = Field(examples=["广州市天河区珠江东路 6 号 32 楼"])
    model: Line | None = Field(default=None, examples=["80 款双玻百叶高隔断"])
    spec: Line | None = Field(default=None, examples=["3000×2700 mm"])
    purchased_on: PreciseDate | None = None
    purchase_place: Line | None = Field(default=None, examples=["广州展厅"])
    contract_no: ContractNo | None = Field(default=None, description="Written in after filling (001 售后一d).")
    contract_date: ContractDate | None = None
    content: Prose = Field(examples=["门铰链松动，闭合有异响"])
    recorded_by: StaffId


class ServiceRequestRejected(AboutServiceRequest, Event, key="aftersales.service_request_rejected.v1"):
    """An incomplete form is not scheduled; the recorder hears which fields are missing (001 备注2)."""

    missing: tuple[Line, ...] = Field(min_length=1, examples=[["contract_date", "address"]])
    recorded_by: StaffId


class ServiceRequestWithdrawn(AboutServiceRequest, Event, key="aftersales.service_request_withdrawn.v1"):
    """A customer does not want a service any more; its vouchers are called off (003 §7)."""

    customer: CustomerSnapshot
    reason: Prose = Field(examples=["客户已自行修好"])
    by: StaffId = Field(examples=["cs-07"])


class ServiceContractNamed(AboutServiceRequest, Event, key="aftersales.service_contract_named.v1"):
    """The contract's number was written into a form that was registered without it, or with another (001 售后一d)."""

    contract_no: ContractNo


class WarrantyRule(Part):
    """The rule that was applied: a version, what it counts from and for how long."""

    name: Line = Field(default="contract_date_12m", examples=["contract_date_12m"])
    version: int = Field(default=1, ge=1)
    basis: Literal["contract_date", "acceptance_date"] = "contract_date"
    months: int = Field(default=12, ge=0)


class WarrantyOverride(Part):
    """A person with the authority decided otherwise than the rule.

    It holds on the day `as_of` for which it was made; where `until` names the last day under warranty, from then on.
    """

    by: StaffId
    reason: Prose = Field(examples=["老客户，经理特批免费"])
    role: Role | None = Field(default=None, examples=["cs_manager"])
    verdict: Verdict | None = Field(default=None, examples=["in_warranty"])
    as_of: date | None = Field(default=None, examples=["2026-11-22"])
    until: date | None = Field(default=None, examples=["2026-11-28"])
    at: Instant | None = None


class WarrantyFinding(Part):
    """What was found out about a warranty: in, out or uncertain, and why. What is not known is absent."""

    check_id: UUID
    service_request_id: ServiceRequestId | None = Field(
        default=None, examples=[None], description="Set when a request was checked."
    )
    complaint_id: ComplaintId | None = Field(default=None, description="Set when a complaint was checked.")
    complaint_no: ComplaintNo | None = None
    asked_by: DepartmentName | None = Field(
        default=None, examples=[None], description="Set when a department asked over the bus."
    )
    question_no: Line | None = Field(
        default=None, examples=[None], description="The number that the department gave its question."
    )
    customer_id: CustomerId
    contract_no: ContractNo | None = None
    contract_date: ContractDate | None = None
    rule: WarrantyRule
    as_of: date = Field(examples=["2026-11-22"])
    expires_on: date | None = Field(
        default=None,
        examples=["2027-09-30"],
        description="The last day under warranty; of an uncertain date the latest it can be.",
    )
    verdict: Verdict
    days_left: int | None = Field(default=None, description="Negative: expired; absent when uncertain.", examples=[312])
    fault: Fault = Field(default="unknown", examples=["company_quality"])
    charge_policy: ChargePolicy = Field(default="undecided", examples=["free"])
    override: WarrantyOverride | None = Field(default=None, examples=[None])
    explanation: tuple[Prose, ...] = Field(
        default=(), examples=[["合同编号 JG20260930-017 载明日期 2026-09-30", "保修一年，至 2027-09-30"]]
    )


class WarrantyChecked(ConcerningOrder, WarrantyFinding, Event, key="aftersales.warranty_checked.v1"):
    """Whether something is under warranty by the date in the contract number: in, out or uncertain, and why.

    Source: 001 售后四a, b (one year from the contract's date, free within), 备注1 (who is at fault decides who
    pays), 备注3 (a date without a day is `uncertain` around the edge, never a guess). What is not known is absent:
    without any contract date the verdict is `uncertain`.
    """


class FaultDetermined(AboutServiceRequest, Event, key="aftersales.fault_determined.v1"):
    """Whose fault it is: ours is repaired free, the customer's after payment (001 备注1)."""

    fault: Fault
    evidence: tuple[FileRef, ...] = ()
    by: StaffId
    complaint_id: ComplaintId | None = None
    customer: CustomerSnapshot


class MaintenanceReminderDue(AboutCustomersOrder, Event, key="aftersales.maintenance_reminder_due.v1"):
    """Time to remind a customer, friendly, of looking after the installed goods (002 三3)."""

    due_on: date
    care: Line = Field(description="What to look after, for the customer.", examples=["门五金的检查和调校"])


class WarrantyExpiring(AboutCustomersOrder, Event, key="aftersales.warranty_expiring.v1"):
    """A customer's warranty ends soon (001 售后四b)."""

    expires_on: date
