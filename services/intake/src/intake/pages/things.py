"""The pages of duties beside calls, reports and customers: visits, enquiries, chances, campaigns, problems, fines,
days."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter

from intake.api import readers
from intake.api.campaigns import CampaignView
from intake.api.fines import FineView
from intake.api.itineraries import ItineraryView
from intake.api.problems import ProblemView
from intake.domain.campaign import Campaign
from intake.domain.enquiry import Enquiry
from intake.domain.fine import Fine
from intake.domain.itinerary import Itinerary
from intake.domain.lifecycle import ENQUIRY, SHOWROOM_VISIT, VISIT_PLAN, VISIT_TEXT
from intake.domain.opportunity import Opportunity
from intake.domain.policy.policy import Rules
from intake.domain.problem import DayProblem
from intake.domain.showroom_visit import ShowroomVisit
from intake.domain.visit_plan import VisitPlan
from intake.domain.visit_text import VisitText
from intake.pages.words import (
    ANSWERING,
    CAMPAIGN_KINDS,
    CAMPAIGN_STAGES,
    CAMPAIGNING,
    ENQUIRING,
    ENQUIRY_STAGES,
    FINE_STAGES,
    FINING,
    GOING,
    ITINERARIES,
    ITINERARY_STAGES,
    OUTCOMES,
    PLAN_STAGES,
    PROBLEM_STAGES,
    PROBLEMS,
    READING,
    RECEIVING,
    TEXT_STAGES,
    TOUR_STAGES,
    WINNING,
)
from intake.store import Stores
from shared.calendar import Calendar
from shared.contracts.roles import CS, SALES
from shared.language import _, listed
from shared.lifecycle import Possible
from shared.pages.forms import Choice, Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.thing import ShownThing, ThingPages, Titled, told_at
from shared.pages.words import DEPARTMENTS, SERVICES, money
from shared.store import OneOf


def routes(stores: Stores, rules: Rules, asked: Sequence[APIRouter], render: Renderer) -> Sequence[APIRouter]:
    """The page of each such thing."""
    pages = ThingPages(rules.calendar, render)
    about_problems = Forms("intake", "/problems/{problem_id}", asked, PROBLEMS)
    about_fines = Forms("intake", "/fines/{fine_id}", asked, FINING)
    about_days = Forms("intake", "/itineraries/{itinerary_id}", asked, ITINERARIES)
    about_texts = Forms("intake", "/visit-texts/{text_id}", asked, READING)
    about_enquiries = Forms("intake", "/enquiries/{enquiry_id}", asked, ANSWERING)
    about_chances = Forms("intake", "/opportunities/{opportunity_id}", asked, WINNING)
    about_plans = Forms("intake", "/visit-plans/{visit_id}", asked, GOING)
    about_tours = Forms("intake", "/showroom-visits/{visit_id}", asked, RECEIVING)
    about_campaigns = Forms("intake", "/campaigns/{campaign_id}", asked, CAMPAIGNING)

    async def listed_customers(campaign: Campaign) -> Mapping[str, Filled]:
        """Who is on the list, by name, with who calls and how it ended; first those who were not called yet."""
        wanted = OneOf(*(each.customer_id for each in campaign.prospects))
        names = {each.id: each.particulars.name async for each in stores.customers.each({"id": wanted})}
        ordered = sorted(campaign.prospects, key=lambda each: each.outcome != "open")
        choices = tuple(
            Choice(
                str(each.customer_id),
                f"{names.get(each.customer_id, each.customer_id)} {each.staff} {_(OUTCOMES[each.outcome])}",
            )
            for each in ordered
        )
        return {"record": Filled(offered={"customer_id": choices})}

    return (
        pages.of("campaigns", stores.campaigns, readers.CALLBACKS, about_campaigns, _campaign, listed_customers),
        pages.of("visit-texts", stores.visit_texts, readers.VISITS, about_texts, _text),
        pages.of("enquiries", stores.enquiries, readers.ENQUIRIES, about_enquiries, _enquiry),
        pages.of("opportunities", stores.opportunities, readers.VISITS, about_chances, _opportunity),
        pages.of("visit-plans", stores.visit_plans, readers.VISITS, about_plans, _plan),
        pages.of("showroom-visits", stores.showroom_visits, readers.VISITS, about_tours, _tour),
        pages.of("problems", stores.problems, readers.VISITS, about_problems, _problem),
        pages.of("fines", stores.fines, readers.FINES, about_fines, _fine),
        pages.of("itineraries", stores.itineraries, readers.REPORTS, about_days, _itinerary),
    )


def _campaign(campaign: Campaign, calendar: Calendar) -> ShownThing:
    """The campaign with how far its list is; what came of a customer is recorded here where no callback tells it."""
    progress = campaign.progress
    by_staff = [f"{each.staff} {each.used} / {each.listed}" for each in progress.staff]
    return ShownThing(
        campaign.name,
        _(CAMPAIGN_STAGES[campaign.stage]),
        tuple(
            each
            for each in CampaignView.of(campaign).possible
            if campaign.kind == "telemarketing" or each.decision != "record"
        ),
        (
            Titled(_("活动类型"), _(CAMPAIGN_KINDS[campaign.kind])),
            Titled(_("开始"), told_at(campaign.started_at, calendar)),
            Titled(_("结束日"), campaign.until.isoformat()),
            Titled(_("已联系"), f"{progress.used} / {progress.listed}"),
            Titled(_("达成目标"), f"{progress.attained} / {progress.target}"),
            Titled(_("没有联系上"), str(progress.not_reached)),
            Titled(_("不愿再接电话"), str(progress.refused)),
            Titled(_("各人已联系"), listed(by_staff)),
            Titled(_("祝愿"), campaign.wish or ""),
            Titled(_("总结"), told_at(campaign.completed_at, calendar)),
        ),
        (Titled(_("从活动中得到的经验"), campaign.lessons or ""),),
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


def _text(text: VisitText, calendar: Calendar) -> ShownThing:
    said = text.said
    return ShownThing(
        _("{staff}发来的拜访短信").format(staff=text.staff),
        _(TEXT_STAGES[text.stage]),
        VISIT_TEXT.possible(text.stage),
        (
            Titled(_("收到"), told_at(text.received_at, calendar)),
            Titled(_("店名或公司"), said.shop_name if said else ""),
            Titled(_("见到的人"), said.customer_name if said else ""),
        ),
        (Titled(_("短信原文"), text.text), Titled(_("不作拜访的原因"), text.dismissed_because or "")),
    )


def _enquiry(enquiry: Enquiry, calendar: Calendar) -> ShownThing:
    asked, outcome = enquiry.asked, enquiry.outcome
    return ShownThing(
        _("{name}来询").format(name=enquiry.customer.name),
        _(ENQUIRY_STAGES[enquiry.stage]),
        ENQUIRY.possible(enquiry.stage),
        (
            Titled(_("想要什么"), _(ENQUIRING.choices["kind"][asked.kind])),
            Titled(_("收到"), told_at(enquiry.received_at, calendar)),
            Titled(_("订单"), asked.order_no or ""),
            Titled(_("答复"), f"{outcome.answered_by} {told_at(outcome.answered_at, calendar)}" if outcome else ""),
        ),
        (Titled(_("客户怎么说"), asked.text), Titled(_("怎样答复"), outcome.answer if outcome else "")),
        customer=enquiry.customer_id,
    )


def _opportunity(chance: Opportunity, calendar: Calendar) -> ShownThing:
    sent = [f"{each.what} {told_at(each.at, calendar)}" for each in chance.sent]
    return ShownThing(
        _("{name}的商机").format(name=chance.customer.name),
        _("客户有疑虑") if chance.running else _("跟进中"),
        tuple(Possible(decision=each, roles=(*CS, *SALES)) for each in WINNING.decisions),
        (
            Titled(_("发现"), f"{chance.found_by} {told_at(chance.found_at, calendar)}"),
            Titled(_("负责人"), chance.owner or ""),
            Titled(_("风格"), chance.style or ""),
            Titled(_("寄过的资料"), listed(sent)),
        ),
        (Titled(_("项目"), chance.project), Titled(_("客户的疑虑"), chance.doubt or "")),
        customer=chance.customer_id,
    )


def _plan(plan: VisitPlan, calendar: Calendar) -> ShownThing:
    """The visit with what is taken along; what is not ticked off yet stands in the form."""
    left = [each.name for each in plan.kit if each.ticked_at is None]
    return ShownThing(
        _("拜访{name}").format(name=plan.customer.name),
        _(PLAN_STAGES[plan.stage]),
        tuple(each for each in VISIT_PLAN.possible(plan.stage) if left or each.decision != "tick_off"),
        (
            Titled(_("谁去"), plan.staff),
            Titled(_("约定时间"), told_at(plan.appointed_at, calendar)),
            Titled(_("最晚出发"), told_at(plan.leave_by, calendar)),
            Titled(_("客户怎样同意"), plan.consent),
            Titled(_("还没带上"), listed(left)),
            Titled(_("到达"), told_at(plan.arrived_at, calendar)),
        ),
        (Titled(_("客户感兴趣的"), plan.interest), Titled(_("取消原因"), plan.cancelled_because or "")),
        {"tick_off": Filled(begun={"names": "\n".join(left)})},
        customer=plan.customer_id,
    )


def _tour(tour: ShowroomVisit, calendar: Calendar) -> ShownThing:
    """The tour with the tasks of its reception; those that are open may be done."""
    left = tuple(Choice(each.name, f"{each.title} {each.staff}") for each in tour.tasks if each.done_at is None)
    done = [each.title for each in tour.tasks if each.done_at is not None]
    return ShownThing(
        _("{name}参观展厅").format(name=tour.customer.name),
        _(TOUR_STAGES[tour.stage]),
        tuple(each for each in SHOWROOM_VISIT.possible(tour.stage) if left or each.decision != "do_task"),
        (
            Titled(_("约定时间"), told_at(tour.at, calendar)),
            Titled(_("人数"), str(tour.party_size)),
            Titled(_("接待人"), tour.host),
            Titled(_("准备"), listed([f"{each.title} × {each.quantity}" for each in tour.preparations])),
            Titled(_("已做好"), listed(done)),
        ),
        (Titled(_("取消原因"), tour.cancelled_because or ""),),
        {"do_task": Filled(offered={"task": left})},
        customer=tour.customer_id,
    )
