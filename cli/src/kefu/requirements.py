"""`kefu requirements`: which rows of the source documents are proved, by their parts, and by which tests."""

import ast
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from kefu.console import say
from kefu.trouble import Trouble

app = typer.Typer(add_completion=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a row asks for: the row's number, a letter, where it is written, and why not if out of scope."""

    id: str
    part: str
    source: str
    asks: str
    out_of_scope: str = ""

    @property
    def name(self) -> str:
        """What a mark calls it: `R058.a`."""
        return f"{self.id}.{self.part}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A part that a test claims to prove."""

    part: str
    test: str
    line: int


Row = Sequence[Part]
"""The parts of one row, in their order."""
Proofs = Mapping[str, Sequence[str]]
"""The tests that prove a part, by its name."""


@app.command()
def requirements(
    rows: Annotated[Path, typer.Option(help="The list of rows and their parts.")] = Path("docs/requirements.csv"),
    tests: Annotated[Path, typer.Option(help="Where the tests are.")] = Path("tests"),
    missing: Annotated[bool, typer.Option("--missing", help="Only what is missing.")] = False,
) -> None:
    """Tell for every requirement whether it is covered, partly or missing, and which tests prove it."""
    known = read_rows(rows)
    proofs = _proofs(tests, rows, {part.name for row in known for part in row})
    for row in known:
        if not missing or (_open(row, proofs) and not row[0].out_of_scope):
            say(status(row, proofs))
    say(total(known, proofs))


def status(row: Row, proofs: Proofs) -> str:
    """The row in one line, and a line below for each part that is not proved."""
    first, missing = row[0], _open(row, proofs)
    by = " ".join(dict.fromkeys(test for part in row for test in proofs.get(part.name, ())))
    if not missing:
        return f"{first.id} covered {by}"
    if first.out_of_scope:
        return f"{first.id} out of scope: {first.out_of_scope}"
    state = f"partly, {len(row) - len(missing)} of {len(row)} {by}" if by else "missing"
    return "\n".join([f"{first.id} {state}", *(f"    {part.name} ({part.source}): {part.asks}" for part in missing)])


def total(rows: Sequence[Row], proofs: Proofs) -> str:
    """How many rows are covered, which is a row with all its parts, and how many parts are."""
    left = [len(_open(row, proofs)) for row in rows]
    covered = sum(count == 0 for count in left)
    partly = sum(0 < count < len(row) for count, row in zip(left, rows, strict=True))
    parts = sum(len(row) for row in rows)
    proved = parts - sum(left)
    return f"requirements: {covered} of {len(rows)} covered, {partly} partly; {proved} of {parts} parts are proved"


def _open(row: Row, proofs: Proofs) -> list[Part]:
    return [part for part in row if part.name not in proofs]


def _proofs(tests: Path, rows: Path, known: set[str]) -> Proofs:
    marks = list(collect(tests))
    if strangers := [mark for mark in marks if mark.part not in known]:
        told = "\n".join(f"  {mark.test} (line {mark.line}): {mark.part}" for mark in strangers)
        raise Trouble(f"these marks name no part of a requirement, such as R058.a, that {rows} lists:\n{told}")
    proofs: dict[str, list[str]] = {}
    for mark in marks:
        proofs.setdefault(mark.part, []).append(mark.test)
    return proofs


def read_rows(file: Path) -> list[Row]:
    """The rows of a CSV file with the columns id, part, source, asks, out_of_scope. Trouble when it is not one."""
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            parts = [Part(**record) for record in csv.DictReader(lines, strict=True)]
    except (OSError, TypeError, csv.Error) as error:
        raise Trouble(f"{file} is no list of requirements: {error}") from None
    if not parts:
        raise Trouble(f"{file} is no list of requirements: it is empty")
    return [tuple(row) for _, row in groupby(parts, key=lambda part: part.id)]


def collect(folder: Path) -> Iterator[Mark]:
    """Every part named by `@pytest.mark.requirement` on a test, its class, its module or its parameters.

    Nothing is imported. A name that its module assigns, `R = pytest.mark.requirement` or `CASES = [pytest.param(…)]`,
    stands for what is assigned.
    """
    for file in sorted(folder.rglob("test_*.py")):
        yield from _Module(ast.parse(file.read_text(encoding="utf-8"), str(file)), file.as_posix()).marks()


class _Module:
    """A test module, read without importing it."""

    def __init__(self, module: ast.Module, name: str) -> None:
        self._module = module
        self._name = name
        self._assigned = {
            target.id: node.value
            for node in module.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def marks(self) -> Iterator[Mark]:
        for name, value in self._assigned.items():
            if name == "pytestmark":
                yield from self._named_by(value, self._name)
            elif name.startswith("Test"):
                yield from self._named_by(value, f"{self._name}::{name}")
        yield from self._inside(self._module.body, self._name)

    def _inside(self, body: Sequence[ast.stmt], parent: str) -> Iterator[Mark]:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{parent}::{node.name}"
                for decorator in node.decorator_list:
                    yield from self._named_by(decorator, name)
                if isinstance(node, ast.ClassDef):
                    yield from self._inside(node.body, name)

    def _named_by(self, expression: ast.expr, test: str) -> Iterator[Mark]:
        for node in self._spelt_out(expression, frozenset()):
            if isinstance(node, ast.Call) and self._is_mark(node.func):
                for argument in node.args:
                    yield Mark(self._part(argument, test), test, node.lineno)

    def _spelt_out(self, node: ast.AST, seen: frozenset[str]) -> Iterator[ast.AST]:
        """The node and all below, and what the names among them are assigned."""
        yield node
        if isinstance(node, ast.Name) and node.id in self._assigned.keys() - seen:
            yield from self._spelt_out(self._assigned[node.id], seen | {node.id})
        for child in ast.iter_child_nodes(node):
            yield from self._spelt_out(child, seen)

    def _is_mark(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name) and function.id in self._assigned:
            function = self._assigned[function.id]
        return isinstance(function, ast.Attribute) and function.attr == "requirement"

    def _part(self, argument: ast.expr, test: str) -> str:
        if isinstance(argument, ast.Name) and argument.id in self._assigned:
            argument = self._assigned[argument.id]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return argument.value
        raise Trouble(f'{test} (line {argument.lineno}): write the part out, as in requirement("R058.a")')
