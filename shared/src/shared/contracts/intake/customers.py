"""What intake announces about customers: their file, their owner, their class and grade."""

from datetime import time
from typing import Literal
from uuid import UUID

from pydantic import Field, JsonValue

from shared.contracts.event import Event, Part
from shared.contracts.vocabulary import (
    ContactChannel,
    CustomerId,
    CustomerKind,
    CustomerSnapshot,
    DepartmentName,
    DueAt,
    Email,
    Line,
    PaperNo,
    Phone,
    Prose,
    StaffId,
)

Trade = Literal["decoration_company", "dealer", "direct", "other"]
"""What kind of business a customer is."""

AssignmentRule = Literal["balanced", "ability", "manual"]
"""How the owner of a customer was chosen."""

Concern = Literal["order", "site", "payment", "complaint", "service", "care"]
"""What a contact of a customer is told about: the order, what happens on the site, money, complaints, service, care."""


class QuietHours(Part):
    """When a customer rests and must not be disturbed, in the customer's own time zone (002 四1)."""

    begin: time = Field(examples=["21:00"])
    end: time = Field(examples=["08:30"])


class Contact(Part):
    """A person at the customer and how to reach that person."""

    name: Line = Field(examples=["王建国"])
    title: Line | None = Field(default=None, examples=["王总"])
    mobile: Phone | None = Field(default=None, examples=["13800138000"])
    email: Email | None = Field(default=None, examples=["wang@hengda.example"])
    preferred_channel: ContactChannel | None = Field(default=None, examples=["sms"])
    locale: str = Field(default="zh-CN", max_length=35)
    timezone: str = Field(default="Asia/Shanghai", max_length=64)
    quiet_hours: QuietHours | None = Field(default=None, description="Absent: the company's own rule holds.")
    opted_out: tuple[ContactChannel, ...] = ()
    concerns: tuple[Concern, ...] = Field(
        default=(),
        description="What this contact is told about. Absent: everything that no other contact is named for.",
        examples=[["site"]],
    )


class Particulars(Part):
    """What a customer's file says at one time."""

    customer_no: Line | None = Field(
        default=None, description="The number a department knows the customer by.", examples=["KH-00217"]
    )
    name: Line = Field(examples=["广州恒达装饰工程有限公司"])
    kind: CustomerKind = "end"
    trade: Trade = "direct"
    contacts: tuple[Contact, ...] = ()
    address: Line | None = Field(default=None, examples=["广州市天河区珠江东路 6 号"])
    region: Line | None = Field(default=None, examples=["华南"])
    member: bool = False
    special_specs: tuple[Prose, ...] = Field(default=(), examples=[["门洞一律加宽至 1100 mm"]])
    owner: StaffId | None = Field(default=None, description="Absent until the supervisor assigns one.")
    specialist: StaffId | None = Field(
        default=None, description="The specialist of customer service; absent until one is assigned."
    )


class CustomerRegistered(Particulars, Event, key="intake.customer_registered.v1"):
    """A customer has a file of its own, whichever department found it (002 尾1, 002 一1)."""

    customer_id: CustomerId
    source: DepartmentName = "cs"


class FieldChange(Part):
    """One field before and after."""

    before: JsonValue = Field(examples=["13800138000"])
    after: JsonValue = Field(examples=["13900139000"])


class CustomerUpdated(Particulars, Event, key="intake.customer_updated.v1"):
    """A new revision of a customer's file; earlier ones stay (001 售前二b, 004 一㈢2).

    Carries the whole file as it is now, so that a listener's copy needs no history; `changed` says what is new. Of two
    events the one with the higher `revision` is the truth.
    """

    customer_id: CustomerId
    revision: int = Field(ge=1, examples=[4])
    changed: dict[str, FieldChange] = Field(default={})
    reason: Line | None = Field(default=None, examples=["客户来电更正"])


class CustomerAssigned(Event, key="intake.customer_assigned.v1"):
    """A customer has the one person it needs to know (002 尾3), who must call within a week (002 一3b)."""

    customer_id: CustomerId
    customer_name: Line = Field(examples=["广州恒达装饰工程有限公司"])
    owner: StaffId
    previous_owner: StaffId | None = Field(default=None, description="Absent for the first owner.")
    rule: AssignmentRule
    first_contact_due: DueAt


