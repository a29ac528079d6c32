"""`kefu customers import`: a table is looked at, then taken; bad rows hold up no good one."""

import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from kefu.api import Api
from kefu.console import errors, say
from kefu.surroundings import surroundings
from kefu.tables import Outcomes, Row, rows
from shared.contracts.roles import Role

AT_ONCE = 500
"""Rows in one request; intake takes as many."""
UNDER_WAY = 3
"""Requests that are under way at most: while intake works on one the next is sent."""
NUMBERS = frozenset({"客户编号", "编号", "手机", "手机号", "手机号码", "联系电话", "电话"})
"""The columns by which intake tells one customer from another."""
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
    """Customers' files from a table, each known by its number (客户编号) or else by its telephone, however spelt.

    Columns that are read: 客户编号, 客户名称, 客户类型, 行业, 联系人, 称呼, 手机, 邮箱,
    地址, 区域, 会员, 特殊要求, 客户经理. Others are left out.

    Look first, with --dry-run --report FILE.xlsx. Rows that are wrong come back as a workbook with the reason: correct
    them there and import that workbook. Importing the same file again changes nothing.
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

    def ask(batch: Sequence[Row]) -> Any:
        body = {"rows": [dict(cells) for _, cells in batch], "dry_run": dry_run}
        return api.post_patiently("intake", path, body)["items"]

    with Outcomes(refused) as bad, Outcomes(report or refused) as every, _progress() as progress:
        task = progress.add_task("rows", total=None)
        for batch, items in _answered(ask, batches):
            for (line, cells), became in zip(batch, items, strict=True):
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


def _answered(ask: Callable[[list[Row]], Any], batches: Iterable[list[Row]]) -> Iterator[tuple[list[Row], Any]]:
    """Each batch with its answer, in their order; several are under way.

    A batch with a customer who is in one that is under way waits for that one: a later row goes before an earlier one.
    """
    under_way: deque[tuple[list[Row], frozenset[str], Future[Any]]] = deque()
    with ThreadPoolExecutor(UNDER_WAY) as pool:
        for batch in batches:
            named = _numbers(batch)
            while len(under_way) == UNDER_WAY or any(named & others for _, others, _ in under_way):
                first, _, answer = under_way.popleft()
                yield first, answer.result()
            under_way.append((batch, named, pool.submit(ask, batch)))
        for first, _, answer in under_way:
            yield first, answer.result()


def _numbers(batch: Iterable[Row]) -> frozenset[str]:
    """The numbers of the customers in a batch, however they are spelt."""
    cells = (cell for _, row in batch for header, cell in row.items() if header in NUMBERS and cell)
    return frozenset("".join(filter(str.isalnum, unicodedata.normalize("NFKC", cell).casefold())) for cell in cells)


def _progress() -> Progress:
    return Progress(TextColumn("{task.completed:,} {task.description}"), TimeElapsedColumn(), console=errors)
