"""The pages of duties beside calls, reports and customers: a problem, a fine, an account manager's day."""

from collections.abc import Sequence

from fastapi import APIRouter

from intake.api import readers
from intake.api.fines import FineView
from intake.api.itineraries import ItineraryView
from intake.api.problems import ProblemView
from intake.domain.fine import Fine
from intake.domain.itinerary import Itinerary
from intake.domain.policy.policy import Rules
from intake.domain.problem import DayProblem
from intake.pages.words import FINE_STAGES, FINING, ITINERARIES, ITINERARY_STAGES, PROBLEM_STAGES, PROBLEMS
from intake.store import Stores
from shared.calendar import Calendar
from shared.language import _, listed
from shared.pages.forms import Forms
from shared.pages.rendering import Renderer
from shared.pages.thing import ShownThing, ThingPages, Titled, told_at
from shared.pages.words import DEPARTMENTS, SERVICES, money


def routes(stores: Stores, rules: Rules, asked: Sequence[APIRouter], render: Renderer) -> Sequence[APIRouter]:
    """The page of each such thing."""
    pages = ThingPages(rules.calendar, render)
    about_problems = Forms("intake", "/problems/{problem_id}", asked, PROBLEMS)
    about_fines = Forms("intake", "/fines/{fine_id}", asked, FINING)
    about_days = Forms("intake", "/itineraries/{itinerary_id}", asked, ITINERARIES)
    return (
        pages.of("problems", stores.problems, readers.VISITS, about_problems, _problem),
        pages.of("fines", stores.fines, readers.FINES, about_fines, _fine),
        pages.of("itineraries", stores.itineraries, readers.REPORTS, about_days, _itinerary),
    )


def _problem(problem: DayProblem, calendar: Calendar) -> ShownThing:
    told = [Titled(_(DEPARTMENTS[each.department]), each.words) for each in problem.feedback]
    return ShownThing(
        _("当天的问题"),
        _(PROBLEM_STAGES[problem.stage]),
        ProblemView.of(problem).possible,
        (
            Titled(_("提出"), f"{problem.raised_by} {told_at(problem.raised_at, calendar)}"),
            Titled(_("订单"), problem.order_no or ""),
        ),
        (Titled(_("问题"), problem.text), *told, Titled(_("怎样解决"), problem.solution or "")),
        customer=problem.customer_id,
    )


def _fine(fine: Fine, calendar: Calendar) -> ShownThing:
    records = listed([f"{each.collection} {each.record}" for each in fine.records])
    return ShownThing(
        _("记录被改动"),
        _(FINE_STAGES[fine.stage]),
        FineView.of(fine).possible,
        (
            Titled(_("系统"), _(SERVICES[fine.service])),
            Titled(_("发现"), told_at(fine.found_at, calendar)),
            Titled(_("罚款"), money(fine.amount)),
            Titled(_("由谁承担"), fine.staff or ""),
            Titled(_("决定"), fine.decided_by or ""),
        ),
        (Titled(_("被改动的记录"), records), Titled(_("依据"), fine.reason or "")),
    )


def _itinerary(itinerary: Itinerary, _calendar: Calendar) -> ShownThing:
    agreed = itinerary.agreed
    return ShownThing(
        _("{name}的行程").format(name=itinerary.name),
        _(ITINERARY_STAGES[itinerary.stage]),
        ItineraryView.of(itinerary).possible,
        (Titled(_("日期"), itinerary.day.isoformat()), Titled(_("客户经理"), itinerary.staff)),
        (Titled(_("通话记录"), agreed.content), Titled(_("安排"), "\n".join(agreed.stops))) if agreed else (),
    )
