"""The pages of after-sales: register, dispatch board, a voucher, a technician's day, the months, who may do what."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from uuid import UUID

import pytest

from aftersales.domain.decisions.dispatch import dispatch
from aftersales.domain.decisions.request import register
from aftersales.domain.decisions.trip import agree_appointment
from aftersales.domain.lifecycle import LIFECYCLE, REQUEST, SETTLEMENT
from aftersales.domain.parts.entry import Entry
from aftersales.domain.settlement import Settlement
from aftersales.pages.words import DECISIONS, FAULTS, REQUESTS, SETTLEMENTS, STAGES
from shared.aggregate import Change
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))


def text(html):
    """What is read of it, without marks, its blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def rows(html, label):
    """The cells of the body of the table under a caption, row by row."""
    body = re.search(rf'<caption class="hide">{label}.*?<tbody>(.*?)</tbody>', html, re.DOTALL)[1]
    found = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[text(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)] for row in found]


def sends(html):
    """Where the forms of the page send what is filled in."""
    return [address.rpartition("/")[2] for address in re.findall(r'data-send="(.*?)"', html)]


@pytest.fixture
def page(ask):
    async def page(role, path):
        answer = await ask(role, "GET", f"/ui{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    return page


@pytest.fixture
async def kept(in_every_stage, stores):
    """A service in every stage that is not called off, each a minute later than the one before."""
    orders = {}
    under_way = {stage: order for stage, order in in_every_stage.items() if stage != "called_off"}
    for n, (stage, order) in enumerate(under_way.items(), start=1):
        later = AT + timedelta(minutes=n)
        orders[stage] = order.but(id=UUID(int=n), voucher_no=f"FW-{n}", opened_at=later)
        await stores.service_orders.create(Change(orders[stage]), NOW)
    return orders


async def test_the_register_says_what_is_complete_and_whose_fault_it_is(page, stores, request_with):
    request = request_with()
    await stores.service_requests.create(Change(request), NOW)
    html = await page("cs_specialist", "/service-requests?part=under_way")
    assert rows(html, "售后登记，办理中") == [
        [
            request.register_no,
            "广州恒达装饰工程有限公司",
            "门铰链松动，闭合有异响",
            "已登记",
            "客服专员",
            "本公司质量",
            "11-22 10:00",
        ]
    ]
    assert rows(await page("cs_specialist", "/service-requests?part=incomplete"), "售后登记，资料不全") == []


async def test_a_request_names_what_is_missing(page, stores, form, rules):
    lacking = register(UUID(int=9), form.but(address=None), rules, NOW).state
    await stores.service_requests.create(Change(lacking), NOW)
    assert "资料不全，还缺：地址。" in await page("cs_specialist", f"/service-requests/{lacking.id}")


async def test_a_request_shows_the_blocks_of_its_latest_voucher_and_its_vouchers(page, stores, request_with, kept):
    request = request_with()
    await stores.service_requests.create(Change(request), NOW)
    html = await page("finance", f"/service-requests/{request.id}")
    assert rows(html, "表1各栏由谁填写") == [
        ["处理意见", "带铰链现场更换", "operations-01 11-22 10:00"],
        ["费用", "合计¥200.00", "待部门负责人签，待总经理签"],
        ["执行情况", "铰链松脱，已更换", "tech-05 11-22 10:00"],
        ["处理结果", "已更换铰链", "cs-07 11-22 10:00"],
    ]
    assert [row[0] for row in rows(html, "服务凭证")] == ["FW-1", "FW-2", "FW-3", "FW-4", "FW-5"]


async def test_the_register_says_for_whom_the_vouchers_of_a_request_wait(page, stores, request_with, kept):
    request = request_with()
    await stores.service_requests.create(Change(request), NOW)
    roles = dict.fromkeys(role for order in kept.values() for role in order.waits_for)
    (row,) = rows(await page("cs_specialist", "/service-requests?part=under_way"), "售后登记，办理中")
    assert set(row[4].split("、")) == {role.chinese for role in roles}


async def test_a_block_that_is_not_written_names_who_writes_it(page, kept):
    assert rows(await page("finance", f"/service-orders/{kept['open'].id}"), "表1各栏由谁填写")[2:] == [
        ["执行情况", "未填，由执行部门填写", ""],
        ["处理结果", "未填，由客服部填写", ""],
    ]


async def test_the_board_has_each_part_with_priority_first_and_whose_turn_it_is(page, kept, stores):
    urgent = kept["open"].but(id=UUID(int=50), voucher_no="FW-50", priority=True)
    await stores.service_orders.create(Change(urgent), NOW)
    html = await page("cs_manager", "/dispatch")
    assert [(row[0], row[6]) for row in rows(html, "待派工")] == [
        ("FW-50 优先", "运作主管、工程部区域负责人、客服主管、客服部经理、客服总监"),
        ("FW-1", "运作主管、工程部区域负责人、客服主管、客服部经理、客服总监"),
    ]
    assert [text(each) for each in re.findall(r'<a href="/desk/dispatch\?part.*?</a>', html)] == [
        "待派工 2",
        "已派工 1",
        "待签字 1",
        "待归档 1",
    ]


async def test_a_day_of_the_board_has_the_visits_of_each_technician_by_hour(page, stores, in_every_stage, rules):
    for n, (technician, hour) in enumerate((("tech-05", 3), ("tech-05", 1), ("tech-06", 2)), start=1):
        begins = AT + timedelta(hours=hour)
        opened = in_every_stage["open"].but(id=UUID(int=n), voucher_no=f"FW-{n}")
        agreed = agree_appointment(opened, begins, begins + timedelta(hours=1), "王建国", rules, NOW).state
        sent = dispatch(agreed, technician, "李师傅", "加急", rules, NOW).state
        await stores.service_orders.create(Change(sent), NOW)
    html = await page("cs_manager", "/dispatch?day=2026-11-22")
    assert [[row[0] for row in rows(html, each)] for each in ("tech-05", "tech-06")] == [["FW-2", "FW-1"], ["FW-3"]]
    assert "这一天还没有上门。" in await page("cs_manager", "/dispatch?day=2026-11-23")


@pytest.mark.parametrize(
    ("role", "stage", "offered"),
    [
        ("sales_assistant", "open", {"request-parts"}),
        ("senior_installer", "resolved", {"sign-off", "state-execution"}),
        ("gm", "closed", set()),
    ],
)
async def test_a_voucher_offers_each_role_its_own_forms(page, kept, role, stage, offered):
    assert set(sends(await page(role, f"/service-orders/{kept[stage].id}"))) == offered


async def test_what_waits_for_something_says_for_what_and_who_does_it_then(page, kept, stores):
    unwritten = kept["open"].but(id=UUID(int=60), voucher_no="FW-60", opinion=None)
    await stores.service_orders.create(Change(unwritten), NOW)
    html = await page("cs_manager", f"/service-orders/{unwritten.id}")
    waiting = text(re.search(r'<details class="others" id="act-waiting">.*?</details>', html, re.DOTALL)[0])
    assert "派技师 运作主管还没有填写处理意见。由" in waiting
    assert "dispatch" not in sends(html)


async def test_what_the_reader_has_seen_is_sent_with_their_signature(page, kept):
    html = await page("cs_manager", f"/service-orders/{kept['resolved'].id}")
    form = re.search(r'<form id="form-countersign".*?</form>', html, re.DOTALL)[0]
    assert f'<input type="hidden" name="work" value="{kept["resolved"].work}">' in form


async def test_every_stage_has_a_page_and_every_decision_a_name(page, kept):
    for order in kept.values():
        assert order.voucher_no in await page("cs_manager", f"/service-orders/{order.id}")
    assert set(STAGES) == set(LIFECYCLE.stages)
    assert set(DECISIONS) == set(LIFECYCLE.moves)
    assert set(REQUESTS) == set(REQUEST.stages)
    assert set(SETTLEMENTS) == set(SETTLEMENT.stages)
    assert len(FAULTS) == 5


async def test_a_technician_sees_their_own_visits_of_the_day_with_what_to_bring(
    ask, page, stores, in_every_stage, rules
):
    agreed = agree_appointment(in_every_stage["open"], AT, AT + timedelta(hours=1), "王建国", rules, NOW).state
    mine = dispatch(agreed, "installer-01", "李师傅", "加急", rules, NOW).state
    other = dispatch(agreed.but(id=UUID(int=2), voucher_no="FW-2"), "tech-06", None, "加急", rules, NOW).state
    loose = dispatch(
        in_every_stage["open"].but(id=UUID(int=3), voucher_no="FW-3"), "installer-01", None, "加急", rules, NOW
    ).state
    for order in (mine, other, loose):
        await stores.service_orders.create(Change(order), NOW)
    said = text(await page("installer", "/visits"))
    assert "10:00 广州恒达装饰工程有限公司" in said
    assert "地址 广州市天河区珠江东路 6 号 32 楼 联系人 王建国" in said
    assert "打电话13800138000" in said
    assert re.findall(r"FW-\d\b", said) == ["FW-3"]
    assert "还没约时间的1张 未约" in said
    assert (await ask("finance", "GET", "/ui/visits")).status_code == 403


async def test_a_month_shows_its_vouchers_and_who_hands_it_over_names_what_was_seen(page, stores, rules):
    entry = Entry(
        service_order_id=UUID(int=1),
        voucher_no="FW-1",
        free=Money(amount=Decimal("0.00")),
        paid=Money(amount=Decimal("300.00")),
        cost=Money(amount=Decimal("80.00")),
        type="A",
        customer_name="恒达",
        verdict="out_of_warranty",
        technician="tech-05",
        closed_at=AT,
    )
    month = Settlement.at(AT, rules).but(entries=(entry,))
    await stores.settlements.create(Change(month), NOW)
    assert rows(await page("gm", "/settlements"), "售后结算") == [["2026-11", "未结清"]]
    html = await page("finance", f"/settlements/{month.id}")
    assert rows(html, "本月凭证") == [["FW-1", "恒达", "A 收费", "过保", "tech-05", "¥80.00", "¥0.00", "¥300.00"]]
    assert re.findall(r'data-send="(.*?)"', html) == ["/aftersales/settlements/2026-11/settle"]
    assert f'name="handover" value="{month.handover}"' in html
    assert sends(await page("gm", f"/settlements/{month.id}")) == []


async def test_the_pages_are_not_for_those_who_may_not_read_after_sales(ask, kept):
    for path in ("/service-requests", "/dispatch", f"/service-orders/{kept['open'].id}", "/settlements"):
        assert (await ask("warehouse", "GET", f"/ui{path}")).status_code == 403


async def test_a_request_begins_on_the_customers_card_by_who_may_register_one(ask, stores):
    said = {"customer": {"customer_id": str(UUID(int=7)), "name": "恒达"}, "content": "门铰链松动"}
    made = (await ask("cs_specialist", "POST", "/service-requests", said)).json()
    card = (await ask("cs_specialist", "GET", f"/ui/customers/{UUID(int=7)}")).text
    assert re.findall(r'href="(/desk/requests/.*?)"', card) == [f"/desk/requests/{made['request_id']}"]
    (form,) = re.findall(r"<form .*?</form>", card, re.DOTALL)
    assert 'data-send="/aftersales/service-requests"' in form
    assert f'<input type="hidden" name="customer.customer_id" value="{UUID(int=7)}">' in form
    assert "<form" not in (await ask("finance", "GET", f"/ui/customers/{UUID(int=7)}")).text


async def test_internal_work_begins_on_the_dispatch_board_by_a_manager(ask):
    board = (await ask("cs_manager", "GET", "/ui/dispatch")).text
    (form,) = re.findall(r"<form .*?</form>", board, re.DOTALL)
    assert 'data-send="/aftersales/service-orders/internal"' in form
    assert ("customer_id" in form, "做什么" in form, "发给谁" in form) == (False, True, True)
    said = {"content": "画册入库", "materials": [{"name": "画册", "quantity": 20, "moved": "received"}]}
    made = (await ask("cs_manager", "POST", "/service-orders/internal", said)).json()
    assert made["voucher_no"] in (await ask("cs_manager", "GET", "/ui/dispatch")).text
    assert "<form" not in (await ask("cs_specialist", "GET", "/ui/dispatch")).text


async def test_a_form_that_lacks_something_is_completed_on_its_page(ask):
    said = {"customer": {"customer_id": str(UUID(int=7)), "name": "恒达"}, "content": "门铰链松动"}
    made = (await ask("cs_specialist", "POST", "/service-requests", said)).json()
    html = (await ask("cs_specialist", "GET", f"/ui/service-requests/{made['request_id']}")).text
    form = re.search(r'<form id="form-complete".*?</form>', html, re.DOTALL)[0]
    assert f'data-send="/aftersales/service-requests/{made["request_id"]}/complete"' in form
    asked = set(re.findall(r'name="(.*?)"', form))
    assert ({"address", "contract_date", "content"} <= asked, "complaint_id" in asked) == (True, False)


async def test_a_voucher_that_was_called_off_says_why_and_what_goes_back_and_asks_for_no_block(
    page, stores, in_every_stage
):
    order = in_every_stage["called_off"]
    await stores.service_orders.create(Change(order), NOW)
    html = await page("cs_specialist", f"/service-orders/{order.id}")
    over = order.withdrawn
    assert f"这次服务已取消：{over.reason}（{over.by} " in text(html)
    assert ("办完" in html, "未填，由" in html) == (False, False)


async def test_what_a_colleague_had_a_hand_in_is_offered_to_another_one_alone(world, stores, in_every_stage):
    order = in_every_stage["signed_off"].but(technician="cs_manager-1", countersignature=None)
    await stores.service_orders.create(Change(order), NOW)
    path = f"/service-orders/{order.id}"
    for by, offered, code in (("CS_MANAGER-1", False, "four_eyes"), ("cs_manager-2", True, None)):
        html = (await world.ask(Role.CS_MANAGER, "GET", f"/ui{path}", by=by)).text
        assert ("countersign" in sends(html)) is offered
        answer = await world.ask(Role.CS_MANAGER, "POST", f"{path}/countersign", {"work": str(order.work)}, by=by)
        assert answer.json().get("code") == code


async def test_what_a_reader_does_not_see_of_a_request_is_not_called_missing(page, stores, request_with):
    entry = request_with()
    await stores.service_requests.create(Change(entry), NOW)
    seen = {role: text(await page(role, f"/service-requests/{entry.id}")) for role in ("cs_specialist", "finance")}
    assert ("地址 广州市" in seen["cs_specialist"], "地址 您的岗位无权查看" in seen["finance"]) == (True, True)
