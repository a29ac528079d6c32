"""The complaint register of one month, which gives every complaint its number (002 六1(1), 003 §21)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid5

from complaints.domain.form import Form
from shared.aggregate import Aggregate, Change
from shared.calendar import Calendar
from shared.contracts.complaints import ComplaintResubmitted
from shared.contracts.event import Event
from shared.contracts.vocabulary import ComplaintNo, Month

_REGISTERS = uuid5(NAMESPACE_URL, "urn:kefu:complaint-register")


class Register(Aggregate):
    """The complaints of a month in the order of their numbers, `YYYY-MM-serial`, without a gap.

    Number and announcement are one write, so a number is never given without its complaint being announced; the case is
    opened by the announcement. A complaint has one place, however often it is entered.
    """

    month: Month
    entries: tuple[UUID, ...] = ()

    @classmethod
    def at(cls, accepted_at: datetime, calendar: Calendar) -> Self:
        """The empty register of the local month in which a complaint is accepted."""
        month = f"{calendar.local(accepted_at):%Y-%m}"
        return cls(id=uuid5(_REGISTERS, month), month=month)

    def number(self, complaint_id: UUID) -> ComplaintNo:
        """The number of an entered complaint."""
        return f"{self.month}-{self.entries.index(complaint_id) + 1:04d}"

    def enter(self, complaint_id: UUID, form: Form, accepted_at: datetime) -> Change[Self]:
        """Give the complaint the next number and announce it; an entered one keeps its number and is not announced."""
        if complaint_id in self.entries:
            return Change(self)
        register = self.but(entries=(*self.entries, complaint_id))
        return Change(register, tuple(register._announcements(complaint_id, form, accepted_at)))

    def _announcements(self, complaint_id: UUID, form: Form, accepted_at: datetime) -> Iterator[Event]:
        number = self.number(complaint_id)
        yield form.filed(complaint_id, number, accepted_at)
        if form.chain:
            yield ComplaintResubmitted(
                complaint_id=complaint_id,
                complaint_no=number,
                previous_no=form.chain[-1],
                chain=form.chain,
                customer=form.customer,
            )
