"""The work before the sale: seven answers on the phone, what follows from them, visits that are prepared."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from uuid import uuid4

import pytest
from talks import PRESALES_TALK

from intake.app import service
from intake.domain.visit import Visit
from intake.settings import Settings
from intake.store import Visits
from shared.aggregate import Change
from shared.contracts.intake import (
    ContactRecorded,
    CustomerClassified,
    CustomerUpdated,
    DeadlineMetByIntake,
    DeadlineMissedByIntake,
    OpportunityIdentified,
    VisitReport,
    VisitReported,
    VisitScheduled,
)
from shared.contracts.roles import Role
from shared.testing import World, cause, in_memory, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
ANSWERS = {
    "q1": "使用良好",
    "q2": "满意",
    "q3": "满意",
    "q4": "我们是经销商",
    "q5": "新办公楼三层隔断，约200平方米",
    "q6": "有平面图",
    "q7": "简约玻璃",
}
TALK = dict(PRESALES_TALK)
KIT = [
    "公文包",
    "名片一盒",
    "中性笔",
    "卷尺",
    "U盘（公司介绍PPT、产品图库、工程案例）",
    "计算器",
    "笔记本",
    "全部产品图册",
    "客户认证（表扬信、大型项目图片）",
]


def opened(policy=None):
    settings = nowhere(Settings, intake_policy=policy)
    return World(service(settings, in_memory("intake", settings, at=NOW)), hears_itself=True)


@pytest.fixture(scope="module")
def built():
    return opened()


@pytest.fixture
def office(built):
    """Intake, which hears its own events, as at the beginning."""
    built.forget()
    return built


async def customer_of(office, **fields):
    body = {"name": "恒达装饰", "source": "engineering", "owner": "am-03", **fields}
    return (await office.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).json()["customer_id"]


async def called(office, customer, **answers):
    body = {**TALK, "answers": {name: answer for name, answer in (ANSWERS | answers).items() if answer}}
    answer = await office.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer}/contacts", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def appointment(customer, **fields):
    return {
        "customer_id": customer,
        "staff": "am-03",
        "appointed_at": "2026-11-20T08:00:00Z",
        "travel": "PT45M",
        "interest": "新办公楼三层隔断",
        "consent": "2026-11-20 电话征得同意",
        **fields,
    }


async def planned(office, customer, **fields):
    return await office.ask(Role.ACCOUNT_MANAGER, "POST", "/visit-plans", appointment(customer, **fields), by="am-03")


def of(office, kind):
    return [event for event in office.announced if isinstance(event, kind)]


@pytest.mark.requirement("R041.a", "R041.b")
async def test_each_of_the_seven_answers_is_kept_and_a_call_that_leaves_one_out_is_incomplete(office):
    customer = await customer_of(office)
    whole = await called(office, customer)
    short = await called(office, customer, q6=None, q7=None)
    other = await office.ask(
        Role.CS_SPECIALIST, "POST", f"/customers/{customer}/contacts", {**TALK, "service_type": "售后"}
    )
    assert (whole["talk"]["answers"], whole["questions_open"]) == (ANSWERS, [])
    assert short["questions_open"] == ["q6", "q7"]
    assert other.json()["questions_open"] == []
    recorded = of(office, ContactRecorded)[0]
    assert recorded.answers == ANSWERS


@pytest.mark.requirement("R041.c")
@pytest.mark.parametrize(
    ("answer", "trade", "name"),
    [("我们是经销商", "dealer", "经销商"), ("一家装饰公司，做工装", "decoration_company", "装修公司")],
)
async def test_the_trade_that_the_customer_names_classifies_the_customer(office, answer, trade, name):
    customer = await customer_of(office)
    await called(office, customer, q4=answer)
    file = (await office.ask(Role.CS_SPECIALIST, "GET", f"/customers/{customer}")).json()
    assert (file["particulars"]["trade"], file["revision"]) == (trade, 2)
    (said,) = of(office, CustomerClassified)
    assert (said.customer_class, said.criteria, said.by) == (name, f"客户所属行业？{answer}", "cs_specialist-1")
    assert [event.changed["trade"].after for event in of(office, CustomerUpdated)] == [trade]


@pytest.mark.parametrize("answer", ["直接客户", "说不清"])
async def test_an_answer_that_says_nothing_new_about_the_trade_changes_nothing(office, answer):
    customer = await customer_of(office, trade="direct")
    await called(office, customer, q4=answer)
    assert of(office, CustomerUpdated) == of(office, CustomerClassified) == []


@pytest.mark.requirement("R041.d", "R068.b", "R177.c")
async def test_a_further_project_with_its_floor_plan_and_style_is_an_opportunity_of_the_owner(office):
    customer = await customer_of(office)
    await called(office, customer)
    (said,) = of(office, OpportunityIdentified)
    assert (said.project, said.has_plan, said.style, said.owner, said.found_by) == (
        ANSWERS["q5"],
        True,
        "简约玻璃",
        "am-03",
        "cs_specialist-1",
    )
    found = (await office.ask(Role.ACCOUNT_MANAGER, "GET", "/opportunities?owner=am-03")).json()["items"]
    assert [(each["opportunity_id"], each["project"]) for each in found] == [(str(said.opportunity_id), ANSWERS["q5"])]


async def noticed(office, customer, role=Role.CS_SPECIALIST, **said):
    body = {"customer_id": customer, "project": "三楼会议室加装隔断"} | said
    return await office.ask(role, "POST", "/opportunities", body, by=f"{role}-1")


@pytest.mark.requirement("R068.a", "R068.b")
@pytest.mark.parametrize(
    ("role", "department"), [(Role.CS_SPECIALIST, "cs"), (Role.SALES_ASSISTANT, "sales")], ids=["cs", "sales"]
)
async def test_new_business_that_a_colleague_notices_goes_to_the_salesman_with_who_found_it(office, role, department):
    customer = await customer_of(office)

    answer = await noticed(office, customer, role)

    (said,) = of(office, OpportunityIdentified)
    assert (said.owner, said.found_by, said.found_by_department, said.project) == (
        "am-03",
        f"{role}-1",
        department,
        "三楼会议室加装隔断",
    )
    assert (answer.status_code, answer.json()["opportunity_id"]) == (201, str(said.opportunity_id))
    found = (await office.ask(Role.ACCOUNT_MANAGER, "GET", "/opportunities?owner=am-03")).json()["items"]
    assert found == [answer.json()]


@pytest.mark.requirement("R064.f")
async def test_a_friend_who_comes_is_new_business_with_the_customer_who_referred_them(office):
    customer, friend = await customer_of(office), await customer_of(office, name="友邻装饰")

    told = (await noticed(office, friend, referred_by=customer)).json()
    refused = await noticed(office, customer, referred_by=customer)

    (said,) = of(office, OpportunityIdentified)
    assert (str(said.customer.customer_id), str(said.referred_by), told["referred_by"]) == (friend, customer, customer)
    assert (refused.status_code, refused.json()["code"]) == (409, "own_friend")


async def found(office, customer):
    """New business with the customer, at the address of which things are decided."""
    return f"/opportunities/{(await noticed(office, customer)).json()['opportunity_id']}"


@pytest.mark.requirement("R177.a")
async def test_what_was_sent_to_win_an_order_stands_with_the_opportunity(office):
    opportunity = await found(office, await customer_of(office))
    sent = [
        {"material": "price_list", "way": "email", "what": "2026年冬季报价单"},
        {"material": "catalogue", "way": "post", "what": "产品手册2026版"},
        {"material": "sample", "way": "courier", "what": "80款双玻百叶样品"},
    ]

    for each in sent:
        answer = await office.ask(Role.ACCOUNT_MANAGER, "POST", f"{opportunity}/send-material", each, by="am-03")
        assert answer.status_code == 200, answer.text

    shown = (await office.ask(Role.CS_SPECIALIST, "GET", opportunity)).json()
    assert shown["sent"] == [{**each, "at": "2026-11-20T06:00:00.000000Z", "by": "am-03"} for each in sent]


@pytest.mark.requirement("R177.b")
async def test_a_change_of_what_the_customer_wants_is_recorded_and_the_earlier_demand_stays_readable(office):
    opportunity = await found(office, await customer_of(office))
    wanted = {"project": "三、四楼会议室隔断", "has_plan": True, "style": "简约玻璃", "reason": "客户加租四楼"}

    changed = await office.ask(Role.CS_SPECIALIST, "POST", f"{opportunity}/change-demand", wanted)
    same = await office.ask(Role.CS_SPECIALIST, "POST", f"{opportunity}/change-demand", wanted)

    view = changed.json()
    assert {name: view[name] for name in ("project", "has_plan", "style")} == {
        name: wanted[name] for name in ("project", "has_plan", "style")
    }
    assert view["earlier"] == [
        {
            "project": "三楼会议室加装隔断",
            "has_plan": False,
            "style": None,
            "until": "2026-11-20T06:00:00.000000Z",
            "changed_by": "cs_specialist-1",
            "reason": "客户加租四楼",
        }
    ]
    assert (same.status_code, same.json()["code"]) == (409, "nothing_changes")


@pytest.mark.requirement("R170.e")
@pytest.mark.parametrize(
    ("material", "way", "what"), [("tutorial", "email", "安装使用教程"), ("trial", "in_person", "样板间试用三天")]
)
async def test_a_customer_who_doubts_is_owed_a_tutorial_or_a_trial_by_the_salesman(office, material, way, what):
    opportunity = await found(office, await customer_of(office))

    doubted = await office.ask(Role.CS_SPECIALIST, "POST", f"{opportunity}/note-doubt", {"doubt": "没用过，担心隔音"})
    assert doubted.json()["doubt"] == "没用过，担心隔音"
    assert await owed(office) == [("doubt", "恒达装饰", "am-03")]
    price_list = {"material": "price_list", "way": "email", "what": "2026年冬季报价单"}
    await office.ask(Role.ACCOUNT_MANAGER, "POST", f"{opportunity}/send-material", price_list, by="am-03")
    assert await owed(office) == [("doubt", "恒达装饰", "am-03")]

    given = {"material": material, "way": way, "what": what}
    await office.ask(Role.ACCOUNT_MANAGER, "POST", f"{opportunity}/send-material", given, by="am-03")

    assert await owed(office) == []
    assert [met.kind for met in of(office, DeadlineMetByIntake)] == ["doubt"]


async def test_a_doubter_who_gets_nothing_is_told_and_one_who_was_erased_is_owed_nothing(office):
    customer = await customer_of(office)
    opportunity = await found(office, customer)
    await office.ask(Role.CS_SPECIALIST, "POST", f"{opportunity}/note-doubt", {"doubt": "担心隔音"})
    missed = await office.until(NOW + timedelta(days=8))
    told = [each for each in missed if isinstance(each, DeadlineMissedByIntake) and each.kind == "doubt"]
    assert [each.supervisor_role for each in told] == ["regional_head"]

    await office.ask(
        Role.CS_SPECIALIST, "POST", f"/customers/{customer}/ask-to-erase", {"legal_basis": "个人信息保护法第四十七条"}
    )
    await office.ask(Role.CS_MANAGER, "POST", f"/customers/{customer}/erase", {})
    again = await office.ask(Role.CS_SPECIALIST, "POST", f"{opportunity}/note-doubt", {"doubt": "还是担心"})

    assert await owed(office) == []
    assert (again.status_code, again.json()["code"]) == (409, "erased")


async def owed(office):
    """The duties towards customers who doubt."""
    duties = (await office.ask(Role.CS_SPECIALIST, "GET", "/duties?kind=doubt")).json()["items"]
    return [(each["kind"], each["about"], each["assignee"]) for each in duties]


async def test_a_customer_without_a_further_project_or_plan_is_not_made_to_have_one(office):
    customer = await customer_of(office)
    await called(office, customer, q5="暂无")
    assert of(office, OpportunityIdentified) == []
    await called(office, customer, q6="没有", q7=None)
    assert [(event.has_plan, event.style) for event in of(office, OpportunityIdentified)] == [(False, None)]


@pytest.mark.requirement("R044.a")
async def test_no_visit_is_planned_before_the_answers_on_the_phone_are_recorded(office):
    customer = await customer_of(office)
    unknown = await planned(office, customer)
    await called(office, customer, q6=None, q7=None)
    short = await planned(office, customer)
    assert [(each.status_code, each.json()["code"]) for each in (unknown, short)] == [(409, "answers_missing")] * 2
    assert "q6 是否有平面图？; q7 想做成什么风格？" in short.json()["detail"]
    await called(office, customer, q1=None)
    assert (await planned(office, customer)).status_code == 201


@pytest.mark.requirement("R044.b", "R044.c")
async def test_a_visit_keeps_what_the_customer_is_interested_in_and_how_he_agreed(office):
    customer = await customer_of(office)
    await called(office, customer)
    for left_out in ("interest", "consent"):
        wish = {name: value for name, value in appointment(customer).items() if name != left_out}
        refused = await office.ask(Role.ACCOUNT_MANAGER, "POST", "/visit-plans", wish)
        assert (refused.status_code, left_out in refused.json()["detail"]) == (422, True)
    visit = (await planned(office, customer)).json()
    assert (visit["interest"], visit["consent"]) == ("新办公楼三层隔断", "2026-11-20 电话征得同意")
    (said,) = of(office, VisitScheduled)
    assert (str(said.visit_id), said.consent, said.staff) == (visit["visit_id"], visit["consent"], "am-03")


@pytest.mark.requirement("R045.a", "R045.b")
async def test_a_visit_has_the_checklist_of_the_kit_and_of_the_samples_and_each_thing_is_ticked_off(office):
    customer = await customer_of(office)
    await called(office, customer)
    visit = (await planned(office, customer, samples=["80款双玻百叶样品"])).json()
    assert [(item["name"], item["sample"]) for item in visit["kit"]] == [
        *((name, False) for name in KIT),
        ("80款双玻百叶样品", True),
    ]
    path = f"/visit-plans/{visit['visit_id']}/tick-off"
    ticked = await office.ask(Role.ACCOUNT_MANAGER, "POST", path, {"names": ["卷尺", "80款双玻百叶样品"]})
    assert [item["name"] for item in ticked.json()["kit"] if item["ticked_at"]] == ["卷尺", "80款双玻百叶样品"]
    strange = await office.ask(Role.ACCOUNT_MANAGER, "POST", path, {"names": ["雨伞"]})
    assert (strange.status_code, strange.json()["code"]) == (409, "not_on_the_list")
    assert of(office, VisitScheduled)[0].samples == ("80款双玻百叶样品",)


@pytest.mark.requirement("R046.a")
async def test_the_way_is_planned_for_arriving_ten_minutes_early(office):
    customer = await customer_of(office)
    await called(office, customer)
    visit = (await planned(office, customer)).json()
    assert [datetime.fromisoformat(visit[name]) for name in ("arrive_by", "leave_by")] == [
        NOW + timedelta(hours=1, minutes=50),
        NOW + timedelta(hours=1, minutes=5),
    ]
    soon = await planned(office, customer, travel="PT1H51M")
    assert (soon.status_code, soon.json()["code"]) == (409, "too_soon")
    far = await planned(office, customer, appointed_at="2062-11-25T08:00:00Z")
    assert (far.status_code, far.json()["code"]) == (409, "far_day")


@pytest.mark.requirement("R046.b")
@pytest.mark.parametrize(
    ("minutes", "punctual", "early", "outcome"),
    [(109, True, True, "in_time"), (115, True, False, "late"), (121, False, False, "late")],
)
async def test_whether_the_visitor_was_punctual_follows_from_the_times(office, minutes, punctual, early, outcome):
    customer = await customer_of(office)
    await called(office, customer)
    visit = (await planned(office, customer)).json()["visit_id"]
    await office.until(NOW + timedelta(minutes=minutes))
    arrived = (await office.ask(Role.ACCOUNT_MANAGER, "POST", f"/visit-plans/{visit}/arrive", by="am-03")).json()
    assert (arrived["stage"], arrived["punctual"], arrived["early"]) == ("arrived", punctual, early)
    assert [event.outcome for event in of(office, DeadlineMetByIntake) if event.kind == "visit_arrival"] == [outcome]

    await office.until(NOW + timedelta(hours=3))
    report = {"shop_name": "恒达", "customer_name": "王建国", "mobile": "13800138000", "plan_id": visit}
    told = {**report, "left_at": "2026-11-20T08:50:00Z", "punctual": not punctual}
    assert (await office.ask(Role.ACCOUNT_MANAGER, "POST", "/visits", told, by="am-03")).status_code == 201
    (said,) = of(office, VisitReported)
    assert (str(said.plan_id), said.punctual, str(said.customer_id)) == (visit, punctual, customer)
    again = await office.ask(Role.ACCOUNT_MANAGER, "POST", "/visits", told, by="am-03")
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert len(of(office, VisitReported)) == 1


async def test_a_planned_visit_whose_report_has_an_id_of_its_own_is_not_reported_again(office):
    customer = await customer_of(office)
    await called(office, customer)
    plan = (await planned(office, customer)).json()["visit_id"]
    told = {"shop_name": "恒达", "customer_name": "王建国", "mobile": "13800138000", "plan_id": plan}
    report = VisitReport.model_validate({**told, "left_at": NOW, "via": "app"})
    reported = Visit(id=uuid4(), report=report, staff="am-03", reported_at=NOW)
    await Visits(office.service.plumbing.database).create(Change(reported), cause(NOW))
    await office.until(NOW + timedelta(hours=3))

    again = await office.ask(Role.ACCOUNT_MANAGER, "POST", "/visits", {**told, "left_at": "2026-11-20T08:50:00Z"})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert of(office, VisitReported) == []


async def test_a_visitor_who_does_not_arrive_has_missed_it_and_a_cancelled_visit_is_missed_by_nobody(office):
    customer = await customer_of(office)
    await called(office, customer)
    kept, dropped = [(await planned(office, customer)).json()["visit_id"] for _ in range(2)]
    reason = {"reason": "客户出差，另约时间"}
    cancelled = await office.ask(Role.ACCOUNT_MANAGER, "POST", f"/visit-plans/{dropped}/cancel", reason)
    assert (cancelled.json()["stage"], cancelled.json()["possible"]) == ("cancelled", [])
    await office.until(NOW + timedelta(hours=2))
    missed = [event for event in of(office, DeadlineMissedByIntake) if event.kind == "visit_arrival"]
    assert [(event.assignee, event.supervisor_role) for event in missed] == [("am-03", "regional_head")]
    again = await office.ask(Role.ACCOUNT_MANAGER, "POST", f"/visit-plans/{dropped}/arrive")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    rows = (await office.ask(Role.CS_SPECIALIST, "GET", f"/visit-plans?customer_id={customer}")).json()["items"]
    assert {row["visit_id"]: row["stage"] for row in rows} == {kept: "planned", dropped: "cancelled"}
    report = {"shop_name": "恒达", "customer_name": "王建国", "mobile": "13800138000", "plan_id": dropped}
    told = {**report, "left_at": "2026-11-20T07:50:00Z"}
    taken = await office.ask(Role.ACCOUNT_MANAGER, "POST", "/visits", told, by="am-03")
    assert (taken.status_code, taken.json()["code"]) == (409, "visit_cancelled")


@pytest.mark.requirement("R050.a")
async def test_the_four_usual_objections_have_standard_answers(office):
    shown = (await office.ask(Role.ACCOUNT_MANAGER, "GET", "/objections")).json()
    assert [each["question"] for each in shown["objections"]] == [
        "你们公司规模怎样？工厂多大？",
        "你们年销售额多少？",
        "我看了其他家的工厂了，几万平方，比你们大多了。",
        "你们公司经营多少年了，经验怎么样？",
    ]
    assert shown["objections"][1]["answer"] == "现隔间年销售量达十万平方米，位居华南区同行业第一位。"


@pytest.mark.requirement("R050.b")
async def test_the_answers_to_objections_are_kept_in_versions(tmp_path):
    shipped = files("intake.domain").joinpath("policy", "intake_v1.toml").read_text(encoding="utf-8")
    changes = {"version = 1": "version = 2", "2026-01-01": "2026-11-01", "达十万平方米，位居": "达十五万平方米，位居"}
    for before, after in changes.items():
        shipped = shipped.replace(before, after)
    (tmp_path / "second.toml").write_text(shipped, encoding="utf-8")
    office = opened(tmp_path)
    now, before, never = [
        await office.ask(Role.ACCOUNT_MANAGER, "GET", f"/objections{which}")
        for which in ("", "?version=1", "?version=7")
    ]
    answers = [(each.json()["version"], each.json()["objections"][1]["answer"][:12]) for each in (now, before)]
    assert answers == [(2, "现隔间年销售量达十五万平"), (1, "现隔间年销售量达十万平方")]
    assert (never.status_code, never.json()["code"]) == (404, "not_found")
