"""What orders announces while an order is designed and made."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.departments import DrawingKind
from shared.contracts.event import Event, Instant, Part
from shared.contracts.vocabulary import (
    AboutCustomersOrder,
    AboutOrder,
    Count,
    Defect,
    DueAt,
    FileRef,
    Line,
    PaperNo,
    Prose,
    Quantity,
    RoleName,
    StaffId,
)

StageGroup = Literal["plan", "rendering", "quote", "contract", "payment", "order", "installation"]


class OrderStageChanged(AboutCustomersOrder, Event, key="orders.order_stage_changed.v1"):
    """An order moved on; no stage passes without customer or colleague hearing of it (001 售中 理由, 000 §3.6.2)."""

    before: Line = Field(examples=["released"])
    after: Line = Field(examples=["design"])
    stage_group: StageGroup | None = Field(default=None, description="Absent for a stage without a callback.")
    at: Instant
    planned_at: Instant | None = Field(default=None, description="Absent when the stage had no planned time.")
    variance_hours: float | None = Field(default=None, description="Positive: late.", examples=[4.0])
    entered_at: Instant | None = Field(default=None, description="When the stage before began.")
    route: Line | None = Field(default=None, description="Route and version.", examples=["custom.v1"])
    ship_on: date | None = Field(
        default=None, description="The day on which the goods are promised to leave; absent once they have left."
    )


class DesignOrdered(AboutOrder, Event, key="orders.design_ordered.v1"):
    """One of the four drawings is ordered, each a work item of its own (000 §3.3.2, §3.4.1, §3.5.2)."""

    drawing_kind: DrawingKind
    assigned_to: Literal["project_team", "rd"]
    due_at: DueAt | None = None


class DesignReviewed(AboutOrder, Event, key="orders.design_reviewed.v1"):
    """A drawing passed or was sent back; CS reviews standard ones, the director custom ones (000 §3.4.2, §3.5.2)."""

    drawing_kind: DrawingKind
    version: int = Field(ge=1)
    outcome: Literal["approved", "rejected"]
    by: StaffId
    by_role: RoleName
    notes: str = Field(default="", max_length=4000)


class ProductionReleased(AboutOrder, Event, key="orders.production_released.v1"):
    """The plant manager passed the order on to the breakdown section (000 §3.4.3, §3.5.2)."""

    by: StaffId = Field(examples=["plant-manager"])


class WorkOrderIssued(AboutOrder, Event, key="orders.work_order_issued.v1"):
    """Engineering told the shop floor to make the order; planning schedules it (004 三2(1))."""

    work_order_no: PaperNo = Field(examples=["GD-2026-0412"])
    issued_by: StaffId = Field(examples=["engineering-01"])


class BreakdownReviewed(AboutOrder, Event, key="orders.breakdown_reviewed.v1"):
    """R&D checked the breakdown of a custom order (000 §3.5.3a)."""

    outcome: Literal["approved", "rejected"]
    by: StaffId = Field(examples=["rd-02"])
    notes: str = Field(default="", max_length=4000)


class SampleReviewed(AboutOrder, Event, key="orders.sample_reviewed.v1"):
    """The sample is confirmed, and full production may run, or it is rejected (000 §3.5.3b)."""

    sample_no: PaperNo = Field(examples=["DY-2026-0017"])
    outcome: Literal["confirmed", "rejected"]
    by: StaffId = Field(examples=["design-director"])
    notes: str = Field(default="", max_length=4000)


class ProductionScheduled(AboutCustomersOrder, Event, key="orders.production_scheduled.v1"):
    """Production and delivery plan, promptly told to the customer (004 一㈡2a, 三2)."""

    begin: date
    finish: date
    delivery_on: date = Field(examples=["2026-11-26"])
    allocated: bool = Field(
        default=False,
        description="Whether parts of it are set aside from stock or bought outside, which is told with it.",
    )
    late: bool = Field(
        default=False, description="Whether it is behind the contract's day: then the delay tells it, with the reason."
    )


class AllocatedLine(Part):
    """Goods set aside for an order, own or bought outside."""

    part_no: Line = Field(examples=["LC-80-2700"])
    quantity: Count = Field(examples=[48])
    source: Literal["own", "outsourced"]


class StockAllocated(AboutOrder, Event, key="orders.stock_allocated.v1"):
    """Stock is set aside for an order (000 §3.4.3, 004 一㈡4)."""

    lines: tuple[AllocatedLine, ...]
    short: tuple[AllocatedLine, ...] = ()


class SampleSent(AboutCustomersOrder, Event, key="orders.sample_sent.v1"):
    """A sample is on its way to the customer (004 二2-3)."""

    sample_no: PaperNo = Field(examples=["DY-2026-0017"])
    carrier: Line = Field(examples=["顺丰速运"])
    sent_by: StaffId


class PackagingConfirmed(AboutOrder, Event, key="orders.packaging_confirmed.v1"):
    """Boxes, manuals and labels are confirmed, and the room that the goods take (004 三2(3))."""

    items: tuple[Line, ...] = Field(examples=[["木箱 × 6", "安装说明书 × 1"]])
    volume_litres: int = Field(ge=1, examples=[4200])
    confirmed_by: StaffId


class PreShipmentInspected(AboutOrder, Event, key="orders.pre_shipment_inspected.v1"):
    """The goods of a custom order were inspected before shipping; without a pass nothing leaves (000 §3.5.3c)."""

    inspector: StaffId = Field(examples=["designer-04"])
    outcome: Literal["passed", "failed"]
    defects: tuple[Defect, ...] = ()
    photos: tuple[FileRef, ...] = ()


class DisposalProposed(Event, key="orders.disposal_proposed.v1"):
    """Returned or obsolete goods should go; the marketing vice-president decides (004 一㈡4)."""

    disposal_id: UUID
    goods: Line = Field(examples=["80 款单玻隔断（停产）"])
    quantity: Quantity = Field(examples=[36])
    origin: Literal["returned", "obsolete"]
    way: Literal["scrap", "rework", "resell"]
    reason: Prose = Field(examples=["停产两年，库存盘点发现"])
    proposed_by: StaffId


class DisposalDecided(Event, key="orders.disposal_decided.v1"):
    """The marketing vice-president decided about goods that should go (004 一㈡4)."""

    disposal_id: UUID
    goods: Line = Field(examples=["80 款单玻隔断（停产）"])
    quantity: Quantity = Field(examples=[36])
    way: Literal["scrap", "rework", "resell"]
    outcome: Literal["approved", "rejected"]
    by: StaffId = Field(examples=["marketing-vp"])


class OrderExceptionRaised(AboutOrder, Event, key="orders.order_exception_raised.v1"):
    """Something is wrong with an order; it stays on the Saturday list until resolved.

    Source: 000 §4.1c, 004 一㈡2b, 二1, 003 三5.
    """

    exception_id: UUID
    kind: Literal["schedule", "quality", "material", "supply", "installer", "payment"]
    detail: Prose = Field(examples=["五金件供应商断货"])
    raised_by: StaffId


class OrderExceptionResolved(AboutOrder, Event, key="orders.order_exception_resolved.v1"):
    """A solution was found for something that was wrong with an order (000 §4.1c)."""

    exception_id: UUID
    resolution: Prose = Field(examples=["改用备用供应商"])
    by: StaffId
