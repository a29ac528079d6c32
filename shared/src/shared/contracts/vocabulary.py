"""The words that several contracts share: numbers, texts, people, goods and the rule that names an order."""

from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import AfterValidator, BeforeValidator, Field

from shared.contracts.event import Instant, Money, Part, PreciseDate
from shared.contracts.identities import LONGEST_IDENTITY, known_at_the_door
from shared.contracts.values import (
    any_on_paper,
    dialled,
    month,
    numbered,
    on_paper,
    one_line,
    positive,
    posted,
    prose,
    unsigned,
    zone,
)

_ORDERS = uuid5(NAMESPACE_URL, "urn:kefu:order")


def order_id_of(order_no: str) -> UUID:
    """The id of the order with this number, always the same everywhere.

    A department knows an order by the number on its papers, so the id follows from the number and need not
    be looked up. The service that gives an order its number gives it this id.
    """
    return uuid5(_ORDERS, on_paper(order_no))


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]
"""A text of one line, without characters that cannot be seen; a blank one is none."""
PaperNo = Annotated[Line, AfterValidator(on_paper), Field(max_length=200)]
"""The number of a paper, the same one in whatever case and width it is typed."""
Prose = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(prose)]
"""A text of several lines, without characters that cannot be seen; a blank one is none."""
MOST = 99_999_999
"""What is counted is at most so many."""
Count = Annotated[int, Field(ge=0, le=MOST)]
Quantity = Annotated[int, Field(ge=1, le=MOST)]
TermDays = Annotated[int, Field(ge=0, le=10_000)]
"""A term in days: from any day that we take, its end is a day of the calendar."""
MOST_MONTHS = 1_000
"""A term in months is at most so long."""
TermMonths = Annotated[int, Field(ge=0, le=MOST_MONTHS)]
"""The same in months."""
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"), BeforeValidator(posted)]
"""One address that every mail server takes: without a name, a second address or another script."""
Phone = Annotated[str, Field(pattern=r"^\+?[0-9-]{5,20}$"), BeforeValidator(dialled)]
"""A telephone number in half-width digits, without blanks and brackets."""
TimeZone = Annotated[str, Field(max_length=64), AfterValidator(zone)]
"""A zone of the IANA database, spelt as it is there."""
Ordinal = Annotated[int, Field(ge=1, le=MOST)]
"""The number of a revision, a version or one of several, counted from one."""
Price = Annotated[Money, AfterValidator(unsigned)]
"""An amount that is not below zero."""
PaidAmount = Annotated[Money, AfterValidator(positive)]
"""An amount above zero."""

