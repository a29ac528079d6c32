"""What selling took is counted by the month, and what salesmen are paid is computed from what came in."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from orders.domain.figures.wages import wages
from orders.domain.policy.policy import Salary, Wages
from shared.contracts.event import Money
from tests.unit.orders.test_reports import reports

TRAVEL = {"kind": "travel", "amount": {"amount": "860.00"}, "spent_on": "2026-10-03", "salesman": "am-03"}


async def enter(ask, **fields):
    answer = await ask("statistics_clerk", "POST", "/costs", TRAVEL | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


@pytest.mark.requirement("R206.c")
async def test_costs_of_sales_are_counted_by_kind_salesman_and_region_without_what_was_withdrawn(company, ask):
    company.now = datetime(2026, 10, 5, tzinfo=UTC)
    await enter(ask)
    await enter(ask, amount={"amount": "140.00"}, order_no="SO-2026-0412")
    await enter(ask, kind="samples", amount={"amount": "300.00", "currency": "USD"}, salesman=None, region="华南")
    twice = await enter(ask)
    withdrawn = await ask("finance", "POST", f"/costs/{twice}/withdraw", {"reason": "重复录入"})
    assert (withdrawn.json()["stage"], withdrawn.json()["withdrawn_by"]) == ("withdrawn", "finance-01")
    await company.until(datetime(2026, 11, 1, 0, tzinfo=UTC))

    table = (await reports(company, "sales_costs"))[-1].table
    assert table.rows == (
        {"kind": "samples", "salesman": "—", "region": "华南", "currency": "USD", "amount": "300.00"},
        {"kind": "travel", "salesman": "am-03", "region": "—", "currency": "CNY", "amount": "1000.00"},
    )
    assert table.figures == {"amount": "1000.00 CNY + 300.00 USD"}


async def test_a_cost_of_a_day_to_come_is_refused_and_all_that_was_entered_stays_on_the_list(company, ask):
    early = await ask("statistics_clerk", "POST", "/costs", TRAVEL)
    assert early.json()["code"] == "future_day"
    id = await enter(ask, spent_on="2026-09-30")
    await ask("finance", "POST", f"/costs/{id}/withdraw", {"reason": "重复录入"})
    again = await ask("finance", "POST", f"/costs/{id}/withdraw", {"reason": "重复录入"})
    assert again.json()["code"] == "illegal_transition"
    (listed,) = (await ask("finance", "GET", "/costs?begin=2026-09-01&end=2026-10-01")).json()["items"]
    assert (listed["stage"], listed["reason"], listed["entered_by"]) == ("withdrawn", "重复录入", "statistics_clerk-01")


@pytest.mark.requirement("R206.d")
async def test_wages_are_exported_from_what_came_in_in_whole_months(company, ask):
    company.now = datetime(2026, 10, 5, tzinfo=UTC)
    await company.place()
    await company.sign_contract()
    await company.pay("initial", "30000.00")

    file = await ask("finance", "GET", "/wages?begin=2026-10-01&end=2026-11-01&format=csv")
    (row,) = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert (row["业务员"], row["实收"], row["提成"], row["工资"]) == ("am-03", "30000.00", "0.00", "0.00")
    part = await ask("finance", "GET", "/wages?begin=2026-10-05&end=2026-11-01")
    assert part.json()["code"] == "no_whole_month"
    assert (await ask("account_manager", "GET", "/wages?begin=2026-10-01&end=2026-11-01")).status_code == 403


@pytest.mark.requirement("R206.d")
def test_a_wage_is_the_base_of_each_month_and_the_share_of_what_came_in():
    base = Money(amount=Decimal("6000.00"))
    terms = Wages(commission=Decimal("0.01"), salaries=(Salary(staff="am-03", base=base, commission=Decimal("0.02")),))
    received = {("am-03", "CNY"): Decimal("30000.00"), ("am-04", "CNY"): Decimal("-500.00")}
    rows = wages(received, terms, date(2026, 10, 1), date(2026, 12, 1)).rows
    assert [(row["salesman"], row["commission"], row["base"], row["wage"]) for row in rows] == [
        ("am-03", "600.00", "12000.00", "12600.00"),
        ("am-04", "-5.00", "0", "-5.00"),
    ]


def test_a_commission_is_an_amount_that_can_be_paid_in_its_currency():
    terms = Wages(commission=Decimal("0.0125"))
    row = wages({("am-03", "JPY"): Decimal("99999.00")}, terms, date(2026, 10, 1), date(2026, 11, 1)).rows[0]
    assert (row["commission"], row["wage"]) == ("1250.00", "1250.00")
