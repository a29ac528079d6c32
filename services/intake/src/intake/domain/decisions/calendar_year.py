"""Who enters the holidays of a year, and by when."""

from intake.domain.calendar_year import CalendarYear
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.clocks import Matter


def ask_for_holidays(year: CalendarYear, rules: Rules, cause: Cause) -> Change[CalendarYear]:
    """The holidays of a year that is not known are a duty; it ends when they are there.

    Without them every clock that counts working days would count Monday to Friday.
    """
    policy = rules.on(cause.at)
    if rules.calendar.knows(year.year):
        return rules.clocks.stop(cause=cause)(year)
    if year.running:
        return Change(year)
    return rules.clocks.start(policy.holidays, Matter(about=f"{year.year}年节假日"), cause, policy=policy)(year)
