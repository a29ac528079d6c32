"""What is a duty has a page, with what is known of it and the forms of what comes next."""

import re
from uuid import UUID

import pytest
from talks import ANSWERED

from shared.contracts.roles import Role

PEOPLE = {"junction": "am-03", "front_desk": "desk-1", "lights": "assistant-1"}
TEXT = "客户反映展厅导航定位有误，两位来访客户走错路口"


@pytest.fixture
async def problem(world):
    raised = await world.ask(Role.CS_SPECIALIST, "POST", "/problems", {"text": TEXT, "order_no": "SO-7"})
    return UUID(raised.json()["problem_id"])


async def page(world, role, path):
    answer = await world.ask(role, "GET", path)
    assert answer.status_code == 200
    return answer.text


async def test_a_problem_is_shown_with_its_clock_and_the_forms_of_those_who_may_solve_it(world, problem):
    shown = await page(world, Role.CS_SUPERVISOR, f"/ui/problems/{problem}")
    read = await page(world, Role.MARKET_SUPERVISOR, f"/ui/problems/{problem}")

    for each in (
        TEXT,
        "SO-7",
        "待反馈",
        f"/intake/problems/{problem}/solve",
        f"/intake/problems/{problem}/tell-department",
    ):
        assert each in shown
    assert "data-send" not in read
    assert "由其他岗位办理的2项" in read


