"""Sheets as files: no cell that a person wrote is taken for a formula."""

from decimal import Decimal

import pytest

from shared.sheets import csv_bytes, harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "＝1+1", "　＠SUM", "\u00a0-1"]
)
def test_a_text_that_looks_like_a_formula_begins_with_an_apostrophe(text):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("cell", ["恒达", "a=1", "", None, -5, Decimal("-1.00")])
def test_other_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_a_file_begins_with_a_byte_order_mark_and_has_a_line_for_each_row():
    assert csv_bytes(("名称", "金额"), [("恒达", Decimal("1.50"))]) == "\ufeff名称,金额\r\n恒达,1.50\r\n".encode()
