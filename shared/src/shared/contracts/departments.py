"""The facts that other departments report; intake's gateway admits them to the bus.

Each names an order by the number on its papers. A fact may come early, late or twice: what tells a repetition is the id
that the department gives its message.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.contracts.event import Event, Happened, Instant, Part
from shared.contracts.vocabulary import (
    ContractDate,
    ContractNo,
    Count,
    CustomerId,
    CustomerKind,
    Defect,
    Email,
    FileRef,
    Line,
    OrderFact,
    OrderKind,
    OrderLine,
    OrderNo,
    PaidAmount,
    PaperNo,
    Percent,
    Phone,
    Prose,
    Quantity,
    ReturnNo,
    ServiceOrderId,
    ShippedPart,
    StaffId,
)

DrawingKind = Literal["plan", "rendering", "elevation", "construction"]
Skill = Literal["ordinary", "senior"]
DelayReason = Literal[
    "goods_incomplete",
    "installers_unavailable",
    "design_change",
    "customer_request",
    "supply",
    "transport",
    "quality",
    "other",
]


DONE_BY = "done_by"
"""The mark of a field that says whose work the fact is: who drew, judged, inspected or signed."""
DoneBy = Annotated[StaffId, DONE_BY]


class IntroducedCustomer(Part):
    """A customer as another department knows it, under that department's own number."""

    customer_no: Line = Field(description="The department's number for this customer.", examples=["KH-00217"])
    kind: CustomerKind = "end"
    trade: Literal["decoration_company", "dealer", "direct", "other"] = "direct"
    name: Line = Field(examples=["广州恒达装饰工程有限公司"])
    contact_name: Line | None = Field(default=None, examples=["王建国"])
    title: Line | None = Field(default=None, examples=["王总"])
    mobile: Phone | None = Field(default=None, examples=["13800138000"])
    email: Email | None = Field(default=None, examples=["wang@hengda.example"])
    address: Line | None = Field(default=None, examples=["广州市天河区珠江东路 6 号"])
    region: Line | None = Field(default=None, examples=["华南"])
    locale: str = Field(default="zh-CN", max_length=35)


class CustomerIntroduced(Event, key="sales.customer_introduced.v1"):
    """The marketing centre found a customer and sends the file's first page (002 尾1)."""

    customer: IntroducedCustomer
    found_by: StaffId = Field(examples=["am-03"])


class CustomerIntroducedByEngineering(Event, key="engineering.customer_introduced.v1"):
    """Engineering met a customer on a site and sends the file's first page (002 尾1)."""

    customer: IntroducedCustomer
    found_by: StaffId = Field(examples=["foreman-02"])


class OrderRequested(OrderFact, Event, key="sales.order_requested.v1"):
    """Sales places an order through its own system instead of a form (000 §3.4.1, §3.5.1, 002 尾2a, 004 三2).

    The order's number is the one that sales gave. What the contract fixes is absent while there is none.
    """

    customer: IntroducedCustomer
    kind: OrderKind = "standard"
    lines: tuple[OrderLine, ...] = Field(min_length=1)
    total: PaidAmount | None = Field(default=None, description="Absent while a line's price is open.")
    contract_no: ContractNo | None = None
    contract_date: ContractDate | None = None
    promised_ship_date: date | None = Field(
        default=None, description="The day the contract names.", examples=["2026-11-26"]
    )
    promised_arrival_date: date | None = Field(
        default=None, description="The day by whose end the goods were promised at the site; for goods from stock."
    )
    site_address: Line | None = Field(default=None, examples=["广州市天河区珠江东路 6 号 32 楼"])
    region: Line | None = Field(default=None, examples=["华南"])
    sales_owner: StaffId = Field(examples=["am-03"])
    verified_with_customer_at: Instant | None = Field(
        default=None, description="Absent while sales has not gone through the order with the customer."
    )


class OrderWithdrawn(OrderFact, Event, key="sales.order_withdrawn.v1"):
    """Sales takes an order back on the customer's wish (004 一㈡1b)."""

    reason: Prose = Field(examples=["客户项目取消"])


class DesignSubmitted(OrderFact, Event, key="design.design_submitted.v1"):
    """The project team or R&D hands in one of the four drawings for review (000 §3.3.2, §3.4.2, §3.5.2)."""

    drawing_kind: DrawingKind
    version: int = Field(ge=1, examples=[1])
    files: tuple[FileRef, ...] = Field(min_length=1)
    designer: DoneBy = Field(examples=["designer-04"])
    packages: tuple[Line, ...] = Field(
        default=(),
        description="The standard packages of which a standard order is designed (000 §3.4.2).",
        examples=[["80 款高隔断标准套餐"]],
    )


