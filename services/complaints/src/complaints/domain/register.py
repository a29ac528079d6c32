"""The complaint register of one month, which gives every complaint its number (002 六1(1), 003 §21)."""

from datetime import datetime
from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.aggregate import Aggregate
from shared.calendar import Calendar
from shared.contracts.vocabulary import ComplaintNo, Month

_REGISTERS = uuid5(NAMESPACE_URL, "urn:kefu:complaint-register")


class Register(Aggregate):
    """The complaints of a month in the order of their numbers, `YYYY-MM-serial`, without a gap.

    A complaint has one place, however often it is entered.
    """

    month: Month
    entries: tuple[UUID, ...] = ()

    @classmethod
    def at(cls, accepted_at: datetime, calendar: Calendar) -> Self:
        """The empty register of the local month in which a complaint is accepted."""
        month = f"{calendar.local(accepted_at):%Y-%m}"
        return cls(id=uuid5(_REGISTERS, month), month=month)

    def number(self, complaint_id: UUID) -> ComplaintNo:
        """The number of an entered complaint. ValueError for one that is not entered."""
        return f"{self.month}-{self.entries.index(complaint_id) + 1:04d}"

    def holds(self, complaint_id: UUID) -> bool:
        """Whether the complaint is entered."""
        return complaint_id in self.entries
