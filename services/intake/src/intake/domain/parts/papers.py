"""The papers that an order names, as they stand when it is verified."""

from types import MappingProxyType
from typing import Literal
from uuid import UUID

from shared.contracts.event import Part
from shared.contracts.vocabulary import Line, OrderNo

OrderPaper = Literal["quote", "design_intake", "project"]

TITLES = MappingProxyType[OrderPaper, Line](
    {
        "quote": "a quote that the customer accepted",
        "design_intake": "the three forms, all of them passed",
        "project": "a project file",
    }
)


class Papers(Part):
    """The papers that an order names; `ready` are those of them that are in order.

    `ordered` is the order that was placed from the quote before.
    """

    quote_id: UUID | None = None
    design_intake_id: UUID | None = None
    project_id: UUID | None = None
    ready: tuple[OrderPaper, ...] = ()
    ordered: OrderNo | None = None

    @property
    def named(self) -> tuple[OrderPaper, ...]:
        """Which of the papers the order names."""
        ids = (("quote", self.quote_id), ("design_intake", self.design_intake_id), ("project", self.project_id))
        return tuple(paper for paper in TITLES if dict(ids)[paper])
