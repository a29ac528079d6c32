"""The material of a service order: what was asked for, promised, made ready and used (001 售后五)."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import Line, PaperNo, StaffId


class PartLine(Part):
    """A part that was asked for, and how many of it have been used."""

    part_no: Line
    quantity: int = Field(ge=1)
    used: int = Field(default=0, ge=0)


class Supply(Part):
    """The material of a service order under the number of its form."""

    form_no: PaperNo
    lines: tuple[PartLine, ...]
    needed_by: date | None = None
    requested_by: StaffId
    requested_at: Instant
    promised_on: date | None = None
    ready_at: Instant | None = None


class Expense(Part):
    """What a technician laid out for a service and claims back (001 售后六a)."""

    id: UUID
    amount: Money
    reason: Line
    by: StaffId
    at: Instant
    entered_at: Instant | None = None

    @property
    def entered(self) -> datetime:
        """When it was entered."""
        return self.entered_at or self.at
