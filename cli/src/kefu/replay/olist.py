"""A log of shop orders in a CSV file, read row by row: what each row says, and which rows say nothing readable."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from kefu.trouble import Trouble
from shared.calendar import CHINA
from shared.contracts.values import on_paper

COLUMNS = (
    "order_id",
    "customer_id",
    "order_purchase_timestamp",
    "order_approved_at",
    "order_delivered_carrier_date",
    "order_delivered_customer_date",
    "order_estimated_delivery_date",
)
_FORM = "%m/%d/%Y %H:%M"
_LONGEST_NUMBER = 64


@dataclass(frozen=True, slots=True)
class Row:
    """One order of the log. A moment that the log leaves empty never came."""

    line: int
    order_no: str
    customer_no: str
    requested_at: datetime
    paid_at: datetime | None
    handed_over_at: datetime | None
    arrived_at: datetime | None
    promised: date

    @property
    def promise_ends(self) -> datetime:
        """The end of the promised day, 24:00."""
        return CHINA.moment(self.promised)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that cannot be read, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Log:
    """What a file says. The log ends with the last thing that happened in it."""

    rows: tuple[Row, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def end(self) -> datetime:
        """When the last thing happened."""
        return max(at for row in self.rows for at in _moments(row))


def read(path: Path) -> Log:
    """The log in this file. Trouble when it is no such log at all; single rows that make no sense do not stop it."""
    rows: dict[str, Row] = {}
    unreadable: list[Unreadable] = []
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            for line, cells in _lines(file, path):
                try:
                    row = _row(line, cells)
                    if row.order_no in rows:
                        raise ValueError(f"order {row.order_no} was on line {rows[row.order_no].line} already")
                    rows[row.order_no] = row
                except ValueError as error:
                    unreadable.append(Unreadable(line, str(error)))
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}") from None
    if not rows:
        raise Trouble(f"{path} has no row that can be read")
    return Log(tuple(rows.values()), tuple(unreadable))


def _lines(file: Iterator[str], path: Path) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    """Every row with its line, or what keeps it from being one."""
    reader = csv.reader(file)
    titles = next(reader, [])
    if missing := [name for name in COLUMNS if name not in titles]:
        raise Trouble(f"{path} is no log of orders: its first line does not name {', '.join(missing)}")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, str(error)
            continue
        if cells:
            fits = len(cells) == len(titles)
            wrong = f"{len(cells)} columns instead of {len(titles)}"
            yield reader.line_num, dict(zip(titles, cells, strict=True)) if fits else wrong


def _row(line: int, cells: Mapping[str, str] | str) -> Row:
    if isinstance(cells, str):
        raise ValueError(cells)
    order, customer, requested, paid, handed_over, arrived, promised = COLUMNS
    return Row(
        line=line,
        order_no=on_paper(_number(cells, order)),
        customer_no=_number(cells, customer),
        requested_at=_needed(cells, requested),
        paid_at=_moment(cells, paid),
        handed_over_at=_moment(cells, handed_over),
        arrived_at=_moment(cells, arrived),
        promised=CHINA.day(_needed(cells, promised)),
    )


def _number(cells: Mapping[str, str], column: str) -> str:
    text = cells[column].strip()
    if not (0 < len(text) <= _LONGEST_NUMBER and text.isprintable() and "\ufffd" not in text):
        raise ValueError(f"{column} must be a number of 1 to {_LONGEST_NUMBER} characters, not {text[:80]!r}")
    return text


def _needed(cells: Mapping[str, str], column: str) -> datetime:
    at = _moment(cells, column)
    if at is None:
        raise ValueError(f"{column} is empty")
    return at


def _moment(cells: Mapping[str, str], column: str) -> datetime | None:
    text = cells[column].strip()
    if not text:
        return None
    try:
        return datetime.strptime(text, _FORM).replace(tzinfo=CHINA.zone)
    except ValueError:
        raise ValueError(f"{column} must be a time as M/D/YYYY H:MM, not {text[:80]!r}") from None


def _moments(row: Row) -> Iterator[datetime]:
    for at in (row.requested_at, row.paid_at, row.handed_over_at, row.arrived_at):
        if at is not None:
            yield at
