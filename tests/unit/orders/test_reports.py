"""Exceptions, the Saturday digest, statistics, and files without formulas."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from drawn import Drawn, drawn
from openpyxl import load_workbook
from order_rules import RULES
from orders_as_read import cancel

from orders.app import service
from orders.domain.decisions.exception import resolve
from orders.domain.decisions.ledger import refund
from orders.domain.exception import exception_id_of
from orders.domain.figures.aging import aged
from orders.domain.figures.statistics import Sales
from orders.settings import Settings
from shared.aggregate import Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.event import Money
from shared.contracts.vocabulary import order_id_of
from shared.sheets import sheet_of
from shared.tables import Table
from shared.testing import World, in_memory, nowhere
from tests.unit.orders.conftest import BEGIN, Company
from tests.unit.orders.test_clocks import SHIPPED

SATURDAY = datetime(2026, 10, 3, 5, tzinfo=UTC)
OCTOBER = (date(2026, 10, 1), date(2026, 11, 1))


async def reports(company, kind):
    return [report async for report in company.stores.reports.each({"kind": kind}, sort="made_at")]


@pytest.mark.requirement("R034.a")
async def test_on_saturday_at_one_the_week_s_exceptions_are_put_together(company):
    await company.place()
    await company.fact(facts.MaterialProblemReported, kind="supply", detail="五金件断货")
    await company.fact(facts.MaterialProblemReported, kind="quality", detail="色差")
    first = exception_id_of(order_id_of(company.order_no), 1)
    await company.stores.exceptions.apply(
        first, lambda exception: resolve(exception, "改用备用供应商", RULES, company.cause()), company.cause()
    )
    await company.until(SATURDAY)

    published = [event for event in company.announced(said.OrdersReportPublished) if event.kind == "weekly_exceptions"]
    assert [(event.period, event.figures) for event in published] == [("2026-W40", {"open": 1, "resolved": 1})]
    assert "cs_section_chief" in published[0].audience
    (report,) = await reports(company, "weekly_exceptions")
    assert report.made_at == SATURDAY
    assert [(row["kind"], row["stage"]) for row in report.table.rows] == [("quality", "open"), ("supply", "resolved")]


async def test_what_is_solved_is_on_the_list_of_its_week_only(company):
    await company.place()
    await company.fact(facts.MaterialProblemReported, kind="quality", detail="色差")
    await company.until(SATURDAY)
    one = exception_id_of(order_id_of(company.order_no), 1)
    company.later(days=1)
    await company.stores.exceptions.apply(
        one, lambda exception: resolve(exception, "返工", RULES, company.cause()), company.cause()
    )
    await company.until(SATURDAY + timedelta(days=14))
    figures = [report.table.figures for report in await reports(company, "weekly_exceptions")]
    assert figures == [{"open": 1, "resolved": 0}, {"open": 0, "resolved": 1}, {"open": 0, "resolved": 0}]


async def test_an_exception_is_resolved_once(company):
    await company.place()
    await company.fact(facts.MaterialProblemReported, kind="quality", detail="色差")
    exception = await company.stores.exceptions.get(exception_id_of(order_id_of(company.order_no), 1))
    resolved = resolve(exception, "返工", RULES, company.cause()).state
    with pytest.raises(Refused) as refused:
        resolve(resolved, "换货", RULES, company.cause())
    assert refused.value.code == "illegal_transition"


async def several_orders(company):
    """Three customers' orders in October, one of them cancelled."""
    from orders_as_read import cancel

    company.now = datetime(2026, 10, 5, tzinfo=UTC)
    lines = [
        {"sku": "GP-80", "description": "80 款高隔断", "quantity": 10, "unit_price": {"amount": "100.00"}},
        {"description": "玻璃门", "quantity": 2},
    ]
    await company.place(order_no="A", lines=lines, total=Money(amount="1500.00"), region="华南", sales_owner="am-1")
    await company.sign_contract()
    await company.place(order_no="B", total=Money(amount="900.00"), region="华东", sales_owner="am-2")
    await company.sign_contract()
    await company.place(order_no="C", total=Money(amount="7.00"), region="华东", sales_owner="am-2")
    await company.sign_contract()
    await company.decide(cancel, "取消", None)


async def sales(company, by):
    figures = Sales(by)
    async for order in company.orders.sold(*OCTOBER):
        figures.add(order)
    return figures.table()


