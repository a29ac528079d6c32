"""What is owed because of where an order stands is a duty with a clock: whose, by when, and what ends it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from order_rules import RULES
from orders_as_read import sign_notice

from orders.domain.decisions.delay import postpone
from orders.domain.decisions.installation import schedule_installation
from orders.domain.decisions.promise import agree
from orders.domain.parts.installation import Installer
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.complaints import ComplaintClosed
from tests.unit.orders.conftest import SHIP_ON
from tests.unit.orders.test_payments import complain, filed

EVE = RULES.calendar.moment(SHIP_ON - timedelta(days=1), RULES.policies.version(1).desk_opens)
LOOKED_AT = EVE - timedelta(days=2)


async def owed(company, name):
    """The duties of this kind that are open: whose each is, and by when."""
    order = await company.order()
    return [(run.clock.role, run.due_at) for run in order.running if run.clock.name == name]


def ended(company, name):
    """How the duties of this kind ended."""
    return [each.outcome for each in company.announced(said.DeadlineMetByOrders) if each.kind == name]


@pytest.mark.parametrize(("kind", "approver"), [("standard", "cs_specialist"), ("custom", "cs_supervisor")])
async def test_the_next_signature_of_the_notice_is_somebody_s_duty(company, kind, approver):
    await company.place(kind)
    await company.run_to("release")
    whose = []
    for signature, role in (("prepared", "cs_specialist"), ("reviewed", "cs_supervisor"), ("approved", "cs_director")):
        whose += [each for each, _ in await owed(company, "sign_notice")]
        await company.decide(sign_notice, signature, role=role, by=f"{role}-3")
    assert whose == ["cs_specialist", "cs_supervisor", approver]
    assert ended(company, "sign_notice") == ["in_time"] * 3


@pytest.mark.requirement("R056.c")
async def test_production_and_engineering_are_asked_before_the_eve_until_they_answer(company):
    await company.place()
    await company.run_to("production")
    await company.until(LOOKED_AT - timedelta(minutes=1))
    assert await owed(company, "ask_production") == await owed(company, "ask_engineering") == []
    await company.until(LOOKED_AT)
    assert await owed(company, "ask_production") == [("planner", EVE)]
    assert await owed(company, "ask_engineering") == [("engineering_regional_head", EVE)]
    assert {each.installers_available for each in company.announced(said.ShipmentReadinessAssessed)} == {None}

    await company.fact(facts.CrewReported, available=True, skill="ordinary")
    await company.fact(facts.ProductionProgressed, ready_percent=90, expected_ready_on=SHIP_ON)
    assert await owed(company, "ask_production") == await owed(company, "ask_engineering") == []
    assert (ended(company, "ask_production"), ended(company, "ask_engineering")) == (["in_time"], ["in_time"])


async def test_what_production_said_long_before_is_no_answer(company):
    await company.place()
    await company.run_to("production")
    await company.fact(facts.ProductionProgressed, ready_percent=10)
    await company.until(LOOKED_AT)
    assert await owed(company, "ask_production") == [("planner", EVE)]


async def test_a_silent_department_misses_its_duty_on_the_eve(company):
    await company.place()
    await company.run_to("production")
    await company.until(EVE)
    missed = [each.kind for each in company.announced(said.DeadlineMissedByOrders)]
    assert {"ask_production", "ask_engineering"} <= set(missed)


@pytest.mark.requirement("R056.f")
async def test_a_day_that_no_one_has_named_is_told_as_an_estimate_and_is_customer_service_s_to_find_out(company):
    await company.place()
    await company.run_to("production")
    await company.until(EVE)
    (delayed,) = await company.delays()
    assert delayed.estimated
    assert await owed(company, "find_out_day") == [("cs_specialist", company.now + timedelta(hours=4))]

    await company.decide(postpone, date(2026, 12, 3), "goods_incomplete", None, role="cs_specialist")
    assert not company.announced(said.ShipmentDelayed)[-1].estimated
    assert (await owed(company, "find_out_day"), ended(company, "find_out_day")) == ([], ["in_time"])


async def test_while_no_day_is_named_the_customer_is_told_once_and_to_find_it_out_stays_one_duty(company):
    await company.place()
    await company.run_to("production")
    await company.until(EVE + timedelta(days=20))
    (delayed,) = company.announced(said.ShipmentDelayed)
    assert delayed.estimated
    assert ended(company, "find_out_day") == []
    assert [raised.kind for raised in company.announced(said.OrderExceptionRaised)] == []

    named = (company.now + timedelta(days=5)).date()
    await company.fact(facts.ProductionDelayed, expected_ready_on=named, reason_text="缺料")
    assert [(each.new_ship_date, each.estimated) for each in await company.delays()][1:] == [(named, False)]
    assert ended(company, "find_out_day") == ["late"]


async def test_goods_that_were_said_to_be_ready_and_stay_are_told_to_be_late_though_no_day_was_known_before(company):
    await company.place()
    await company.run_to("production")
    await company.until(EVE)
    await company.fact(facts.CrewReported, available=True)
    await company.run_to("shipping")
    await company.until(EVE + timedelta(days=7))
    ready = company.announced(said.ShipmentReady)[0].ship_at
    told = [(each.estimated, each.reason_code) for each in company.announced(said.ShipmentDelayed)]
    assert told == [(True, "goods_incomplete"), (True, "transport")]
    assert company.announced(said.ShipmentReady)[0].ship_at == ready


async def test_goods_from_stock_that_do_not_arrive_are_told_to_be_late_without_a_day_until_one_is_agreed(company):
    await company.place(requested_ship_date=None, promised_arrival_date=date(2026, 10, 10))
    await company.pay("balance", "100000.00")
    await company.until(datetime(2026, 10, 10, 16, tzinfo=UTC))
    (delayed,) = company.announced(said.ShipmentDelayed)
    assert (delayed.kind, delayed.estimated, delayed.reason_text) == ("arrive", True, "货物尚未发出")
    assert await owed(company, "find_out_day") == [("cs_specialist", company.now + timedelta(hours=4))]

    await company.decide(agree, "arrive", date(2026, 10, 20), role="order_specialist")
    assert (await owed(company, "find_out_day"), ended(company, "find_out_day")) == ([], ["in_time"])


async def test_goods_on_the_road_that_come_late_are_told_with_the_day_that_the_carrier_named(company):
    await company.place(requested_ship_date=None, promised_arrival_date=date(2026, 10, 10))
    await company.pay("balance", "100000.00")
    eta = datetime(2026, 10, 15, 6, tzinfo=UTC)
    await company.fact(facts.GoodsDispatched, left_at=company.now, eta=eta)
    await company.until(datetime(2026, 10, 10, 16, tzinfo=UTC))
    (delayed,) = company.announced(said.ShipmentDelayed)
    assert (delayed.new_ship_date, delayed.estimated) == (date(2026, 10, 15), False)


async def test_a_day_that_production_names_leaves_nothing_to_find_out(company):
    await company.place()
    await company.run_to("production")
    await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 12, 1), reason_text="缺料")
    (delayed,) = await company.delays()
    assert not delayed.estimated
    assert await owed(company, "find_out_day") == []


async def test_the_arrival_of_the_goods_is_a_duty_of_the_engineering_head_to_send_installers(company):
    await company.place()
    await company.run_to("installation")
    assert await owed(company, "send_crew") == [("engineering_regional_head", company.now + timedelta(days=1))]
    crew, finish = (Installer(staff="i-1"),), company.now + timedelta(days=4)
    await company.decide(schedule_installation, company.now, finish, crew, role="engineering_regional_head")
    assert (await owed(company, "send_crew"), ended(company, "send_crew")) == ([], ["in_time"])


@pytest.mark.requirement("R061.a")
async def test_the_foreman_is_asked_for_the_hour_the_day_before_the_planned_end(company):
    await company.place()
    await company.run_to("installation")
    crew, finish = (Installer(staff="i-1"),), company.now + timedelta(days=4)
    await company.decide(schedule_installation, company.now, finish, crew, role="engineering_regional_head")
    before = RULES.calendar.moment(RULES.calendar.day(finish) - timedelta(days=1), RULES.policies.version(1).desk_opens)
    assert await owed(company, "ask_foreman") == [("order_specialist", before)]
    await company.fact(facts.CompletionExpected, expected_at=finish, foreman="f-1")
    assert (await owed(company, "ask_foreman"), ended(company, "ask_foreman")) == ([], ["in_time"])


async def test_a_departure_without_a_time_of_arrival_is_a_duty_to_find_it_out(company):
    await company.place()
    await company.run_to("shipping")
    left = company.now
    await company.fact(facts.GoodsDispatched, left_at=left, delivery_note_no="CH-1")
    assert await owed(company, "find_out_arrival") == [("order_specialist", company.now + timedelta(days=1))]
    eta = left + timedelta(days=2)
    await company.fact(facts.GoodsDispatched, left_at=left, delivery_note_no="CH-1", eta=eta)
    assert (await owed(company, "find_out_arrival"), ended(company, "find_out_arrival")) == ([], ["in_time"])


@pytest.mark.requirement("R025.a")
@pytest.mark.parametrize(
    ("kind", "whose"), [("standard", ("account_manager", "am-03")), ("custom", ("regional_head", None))]
)
async def test_what_is_asked_for_is_a_duty_of_the_route_s_collector_until_it_is_paid(company, kind, whose):
    await company.place(kind)
    await company.sign_contract()
    run = (await company.order()).clock("collect")
    assert (run.clock.role, run.assignee) == whose
    assert run.due_at == datetime(2026, 10, 7, 16, tzinfo=UTC)
    await company.pay("initial", "20000.00")
    assert (await company.order()).clock("collect").id == run.id
    await company.pay("initial", "10000.00")
    assert ((await company.order()).clock("collect"), ended(company, "collect")) == (None, ["in_time"])


@pytest.mark.requirement("R203.e")
async def test_an_amount_that_is_not_paid_in_time_is_missed_and_stays_a_duty(company):
    await company.place()
    await company.sign_contract()
    await company.until(datetime(2026, 10, 12, tzinfo=UTC))
    missed = [each for each in company.announced(said.DeadlineMissedByOrders) if each.kind == "collect"]
    assert [(each.assignee_role, each.assignee, each.supervisor_role) for each in missed] == [
        ("account_manager", "am-03", "sales_vp")
    ]
    await company.pay("initial", "30000.00")
    assert ended(company, "collect") == ["late"]


async def test_while_a_complaint_is_open_there_is_nothing_to_collect(company):
    await company.place()
    await company.sign_contract()
    await filed(company)
    assert (await owed(company, "collect"), ended(company, "collect")) == ([], ["no_longer_needed"])
    await complain(
        company, ComplaintClosed, closed_at=company.now, days_used=5, within_six_days=True, outcome="resolved"
    )
    assert [role for role, _ in await owed(company, "collect")] == ["account_manager"]
