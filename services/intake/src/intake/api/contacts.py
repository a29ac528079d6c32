"""The record of talks over HTTP: written once, corrected by adding."""

from datetime import date, time
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from intake.api.roles import READERS, SALES, SERVICE
from intake.domain.contact import ContactLog, Correctable, Record, Talk, contact_log_id_of
from intake.store import Records
from shared.aggregate import NotFound
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Line, Prose
from shared.http import CausedByRequest, RequestBody, Router, allow

Question = Literal["q1", "q2", "q3", "q4", "q5", "q6", "q7"]


class RecordTalk(RequestBody):
    """What was said, in exactly the fields of the service record; the customer is in the path."""

    subject: Line = Field(examples=["售前电话回访"])
    service_type: Line = Field(examples=["售前"])
    service_method: Line = Field(examples=["电话"])
    on: date
    at: time = Field(examples=["10:30"])
    contact_name: Line = Field(examples=["王建国"])
    status: Line = Field(examples=["已完成"])
    started_at: Instant
    content: Prose = Field(examples=["了解以往隔断使用情况"])
    feedback: str = Field(default="", max_length=4000)
    remarks: str = Field(default="", max_length=4000)
    answers: dict[Question, Prose] = Field(
        default={}, description="To the seven pre-sales questions.", examples=[{"q1": "使用良好"}]
    )


class CorrectTalk(RequestBody):
    """One field of one record that is to read differently."""

    field: Correctable = Field(examples=["feedback"])
    after: str = Field(max_length=4000, examples=["使用良好，近期有新项目"])
    reason: Line = Field(examples=["录入笔误"])


def routes(records: Records) -> APIRouter:
    """The routes under /customers/{id}/contacts."""
    router = Router(readers=READERS, tags=["contacts"], prefix="/customers/{customer_id}/contacts")
    logs = records.contact_logs

    @router.post("", status_code=201, dependencies=[allow(*SERVICE, *SALES)])
    async def record(customer_id: UUID, body: RecordTalk, cause: CausedByRequest) -> Record:
        """Write a talk down for good."""
        await records.customers.get(customer_id)
        talk = Talk.model_validate(body.model_dump())
        blank = ContactLog.of(customer_id)
        log = await logs.apply(blank.id, lambda log: log.recorded(talk, cause), cause, blank)
        return log.record(cause.derive("contact"))

    @router.get("")
    async def list_talks(customer_id: UUID) -> list[Record]:
        """Every talk with the customer as it reads now, with its corrections, oldest first."""
        await records.customers.get(customer_id)
        try:
            log = await logs.get(contact_log_id_of(customer_id))
        except NotFound:
            return []
        return list(log.records())

    @router.post("/{contact_id}/correct", dependencies=[allow(*SERVICE)])
    async def correct(customer_id: UUID, contact_id: UUID, body: CorrectTalk, cause: CausedByRequest) -> Record:
        """Add a correction; what the record said before stays readable."""
        log = await logs.apply(
            contact_log_id_of(customer_id),
            lambda log: log.corrected(contact_id, body.field, body.after, body.reason, cause),
            cause,
        )
        return log.record(contact_id)

    return router