@pytest.mark.requirement("R205.a", "R205.b")
@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("product", [("GP-80", 10, "1000.00"), ("GP-80 3000×2700", 24, "900.00"), ("玻璃门", 2, "500.00")]),
        ("region", [("华南", 12, "1500.00"), ("华东", 24, "900.00")]),
        ("salesman", [("am-1", 12, "1500.00"), ("am-2", 24, "900.00")]),
    ],
)
async def test_sales_are_counted_by_product_region_and_salesman_without_cancelled_orders(company, by, rows):
    await several_orders(company)
    table = await sales(company, by)
    assert [(row[by], row["quantity"], row["amount"]) for row in table.rows] == rows
    assert table.figures == {"orders": 2, "quantity": 36, "amount": "2400.00"}


async def test_a_line_priced_in_another_currency_takes_its_share_of_the_order_s_total(company):
    company.now = datetime(2026, 10, 5, tzinfo=UTC)
    lines = [
        {"description": "玻璃门", "quantity": 2, "unit_price": {"amount": "100.00"}},
        {"description": "门锁", "quantity": 3, "unit_price": {"amount": "100.00", "currency": "USD"}},
    ]
    await company.place(order_no="A", lines=lines, total=Money(amount="1500.00"))
    await company.sign_contract()
    table = await sales(company, "product")
    assert [(row["product"], row["currency"], row["amount"]) for row in table.rows] == [
        ("门锁", "CNY", "1300.00"),
        ("玻璃门", "CNY", "200.00"),
    ]


async def test_a_contract_counts_in_the_month_in_which_it_was_signed_and_one_that_was_not_never(company):
    company.now = datetime(2026, 9, 28, tzinfo=UTC)
    await company.place(order_no="A", total=Money(amount="1500.00"))
    await company.place(order_no="B", total=Money(amount="900.00"))
    company.now = datetime(2026, 10, 5, tzinfo=UTC)
    company.order_no = "A"
    await company.sign_contract()
    await company.until(datetime(2027, 1, 1, 0, tzinfo=UTC))
    made = {report.period: report.table.figures["orders"] for report in await reports(company, "sales_stats")}
    assert (made["2026-09"], made["2026-10"], made["2026-11"]) == (0, 1, 0)


async def test_a_report_follows_the_policy_that_is_in_force(tmp_path):
    later = SHIPPED.replace("version = 1", "version = 2", 1).replace("2026-01-01", "2026-11-01", 1)
    (tmp_path / "orders_v2.toml").write_text(later.replace("at = 13:00:00", "at = 15:00:00"), encoding="utf-8")
    settings = nowhere(Settings, orders_policy=tmp_path)
    company = Company(World(service(settings, in_memory("orders", settings, at=BEGIN)), hears_itself=True))
    await company.until(BEGIN)
    await company.until(datetime(2026, 11, 14, 12, tzinfo=UTC))
    hours = [RULES.calendar.local(each.made_at).hour for each in await reports(company, "weekly_exceptions")]
    assert hours == [13, 13, 13, 13, 13, 15, 15]


@pytest.mark.requirement("R205.c")
async def test_each_customer_s_products_are_counted(company):
    await several_orders(company)
    rows = (await sales(company, "customer")).rows
    assert [(row["customer"], row["product"], row["quantity"]) for row in rows] == [
        ("广州恒达装饰", "GP-80", 10),
        ("广州恒达装饰", "GP-80 3000×2700", 24),
        ("广州恒达装饰", "玻璃门", 2),
    ]


@pytest.mark.requirement("R205.d")
async def test_month_quarter_and_year_have_their_reports(company):
    await several_orders(company)
    await company.until(datetime(2027, 1, 1, 0, tzinfo=UTC))
    made = {report.period: report for report in await reports(company, "sales_stats")}
    assert made.keys() == {"2026-09", "2026-Q3", "2026-10", "2026-11", "2026-12", "2026-Q4", "2026"}
    assert made["2026"].table.figures == {"orders": 2, "quantity": 36, "amount": "2400.00"}


@pytest.mark.requirement("R206.a")
async def test_commission_is_computed_from_what_came_in(company):
    company.now = datetime(2026, 10, 5, tzinfo=UTC)
    await company.place()
    await company.sign_contract()
    await company.pay("initial", "30000.00")
    await company.pay("initial", "5.00", "USD")
    company.now = datetime(2026, 11, 2, tzinfo=UTC)
    await company.pay("progress", "10000.00")
    await company.until(datetime(2026, 12, 1, tzinfo=UTC))
    rows = [(report.period, report.table.rows) for report in await reports(company, "commission_basis")]
    assert rows[-2:] == [
        ("2026-10", ({"salesman": "am-03", "currency": "CNY", "received": "30000.00"},)),
        ("2026-11", ({"salesman": "am-03", "currency": "CNY", "received": "10000.00"},)),
    ]


