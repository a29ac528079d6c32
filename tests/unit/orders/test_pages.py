"""The pages of orders: the board by risk, and one order with its route, gates, money and decisions."""

import re
from datetime import date
from html import unescape
from typing import get_args

import pytest
from order_rules import RULES

from orders.domain.decisions.packaging import plan_packaging
from orders.domain.decisions.papers import require_papers
from orders.domain.decisions.production import issue_work_order
from orders.domain.lifecycle import OrderDecision
from orders.domain.route import Milestone, every_route
from orders.domain.standing import possible
from orders.pages.words import DECISIONS, GATES, REPORTED_BY
from tests.unit.orders.test_packaging_and_papers import BOXES


def text(html):
    """What is read of it, without marks, its blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", html))).strip()


def rows(html):
    """The cells of the board, row by row."""
    found = re.findall(r'<tr id="order-.*?</tr>', html, re.DOTALL)
    return [[text(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in found]


def forms(html):
    """The decisions that the page has a form for."""
    return set(re.findall(r'<form id="form-(.*?)"', html))


@pytest.fixture
def page(ask):
    async def page(role, path=""):
        answer = await ask(role, "GET", f"/ui/orders{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    return page


async def test_what_has_the_least_slack_comes_first_with_whose_turn_it_is(company, page):
    await company.place("custom", order_no="SO-1")
    for number, ship_on in (("SO-2", date(2026, 12, 20)), ("SO-3", date(2026, 12, 1))):
        await company.place(order_no=number, requested_ship_date=ship_on)
        await company.sign_contract()
    found = rows(await page("regional_head"))
    assert [row[0] for row in found] == ["SO-3", "SO-2", "SO-1"]
    assert [row[4] for row in found] == ["客户付款", "客户付款", "客服总监"]
    assert found[0][2:9] == ["标准", "收首期款 0/7天", "客户付款", "am-03", "12-01", "11-07", "余24天"]
    assert (found[2][6], found[2][8]) == ("未定", "")


async def test_what_waits_for_the_reader_says_so(company, page):
    await company.place("custom")
    assert [row[4] for row in rows(await page("cs_director", "?part=mine"))] == ["客服总监等您"]
    assert rows(await page("plant_manager", "?part=mine")) == []


async def test_what_will_be_late_is_told_to_be_so_until_the_customer_knows(company, page):
    await company.place(requested_ship_date=date(2026, 10, 20))
    await company.sign_contract()
    late = rows(await page("cs_manager", "?part=late"))
    assert [(row[0], row[8][0], row[9]) for row in late] == [("SO-2026-0412", "迟", "未告知")]


async def test_what_left_and_what_is_searched_is_listed_the_latest_first(company, page):
    await company.place()
    await company.run_to("transport")
    await company.place(order_no="SO-2", requested_ship_date=date(2026, 12, 1))
    assert [row[0] for row in rows(await page("finance", "?part=left"))] == ["SO-2026-0412"]
    assert [row[0] for row in rows(await page("finance"))] == ["SO-2"]
    assert [row[0] for row in rows(await page("finance", "?part=all"))] == ["SO-2", "SO-2026-0412"]
    assert [row[0] for row in rows(await page("finance", "?q=SO-2026-0412"))] == ["SO-2026-0412"]


async def test_the_route_says_how_long_each_stage_took_and_where_the_order_stands(company, page):
    order = await company.place()
    company.later(days=1, hours=3)
    await company.approve()
    company.later(hours=5)
    html = await page("cs_director", f"/{order.id}")
    stages = re.findall(r'<li class="(done|here|)"[^>]*><b>(.*?)</b><span>(.*?)</span>', html)
    assert stages[:3] == [("done", "合同评审", "1天3时"), ("here", "合同签订", "5时"), ("", "收首期款", "")]
    assert len(stages) == len(order.route.stages)
    assert "<b>合同已签</b>" in html


@pytest.mark.parametrize("kind", ["standard", "custom"])
async def test_in_every_stage_each_decision_of_the_readers_roles_has_a_form(company, page, kind):
    order = await company.place(kind)
    stages = [stage.name for stage in order.route.stages]
    for stage in stages:
        order = await company.run_to(stage)
        for role in ("cs_director", "plant_manager", "finance"):
            offered = {each.decision for each in possible(order, RULES.of(order)) if role in each.roles}
            assert forms(await page(role, f"/{order.id}")) == offered, (stage, role)


async def test_money_goes_back_by_cancelling_only_on_the_word_of_another_person(company, page, ask):
    order = await company.place()
    await company.run_to("release")
    alone = text(await page("cs_director", f"/{order.id}"))
    assert "取消订单并退款没有人申请取消这张订单。由客服总监办理。" in alone
    assert 'name="refund"' not in await page("cs_director", f"/{order.id}")
    wish = {"reason": "客户项目取消"}
    asked = await ask("account_manager", "POST", f"/orders/{order.id}/ask-to-cancel", wish)
    assert asked.status_code == 200, asked.text
    assert 'name="refund"' in await page("cs_director", f"/{order.id}")
    assert "取消订单并退款客服总监" in text(await page("cs_manager", f"/{order.id}"))


async def test_a_review_names_the_revision_that_was_seen(company, page, ask):
    order = await company.place()
    await ask("planner", "POST", f"/orders/{order.id}/countersign", {"revision": 1, "feasible": True})
    html = await page("cs_director", f"/{order.id}")
    form = re.search(r'<form id="form-review".*?</form>', html, re.DOTALL)[0]
    address = re.search(r'data-send="/orders(.*?)"', form)[1]
    revision = re.search(r'type="hidden" name="revision" value="(\d+)"', form)[1]
    answer = await ask("cs_director", "POST", address, {"revision": int(revision), "outcome": "approved"})
    assert answer.json()["stage"] == "signing"


async def test_the_money_and_the_goods_are_listed_with_their_papers(company, page):
    await company.place()
    order = await company.run_to("installation")
    html = await page("finance", f"/{order.id}")
    assert "应收¥100,000.00，已收¥30,000.00，未收¥70,000.00" in html
    assert "−¥30,000.00" in html
    assert "德邦物流" in html
    assert html.count("第1版，1份") == 4


async def test_what_the_goods_leave_with_is_on_the_page(company, page):
    await company.place()
    order = await company.run_to("breakdown")
    await company.decide(issue_work_order, "GD-1", role="engineering_regional_head")
    await company.decide(plan_packaging, (BOXES,), role="order_specialist")
    await company.decide(require_papers, ("customs",), role="order_specialist")
    html = await page("order_specialist", f"/{order.id}")
    papers = [re.findall(r"<td.*?>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", html)]
    assert ["彩印包装箱", "需24，库存4", "佳美印刷", "待到货"] in papers
    assert ["报关", "", "", "待办"] in papers
    assert [row[:3] for row in papers if row[:1] == ["生产工单"]] == [
        ["生产工单", "GD-1", "engineering_regional_head-1"]
    ]


async def test_the_board_and_the_order_are_not_for_those_who_may_not_read_orders(company, ask):
    order = await company.place()
    for path in ("", f"/{order.id}"):
        assert (await ask("operator", "GET", f"/ui/orders{path}")).status_code == 403


def test_every_gate_and_every_decision_has_a_name_and_each_gate_waits_for_somebody():
    assert (set(GATES), set(DECISIONS)) == (set(Milestone), set(get_args(OrderDecision)))
    for route in every_route():
        assert set(route.milestones) <= set(route.deciders) | set(REPORTED_BY)
