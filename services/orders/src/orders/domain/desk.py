"""When the company wants which report: the calendar of the customer-service desk."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from shared.aggregate import Aggregate, Cause, Change
from shared.calendar import Calendar, Monthly, Policy, Weekly, months_later
from shared.contracts.orders import ReportDue

ReportKind = Literal["weekly_exceptions", "sales_stats", "overdue_payments", "commission_basis", "told_in_time"]

DESK = uuid5(NAMESPACE_URL, "urn:kefu:orders:desk")
"""There is one desk."""

CLOCKS: Mapping[str, Policy] = MappingProxyType(
    {
        "week": Policy(
            name="week", version=1, term=Weekly(weekday=5, at=time(13)), source="000 §4.2: Saturday 13:00, the meeting"
        ),
        "month": Policy(
            name="month", version=1, term=Monthly(day=1, at=time(6)), source="004 四4: month, quarter, year"
        ),
    }
)


class Desk(Aggregate):
    """Whose deadlines are the dates of the reports."""

    zone: str

    @classmethod
    def opened(cls, zone: str, at: datetime) -> "Desk":
        """A desk that begins to keep its dates."""
        desk = cls(id=DESK, zone=zone)
        for clock in CLOCKS:
            desk = desk._next(clock, at)
        return desk

    def week(self, cause: Cause) -> Change["Desk"]:
        """Saturday's meeting wants the week's exceptions and what is overdue (000 §4.2, 004 四3)."""
        day = Calendar(self.zone).day(cause.at)
        begin, end = day - timedelta(days=6), day + timedelta(days=1)
        year, number, _ = day.isocalendar()
        period = f"{year}-W{number:02d}"
        events = (_due("weekly_exceptions", period, begin, end), _due("overdue_payments", period, begin, end))
        return Change(self._next("week", cause.at), events)

    def month(self, cause: Cause) -> Change["Desk"]:
        """The first of the month wants last month's figures, and the quarter's and year's at their ends (004 四4)."""
        end = Calendar(self.zone).day(cause.at).replace(day=1)
        begin = months_later(end, -1)
        events = [_due(kind, f"{begin:%Y-%m}", begin, end) for kind in _MONTHLY]
        if end.month in (1, 4, 7, 10):
            quarter = months_later(end, -3)
            events.append(_due("sales_stats", f"{quarter.year}-Q{quarter.month // 3 + 1}", quarter, end))
        if end.month == 1:
            events.append(_due("sales_stats", f"{begin.year}", months_later(end, -12), end))
        return Change(self._next("month", cause.at), tuple(events))

    def _next(self, clock: str, since: datetime) -> "Desk":
        return self.awaiting(clock, CLOCKS[clock].due(since, Calendar(self.zone)))


_MONTHLY: tuple[ReportKind, ...] = ("sales_stats", "commission_basis", "told_in_time")


def _due(report: ReportKind, period: str, begin: date, end: date) -> ReportDue:
    return ReportDue(report=report, period=period, begin=begin, end=end)
