"""The values that a text may carry: how each kind is written, and how long it may be."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.contracts.event import Part

Kind = Literal["text", "number", "date", "month", "moment", "time", "money", "phone", "label", "rows", "orders"]


class Unfit(Exception):
    """A value that must not go into a message; the text says which and why, without the value."""


class Variable(Part):
    """A declared placeholder. Nothing that is not declared leaves the company (003 二5, 三5).

    `longest` counts characters after formatting. A longer one is cut where the cut is seen: a `shorten` one at its end,
    any other in its middle, so that both ends of a number stay. Dates, moments, amounts and counts are never cut: half
    of one says something else; of `orders` those that have no room are counted. Nor is an `uncut` one: a message that
    it is too long for is not sent. `labels` turns an agreed word of an event into the customer's language. A `spoken`
    one is what our staff say in their own words, without the full stop at its end, and must not say what must not be
    said to a customer (002 七). A `near` moment is told as today or tomorrow when it is that on the day on which the
    message goes out (001 售中二b).
    """

    kind: Kind = "text"
    longest: int = Field(default=20, ge=1)
    shorten: bool = False
    uncut: bool = False
    spoken: bool = False
    near: bool = False
    labels: dict[str, str] = Field(default={})
    sample: str

    def write(self, name: str, raw: object, zone: ZoneInfo) -> str:
        """The value as people read it, without what cannot be seen. Raises Unfit when it is missing or no such kind."""
        if raw is None or raw == "":
            raise Unfit(f"{name} is missing")
        try:
            text = visible(_WRITERS[self.kind](self, raw, zone))
        except (ValueError, OverflowError) as error:
            raise Unfit(f"{name} is no {self.kind}") from error
        text = (text.rstrip(_STOPS) if self.spoken else text) or "—"
        if len(text) <= self.longest or self.kind in _WHOLE:
            return text
        if self.uncut:
            raise Unfit(f"{name} has {len(text)} characters, {self.longest} are allowed")
        return text[: self.longest - 1] + "…" if self.shorten else middle_cut(text, self.longest)


def from_today(moment: str, today: date) -> str:
    """A written moment as one speaks of it on this day: 11月26日09:00 is 明天（11月26日）09:00 on the eve."""
    for word, day in (("今天", today), ("明天", today + timedelta(days=1))):
        written = f"{day.month}月{day.day}日"
        if moment.startswith(written):
            return f"{word}（{written}）{moment.removeprefix(written)}"
    return moment


def middle_cut(text: str, longest: int) -> str:
    """So many characters of it at most, from both ends, with … between them."""
    if len(text) <= longest:
        return text
    head = longest // 2
    tail = longest - head - 1
    return f"{text[:head]}…{text[len(text) - tail :]}"


def visible(text: str) -> str:
    """The text without control, direction and other invisible characters, and without halves of characters."""
    return "".join(each for each in text if each == "\n" or unicodedata.category(each) not in _UNSEEN).strip()


_STOPS = "。．.，,；;、 "
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_WHOLE: set[Kind] = {"number", "date", "moment", "time", "money", "orders"}


def _text(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    told = "".join(map(str, raw)) if isinstance(raw, list | tuple) else str(raw)
    return " ".join(told.split())


def _label(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    other = None if variable.spoken else variable.labels.get("other")
    return variable.labels.get(str(raw)) or other or _text(variable, raw, zone)


def _date(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    day = raw if isinstance(raw, date) else date.fromisoformat(str(raw)[:10])
    return f"{day.month}月{day.day}日"


def _month(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    year, _, month = str(raw).partition("-")
    return f"{year}年{int(month)}月" if month.isdecimal() else _text(variable, raw, zone)


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
        return f"{sign}{_plain(str(raw['amount']))}".replace("¥-", "-¥")
    return _plain(str(raw))


def _plain(amount: str) -> str:
    """The amount in full with its cents, thousands apart; what is none stays as it is."""
    try:
        return f"{Decimal(amount):,.2f}"
    except InvalidOperation:
        return amount


def _rows(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    rows = raw if isinstance(raw, list | tuple) else [raw]
    return "\n".join(f"{number}. {_label(variable, row, zone)}" for number, row in enumerate(rows, start=1))


def _orders(variable: Variable, raw: object, zone: ZoneInfo) -> str:
    """A row for each order with what it costs, what of it is paid and what is left; those without room are counted."""
    if not isinstance(raw, list | tuple):
        return _text(variable, raw, zone)
    rows = [_order(variable, row, zone) for row in raw]
    kept = len(rows)
    while kept > 1 and len("\n".join(rows[:kept])) > variable.longest:
        kept -= 1
    rest = [f"另有{len(rows) - kept}个订单，明细可向客服索取。"] if kept < len(rows) else []
    return "\n".join([*rows[:kept], *rest])


def _order(variable: Variable, row: Mapping[str, Mapping[str, str]], zone: ZoneInfo) -> str:
    billed, paid = row["billed"], row["paid"]
    left = {**billed, "amount": str(Decimal(billed["amount"]) - Decimal(paid["amount"]))}
    costs, came, open_ = (_money(variable, amount, zone) for amount in (billed, paid, left))
    return f"订单{row['order_no']}：应付{costs}，已付{came}，未付{open_}。"


_WRITERS = {
    "text": _text,
    "number": _text,
    "phone": _text,
    "label": _label,
    "date": _date,
    "month": _month,
    "moment": _moment,
    "time": _time,
    "money": _money,
    "rows": _rows,
    "orders": _orders,
}
