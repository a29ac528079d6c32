"""A fact that another department reports, known by the id which that department gave it; it must fit."""

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import JsonValue, ValidationError

from intake.domain.lifecycle import FACT, FactStage
from intake.domain.parts.cloud_event import CloudEvent, Unfit
from intake.domain.parts.service_answer import ListeningService, ServiceAnswer
from intake.domain.parts.teller import Teller
from intake.domain.parts.tolerance import Tolerance
from shared.aggregate import Aggregate, Cause
from shared.contracts import departments
from shared.contracts.event import HAPPENED, Actor, Event, Instant, declared
from shared.contracts.identities import AT_THE_DOOR
from shared.contracts.vocabulary import Hash
from shared.lifecycle import follows

_FACTS = UUID("a3a5b1de-52f4-5c0e-8c5e-3f1b2d4c6e71")

FACTS = {key: event for key, event in declared().items() if event.__module__ == departments.__name__}
"""Every fact that a department may report, by key."""


@follows(FACT)
class Fact(Aggregate):
    """One fact of one department."""

    department: str
    event_id: str
    type: str
    at: Instant
    digest: Hash
    said: dict[str, JsonValue]
    stage: FactStage = "reported"
    answers: tuple[ServiceAnswer, ...] = ()
    """The latest answer of each service behind, the one that was heard last at the end."""

    @classmethod
    def blank(cls, department: str, told: CloudEvent) -> "Fact":
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

    def answer_of(self, service: ListeningService) -> ServiceAnswer | None:
        """What this service said of it last."""
        return next((each for each in self.answers if each.service == service), None)

    def cause(self, told: CloudEvent, person: Actor | None = None) -> Cause:
        """What the fact is to those who hear of it; telling the same again is the same cause.

        `person` is the member of the department's staff who tells it; without one the department's system does.
        """
        return Cause(
            id=uuid5(self.id, self.digest),
            correlation=told.correlation or self.id,
            actor=person or Actor(kind="department", id=self.department, role=self.department),
            at=self.at,
            kind="event",
            traceparent=told.traceparent,
        )


def fact_id_of(department: str, event_id: str) -> UUID:
    """The id of the fact to which a department gave this id."""
    return uuid5(_FACTS, f"{department}/{event_id}")


def understand(
    department: str, told: CloudEvent, now: datetime, tolerance: Tolerance, teller: Teller | None = None
) -> Event:
    """The fact that is told, when it fits: a known key of this department, its fields and no others, a sensible time.

    What a colleague tells in person that one has done. Raises Unfit with one of the codes `foreign_key`, `unknown_key`,
    `schema`, `another_person`, `time_ahead`, `time_past`.
    """
    if told.type.split(".", 1)[0] != department:
        raise Unfit("foreign_key", f"{told.type} is not a fact of {department}; yours begin with {department}.")
    if told.type not in FACTS:
        known = ", ".join(sorted(key for key in FACTS if key.startswith(f"{department}."))) or "none"
        raise Unfit("unknown_key", f"there is no fact {told.type}; those of {department}: {known}")
    event = _fitting(FACTS[told.type], told.data)
    if teller is not None:
        teller.must_have_done(event)
    if told.time > now + tolerance.ahead:
        raise Unfit("time_ahead", f"the time {told.time.isoformat()} lies ahead; now it is {now.isoformat()}")
    for name, field in type(event).model_fields.items():
        moment = getattr(event, name)
        if HAPPENED in field.metadata and moment is not None and moment > now + tolerance.ahead:
            raise Unfit("time_ahead", f"{name} {moment.isoformat()} lies ahead; now it is {now.isoformat()}")
    if told.time < now - tolerance.past:
        raise Unfit("time_past", f"the time {told.time.isoformat()} is more than {tolerance.past.days} days ago")
    return event


def _digest(told: CloudEvent) -> str:
    said = json.dumps([told.type, told.data], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _fitting(kind: type[Event], data: dict[str, Any]) -> Event:
    try:
        return kind.model_validate_json(json.dumps(data), strict=True, extra="forbid", context=AT_THE_DOOR)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        named = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'data'}: {each['msg']}" for each in found[:10])
    raise Unfit("schema", f"{kind.key} does not read so: {named}")
