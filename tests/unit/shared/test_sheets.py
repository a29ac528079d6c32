"""Sheets as files: no cell that a person wrote is taken for a formula."""

import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from shared.sheets import Sheet, harmless, sheet_of
from shared.tables import Table


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1+1",
        "＝1+1",
        "　＠SUM",
        "\u00a0-1",
        "\u200b=1",
        "\ufeff+1",
        "\x00=1",
        "\u202e@SUM",
        "−1",
    ],
)
def test_a_text_that_looks_like_a_formula_begins_with_an_apostrophe(text):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize(
    ("text", "written"),
    [("x;=1+1", "x;'=1+1"), ("x; -1;@y", "x; '-1;'@y"), ("x\t＝1", "x\t'＝1"), ("=1;=1", "'=1;'=1")],
)
def test_so_does_what_follows_a_sign_that_ends_a_cell_elsewhere(text, written):
    assert harmless(text) == written


@pytest.mark.parametrize("cell", ["恒达", "a=1", "a;b", "甲；-1", "", None, -5, Decimal("-1.00")])
def test_other_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_a_file_begins_with_a_byte_order_mark_and_has_a_line_for_each_row():
    assert Sheet(("名称", "金额"), [("恒达", Decimal("1.50"))]).csv() == "\ufeff名称,金额\r\n恒达,1.50\r\n".encode()


def test_the_same_rows_make_the_same_workbook():
    rows = [("恒达", Decimal("1.50")), ("=1+1", None)]
    assert Sheet(("名称", "金额"), rows).xlsx() == Sheet(("名称", "金额"), rows).xlsx()


@pytest.mark.parametrize("text", ["=1+1", "+1", "@SUM(A1)", "https://example.com", "a\x00b", "\x1b[31m", "1.50", "𠮷"])
def test_a_text_in_a_workbook_is_a_text_whatever_it_holds(text):
    page = load_workbook(io.BytesIO(Sheet(("名称",), [(text,)]).xlsx())).active
    assert (page["A2"].data_type, page["A2"].hyperlink) == ("s", None)


def test_amounts_and_numbers_in_a_workbook_can_be_added_up():
    sheet = Sheet(("名称", "金额", "件数"), [("恒达", "1200.50", 3), ("恒达", None, 0)], frozenset({"金额"}))
    page = load_workbook(io.BytesIO(sheet.xlsx())).active
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["名称", "金额", "件数"],
        ["恒达", 1200.5, 3],
        ["恒达", None, 0],
    ]


def test_a_table_of_the_release_before_has_its_cells_by_the_order_of_the_columns() -> None:
    kept = {"columns": ["名称", "金额"], "rows": [["恒达", "1200.50"], ["华南", None]], "money": ["金额"]}

    table = Table.model_validate(kept)

    assert table.rows == ({"名称": "恒达", "金额": "1200.50"}, {"名称": "华南", "金额": None})
    assert Table.model_validate(table.model_dump(mode="json")) == table
    assert sheet_of(table) == Sheet(("名称", "金额"), [["恒达", "1200.50"], ["华南", None]], frozenset({"金额"}))
