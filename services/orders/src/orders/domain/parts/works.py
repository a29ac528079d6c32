"""What is known about the making of an order: plan, parts, sample, goods, inspection."""

from datetime import date
from typing import Literal

from orders.domain.parts.packaging import Material, PackedItem
from shared.aggregate import Refused
from shared.contracts.departments import BrokenDownPart
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Defect, FileRef, Line, PaperNo, Percent, StaffId

Verdict = Literal["confirmed", "rejected"]


class ProductionPlan(Part):
    """When an order is made and delivered, as planned (004 一㈡2a)."""

    begin: date
    finish: date
    delivery_on: date


class Sample(Part):
    """A sample and what design said of it; one of a breakdown that was rejected is void (000 §3.5.3b)."""

    no: PaperNo
    photos: tuple[FileRef, ...] = ()
    verdict: Verdict | None = None
    notes: str = ""
    sent_by: Line | None = None
    void: bool = False


class Inspection(Part):
    """Design's look at the goods before they leave (000 §3.5.3c)."""

    inspector: StaffId
    passed: bool
    defects: tuple[Defect, ...] = ()
    at: Instant


class WorkOrder(Part):
    """Engineering's word to the shop floor that an order is to be made, and by which papers (004 三2(1))."""

    no: PaperNo
    issued_by: StaffId
    issued_at: Instant


class Works(Part):
    """The making of one order as production, warehouse and design have reported it.

    `told_at` is when production last said how far it is; `breakdown` counts how often the order was broken down.
    """

    schedule: ProductionPlan | None = None
    parts: tuple[BrokenDownPart, ...] = ()
    breakdown: int = 0
    samples: tuple[Sample, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    ready_percent: Percent | None = None
    expected_ready_on: date | None = None
    told_at: Instant | None = None
    quantity_short: int = 0
    work_order: WorkOrder | None = None
    materials: tuple[Material, ...] = ()
    packed: tuple[PackedItem, ...] = ()
    volume_litres: int | None = None

    def material(self, item: str) -> Material | None:
        """The packing material of this name, if one is planned."""
        return next((each for each in self.materials if each.item == item), None)

    @property
    def allocated(self) -> bool:
        """Whether some of its parts are not made but taken from stock or bought outside."""
        return any(part.source != "make" for part in self.parts)

    @property
    def awaited_materials(self) -> tuple[Material, ...]:
        """What is printed outside and has not come in."""
        return tuple(each for each in self.materials if each.awaited)

    def sample(self, no: str) -> Sample | None:
        """The sample with this number, if it is known."""
        return next((sample for sample in self.samples if sample.no == no), None)

    def must_be_seen(self, breakdown: int) -> None:
        """Refused with `breakdown_changed` where the order was broken down again since the one that a person names."""
        if breakdown != self.breakdown:
            raise Refused(f"breakdown {self.breakdown} stands by now; read it and name that one", "breakdown_changed")

    @property
    def failed_inspection_at(self) -> Instant | None:
        """When design last found the goods wanting; what was reported ready before then is not."""
        return max((each.at for each in self.inspections if not each.passed), default=None)

    @property
    def goods_percent(self) -> int:
        """How much of the goods is ready; nothing said is nothing ready."""
        return self.ready_percent or 0