@pytest.mark.requirement("R206.b")
async def test_what_was_paid_back_is_deducted_from_commission_in_the_month_of_the_refund(company):
    company.now = datetime(2026, 10, 5, tzinfo=UTC)
    await company.place()
    await company.sign_contract()
    await company.pay("initial", "30000.00")
    company.now = datetime(2026, 11, 2, tzinfo=UTC)
    await company.decide(cancel, "取消", None)
    await company.decide(refund, Money(amount=Decimal("12000.00"), currency="CNY"), "退首期款", role="sales_vp")
    await company.until(datetime(2026, 12, 1, tzinfo=UTC))
    rows = [(report.period, report.table.rows) for report in await reports(company, "commission_basis")]
    assert rows[-2:] == [
        ("2026-10", ({"salesman": "am-03", "currency": "CNY", "received": "30000.00"},)),
        ("2026-11", ({"salesman": "am-03", "currency": "CNY", "received": "-12000.00"},)),
    ]


@pytest.mark.requirement("R193.b", "R204.a")
async def test_what_is_overdue_is_reported_to_the_sales_manager_until_it_is_paid(company):
    await company.place()
    await company.sign_contract()
    await company.until(datetime(2026, 10, 10, 6, tzinfo=UTC))
    report = (await reports(company, "overdue_payments"))[-1]
    assert report.table.figures == {"orders": 1, "amount": "30000.00"}
    assert (report.table.rows[0]["due_on"], report.table.rows[0]["days"]) == ("2026-10-07", 4)
    await company.pay("initial", "30000.00")
    await company.until(datetime(2026, 10, 17, 6, tzinfo=UTC))
    assert (await reports(company, "overdue_payments"))[-1].table.figures["orders"] == 0
    published = [event for event in company.announced(said.OrdersReportPublished) if event.kind == "overdue_payments"]
    assert "sales_vp" in published[0].audience


@pytest.mark.requirement("R170.d")
async def test_how_fast_what_was_ordered_was_delivered_is_reported_by_route(company):
    for number in ("SO-1", "SO-2", "SO-3"):
        await company.place(order_no=number)
        await company.run_to("transport")
    for company.order_no, days in (("SO-1", 20), ("SO-3", 25), ("SO-2", 30)):
        company.now = BEGIN + timedelta(days=days)
        await company.fact(facts.ShipmentArrived, arrived_at=company.now)
    await company.until(datetime(2026, 11, 1, tzinfo=UTC))
    (report,) = [each for each in await reports(company, "delivery_times") if each.period == "2026-10"]
    assert report.table.rows == (
        {"route": "standard", "orders": 3, "median_days": 25, "p80_days": 30, "longest_days": 30},
    )
    (published,) = [each for each in company.announced(said.OrdersReportPublished) if each.report_id == report.id]
    assert (published.title, published.figures) == ("订单交付周期", {"orders": 3})


async def test_the_share_of_delays_told_before_the_contract_date_is_reported(company):
    company.now = datetime(2026, 10, 2, tzinfo=UTC)
    for no, ship_on in (("A", date(2026, 10, 20)), ("B", date(2026, 10, 12)), ("C", date(2026, 10, 5))):
        await company.place(order_no=no, requested_ship_date=ship_on)
        await company.sign_contract()
    company.now = datetime(2026, 10, 8, tzinfo=UTC)
    for no in ("A", "B", "C"):
        company.order_no = no
        await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 11, 25), reason_text="缺料")
    await company.until(datetime(2026, 10, 31, 22, tzinfo=UTC))

    report = (await reports(company, "told_in_time"))[-1]
    assert [(row["order_no"], row["told_in_time"]) for row in report.table.rows if row["revision"] == 1] == [
        ("A", "yes"),
        ("B", "yes"),
        ("C", "no"),
    ]
    assert report.table.figures == {"delays": 3, "told_in_time": 2, "share_percent": 66.7}


async def test_what_is_overdue_is_drawn_and_exported_by_age_and_currency(company, ask):
    company.now = datetime(2026, 10, 1, 2, tzinfo=UTC)
    for no in ("A", "B"):
        await company.place(order_no=no)
        await company.sign_contract()
    await company.until(datetime(2026, 11, 25, 6, tzinfo=UTC))

    page = await ask("sales_vp", "GET", "/ui/figures")

    assert drawn(page.text)["逾期货款按账龄（今天）"] == Drawn(
        sheet="/orders/aged-receivables?format=xlsx",
        lines=[["31–60天", "¥60,000.00", "2"]],
        widths=["100%"],
    )
    counted = (await ask("sales_vp", "GET", "/aged-receivables")).json()
    assert counted["rows"] == [{"days": 31, "up_to": 60, "currency": "CNY", "orders": 2, "amount": "60000.00"}]


