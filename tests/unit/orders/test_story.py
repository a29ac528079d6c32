"""The thin story: from the order to the last payment, and the customer hears first."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.event import Money


async def test_a_standard_order_goes_from_review_to_the_last_payment(company):
    await company.place("standard")
    await company.run_to("closed")

    order = await company.order()
    assert [passage.stage for passage in order.passages] == [stage.name for stage in order.route.stages]
    assert order.stage == "closed"
    assert company.announced(said.OrderClosed)[0].paid_in_full


async def test_a_custom_order_goes_from_review_to_the_last_payment(company):
    await company.place("custom")
    await company.run_to("closed")

    order = await company.order()
    assert [passage.stage for passage in order.passages] == [stage.name for stage in order.route.stages]
    assert order.stage == "closed"


@pytest.mark.requirement("R055.a")
async def test_signed_and_paid_the_customer_hears_that_the_order_is_being_placed(company):
    await company.place()
    await company.release()

    (released,) = company.announced(said.OrderReleased)
    assert (released.prepared_by, released.reviewed_by, released.approved_by) == ("cs-07", "cs-08", "cs-09")
    assert released.customer.name == "广州恒达装饰"


@pytest.mark.requirement("R056.e", "R058.b")
async def test_a_late_production_is_told_with_reason_and_days_before_the_contract_date(company):
    await company.place()
    await company.release()
    await company.fact(
        facts.ProductionDelayed,
        expected_ready_on=date(2026, 11, 30),
        reason_text="钢化玻璃补片尚未到厂",
        ready_percent=80,
    )

    (delayed,) = await company.delays()
    assert (delayed.delay_days, delayed.new_ship_date, delayed.revision) == (4, date(2026, 11, 30), 1)
    assert (delayed.reason_code, delayed.reason_text) == ("goods_incomplete", "部分材料尚未备齐")
    assert delayed.told_before_contract_date


async def test_a_second_slip_supersedes_the_first(company):
    await company.place()
    await company.release()
    await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 11, 30), reason_text="缺料")
    await company.delays()
    await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 12, 3), reason_text="仍缺料")

    first, second = await company.delays()
    assert (first.revision, first.supersedes) == (1, None)
    assert (second.revision, second.supersedes, second.delay_days) == (2, first.delay_id, 7)


async def test_an_order_from_stock_that_does_not_arrive_on_the_promised_day_is_delayed_exactly_once(company):
    await company.place(requested_ship_date=None, promised_arrival_date=date(2026, 10, 10), total=None)
    await company.fact(facts.PaymentReceived, kind="balance", received_at=company.now)
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    await company.until(datetime(2026, 10, 20, tzinfo=UTC))
    await company.fact(facts.ShipmentArrived, arrived_at=company.now)

    assert len(company.announced(said.ShipmentDelayed)) == 1
    assert (await company.order()).stage == "closed"


async def test_an_arrival_heard_late_but_in_time_by_its_own_clock_is_no_delay(company):
    await company.place(requested_ship_date=None, promised_arrival_date=date(2026, 10, 10), total=None)
    arrived = datetime(2026, 10, 10, 15, 59, tzinfo=UTC)
    await company.fact(facts.ShipmentArrived, arrived_at=arrived)
    await company.until(datetime(2026, 10, 20, tzinfo=UTC))

    assert company.announced(said.ShipmentDelayed) == []
    assert (await company.order()).promises.current("arrive").stage == "kept"


@pytest.mark.parametrize("announced_first", [True, False])
async def test_goods_that_arrive_late_break_the_promise_whether_or_not_the_miss_was_announced_before(
    company, announced_first
):
    """Nothing is left to tell: the goods are there before the delay has been worded."""
    await company.place(requested_ship_date=None, promised_arrival_date=date(2026, 10, 10), total=None)
    if announced_first:
        await company.until(datetime(2026, 10, 10, 16, 0, 30, tzinfo=UTC))
    company.now = datetime(2026, 10, 10, 16, 1, tzinfo=UTC)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now)
    await company.until(datetime(2026, 10, 20, tzinfo=UTC))

    missed = [each for each in company.announced(said.DeadlineMissedByOrders) if each.kind == "arrive_by"]
    assert len(missed) == 1
    assert company.announced(said.ShipmentDelayed) == []
    assert (await company.order()).promises.current("arrive").stage == "broken"


async def test_a_department_reports_about_the_order_in_whatever_case_and_width_it_types_the_number(company):
    await company.place(order_no="SO-77")
    company.order_no = "ｓｏ－77"
    await company.fact(facts.PaymentReceived, kind="initial", amount=Money(amount="30000.00"), received_at=company.now)

    order = await company.order()
    assert (order.order_no, order.receivable.paid) == ("SO-77", Decimal("30000.00"))


async def test_a_receipt_is_entered_once_in_whatever_case_and_width_finance_types_its_number(company):
    await company.place()
    paid = {"kind": "initial", "amount": Money(amount="30000.00"), "received_at": company.now}
    await company.fact(facts.PaymentReceived, **paid, receipt_no="SK-1")
    await company.fact(facts.PaymentReceived, **paid, receipt_no=" ｓk－1")

    assert (await company.order()).receivable.paid == Decimal("30000.00")
