"""What happens at intake when time passes."""

from datetime import time

from intake.domain.calendar_year import CalendarYear
from intake.domain.decisions.calendar_year import ask_for_holidays
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.aggregate import Cause
from shared.calendar import Monthly
from shared.clocks import CLOCKS
from shared.store import Touch
from shared.timers import Occurrence, Timers

ASKED_FROM = 10
"""The month from which the holidays of the next year are asked for: they are announced in autumn."""


def timers(stores: Stores, rules: Rules) -> Timers:
    """Callbacks that come near their end are called to mind; one that is missed is still owed."""
    at = Timers()
    at(stores.callbacks, CLOCKS)(rules.clocks.tick())
    at(stores.calendar_years, CLOCKS)(rules.clocks.tick())

    @at.every(Monthly(day=1, at=time(9)))
    async def holidays_of_next_year(occurrence: Occurrence, cause: Cause) -> Touch[CalendarYear] | None:
        """On the first of October, November and December: are the next year's working days known?"""
        day = rules.clocks.calendar.day(occurrence.at)
        if day.month < ASKED_FROM:
            return None
        start = CalendarYear.blank(day.year + 1)
        return stores.calendar_years.touch(start.id, lambda year: ask_for_holidays(year, rules, cause), start)

    return at