@pytest.mark.parametrize(
    ("days", "place"), [(1, (1, 30)), (30, (1, 30)), (31, (31, 60)), (61, (61, 90)), (90, (61, 90)), (91, (91, None))]
)
async def test_an_overdue_amount_is_counted_in_the_age_that_it_has_reached(company, days, place):
    await company.place()
    await company.sign_contract()
    order = await company.order()
    (claim, *_) = order.receivable.claims

    async def orders():
        yield order

    table = await aged(orders(), claim.due.on + timedelta(days=days))
    assert [(row["days"], row["up_to"]) for row in table.rows] == [place]


async def test_delays_are_drawn_and_exported_by_the_month_in_which_they_were_told(company, ask):
    company.now = datetime(2026, 10, 2, tzinfo=UTC)
    for no, ship_on in (("A", date(2026, 10, 20)), ("B", date(2026, 10, 5))):
        await company.place(order_no=no, requested_ship_date=ship_on)
        await company.sign_contract()
    company.now = datetime(2026, 10, 8, tzinfo=UTC)
    for no in ("A", "B"):
        company.order_no = no
        await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 11, 25), reason_text="缺料")
    await company.until(datetime(2026, 10, 9, 6, tzinfo=UTC))

    page = await ask("cs_director", "GET", "/ui/figures?begin=2026-10-01&until=2026-10-31")

    query = "begin=2026-10-01&end=2026-11-01"
    assert drawn(page.text)["延期按月"] == Drawn(
        sheet=f"/orders/delays-by-month?{query}&format=xlsx",
        lines=[["2026-10", "2", "1", "50%"]],
        widths=["100%"],
    )
    counted = (await ask("cs_director", "GET", f"/delays-by-month?{query}")).json()
    assert counted["rows"] == [{"month": "2026-10", "delays": 2, "told_in_time": 1}]
    assert (await ask("cs_director", "GET", "/delays-by-month?begin=2026-11-01&end=2026-12-01")).json()["rows"] == []


HOSTILE = Table(
    columns=("name", "amount"),
    rows=tuple({"name": text, "amount": 5} for text in ("=1+1", "+2", "-3", "@SUM(A1)", "\tx", "\rx", "恒达")),
)


def test_a_csv_file_carries_no_formula():
    rows = list(csv.reader(io.StringIO(sheet_of(HOSTILE).csv().decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows] == ["name", "'=1+1", "'+2", "'-3", "'@SUM(A1)", "'\tx", "'\rx", "恒达"]


def test_a_workbook_carries_no_formula():
    page = load_workbook(io.BytesIO(sheet_of(HOSTILE).xlsx())).active
    cells = [row[0] for row in page.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells][:4] == ["=1+1", "+2", "-3", "@SUM(A1)"]
    assert page.cell(2, 2).value == 5


def test_amounts_are_numbers_that_one_can_add_up():
    amounts = Table(columns=("amount",), rows=({"amount": "1200.50"}, {"amount": "-3.00"}), money=("amount",))
    page = load_workbook(io.BytesIO(sheet_of(amounts).xlsx())).active
    assert [cell.value for (cell,) in page.iter_rows(min_row=2)] == [1200.5, -3]
    assert sheet_of(amounts).csv().decode("utf-8-sig").split() == ["amount", "1200.50", "-3.00"]


@pytest.mark.requirement("R205.b")
async def test_what_was_sold_in_two_currencies_is_not_added_up(company):
    company.now = datetime(2026, 10, 5, tzinfo=UTC)
    await company.place(order_no="A", total=Money(amount="1500.00"))
    await company.sign_contract()
    await company.place(order_no="B", total=Money(amount="900.00", currency="USD"))
    await company.sign_contract()
    assert (await sales(company, "region")).figures["amount"] == "1500.00 CNY + 900.00 USD"


def test_reports_come_round_on_saturday_at_one_and_on_the_first_at_six():
    policy, since = RULES.policies.version(1), datetime(2026, 10, 3, 4, 59, tzinfo=UTC)
    assert policy.weekly_reports.due(since, RULES.calendar) == SATURDAY
    assert policy.monthly_reports.due(since, RULES.calendar) == datetime(2026, 10, 31, 22, tzinfo=UTC)
