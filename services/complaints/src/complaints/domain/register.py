"""The complaint register of one month, which gives every complaint its number (002 六1(1), 003 §21)."""

from datetime import datetime
from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.aggregate import Aggregate
from shared.calendar import Calendar
from shared.contracts.event import Part
from shared.contracts.vocabulary import ComplaintNo, Month

_REGISTERS = uuid5(NAMESPACE_URL, "urn:kefu:complaint-register")


class Entry(Part):
    """The place of one complaint, and the cause that gave it: what was filed by another cause was too late."""

    complaint_id: UUID
    cause: UUID


class Register(Aggregate):
    """The complaints of a month in the order of their numbers, `YYYY-MM-serial`, without a gap.

    A complaint has one place, however often it is entered.
    """

    month: Month
    entries: tuple[Entry, ...] = ()

    @classmethod
    def at(cls, accepted_at: datetime, calendar: Calendar) -> Self:
        """The empty register of the local month in which a complaint is accepted."""
        month = f"{calendar.local(accepted_at):%Y-%m}"
        return cls(id=uuid5(_REGISTERS, month), month=month)

    def number(self, complaint_id: UUID) -> ComplaintNo:
        """The number of an entered complaint. LookupError for one that is not entered."""
        return f"{self.month}-{self._place(complaint_id) + 1:04d}"

    def holds(self, complaint_id: UUID) -> bool:
        """Whether the complaint is entered."""
        return any(entry.complaint_id == complaint_id for entry in self.entries)

    def entered_by(self, complaint_id: UUID) -> UUID:
        """The id of the cause by which the complaint was entered. LookupError for one that is not entered."""
        return self.entries[self._place(complaint_id)].cause

    def _place(self, complaint_id: UUID) -> int:
        for place, entry in enumerate(self.entries):
            if entry.complaint_id == complaint_id:
                return place
        raise LookupError(f"complaint {complaint_id} is not entered in {self.month}")
