"""What happens when time passes: warnings, misses and the way up, the month's review and its table."""

from datetime import date, datetime, time

from complaints.domain.complaint import Complaint
from complaints.domain.corrective_action import CorrectiveAction
from complaints.domain.decisions.clock import CHASE, begin_chase, chase, report_miss
from complaints.domain.decisions.report import publish
from complaints.domain.decisions.review import begin_review
from complaints.domain.figures.statistics import DIMENSIONS, tabulate
from complaints.domain.monthly_review import MonthlyReview
from complaints.domain.policy.policy import Rules
from complaints.domain.report import Report
from complaints.store import Stores
from shared.aggregate import Cause, Change
from shared.calendar import Calendar, months_later
from shared.clocks import CLOCKS, ClockRun
from shared.erasure import follow_late
from shared.store import Touch
from shared.timers import Occurrence, Timers


def timers(stores: Stores, rules: Rules) -> Timers:
    """A warning, a miss and the further rungs for every clock of a case, of its papers and of what follows; and who
    outside of CS is late is urged.
    """

    def on_miss(complaint: Complaint, run: ClockRun, cause: Cause) -> Change[Complaint]:
        return report_miss(complaint, run, rules, cause)

    def on_late(action: CorrectiveAction, run: ClockRun, cause: Cause) -> Change[CorrectiveAction]:
        return begin_chase(action, run, rules, cause)

    at = Timers()
    at(stores.complaints, CLOCKS)(rules.clocks.tick(on_miss))
    at(stores.allowances, CLOCKS)(rules.clocks.tick())
    at(stores.returns, CLOCKS)(rules.clocks.tick())
    at(stores.penalties, CLOCKS)(rules.clocks.tick())
    at(stores.actions, CLOCKS)(rules.clocks.tick(on_late))
    at(stores.complaints, CHASE)(lambda complaint, cause: chase(complaint, rules, cause))
    at(stores.actions, CHASE)(lambda action, cause: chase(action, rules, cause))
    at(stores.reviews, CLOCKS)(rules.clocks.tick())
    _months(at, stores, rules)
    follow_late(at, stores.erased_customers, stores.personal())
    return at


def _months(at: Timers, stores: Stores, rules: Rules) -> None:
    calendar = rules.calendar

    @at.every(lambda at: rules.on(at).monthly_review)
    async def review_last_month(occurrence: Occurrence, cause: Cause) -> Touch[MonthlyReview] | None:
        """What was closed last month is put before the GM's office (003 §28.1)."""
        month = months_later(calendar.day(occurrence.at).replace(day=1), -1)
        closed = await stores.closed_between(*_bounds(month, calendar))
        return stores.reviews.birth(begin_review(f"{month:%Y-%m}", closed, rules, cause)) if closed else None

    @at.every(lambda at: rules.on(at).monthly_table)
    async def publish_last_month(occurrence: Occurrence, cause: Cause) -> Touch[Report]:
        """The classification table of last month is there by the 10th (002 六1(6))."""
        month = months_later(calendar.day(occurrence.at).replace(day=1), -1)
        counted = await stores.counted_between(*_bounds(month, calendar))
        dimensions = [each for each in DIMENSIONS if each != "month"]
        table = tabulate(counted, dimensions, await stores.recovered(), cause.at, calendar)
        return stores.reports.birth(publish(f"{month:%Y-%m}", table, cause))


def _bounds(month: date, calendar: Calendar) -> tuple[datetime, datetime]:
    return calendar.moment(month, time()), calendar.moment(months_later(month, 1), time())
