"""The pages about events: who announces what, who listens and why, and what each field means."""

import inspect
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from generators import ROOT
from generators.services import listeners
from generators.tables import rows
from shared.contracts.catalogue import OUTSIDE, published
from shared.contracts.event import Event

DOCS = ROOT / "docs"
_ORDER = ("intake", "orders", "complaints", "aftersales", "notify")
_FIELDS = ("Field", "Type", "Always there", "Meaning")
_INTRO = """\
# Events

The facts that cross a boundary: {count} of them, each with a key that never changes its meaning. Routing key and
CloudEvents `type` are the key; the body is the event's JSON. Fields are only ever added, with a default.

Five services announce facts, and so do other departments' systems. A service listens over a queue of its own,
`<service>.on.<key>`; whom a fact is for outside the services is said in words.

Generated from the contract classes and from what the services subscribe to; `asyncapi.json` says the same to machines.
"""
_ENVELOPE = """\
## Around every event

AMQP headers, CloudEvents 1.0 in binary mode:

| Header | Meaning |
|---|---|
| `cloudEvents:id` | The event's id. The same id again is the same event again. |
| `cloudEvents:type` | The key. |
| `cloudEvents:source` | Who announces it: the first word of the key. |
| `cloudEvents:subject` | The id of the aggregate that it happened to. |
| `cloudEvents:sequence` | That aggregate's version: of two events of one aggregate the higher is the later. |
| `cloudEvents:time` | When it happened, UTC. |
| `cloudEvents:correlation` | The case: the same for everything that follows from one beginning. |
| `cloudEvents:causation` | The request, event or deadline behind it. |
| `cloudEvents:actorkind`, `actorid`, `actorrole` | Who is behind it, in which role. |
| `cloudEvents:traceparent` | W3C trace context. |
"""


def pages() -> dict[Path, str]:
    """The overview, a page for each publisher and one for the parts, by file."""
    grouped = {name: tuple(events) for name, events in groupby(_sorted(), key=lambda event: event.publisher())}
    schema = models_json_schema([(event, "validation") for event in published().values()])[1]["$defs"]
    names = {event.__name__ for event in published().values()}
    return {
        DOCS / "events.md": _overview(grouped),
        DOCS / "events" / "parts.md": _parts({name: part for name, part in schema.items() if name not in names}),
    } | {DOCS / "events" / f"{name}.md": _publisher(name, events) for name, events in grouped.items()}


def _sorted() -> list[type[Event]]:
    def place(event: type[Event]) -> tuple[int, str]:
        name = event.publisher()
        return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)

    return sorted(published().values(), key=place)


def _overview(grouped: dict[str, tuple[type[Event], ...]]) -> str:
    parts = [_INTRO.format(count=len(published()))]
    for name, events in grouped.items():
        lines = [(_link(name, event), f"`{event.key}`", _first(event), _heard(event)) for event in events]
        parts.append(f"## {_title(name)}\n\n{_table(('Event', 'Key', 'What happened', 'Heard by'), lines)}")
    return "\n".join([*parts, _ENVELOPE])


def _publisher(name: str, events: Iterable[type[Event]]) -> str:
    return "\n".join([f"# Events of {name}\n", "[All events](../events.md)\n", *map(_section, events)])


def _section(event: type[Event]) -> str:
    heard = listeners().get(event.key, {})
    outside = [(OUTSIDE[event.key], "")] if event.key in OUTSIDE else []
    who = _table(("Listener", "What it does"), sorted(heard.items()) + outside)
    fields = _table(_FIELDS, rows(event.model_json_schema()))
    return f"## {event.__name__}\n\n`{event.key}`\n\n{inspect.getdoc(event)}\n\n{who}\n{fields}"


def _parts(schema: dict[str, Any]) -> str:
    sections = [
        f"## {name}\n\n{part.get('description', '')}\n\n{_table(_FIELDS, rows(part))}"
        for name, part in sorted(schema.items())
        if "properties" in part
    ]
    return "\n".join(["# Parts of events\n", "[All events](../events.md)\n", *sections])


def _title(publisher: str) -> str:
    return publisher if publisher in _ORDER else f"{publisher} (a department)"


def _link(publisher: str, event: type[Event]) -> str:
    return f"[{event.__name__}](events/{publisher}.md#{event.__name__.lower()})"


def _first(event: type[Event]) -> str:
    return (inspect.getdoc(event) or "").partition("\n")[0]


def _heard(event: type[Event]) -> str:
    outside = [OUTSIDE[event.key]] if event.key in OUTSIDE else []
    return ", ".join(sorted(listeners().get(event.key, {})) + outside)


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    def row(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |\n"

    return row(head) + f"|{'---|' * len(head)}\n" + "".join(map(row, lines))
