"""What a department reads of a report that was looked into, or that counts for nothing."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from orders_as_read import cancel

from orders.subscribers.answers import objection
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.event import Money
from shared.contracts.vocabulary import order_id_of

FAR = date(2036, 12, 28)


async def answer(company, report, /, **fields):
    """Outcome, code and reason of the objection to this report; nothing when it was simply taken."""
    id, fact = uuid4(), report(order_no=company.order_no, **fields)
    await company.world.hear(fact, id=id)
    found = await objection(company.orders, fact, id)
    return found and (found.outcome, found.code, found.reason)


def paid(amount, receipt_no="R-1", currency="CNY", at=datetime(2026, 9, 30, 1, tzinfo=UTC)):
    money = Money(amount=amount, currency=currency)
    return {"kind": "initial", "amount": money, "received_at": at, "receipt_no": receipt_no}


async def test_what_is_as_expected_is_simply_taken(company):
    await company.place()
    await company.sign_contract()
    assert await answer(company, facts.PaymentReceived, **paid(30000)) is None
    assert await answer(company, facts.PaymentReceived, **paid(30000)) is None


async def test_a_problem_that_is_reported_as_one_is_simply_taken(company):
    await company.place()
    assert await answer(company, facts.MaterialProblemReported, kind="material", detail="缺料") is None
    assert len(company.announced(said.OrderExceptionRaised)) == 1


async def test_a_day_that_cannot_be_right_is_told_back(company):
    await company.place()
    await company.release()
    outcome, code, reason = await answer(company, facts.ProductionDelayed, expected_ready_on=FAR, reason_text="缺料")
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert (outcome, code, reason) == ("refused", "doubtful_time", raised.detail)


async def test_a_report_of_which_one_time_cannot_be_right_is_taken_and_looked_into(company):
    await company.place()
    await company.run_to("shipping")
    eta = company.now + timedelta(days=3000)
    outcome, code, _ = await answer(company, facts.GoodsDispatched, left_at=company.now, eta=eta)
    assert (outcome, code) == ("taken", "doubtful_time")


async def test_the_same_receipt_with_another_amount_is_not_entered(company):
    await company.place()
    await company.sign_contract()
    await answer(company, facts.PaymentReceived, **paid(30000))
    outcome, code, reason = await answer(company, facts.PaymentReceived, **paid(20000))
    assert (outcome, code, reason) == (
        "refused",
        "receipt_differs",
        "收据R-1已入账30000.00 CNY，现报20000.00 CNY，未入账，请核对",
    )


@pytest.mark.parametrize("money", [paid(30000, currency="USD"), paid(9_000_000)])
async def test_money_of_another_kind_or_too_much_is_entered_and_looked_into(company, money):
    await company.place()
    await company.sign_contract()
    outcome, code, reason = await answer(company, facts.PaymentReceived, **money)
    assert (outcome, code) == ("taken", "looked_into")
    assert [raised.detail for raised in company.announced(said.OrderExceptionRaised)] == [reason]


async def test_goods_that_left_around_a_closed_gate_are_looked_into(company):
    await company.place()
    outcome, code, _ = await answer(company, facts.GoodsDispatched, left_at=company.now)
    assert (outcome, code) == ("taken", "looked_into")


async def test_what_is_reported_of_an_order_that_has_ended_counts_for_nothing(company):
    await company.place()
    await company.decide(cancel, "客户项目取消", None)
    told = ("refused", "order_ended", "订单已取消，所报内容未作处理")
    assert await answer(company, facts.ProductionProgressed, ready_percent=50) == told
    assert await answer(company, facts.MaterialProblemReported, kind="material", detail="缺料") == told


async def test_money_for_an_order_that_has_ended_is_entered_once_and_looked_into(company):
    await company.place()
    await company.sign_contract()
    await company.decide(cancel, "客户项目取消", None)
    outcome, code, _ = await answer(company, facts.PaymentReceived, **paid(30000))
    assert (outcome, code) == ("taken", "looked_into")
    assert await answer(company, facts.PaymentReceived, **paid(30000)) is None


async def test_what_is_no_report_about_an_order_here_has_no_objection(company):
    fact = facts.ProductionProgressed(order_no="SO-9", ready_percent=50)
    assert await objection(company.orders, fact, uuid4()) is None
    assert order_id_of("SO-9") == fact.order_id
