"""How figures are written: JSON, CSV or XLSX, none of which can smuggle in a formula."""

import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from fastapi.responses import JSONResponse, Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from orders.domain.report import Cell, Row, Table
from shared.sheets import csv_bytes, harmless

Format = Literal["json", "csv", "xlsx"]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet(table: Table, form: Format, name: str) -> Response:
    """The table in the asked form, as a file of that name."""
    if form == "json":
        return JSONResponse(table.model_dump(mode="json"))
    content, kind = (as_csv(table), "text/csv; charset=utf-8") if form == "csv" else (as_xlsx(table), _XLSX)
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'})


def as_csv(table: Table) -> bytes:
    """CSV with a byte order mark, for Excel; what could be a formula begins with an apostrophe."""
    rows = (
        [cell if column in table.money else harmless(cell) for column, cell in _cells(table, row)] for row in table.rows
    )
    return csv_bytes(table.columns, rows)


def as_xlsx(table: Table) -> bytes:
    """A workbook with one sheet: amounts are numbers, and every text is a text, whatever it begins with."""
    book = Workbook(write_only=True)
    page = book.create_sheet("figures")
    page.append(list(table.columns))
    for row in table.rows:
        page.append([_cell(page, row.get(column), column in table.money) for column in table.columns])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cells(table: Table, row: Row) -> Iterable[tuple[str, Cell]]:
    return ((column, row.get(column)) for column in table.columns)


def _cell(page: object, value: Cell, money: bool) -> object:
    if money and value is not None:
        amount = WriteOnlyCell(page, value=Decimal(str(value)))
        amount.number_format = "#,##0.00"
        return amount
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell
