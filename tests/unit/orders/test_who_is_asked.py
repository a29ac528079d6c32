"""Who receives an order, who follows its parts, who is asked for what: each step is a duty of the one who does it."""

from datetime import date, timedelta

import pytest
from order_rules import RULES
from orders_as_read import sign

from orders.domain.decisions.contract import amend, take_on
from orders.domain.decisions.installation import schedule_installation
from orders.domain.decisions.shipment import send
from orders.domain.lifecycle import deciders
from orders.domain.parts.contract import Draft
from orders.domain.parts.installation import Installer
from shared.aggregate import Overstepped, Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.event import Money, PreciseDate
from shared.contracts.roles import ORDER_DESK
from tests.unit.orders.conftest import SHIP_ON
from tests.unit.orders.test_duties import ended, owed

PARTS = ({"part_no": "LC-80", "quantity": 48, "source": "stock"}, {"part_no": "MB", "quantity": 2, "source": "make"})


@pytest.mark.requirement("R014.b")
@pytest.mark.parametrize(("kind", "receiver"), [("standard", "account_manager"), ("custom", "regional_head")])
async def test_an_order_is_received_by_the_one_whose_duty_that_is_and_by_nobody_else(company, kind, receiver):
    await company.place(kind, sales_owner="am-03")
    (run,) = [run for run in (await company.order()).running if run.clock.name == "receive_order"]
    assert (run.clock.role, run.assignee) == (receiver, "am-03" if receiver == "account_manager" else None)
    with pytest.raises(Overstepped):
        await company.decide(take_on, role="cs_specialist")
    await company.decide(take_on, role=receiver, by="r-1")
    assert (await company.order()).contract.received_by == "r-1"
    assert (await owed(company, "receive_order"), ended(company, "receive_order")) == ([], ["in_time"])


@pytest.mark.requirement("R015.c")
@pytest.mark.parametrize(
    ("kind", "stage", "role"),
    [
        ("standard", "making", "plant_manager"),
        ("custom", "making", "cs_supervisor"),
        ("custom", "breakdown_review", "rd_team"),
        ("custom", "inspection", "design_director"),
        ("standard", "production", "order_specialist"),
    ],
)
async def test_a_stage_that_waits_for_a_person_is_that_persons_duty(company, kind, stage, role):
    await company.place(kind)
    await company.run_to(stage)
    assert [role for role, _ in await owed(company, f"stage_{stage}")] == [role]


@pytest.mark.requirement("R016.d")
async def test_parts_from_stock_are_followed_until_they_have_left(company):
    await company.place()
    await company.run_to("breakdown")
    await company.fact(facts.BreakdownCompleted, parts=PARTS)
    assert await owed(company, "follow_stock") == [("order_specialist", RULES.calendar.moment(SHIP_ON))]
    await company.run_to("shipping")
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="A", partial=True)
    assert len(await owed(company, "follow_stock")) == 1
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="B")
    assert (await owed(company, "follow_stock"), ended(company, "follow_stock")) == ([], ["in_time"])


async def test_an_order_that_is_made_altogether_has_no_parts_to_follow(company):
    await company.place()
    await company.run_to("breakdown")
    await company.fact(facts.BreakdownCompleted, parts=PARTS[1:])
    assert await owed(company, "follow_stock") == []


@pytest.mark.requirement("R017.c")
def test_installers_are_sent_by_the_regional_head_of_engineering_alone():
    assert deciders("schedule_installation") == ("engineering_regional_head",)


@pytest.mark.requirement("R017.d")
async def test_no_hour_is_accepted_while_the_arrival_of_any_part_of_the_goods_is_unknown(company):
    await company.place()
    await company.run_to("shipping")
    await company.fact(
        facts.GoodsDispatched,
        left_at=company.now,
        delivery_note_no="A",
        eta=company.now + timedelta(days=1),
        partial=True,
    )
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="B")
    begin, crew = company.now + timedelta(days=5), (Installer(staff="i-1"),)
    plan = (begin, begin + timedelta(days=1), crew)
    with pytest.raises(Refused) as refused:
        await company.decide(schedule_installation, *plan, role="engineering_regional_head")
    assert refused.value.code == "arrival_unknown"

    known = facts.GoodsDispatched(
        order_no=company.order_no, left_at=company.now, delivery_note_no="B", eta=company.now + timedelta(days=2)
    )
    await company.decide(send, known, role="warehouse")
    await company.decide(schedule_installation, *plan, role="engineering_regional_head")
    assert (await company.order()).installation.begin == begin


async def exposures(company):
    return [account.exposure async for account in company.stores.accounts.each({}, sort="id")]


@pytest.mark.requirement("R025.d")
async def test_what_was_paid_before_signing_and_before_an_amendment_makes_room_within_the_limit(company):
    await company.place("custom", total={"amount": "230000.00"})
    await company.approve()
    await company.pay("initial", "40000.00")
    await company.decide(sign, PreciseDate(on=company.now.date()), "签订销售合同")
    assert [exposure.amount for exposure in (await exposures(company))] == [190000]
    assert len(company.announced(said.CreditGranted)) == 1

    draft = Draft(revision=0, changes=("加一樘门",), total=Money(amount="238000.00"))
    await company.decide(amend, draft, role="account_manager")
    await company.approve()
    assert [exposure.amount for exposure in (await exposures(company))] == [198000]
    assert company.announced(said.CreditLimitExceeded) == []


@pytest.mark.requirement("R065.c")
@pytest.mark.parametrize("kind", ["standard", "custom"])
@pytest.mark.parametrize("stage", ["release", "shipping", "installation", "acceptance"])
async def test_each_of_these_stages_is_a_task_of_customer_service_from_its_beginning(company, kind, stage):
    await company.place(kind)
    await company.run_to(stage)
    tasks = [run for run in (await company.order()).running if run.clock.role in ORDER_DESK]
    since = (await company.order()).since
    assert stage in [run.of for run in tasks if run.started_at >= since]


@pytest.mark.requirement("R034.d")
async def test_all_heads_of_customer_service_from_section_chief_upwards_read_the_weeks_exceptions(company):
    await company.place()
    await company.until(RULES.calendar.moment(date(2026, 10, 4)))
    (published,) = [each for each in company.announced(said.OrdersReportPublished) if each.kind == "weekly_exceptions"]
    assert set(published.audience) == {"cs_section_chief", "cs_manager", "cs_director"}
