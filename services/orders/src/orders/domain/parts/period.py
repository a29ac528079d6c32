"""What a report is over: which kind, and from which day up to which."""

from datetime import date, timedelta
from typing import Literal

from shared.calendar import months_later
from shared.contracts.event import Part
from shared.contracts.vocabulary import Period

ReportKind = Literal[
    "weekly_exceptions",
    "sales_stats",
    "overdue_payments",
    "commission_basis",
    "told_in_time",
    "plan_completion",
    "demand",
    "customer_grades",
    "sales_analysis",
    "sales_forecast",
    "supply_problems",
    "sales_costs",
    "delivery_times",
]

_MONTHLY: tuple[ReportKind, ...] = (
    "sales_stats",
    "commission_basis",
    "told_in_time",
    "plan_completion",
    "demand",
    "customer_grades",
    "sales_analysis",
    "sales_forecast",
    "supply_problems",
    "sales_costs",
    "delivery_times",
)
_LONGER: tuple[ReportKind, ...] = ("sales_stats", "plan_completion")


class ReportPeriod(Part):
    """A kind of report over the days from `begin` up to, not including, `end`."""

    kind: ReportKind
    period: Period
    begin: date
    end: date


def of_week(day: date) -> tuple[ReportPeriod, ...]:
    """What Saturday's meeting wants on its day: the week's exceptions and what is overdue (000 §4.2, 004 四3)."""
    begin, end = day - timedelta(days=6), day + timedelta(days=1)
    year, number, _ = day.isocalendar()
    kinds: tuple[ReportKind, ...] = ("weekly_exceptions", "overdue_payments")
    return tuple(ReportPeriod(kind=kind, period=f"{year}-W{number:02d}", begin=begin, end=end) for kind in kinds)


def of_month(day: date) -> tuple[ReportPeriod, ...]:
    """The figures of the month before, and those of the quarter and the year that have ended with it (004 四4)."""
    end = day.replace(day=1)
    begin = months_later(end, -1)
    wanted = [ReportPeriod(kind=kind, period=f"{begin:%Y-%m}", begin=begin, end=end) for kind in _MONTHLY]
    if end.month in (1, 4, 7, 10):
        quarter = months_later(end, -3)
        label = f"{quarter.year}-Q{quarter.month // 3 + 1}"
        wanted.extend(ReportPeriod(kind=kind, period=label, begin=quarter, end=end) for kind in _LONGER)
    if end.month == 1:
        year = months_later(end, -12)
        wanted.extend(ReportPeriod(kind=kind, period=f"{year.year}", begin=year, end=end) for kind in _LONGER)
    return tuple(wanted)
