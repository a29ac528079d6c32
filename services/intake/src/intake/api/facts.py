"""Departments' facts over HTTP, for systems without AMQP: CloudEvents in binary or structured mode."""

from typing import Any, Literal, Self
from urllib.parse import unquote
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from intake.domain.decisions.admission import Tolerance, admit, understand
from intake.domain.fact import FACTS, Fact, fact_id_of
from intake.domain.parts.cloud_event import JSON, STRUCTURED, Unfit, read
from intake.store import Facts
from shared.aggregate import NotFound
from shared.clock import Clock
from shared.contracts.event import Instant
from shared.contracts.roles import Department
from shared.http import After, AskedBy, Limit, Listing, Router, View, allow, problem
from shared.parking.parked import Parked, Parking
from shared.store import OneOf
from shared.wire import ingress
from shared.wire.message import Message

_PREFIX = "ce-"
_STATUS = {"too_large": 413, "content_type": 415, "malformed_json": 400}


class FactView(View):
    """What became of a fact."""

    id: str | None = Field(description="The id that you gave it; absent when it had none that could be read.")
    type: str
    state: Literal["admitted", "refused"]
    at: Instant = Field(description="When it happened, or for a refused one when we last looked at it.")
    fact_id: UUID
    code: str | None = None
    reason: str | None = None

    @classmethod
    def admitted(cls, fact: Fact) -> Self:
        return cls(id=fact.event_id, type=fact.type, state="admitted", at=fact.at, fact_id=fact.id)

    @classmethod
    def refused(cls, parked: Parked) -> Self:
        headers = parked.letter.headers if parked.letter else {}
        id = headers.get("cloudEvents:id")
        return cls(
            id=str(id) if id is not None else None,
            type=parked.key,
            state="refused",
            at=parked.last_at,
            fact_id=parked.id,
            code=parked.code,
            reason=parked.reason,
        )


def routes(facts: Facts, parking: Parking, clock: Clock, tolerance: Tolerance) -> APIRouter:
    """The departments' routes; each sees its own facts only."""
    router = Router(readers=tuple(Department), tags=["facts"])

    @router.post(
        "/facts",
        status_code=202,
        response_model=FactView,
        openapi_extra={"requestBody": _accepted()},
        dependencies=[allow(*Department)],
    )
    async def report(request: Request, department: AskedBy) -> FactView | Response:
        """Report a fact. The same fact again is recognised by its id and has no second effect."""
        try:
            told = read(request.headers.get("content-type"), _attributes(request), await request.body())
            event = understand(department.id, told, clock.now(), tolerance)
        except Unfit as unfit:
            return problem(_STATUS.get(unfit.code, 422), unfit.code, unfit.detail)
        fact = Fact.blank(department.id, told)
        cause = fact.cause(told)
        admitted = await facts.apply(fact.id, lambda known: admit(known, fact, event, cause), cause, fact)
        return FactView.admitted(admitted)

    @router.get("/facts")
    async def list_facts(department: AskedBy, after: After = None, limit: Limit = 50) -> Listing[FactView]:
        """Your facts that were admitted, the latest first."""
        page = await facts.find({"department": department.id}, sort="-at", after=after, limit=limit)
        return Listing(items=[FactView.admitted(each) for each in page.items], next=page.next)

    @router.get("/facts/{event_id:path}")
    async def show(event_id: str, department: AskedBy) -> FactView:
        """What became of the fact to which you gave this id."""
        try:
            return FactView.admitted(await facts.get(fact_id_of(department.id, event_id)))
        except NotFound:
            place = Message(ingress.inbox(department.id), "", {"cloudEvents:id": event_id}, b"").id
            return FactView.refused(await parking.get(place))

    @router.get("/refusals")
    async def list_refusals(department: AskedBy, after: After = None, limit: Limit = 50) -> Listing[FactView]:
        """Your messages that were refused and are kept for repair, and why."""
        where = {"queue": ingress.inbox(department.id), "state": OneOf("dead", "parked")}
        page = await parking.find(where, sort="-last_at", after=after, limit=limit)
        return Listing(items=[FactView.refused(each) for each in page.items], next=page.next)

    return router


def _attributes(request: Request) -> dict[str, str]:
    headers = request.headers.items()
    return {name.removeprefix(_PREFIX): unquote(value) for name, value in headers if name.startswith(_PREFIX)}


def _accepted() -> dict[str, Any]:
    facts = [{"title": key, "type": "object"} for key in sorted(FACTS)]
    event = {"type": "object", "required": ["specversion", "id", "type", "source", "time", "data"]}
    return {
        "required": True,
        "content": {
            STRUCTURED: {"schema": {**event, "properties": {"data": {"oneOf": facts}}}},
            JSON: {"schema": {"oneOf": facts}},
        },
    }
