"""A callback as a page: found from the day, with whom to ask for, the script, the answers and what became of it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from english import COOKIE, left_in_chinese

from intake.pages import LOCALE
from shared.contracts.intake import CustomerAssigned, VisitReported
from shared.contracts.roles import Role

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
HENGDA = {
    "name": "恒达装饰",
    "source": "cs",
    "contacts": [{"name": "王建国", "title": "王总", "mobile": "13800138000"}],
}
NEW = {"name": "新店", "source": "sales"}
RATINGS = {"ability": "满意", "etiquette": "满意", "professionalism": "一般"}
SAID = {"branch": "average", "ratings": RATINGS, "aspect": "专业水平", "detail": "尺寸说不清"}


def text(html):
    """What is read of it, without marks, its blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def form(html, decision):
    """The form of a decision, where the page has it."""
    return re.search(rf'<form id="form-{decision}".*?</form>', html, re.DOTALL)


@pytest.fixture
async def call(world):
    """The id of the call that is owed after a visit."""
    made = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", HENGDA)
    visit = VisitReported(
        visit_id=uuid4(),
        staff="am-03",
        shop_name="恒达装饰",
        customer_id=made.json()["customer_id"],
        customer_name="王建国",
        mobile="13800138000",
        left_at=NOW - timedelta(minutes=5),
        reported_at=NOW,
    )
    await world.hear(visit)
    (owed,) = (await world.ask(Role.CS_SPECIALIST, "GET", "/callbacks")).json()["items"]
    return owed["callback_id"]


