"""`kefu duties`: how the duties of all services were kept, in one table."""

from pathlib import Path
from typing import Annotated

import typer

from kefu.api import Api
from kefu.console import say, show_table
from kefu.surroundings import SERVICES, surroundings
from kefu.trouble import Trouble
from shared.contracts.roles import Role
from shared.duties.kept import KeptRow, sheet

app = typer.Typer(help="Look how duties are kept.", no_args_is_help=True, add_completion=False)


@app.callback()
def _duties() -> None:
    """Look how duties are kept."""


@app.command()
def kept(
    month: Annotated[str, typer.Argument(help="The month in which the duties fell due, 2026-11.")],
    to: Annotated[Path | None, typer.Option(help="A .csv or .xlsx file to write instead.")] = None,
) -> None:
    """The duties of a month in all services by person, role and kind: done in time, late, not done, and how late."""
    if to and to.suffix not in (".csv", ".xlsx"):
        raise Trouble(f"a table is written to a .csv or .xlsx file, not to {to.name}")
    api = Api(surroundings(), Role.GM_OFFICE)
    found = [each for name in SERVICES for each in api.get(name, "/duties/kept", month=month)["items"]]
    rows = [KeptRow.model_validate(each) for each in found]
    table = sheet(sorted(rows, key=lambda row: (row.assignee or "", row.role, row.kind)))
    if to:
        to.write_bytes(table.csv() if to.suffix == ".csv" else table.xlsx())
        say(f"{len(rows)} rows in {to}")
    else:
        show_table(table.columns, table.rows)
