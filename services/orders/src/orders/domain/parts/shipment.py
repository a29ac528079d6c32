"""What is known about the way of an order's goods to the site."""

from datetime import date

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Defect, Line, ShipmentId


class Consignment(Part):
    """Goods that left together. A partial one is followed by another (001 售中三)."""

    id: ShipmentId
    left_at: Instant
    eta: Instant | None = None
    carrier: Line | None = None
    delivery_note_no: Line | None = None
    partial: bool = False
    announced: bool = False


class Crew(Part):
    """What engineering said about installers for the order (001 售中二a, 二d)."""

    available: bool
    available_from: date | None = None


class Shipment(Part):
    """Readiness, departure and arrival of one order's goods."""

    crew: Crew | None = None
    announced_ready: bool = False
    consignments: tuple[Consignment, ...] = ()
    arrived_at: Instant | None = None
    damages: tuple[Defect, ...] = ()

    @property
    def eta(self) -> Instant | None:
        """When the last of the goods are expected."""
        return max((each.eta for each in self.consignments if each.eta), default=None)
