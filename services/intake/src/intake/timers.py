"""What happens at intake when time passes."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import get_args
from uuid import UUID

from intake.domain.calendar_year import CalendarYear
from intake.domain.callback import Callback
from intake.domain.campaign import LONGEST_LIST, Campaign
from intake.domain.care import Care
from intake.domain.colleague import colleague_id_of
from intake.domain.customer_class import CustomerClass
from intake.domain.decisions.calendar_year import ask_for_holidays
from intake.domain.decisions.callback import owe
from intake.domain.decisions.campaign import start_campaign
from intake.domain.decisions.care import begin_month
from intake.domain.decisions.customer_class import ask_for_colleague, note_colleague, note_that_it_is_empty
from intake.domain.decisions.digest import publish
from intake.domain.decisions.itinerary import plan_call
from intake.domain.decisions.problem import publish_day
from intake.domain.decisions.quoting import lapse
from intake.domain.decisions.survey import issue
from intake.domain.decisions.visit_text import note_numbers
from intake.domain.decisions.work_report import ask_for
from intake.domain.digest import Digest
from intake.domain.itinerary import Itinerary
from intake.domain.parts.criteria import Criteria
from intake.domain.policy.campaigns import Season
from intake.domain.policy.period import PeriodRule
from intake.domain.policy.policy import Rules
from intake.domain.policy.reports import ReportForm
from intake.domain.problem_day import ProblemDay
from intake.domain.quote import LAPSE
from intake.domain.survey import Survey
from intake.domain.visit_text import VisitText
from intake.domain.work_report import WorkReport
from intake.store import Stores
from shared.aggregate import Cause
from shared.clocks import CLOCKS
from shared.contracts.intake import CallbackReason, Trade
from shared.contracts.roles import Role
from shared.erasure import NIGHT, follow_late
from shared.store import Between, Touch
from shared.timers import ForEach, Occurrence, Timers

EVERYBODY = 1_000_000
"""More customers than the company has: what goes to all of them is drawn with this limit."""


def timers(stores: Stores, rules: Rules) -> Timers:
    """Clocks that come near their end are called to mind; what is missed is still owed. Reports are asked for."""
    at = Timers()
    at(stores.callbacks, CLOCKS)(rules.clocks.tick())
    at(stores.calendar_years, CLOCKS)(rules.clocks.tick())
    at(stores.customer_classes, CLOCKS)(rules.clocks.tick())
    at(stores.visit_plans, CLOCKS)(rules.clocks.tick())
    at(stores.showroom_visits, CLOCKS)(rules.clocks.tick())
    at(stores.customers, CLOCKS)(rules.clocks.tick())
    at(stores.visit_texts, CLOCKS)(rules.clocks.tick())
    at(stores.problems, CLOCKS)(rules.clocks.tick())
    at(stores.enquiries, CLOCKS)(rules.clocks.tick())
    at(stores.design_intakes, CLOCKS)(rules.clocks.tick())
    at(stores.fines, CLOCKS)(rules.clocks.tick())
    at(stores.opportunities, CLOCKS)(rules.clocks.tick())
    at(stores.quotes, LAPSE)(lapse)

    @at.every(lambda at: rules.on(at).holidays_looked_at)
    async def holidays_that_are_not_known(occurrence: Occurrence, cause: Cause) -> list[Touch[CalendarYear]]:
        """Are the working days of this year known, and in autumn those of the next?"""
        day = rules.calendar.day(occurrence.at)
        years = (day.year, day.year + 1) if day.month >= rules.on(occurrence.at).holidays_from_month else (day.year,)
        blanks = [CalendarYear.blank(year) for year in years]
        return [
            stores.calendar_years.touch(blank.id, lambda year: ask_for_holidays(year, rules, cause), blank)
            for blank in blanks
        ]

    async def members(moment: datetime) -> list[str]:
        return [str(customer.id) for customer in await stores.customers.members()]

    @at.every(lambda at: rules.on(at).customer_classes.looked_at)
    async def classes_without_a_colleague(occurrence: Occurrence, cause: Cause) -> list[Touch[CustomerClass]]:
        """Who answers for each class of customers that has any (002 一2)?"""
        day = rules.calendar.day(occurrence.at)
        found: list[Touch[CustomerClass]] = []
        for trade in get_args(Trade):
            blank = CustomerClass.blank(trade)
            if await stores.colleagues.answering_for(trade, day):
                decide = note_colleague
            elif await stores.customers.count(stores.customers.of_class(trade), limit=1):
                decide = ask_for_colleague
            else:
                decide = note_that_it_is_empty
            found.append(stores.customer_classes.touch(blank.id, partial(decide, rules=rules, cause=cause), blank))
        return found

    @at.every(lambda at: rules.on(at).members_called, for_each=members)
    async def call_members(occurrence: Occurrence, cause: Cause) -> Touch[Callback]:
        """Every member customer is called in each round (002 四2)."""
        customer = await stores.customers.leading(UUID(str(occurrence.of)))
        reason = CallbackReason(kind="member")
        return stores.callbacks.birth(
            owe(cause.derive("callback"), customer.snapshot(), reason, cause.at, None, rules, cause)
        )

    _care(at, stores, rules)
    _rounds(at, stores, rules)
    _seasons(at, stores, rules)
    _opinions(at, stores, rules)
    _reports(at, stores, rules)
    _texts(at, stores)
    follow_late(at, stores.erased_customers, stores.personal(rules))
    return at


def _texts(at: Timers, stores: Stores) -> None:
    async def without_numbers(moment: datetime) -> list[str]:
        return [str(id) for id in await stores.visit_texts.without_numbers()]

    @at.every(NIGHT, for_each=without_numbers)
    async def note_numbers_in_text(occurrence: Occurrence, cause: Cause) -> Touch[VisitText]:
        """A text that came in before the numbers in it were noted is found by them as well (003 二1-7)."""
        return stores.visit_texts.touch(UUID(str(occurrence.of)), lambda text: note_numbers(text, cause))


def _care(at: Timers, stores: Stores, rules: Rules) -> None:
    at(stores.care, CLOCKS)(rules.clocks.tick())

    async def before_their_first_order(moment: datetime) -> list[str]:
        return [str(id) for id in await stores.customers.drawn(Criteria(ordered=False), EVERYBODY)]

    @at.every(lambda at: rules.on(at).care.begins, for_each=before_their_first_order)
    async def begin_month_of_care(occurrence: Occurrence, cause: Cause) -> Touch[Care]:
        """Every customer without an order gets a call, a mail and two texts in the month (001 售前五a)."""
        customer = await stores.customers.leading(UUID(str(occurrence.of)))
        day = rules.calendar.day(occurrence.at)
        told = await stores.care.told(await stores.customers.files_of(customer.id))
        contents = [each for each in await stores.care_contents.current(day) if each.id not in told]
        snapshot, specialist = customer.snapshot(), customer.particulars.specialist
        blank = Care.blank(snapshot, f"{day:%Y-%m}")
        return stores.care.touch(
            blank.id, lambda care: begin_month(care, snapshot, specialist, contents, rules, cause), blank
        )


def _opinions(at: Timers, stores: Stores, rules: Rules) -> None:
    async def with_an_order(moment: datetime) -> list[str]:
        return [str(id) for id in await stores.customers.drawn(Criteria(ordered=True), EVERYBODY)]

    @at.every(lambda at: rules.on(at).surveys.asked, for_each=with_an_order)
    async def ask_for_opinion(occurrence: Occurrence, cause: Cause) -> Touch[Survey] | None:
        """Customers are asked for their opinion regularly; one who was asked lately is not asked again (003 §14)."""
        customer = await stores.customers.leading(UUID(str(occurrence.of)))
        lately = Between(occurrence.at - rules.on(occurrence.at).surveys.apart)
        where = {"customer_id": await stores.customers.all_of(customer.id), "issued_at": lately}
        if await stores.surveys.count(where, limit=1):
            return None
        return stores.surveys.birth(issue(cause.derive("survey"), customer.snapshot(), None, None, None, cause))

    @at.every(lambda at: rules.on(at).problems.collected)
    async def collect_problems(occurrence: Occurrence, cause: Cause) -> Touch[ProblemDay] | None:
        """At the end of the day the heads read its problems: raised, fed back, solved; nothing on a day without any."""
        day = rules.calendar.day(occurrence.at)
        problems = await stores.problems.touching(rules.calendar.moment(day, time()))
        if not problems:
            return None
        return stores.problem_days.birth(publish_day(day, problems, rules, cause))


def _rounds(at: Timers, stores: Stores, rules: Rules) -> None:
    @at.every(lambda at: rules.on(at).campaigns.rounds_looked_at)
    async def call_types_of_customers(occurrence: Occurrence, cause: Cause) -> list[Touch[Campaign]]:
        """Each type of customer is called at irregular times: the list is shared out among the specialists (002 二)."""
        day = rules.calendar.day(occurrence.at)
        due = [each for each in rules.on(occurrence.at).campaigns.rounds if each.falls_on(day, rules.calendar)]
        abilities = {each.staff: each.ability for each in await stores.shares(day)} if due else {}
        lists = [
            (each, part, customers[begin : begin + LONGEST_LIST])
            for each in due
            for customers in [await stores.customers.drawn(each.draws, EVERYBODY)]
            for part, begin in enumerate(range(0, len(customers), LONGEST_LIST), start=1)
        ]
        return [
            stores.campaigns.birth(
                start_campaign(
                    cause.derive(f"campaign:{each.name}:{part}"),
                    "callback_batch",
                    f"{day}{each.name}（第{part}批）",
                    None,
                    None,
                    day + timedelta(days=each.days),
                    customers,
                    abilities,
                    rules,
                    cause,
                )
            )
            for each, part, customers in lists
            if abilities
        ]


def _seasons(at: Timers, stores: Stores, rules: Rules) -> None:
    """Festivals, the company's anniversary and promotions have their callbacks (002 三2)."""
    at(stores.campaigns, CLOCKS)(rules.clocks.tick())
    known = {name: season for policy in rules.policies for name, season in policy.campaigns.seasons.items()}
    for name, season in known.items():
        _call_in_season(at, name, season, stores, rules)


def _call_in_season(at: Timers, name: str, known: Season, stores: Stores, rules: Rules) -> None:
    """One season's schedule. `known` is what some version says of it, for the times at which none is in force."""

    def season(moment: datetime) -> Season:
        return rules.on(moment).campaigns.seasons.get(name, known)

    @at.every(lambda at: season(at).comes, name=f"call_in_season_{name}")
    async def call_in_season(occurrence: Occurrence, cause: Cause) -> Touch[Campaign] | None:
        """The list is drawn and shared out among the specialists; none without specialists or customers who fit."""
        if name not in rules.on(occurrence.at).campaigns.seasons:
            return None
        rule, day = season(occurrence.at), rules.calendar.day(occurrence.at)
        customers = await stores.customers.drawn(rule.draws, LONGEST_LIST)
        abilities = {each.staff: each.ability for each in await stores.shares(day)}
        if not customers or not abilities:
            return None
        return stores.campaigns.birth(
            start_campaign(
                cause.derive("campaign"),
                "seasonal",
                f"{day.year}年{rule.name}",
                rule.wish,
                None,
                day + timedelta(days=rule.days),
                customers,
                abilities,
                rules,
                cause,
            )
        )


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