OrderId = Annotated[
    UUID, Field(description="Follows from the order's number.", examples=[str(order_id_of("SO-2026-0412"))])
]
_Number = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(numbered), Field(max_length=64)]
OrderNo = Annotated[_Number, Field(examples=["SO-2026-0412"])]
ContractNo = Annotated[
    _Number,
    Field(
        description="Carries the date of signing, from which the warranty counts (001 售后四).",
        examples=["JG20260930-017"],
    ),
]
ContractDate = Annotated[
    PreciseDate,
    Field(
        description="Of precision `month` when the day is not known (001 备注3).",
        examples=[{"on": "2026-09-30", "precision": "day"}],
    ),
]
DueAt = Annotated[Instant, Field(examples=["2026-11-28T10:00:00.000000Z"])]
ReturnNo = Annotated[_Number, Field(examples=["TH-2026-11-0007"])]
ComplaintNo = Annotated[
    str, Field(pattern=r"^\d{4}-\d{2}-\d{4,}$", examples=["2026-11-0007"]), BeforeValidator(any_on_paper)
]
CustomerId = Annotated[UUID, Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01"])]
ComplaintId = Annotated[UUID, Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c02"])]
ServiceRequestId = Annotated[UUID, Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c03"])]
ServiceOrderId = Annotated[UUID, Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c04"])]
CallbackId = Annotated[UUID, Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c05"])]
ShipmentId = Annotated[UUID, Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c06"])]
NotificationId = Annotated[UUID, Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c07"])]
ProposalId = Annotated[UUID, Field(examples=["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c08"])]
StaffId = Annotated[
    str, Field(min_length=1, max_length=LONGEST_IDENTITY, examples=["cs-07"]), AfterValidator(known_at_the_door)
]
"""A colleague, as the colleague signs in; what comes in from outside has to be an identity."""
RoleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,63}$", examples=["cs_specialist"])]
"""A role on the wire. What we announce takes it from `Role`; it is an open text, so that a role may be added."""
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["9f86d081884c7d659a2feaa0c55ad015" * 2])]
FileRef = Annotated[str, Field(min_length=1, max_length=500, examples=["drawings/SO-2026-0412/plan-v1.pdf"])]
Percent = Annotated[int, Field(ge=0, le=100, examples=[80])]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2026-11"]), AfterValidator(month)]
Period = Annotated[
    str,
    Field(
        pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-\d{2})?|-W\d{2}|-Q[1-4])?$",
        description="A day, ISO week, month, quarter or year.",
        examples=["2026-11"],
    ),
]
DepartmentName = Literal[
    "sales", "design", "production", "warehouse", "engineering", "finance", "rd", "operations", "purchasing", "hr", "cs"
]
OrderKind = Literal["standard", "custom"]
CustomerKind = Literal["end", "intermediary"]
"""Who hears from us: the one who uses the goods, or a company between us and them (dealer, decoration company).

The closing text differs between the two (001 售中五).
"""
ContactChannel = Literal["sms", "email", "chat", "phone", "letter"]


class CustomerSnapshot(Part):
    """The customer as known when the fact happened: all the personal data that a fact may carry.

    Without `mobile` and `email` the listener resolves the customer by id; with them it needs no other source.
    """

    customer_id: CustomerId
    kind: CustomerKind = "end"
    name: Line = Field(examples=["广州恒达装饰工程有限公司"])
    contact_name: Line | None = Field(default=None, examples=["王建国"])
    title: Line | None = Field(default=None, description="How the person is addressed.", examples=["王总"])
    mobile: Phone | None = Field(default=None, examples=["13800138000"])
    email: Email | None = Field(default=None, examples=["wang@hengda.example"])
    locale: str = Field(default="zh-CN", max_length=35, examples=["zh-CN"])


class OrderLine(Part):
    """What is ordered: spec and quantity are recorded carefully, special specs are kept (002 尾2a)."""

    sku: Line | None = Field(default=None, description="Absent for goods made for this order.", examples=["GP-8000-D"])
    description: Line = Field(examples=["80 款双玻百叶高隔断"])
    spec: Line | None = Field(default=None, examples=["3000×2700 mm"])
    special_spec: Prose | None = Field(default=None, examples=["门洞加宽至 1100 mm"])
    quantity: Quantity = Field(examples=[24])
    unit: Line = Field(default="件", examples=["樘"])
    unit_price: Price | None = Field(default=None, description="Absent while the price is open.")


class ShippedPart(Part):
    """Goods that a shipment carries."""

    what: Line = Field(examples=["80 款双玻百叶高隔断"])
    quantity: Quantity = Field(examples=[12])
    unit: Line = Field(default="件", examples=["樘"])


class OrderFact(Part):
    """What a department says about an order, which it names by the number on its papers."""

    order_no: OrderNo

    @property
    def order_id(self) -> UUID:
        """The order's id, which follows from its number."""
        return order_id_of(self.order_no)


class Defect(Part):
    """Something that is not as it should be, and where."""

    description: Prose = Field(examples=["三樘玻璃边缘崩角"])
    quantity: Quantity | None = Field(default=None, description="Absent when it cannot be counted.", examples=[3])
    photos: tuple[FileRef, ...] = ()


class AboutOrder(Part):
    """The order that a fact is about: every event about one order has these fields."""

    order_id: OrderId
    order_no: OrderNo


class AboutCustomersOrder(AboutOrder):
    """The order that a fact is about, and its customer, whom the fact matters to."""

    customer: CustomerSnapshot


class ConcerningOrder(Part):
    """The order that something else concerns: a complaint, a request, a check. Absent when it concerns none."""

    order_id: OrderId | None = None
    order_no: OrderNo | None = None


class AboutComplaint(Part):
    """The complaint that a fact is about: every event about one complaint has these fields."""

    complaint_id: ComplaintId
    complaint_no: ComplaintNo


class AboutCustomersComplaint(AboutComplaint):
    """The complaint that a fact is about, and its customer, whom the fact matters to."""

    customer: CustomerSnapshot


class AboutServiceRequest(Part):
    """The request in the service register that a fact is about."""

    request_id: ServiceRequestId
    register_no: PaperNo = Field(examples=["SH-2026-0055"])


class AboutServiceOrder(Part):
    """The service order that a fact is about, by the number of its voucher."""

    service_order_id: ServiceOrderId
    voucher_no: PaperNo = Field(examples=["FW-2026-0055"])


class AboutCustomersServiceOrder(AboutServiceOrder):
    """The service order that a fact is about, and its customer, whom the fact matters to."""

    customer: CustomerSnapshot
