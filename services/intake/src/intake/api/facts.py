"""Departments' facts over HTTP, from systems without AMQP or from staff in person: CloudEvents in each mode."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal
from urllib.parse import unquote
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, computed_field

from intake.api.fact_bodies import HEADERS, accepted
from intake.domain.decisions.admission import admit
from intake.domain.fact import Fact, fact_id_of, understand
from intake.domain.lifecycle import FACT
from intake.domain.parts.cloud_event import (
    MOST_VALUES,
    STRUCTURED,
    CloudEvent,
    Sent,
    must_be_said_once,
    must_be_small,
    must_have_few_values,
    read,
    read_batch,
    read_structured,
)
from intake.domain.parts.reporters import STAFF, departments_of
from intake.domain.parts.service_answer import LISTENERS, NAMES, ListeningService, ServiceAnswer
from intake.domain.parts.teller import Teller
from intake.domain.parts.tolerance import Tolerance
from intake.store import Facts
from shared.aggregate import Cause, NotFound, Refused
from shared.contracts.event import Instant
from shared.contracts.roles import Department
from shared.http import After, AskedBy, Limit, Listing, Router, View, allow, leave_evidence, problem
from shared.identity import Principal
from shared.lifecycle import Possible
from shared.parking.parked import PARKING, ParkedState, RetryPolicy
from shared.parking.store import Parking
from shared.problems import answered
from shared.store import OneOf, Where
from shared.time_source import TimeSource
from shared.wire import ingress
from shared.wire.envelope import PREFIX
from shared.wire.message import Message

_HTTP_PREFIX = "ce-"
_NOT_ADMITTED: tuple[ParkedState, ...] = ("dead", "parked", "dropped")
_STATUS = {"too_large": 413, "content_type": 415, "malformed_json": 400, "fact_differs": 409}


class ServiceView(View):
    """What one of the services behind made of an admitted fact."""

    service: ListeningService
    outcome: Literal["pending", "taken", "waiting", "refused", "given_up", "dropped"] = Field(
        description="Pending: not heard of yet. Waiting: tried again by itself. Given up: tried often enough, an "
        "operator looks after it. Dropped: an operator has decided that it is not wanted."
    )
    code: str | None = None
    reason: str | None = Field(default=None, description="What is wrong and what would be right.")
    said: str = Field(description="The same in Chinese.", examples=["订单：该单目前所处阶段不能办理此事"])
    at: Instant | None = None

    @classmethod
    def of(cls, service: ListeningService, answer: ServiceAnswer | None) -> "ServiceView":
        if answer is None:
            return cls(service=service, outcome="pending", said=f"{NAMES[service]}：尚未处理")
        return cls(said=answer.said, **answer.model_dump(exclude={"sequence"}))


class FactView(View):
    """What became of a fact."""

    id: str | None = Field(description="The id that you gave it; absent when it had none that could be read.")
    type: str
    stage: Literal["admitted", "refused", "dropped"] = Field(
        description="Refused: kept for repair. Dropped: an operator has decided that it is not wanted."
    )
    at: Instant = Field(description="When it happened, or for a refused one when we last looked at it.")
    fact_id: UUID
    code: str | None = None
    reason: str | None = None
    services: list[ServiceView] = Field(
        default=[],
        description="What the services that act on such facts made of it; empty when none acts on them.",
    )
    said: str | None = Field(default=None, description="In Chinese, when no service acts on such facts.")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided about it: nothing once it was admitted; a refused one is no fact yet, and told again."""
        return FACT.possible("admitted" if self.stage == "admitted" else "reported")


class BatchView(View):
    """What became of the events of a batch, in their order."""

    items: list[FactView]


class AdmittedRow(View):
    """What a list reads of a fact that was admitted."""

    event_id: str
    type: str
    at: datetime
    id: UUID
    answers: tuple[ServiceAnswer, ...] = ()

    def view(self) -> FactView:
        """As its department sees it."""
        said = {each.service: each for each in self.answers}
        services = [ServiceView.of(service, said.get(service)) for service in LISTENERS.get(self.type, ())]
        return FactView(
            id=self.event_id,
            type=self.type,
            stage="admitted",
            at=self.at,
            fact_id=self.id,
            services=services,
            said=None if services else "此类事实目前没有系统处理，仅存档备查",
        )


