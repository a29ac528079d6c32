"""Calls to customers: whom to ring first, when it suits, who checks what was recorded, and whether all were made."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from intake.domain.lifecycle import CALLBACK
from intake.settings import Settings
from shared.calendar import CHINA
from shared.contracts.complaints import ResolutionImplemented
from shared.contracts.event import Actor
from shared.contracts.intake import (
    CallbackAudited,
    CallbackCompleted,
    CallbackDue,
    CallbackWaived,
    CustomerAssigned,
    VisitReported,
)
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
RULES = nowhere(Settings).rules(CHINA)
VISIT = VisitReported(
    visit_id=UUID(int=7),
    shop_name="明镜眼镜店",
    customer_name="陈先生",
    mobile="13700137000",
    staff="head-02",
    left_at=NOW,
    reported_at=NOW,
)
RATED = {"ability": "满意", "professionalism": "满意", "etiquette": "一般"}
ANSWERS = {"branch": "satisfied", "ratings": RATED}


async def owed(world):
    said = await world.hear(VISIT, actor=Actor(kind="staff", id="head-02", role=Role.REGIONAL_HEAD))
    return f"/callbacks/{next(each.callback_id for each in said if isinstance(each, CallbackDue))}"


async def post(world, path, body, role=Role.CS_SPECIALIST, by=None):
    answered = await world.ask(role, "POST", path, body, by=by)
    assert answered.is_success, answered.text
    return answered.json()


async def refused(world, path, body, role=Role.CS_SPECIALIST):
    answered = await world.ask(role, "POST", path, body)
    return answered.status_code, answered.json()["code"]


def of(world, kind):
    return [event for event in world.announced if isinstance(event, kind)]


@pytest.mark.requirement("R027.a", "R028.e")
async def test_after_a_visit_the_account_manager_is_rung_first_and_what_was_told_stands_on_the_record(world):
    call = await owed(world)
    assert await refused(world, f"{call}/complete", ANSWERS) == (409, "manager_not_heard")
    heard = await post(world, f"{call}/hear-manager", {"said": "客户满意，等设计图"}, by="cs-07")
    assert (heard["manager_word"]["said"], heard["manager_word"]["heard_by"]) == ("客户满意，等设计图", "cs-07")
    await post(world, f"{call}/complete", ANSWERS)
    (said,) = of(world, CallbackCompleted)
    assert (said.manager_said, said.ratings) == ("客户满意，等设计图", RATED)


@pytest.mark.requirement("R028.d")
async def test_the_opening_names_who_visited_and_in_which_rank(world):
    await post(
        world,
        "/colleagues",
        {"staff": "head-02", "name": "赵刚", "role": "regional_head", "since": "2026-01-01"},
        Role.HUMAN_RESOURCES,
    )
    call = await owed(world)
    script = (await world.ask(Role.CS_SPECIALIST, "GET", f"{call}/script")).json()
    assert "我司区域负责人赵刚刚刚拜访过您" in script["opening"]


@pytest.mark.requirement("R103.c")
async def test_a_convenient_time_is_agreed_within_the_term(world):
    call = await owed(world)
    early = {"at": (NOW - timedelta(minutes=1)).isoformat(), "words": "刚才"}
    late = {"at": (NOW + timedelta(minutes=31)).isoformat(), "words": "下午三点"}
    assert await refused(world, f"{call}/appoint", early) == (409, "past_time")
    assert await refused(world, f"{call}/appoint", late) == (409, "after_due")
    at = (NOW + timedelta(minutes=20)).isoformat()
    agreed = await post(world, f"{call}/appoint", {"at": at, "words": "二十分钟后"})
    assert agreed["appointment"]["words"] == "二十分钟后"
    assert datetime.fromisoformat(agreed["appointment"]["at"]) == NOW + timedelta(minutes=20)


@pytest.mark.requirement("R031.a", "R031.b", "R089.b")
async def test_the_market_supervisor_asks_the_customer_about_the_one_who_called_and_whether_the_record_is_true(world):
    call = await owed(world)
    found = {"ratings": RATED, "matches_record": False, "remarks": "客户说没有评价礼仪"}
    assert await refused(world, f"{call}/audit", found, Role.MARKET_SUPERVISOR) == (409, "illegal_transition")
    await post(world, f"{call}/hear-manager", {"said": "等设计图"})
    await post(world, f"{call}/complete", ANSWERS, by="cs-07")
    short = {**found, "ratings": {"ability": "满意"}}
    assert await refused(world, f"{call}/audit", short, Role.MARKET_SUPERVISOR) == (409, "questions_open")
    (offered,) = (await world.ask(Role.MARKET_SUPERVISOR, "GET", call)).json()["possible"]
    assert (offered["decision"], offered["another_than"]) == ("audit", ["cs-07"])
    own = await world.ask(Role.MARKET_SUPERVISOR, "POST", f"{call}/audit", found, by="CS-07")
    assert (own.status_code, own.json()["code"]) == (409, "four_eyes"), "who made the call does not audit it"
    shown = await post(world, f"{call}/audit", found, Role.MARKET_SUPERVISOR, by="market-01")
    (said,) = of(world, CallbackAudited)
    assert (said.auditor, said.ratings, said.matches_record) == ("market-01", RATED, False)
    assert (shown["audit"]["remarks"], shown["stage"], shown["possible"]) == ("客户说没有评价礼仪", "completed", [])
    assert await refused(world, f"{call}/audit", found, Role.MARKET_SUPERVISOR) == (409, "audited_already")


DOORS = {
    "hear-manager": ("hear_manager", {"said": "等设计图"}),
    "appoint": ("appoint", {"at": NOW.isoformat(), "words": "现在"}),
    "complete": ("complete", ANSWERS),
    "audit": ("audit", {"ratings": RATED, "matches_record": True}),
    "waive": ("waive", {"reason": "tender"}),
}


@pytest.mark.parametrize("door", DOORS)
async def test_those_decide_about_a_call_whom_the_table_names(world, door):
    decision, body = DOORS[door]
    path = f"/callbacks/{uuid4()}/{door}"
    statuses = {role: (await world.ask(role, "POST", path, body)).status_code for role in Role}
    assert statuses == {role: 404 if role in CALLBACK.roles(decision) else 403 for role in Role}


async def test_a_customer_is_called_when_the_solution_was_carried_out(world):
    wang = CustomerSnapshot(customer_id=uuid4(), name="恒达装饰", mobile="13800138000")
    implemented = ResolutionImplemented(
        complaint_id=uuid4(), complaint_no="2026-11-0007", customer=wang, at=NOW, by="cs-07"
    )
    await world.hear(implemented)
    (due,) = of(world, CallbackDue)
    assert (due.kind, due.complaint_no, due.item) == ("post_complaint", "2026-11-0007", "解决方案的执行")
    assert due.due_at == NOW + timedelta(days=3)


@pytest.mark.requirement("R093.c", "R093.d")
async def test_the_first_contact_is_recorded_in_detail_and_missed_under_its_own_name(world):
    customer = (await post(world, "/customers", {"name": "恒达装饰", "source": "sales"}))["customer_id"]
    due = NOW + timedelta(days=7)
    await world.hear(
        CustomerAssigned(
            customer_id=UUID(customer), customer_name="恒达装饰", owner="cs-07", rule="manual", first_contact_due=due
        )
    )
    (call,) = of(world, CallbackDue)
    path = f"/callbacks/{call.callback_id}/complete"
    brief = {"branch": "satisfied", "ratings": {"need": "近期无"}}
    assert await refused(world, path, brief) == (409, "detail_missing")
    missed = [each for each in await world.until(due) if "missed" in each.key]
    assert ("first_contact", "cs-07") in [(each.kind, each.assignee) for each in missed]
    done = await post(world, path, {**brief, "detail": "介绍了公司与产品，客户明年装修新店"})
    assert done["stage"] == "completed"


@pytest.mark.requirement("R102.b")
@pytest.mark.parametrize("kind", RULES.on(NOW).callbacks)
def test_every_kind_of_callback_has_questions_that_have_to_be_answered(kind):
    rule = RULES.on(NOW).callbacks[kind]
    assert rule.questions
    assert rule.questions <= rule.script.asks.keys()


@pytest.mark.requirement("R096.a", "R096.b")
def test_members_are_asked_about_the_company_the_product_and_the_service():
    assert RULES.on(NOW).callbacks["member"].questions == {"company", "product", "service"}


@pytest.mark.requirement("R099.a")
def test_a_policy_with_a_script_that_is_too_long_is_refused():
    policy = RULES.on(NOW)
    lengths = {kind: rule.script.longest for kind, rule in policy.callbacks.items()}
    assert max(lengths.values()) <= policy.longest_script
    with pytest.raises(ValueError, match="a script has at most 100 characters"):
        type(policy).model_validate({**dict(policy), "longest_script": 100})


@pytest.mark.requirement("R101.a", "R101.b")
async def test_every_member_is_called_each_round_and_the_coverage_is_shown(world):
    member = {"name": "恒达装饰", "source": "sales", "member": True}
    members = {
        (await post(world, "/customers", {**member, "name": f"会员{number}"}))["customer_id"] for number in "123"
    }
    await post(world, "/customers", {**member, "name": "非会员", "member": False})
    first = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    await world.until(first)
    calls = of(world, CallbackDue)
    assert ({str(each.customer.customer_id) for each in calls}, {each.kind for each in calls}) == (members, {"member"})
    said = {"branch": "satisfied", "ratings": {"company": "好", "product": "好", "service": "好"}}
    await post(world, f"/callbacks/{calls[0].callback_id}/complete", said, by="cs-07")
    await post(world, f"/callbacks/{calls[1].callback_id}/waive", {"reason": "special"}, Role.CS_DIRECTOR)
    await world.until(calls[2].due_at)
    assert len(of(world, CallbackWaived)) == 1

    asked = "since=2026-12-01&until=2026-12-31&kind=member"
    rows = (await world.ask(Role.CS_SUPERVISOR, "GET", f"/callbacks/coverage?{asked}")).json()
    zero = {"due": 1, "done": 0, "waived": 0, "missed": 0, "still_open": 0, "kind": "member"}
    assert rows == [
        {**zero, "staff": None, "due": 2, "waived": 1, "missed": 1, "still_open": 1},
        {**zero, "staff": "cs-07", "done": 1},
    ]
    file = await world.ask(Role.CS_SUPERVISOR, "GET", f"/callbacks/coverage.csv?{asked}")
    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert lines == [
        ["人员", "回访类型", "应回访", "已回访", "免回访", "逾期", "未回访"],
        ["岗位待领取", "会员客户回访", "2", "0", "1", "1", "1"],
        ["cs-07", "会员客户回访", "1", "1", "0", "0", "0"],
    ]
    beyond = await world.ask(Role.CS_SUPERVISOR, "GET", "/callbacks/coverage?since=2026-11-01&until=9999-12-31")
    assert (beyond.status_code, beyond.json()["errors"][0]["rule"]) == (422, "beyond_calendar")
    reversed_days = await world.ask(Role.CS_SUPERVISOR, "GET", "/callbacks/coverage?since=2026-12-31&until=2026-12-01")
    assert (reversed_days.status_code, reversed_days.json()["code"]) == (409, "days_reversed")


@pytest.mark.requirement("R094.b")
@pytest.mark.parametrize("way", ["phone", "sms", "email", "chat", "letter", "visit"])
async def test_a_customer_is_called_back_by_phone_text_message_or_otherwise_and_the_record_says_how(world, way):
    path = await owed(world)
    await post(world, f"{path}/hear-manager", {"said": "客户对方案满意"})
    assert (await post(world, f"{path}/complete", {**ANSWERS, "via": way}))["stage"] == "completed"
    (said,) = of(world, CallbackCompleted)
    assert said.via == way