class SampleJudged(OrderFact, Event, key="design.sample_judged.v1"):
    """Design confirms or rejects the sample; only a confirmed one lets a custom order into production (000 §3.5.3b)."""

    sample_no: PaperNo = Field(examples=["DY-2026-0017"])
    outcome: Literal["confirmed", "rejected"]
    notes: str = Field(default="", max_length=4000, examples=["木纹方向与图纸一致"])
    judged_by: DoneBy = Field(examples=["design-director"])


class GoodsInspected(OrderFact, Event, key="design.goods_inspected.v1"):
    """Design's man looked at a custom order's goods before shipping (000 §3.5.3c)."""

    inspector: DoneBy = Field(examples=["designer-04"])
    outcome: Literal["passed", "failed"]
    defects: tuple[Defect, ...] = ()
    photos: tuple[FileRef, ...] = ()


class BrokenDownPart(Part):
    """A part that an order needs and where it comes from (000 §3.4.3)."""

    part_no: Line = Field(examples=["LC-80-2700"])
    quantity: Quantity = Field(examples=[48])
    source: Literal["make", "stock", "outsource"]


class BreakdownCompleted(OrderFact, Event, key="production.breakdown_completed.v1"):
    """The breakdown section knows which parts an order needs (000 §3.4.3, §3.5.3a)."""

    parts: tuple[BrokenDownPart, ...] = Field(min_length=1)


class SampleMade(OrderFact, Event, key="production.sample_made.v1"):
    """The sample of a custom order is there for design to judge (000 §3.5.3b)."""

    sample_no: PaperNo = Field(examples=["DY-2026-0017"])
    photos: tuple[FileRef, ...] = ()


class ProductionProgressed(OrderFact, Event, key="production.production_progressed.v1"):
    """How much of an order is ready, and by when the rest is expected (001 售中二a, 004 二1)."""

    ready_percent: Percent
    expected_ready_on: date | None = Field(default=None, description="Absent when production cannot say.")


class ProductionDelayed(OrderFact, Event, key="production.production_delayed.v1"):
    """Production will not make the contract's ship date, and says why and until when (001 售中二c, 二d)."""

    expected_ready_on: date = Field(examples=["2026-11-30"])
    reason: DelayReason = "goods_incomplete"
    reason_text: Prose = Field(description="May be told to the customer.", examples=["钢化玻璃补片尚未到厂"])
    ready_percent: Percent | None = None


class ProductionCompleted(OrderFact, Event, key="production.production_completed.v1"):
    """The goods of an order are made (000 §3.4.3, §3.5.3)."""

    completed_at: Happened
    quantity_ok: Count = Field(examples=[24])
    quantity_short: Count = Field(default=0, examples=[0])


class MaterialProblemReported(OrderFact, Event, key="production.problem_reported.v1"):
    """Something hinders an order on the shop floor: quality, material or supply (004 一㈡2b, 003 三5)."""

    kind: Literal["schedule", "quality", "material", "supply"]
    detail: Prose = Field(examples=["五金件供应商断货"])


class GoodsDispatched(OrderFact, Event, key="warehouse.goods_dispatched.v1"):
    """A shipment has left, or what was said of it is corrected: the delivery note tells which (001 售中三, 004 一㈡5).

    Without a note it is told by the moment at which it left.
    """

    left_at: Happened
    delivery_note_no: PaperNo | None = Field(default=None, examples=["CH-2026-1122-03"])
    carrier: Line | None = Field(default=None, examples=["德邦物流"])
    eta: Instant | None = Field(
        default=None, description="Absent when the carrier gives none.", examples=["2026-11-24T06:00:00.000000Z"]
    )
    partial: bool = Field(default=False, description="Whether another shipment of the order follows.")
    parts: tuple[ShippedPart, ...] = Field(default=(), description="What it carries; empty when it is not said.")


class ReturnedLine(Part):
    """How many of a part came back."""

    part: Line = Field(examples=["80 款双玻百叶高隔断"])
    quantity: Quantity = Field(examples=[3])


class ReturnReceived(Event, key="warehouse.return_received.v1"):
    """The warehouse compared returned goods with the return note and signed for what it counted (003 §29.3)."""

    return_no: ReturnNo
    lines: tuple[ReturnedLine, ...] = Field(min_length=1, max_length=200)
    received_at: Happened
    signed_by: DoneBy = Field(examples=["warehouse-02"])


