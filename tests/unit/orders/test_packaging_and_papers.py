"""Goods leave packed and with the papers that they need: both are followed, and what left without is looked into."""

from datetime import date, timedelta

import pytest
from order_rules import RULES

from orders.domain.decisions.packaging import pack, plan_packaging, receive_packaging
from orders.domain.decisions.papers import arrange_paper, require_papers
from orders.domain.decisions.shipment import send
from orders.domain.parts.packaging import PackingMaterial
from shared.aggregate import Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from tests.unit.orders.conftest import BEGIN
from tests.unit.orders.test_around_gates import ITEMS, raised
from tests.unit.orders.test_duties import EVE, ended, owed

MANUALS = PackingMaterial(item="安装说明书", quantity=24, in_stock=100)
COMES_ON = date(2026, 11, 20)
BOXES = PackingMaterial(item="彩印包装箱", quantity=24, in_stock=4, printer="佳美印刷", expected_on=COMES_ON)


async def refusal(company, decision, *given):
    with pytest.raises(Refused) as refused:
        await company.decide(decision, *given, role="order_specialist")
    return refused.value.code


async def leave(company):
    fact = facts.GoodsDispatched(order_no=company.order_no, left_at=company.now)
    await company.decide(send, fact, role="warehouse")


async def in_production(company, kind="standard"):
    await company.place(kind)
    await company.run_to("production")


@pytest.mark.requirement("R199.b")
async def test_what_is_printed_outside_is_followed_until_it_comes_in(company):
    await in_production(company)
    await company.decide(plan_packaging, (MANUALS, BOXES), role="order_specialist")

    assert await owed(company, "follow_printing") == [("order_specialist", RULES.calendar.moment(COMES_ON))]
    assert await refusal(company, pack, ITEMS, 4200) == "packaging_awaited"

    company.now = BEGIN + timedelta(days=40)
    await company.decide(receive_packaging, "彩印包装箱", role="warehouse")
    assert (await owed(company, "follow_printing"), ended(company, "follow_printing")) == ([], ["in_time"])
    assert await refusal(company, receive_packaging, "彩印包装箱") == "not_awaited"
    boxes = (await company.order()).works.material("彩印包装箱")
    assert boxes.came_on == (BEGIN + timedelta(days=40)).date()


@pytest.mark.requirement("R199.c")
async def test_what_stock_lacks_of_the_packaging_is_printed_by_someone(company):
    await in_production(company)
    short = MANUALS.but(in_stock=20)
    assert await refusal(company, plan_packaging, (short,)) == "nobody_prints"
    assert await refusal(company, plan_packaging, (short.but(printer="佳美印刷"),)) == "nobody_prints"

    await company.decide(plan_packaging, (MANUALS,), role="order_specialist")
    (kept,) = (await company.order()).works.materials
    assert (kept.item, kept.in_stock, kept.awaited) == ("安装说明书", 100, False)
    assert await owed(company, "follow_printing") == []


@pytest.mark.requirement("R199.d")
@pytest.mark.parametrize("kind", ["standard", "custom"])
async def test_goods_do_not_leave_before_their_packaging_is_confirmed(company, kind):
    await in_production(company, kind)
    assert await owed(company, "confirm_packaging") == [("cs_specialist", EVE)]
    await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=24)
    if kind == "custom":
        await company.fact(facts.GoodsInspected, inspector="d-4", outcome="passed")
    assert (await company.order()).stage == "shipping"
    with pytest.raises(Refused) as refused:
        await leave(company)
    assert refused.value.code == "not_packed"

    await company.decide(pack, ITEMS, 4200, role="warehouse")
    assert ended(company, "confirm_packaging") == ["in_time"]
    await leave(company)
    assert (await company.order()).stage == "transport"


async def test_goods_of_which_it_is_reported_that_they_left_unpacked_are_looked_into(company):
    await in_production(company)
    await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=24)
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    assert raised(company) == [("quality", "包装尚未确认，货物已发出")]
    assert len(company.announced(said.ShipmentDispatched)) == 1


async def test_goods_that_are_made_again_are_packed_again(company):
    await company.place("custom")
    await company.run_to("inspection")
    await company.fact(facts.GoodsInspected, inspector="d-4", outcome="failed")
    order = await company.order()
    assert (order.stage, order.unpacked) == ("production", True)


@pytest.mark.requirement("R186.b")
async def test_papers_that_goods_need_are_a_duty_and_without_them_the_goods_stay(company):
    await company.place()
    await company.run_to("shipping")
    await company.decide(require_papers, ("inspection", "customs"), role="order_specialist")
    assert await owed(company, "arrange_papers") == [("order_specialist", EVE)] * 2

    with pytest.raises(Refused) as refused:
        await leave(company)
    assert (refused.value.code, "inspection, customs" in refused.value.detail) == ("papers_missing", True)
    await company.decide(arrange_paper, "inspection", "SJ-118", role="order_specialist")
    await company.decide(arrange_paper, "customs", "516620261234567890", role="order_specialist")
    assert ended(company, "arrange_papers") == ["in_time"] * 2
    await leave(company)

    order = await company.order()
    assert [(paper.kind, paper.number, paper.arranged_by) for paper in order.shipment.papers] == [
        ("inspection", "SJ-118", "order_specialist-1"),
        ("customs", "516620261234567890", "order_specialist-1"),
    ]
    assert order.stage == "transport"


async def test_a_paper_is_arranged_once_and_only_where_it_is_needed(company):
    await company.place()
    assert await refusal(company, arrange_paper, "customs", "1") == "not_required"
    await company.decide(require_papers, ("customs",), role="order_specialist")
    await company.decide(arrange_paper, "customs", "1", role="order_specialist")
    assert await refusal(company, arrange_paper, "customs", "2") == "arranged_already"
    await company.decide(require_papers, ("shipping", "customs"), role="order_specialist")
    assert [(each.kind, each.number) for each in (await company.order()).shipment.papers] == [
        ("shipping", None),
        ("customs", "1"),
    ]


async def test_goods_of_which_it_is_reported_that_they_left_without_papers_are_looked_into(company):
    await company.place()
    await company.run_to("shipping")
    await company.decide(require_papers, ("shipping", "customs"), role="order_specialist")
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    assert raised(company) == [("quality", "船务、报关尚未办妥，货物已发出")]
