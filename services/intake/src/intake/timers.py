"""What happens at intake when time passes."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from uuid import UUID

from intake.domain.calendar_year import CalendarYear
from intake.domain.callback import Callback
from intake.domain.colleague import colleague_id_of
from intake.domain.decisions.calendar_year import ask_for_holidays
from intake.domain.decisions.callback import owe
from intake.domain.decisions.digest import publish
from intake.domain.decisions.itinerary import plan_call
from intake.domain.decisions.quoting import lapse
from intake.domain.decisions.work_report import ask_for
from intake.domain.digest import Digest
from intake.domain.itinerary import Itinerary
from intake.domain.policy.period import PeriodRule
from intake.domain.policy.policy import Rules
from intake.domain.policy.reports import ReportForm
from intake.domain.quote import LAPSE
from intake.domain.work_report import WorkReport
from intake.store import Stores
from shared.aggregate import Cause
from shared.calendar import Daily
from shared.clocks import CLOCKS
from shared.contracts.intake import CallbackReason
from shared.contracts.roles import Role
from shared.erasure import follow_late
from shared.store import Touch
from shared.timers import ForEach, Occurrence, Timers

ASKED_FROM = 10
"""The month from which the holidays of the next year are asked for: they are announced in autumn."""


def timers(stores: Stores, rules: Rules) -> Timers:
    """Clocks that come near their end are called to mind; what is missed is still owed. Reports are asked for."""
    at = Timers()
    at(stores.callbacks, CLOCKS)(rules.clocks.tick())
    at(stores.calendar_years, CLOCKS)(rules.clocks.tick())
    at(stores.visit_plans, CLOCKS)(rules.clocks.tick())
    at(stores.showroom_visits, CLOCKS)(rules.clocks.tick())
    at(stores.enquiries, CLOCKS)(rules.clocks.tick())
    at(stores.design_intakes, CLOCKS)(rules.clocks.tick())
    at(stores.quotes, LAPSE)(lapse)

    @at.every(Daily(at=time(9)))
    async def holidays_that_are_not_known(occurrence: Occurrence, cause: Cause) -> list[Touch[CalendarYear]]:
        """Every morning: are the working days of this year known, and from October on those of the next?"""
        day = rules.calendar.day(occurrence.at)
        years = (day.year, day.year + 1) if day.month >= ASKED_FROM else (day.year,)
        blanks = [CalendarYear.blank(year) for year in years]
        return [
            stores.calendar_years.touch(blank.id, lambda year: ask_for_holidays(year, rules, cause), blank)
            for blank in blanks
        ]

    async def members(moment: datetime) -> list[str]:
        return [str(customer.id) for customer in await stores.customers.members()]

    @at.every(lambda at: rules.on(at).members_called, for_each=members)
    async def call_members(occurrence: Occurrence, cause: Cause) -> Touch[Callback]:
        """Every member customer is called in each round (002 四2)."""
        customer = await stores.customers.leading(UUID(str(occurrence.of)))
        reason = CallbackReason(kind="member")
        return stores.callbacks.birth(
            owe(cause.derive("callback"), customer.snapshot(), reason, cause.at, None, rules, cause)
        )

    _reports(at, stores, rules)
    follow_late(at, stores.erased_customers, stores.personal(rules))
    return at


def _reports(at: Timers, stores: Stores, rules: Rules) -> None:
    """What comes round by the policy: each report of each colleague, the morning's call, the Saturday digest."""
    at(stores.work_reports, CLOCKS)(rules.clocks.tick())
    at(stores.itineraries, CLOCKS)(rules.clocks.tick())
    for name, form in {name: form for policy in rules.policies for name, form in policy.reports.items()}.items():
        _ask_for(at, name, form, stores, rules)

    @at.every(
        lambda at: rules.on(at).itinerary.asked, for_each=_staff(stores, rules, lambda at: rules.on(at).itinerary.by)
    )
    async def call_about_the_day(occurrence: Occurrence, cause: Cause) -> Touch[Itinerary]:
        """From 09:00 on each account manager is to be called about the day (000 §3.2)."""
        colleague = await stores.colleagues.get(colleague_id_of(str(occurrence.of)))
        day = rules.calendar.day(occurrence.at)
        return stores.itineraries.birth(plan_call(colleague, day, rules, cause))

    @at.every(lambda at: rules.on(at).digest.comes)
    async def tell_what_is_missing(occurrence: Occurrence, cause: Cause) -> Touch[Digest] | None:
        """On Saturday at 13:00 the heads read which weekly plans were missing at 12:00 (000 §4.2)."""
        calendar, digest = rules.calendar, rules.on(occurrence.at).digest
        day = calendar.day(occurrence.at)
        reports = await stores.work_reports.due(digest.forms, calendar.moment(day, time()), occurrence.at)
        if not reports:
            return None
        return stores.digests.birth(publish(reports, PeriodRule(unit="week").period(day), rules, cause))


def _ask_for(at: Timers, name: str, known: ReportForm, stores: Stores, rules: Rules) -> None:
    """One form's schedule. `known` is what some version says of it, for the times at which none is in force."""

    def form(moment: datetime) -> ReportForm:
        return rules.on(moment).reports.get(name, known)

    @at.every(lambda at: form(at).asked, for_each=_staff(stores, rules, lambda at: form(at).by), name=f"ask_for_{name}")
    async def ask(occurrence: Occurrence, cause: Cause) -> Touch[WorkReport] | None:
        """One colleague owes one report on this form for the period."""
        if name not in rules.on(occurrence.at).reports:
            return None
        colleague = await stores.colleagues.get(colleague_id_of(str(occurrence.of)))
        period = form(occurrence.at).period.period(rules.calendar.day(occurrence.at))
        blank = WorkReport.blank(name, colleague.staff, period)
        return stores.work_reports.touch(blank.id, lambda report: ask_for(report, colleague, rules, cause), blank)


def _staff(stores: Stores, rules: Rules, roles: Callable[[datetime], Sequence[Role]]) -> ForEach:
    """Those who have one of these roles on the day."""

    async def working(moment: datetime) -> list[str]:
        day = rules.calendar.day(moment)
        return [colleague.staff for colleague in await stores.colleagues.working(roles(moment), day)]

    return working
