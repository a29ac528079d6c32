"""What the clerk works out for the sales vice-president: plan, demand, grades, comparison, forecast, supply."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest

from orders.domain.exception import OrderException
from orders.domain.figures.sales_analysis import Months, Standings, supply
from orders.domain.figures.statistics import SoldOrder, prices
from orders.domain.parts.receivable import Due
from orders.domain.policy.policy import Grade, SalesPlan
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.event import Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import OrderLine

NOVEMBER = date(2026, 11, 1)


def sold(no, on, amount, *, region="华南", product="GP-80", currency="CNY", customer=1, late=0, **fields):
    """An order that was signed on a day."""
    due = Due(kind="balance", amount=Money(amount=amount, currency=currency), on=on, overdue_on=on)
    return SoldOrder.model_validate(
        {
            "order_no": no,
            "sold_on": on,
            "lines": (OrderLine(sku=product, description="隔断", quantity=10),),
            "total": Money(amount=amount, currency=currency),
            "region": region,
            "sales_owner": "am-03",
            "customer": {"name": f"客户{customer}", "customer_id": UUID(int=customer)},
            "receivable": {"dues": [due] * late},
            **fields,
        }
    )


def months(*orders):
    counted = Months()
    for order in orders:
        counted.add(order)
    return counted


@pytest.mark.requirement("R172.b")
@pytest.mark.parametrize("weights", [(1,) * 12, (6, 4, 8, 8, 9, 9, 8, 8, 10, 10, 10, 10), (0,) * 11 + (1,)])
def test_the_year_s_target_is_that_of_its_quarters_and_these_those_of_their_months(weights):
    plan = SalesPlan(year=2026, amount=Money(amount="1000000.01"), months=weights)
    begins = [date(2026 + (month // 12), month % 12 + 1, 1) for month in range(13)]
    monthly = [plan.between(begin, end) for begin, end in pairwise(begins)]
    quarters = [plan.between(begins[place], begins[place + 3]) for place in (0, 3, 6, 9)]
    assert quarters == [sum(monthly[place : place + 3]) for place in (0, 3, 6, 9)]
    assert sum(quarters) == plan.between(date(2020, 1, 1), date(2030, 1, 1)) == Decimal("1000000.01")
    assert plan.between(date(2025, 1, 1), date(2026, 1, 1)) == 0


@pytest.mark.requirement("R194.a")
def test_how_far_the_plan_is_attained_is_told_by_region_and_currency():
    plans = [
        SalesPlan(year=2026, region="华南", amount=Money(amount="1200000.00")),
        SalesPlan(year=2026, region="华北", amount=Money(amount="600000.00")),
    ]
    signed = months(
        sold("SO-1", date(2026, 11, 3), "50000.00"),
        sold("SO-2", date(2026, 11, 30), "25000.00"),
        sold("SO-3", date(2026, 10, 31), "9000.00"),
        sold("SO-4", date(2026, 11, 9), "7.00", region="华东", currency="USD"),
    )
    table = signed.plan(plans, NOVEMBER, date(2026, 12, 1))
    rows = [tuple(row[column] for column in table.columns) for row in table.rows]
    assert rows == [
        ("华东", "USD", None, "7.00", None),
        ("华北", "CNY", "50000.00", "0.00", 0.0),
        ("华南", "CNY", "100000.00", "75000.00", 75.0),
    ]
    assert table.figures == {"plans": 2, "below_plan": 2}


@pytest.mark.requirement("R194.d")
def test_a_month_stands_beside_the_one_before_and_the_same_one_of_last_year():
    signed = months(
        sold("SO-1", date(2026, 11, 3), "75.00"),
        sold("SO-2", date(2026, 11, 4), "25.00", region="华北"),
        sold("SO-3", date(2026, 10, 3), "50.00"),
        sold("SO-4", date(2025, 11, 3), "300.00"),
        sold("SO-5", date(2026, 11, 5), "10.00", cancellation={"by": "a", "reason": "b", "at": datetime.now(UTC)}),
    )
    rows = {(row["by"], row["of"]): row for row in signed.comparison(NOVEMBER).rows}
    assert rows["region", "华南"] == {
        "by": "region",
        "of": "华南",
        "currency": "CNY",
        "amount": "75.00",
        "share_percent": 75.0,
        "month_before": "50.00",
        "year_before": "300.00",
        "of_month_before_percent": 150.0,
        "of_year_before_percent": 25.0,
    }
    assert (rows["region", "华北"]["share_percent"], rows["region", "华北"]["of_month_before_percent"]) == (25.0, None)
    assert [rows[each]["amount"] for each in (("product", "GP-80"), ("salesman", "am-03"), ("customer", "客户1"))] == [
        "100.00"
    ] * 3


@pytest.mark.requirement("R194.e")
def test_the_forecast_for_a_month_is_the_mean_of_the_three_before():
    signed = months(
        sold("SO-0", date(2026, 8, 31), "1000.00"),
        sold("SO-1", date(2026, 9, 1), "10.00"),
        sold("SO-2", date(2026, 11, 30), "20.01"),
        sold("SO-3", date(2026, 12, 1), "1000.00"),
    )
    table = signed.forecast(date(2026, 12, 1))
    (row,) = table.rows
    assert [row[column] for column in table.columns] == ["2026-12", "GP-80", "CNY", "10.00", "0.00", "20.01", "10.00"]


@pytest.mark.requirement("R194.c")
def test_a_customer_s_grade_follows_from_what_was_signed_and_what_was_paid_late():
    grades = (
        Grade(grade="A", signed=Decimal(1000), late_payments=0),
        Grade(grade="B", signed=Decimal(1000), late_payments=1),
        Grade(grade="C", signed=Decimal(100)),
        Grade(grade="D"),
    )
    standings = Standings()
    for order in (
        sold("SO-1", NOVEMBER, "600.00", customer=1),
        sold("SO-2", NOVEMBER, "400.00", customer=1),
        sold("SO-3", NOVEMBER, "5000.00", customer=2, late=1),
        sold("SO-4", NOVEMBER, "5000.00", customer=3, late=2),
        sold("SO-5", NOVEMBER, "99.99", customer=4),
    ):
        standings.add(order)
    table = standings.table(grades)
    assert [(row["customer"], row["orders"], row["late_payments"], row["grade"]) for row in table.rows] == [
        ("客户2", 1, 1, "B"),
        ("客户3", 1, 2, "C"),
        ("客户1", 2, 0, "A"),
        ("客户4", 1, 0, "D"),
    ]
    assert table.figures == {"A": 1, "B": 1, "C": 1, "D": 1}


@pytest.mark.requirement("R175.d")
def test_trouble_with_supply_is_reported_with_the_days_that_it_took():
    common = {"order_id": UUID(int=9), "raised_by": "production", "detail": "断货"}
    begin = datetime(2026, 11, 3, tzinfo=UTC)
    solved = {"stage": "resolved", "resolution": "改用备用供应商", "resolved_by": "pl-1"}
    table = supply(
        [
            OrderException(id=UUID(int=1), order_no="SO-1", kind="quality", raised_at=begin, **common),
            OrderException(id=UUID(int=2), order_no="SO-2", kind="supply", raised_at=begin.replace(day=5), **common),
            OrderException(
                id=UUID(int=3),
                order_no="SO-1",
                kind="supply",
                raised_at=begin,
                resolved_at=begin.replace(day=9),
                **common,
                **solved,
            ),
        ]
    )
    assert [(row["order_no"], row["stage"], row["days"]) for row in table.rows] == [
        ("SO-1", "resolved", 6),
        ("SO-2", "open", None),
    ]
    assert table.figures == {"problems": 2, "open": 1, "resolved": 1, "orders": 2}


@pytest.mark.requirement("R175.d", "R194.a", "R194.b", "R194.c", "R194.d", "R194.e")
async def test_on_the_first_of_the_month_the_sales_vice_president_has_what_was_worked_out(company):
    await company.place()
    await company.sign_contract()
    await company.fact(facts.MaterialProblemReported, kind="supply", detail="断货")
    await company.until(datetime(2026, 10, 1, 2, tzinfo=UTC))
    published = {each.kind: each for each in company.announced(said.OrdersReportPublished)}
    wanted = ("plan_completion", "demand", "customer_grades", "sales_analysis", "sales_forecast", "supply_problems")
    assert [Role.SALES_VP in published[kind].audience for kind in wanted] == [True] * 5 + [False]
    tables = {report.kind: report.table async for report in company.stores.reports.each()}
    assert tables["demand"].rows == (
        {"month": "2026-11", "product": "GP-80 3000×2700", "unit": "件", "quantity": 24, "orders": 1},
    )
    assert [(row["region"], row["signed"]) for row in tables["plan_completion"].rows] == [("华南", "100000.00")]
    assert [(row["customer"], row["grade"]) for row in tables["customer_grades"].rows] == [("广州恒达装饰", "C")]
    assert [row["forecast"] for row in tables["sales_forecast"].rows] == ["33333.33"]
    assert [row["detail"] for row in tables["supply_problems"].rows] == ["断货"]
    assert {row["amount"] for row in tables["sales_analysis"].rows} == {"100000.00"}


def test_what_is_shared_among_lines_can_be_paid_in_the_currency_and_adds_up():
    lines = tuple(OrderLine(description=name, quantity=1) for name in ("隔断", "门", "锁"))
    assert [str(each) for each in prices(lines, Money(amount="100.00", currency="JPY"))] == ["33.00", "34.00", "33.00"]
    assert sum(prices(lines, Money(amount="100.50", currency="JPY"))) == Decimal("100.50")


def test_a_forecast_and_the_months_of_a_plan_can_be_paid_in_the_currency():
    signed = months(sold("SO-1", date(2026, 9, 1), "100.00", currency="JPY"))
    plan = SalesPlan(year=2026, region="华东", amount=Money(amount="1000.00", currency="JPY"))
    bounds = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]
    parts = [plan.between(begin, end) for begin, end in pairwise(bounds)]

    assert [row["forecast"] for row in signed.forecast(date(2026, 12, 1)).rows] == ["33.00"]
    assert (sum(parts), {each % 1 for each in parts}) == (1000, {0})
