"""Figures in the form that was asked for."""

from fastapi.responses import Response

from orders.domain.figures.naming import named
from shared import sheets
from shared.sheets import TableFormat
from shared.tables import Table


def written(table: Table, form: TableFormat, name: str) -> Response:
    """The table in that form: for programs as it is, as a file for people with the names of what stands in it."""
    return sheets.written(table if form == "json" else named(table), form, name)
