"""How figures are written: JSON, or a file that a spreadsheet opens."""

from typing import Literal

from fastapi.responses import JSONResponse, Response

from orders.domain.report import Table
from shared.sheets import Sheet, SheetFormat

Format = Literal["json"] | SheetFormat


def written(table: Table, form: Format, name: str) -> Response:
    """The table in the asked form; as a file it has that name."""
    if form == "json":
        return JSONResponse(table.model_dump(mode="json"))
    return sheet(table).file(form, name)


def sheet(table: Table) -> Sheet:
    """The table as a sheet: an empty cell where a row has no figure."""
    rows = [[row.get(column) for column in table.columns] for row in table.rows]
    return Sheet(table.columns, rows, frozenset(table.money))
