"""The values that a text may carry: how each kind is written, and how long it may be."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.contracts.event import Part

Kind = Literal["text", "number", "date", "moment", "time", "money", "phone", "label", "rows"]


class Unfit(Exception):
    """A value that must not go into a message; the text says which and why, without the value."""


class Variable(Part, extra="forbid"):
    """A declared placeholder. Nothing that is not declared leaves the company (003 二5, 三5).

    `longest` counts characters after formatting. `shorten` cuts a longer value instead of refusing it. `labels` turns
    an agreed word of an event into the customer's language.
    """

    kind: Kind = "text"
    longest: int = Field(default=20, ge=1)
    shorten: bool = False
    labels: dict[str, str] = Field(default={})
    sample: str

    def write(self, name: str, raw: object, zone: ZoneInfo) -> str:
        """The value as people read it. Raises Unfit when it is missing or too long."""
        if raw is None or raw == "":
            raise Unfit(f"{name} is missing")
        text = _WRITERS[self.kind](self, raw, zone)
        if len(text) <= self.longest:
            return text
        if not self.shorten:
            raise Unfit(f"{name} has {len(text)} characters, {self.longest} are allowed")
        return text[: self.longest - 1] + "…"


def _text(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    return " ".join(str(raw).split())


def _label(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    return variable.labels.get(str(raw)) or variable.labels.get("other") or str(raw)


def _date(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    day = raw if isinstance(raw, date) else date.fromisoformat(str(raw)[:10])
    return f"{day.month}月{day.day}日"


def _moment(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    at = _at(raw, zone)
    return f"{at.month}月{at.day}日{at.hour:02}:{at.minute:02}"


def _time(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    at = _at(raw, zone)
    return f"{at.hour:02}:{at.minute:02}"


def _at(raw: object, zone: ZoneInfo) -> datetime:
    at = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    return at.astimezone(zone)


def _money(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    if isinstance(raw, Mapping):
        sign = {"CNY": "¥"}.get(str(raw["currency"]), f"{raw['currency']} ")
        return f"{sign}{raw['amount']}"
    return str(raw)


def _rows(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    rows = raw if isinstance(raw, list | tuple) else [raw]
    return "\n".join(f"· {_text(variable, row, zone)}" for row in rows)


_WRITERS = {
    "text": _text,
    "number": _text,
    "phone": _text,
    "label": _label,
    "date": _date,
    "moment": _moment,
    "time": _time,
    "money": _money,
    "rows": _rows,
}
