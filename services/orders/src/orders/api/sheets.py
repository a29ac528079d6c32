"""How figures are written: JSON, CSV or XLSX, none of which can smuggle in a formula."""

import csv
import io
from decimal import Decimal
from typing import Literal

from fastapi.responses import JSONResponse, Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from orders.domain.report import Cell, Table

Format = Literal["json", "csv", "xlsx"]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def sheet(table: Table, form: Format, name: str) -> Response:
    """The table in the asked form, as a file of that name."""
    if form == "json":
        return JSONResponse(table.model_dump(mode="json"))
    content, kind = (as_csv(table), "text/csv; charset=utf-8") if form == "csv" else (as_xlsx(table), _XLSX)
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'})


def as_csv(table: Table) -> bytes:
    """CSV with a byte order mark, for Excel; what could be a formula begins with an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.columns)
    for row in table.rows:
        cells = ((column, row.get(column)) for column in table.columns)
        writer.writerow([value if column in table.money else _harmless(value) for column, value in cells])
    return text.getvalue().encode("utf-8-sig")


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


def _harmless(value: Cell) -> Cell:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _cell(page: object, value: Cell, money: bool) -> object:
    if money and value is not None:
        amount = WriteOnlyCell(page, value=Decimal(str(value)))
        amount.number_format = "#,##0.00"
        return amount
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell
