"""Figures as people look at them: a bar beside each number, in a table that a screen reader and a spreadsheet read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fastapi.responses import HTMLResponse

from shared.http import must_be_period
from shared.pages.rendering import Renderer


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a figure: its name, its number as people read it, the width of its bar in percent, and the rest."""

    name: str
    shown: str
    width: int
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One drawing with its table: `of` heads the names, `unit` the numbers, `heads` what stands beside them.

    `sheet` is the address at which the same comes as a workbook, where there is anything in it.
    """

    title: str
    of: str
    unit: str
    bars: Sequence[Bar]
    sheet: str | None
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Days:
    """A period by its first and its last day."""

    first: date
    last: date

    @classmethod
    def asked(cls, first: date | None, last: date | None, today: date) -> "Days":
        """What was asked for, else this year up to today. Refused with `empty_period` if it ends before it begins."""
        days = cls(first or (last or today).replace(month=1, day=1), last or today)
        must_be_period(days.first, days.end)
        return days

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.last + timedelta(days=1)

    @property
    def query(self) -> Mapping[str, str]:
        """How an export is asked for this period."""
        return {"begin": self.first.isoformat(), "end": self.end.isoformat(), "format": "xlsx"}


def bars(rows: Iterable[tuple[str, int | Decimal, str, tuple[str, ...]]]) -> list[Bar]:
    """Lines of name, number, number as it is read, and the rest: the longest bar is that of the largest number."""
    known = list(rows)
    largest = max((Decimal(amount) for _, amount, _, _ in known), default=Decimal()) or Decimal(1)
    return [Bar(name, shown, round(100 * Decimal(amount) / largest), others) for name, amount, shown, others in known]


def percent(part: int, whole: int) -> str:
    """A share in whole percent; nothing where there is no whole."""
    return f"{round(100 * part / whole)}%" if whole else ""


def draw(render: Renderer, figures: Sequence[Figure]) -> HTMLResponse:
    """The figures below each other."""
    return render("figures.html", figures=figures)
