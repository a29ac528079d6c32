"""How an event looks outside the service that announced it: CloudEvents 1.0 over AMQP, binary mode."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from shared.aggregate import Cause, Refused
from shared.contracts.event import Actor, Event
from shared.wire.message import LARGEST_BODY

PREFIX = "cloudEvents:"

_SURELY_FITS = LARGEST_BODY // 4
"""Characters that have no more bytes than the broker takes, whatever they are."""


class Malformed(ValueError):
    """A message that is not one of ours: the text names the attribute and what it should be."""


@dataclass(slots=True)
class Envelope:
    """One published event with everything a listener may want to know about it.

    `subject` is the aggregate it happened to and `sequence` that aggregate's version; `causation` is the request,
    event or deadline behind it, `correlation` the whole case.
    """

    id: UUID
    key: str
    subject: UUID
    sequence: int
    at: datetime
    correlation: UUID
    causation: UUID
    actor: Actor
    traceparent: str | None
    body: str

    @classmethod
    def of(cls, event: Event, id: UUID, subject: UUID, sequence: int, cause: Cause) -> "Envelope":
        """Refused when the event is larger than the broker takes: what it was to say cannot be announced."""
        body = event.model_dump_json()
        if len(body) > _SURELY_FITS and len(body.encode()) > LARGEST_BODY:
            raise Refused(f"{event.key} would have more than {LARGEST_BODY} bytes", "event_too_large")
        return cls(
            id=id,
            key=event.key,
            subject=subject,
            sequence=sequence,
            at=cause.at,
            correlation=cause.correlation,
            causation=cause.id,
            actor=cause.actor,
            traceparent=traceparent(cause.traceparent),
            body=body,
        )

    @property
    def source(self) -> str:
        """Who announced it."""
        return self.key.split(".", 1)[0]

    def cause(self) -> Cause:
        """What a reaction to this event has as its cause."""
        return Cause(
            id=self.id,
            correlation=self.correlation,
            actor=self.actor,
            at=self.at,
            kind="event",
            what=self.key,
            traceparent=self.traceparent,
            subject=self.subject,
            sequence=self.sequence,
        )

    def headers(self) -> dict[str, Any]:
        """The AMQP headers; every value is a string but `sequence`."""
        headers: dict[str, Any] = {
            "cloudEvents:specversion": "1.0",
            "cloudEvents:id": str(self.id),
            "cloudEvents:type": self.key,
            "cloudEvents:source": self.source,
            "cloudEvents:subject": str(self.subject),
            "cloudEvents:time": _iso(self.at),
            "cloudEvents:sequence": self.sequence,
            "cloudEvents:correlation": str(self.correlation),
            "cloudEvents:causation": str(self.causation),
            "cloudEvents:actorkind": self.actor.kind,
            "cloudEvents:actorid": self.actor.id,
        }
        if self.actor.role is not None:
            headers["cloudEvents:actorrole"] = self.actor.role
        if self.traceparent is not None:
            headers["cloudEvents:traceparent"] = self.traceparent
        return headers

    @classmethod
    def parse(cls, headers: Mapping[str, Any], body: bytes) -> "Envelope":
        """The envelope of a message as it came off the wire. Raises Malformed."""
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise Malformed(f"the body is not UTF-8: {error}") from None
        id = _uuid(headers, "id")
        return cls(
            id=id,
            key=_text(headers, "type"),
            subject=_uuid(headers, "subject", id),
            sequence=_whole(headers, "sequence"),
            at=_time(headers),
            correlation=_uuid(headers, "correlation", id),
            causation=_uuid(headers, "causation", id),
            actor=_actor(
                headers.get("cloudEvents:actorkind", "service"),
                headers.get("cloudEvents:actorid") or _text(headers, "source"),
                headers.get("cloudEvents:actorrole"),
            ),
            traceparent=traceparent(headers.get("cloudEvents:traceparent")),
            body=text,
        )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _text(headers: Mapping[str, Any], name: str) -> str:
    value = headers.get(PREFIX + name)
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if not isinstance(value, str) or not value:
        raise Malformed(f"the header {PREFIX}{name} is missing or not a text: {value!r}")
    return value


def _uuid(headers: Mapping[str, Any], name: str, default: UUID | None = None) -> UUID:
    if default is not None and PREFIX + name not in headers:
        return default
    value = _text(headers, name)
    try:
        return UUID(value)
    except ValueError:
        raise Malformed(f"the header {PREFIX}{name} is not a UUID: {value!r}") from None


def _whole(headers: Mapping[str, Any], name: str) -> int:
    value = headers.get(PREFIX + name, 0)
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise Malformed(f"the header {PREFIX}{name} is not a whole number: {value!r}") from None


def _time(headers: Mapping[str, Any]) -> datetime:
    value = _text(headers, "time")
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise Malformed(f"the header {PREFIX}time is not an ISO 8601 time: {value!r}") from None
    if at.tzinfo is None:
        raise Malformed(f"the header {PREFIX}time has no offset: {value!r}; append Z for UTC")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Malformed(f"the header {PREFIX}time is outside of the years 1 to 9999 in UTC: {value!r}") from None


def traceparent(value: object) -> str | None:
    """What a sender says its trace is, if it has the form of one (W3C Trace Context §3.2)."""
    return value if isinstance(value, str) and _TRACEPARENT.fullmatch(value) else None


_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def _actor(kind: object, id: object, role: object) -> Actor:
    try:
        return _known_actor(kind, id, role)
    except TypeError:
        raise Malformed(f"the headers {PREFIX}actor… are not texts") from None


@lru_cache(maxsize=4096)
def _known_actor(kind: object, id: object, role: object) -> Actor:
    try:
        return Actor.model_validate({"kind": kind, "id": id, "role": role})
    except ValueError as error:
        raise Malformed(f"the headers {PREFIX}actor… do not name an actor: {error}") from None
