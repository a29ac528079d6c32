"""Which day, week, month or year a report is about."""

from datetime import date, timedelta
from typing import Literal

from shared.calendar import months_later
from shared.contracts.event import Frozen
from shared.contracts.vocabulary import Period


class PeriodRule(Frozen):
    """The period that lies `offset` units from the day on which a report is asked for: 0 is the one with that day."""

    unit: Literal["day", "week", "month", "year"]
    offset: int = 0

    def period(self, day: date) -> Period:
        """The period as reports name it: 2026-11-20, 2026-W47, 2026-11 or 2026."""
        if self.unit == "day":
            return (day + timedelta(days=self.offset)).isoformat()
        if self.unit == "week":
            year, week, _ = (day + timedelta(weeks=self.offset)).isocalendar()
            return f"{year}-W{week:02d}"
        if self.unit == "month":
            return f"{months_later(day.replace(day=1), self.offset):%Y-%m}"
        return f"{day.year + self.offset:04d}"
