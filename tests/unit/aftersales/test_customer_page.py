"""What a customer sees of after-sales by a link: warranties and services, nothing of the house."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from customer_page import MOST_BYTES, link_of, opened, text

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions.trip import agree_appointment
from shared.aggregate import Change
from shared.contracts.aftersales import WarrantyOverride
from shared.contracts.event import Actor, PreciseDate
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
WHO, TODAY = UUID(int=1), date(2026, 11, 22)


@pytest.fixture
async def kept(in_every_stage, stores):
    """A service in every stage, each a minute later than the one before."""
    orders = {}
    for n, (stage, order) in enumerate(in_every_stage.items(), start=1):
        later = AT + timedelta(minutes=n)
        orders[stage] = order.but(id=UUID(int=n), voucher_no=f"FW-{n}", opened_at=later)
        await stores.service_orders.create(Change(orders[stage]), NOW)
    return orders


def services(html):
    """What is said of each service, by its voucher."""
    found = re.findall(r'<h2 id="s\d+">(.*?)</h2>(.*?)</section>', html, re.DOTALL)
    return {number: text(f"<main>{said}") for number, said in found}


async def test_each_service_says_where_it_stands_the_latest_first(world, kept):
    found = services((await opened(world, link_of(WHO, TODAY))).text)
    said = "内容 门铰链松动，闭合有异响 进展"
    assert list(found.items()) == [
        ("FW-6", f"{said} 已取消"),
        ("FW-5", f"{said} 已完成 结果 已更换铰链"),
        ("FW-4", f"{said} 已完成，您已签字"),
        ("FW-3", f"{said} 已上门处理"),
        ("FW-2", f"{said} 已安排上门"),
        ("FW-1", f"{said} 安排中"),
    ]


async def test_the_hour_that_was_agreed_is_told_until_the_visit(world, in_every_stage, stores, rules):
    order = agree_appointment(in_every_stage["open"], AT, AT + timedelta(hours=2), "王建国", rules, NOW).state
    await stores.service_orders.create(Change(order), NOW)
    (said,) = services((await opened(world, link_of(WHO, TODAY))).text).values()
    assert said.endswith("上门时间 11月22日10:00至12:00")


@pytest.fixture
def cover(stores):
    """A contract of the customer, made on 30 September 2026."""

    async def cover(**known):
        order = CoveredOrder.of("SO-2026-0412").but(
            customer=CustomerSnapshot(customer_id=WHO, name="恒达"),
            contract_no="JG20260930-017",
            registered_date=PreciseDate(on=date(2026, 9, 30)),
            goods=("80 款双玻百叶高隔断",),
        )
        await stores.covered_orders.create(Change(order.but(**known)), NOW)

    return cover


def passport(html):
    """What the passport on the page says, and its steps."""
    rows = {text(f"<main>{dt}"): text(f"<main>{dd}") for dt, dd in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)}
    return rows, re.findall(r'<li class="small">(.*?)</li>', html)


async def test_the_passport_of_each_contract_says_how_long_its_warranty_lasts_and_why(world, cover, ask):
    await cover(accepted_on=date(2026, 10, 12))
    html = (await opened(world, link_of(WHO, TODAY))).text
    staff = (await ask("finance", "GET", f"/warranties/JG20260930-017?as_of={TODAY}")).json()
    assert "保修卡JG20260930-017" in text(html)
    assert passport(html) == (
        {
            "保修状态": f"保修期内 ，还剩{staff['days_left']}天",
            "截止日": "2027年9月30日",
            "起算日": "2026年9月30日",
            "验收日期": "2026年10月12日",
            "订单": "SO-2026-0412 80 款双玻百叶高隔断",
        },
        staff["explanation"],
    )
    assert staff["days_left"] == 312


async def test_a_warranty_that_has_ended_says_so_and_counts_no_days(world, cover):
    await cover(contract_no="JG20250930-017", registered_date=PreciseDate(on=date(2025, 9, 30)))
    rows, _ = passport((await opened(world, link_of(WHO, TODAY))).text)
    assert (rows["保修状态"], rows["截止日"]) == ("已过保修期", "2026年9月30日")


async def test_a_contract_whose_day_is_not_known_asks_for_a_call(world, cover):
    await cover(contract_no="JG202511-017", registered_date=None)
    rows, _ = passport((await opened(world, link_of(WHO, TODAY))).text)
    assert rows == {"保修状态": "无法确定，请来电核实", "订单": "SO-2026-0412 80 款双玻百叶高隔断"}


async def test_what_a_colleague_decided_is_told_without_their_name_or_reason(world, cover):
    decided = WarrantyOverride(
        by="manager-01",
        role="cs_manager",
        verdict="in_warranty",
        reason="照顾老客户，内部协商",
        as_of=TODAY,
        until=date(2027, 12, 31),
        at=AT,
    )
    await cover(contract_no="JG20250930-017", registered_date=None, decided=decided)
    html = (await opened(world, link_of(WHO, TODAY))).text
    rows, steps = passport(html)
    assert (rows["保修状态"], rows["截止日"]) == ("保修期内 ，还剩404天", "2027年12月31日")
    assert steps[-1] == "我们认定 2026-11-22 在保修期内，保修截止日为 2027-12-31。"
    assert [each for each in ("manager-01", "客服经理", "照顾") if each in text(html)] == []


async def test_whoever_has_the_link_reads_nothing_of_the_house_and_no_name_or_number_of_the_customer(world, kept):
    answer = await opened(world, link_of(WHO, TODAY))
    order = kept["closed"]
    inside = ["tech-05", "李师傅", "manager-01", "周班长", "铰链松脱", "带铰链现场更换", "company_quality", "200.00"]
    inside += [order.customer.name, order.customer.mobile, order.address, "王建国"]
    assert [each for each in inside if each in text(answer.text)] == []
    assert len(answer.content) < MOST_BYTES
    assert "<script" not in answer.text


async def test_another_customer_s_link_and_one_that_has_ended_show_none_of_it(world, kept):
    other = await opened(world, link_of(UUID(int=2), TODAY))
    assert (other.status_code, services(other.text)) == (200, {})
    ended = await opened(world, link_of(WHO, TODAY - timedelta(days=91)))
    assert (ended.status_code, services(ended.text)) == (404, {})
