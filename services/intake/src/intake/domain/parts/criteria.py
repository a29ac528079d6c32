"""By what the list of a campaign is drawn."""

from uuid import UUID

from shared.contracts.event import Part
from shared.contracts.intake import Trade
from shared.contracts.vocabulary import CustomerId, CustomerKind, Line


class Criteria(Part):
    """Which customers are on a list; what is absent does not matter. `ordered` are those with an order of theirs."""

    kind: CustomerKind | None = None
    trade: Trade | None = None
    region: Line | None = None
    member: bool | None = None
    ordered: bool | None = None


class LeadingHere(Part):
    """What is read of a file that was merged into a customer's."""

    papers: tuple[Line, ...] = ()


class ListedCustomer(Part):
    """What is read of a customer to draw a list."""

    id: UUID
    papers: tuple[Line, ...] = ()
    absorbed: tuple[LeadingHere, ...] = ()
    stage: Line = "open"
    merged_into: CustomerId | None = None

    def fits(self, ordered: bool | None) -> bool:
        """Whether the customer may be called at all, and has an order under any file of theirs or not, as asked."""
        has_ordered = bool(self.papers) or any(each.papers for each in self.absorbed)
        return self.stage != "erased" and ordered in (None, has_ordered)
