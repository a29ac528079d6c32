"""A fact that another department reports, known by the id which that department gave it."""

import hashlib
import json
from uuid import UUID, uuid5

from pydantic import JsonValue

from intake.domain.lifecycle import FACT, FactStage
from intake.domain.parts.cloud_event import CloudEvent
from intake.domain.parts.service_answer import ListeningService, ServiceAnswer
from shared.aggregate import Aggregate, Cause
from shared.contracts import departments
from shared.contracts.event import Actor, Instant, declared
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

    def cause(self, told: CloudEvent) -> Cause:
        """What the fact is to those who hear of it; telling the same again is the same cause."""
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


def _digest(told: CloudEvent) -> str:
    said = json.dumps([told.type, told.data], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
