"""The audit: a log held against what the services keep and what customers got; every fact its effect, none twice."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pymongo import MongoClient

from kefu.doors import Fact
from kefu.replay.olist import Log, Row
from kefu.surroundings import SERVICES, Surroundings

_SHOWN = 3
_GONE_OUT = ("accepted", "delivered", "unconfirmed")
Document = Mapping[str, Any]
Pairs = Iterable[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison: how many there should be, how many are there exactly once as they should, and what is wrong."""

    what: str
    expected: int
    found: int
    wrong: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether everything is there, once, and nothing else."""
        return self.expected == self.found and not self.wrong


@dataclass(frozen=True, slots=True)
class Audit:
    """Every comparison, the messages by purpose, channel and stage, and how many things were given up."""

    lines: tuple[Line, ...]
    messages: Mapping[tuple[str, str, str], int]
    placed: int
    delayed: int
    dead: int

    @property
    def clean(self) -> bool:
        """Whether every comparison is, and nothing was given up."""
        return not self.dead and all(line.clean for line in self.lines)


@dataclass(frozen=True, slots=True)
class Books:
    """What the services keep about the orders of a log, as it stands in their databases."""

    facts: Sequence[Document]
    orders: Sequence[Document]
    messages: Sequence[Document]
    dead: int


def late(row: Row, end: datetime) -> bool:
    """Whether the customer had to hear of a delay: the promised day ended, within the log, without the goods.

    Not so where the goods were still here then because they were not paid for.
    """
    ends = row.promise_ends
    paid_or_sent = any(at is not None and at < ends for at in (row.paid_at, row.handed_over_at))
    return paid_or_sent and ends <= (row.arrived_at or end)


def audit(around: Surroundings, log: Log, facts: Sequence[Fact], since: datetime) -> Audit:
    """Look into databases and sinks, not at what the services say of themselves.

    `since` is when the replay began, in real time: what was given up before then is not its doing.
    """
    books = _books(around, log, facts, since)
    lines = [_facts(facts, books), *_orders(log, books), *_told(log, books)]
    if around.get("SINKS_FOLDER"):
        lines.append(_received(books, around.path("SINKS_FOLDER")))
    kinds = Counter((each["purpose"], _channel(each), each["stage"]) for each in books.messages)
    delayed = sum(bool(order["delays"]) for order in books.orders)
    return Audit(tuple(lines), dict(sorted(kinds.items())), len(books.orders), delayed, books.dead)


def compare(what: str, expected: Mapping[str, object], found: Pairs) -> Line:
    """How many of the expected are there exactly once and as expected; the first few that are not, by name."""
    seen: dict[str, list[object]] = defaultdict(list)
    for name, value in found:
        seen[name].append(value)
    wrong = [f"{name} is not there" for name in expected if name not in seen]
    wrong += [f"{name} should not be there" for name in seen if name not in expected]
    wrong += [f"{name} is there {len(values)} times" for name, values in seen.items() if len(values) > 1]
    wrong += [
        f"{name} is {values[0]} instead of {expected[name]}"
        for name, values in seen.items()
        if name in expected and values != [expected[name]] and len(values) == 1
    ]
    right = sum(values == [expected[name]] for name, values in seen.items() if name in expected)
    return Line(what, len(expected), right, tuple(wrong[:_SHOWN]))


def _books(around: Surroundings, log: Log, facts: Sequence[Fact], since: datetime) -> Books:
    numbers = [row.order_no for row in log.rows]
    with MongoClient[dict[str, Any]](around.need("MONGO_URL"), uuidRepresentation="standard") as client:
        of = {name: client[around.get(f"{name.upper()}_DATABASE") or name] for name in SERVICES}
        given_up = {"state.state": {"$in": ["dead", "parked", "suspect"]}, "state.first_at": {"$gte": _iso(since)}}
        return Books(
            facts=_states(of["intake"]["facts"], "event_id", [str(fact.id) for fact in facts]),
            orders=_states(of["orders"]["orders"], "order_no", numbers),
            messages=_states(of["notify"]["notifications"], "about", numbers, {"state.audience": "customer"}),
            dead=sum(database["parked"].count_documents(given_up) for database in of.values()),
        )


def _states(
    collection: Any, field: str, values: Sequence[str], where: Document = MappingProxyType({})
) -> list[Document]:
    found = collection.find({f"state.{field}": {"$in": values}, **where}, {"state": 1})
    return [document["state"] for document in found]


def _facts(facts: Sequence[Fact], books: Books) -> Line:
    expected = {str(fact.id): fact.event.key for fact in facts}
    found = ((kept["event_id"], kept["type"] if kept["stage"] == "admitted" else "refused") for kept in books.facts)
    return compare("facts admitted", expected, found)


def _orders(log: Log, books: Books) -> Iterator[Line]:
    rows, orders = log.rows, books.orders
    placed = {row.order_no: _iso(row.requested_at) for row in rows}
    yield compare("orders placed", placed, ((order["order_no"], order["placed_at"]) for order in orders))
    paid = {row.order_no: _iso(row.paid_at) for row in rows if row.paid_at}
    yield compare("payments counted", paid, _reached(orders, "paid"))
    left = {row.order_no: _iso(row.handed_over_at) for row in rows if row.handed_over_at}
    gone = ((order["order_no"], each["left_at"]) for order in orders for each in order["shipment"]["consignments"])
    yield compare("departures noted", left, gone)
    arrived = {row.order_no: _iso(row.arrived_at) for row in rows if row.arrived_at}
    yield compare("arrivals noted", arrived, _reached(orders, "arrived"))
    missed = {row.order_no: row.promised.isoformat() for row in rows if late(row, log.end)}
    delays = ((order["order_no"], each["promised"]) for order in orders for each in order["delays"])
    yield compare("delays announced", missed, delays)


def _reached(orders: Iterable[Document], milestone: str) -> Pairs:
    return ((order["order_no"], order["reached"][milestone]) for order in orders if milestone in order["reached"])


def _there(row: Row) -> bool:
    """Whether the goods were there already when they were paid for, so that no departure was left to tell."""
    return row.arrived_at is not None and row.paid_at is not None and row.arrived_at <= row.paid_at


def _told(log: Log, books: Books) -> Iterator[Line]:
    for channel in ("sms", "email"):
        delayed = {row.order_no: True for row in log.rows if late(row, log.end)}
        yield compare(f"delays told by {channel}", delayed, _about(books, "shipment_delayed", channel))
    left = {row.order_no: True for row in log.rows if row.handed_over_at and row.paid_at and not _there(row)}
    yield compare("departures told", left, _about(books, "shipment_dispatched", None))


def _about(books: Books, purpose: str, channel: str | None) -> Pairs:
    for message in books.messages:
        if message["purpose"] == purpose and channel in (None, _channel(message)):
            yield message["about"], message["stage"] in _GONE_OUT


def _received(books: Books, sinks: Path) -> Line:
    """Each message that a provider took over is in that provider's own log, once."""
    sent = {message["id"]: _channel(message) for message in books.messages if message["stage"] in _GONE_OUT}
    ours = {message["id"] for message in books.messages}
    sms = ((entry["id"], "sms") for entry in _lines(sinks / "messages.jsonl"))
    mails = ((entry["id"].strip("<>").partition("@")[0], "email") for entry in _lines(sinks / "mails.jsonl"))
    return compare("messages received", sent, ((id, channel) for id, channel in (*sms, *mails) if id in ours))


def _lines(file: Path) -> Iterator[Document]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _channel(message: Document) -> str:
    ways = message["ways"]
    return str(ways[min(message["step"], len(ways) - 1)]["channel"]) if ways else "none"


def _iso(at: datetime) -> str:
    """A time as it stands in a stored state."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
