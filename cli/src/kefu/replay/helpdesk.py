"""A help desk's log in XES: when each ticket was opened, and when it was first resolved."""

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BufferedIOBase
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, iterparse

from kefu.trouble import Trouble

RESOLVED = "Resolve ticket"
"""The activity that counts as a case's closing; only its first occurrence."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One case of the log; without `resolved_at` it was never resolved."""

    name: str
    opened_at: datetime
    resolved_at: datetime | None

    def late(self, term: timedelta) -> bool:
        """Whether it was resolved after this term, or never."""
        return self.resolved_at is None or self.resolved_at > self.opened_at + term


@dataclass(frozen=True, slots=True)
class Desk:
    """All tickets by the time of their opening, and the time of the log's last event."""

    tickets: Sequence[Ticket]
    end: datetime


@dataclass(frozen=True, slots=True)
class Closings:
    """What became of the tickets as complaints: counts, and the names of those that the service says were late."""

    filed: int
    closed: int
    missed: frozenset[str]
    closed_late: frozenset[str]
    open: frozenset[str]
    seconds: float


def read(file: Path) -> Desk:
    """The log in this file, packed with gzip or not. Trouble when it is no XES log with dated events."""
    tickets, end = [], None
    try:
        with _opened(file) as stream:
            for trace in _traces(stream):
                ticket, last = _ticket(trace)
                tickets.append(ticket)
                end = max(end or last, last)
    except (OSError, EOFError, ParseError, ValueError) as error:
        raise Trouble(f"{file} cannot be read as an XES log: {error}") from None
    if end is None:
        raise Trouble(f"{file} has no trace; expected an XES log of tickets")
    return Desk(sorted(tickets, key=lambda ticket: (ticket.opened_at, ticket.name)), end)


def _opened(file: Path) -> BufferedIOBase:
    return gzip.open(file) if file.suffix == ".gz" else file.open("rb")


def _traces(stream: BufferedIOBase) -> Iterator[Element]:
    for _, element in iterparse(stream):  # noqa: S314 - a file of the operator's own; expat bounds its entities
        if _tag(element) == "trace":
            yield element
            element.clear()


def _ticket(trace: Element) -> tuple[Ticket, datetime]:
    events = [_values(event) for event in trace if _tag(event) == "event"]
    times = sorted(datetime.fromisoformat(event["time:timestamp"]) for event in events if "time:timestamp" in event)
    name = _values(trace).get("concept:name", "")
    if not times or len(times) < len(events):
        raise ValueError(f"trace {name or '?'} has an event without time:timestamp")
    resolved = [
        datetime.fromisoformat(event["time:timestamp"]) for event in events if event.get("concept:name") == RESOLVED
    ]
    return Ticket(name, times[0], min(resolved, default=None)), times[-1]


def _values(element: Element) -> dict[str, str]:
    return {child.get("key", ""): child.get("value", "") for child in element if child.get("value") is not None}


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]
