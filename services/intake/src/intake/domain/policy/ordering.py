"""How an order comes in: who answers an enquiry by when, how long a price holds, which papers come before an order."""

from typing import Annotated

from pydantic import Field

from intake.domain.parts.papers import OrderPaper
from shared.clocks import Clock
from shared.contracts.event import Frozen
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line

Section = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]


class EnquiryRule(Frozen):
    """By when an enquiry of one kind is answered, and whose duty that is (004 一㈠1, 003 三3)."""

    clock: Clock


class QuoteRule(Frozen):
    """How many days a price holds that names no last day of its own."""

    valid_days: int = Field(ge=1, le=365)


class DesignIntakeRule(Frozen):
    """By when the three forms are checked after they were brought in (000 §3.3.1.1)."""

    clock: Clock


class ProjectRule(Frozen):
    """What a project file says: the sections of the work detail of CS (form 6), by the names people read."""

    sections: dict[Section, Line] = Field(min_length=1)


class PlacingRule(Frozen):
    """Which papers an order of this route needs before it is placed, and who verifies it (000 §3.4.1, §3.5.1).

    An order that a department places comes with that department's own papers.
    """

    needs: tuple[OrderPaper, ...] = ()
    by: tuple[Role, ...] = Field(min_length=1)
