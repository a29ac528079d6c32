"""What is known about the way of an order's goods to the site."""

from datetime import date
from typing import Literal

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Defect, Line, PaperNo, ShipmentId, ShippedPart, StaffId

PaperKind = Literal["shipping", "inspection", "customs"]
"""Papers that some shipments need: booking, commodity inspection, customs declaration (船务, 商检, 报关)."""


class ShippingPaper(Part):
    """A paper without which the goods do not leave; arranged once it has a number (004 一㈡5)."""

    kind: PaperKind
    number: Line | None = None
    arranged_by: StaffId | None = None
    arranged_at: Instant | None = None


class Consignment(Part):
    """A shipment: goods that left together, on one delivery note. A partial one is followed by another (001 售中三).

    `left_at` is absent while only its arrival has been reported. `revision` counts what was said of its arrival. What
    came back after a failed inspection is `returned` and is awaited no more.
    """

    id: ShipmentId
    left_at: Instant | None = None
    eta: Instant | None = None
    carrier: Line | None = None
    delivery_note_no: PaperNo | None = None
    partial: bool = False
    parts: tuple[ShippedPart, ...] = ()
    announced: bool = False
    revision: int = 1
    arrived_at: Instant | None = None
    damages: tuple[Defect, ...] = ()
    returned: bool = False


class DeliveryNote(Part):
    """The paper that goes with a shipment (004 四1)."""

    no: PaperNo
    parts: tuple[ShippedPart, ...]
    issued_by: StaffId
    issued_at: Instant


class Crew(Part):
    """What engineering said about installers for the order (001 售中二a, 二d)."""

    available: bool
    available_from: date | None = None


class Shipment(Part):
    """Readiness, departures and arrivals of one order's goods."""

    crew: Crew | None = None
    announced_ready: bool = False
    consignments: tuple[Consignment, ...] = ()
    notes: tuple[DeliveryNote, ...] = ()
    papers: tuple[ShippingPaper, ...] = ()
    arrived_at: Instant | None = None
    damages: tuple[Defect, ...] = ()

    @property
    def under_way(self) -> tuple[Consignment, ...]:
        """The shipments that count: all but those that came back."""
        return tuple(each for each in self.consignments if not each.returned)

    @property
    def complete(self) -> bool:
        """Whether the last part of the goods has left; while no departure is heard, what arrived is taken for all."""
        left = [each for each in self.under_way if each.left_at]
        return any(not each.partial for each in left or self.under_way)

    @property
    def in_part(self) -> bool:
        """Whether a part of the goods has left, and the rest has not."""
        return any(each.left_at for each in self.under_way) and not self.complete

    @property
    def all_there_at(self) -> Instant | None:
        """When the last of a complete dispatch arrived; None while goods are still to come."""
        arrivals = [each.arrived_at for each in self.under_way if each.arrived_at]
        return max(arrivals) if self.complete and len(arrivals) == len(self.under_way) else None

    @property
    def eta(self) -> Instant | None:
        """When the last of the goods are expected."""
        return max((each.eta for each in self.under_way if each.eta), default=None)

    @property
    def expected_at(self) -> Instant | None:
        """When all goods are there, or are to be there; None while no one knows that of one of them."""
        if self.arrived_at is not None:
            return self.arrived_at
        known = [each.arrived_at or each.eta for each in self.under_way]
        return max(known_of) if known and len(known_of := [at for at in known if at]) == len(known) else None

    @property
    def missing_papers(self) -> tuple[PaperKind, ...]:
        """The papers that the goods need and that no one has arranged."""
        return tuple(paper.kind for paper in self.papers if paper.number is None)

    def paper(self, kind: PaperKind) -> ShippingPaper | None:
        """The paper of this kind, if the goods need one."""
        return next((paper for paper in self.papers if paper.kind == kind), None)

    def note(self, no: str | None) -> DeliveryNote | None:
        """The delivery note of this number, if it was issued."""
        return next((note for note in self.notes if note.no == no), None)

    def noted(self, no: str) -> Consignment | None:
        """The shipment that is under way on the delivery note of this number."""
        found = (each for each in self.under_way if each.delivery_note_no == no)
        return next(found, None)

    def left(self, no: str | None, left_at: Instant) -> Consignment | None:
        """The shipment of which this departure tells: by its note, or else by its moment, or one that arrived later."""
        if no is not None:
            named = self.noted(no)
        else:
            named = next((each for each in self.under_way if each.left_at == left_at), None)
        unheard = (each for each in self.under_way if each.left_at is None and not each.delivery_note_no)
        return named or next((each for each in unheard if each.arrived_at and each.arrived_at >= left_at), None)

    def arriving(self, no: str | None) -> Consignment | None:
        """The shipment of which this arrival tells: by its note, or else the latest that is still on its way."""
        if no is not None and (named := self.noted(no)):
            return named
        unnamed = [each for each in self.under_way if no is None or each.delivery_note_no is None]
        return next((each for each in reversed(unnamed) if each.arrived_at is None), None)

    def coming_back(self, no: str | None) -> Consignment | None:
        """The shipment that was called back on its way, and of which this arrival may tell."""
        called_back = [each for each in self.consignments if each.returned and no in (None, each.delivery_note_no)]
        return next((each for each in reversed(called_back) if each.arrived_at is None), None)
