"""A fact that another department reports: whether it fits, and that it is admitted once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from pydantic import JsonValue, ValidationError

from intake.domain.cloudevent import CloudEvent, Unfit
from shared.aggregate import Aggregate, Cause, Change, Refused
from shared.contracts import departments
from shared.contracts.event import Actor, Event, Instant, declared
from shared.contracts.vocabulary import Hash

_FACTS = UUID("a3a5b1de-52f4-5c0e-8c5e-3f1b2d4c6e71")

FACTS = {key: event for key, event in declared().items() if event.__module__ == departments.__name__}
"""Every fact that a department may report, by key."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How long ago a fact may have happened that is reported now, and how far a department's clock may be ahead."""

    past: timedelta = timedelta(days=366)
    ahead: timedelta = timedelta(minutes=15)


class Fact(Aggregate):
    """One fact of one department, known by the id which that department gave it."""

    department: str
    event_id: str
    type: str
    at: Instant
    digest: Hash
    said: dict[str, JsonValue]
    admitted: bool = False

    @classmethod
    def reported(cls, department: str, told: CloudEvent) -> "Fact":
        """The fact as the department tells it, not yet admitted."""
        return cls(
            id=fact_id_of(department, told.id),
            department=department,
            event_id=told.id,
            type=told.type,
            at=told.time,
            digest=_digest(told),
            said=told.data,
        )

    def told(self, again: "Fact", event: Event) -> Change["Fact"]:
        """The fact goes onto the bus, the first time only. `again` is what is being told now.

        Refused with `fact_differs` when the department used this id before for another fact.
        """
        if again.digest != self.digest:
            raise Refused(
                f"{self.department} used the id {self.event_id} before for another fact; a new fact needs a new id",
                "fact_differs",
            )
        return Change(self) if self.admitted else Change(self.but(admitted=True), (event,))

    def cause(self, told: CloudEvent) -> Cause:
        """What the fact is to whoever hears of it; telling the same again is the same cause."""
        return Cause(
            id=uuid5(self.id, self.digest),
            correlation=told.correlation or self.id,
            actor=Actor(kind="department", id=self.department, role=self.department),
            at=self.at,
            kind="event",
            traceparent=told.traceparent,
        )


def fact_id_of(department: str, event_id: str) -> UUID:
    """The id of the fact to which a department gave this id."""
    return uuid5(_FACTS, f"{department}/{event_id}")


def understood(department: str, told: CloudEvent, now: datetime, tolerance: Tolerance) -> Event:
    """The fact that is told, when it fits: a known key of this department, its fields and no others, a sensible time.

    Raises Unfit with one of the codes `foreign_key`, `unknown_key`, `schema`, `time_ahead`, `time_past`.
    """
    if told.type.split(".", 1)[0] != department:
        raise Unfit("foreign_key", f"{told.type} is not a fact of {department}; yours begin with {department}.")
    if told.type not in FACTS:
        known = ", ".join(sorted(key for key in FACTS if key.startswith(f"{department}."))) or "none"
        raise Unfit("unknown_key", f"there is no fact {told.type}; those of {department}: {known}")
    event = _fitting(FACTS[told.type], told.data)
    if told.time > now + tolerance.ahead:
        raise Unfit("time_ahead", f"the time {told.time.isoformat()} lies ahead; now it is {now.isoformat()}")
    if told.time < now - tolerance.past:
        raise Unfit("time_past", f"the time {told.time.isoformat()} is more than {tolerance.past.days} days ago")
    return event


def _fitting(kind: type[Event], data: dict[str, Any]) -> Event:
    try:
        return kind.model_validate_json(json.dumps(data), strict=True, extra="forbid")
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        named = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'data'}: {each['msg']}" for each in found[:10])
        raise Unfit("schema", f"{kind.key} does not read so: {named}") from None


def _digest(told: CloudEvent) -> str:
    said = json.dumps([told.type, told.data], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
