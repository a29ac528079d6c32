"""Times that cannot be right: at no door is a passed day promised, a future believed, or a standstill made up for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from orders_as_read import review, sign

from orders.domain.decisions.contract import amend
from orders.domain.decisions.delay import postpone
from orders.domain.decisions.production import schedule
from orders.domain.parts.contract import Draft
from orders.domain.parts.works import ProductionPlan
from shared.aggregate import Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.event import PreciseDate

PASSED, FAR = date(2025, 12, 28), date(2036, 12, 28)
SIGNED = PreciseDate(on=date(2026, 9, 30))


async def refused(company, decision, *given, role="cs_director"):
    with pytest.raises(Refused) as no:
        await company.decide(decision, *given, role=role)
    return no.value.code


@pytest.mark.parametrize("day", [PASSED, FAR, date(2026, 9, 29)])
@pytest.mark.parametrize("field", ["requested_ship_date", "promised_arrival_date"])
async def test_an_order_for_a_day_that_cannot_be_right_makes_one_exception_and_no_promise(company, field, day):
    await company.place(**{"requested_ship_date": None, field: day})
    await company.until(company.now + timedelta(days=40))
    assert [raised.kind for raised in company.announced(said.OrderExceptionRaised)] == ["schedule"]
    assert company.announced(said.ShipmentDelayed) + company.announced(said.DeliveryDatePromised) == []


async def test_staff_correct_the_day_by_a_revision_of_the_contract(company):
    await company.place(requested_ship_date=PASSED)
    assert await refused(company, review, "approved", ()) == "no_day"
    await company.decide(review, "amend", ())
    draft = Draft(revision=0, changes=("发货日期更正为 2026-12-28",), ship_on=date(2026, 12, 28))
    await company.decide(amend, draft, role="account_manager")
    await company.sign_contract()
    (promised,) = company.announced(said.DeliveryDatePromised)
    order = await company.order()
    assert (promised.promised_for, order.contract.revision) == (date(2026, 12, 28), 2)


@pytest.mark.parametrize(("day", "code"), [(PASSED, "past_day"), (FAR, "far_day")])
async def test_no_desk_names_a_day_that_cannot_be_right(company, day, code):
    await company.place()
    plan = ProductionPlan(begin=day, finish=day, delivery_on=day)
    assert await refused(company, schedule, plan, role="planner") == code
    await company.release()
    assert await refused(company, amend, Draft(revision=0, changes=("改",), ship_on=day)) == code
    assert await refused(company, postpone, day, "supply", None, role="planner") == code


async def test_a_contract_whose_day_has_passed_meanwhile_is_not_signed(company):
    await company.place()
    await company.decide(review, "approved", ())
    company.now = datetime(2026, 11, 27, 2, tzinfo=UTC)
    assert await refused(company, sign, SIGNED, "签订") == "past_day"


async def test_what_is_said_to_have_happened_in_the_future_happened_when_it_was_told(company):
    await company.place()
    await company.run_to("installation")
    told_at = company.now
    await company.fact(facts.InstallationCompleted, completed_at=datetime(2029, 1, 7, tzinfo=UTC))
    await company.run_to("balance")
    order = await company.order()
    assert order.reached["installed"] == told_at
    assert [each.due_on.year for each in company.announced(said.PaymentDue)] == [2026, 2026]
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert raised.detail.startswith("报来的完成时间（2029-01-07）有误")


async def test_money_from_the_future_is_entered_when_it_was_told(company):
    await company.place()
    await company.sign_contract()
    ahead, amount = datetime(2029, 1, 7, tzinfo=UTC), {"amount": "30000.00"}
    await company.fact(facts.PaymentReceived, kind="initial", amount=amount, received_at=ahead)
    order = await company.order()
    assert (order.stage, order.since, order.receivable.entries[-1].at) == ("release", company.now, company.now)


@pytest.mark.parametrize("year", [1970, 1999, 2025])
async def test_what_is_said_to_have_happened_years_ago_happened_when_it_was_told(company, year):
    await company.place()
    await company.sign_contract()
    ago, amount = datetime(year, 9, 29, tzinfo=UTC), {"amount": "30000.00"}
    await company.fact(facts.PaymentReceived, kind="initial", amount=amount, received_at=ago)
    order = await company.order()
    assert (order.stage, order.receivable.entries[-1].at) == ("release", company.now)
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert raised.detail == f"报来的收款时间（{year}-09-29）有误，暂按上报之时处理，请核实"


@pytest.mark.parametrize("days", [-300, 3000])
async def test_an_arrival_that_cannot_be_right_is_not_known(company, days):
    await company.place()
    await company.run_to("shipping")
    await company.fact(facts.GoodsDispatched, left_at=company.now, eta=company.now + timedelta(days=days))
    (left,) = company.announced(said.ShipmentDispatched)
    assert left.eta is None
    assert len(company.announced(said.OrderExceptionRaised)) == 1


@pytest.mark.parametrize("day", [PASSED, FAR])
async def test_a_delay_until_a_day_that_cannot_be_right_is_asked_about_and_not_told(company, day):
    await company.place()
    await company.release()
    await company.fact(facts.ProductionDelayed, expected_ready_on=day, reason_text="缺料")
    assert company.announced(said.ShipmentDelayed) == []
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert raised.detail.endswith("有误，该报告未采用，请重新上报")


async def test_after_a_standstill_of_weeks_one_delay_is_told_with_a_day_that_is_still_to_come(company):
    await company.place()
    await company.release()
    company.now = datetime(2026, 12, 20, 2, tzinfo=UTC)
    await company.until(company.now)
    (delayed,) = await company.delays()
    assert delayed.new_ship_date > date(2026, 12, 20)
    assert len(company.announced(said.OrderExceptionRaised)) <= 1


async def test_after_a_standstill_of_weeks_one_late_arrival_is_told(company):
    await company.place(requested_ship_date=None, promised_arrival_date=date(2026, 10, 10))
    await company.pay("balance", "100000.00")
    company.now = datetime(2026, 11, 1, 2, tzinfo=UTC)
    await company.until(company.now)
    (delayed,) = company.announced(said.ShipmentDelayed)
    assert delayed.new_ship_date > date(2026, 11, 1)
