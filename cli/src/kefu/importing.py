"""`kefu customers import`: a table is looked at, then taken; bad rows hold up no good one."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from kefu.api import Api
from kefu.console import errors, say
from kefu.surroundings import surroundings
from kefu.tables import Outcomes, Row, rows
from shared.contracts.roles import Role

AT_ONCE = 500
"""Rows in one request; intake takes as many."""
SHOWN = 20
"""Refused rows that are named on the screen; the workbook has all of them."""
OUTCOMES = {"new": "新增", "same": "相同", "changed": "变更", "refused": "拒绝"}

File = Annotated[Path, typer.Argument(help="CSV (UTF-8 or GB18030) or XLSX with a row of Chinese headers.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what each row would become, and take nothing.")]
Refused = Annotated[Path | None, typer.Option(help="Where refused rows are written; without it beside the file.")]
Report = Annotated[Path | None, typer.Option(help="An .xlsx file with the outcome of every row.")]

customers = typer.Typer(help="Take over customers.", no_args_is_help=True, add_completion=False)


@customers.callback()
def _customers() -> None:
    """Take over customers."""


@customers.command("import")
def import_customers(file: File, dry_run: DryRun = False, refused: Refused = None, report: Report = None) -> None:
    """Customers' files from a table, each known by its number (客户编号) or else by its telephone.

    Rows that are wrong come back as a workbook with the reason; importing the same file again changes nothing.
    """
    _import("/customers/import", _batches(rows(file, ("客户名称",))), dry_run, refused or _beside(file), report)


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.stem}.refused.xlsx")


def _batches(read: Iterator[Row]) -> Iterator[list[Row]]:
    """As many rows as one request takes."""
    while batch := list(islice(read, AT_ONCE)):
        yield batch


def _import(path: str, batches: Iterator[list[Row]], dry_run: bool, refused: Path, report: Path | None) -> None:
    counted: Counter[str] = Counter()
    api = Api(surroundings(), Role.CS_SUPERVISOR)
    with Outcomes(refused) as bad, Outcomes(report or refused) as every, _progress() as progress:
        task = progress.add_task("rows", total=None)
        for batch in batches:
            body = {"rows": [dict(cells) for _, cells in batch], "dry_run": dry_run}
            for (line, cells), became in zip(batch, api.post_patiently("intake", path, body)["items"], strict=True):
                outcome, reason = became["outcome"], became["reason"] or ""
                counted[outcome] += 1
                if outcome == "refused":
                    bad.add(line, OUTCOMES[outcome], reason, cells)
                    if bad.count <= SHOWN:
                        errors.print(f"line {line}: {reason}", style="red", markup=False)
                if report:
                    every.add(line, OUTCOMES[outcome], reason, cells)
            progress.advance(task, len(batch))
    verb = "would be " if dry_run else ""
    say(", ".join(f"{counted[outcome]} {verb}{outcome}" for outcome in OUTCOMES))
    if bad.count:
        say(f"the refused rows, each with the reason, are in {bad.file}")
        raise typer.Exit(1)


def _progress() -> Progress:
    return Progress(TextColumn("{task.completed:,} {task.description}"), TimeElapsedColumn(), console=errors)