async def test_a_problem_that_is_solved_says_how_and_has_no_form(world, problem):
    told = {"department": "sales", "words": "已转市场中心"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/problems/{problem}/tell-department", told)
    await world.ask(Role.CS_SPECIALIST, "POST", f"/problems/{problem}/solve", {"solution": "地图标注已更正"})
    shown = await page(world, Role.CS_SPECIALIST, f"/ui/problems/{problem}")

    for each in ("已解决", "地图标注已更正", "销售部", "已转市场中心", "这件事已办完。"):
        assert each in shown
    assert "data-send" not in shown


async def test_a_thing_that_there_is_not_has_no_page(world):
    answer = await world.ask(Role.CS_SPECIALIST, "GET", "/ui/problems/9a74bf65-86a1-4bbe-bdc1-5ea666159399")
    assert answer.status_code == 404


def forms_of(html):
    return [address.rpartition("/")[2] for address in re.findall(r'data-send="(.*?)"', html)]


async def made(world, path, body, role=Role.ACCOUNT_MANAGER):
    answer = await world.ask(role, "POST", path, body, by="am-03")
    assert answer.status_code == 201, answer.text
    return answer.json()


async def decided(world, role, path, body):
    answer = await world.ask(role, "POST", path, body, by="am-03")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def customer(world):
    file = {"name": "恒达装饰", "contacts": [{"name": "王建国", "mobile": "13800138000"}], "owner": "am-03"}
    id = (await made(world, "/customers", file))["customer_id"]
    await made(world, f"/customers/{id}/contacts", dict(ANSWERED))
    return id


async def test_a_text_that_could_not_be_read_is_read_on_its_page(world):
    text = (await made(world, "/visit-texts", {"text": "刚出来，聊得不错"}))["text_id"]
    at = f"/visit-texts/{text}"
    html = await page(world, Role.CS_SPECIALIST, f"/ui{at}")
    assert forms_of(html) == ["read", "dismiss"]
    assert "刚出来，聊得不错" in html
    read = {"shop_name": "明镜眼镜店", "customer_name": "陈先生", "mobile": "13700137000"}
    await decided(world, Role.CS_SPECIALIST, f"{at}/read", read)
    html = await page(world, Role.CS_SPECIALIST, f"/ui{at}")
    assert forms_of(html) == []
    assert "明镜眼镜店" in html


async def test_an_enquiry_is_answered_on_its_page(world, customer):
    asked = {"customer_id": customer, "kind": "stock", "text": "80 款还有库存吗？"}
    enquiry = (await made(world, "/enquiries", asked))["enquiry_id"]
    at = f"/enquiries/{enquiry}"
    html = await page(world, Role.CS_SPECIALIST, f"/ui{at}")
    assert forms_of(html) == ["answer"]
    for each in ("80 款还有库存吗？", "查库存", "待答复", f"/desk/customers/{customer}"):
        assert each in html
    await decided(world, Role.CS_SPECIALIST, f"{at}/answer", {"answer": "有现货40樘"})
    html = await page(world, Role.CS_SPECIALIST, f"/ui{at}")
    assert forms_of(html) == []
    assert "有现货40樘" in html


async def test_a_doubt_of_a_customer_ends_by_what_was_sent_on_its_page(world, customer):
    business = {"customer_id": customer, "project": "三层隔断"}
    chance = (await made(world, "/opportunities", business))["opportunity_id"]
    at = f"/opportunities/{chance}"
    await decided(world, Role.ACCOUNT_MANAGER, f"{at}/note-doubt", {"doubt": "担心隔音"})
    html = await page(world, Role.ACCOUNT_MANAGER, f"/ui{at}")
    assert forms_of(html) == ["send-material", "note-doubt", "change-demand"]
    assert "客户有疑虑" in html
    assert "担心隔音" in html
    trial = {"material": "trial", "way": "in_person", "what": "80款样板试用"}
    await decided(world, Role.ACCOUNT_MANAGER, f"{at}/send-material", trial)
    html = await page(world, Role.ACCOUNT_MANAGER, f"/ui{at}")
    assert "80款样板试用" in html
    assert "跟进中" in html


async def test_a_visitor_ticks_off_what_is_taken_along_and_reports_the_arrival_on_the_page(world, customer):
    wish = {
        "customer_id": customer,
        "staff": "am-03",
        "appointed_at": "2026-11-23T02:00:00Z",
        "travel": "PT30M",
        "interest": "新办公楼三层隔断",
        "consent": "电话征得同意",
        "samples": ["80款双玻百叶样品"],
    }
    at = f"/visit-plans/{(await made(world, '/visit-plans', wish))['visit_id']}"
    html = await page(world, Role.ACCOUNT_MANAGER, f"/ui{at}")
    assert forms_of(html) == ["tick-off", "arrive", "cancel"]
    (left,) = re.findall(r'<textarea [^>]*name="names"[^>]*>(.*?)</textarea>', html, re.DOTALL)
    assert "80款双玻百叶样品" in left.split("\n")
    await decided(world, Role.ACCOUNT_MANAGER, f"{at}/tick-off", {"names": left.split("\n")})
    assert forms_of(await page(world, Role.ACCOUNT_MANAGER, f"/ui{at}")) == ["arrive", "cancel"]


async def test_the_open_tasks_of_a_reception_are_done_on_the_page_of_the_tour(world, customer):
    wish = {
        "customer_id": customer,
        "at": "2026-11-23T02:00:00Z",
        "party_size": 3,
        "host": "am-03",
        "consent": "电话征得同意",
        "people": PEOPLE,
    }
    at = f"/showroom-visits/{(await made(world, '/showroom-visits', wish))['visit_id']}"
    html = await page(world, Role.CS_SPECIALIST, f"/ui{at}")
    assert forms_of(html) == ["do-task", "cancel"]
    assert set(re.findall(r'name="task" value="(\w+)"', html)) == set(PEOPLE)
    await decided(world, Role.CS_SPECIALIST, f"{at}/do-task", {"task": "lights"})
    html = await page(world, Role.CS_SPECIALIST, f"/ui{at}")
    assert set(re.findall(r'name="task" value="(\w+)"', html)) == PEOPLE.keys() - {"lights"}


async def started(world, customer, kind):
    wish = {"kind": kind, "name": "新品推介", "until": "2026-12-20", "customer_ids": [customer]}
    return (await made(world, "/campaigns", wish, Role.CS_SUPERVISOR))["campaign_id"]


@pytest.fixture
async def specialist(world):
    body = {"staff": "cs-1", "name": "专员", "role": "cs_specialist", "since": "2026-01-01"}
    await made(world, "/colleagues", body, Role.CS_SUPERVISOR)


@pytest.mark.usefixtures("specialist")
async def test_what_came_of_a_campaigns_customers_is_recorded_and_summed_up_on_its_page(world, customer):
    at = f"/campaigns/{await started(world, customer, 'telemarketing')}"
    html = await page(world, Role.CS_SUPERVISOR, f"/ui{at}")
    assert forms_of(html) == ["record", "complete"]
    assert re.findall(r'name="customer_id" value="(.*?)"', html) == [customer]
    for each in ("新品推介", "电话营销", "进行中", "恒达装饰 cs-1 未联系", "0 / 1"):
        assert each in html
    assert forms_of(await page(world, Role.MARKET_SUPERVISOR, f"/ui{at}")) == []
    await decided(world, Role.CS_SUPERVISOR, f"{at}/record", {"customer_id": customer, "outcome": "attained"})
    html = await page(world, Role.CS_SUPERVISOR, f"/ui{at}")
    for each in ("恒达装饰 cs-1 达成目标", "1 / 1"):
        assert each in html
    await decided(world, Role.CS_SUPERVISOR, f"{at}/complete", {"lessons": "下午三点后接通率最高"})
    html = await page(world, Role.CS_SUPERVISOR, f"/ui{at}")
    assert forms_of(html) == []
    for each in ("已总结", "下午三点后接通率最高", "这件事已办完。"):
        assert each in html


@pytest.mark.usefixtures("specialist")
async def test_what_came_of_a_seasonal_campaigns_customers_is_not_recorded_on_its_page_as_their_callbacks_tell(
    world, customer
):
    at = f"/campaigns/{await started(world, customer, 'seasonal')}"
    assert forms_of(await page(world, Role.CS_SUPERVISOR, f"/ui{at}")) == ["complete"]