class RefusedRow(View):
    """What a list reads of a message that was refused: not its body, which may be long."""

    event_id: str | None = Field(default=None, validation_alias="claimed")
    state: ParkedState
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
            stage="dropped" if self.state == "dropped" else "refused",
            at=self.last_at,
            fact_id=self.id,
            code=self.code,
            reason=self.reason,
        )


class FactsDoor:
    """Admits what departments tell over HTTP; what is refused is kept beside what was refused over AMQP."""

    def __init__(self, facts: Facts, parking: Parking, time: TimeSource, tolerance: Tolerance) -> None:
        self._facts = facts
        self._parking = parking
        self._time = time
        self._tolerance = tolerance

    async def admit(self, asker: Principal, told: CloudEvent) -> FactView:
        """The fact goes onto the bus, once. Raises Refused with the reason."""
        department, teller = _department(asker, told.type), _teller(asker)
        person = teller.telling(told.type) if teller else None
        event = understand(department, told, self._time.now(), self._tolerance, teller)
        fact = Fact.blank(department, told)
        cause = fact.cause(told, person)
        admitted = await self._facts.apply(fact.id, lambda known: admit(known, fact, event, cause), cause, fact)
        return AdmittedRow.model_validate(admitted, from_attributes=True).view()

    async def keep(self, message: Message, refused: Refused, claimed: str | None) -> FactView:
        """Keep what was refused, with the reason, for its department to find and for an operator to repair."""
        touch = self._parking.message_failed(message, refused, RetryPolicy(), claimed)
        assert touch.decide is not None
        cause = Cause(id=uuid4(), correlation=touch.id, actor=PARKING, at=self._time.now())
        parked = await self._parking.apply(touch.id, touch.decide, cause, touch.start)
        return RefusedRow.model_validate(parked, from_attributes=True).view()

    async def admit_or_keep(self, asker: Principal, content: Mapping[str, Any]) -> FactView:
        """What became of one event of a batch."""
        said = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        body = said.encode("utf-8", "backslashreplace")
        try:
            must_be_small(body)
            must_have_few_values(said, MOST_VALUES)
            return await self.admit(asker, read_structured(content))
        except Refused as refused:
            department = _department(asker, content.get("type"))
            letter = _letter(asker, department, content, body, STRUCTURED)
            return await self.keep(letter, refused, _id(content))


def routes(facts: Facts, parking: Parking, door: FactsDoor) -> APIRouter:
    """The routes of departments' systems and staff; each sees the facts of their own department only."""
    router = Router(readers=(*Department, *STAFF), tags=["facts"])
    _reporting(router, door)
    _reading(router, facts, parking)
    return router


def _reporting(router: APIRouter, door: FactsDoor) -> None:
    @router.post(
        "/facts",
        status_code=202,
        response_model=FactView,
        responses={
            207: {"model": BatchView, "description": "The answers to the events of a batch, in their order."},
            415: answered("The body is of another media type or encoding."),
        },
        openapi_extra={"requestBody": accepted(), "parameters": HEADERS},
        dependencies=[allow(*Department, *STAFF)],
    )
    async def report_facts(request: Request, asker: AskedBy) -> FactView | Response:
        """Report a fact, or a batch of them. The same fact again is recognised by its id and has no second effect.

        Staff report in person what their role is to know; it is announced in their department's name, as theirs.
        """
        headers = _attributes(request)
        sent = Sent(request.headers.get("content-type"), dict(headers), await request.body())
        try:
            must_be_said_once(name for name, _ in headers)
            if sent.is_batch:
                told = read_batch(sent)
                views = BatchView(items=[await door.admit_or_keep(asker, each) for each in told])
                if refusals := [each for each in views.items if each.stage != "admitted"]:
                    leave_evidence(request, refusals[0].code or "refused")
                return JSONResponse(views.model_dump(mode="json"), status_code=207)
            return await door.admit(asker, read(sent))
        except Refused as refused:
            leave_evidence(request, refused.code)
            said = sent.attributes or sent.said
            letter = _letter(asker, _department(asker, said.get("type")), said, sent.body, sent.content_type)
            await door.keep(letter, refused, sent.claimed)
            return problem(_STATUS.get(refused.code, 422), refused.code, refused.detail)


