"""The frozen schemas, which may only grow, the samples, which are written once, and what is not announced yet."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from generators import ROOT
from generators.services import listeners
from kefu.example import example
from shared.aggregate import Cause
from shared.contracts.catalogue import contracts, published
from shared.contracts.compatibility import breaks
from shared.contracts.event import Actor, Event
from shared.wire.envelope import Envelope

SCHEMAS = ROOT / "tests" / "contract" / "schemas"
SAMPLES = ROOT / "tests" / "contract" / "samples"
NOT_ANNOUNCED = ROOT / "tests" / "contract" / "not_announced.txt"
_SERVICES = {"intake", "orders", "complaints", "aftersales", "notify"}
_AT = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Broken(Exception):
    """A contract changed in a way that those who rely on it would not survive; the text names each break."""


def schemas() -> dict[Path, str]:
    """Every event's JSON schema, by file. Raises Broken when a frozen one did more than grow."""
    found = {SCHEMAS / f"{key}.json": event.model_json_schema() for key, event in published().items()}
    broken = [
        f"{path.stem}: {line}"
        for path, schema in found.items()
        if path.exists()
        for line in breaks(json.loads(path.read_text()), schema)
    ]
    if broken:
        raise Broken("\n".join(broken))
    return {path: text(schema) for path, schema in found.items()}


def samples() -> dict[Path, str]:
    """A message of every event as it goes over the wire, by file.

    One that is there stays as it is: it stands for all the messages written before the contract grew.
    """
    paths = {SAMPLES / f"{key}.json": event for key, event in published().items()}
    return {path: path.read_text() if path.exists() else text(message(event)) for path, event in paths.items()}


def not_announced() -> dict[Path, str]:
    """The keys of the contracts that no code announces yet, each with the services that listen to it already.

    The list may only shrink: raises Broken for a key that it did not have before.
    """
    waiting = sorted(contracts().keys() - published().keys())
    frozen = {line.split()[0] for line in NOT_ANNOUNCED.read_text().splitlines()}
    if new := sorted(set(waiting) - frozen):
        raise Broken("\n".join(f"{key}: declared, but no code announces it" for key in new))
    heard = listeners()
    return {NOT_ANNOUNCED: "".join(" ".join((key, *sorted(heard.get(key, ())))) + "\n" for key in waiting)}


def message(event: type[Event]) -> dict[str, Any]:
    """The headers and the body of an example of this event."""
    fact = example(event)
    cause = Cause(
        id=uuid5(NAMESPACE_URL, f"urn:kefu:cause:{event.key}"),
        correlation=uuid5(NAMESPACE_URL, f"urn:kefu:case:{event.key}"),
        actor=_actor(event),
        at=_AT,
        traceparent=_TRACE,
    )
    envelope = Envelope.of(fact, uuid5(NAMESPACE_URL, f"urn:kefu:event:{event.key}"), _subject(fact), 1, cause)
    return {"headers": envelope.headers(), "body": json.loads(envelope.body)}


def text(document: object) -> str:
    """A document as the repository keeps it."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _actor(event: type[Event]) -> Actor:
    if event.publisher() in _SERVICES:
        return Actor(kind="staff", id="cs-07", role="cs_specialist")
    return Actor(kind="department", id=event.publisher())


def _subject(fact: Event) -> UUID:
    """The aggregate it happened to: the first id that the fact mentions."""
    values = [value for _, value in fact if isinstance(value, UUID)]
    return next(iter(values), getattr(fact, "order_id", None) or uuid5(NAMESPACE_URL, f"urn:kefu:subject:{fact.key}"))
