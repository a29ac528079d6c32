"""How a department's fact is admitted to the bus: it must fit, and it is announced once."""

import json
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from intake.domain.fact import FACTS, Fact
from intake.domain.lifecycle import FACT
from intake.domain.parts.cloud_event import CloudEvent, Unfit
from intake.domain.parts.tolerance import Tolerance
from shared.aggregate import Cause, Change, Refused
from shared.contracts.event import HAPPENED, Event
from shared.contracts.identities import AT_THE_DOOR


def understand(department: str, told: CloudEvent, now: datetime, tolerance: Tolerance) -> Event:
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
    for name, field in type(event).model_fields.items():
        moment = getattr(event, name)
        if HAPPENED in field.metadata and moment is not None and moment > now + tolerance.ahead:
            raise Unfit("time_ahead", f"{name} {moment.isoformat()} lies ahead; now it is {now.isoformat()}")
    if told.time < now - tolerance.past:
        raise Unfit("time_past", f"the time {told.time.isoformat()} is more than {tolerance.past.days} days ago")
    return event


def admit(fact: Fact, told: Fact, event: Event, cause: Cause) -> Change[Fact]:
    """The fact goes onto the bus, the first time only. `told` is what is being told now.

    Refused with `fact_differs` when the department used this id before for another fact.
    """
    if told.digest != fact.digest:
        raise Refused(
            f"{fact.department} used the id {fact.event_id} before for another fact; a new fact needs a new id",
            "fact_differs",
        )
    if not FACT.allows(fact.stage, "admit"):
        return Change(fact)
    return Change(fact.but(stage="admitted"), (event,))


def _fitting(kind: type[Event], data: dict[str, Any]) -> Event:
    try:
        return kind.model_validate_json(json.dumps(data), strict=True, extra="forbid", context=AT_THE_DOOR)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        named = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'data'}: {each['msg']}" for each in found[:10])
        raise Unfit("schema", f"{kind.key} does not read so: {named}") from None