class SpecialistAssigned(Event, key="intake.specialist_assigned.v1"):
    """A customer has a specialist beside the account manager (002 一3a), who calls within a week (002 一3b)."""

    customer_id: CustomerId
    customer_name: Line = Field(examples=["广州恒达装饰工程有限公司"])
    specialist: StaffId
    previous_specialist: StaffId | None = Field(default=None, description="Absent for the first specialist.")
    rule: AssignmentRule
    why: Line = Field(
        description="Why it is this one.",
        examples=["cs-07 现有客户 12 户，能力权重 1.5，按权重计负荷最轻"],
    )
    first_contact_due: DueAt


class CustomerClassified(Event, key="intake.customer_classified.v1"):
    """The supervisor put a customer into a class (002 一2)."""

    customer_id: CustomerId
    customer_class: Line = Field(examples=["重点客户"])
    criteria: Prose = Field(examples=["年订货额 100 万元以上"])
    by: StaffId


class CustomersMerged(Event, key="intake.customers_merged.v1"):
    """Two files of one person: both lead to `customer_id`, and nothing is lost (004 一㈢4).

    What names the duplicate goes on naming it; a question about either file is about both. `revision` is that of the
    duplicate: of two announcements about it the one with the higher revision is the truth.
    """

    customer_id: CustomerId
    duplicate_id: CustomerId = Field(description="The file that leads to the other one from now on.")
    revision: int = Field(ge=1, examples=[2])
    reason: Line = Field(examples=["同一人以两个手机号登记"])


class CustomersSeparated(Event, key="intake.customers_separated.v1"):
    """A merge was taken back: `separated_id` is a customer of its own again. `revision` is that of its file."""

    customer_id: CustomerId
    separated_id: CustomerId
    revision: int = Field(ge=1, examples=[3])
    reason: Line = Field(examples=["经核实为两位客户"])


class CustomerErased(Event, key="intake.customer_erased.v1"):
    """A customer's personal data must go; every copy replaces it with the pseudonym (003 二 privacy duty)."""

    customer_id: CustomerId
    pseudonym: Line = Field(examples=["客户-7f6b1c01"])
    legal_basis: Line = Field(examples=["个人信息保护法第四十七条"])


class OpportunityIdentified(Event, key="intake.opportunity_identified.v1"):
    """A member of staff found new business with a customer, which belongs to the owner (001 售后一d, 001 售前一)."""

    opportunity_id: UUID
    customer: CustomerSnapshot
    found_by: StaffId
    found_by_department: DepartmentName = "cs"
    owner: StaffId | None = Field(default=None, description="Absent: goes to the sales manager.")
    project: Prose = Field(examples=["新办公楼三层隔断，约 200 平方米"])
    has_plan: bool = False
    style: Line | None = Field(default=None, examples=["简约玻璃"])
    referred_by: CustomerId | None = Field(
        default=None, description="The customer whose friend this is, where one has come."
    )


EnquiryKind = Literal["order", "quote", "stock", "consult", "suggestion", "complaint", "service"]
"""What a customer wants of us (004 一㈠1, 003 三3)."""


class AboutEnquiry(Part):
    """The enquiry that a fact is about, and what was wanted."""

    enquiry_id: UUID
    kind: EnquiryKind


class EnquiryReceived(AboutEnquiry, Event, key="intake.enquiry_received.v1"):
    """A customer asks: to order, for a price, for stock, for advice; suggests something, or complains (004 一㈠1)."""

    channel: Literal["phone", "visit", "email", "sms", "web"]
    customer: CustomerSnapshot | None = Field(default=None, description="Absent for a caller without a file.")
    order_no: PaperNo | None = None
    text: Prose = Field(examples=["请问 80 款双玻隔断还有库存吗？"])


class EnquiryAnswered(AboutEnquiry, Event, key="intake.enquiry_answered.v1"):
    """What a customer asked is answered: in words, by a quote, by an order, or by a complaint that was filed."""

    customer: CustomerSnapshot
    outcome: Literal["answered", "quoted", "ordered", "filed"]
    answer: Prose = Field(description="The words, or the number of the paper.", examples=["80 款双玻隔断有现货 40 樘"])
    answered_by: StaffId
    within_due: bool
