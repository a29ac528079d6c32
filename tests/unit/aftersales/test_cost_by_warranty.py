"""What a month cost within the warranty, beyond it, where it is uncertain and for internal work is what it cost."""

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import get_args
from uuid import UUID

import pytest
from drawn import drawn
from hypothesis import given
from hypothesis import strategies as st
from on_paper import cells
from openpyxl import load_workbook

from aftersales.domain.parts.entry import Entry
from aftersales.domain.parts.service import ServiceType
from aftersales.domain.settlement import Settlement
from shared.aggregate import Change
from shared.contracts.aftersales import Verdict
from shared.contracts.event import Actor, Money
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
SHARES = ("cost_in_warranty", "cost_beyond_warranty", "cost_warranty_uncertain", "cost_internal")
COLUMNS = ("保修期内成本", "保修期外成本", "保修不确定成本", "内务成本")
SPLIT = dict(zip(COLUMNS, ("¥200.00", "¥80.50", "¥300.00", "¥19.99"), strict=True))
TABLE = "/settlements/2026-11/table"

amounts = st.decimals(0, 10**8, places=2).map(lambda amount: Money(amount=amount))
entries = st.builds(
    Entry,
    service_order_id=st.uuids(),
    voucher_no=st.just("FW-1"),
    free=amounts,
    paid=amounts,
    cost=st.none() | amounts,
    type=st.none() | st.sampled_from(get_args(ServiceType)),
    verdict=st.none() | st.sampled_from(get_args(Verdict)),
    closed_at=st.none() | st.just(AT),
)


def entry(number: int, type: str, verdict: str | None, cost: str | None) -> Entry:
    nothing = Money(amount=Decimal("0.00"))
    return Entry(
        service_order_id=UUID(int=number),
        voucher_no=f"FW-{number}",
        free=nothing,
        paid=nothing,
        cost=Money(amount=Decimal(cost)) if cost else None,
        type=type,
        verdict=verdict,
        closed_at=AT,
    )


@pytest.fixture
async def month(stores, rules):
    """A month with services of every verdict, of none, and of internal work."""
    done = (
        entry(1, "C", "in_warranty", "200.00"),
        entry(2, "A", "out_of_warranty", "80.50"),
        entry(3, "B", "uncertain", "299.99"),
        entry(4, "C", None, "0.01"),
        entry(5, "D", None, "19.99"),
        entry(6, "A", "uncertain", None),
    )
    settlement = Settlement.at(AT, rules).but(entries=done)
    await stores.settlements.create(Change(settlement), NOW)
    return settlement


@pytest.mark.requirement("R078.a")
@given(st.lists(entries, max_size=20))
def test_whatever_a_month_holds_its_costs_by_warranty_add_up_to_its_cost(held):
    figures = Settlement(id=UUID(int=1), month="2026-11", policy_version=1, entries=tuple(held)).figures

    assert sum(Decimal(figures[share]) for share in SHARES) == Decimal(figures["cost"])


@pytest.mark.requirement("R078.a")
async def test_what_was_uncertain_stands_in_the_statistics_for_itself(ask, month):
    figures = (await ask("finance", "GET", "/settlements/2026-11")).json()["figures"]

    assert {name: figures[name] for name in ("cost", *SHARES)} == {
        "cost": "600.49",
        "cost_in_warranty": "200.00",
        "cost_beyond_warranty": "80.50",
        "cost_warranty_uncertain": "300.00",
        "cost_internal": "19.99",
    }


@pytest.mark.requirement("R078.a")
async def test_the_columns_of_both_tables_add_up_to_the_column_of_all_costs(ask, month):
    header, *lines = csv.reader(io.StringIO((await ask("finance", "GET", f"{TABLE}.csv")).content.decode("utf-8-sig")))
    book = load_workbook(io.BytesIO((await ask("finance", "GET", f"{TABLE}.xlsx")).content)).active
    written = [[str(cell) if cell is not None else "" for cell in row] for row in book.iter_rows(values_only=True)]
    by_file = []
    for rows in (lines, written[1:]):
        sums = [sum(Decimal(row[header.index(each)] or 0) for row in rows) for each in ("成本", *COLUMNS)]
        by_file.append([f"{each:.2f}" for each in sums])

    assert by_file == [["600.49", "200.00", "80.50", "300.00", "19.99"]] * 2
    assert [row[header.index("保修")] for row in lines] == [
        "保修期内",
        "保修期外",
        "保修不确定",
        "保修不确定",
        "内务",
        "保修不确定",
    ]


@pytest.mark.requirement("R078.a")
async def test_the_page_the_paper_and_the_drawing_of_a_month_show_the_same_four_sums(ask, month):
    page = (await ask("finance", "GET", f"/ui/settlements/{month.id}")).text
    paper = (await ask("finance", "GET", "/ui/papers/settlements/2026-11")).text
    drawing = drawn((await ask("finance", "GET", "/ui/figures?until=2026-11-30")).text)["2026-11 售后成本按保修"]

    listed = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))
    boxes = cells(paper)

    assert dict(drawing.lines) == SPLIT
    assert {name: listed[name] for name in SPLIT} == SPLIT
    assert {name: boxes[name] for name in SPLIT} == {name: [amount] for name, amount in SPLIT.items()}
