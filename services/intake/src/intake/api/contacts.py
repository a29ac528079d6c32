"""The record of talks over HTTP: written once, corrected by adding."""

from collections.abc import Sequence
from datetime import date, time
from typing import Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from intake.api import readers
from intake.domain.contact_log import ContactLog, contact_log_id_of
from intake.domain.decisions.talk import correct_talk, record_talk
from intake.domain.parts.record import Correctable, Correction, Record
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.contracts.event import Instant
from shared.contracts.intake import Talk
from shared.contracts.roles import CS, SALES
from shared.contracts.vocabulary import Line, Prose
from shared.http import CausedByRequest, RequestBody, Router, View, allow

AskedQuestion = Literal["q1", "q2", "q3", "q4", "q5", "q6", "q7"]


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
    answers: dict[AskedQuestion, Prose] = Field(
        default={}, description="To the seven pre-sales questions.", examples=[{"q1": "使用良好"}]
    )


class CorrectTalk(RequestBody):
    """One field of one record that is to read differently."""

    field: Correctable = Field(examples=["feedback"])
    after: str = Field(max_length=4000, examples=["使用良好，近期有新项目"])
    reason: Line = Field(examples=["录入笔误"])


class RecordView(View):
    """A talk as it reads now, and every correction that was made to it."""

    contact_id: UUID
    talk: Talk
    corrections: tuple[Correction, ...]
    questions_open: tuple[str, ...] = Field(
        description="Of a pre-sales call the questions that it leaves out: as long as there are any it is incomplete."
    )

    @classmethod
    def of(cls, record: Record, rules: Rules) -> Self:
        call = rules.on(record.talk.started_at).presales
        presales = record.talk.service_type == call.service_type or bool(record.talk.answers)
        return cls(
            contact_id=record.contact_id,
            talk=record.talk,
            corrections=record.corrections,
            questions_open=call.open(record.talk.answers) if presales else (),
        )


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /customers/{id}/contacts."""
    router = Router(readers=readers.CUSTOMERS, tags=["contacts"], prefix="/customers/{customer_id}/contacts")
    logs = stores.contact_logs

    async def _file_with(contact_id: UUID, customer_id: UUID) -> UUID:
        """The file under which this talk was written, of the files of one person."""
        for file in await stores.customers.files_of(customer_id):
            if contact_id in {each.contact_id for each in (await logs.of(file)).records()}:
                return file
        return customer_id

    @router.post("", status_code=201, dependencies=[allow(*CS, *SALES)])
    async def record_contact(customer_id: UUID, body: RecordTalk, cause: CausedByRequest) -> RecordView:
        """Write a talk down for good."""
        talk = Talk.model_validate(body.model_dump())
        blank = ContactLog.blank(customer_id)
        log = await logs.made(cause, blank.id)
        if log is None:
            await stores.customers.served(customer_id)
            log = await logs.apply(blank.id, lambda log: record_talk(log, talk, cause), cause, blank)
        return RecordView.of(log.record(cause.derive("contact")), rules)

    @router.get("")
    async def list_talks(customer_id: UUID) -> list[RecordView]:
        """Every talk with the customer as it reads now, with its corrections, oldest first."""
        await stores.customers.get(customer_id)
        return [RecordView.of(record, rules) for record in await talks_with(stores, customer_id)]

    @router.post("/{contact_id}/correct", dependencies=[allow(*CS)])
    async def correct_contact(
        customer_id: UUID, contact_id: UUID, body: CorrectTalk, cause: CausedByRequest
    ) -> RecordView:
        """Add a correction; what the record said before stays readable."""
        file = await _file_with(contact_id, customer_id)
        log = await logs.apply(
            contact_log_id_of(file),
            lambda log: correct_talk(log, contact_id, body.field, body.after, body.reason, cause),
            cause,
        )
        return RecordView.of(log.record(contact_id), rules)

    return router


async def talks_with(stores: Stores, customer_id: UUID) -> Sequence[Record]:
    """Every talk with the customer, from all files of the person: as written in one file, by time of several."""
    files = [await stores.contact_logs.of(file) for file in await stores.customers.files_of(customer_id)]
    if len(files) == 1:
        return files[0].records()
    return sorted((each for log in files for each in log.records()), key=lambda each: each.talk.started_at)
