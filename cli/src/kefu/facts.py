"""`kefu facts import`: a department that only has a spreadsheet reports its facts from it."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import httpx
import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kefu.api import refusal
from kefu.console import errors, say
from kefu.contracts import contract, fact
from kefu.surroundings import Surroundings, surroundings
from kefu.tables import rounded, rows
from kefu.times import company_zone, moment
from kefu.trouble import Trouble
from shared.wire import ingress

_AT_ONCE = 50
"""Facts in one request; intake takes a hundred."""

_PATIENCE = 60.0
"""Seconds that intake has to answer a batch."""

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")


class Map(BaseModel):
    """How the columns of a spreadsheet become the fields of a fact.

    `id` names the columns that tell one fact from another: the same cells there are the same fact, however often the
    file is imported. `time` names the column that says when it happened, in the company's zone; without it, now.
    `constants` are fields with the same value in every row, `values` what a cell's word means in a field.
    """

    model_config = ConfigDict(extra="forbid")

    id: tuple[str, ...] = Field(min_length=1)
    time: str | None = None
    fields: dict[str, str] = Field(min_length=1)
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, Any] = {}

    def columns(self) -> set[str]:
        """Every column that has to be there."""
        return {*self.id, *self.fields.values(), *((self.time,) if self.time else ())}


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the file as intake is told it."""

    line: int
    event: Mapping[str, Any]


app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def facts() -> None:
    """Report a department's facts from its own tables."""


@app.command("import")
def import_facts(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GB18030) or XLSX with a line of headers.")],
    key: Annotated[str, typer.Option("--as", help="For example production.production_delayed.v1.")],
    map: Annotated[Path, typer.Option("--map", help="TOML that says which column is which field.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be told, and tell nothing.")] = False,
) -> None:
    """Report each line of a table as a fact. Lines that are wrong are named, and hold up no other."""
    department = contract(key).publisher()
    if department not in ingress.departments():
        raise Trouble(f"{key} is no fact that a department reports")
    around, columns = surroundings(), _map(map)
    reading = Reading(key, department, columns, company_zone(around), around.time().now())
    right, wrong = reading.read(rows(file, sorted(columns.columns())))
    refused = [] if dry_run else list(_tell(around, department, right))
    for problem in sorted([*wrong, *refused]):
        errors.print(f"line {problem[0]}: {problem[1]}", style="red", markup=False)
    told = f"{len(right)} would be told" if dry_run else f"{len(right) - len(refused)} told"
    say(f"{told}, {len(wrong) + len(refused)} refused")
    if wrong or refused:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Reading:
    """Makes facts of lines."""

    key: str
    department: str
    map: Map
    zone: ZoneInfo
    now: datetime

    def read(self, lines: Iterator[tuple[int, Mapping[str, str]]]) -> tuple[list[Told], list[tuple[int, str]]]:
        """The lines that state a fact, and those that do not, with the reason. A fact that comes twice is told once."""
        right: dict[str, Told] = {}
        wrong: list[tuple[int, str]] = []
        for line, cells in lines:
            try:
                told = self._told(line, cells)
                earlier = right.setdefault(str(told.event["id"]), told)
                if earlier.event != told.event:
                    raise Trouble(f"line {earlier.line} has the same id and says something else")
            except Trouble as trouble:
                wrong.append((line, str(trouble)))
        return list(right.values()), wrong

    def _told(self, line: int, cells: Mapping[str, str]) -> Told:
        own = [cells[column] for column in self.map.id]
        if not all(own):
            raise Trouble(f"no id: {' and '.join(self.map.id)} must not be empty")
        said = {name: self._value(name, column, cells[column]) for name, column in self.map.fields.items()}
        given = self.map.constants | {name: value for name, value in said.items() if value}
        event = fact(self.key, json.dumps(given, ensure_ascii=False, default=str))
        return Told(
            line,
            {
                "specversion": "1.0",
                "id": "/".join((self.key, *own)),
                "type": self.key,
                "source": self.department,
                "time": self._time(cells).astimezone(UTC).isoformat(),
                "data": event.model_dump(mode="json", exclude_none=True),
            },
        )

    def _value(self, name: str, column: str, cell: str) -> str:
        if rounded(cell):
            raise Trouble(f"{column}: {cell} is a number that the spreadsheet has rounded; make the column text")
        words = self.map.values.get(name)
        if words is not None and cell and cell not in words:
            raise Trouble(f"{column}: {cell} is none of {', '.join(words)}")
        return words[cell] if words and cell else self._moment_or_day(name, cell)

    def _moment_or_day(self, name: str, cell: str) -> str:
        """Days and times in the form of the contracts, where the fact has one; any other text as it is."""
        schema = json.dumps(contract(self.key).model_json_schema()["properties"].get(name, {}))
        if cell and '"date-time"' in schema:
            return moment(_dated(cell), self.zone).isoformat()
        return _dated(cell) if '"date"' in schema else cell

    def _time(self, cells: Mapping[str, str]) -> datetime:
        cell = cells[self.map.time] if self.map.time else ""
        return moment(_dated(cell), self.zone) if cell else self.now


def _dated(cell: str) -> str:
    """A day as it is written in tables (2026/11/3, 2026年11月3日), in the form of the contracts; other texts as is."""
    match = _DAY.fullmatch(cell)
    if match is None:
        return cell
    day = f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
    return f"{day}T{match[4].zfill(5)}" if match[4] else day


def _map(file: Path) -> Map:
    try:
        return Map.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise Trouble(f"{file} is no map of columns: {error}") from None


def _tell(around: Surroundings, department: str, right: Sequence[Told]) -> Iterator[tuple[int, str]]:
    """Tell intake, in batches; the lines that it refuses, and why."""
    url, key = around.service_url("intake"), around.need(f"{department.upper()}_API_KEY")
    headers = {"X-API-Key": key, "Content-Type": "application/cloudevents-batch+json"}
    with httpx.Client(headers=headers, timeout=_PATIENCE, trust_env=False) as http:
        for begin in range(0, len(right), _AT_ONCE):
            batch = right[begin : begin + _AT_ONCE]
            try:
                answer = http.post(f"{url}/facts", content=json.dumps([each.event for each in batch]).encode())
            except httpx.HTTPError as error:
                raise Trouble(
                    f"intake does not answer at {url}: {error or type(error).__name__}; "
                    f"{begin} facts were told, and the same import again tells none twice"
                ) from None
            if answer.is_error:
                raise Trouble(f"intake refuses the batch: {refusal(answer)}")
            outcomes = answer.json()["items"]
            yield from (
                (told.line, str(outcome["reason"]))
                for told, outcome in zip(batch, outcomes, strict=True)
                if outcome["stage"] != "admitted"
            )
