"""Departments' facts over HTTP, for systems without AMQP: CloudEvents in binary or structured mode."""

from datetime import datetime
from typing import Any, Literal
from urllib.parse import unquote
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from intake.domain.decisions.admission import Tolerance, admit, understand
from intake.domain.fact import FACTS, Fact, fact_id_of
from intake.domain.parts.cloud_event import JSON, STRUCTURED, Unfit, read
from intake.store import Facts
from shared.aggregate import NotFound
from shared.clock import Clock
from shared.contracts.event import Instant
from shared.contracts.roles import Department
from shared.http import After, AskedBy, Limit, Listing, Router, View, allow, problem
from shared.parking.parked import Parking, State
from shared.store import OneOf
from shared.wire import ingress

_PREFIX = "ce-"
_NOT_ADMITTED: tuple[State, ...] = ("dead", "parked", "dropped")
_STATUS = {"too_large": 413, "content_type": 415, "malformed_json": 400}


class FactView(View):
    """What became of a fact."""

    id: str | None = Field(description="The id that you gave it; absent when it had none that could be read.")
    type: str
    state: Literal["admitted", "refused", "dropped"] = Field(
        description="Refused: kept for repair. Dropped: an operator has decided that it is not wanted."
    )
    at: Instant = Field(description="When it happened, or for a refused one when we last looked at it.")
    fact_id: UUID
    code: str | None = None
    reason: str | None = None


class AdmittedRow(BaseModel):
    """What a list reads of a fact that was admitted."""

    event_id: str
    type: str
    at: datetime
    id: UUID

    def view(self) -> FactView:
        """As its department sees it."""
        return FactView(id=self.event_id, type=self.type, state="admitted", at=self.at, fact_id=self.id)


class RefusedRow(BaseModel):
    """What a list reads of a message that was refused: not its body, which may be long."""

    event_id: str | None = Field(default=None, validation_alias="claimed")
    state: State
    key: str
    last_at: datetime
    id: UUID
    code: str
    reason: str

    def view(self) -> FactView:
        """As its department sees it."""
        return FactView(
            id=self.event_id,
            type=self.key,
            state="dropped" if self.state == "dropped" else "refused",
            at=self.last_at,
            fact_id=self.id,
            code=self.code,
            reason=self.reason,
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
        return AdmittedRow.model_validate(admitted, from_attributes=True).view()

    @router.get("/facts")
    async def list_facts(department: AskedBy, after: After = None, limit: Limit = 50) -> Listing[FactView]:
        """Your facts that were admitted, the latest first."""
        where = {"department": department.id}
        page = await facts.rows(AdmittedRow, where, sort="-at", after=after, limit=limit)
        return Listing(items=[row.view() for row in page.items], next=page.next)

    @router.get("/facts/{event_id:path}")
    async def show(event_id: str, department: AskedBy) -> FactView:
        """What became of the fact to which you gave this id."""
        try:
            fact = await facts.get(fact_id_of(department.id, event_id))
        except NotFound:
            where = {"queue": ingress.inbox(department.id), "claimed": event_id, "state": OneOf(*_NOT_ADMITTED)}
            refused = (await parking.rows(RefusedRow, where, sort="-last_at", limit=1)).items
            if not refused:
                raise NotFound("fact", event_id) from None
            return refused[0].view()
        return AdmittedRow.model_validate(fact, from_attributes=True).view()

    @router.get("/refusals")
    async def list_refusals(department: AskedBy, after: After = None, limit: Limit = 50) -> Listing[FactView]:
        """Your messages that were refused and are kept for repair, or were dropped by an operator, and why."""
        where = {"queue": ingress.inbox(department.id), "state": OneOf(*_NOT_ADMITTED)}
        page = await parking.rows(RefusedRow, where, sort="-last_at", after=after, limit=limit)
        return Listing(items=[row.view() for row in page.items], next=page.next)

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
