"""What a report is: rows under columns, over a period."""

from typing import Literal

from pydantic import Field

from shared.aggregate import Aggregate
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line, Period

Cell = str | int | float | None
ReportKind = Literal["complaint_stats"]


class Table(Part):
    """Rows under columns, and the figures of the whole. `money` are the columns of amounts, written as texts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    figures: dict[str, Cell] = Field(default_factory=dict)
    money: tuple[str, ...] = ()


class Report(Aggregate):
    """A report as it was published; figures that change later are in the next one."""

    kind: ReportKind = "complaint_stats"
    title: Line
    period: Period
    made_at: Instant
    table: Table
