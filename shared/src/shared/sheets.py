"""Tables as files that a spreadsheet opens: the same rows give the same bytes, and no cell is a formula."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from fastapi import Response
from fastapi.responses import JSONResponse
from xlsxwriter import Workbook

from shared.tables import Table

SheetCell = str | int | float | Decimal | None
SheetFormat = Literal["csv", "xlsx"]
TableFormat = Literal["json"] | SheetFormat

_MEDIA_TYPES: dict[SheetFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SIGNS = {"=", "+", "-", "@", "\N{MINUS SIGN}"}
_AFTER_SEPARATOR = re.compile(r"(?<=\S)[;\t]\s*(?=[=+\-@\u2212\uff1d\uff0b\uff0d\uff20])")
"""Where a formula would begin for a spreadsheet that takes another sign than the comma to separate cells."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows under columns. `money` are the columns of amounts, which may come as texts so that no cent is lost."""

    columns: Sequence[str]
    rows: Sequence[Sequence[SheetCell]]
    money: frozenset[str] = frozenset()

    def csv(self) -> bytes:
        """With a byte order mark, for Excel; a text that could be taken for a formula begins with an apostrophe."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([harmless(column) for column in self.columns])
        for row in self.rows:
            cells = zip(self.columns, row, strict=True)
            writer.writerow([cell if column in self.money else harmless(cell) for column, cell in cells])
        return text.getvalue().encode("utf-8-sig")

    def xlsx(self) -> bytes:
        """A workbook of one page: amounts and numbers are numbers, and a text is a text, whatever it begins with."""
        content = io.BytesIO()
        with Workbook(content, {"in_memory": True}) as book:
            book.set_properties({"created": _EPOCH})
            amount, page = book.add_format({"num_format": "#,##0.00"}), book.add_worksheet()
            page.write_row(0, 0, self.columns, book.add_format({"bold": True, "bottom": 1}))
            page.freeze_panes(1, 0)
            for line, row in enumerate(self.rows, start=1):
                for place, (column, cell) in enumerate(zip(self.columns, row, strict=True)):
                    if column in self.money and cell is not None:
                        page.write_number(line, place, Decimal(str(cell)), amount)
                    elif isinstance(cell, str):
                        page.write_string(line, place, cell)
                    else:
                        page.write(line, place, cell)
            page.autofit()
        return content.getvalue()

    def file(self, form: SheetFormat, name: str) -> Response:
        """The answer that downloads it as `name.form`."""
        disposition = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
        content = self.csv() if form == "csv" else self.xlsx()
        return Response(content, media_type=_MEDIA_TYPES[form], headers=disposition)


def sheet_of(table: Table) -> Sheet:
    """The table as a sheet: an empty cell where a row has no figure."""
    rows = [[row.get(column) for column in table.columns] for row in table.rows]
    return Sheet(table.columns, rows, frozenset(table.money))


def written(table: Table, form: TableFormat, name: str) -> Response:
    """The table in the asked form; as a file it has that name."""
    if form == "json":
        return JSONResponse(table.model_dump(mode="json"))
    return sheet_of(table).file(form, name)


def harmless(cell: SheetCell) -> SheetCell:
    """The cell; what a spreadsheet could take for a formula has an apostrophe before it.

    Blanks and invisible characters before the sign and full-width signs count: some spreadsheets skip or fold them; so
    does a sign behind a semicolon or tab, which some take for the end of the cell.
    """
    if not isinstance(cell, str):
        return cell
    cell = _AFTER_SEPARATOR.sub(r"\g<0>'", cell)
    seen = (each for each in unicodedata.normalize("NFKC", cell) if unicodedata.category(each)[0] not in "CZ")
    return f"'{cell}" if next(seen, "") in _SIGNS or cell.startswith(("\t", "\r", "\n")) else cell