class CrewReported(OrderFact, Event, key="engineering.crew_reported.v1"):
    """Engineering says whether it has installers for an order, and from when (001 售中二a, 二d)."""

    available: bool
    skill: Skill = "ordinary"
    available_from: date | None = Field(default=None, description="Absent when engineering cannot say.")


class ShipmentArrived(OrderFact, Event, key="engineering.shipment_arrived.v1"):
    """The goods are on the site; installers are dispatched by this time (000 §3.4.4, §3.5.4)."""

    arrived_at: Happened
    delivery_note_no: PaperNo | None = Field(
        default=None, description="Absent: the order's latest shipment.", examples=["CH-2026-1122-03"]
    )
    damages: tuple[Defect, ...] = ()


class CompletionExpected(OrderFact, Event, key="engineering.completion_expected.v1"):
    """The foreman says when the installation will be done, and may name the hours of acceptance (001 售中四a, 四b)."""

    expected_at: Instant
    foreman: StaffId = Field(examples=["foreman-02"])
    acceptance_from: Instant | None = Field(
        default=None, description="From when the customer is expected on the site; absent: from the completion on."
    )
    acceptance_until: Instant | None = Field(
        default=None, description="Until when; absent: for the hours that the company's policy gives an acceptance."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        moments = [each for each in (self.expected_at, self.acceptance_from, self.acceptance_until) if each]
        if moments != sorted(moments):
            raise ValueError("the customer is expected after the completion, and from an earlier hour than until")
        return self


class InstallationCompleted(OrderFact, Event, key="engineering.installation_completed.v1"):
    """The installers are done; acceptance is next and then the balance (000 §3.4.5, 001 售中五)."""

    completed_at: Happened
    crew: tuple[StaffId, ...] = Field(default=(), examples=[["installer-11", "installer-12"]])


class PaymentReceived(OrderFact, Event, key="finance.payment_received.v1"):
    """Money for an order has come in (000 §3.4.5, §3.5.5, 001 售中一)."""

    kind: Literal["initial", "progress", "balance"]
    amount: PaidAmount | None = Field(
        default=None, description="Absent when finance only confirms that what was due has been paid in full."
    )
    received_at: Happened
    receipt_no: PaperNo | None = Field(default=None, examples=["SK-2026-3391"])
    delivery_note_no: PaperNo | None = Field(
        default=None, description="The shipment for which it came in, if the customer named one."
    )


class ServiceChargeReceived(Event, key="finance.service_charge_received.v1"):
    """Money for an after-sales order has come in; a prepaid service may start now (001 备注1, 003 §9)."""

    service_order_id: ServiceOrderId
    amount: PaidAmount
    received_at: Happened
    invoice_no: PaperNo | None = None
    order_no: OrderNo | None = None


class WarrantyQuestion(Part):
    """What a department asks about a warranty: an order or a contract, and as of which day.

    The answer is `aftersales.warranty_checked.v1` with the same `question_no`, and the department's
    `GET /warranty-answers?question_no=`.
    """

    question_no: Line = Field(description="The department's own number for this question.", examples=["BX-2026-118"])
    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    customer_id: CustomerId | None = Field(default=None, description="Whose it is; needed for an unknown contract.")
    as_of: date | None = Field(default=None, description="Absent: the day of the question.", examples=["2026-11-22"])


class WarrantyAskedBySales(WarrantyQuestion, Event, key="sales.warranty_asked.v1"):
    """Sales asks whether something is under warranty (001 售后四)."""


class WarrantyAskedByDesign(WarrantyQuestion, Event, key="design.warranty_asked.v1"):
    """Design asks whether something is under warranty (001 售后四)."""


class WarrantyAskedByProduction(WarrantyQuestion, Event, key="production.warranty_asked.v1"):
    """Production asks whether something is under warranty (001 售后四)."""


class WarrantyAskedByWarehouse(WarrantyQuestion, Event, key="warehouse.warranty_asked.v1"):
    """The warehouse asks whether something is under warranty (001 售后四)."""


class WarrantyAskedByEngineering(WarrantyQuestion, Event, key="engineering.warranty_asked.v1"):
    """Engineering asks whether something is under warranty (001 售后四)."""


class WarrantyAskedByFinance(WarrantyQuestion, Event, key="finance.warranty_asked.v1"):
    """Finance asks whether something is under warranty (001 售后四)."""