@pytest.fixture
def page(world, call):
    """The page of the call as somebody in this role reads it."""

    async def page(role, by=None, **headers):
        answer = await world.ask(role, "GET", f"/ui/callbacks/{call}", by=by, **headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    return page


@pytest.fixture
def decide(world, call):
    async def decide(role, decision, body, by=None):
        answer = await world.ask(role, "POST", f"/callbacks/{call}/{decision}", body, by=by)
        assert answer.status_code == 200, answer.text

    return decide


@pytest.fixture
def offered(world, call):
    """What may be decided about the call now."""

    async def offered():
        shown = (await world.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{call}")).json()
        return {each["decision"] for each in shown["possible"]}

    return offered


async def heard(decide):
    await decide(Role.CS_SPECIALIST, "hear-manager", {"said": "客户对方案满意"})


async def test_a_duty_of_the_day_leads_to_the_call(world, call):
    html = (await world.ask(Role.CS_SPECIALIST, "GET", "/ui/duties")).text
    assert f'data-page="callbacks/{call}"' in html


@pytest.mark.requirement("R028.a", "R099.a")
async def test_the_page_says_whom_to_ask_for_and_what_to_say_whichever_way_the_talk_goes(page):
    read = text(await page(Role.CS_SPECIALIST))
    assert "称呼：王总" in read
    assert "王建国 13800138000" in read
    assert "您好，请问是王总吗？我是客服示范公司客服部的" in read
    assert re.search(r"连同提问\d+字，不得超过400字", read)
    closings = ["感谢您的认可与支持", "感谢您的意见，我们会认真改进", "给您带来不便，非常抱歉"]
    assert [closing for closing in closings if closing not in read] == []


async def test_who_does_not_serve_the_customer_sees_no_number(page):
    assert "13800138000" not in await page(Role.ACCOUNT_MANAGER)


@pytest.mark.requirement("R102.a")
async def test_each_question_is_a_field_of_the_form_and_the_required_ones_cannot_be_left_out(page, decide):
    await heard(decide)
    asked = form(await page(Role.CS_SPECIALIST), "complete")[0]
    fields = re.findall(r'<input type="text"[^>]*name="ratings\.(\w+)"[^>]*>', asked)
    required = re.findall(r'<input type="text"[^>]*name="ratings\.(\w+)"[^>]* required>', asked)
    assert (fields, required) == (
        ["ability", "professionalism", "etiquette", "help"],
        ["ability", "professionalism", "etiquette"],
    )
    assert "您觉得来访人员的业务能力怎么样？" in asked


async def test_the_answers_are_not_recorded_before_the_account_manager_is_heard(page, offered, decide):
    html = await page(Role.CS_SPECIALIST)
    assert form(html, "complete") is None
    assert "记录回访结果 请先听取客户经理的情况。由" in text(html)
    assert await offered() == {"hear_manager", "appoint", "waive"}
    await heard(decide)
    assert await offered() == {"complete", "hear_manager", "appoint", "waive"}


async def test_a_time_is_agreed_on_within_the_term_and_none_once_it_is_over(world, page, offered):
    asked = form(await page(Role.CS_SPECIALIST), "appoint")[0]
    assert 'value="2026-11-20T14:30"' in asked
    await world.until(NOW + timedelta(minutes=30))
    assert form(await page(Role.CS_SPECIALIST), "appoint") is None
    assert await offered() == {"hear_manager", "waive"}


async def test_what_is_to_be_recorded_in_detail_cannot_be_left_out(world, page, decide):
    await heard(decide)
    asked = form(await page(Role.CS_SPECIALIST), "complete")[0]
    assert not re.search(r'name="detail"[^>]* required', asked)
    made = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", NEW)).json()["customer_id"]
    due = NOW + timedelta(days=7)
    await world.hear(
        CustomerAssigned(customer_id=made, customer_name="新店", owner="cs-07", rule="manual", first_contact_due=due)
    )
    calls = (await world.ask(Role.CS_SPECIALIST, "GET", "/callbacks")).json()["items"]
    (first,) = [each["callback_id"] for each in calls if each["reason"]["kind"] == "first_contact_7d"]
    html = (await world.ask(Role.CS_SPECIALIST, "GET", f"/ui/callbacks/{first}")).text
    assert re.search(r'name="detail"[^>]* required', form(html, "complete")[0])


async def test_what_the_customer_said_stands_below_its_questions_and_in_the_record(page, decide):
    await heard(decide)
    await decide(Role.CS_SPECIALIST, "complete", SAID, by="cs-07")
    html = await page(Role.CS_SPECIALIST, by="cs-07")
    read = text(html)
    assert "您觉得来访人员的专业水平怎么样？ 一般" in read
    assert "客户原话 尺寸说不清" in read
    assert form(html, "complete") is None
    assert re.findall(r"\d\d:\d\d (先问客户经理|回访) ", read) == ["回访", "先问客户经理"]


async def test_a_finished_call_is_audited_by_its_form_and_not_by_who_made_it(world, call, page, decide):
    await heard(decide)
    await decide(Role.CS_SPECIALIST, "complete", SAID, by="cs-07")
    assert form(await page(Role.MARKET_SUPERVISOR, by="cs-07"), "audit") is None
    asked = form(await page(Role.MARKET_SUPERVISOR, by="market-01"), "audit")[0]
    assert re.findall(r'name="(ratings\.\w+|matches_record|remarks)"[^>]* required', asked) == [
        "ratings.ability",
        "ratings.professionalism",
        "ratings.etiquette",
        "matches_record",
        "matches_record",
    ]
    await decide(Role.MARKET_SUPERVISOR, "audit", {"ratings": RATINGS, "matches_record": True}, by="market-01")
    html = (await world.ask(Role.MARKET_SUPERVISOR, "GET", "/ui/callbacks?stage=completed")).text
    assert "相符" in text(html)


async def test_the_list_has_the_calls_of_a_stage_and_whose_turn_it_is(world, call):
    html = (await world.ask(Role.CS_SPECIALIST, "GET", "/ui/callbacks")).text
    assert re.findall(r'href="/desk/callbacks/(.*?)"', html) == [call]
    assert "客服专员" in text(html)
    done = (await world.ask(Role.CS_SPECIALIST, "GET", "/ui/callbacks?stage=completed")).text
    assert "这里还没有回访。" in text(done)


async def test_a_director_lets_a_call_go_and_the_record_says_why(world, page, decide):
    await decide(Role.CS_DIRECTOR, "waive", {"reason": "tender"}, by="director-01")
    waived = (await world.ask(Role.CS_SPECIALIST, "GET", "/ui/callbacks?stage=waived")).text
    assert re.findall(r'data-l="由谁办理">(.*?)<', waived) == ["director-01"]
    assert "准予免回访" in text(await page(Role.CS_DIRECTOR))
    assert "投标项目" in text(await page(Role.CS_DIRECTOR))


async def test_in_english_only_what_is_said_to_the_customer_is_chinese(world, call, page, decide):
    await heard(decide)
    before = await page(Role.CS_SPECIALIST, headers=COOKIE)
    await decide(Role.CS_SPECIALIST, "complete", SAID, by="cs-07")
    pages = [before, await page(Role.MARKET_SUPERVISOR, headers=COOKIE)]
    pages += [
        (await world.ask(Role.CS_SPECIALIST, "GET", f"/ui/callbacks?stage={stage}", headers=COOKIE)).text
        for stage in ("open", "completed", "waived", "withdrawn")
    ]
    script = (await world.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{call}/script")).json()
    spoken = {script["opening"], script["improve"], script["advice"], *script["asks"].values()}
    spoken |= {*script["closings"].values(), *RATINGS.values(), SAID["aspect"]}
    assert {left for html in pages for left in left_in_chinese(html, LOCALE)} - spoken == set()
