"""The department's reports: asked for by the calendar, handed in under their headings, missed, answered."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from intake.app import service
from intake.domain.policy.period import PeriodRule
from intake.domain.work_report import report_id_of
from intake.settings import Settings
from shared.calendar import CHINA
from shared.contracts.intake import (
    CallbackWaived,
    DeadlineMetByIntake,
    DeadlineMissedByIntake,
    DeadlineSetByIntake,
    ItineraryConfirmed,
    ReportPublished,
    ReportReviewed,
    ReportSubmitted,
)
from shared.contracts.roles import Role
from shared.identity import Principal
from shared.testing import World, in_memory, nowhere

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = nowhere(Settings).rules(CHINA)
PEOPLE = {
    "am-1": ("张伟", Role.ACCOUNT_MANAGER),
    "am-2": ("李娜", Role.ACCOUNT_MANAGER),
    "rh-1": ("王强", Role.REGIONAL_HEAD),
    "chief-1": ("赵敏", Role.CS_SECTION_CHIEF),
    "cs-1": ("李敏", Role.CS_SPECIALIST),
    "cs-2": ("何静", Role.CS_SPECIALIST),
    "sup-1": ("孙丽", Role.CS_SUPERVISOR),
}
SEVEN = ["performance", "team", "customers", "costs", "competitors", "projects", "exceptions"]
EIGHT = ["performance", "focus", "help", "exceptions", "team", "customers", "market", "products"]


def local(*moment):
    return datetime(*moment, tzinfo=SHANGHAI)


async def office(at, *people, since=date(2020, 1, 1)):
    """Intake at that moment, with these colleagues."""
    settings = nowhere(Settings)
    world = World(service(settings, in_memory("intake", settings, at=at.astimezone(UTC))), hears_itself=True)
    for staff in people:
        name, role = PEOPLE[staff]
        body = {"staff": staff, "name": name, "role": role, "since": str(since)}
        answer = await world.ask(Role.CS_SUPERVISOR, "POST", "/colleagues", body)
        assert answer.status_code == 201, answer.text
    await world.until(at.astimezone(UTC))
    return world


async def listed(world, **where):
    query = "&".join(f"{name}={value}" for name, value in where.items())
    return (await world.ask(Role.CS_DIRECTOR, "GET", f"/reports?limit=200&{query}")).json()["items"]


async def report_of(world, staff, form, **where):
    (report,) = await listed(world, staff=staff, form=form, **where)
    return report["report_id"]


async def submit(world, staff, report_id, names=(), amounts=None):
    body = {"sections": {name: f"{name}：已完成" for name in names}, "amounts": amounts or {}}
    return await world.ask(PEOPLE[staff][1], "POST", f"/reports/{report_id}/submit", body, by=staff)


async def digest(world, report_id):
    return (await world.ask(Role.CS_DIRECTOR, "GET", f"/reports/{report_id}")).json()["digest"]


def missed(events, kind):
    """The misses of one clock: who, what about, when, and which role hears of it."""
    found = [event for event in events if isinstance(event, DeadlineMissedByIntake) and event.kind == kind]
    return [(event.assignee, event.due_at.astimezone(SHANGHAI), event.supervisor_role) for event in found]


@pytest.mark.requirement("R003.a", "R003.b")
async def test_each_account_manager_hands_in_the_day_s_report_by_nine_and_one_who_does_not_has_missed_it():
    world = await office(local(2026, 11, 20, 8), "am-1", "am-2", "chief-1")
    await world.until(local(2026, 11, 20, 18))
    mine = await report_of(world, "am-1", "daily_sales")
    answer = await submit(world, "am-1", mine, ["visits", "sales", "next"])
    assert (answer.status_code, answer.json()["stage"], answer.json()["period"]) == (200, "submitted", "2026-11-20")

    events = await world.until(local(2026, 11, 21, 9))

    assert missed(events, "report_daily_sales") == [("am-2", local(2026, 11, 21, 9), "cs_supervisor")]
    said = next(event for event in events if isinstance(event, DeadlineMissedByIntake) and event.assignee == "am-2")
    assert said.about == "李娜 销售部日销售报表（2026-11-20）"
    (submitted,) = [event for event in world.announced if isinstance(event, ReportSubmitted)]
    assert (submitted.kind, submitted.form, submitted.staff, submitted.reviewer_role, submitted.due_at) == (
        "daily_sales",
        1,
        "am-1",
        "cs_specialist",
        local(2026, 11, 21, 9),
    )


async def test_a_report_that_was_missed_is_still_owed_and_is_met_late():
    world = await office(local(2026, 11, 20, 8), "am-1")
    await world.until(local(2026, 11, 21, 10))
    late = await report_of(world, "am-1", "daily_sales", period="2026-11-20")
    assert (await submit(world, "am-1", late, ["visits", "sales", "next"])).json()["stage"] == "submitted"
    met = [event for event in world.announced if isinstance(event, DeadlineMetByIntake)]
    assert [(event.kind, event.outcome) for event in met] == [("report_daily_sales", "late")]


@pytest.mark.requirement("R004.a", "R004.b")
async def test_between_nine_and_half_past_each_account_manager_s_day_is_agreed_on_the_phone_and_recorded():
    world = await office(local(2026, 11, 20, 8), "am-1", "am-2", "rh-1")
    begun = await world.until(local(2026, 11, 20, 9))
    set_ = [event for event in begun if isinstance(event, DeadlineSetByIntake) and event.kind == "itinerary"]
    assert [(event.about, event.assignee_role, event.due_at) for event in set_] == [
        ("张伟 2026-11-20", "cs_specialist", local(2026, 11, 20, 9, 30)),
        ("李娜 2026-11-20", "cs_specialist", local(2026, 11, 20, 9, 30)),
    ]
    days = (await world.ask(Role.CS_SPECIALIST, "GET", "/itineraries?day=2026-11-20")).json()["items"]
    wish = {"stops": ["10:00 恒达装饰"], "changes": ["原定9:30"], "content": "客户改约一小时"}
    path = f"/itineraries/{days[0]['itinerary_id']}"
    (offered,) = days[0]["possible"]
    assert (offered["decision"], offered["another_than"]) == ("confirm", [days[0]["staff"]])
    own = await world.ask(Role.CS_SPECIALIST, "POST", f"{path}/confirm", wish, by=days[0]["staff"])
    assert (own.status_code, own.json()["code"]) == (409, "four_eyes")
    answer = await world.ask(Role.CS_SPECIALIST, "POST", f"{path}/confirm", wish)
    again = await world.ask(Role.CS_SPECIALIST, "POST", f"{path}/confirm", wish)

    assert (answer.status_code, again.status_code, again.json()["code"]) == (200, 409, "illegal_transition")
    shown = (await world.ask(Role.CS_SPECIALIST, "GET", path)).json()
    assert {name: shown["agreed"][name] for name in wish} == wish
    (said,) = [event for event in world.announced if isinstance(event, ItineraryConfirmed)]
    assert said == ItineraryConfirmed(
        staff="am-1",
        day=date(2026, 11, 20),
        stops=("10:00 恒达装饰",),
        changes=("原定9:30",),
        confirmed_by="cs_specialist-1",
    )
    events = await world.until(local(2026, 11, 20, 9, 30))
    assert missed(events, "itinerary") == [(None, local(2026, 11, 20, 9, 30), "cs_supervisor")]


@pytest.mark.requirement("R032.a", "R032.b", "R034.e")
async def test_a_weekly_plan_that_is_missing_on_saturday_at_noon_is_missed_and_named_at_one():
    world = await office(local(2026, 11, 16, 8), "am-1", "am-2", "chief-1")
    await world.until(local(2026, 11, 20, 17))
    mine = await report_of(world, "am-1", "weekly_plan")
    assert (await submit(world, "am-1", mine, ["summary", "plan"])).json()["period"] == "2026-W47"

    events = await world.until(local(2026, 11, 21, 12))
    assert missed(events, "report_weekly_plan") == [("am-2", local(2026, 11, 21, 12), "cs_supervisor")]
    late = await report_of(world, "am-2", "weekly_plan")
    await world.until(local(2026, 11, 21, 12, 30))
    await submit(world, "am-2", late, ["summary", "plan"])

    (said,) = [each for each in await world.until(local(2026, 11, 21, 13)) if isinstance(each, ReportPublished)]
    assert (said.kind, said.period, said.figures) == (
        "reports_missing",
        "2026-W47",
        {"asked": 2, "missing": 1, "staff": ["am-2"]},
    )
    assert said.audience == ("cs_section_chief", "cs_manager", "cs_director")
    digest = (await world.ask(Role.CS_SECTION_CHIEF, "GET", said.path)).json()
    assert [(row["staff"], row["submitted_at"][:16]) for row in digest["missing"]] == [("am-2", "2026-11-21T04:30")]


@pytest.mark.requirement("R034.e")
async def test_after_an_outage_over_saturday_noon_the_missing_plans_are_named_all_the_same():
    world = await office(local(2026, 11, 16, 8), "am-1", "am-2")
    await world.until(local(2026, 11, 20, 17))
    await submit(world, "am-1", await report_of(world, "am-1", "weekly_plan"), ["summary", "plan"])

    world.time.set(local(2026, 11, 21, 14))
    (said,) = [each for each in await world.until(world.now) if isinstance(each, ReportPublished)]

    assert said.figures == {"asked": 2, "missing": 1, "staff": ["am-2"]}


@pytest.mark.requirement("R033.a", "R033.b")
async def test_weekly_plans_are_answered_by_saturday_at_four():
    world = await office(local(2026, 11, 16, 8), "am-1", "am-2")
    await world.until(local(2026, 11, 21, 11))
    plans = [await report_of(world, staff, "weekly_plan") for staff in ("am-1", "am-2")]
    for staff, plan in zip(("am-1", "am-2"), plans, strict=True):
        await submit(world, staff, plan, ["summary", "plan"])
    path = f"/reports/{plans[0]}/review"
    answered = await world.ask(
        Role.CS_SPECIALIST, "POST", path, {"digest": await digest(world, plans[0]), "comment": "请补充竞争对手情况"}
    )
    assert (answered.status_code, answered.json()["reply"]["comment"]) == (200, "请补充竞争对手情况")
    (said,) = [event for event in world.announced if isinstance(event, ReportReviewed)]
    assert (said.staff, said.reviewer, said.comment) == ("am-1", "cs_specialist-1", "请补充竞争对手情况")

    events = await world.until(local(2026, 11, 21, 16))

    assert missed(events, "report_review") == [(None, local(2026, 11, 21, 16), "cs_supervisor")]


LAST_DAYS = [(2026, 2, 28), (2028, 2, 29), (2026, 4, 30), (2026, 12, 31)]


async def test_targets_that_come_to_more_than_one_of_them_can_be_are_summed_up():
    world = await office(local(2026, 11, 20, 8), "am-1", "am-2", "chief-1")
    await world.until(local(2026, 11, 30, 11))
    for staff in ("am-1", "am-2"):
        form = await report_of(world, staff, "sales_target")
        assert (await submit(world, staff, form, amounts={"target": "99999999999999.99"})).status_code == 200

    handed_in = await submit(world, "chief-1", await report_of(world, "chief-1", "consolidation"), ["assessment"])

    assert handed_in.json()["gathered"]["sums"] == {"target": "199999999999999.98"}


@pytest.mark.requirement("R035.a", "R035.b", "R035.c", "R036.a", "R036.b")
@pytest.mark.parametrize(("year", "month", "last"), LAST_DAYS)
async def test_target_and_budget_are_due_on_the_month_s_last_day_at_noon_and_consolidated_by_four(year, month, last):
    world = await office(local(year, month, 20, 8), "am-1", "am-2", "chief-1")
    await world.until(local(year, month, last, 11))
    for form, amounts in (
        ("sales_target", {"target": "300000.00"}),
        ("collection_budget", {"collection": "120000.50"}),
    ):
        answer = await submit(world, "am-1", await report_of(world, "am-1", form), amounts=amounts)
        assert answer.status_code == 200, answer.text

    events = await world.until(local(year, month, last, 12))
    noon = local(year, month, last, 12)
    assert missed(events, "report_sales_target") == [("am-2", noon, "cs_section_chief")]
    assert missed(events, "report_collection_budget") == [("am-2", noon, "cs_section_chief")]

    await submit(world, "am-2", await report_of(world, "am-2", "sales_target"), amounts={"target": "200000.00"})
    consolidation = await report_of(world, "chief-1", "consolidation")
    events = await world.until(local(year, month, last, 16))
    assert missed(events, "report_consolidation") == [("chief-1", local(year, month, last, 16), "cs_director")]
    handed_in = (await submit(world, "chief-1", consolidation, ["assessment"])).json()
    assert handed_in["gathered"]["sums"] == {"target": "500000.00", "collection": "120000.50"}
    assert handed_in["gathered"]["missing"] == [["collection_budget", "am-2"]]
    following = PeriodRule(unit="month", offset=1).period(date(year, month, last))
    assert (handed_in["period"], handed_in["reviewer"]) == (following, "cs_director")
    submitted = [event.form for event in world.announced if isinstance(event, ReportSubmitted)]
    assert submitted == [12, 13, 12, None]


PLANS = [
    ("rh-1", "monthly_plan_region", 14, (2027, 1, 1), (2027, 1, 5, 12), "2026-12", SEVEN, "cs_section_chief"),
    ("chief-1", "monthly_plan_department", 14, (2027, 1, 1), (2027, 1, 5, 16), "2026-12", EIGHT, "cs_director"),
    ("rh-1", "annual_plan_region", 15, (2027, 3, 1), (2027, 3, 25, 12), "2026", SEVEN, "cs_section_chief"),
    ("chief-1", "annual_plan_department", 15, (2027, 3, 1), (2027, 3, 25, 16), "2026", EIGHT, "cs_director"),
]


@pytest.mark.requirement(
    "R037.a",
    "R037.b",
    "R037.c",
    "R038.a",
    "R038.b",
    "R038.c",
    "R039.a",
    "R039.b",
    "R039.c",
    "R040.a",
    "R040.b",
    "R040.c",
)
@pytest.mark.parametrize(("staff", "form", "number", "asked", "due", "period", "headings", "superior"), PLANS)
async def test_plans_and_summaries_are_handed_in_under_all_their_headings_by_their_hour(
    staff, form, number, asked, due, period, headings, superior
):
    world = await office(local(*asked, 8), staff)
    events = await world.until(local(*due))
    assert missed(events, f"report_{form}") == [(staff, local(*due), superior)]

    report = await report_of(world, staff, form)
    for left_out in headings:
        answer = await submit(world, staff, report, [name for name in headings if name != left_out])
        assert (answer.status_code, answer.json()["code"]) == (409, "headings_open")
        assert left_out in answer.json()["detail"]
        assert [each["where"] for each in answer.json()["errors"]] == [f"body.sections.{left_out}"]
    more = await submit(world, staff, report, [*headings, "weather"])
    assert (more.status_code, more.json()["code"]) == (409, "headings_unknown")
    submitted = await submit(world, staff, report, headings)
    assert (submitted.json()["stage"], submitted.json()["period"]) == ("submitted", period)
    (said,) = [event for event in world.announced if isinstance(event, ReportSubmitted)]
    assert (said.form, said.period, said.staff) == (number, period, staff)


@pytest.mark.requirement("R037.b", "R038.b", "R039.b", "R040.b")
def test_the_headings_are_those_of_the_documents():
    forms = RULES.on(local(2026, 11, 20)).reports
    assert list(forms["monthly_plan_region"].headings.values()) == [
        "业绩分析（目标和达成）",
        "团队建设（晋升和培训）",
        "客户管理（维护和开发）",
        "费用管控（个人和区域）",
        "竞争对手",
        "在建工程",
        "异常反馈",
    ]
    assert list(forms["monthly_plan_department"].headings.values()) == [
        "业绩分析（目标和达成）",
        "本月工作重点",
        "需要协助事项",
        "异常问题反馈",
        "团队建设（晋升和培训）",
        "客户管理（维护和开发）",
        "市场分析",
        "产品分析",
    ]
    assert forms["annual_plan_region"].headings == forms["monthly_plan_region"].headings
    assert forms["annual_plan_department"].headings == forms["monthly_plan_department"].headings


@pytest.mark.requirement("R030.b")
async def test_a_waiver_stands_on_the_report_of_that_day():
    world = await office(local(2026, 11, 20, 8, 30), "am-1")
    body = {"name": "政府采购中心", "kind": "end", "source": "sales"}
    customer = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).json()["customer_id"]
    owner = {"owner": "am-1"}
    assert (await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{customer}/assign", owner)).status_code == 200
    (owed,) = (await world.ask(Role.CS_DIRECTOR, "GET", "/callbacks")).json()["items"]
    path = f"/callbacks/{owed['callback_id']}/waive"
    assert (await world.ask(Role.CS_DIRECTOR, "POST", path, {"reason": "tender"})).status_code == 200
    assert CallbackWaived in map(type, world.announced)

    unasked = f"/reports/{report_id_of('daily_sales', 'am-1', '2026-11-20')}"
    early = (await world.ask(Role.CS_DIRECTOR, "GET", unasked)).json()
    assert (early["stage"], early["policy_version"], len(early["notes"])) == ("unasked", None, 1)

    await world.until(local(2026, 11, 20, 18))

    report = await report_of(world, "am-1", "daily_sales", period="2026-11-20")
    shown = (await world.ask(Role.CS_DIRECTOR, "GET", f"/reports/{report}")).json()
    assert (shown["stage"], shown["notes"]) == (
        "owed",
        [
            {
                "callback_id": owed["callback_id"],
                "customer_id": customer,
                "reason": "tender",
                "approved_by": "cs_director-1",
            }
        ],
    )


async def test_a_report_on_which_something_else_was_noted_meanwhile_is_read_again_before_it_is_answered():
    world = await office(local(2026, 11, 20, 8, 30), "am-1")
    body = {"name": "政府采购中心", "kind": "end", "source": "sales"}
    customer = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).json()["customer_id"]
    await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{customer}/assign", {"owner": "am-1"})
    (owed,) = (await world.ask(Role.CS_DIRECTOR, "GET", "/callbacks")).json()["items"]
    await world.until(local(2026, 11, 20, 18))
    report = await report_of(world, "am-1", "daily_sales", period="2026-11-20")
    await submit(world, "am-1", report, ["visits", "sales", "next"])
    seen = await digest(world, report)
    await world.ask(Role.CS_DIRECTOR, "POST", f"/callbacks/{owed['callback_id']}/waive", {"reason": "tender"})
    before, announced = (await world.ask(Role.CS_DIRECTOR, "GET", f"/reports/{report}")).json(), world.announced

    answer = {"digest": seen, "comment": "同意"}
    refused = await world.ask(Role.CS_SUPERVISOR, "POST", f"/reports/{report}/review", answer)

    assert (refused.status_code, refused.json()["code"]) == (409, "report_changed")
    assert before["digest"] in refused.json()["detail"]
    assert (await world.ask(Role.CS_DIRECTOR, "GET", f"/reports/{report}")).json() == before
    assert (before["stage"], len(before["notes"]), world.announced) == ("submitted", 1, announced)
    answer["digest"] = before["digest"]
    answered = await world.ask(Role.CS_SUPERVISOR, "POST", f"/reports/{report}/review", answer)
    assert answered.json()["stage"] == "reviewed"


async def test_nobody_hands_in_another_one_s_report_or_answers_above_his_role():
    world = await office(local(2026, 12, 20, 8), "am-1", "am-2", "chief-1")
    await world.until(local(2026, 12, 21, 9))
    target = await report_of(world, "am-1", "sales_target")
    foreign = await submit(world, "am-2", target, amounts={"target": "1.00"})
    assert (foreign.status_code, foreign.json()["code"]) == (409, "not_the_author")
    await submit(world, "am-1", target, amounts={"target": "1.00"})
    consolidation = await report_of(world, "chief-1", "consolidation")
    await submit(world, "chief-1", consolidation, ["assessment"])
    path, comment = (
        f"/reports/{consolidation}/review",
        {"digest": await digest(world, consolidation), "comment": "同意"},
    )
    below = await world.ask(Role.CS_SPECIALIST, "POST", path, comment)
    assert (below.status_code, below.json()["code"]) == (409, "not_authorised")
    own = await world.ask(Role.CS_DIRECTOR, "POST", path, comment, by="chief-1")
    assert (own.status_code, own.json()["code"]) == (409, "four_eyes")
    assert (await world.ask(Role.CS_DIRECTOR, "POST", path, comment)).json()["stage"] == "reviewed"


async def test_a_report_offers_its_answer_to_exactly_those_roles_from_which_it_is_taken():
    world = await office(local(2026, 12, 20, 8), "am-1", "chief-1")
    await world.until(local(2026, 12, 21, 9))
    target = await report_of(world, "am-1", "sales_target")
    await submit(world, "am-1", target, amounts={"target": "1.00"})
    consolidation = await report_of(world, "chief-1", "consolidation")
    await submit(world, "chief-1", consolidation, ["assessment"])
    rows = {row["report_id"]: row for row in await listed(world)}
    for report in (target, consolidation):
        shown = (await world.ask(Role.CS_DIRECTOR, "GET", f"/reports/{report}")).json()
        (offered,) = shown["possible"]
        assert (rows[report]["possible"], offered["decision"]) == ([offered], "review")
        stale = {"digest": "0" * 64, "comment": "同意"}
        codes = {
            role: (await world.ask(role, "POST", f"/reports/{report}/review", stale)).json()["code"] for role in Role
        }
        assert {role for role, code in codes.items() if code == "report_changed"} == set(offered["roles"])


async def test_a_colleague_on_leave_is_let_off_and_one_who_has_left_owes_nothing_new():
    world = await office(local(2026, 11, 20, 8), "am-1", "am-2")
    await world.until(local(2026, 11, 20, 10))
    report = await report_of(world, "am-1", "daily_sales")
    path = f"/reports/{report}/excuse"
    own = await world.ask(Role.CS_SUPERVISOR, "POST", path, {"reason": "年休假"}, by="am-1")
    assert (own.status_code, own.json()["code"]) == (409, "four_eyes")
    assert (await world.ask(Role.CS_SUPERVISOR, "POST", path, {"reason": "年休假"})).json()["stage"] == "excused"
    leave = {"last_day": "2026-11-20"}
    assert (await world.ask(Role.HUMAN_RESOURCES, "POST", "/colleagues/am-2/leave", leave)).status_code == 200
    early = await world.ask(Role.HUMAN_RESOURCES, "POST", "/colleagues/am-2/leave", {"last_day": "2019-01-01"})
    assert (early.status_code, early.json()["code"]) == (409, "before_the_first_day")
    far = await world.ask(Role.HUMAN_RESOURCES, "POST", "/colleagues/am-2/leave", {"last_day": "2062-11-20"})
    assert (far.status_code, far.json()["code"]) == (409, "far_day")

    events = await world.until(local(2026, 11, 21, 9, 15))

    assert missed(events, "report_daily_sales") == [("am-2", local(2026, 11, 21, 9), "cs_supervisor")]
    assert [row["staff"] for row in await listed(world, form="daily_sales", period="2026-11-21")] == ["am-1"]


async def test_a_colleague_in_another_role_owes_what_that_role_owes():
    world = await office(local(2026, 11, 20, 8), "am-1")
    wish = {"role": "regional_head", "since": "2026-11-21"}
    moved = await world.ask(Role.CS_MANAGER, "POST", "/colleagues/am-1/move", wish)
    same = await world.ask(Role.CS_MANAGER, "POST", "/colleagues/am-1/move", wish)
    assert (moved.json()["role"], same.json()["code"]) == ("regional_head", "nothing_changes")
    await world.until(local(2026, 12, 1, 10))
    assert [(row["form"], row["period"]) for row in await listed(world, staff="am-1")] == [
        ("monthly_plan_region", "2026-11")
    ]
    listed_ = (await world.ask(Role.CS_MANAGER, "GET", "/colleagues?role=regional_head")).json()["items"]
    assert [(each["staff"], each["since"]) for each in listed_] == [("am-1", "2026-11-21")]


async def test_the_forms_say_what_they_ask_for():
    world = await office(local(2026, 11, 20, 8))
    forms = (await world.ask(Role.ACCOUNT_MANAGER, "GET", "/report-forms")).json()
    assert {each["name"]: each["form"] for each in forms} == {
        "daily_sales": 1,
        "weekly_plan": 10,
        "sales_target": 12,
        "collection_budget": 13,
        "consolidation": None,
        "monthly_plan_region": 14,
        "monthly_plan_department": 14,
        "annual_plan_region": 15,
        "annual_plan_department": 15,
        "customer_files": None,
        "customer_overview": None,
        "training_plan": None,
        "work_check": None,
    }
    assert forms[2]["amounts"] == {"target": "销售目标（元）"}


async def test_a_report_explains_by_when_it_is_due():
    world = await office(local(2026, 11, 20, 8), "am-1")
    await world.until(local(2026, 11, 20, 10))
    report = await report_of(world, "am-1", "daily_sales")
    (clock,) = (await world.ask(Role.ACCOUNT_MANAGER, "GET", f"/reports/{report}/clocks")).json()
    assert datetime.fromisoformat(clock["due_at"]) == local(2026, 11, 21, 9)
    duties = (await world.ask(Role.ACCOUNT_MANAGER, "GET", "/duties?kind=report_daily_sales")).json()["items"]
    assert [(each["about"], each["assignee"]) for each in duties] == [("张伟 销售部日销售报表（2026-11-20）", "am-1")]


@pytest.mark.parametrize(
    ("rule", "day", "period"),
    [
        (PeriodRule(unit="day", offset=-1), date(2028, 3, 1), "2028-02-29"),
        (PeriodRule(unit="week"), date(2027, 1, 1), "2026-W53"),
        (PeriodRule(unit="month", offset=1), date(2026, 12, 31), "2027-01"),
        (PeriodRule(unit="month", offset=-1), date(2027, 1, 5), "2026-12"),
        (PeriodRule(unit="year", offset=-1), date(2027, 3, 25), "2026"),
    ],
)
def test_a_period_is_named_by_its_day_week_month_or_year(rule, day, period):
    assert rule.period(day) == period


async def test_after_an_outage_what_came_round_meanwhile_is_asked_for_in_order():
    world = await office(local(2026, 11, 20, 8), "am-1")
    world.time.set(world.now + timedelta(days=3))
    await world.until(world.now)
    periods = [row["period"] for row in await listed(world, form="daily_sales")]
    assert periods == ["2026-11-20", "2026-11-21", "2026-11-22"]


@pytest.mark.requirement("R090.a")
async def test_each_specialist_goes_through_new_customers_every_working_day_and_a_day_without_it_is_missed():
    world = await office(local(2026, 11, 20, 8), "cs-1", "cs-2")
    await world.until(local(2026, 11, 20, 9))
    old = {"name": "恒达装饰", "source": "cs"}
    since = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", old)).json()["customer_id"]
    await world.until(local(2026, 11, 20, 12))
    new = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "明镜眼镜店"})).json()["customer_id"]
    listed_now = await world.ask(Role.CS_SPECIALIST, "GET", "/customers?written_since=2026-11-20T03:00:00Z")
    assert [each["customer_id"] for each in listed_now.json()["items"]] == [new]
    body = {"reason": "客户来电更正", "address": "珠江东路 6 号"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{since}/correct", body)
    listed_now = await world.ask(Role.CS_SPECIALIST, "GET", "/customers?written_since=2026-11-20T03:00:00Z")
    assert {each["customer_id"] for each in listed_now.json()["items"]} == {new, since}
    mine = await report_of(world, "cs-1", "customer_files")
    assert (await submit(world, "cs-1", mine, ["new", "changes"])).json()["stage"] == "submitted"

    events = await world.until(local(2026, 11, 23, 18))

    assert missed(events, "report_customer_files") == [
        ("cs-2", local(2026, 11, 20, 17, 30), "cs_supervisor"),
        ("cs-1", local(2026, 11, 23, 17, 30), "cs_supervisor"),
        ("cs-2", local(2026, 11, 23, 17, 30), "cs_supervisor"),
    ]


@pytest.mark.requirement("R091.c")
async def test_the_supervisor_consolidates_the_files_every_working_day_and_a_day_that_was_left_out_is_missed():
    world = await office(local(2026, 11, 20, 8), "cs-1", "cs-2", "sup-1")
    await world.until(local(2026, 11, 20, 16))
    await submit(world, "cs-1", await report_of(world, "cs-1", "customer_files"), ["new", "changes"])
    overview = await report_of(world, "sup-1", "customer_overview")
    handed_in = (await submit(world, "sup-1", overview, ["classes", "analysis", "missing"])).json()
    assert [each["staff"] for each in handed_in["gathered"]["lines"]] == ["cs-1"]
    assert handed_in["gathered"]["missing"] == [["customer_files", "cs-2"]]

    events = await world.until(local(2026, 11, 23, 18))

    assert missed(events, "report_customer_overview") == [("sup-1", local(2026, 11, 23, 18), "cs_manager")]


@pytest.mark.requirement("R172.c")
async def test_the_supervisor_plans_the_training_of_the_next_year_and_the_manager_hears_of_a_missing_plan():
    world = await office(local(2026, 11, 30, 8), "sup-1")
    await world.until(local(2026, 12, 1, 9))
    plan = await report_of(world, "sup-1", "training_plan")
    shown = (await world.ask(Role.CS_MANAGER, "GET", f"/reports/{plan}")).json()
    assert (shown["period"], shown["title"], shown["stage"]) == ("2027", "部门员工培训方案", "owed")

    events = await world.until(local(2026, 12, 25, 12))

    assert missed(events, "report_training_plan") == [("sup-1", local(2026, 12, 25, 12), "cs_manager")]
    incomplete = await submit(world, "sup-1", plan, ["needs", "courses", "schedule"])
    assert (incomplete.status_code, incomplete.json()["code"]) == (409, "headings_open")
    complete = await submit(world, "sup-1", plan, ["needs", "courses", "schedule", "assessment"])
    assert (complete.status_code, complete.json()["stage"]) == (200, "submitted")


@pytest.mark.requirement("R172.d")
async def test_the_supervisor_checks_how_staff_work_every_week_and_a_week_without_it_is_missed():
    world = await office(local(2026, 11, 23, 8), "sup-1")
    await world.until(local(2026, 11, 24, 8))
    check = await report_of(world, "sup-1", "work_check")
    done = await submit(world, "sup-1", check, ["checked", "findings", "measures"])
    assert (done.status_code, done.json()["period"], done.json()["stage"]) == (200, "2026-W48", "submitted")

    events = await world.until(local(2026, 12, 4, 18))

    assert missed(events, "report_work_check") == [("sup-1", local(2026, 12, 4, 18), "cs_manager")]


async def shown(world, staff, report_id):
    """The page of a report as a colleague sees it: the forms, and its words."""
    html = (await world.ask(PEOPLE[staff][1], "GET", f"/ui/reports/{report_id}", by=staff)).text
    words = re.sub(r"\s+", "", unescape(re.sub(r"<[^>]*>", "", html)))
    return set(re.findall(r'<form id="form-(.*?)"', html)), words, html


async def test_a_report_s_page_offers_each_colleague_what_the_decision_takes_from_them():
    world = await office(local(2026, 11, 20, 8), "am-1", "am-2", "cs-1")
    await world.until(local(2026, 11, 20, 18))
    report = await report_of(world, "am-1", "daily_sales")
    offered = {staff: (await shown(world, staff, report))[0] for staff in ("am-1", "am-2", "cs-1", "sup-1")}
    assert offered == {"am-1": {"submit"}, "am-2": set(), "cs-1": set(), "sup-1": {"excuse"}}
    _, words, html = await shown(world, "am-1", report)
    assert re.findall(r'<textarea [^>]*name="(sections[^"]*)"[^>]* required>', html) == [
        "sections.visits",
        "sections.sales",
        "sections.next",
    ]
    assert ("客户拜访情况" in words, "提交后不能改" in words) == (True, True)
    assert "am-1本人" in (await shown(world, "am-2", report))[1]

    await submit(world, "am-1", report, ["visits", "sales", "next"])
    forms, words, html = await shown(world, "cs-1", report)
    assert (forms, f'name="digest" value="{await digest(world, report)}"' in html) == ({"review"}, True)
    assert "次日行程next：已完成" in words
    await world.ask(
        Role.CS_SPECIALIST,
        "POST",
        f"/reports/{report}/review",
        {"digest": await digest(world, report), "comment": "好"},
    )
    forms, words, _ = await shown(world, "am-1", report)
    assert (forms, "这份报告已办完。" in words, "cs_specialist-111-2018:00好" in words) == (set(), True, True)


async def test_a_form_of_amounts_asks_for_them_and_what_consolidates_shows_the_sums_and_who_is_missing():
    world = await office(local(2026, 12, 20, 8), "am-1", "am-2", "chief-1")
    await world.until(local(2026, 12, 21, 9))
    target = await report_of(world, "am-1", "sales_target")
    _, _, html = await shown(world, "am-1", target)
    assert re.findall(r'<input type="text" [^>]*name="(amounts[^"]*)"[^>]* required>', html) == ["amounts.target"]
    assert "sections." not in html
    await submit(world, "am-1", target, amounts={"target": "300000.00"})
    consolidation = await report_of(world, "chief-1", "consolidation")
    await submit(world, "chief-1", consolidation, ["assessment"])
    _, words, _ = await shown(world, "chief-1", consolidation)
    assert "销售目标（元）合计¥300,000.00" in words
    assert "未交am-1的销售回款预算表、am-2的销售回款预算表、am-2的月份销售目标计划表" in words


async def test_who_has_several_roles_answers_in_the_highest_of_them():
    world = await office(local(2026, 12, 20, 8), "chief-1")
    await world.until(local(2026, 12, 21, 9))
    report = await report_of(world, "chief-1", "consolidation")
    await submit(world, "chief-1", report, ["assessment"])
    both = Principal.staff("he-1", Role.CS_MANAGER, Role.CS_DIRECTOR)
    answer = {"digest": await digest(world, report), "comment": "同意"}
    reviewed = await world.ask(both, "POST", f"/reports/{report}/review", answer)
    assert (reviewed.status_code, reviewed.json()["stage"]) == (200, "reviewed")


async def test_the_list_shows_all_reports_or_one_s_own():
    world = await office(local(2026, 11, 20, 8), "am-1", "am-2")
    await world.until(local(2026, 11, 20, 18))

    async def listed_on(query):
        html = (await world.ask(Role.ACCOUNT_MANAGER, "GET", f"/ui/reports{query}", by="am-1")).text
        return set(re.findall(r'<td data-l="报告人">(.*?)</td>', html))

    assert (await listed_on(""), await listed_on("?whose=mine")) == ({"am-1", "am-2"}, {"am-1"})