def _reading(router: APIRouter, facts: Facts, parking: Parking) -> None:
    @router.get("/facts")
    async def list_facts(asker: AskedBy, after: After = None, limit: Limit = 50) -> Listing[FactView]:
        """Your department's facts that were admitted, the latest first."""
        where = {"department": OneOf(*_departments(asker))}
        page = await facts.rows(AdmittedRow, where, sort="-at", after=after, limit=limit)
        return Listing(items=[row.view() for row in page.items], next=page.next)

    @router.get("/facts/{event_id:path}")
    async def show_fact(event_id: str, asker: AskedBy) -> FactView:
        """What became of the fact to which you gave this id."""
        departments = _departments(asker)
        for department in departments:
            with suppress(NotFound):
                fact = await facts.get(fact_id_of(department, event_id))
                return AdmittedRow.model_validate(fact, from_attributes=True).view()
        entrances = OneOf(*map(ingress.entrance, departments))
        where = {"queue": entrances, "claimed": event_id, "state": OneOf(*_NOT_ADMITTED)}
        refused = (await parking.rows(RefusedRow, where, sort="-last_at", limit=1)).items
        if not refused:
            raise NotFound("fact", event_id)
        return refused[0].view()

    @router.get("/refusals")
    async def list_refusals(asker: AskedBy, after: After = None, limit: Limit = 50) -> Listing[FactView]:
        """Your messages that were refused and are kept for repair, or were dropped by an operator, and why."""
        where = not_admitted_of(_departments(asker))
        page = await parking.rows(RefusedRow, where, sort="-last_at", after=after, limit=limit)
        return Listing(items=[row.view() for row in page.items], next=page.next)


def not_admitted_of(departments: Iterable[Department]) -> Where:
    """What finds the messages of these departments that were refused."""
    return {"queue": OneOf(*map(ingress.entrance, departments)), "state": OneOf(*_NOT_ADMITTED)}


def _departments(asker: Principal) -> tuple[Department, ...]:
    """Whose facts this asker tells and reads."""
    return (Department(asker.id),) if asker.kind == "department" else departments_of(asker.roles)


def _department(asker: Principal, key: object) -> Department:
    """In whose name a fact is told: of several departments of one person that which its key begins with."""
    theirs = _departments(asker)
    return next((each for each in theirs if str(key).startswith(f"{each.value}.")), theirs[0])


def _teller(asker: Principal) -> Teller | None:
    """Who tells it in person; None for a department's system."""
    return None if asker.kind == "department" else Teller.of(asker.id, asker.roles)


def _attributes(request: Request) -> list[tuple[str, str]]:
    headers = request.headers.items()
    return [
        (name.removeprefix(_HTTP_PREFIX), unquote(value)) for name, value in headers if name.startswith(_HTTP_PREFIX)
    ]


def _letter(
    asker: Principal, department: str, attributes: Mapping[str, Any], body: bytes, content_type: str | None
) -> Message:
    """What was told over HTTP, as the department would have sent it over AMQP, or with the colleague who told it."""
    marked = {f"{PREFIX}{name}": value for name, value in attributes.items() if name != "data"}
    teller = _teller(asker)
    return Message(
        ingress.entrance(department),
        str(attributes.get("type", "")),
        marked,
        body,
        content_type=content_type,
        user_id=teller.user_id if teller else department,
    )


def _id(attributes: Mapping[str, Any]) -> str | None:
    id = attributes.get("id")
    return id if isinstance(id, str) else None
