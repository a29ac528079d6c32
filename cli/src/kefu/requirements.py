"""`kefu requirements`: which rows of the source documents are proved, and by which tests."""

import ast
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from kefu.console import say
from kefu.trouble import Trouble

app = typer.Typer(add_completion=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement: its number, where it is written, what it asks, and why not if it is out of scope."""

    id: str
    source: str
    asks: str
    out_of_scope: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A row that a test claims to prove."""

    row: str
    test: str
    line: int


@app.command()
def requirements(
    rows: Annotated[Path, typer.Option(help="The list of rows.")] = Path("docs/requirements.csv"),
    tests: Annotated[Path, typer.Option(help="Where the tests are.")] = Path("tests"),
    missing: Annotated[bool, typer.Option("--missing", help="Only what is missing, with what it asks.")] = False,
) -> None:
    """Tell for every requirement which tests prove it."""
    known = {row.id: row for row in read_rows(rows)}
    marks = list(collect(tests))
    if strangers := [mark for mark in marks if mark.row not in known]:
        told = "\n".join(f"  {mark.test} (line {mark.line}): {mark.row}" for mark in strangers)
        raise Trouble(f"these tests name requirements that {rows} does not list:\n{told}")
    proofs: dict[str, list[str]] = {}
    for mark in marks:
        proofs.setdefault(mark.row, []).append(mark.test)
    for row in known.values():
        if missing and row.id not in proofs and not row.out_of_scope:
            say(f"{row.id} missing ({row.source}): {row.asks}")
        elif not missing:
            say(status(row, proofs))
    say(f"requirements: {len(proofs)} of {len(known)} covered")


def status(row: Row, proofs: Mapping[str, list[str]]) -> str:
    """One line of the report."""
    if row.id in proofs:
        return f"{row.id} covered {' '.join(dict.fromkeys(proofs[row.id]))}"
    return f"{row.id} out of scope: {row.out_of_scope}" if row.out_of_scope else f"{row.id} missing"


def read_rows(file: Path) -> list[Row]:
    """The rows of a CSV file with the columns id, source, asks, out_of_scope. Trouble when it is not one."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [Row(**record) for record in csv.DictReader(lines, strict=True)]
    except (OSError, TypeError, csv.Error) as error:
        raise Trouble(f"{file} is no list of requirements: {error}") from None
    if not rows:
        raise Trouble(f"{file} is no list of requirements: it is empty")
    return rows


def collect(folder: Path) -> Iterator[Mark]:
    """Every row named by `@pytest.mark.requirement` on a test, its class or its module; nothing is imported."""
    for file in sorted(folder.rglob("test_*.py")):
        yield from _in_module(ast.parse(file.read_text(encoding="utf-8"), str(file)), file.as_posix())


def _in_module(module: ast.Module, name: str) -> Iterator[Mark]:
    for node in module.body:
        if isinstance(node, ast.Assign) and any(_named(target, "pytestmark") for target in node.targets):
            yield from _marks(node.value, name)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _on(node, name)


def _on(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, parent: str) -> Iterator[Mark]:
    name = f"{parent}::{node.name}"
    for decorator in node.decorator_list:
        yield from _marks(decorator, name)
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _on(inner, name)


def _marks(expression: ast.expr, test: str) -> Iterator[Mark]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "requirement":
            for argument in node.args:
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    raise Trouble(f'{test} (line {node.lineno}): write the rows out, as in requirement("R058")')
                yield Mark(argument.value, test, node.lineno)


def _named(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name
