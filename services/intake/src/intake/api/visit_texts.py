"""Texts about visits over HTTP: taken as people write them, and read by a person where they cannot be understood."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, computed_field

from intake.api import readers
from intake.domain.decisions.visit import report_text
from intake.domain.decisions.visit_text import dismiss, read, receive_text
from intake.domain.lifecycle import VISIT_TEXT, TextStage
from intake.domain.parts.said_visit import SaidVisit
from intake.domain.policy.policy import Rules
from intake.domain.visit_text import TextChannel, VisitText
from intake.store import Stores
from shared.contracts.event import Instant
from shared.contracts.roles import CS, SALES
from shared.contracts.vocabulary import Line, Phone, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.lifecycle import Possible


class ReceiveText(RequestBody):
    """What an account manager texted on leaving, as it was written."""

    text: Prose = Field(examples=["刚离开明镜眼镜店，陈先生 137 0013 7000"])
    staff: StaffId | None = Field(default=None, description="Who wrote it; absent: who sends this request.")
    channel: TextChannel = "app"


class ReadText(RequestBody):
    """What the text says, as a person found out."""

    shop_name: Line = Field(examples=["明镜眼镜店"])
    customer_name: Line = Field(examples=["陈先生"])
    mobile: Phone = Field(examples=["13700137000"])


class DismissText(RequestBody):
    """Why the text is about no visit."""

    reason: Line = Field(examples=["误发，与拜访无关"])


class VisitTextView(View):
    """A text, and what it was read as; the same in a list."""

    text_id: UUID = Field(validation_alias="id")
    staff: StaffId
    text: Prose
    channel: TextChannel
    received_at: Instant
    stage: TextStage
    said: SaidVisit | None = None
    dismissed_because: Line | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return VISIT_TEXT.possible(self.stage)

    @classmethod
    def of(cls, text: VisitText) -> Self:
        return cls.model_validate(text, from_attributes=True)


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /visit-texts."""
    router = Router(readers=readers.VISITS, tags=["visits"], prefix="/visit-texts")
    texts = stores.visit_texts
    _reading(router, stores, rules)

    async def reported(text: VisitText, cause: CausedByRequest) -> VisitTextView:
        if text.said is not None:
            await stores.visits.create(report_text(text, text.said, cause), cause)
        return VisitTextView.of(text)

    @router.post("", status_code=201, dependencies=[allow(*SALES, *CS)])
    async def receive_visit_text(body: ReceiveText, cause: CausedByRequest) -> VisitTextView:
        """Take a text; one that is understood is a visit, and the customer is called within 30 minutes."""
        id, staff = cause.derive("visit-text"), body.staff or cause.actor.id
        if made := await texts.made(cause, id):
            return await reported(made, cause)
        change = receive_text(id, staff, body.text, body.channel, rules, cause)
        return await reported(await texts.create(change, cause), cause)

    @router.post("/{text_id}/read", dependencies=[allow(*VISIT_TEXT.roles("read"))])
    async def read_visit_text(text_id: UUID, body: ReadText, cause: CausedByRequest) -> VisitTextView:
        """Say which customer was visited; from now on it is a visit like any other."""
        said = SaidVisit.model_validate(body.model_dump())
        return await reported(await texts.apply(text_id, lambda text: read(text, said, rules, cause), cause), cause)

    @router.post("/{text_id}/dismiss", dependencies=[allow(*VISIT_TEXT.roles("dismiss"))])
    async def dismiss_visit_text(text_id: UUID, body: DismissText, cause: CausedByRequest) -> VisitTextView:
        """Say that the text is about no visit."""
        return VisitTextView.of(
            await texts.apply(text_id, lambda text: dismiss(text, body.reason, rules, cause), cause)
        )

    return router


def _reading(router: APIRouter, stores: Stores, rules: Rules) -> None:
    texts = stores.visit_texts

    @router.get("")
    async def list_visit_texts(
        stage: Annotated[TextStage, Query()] = "unread", after: After = None, limit: Limit = 50
    ) -> Listing[VisitTextView]:
        """The texts in one stage, the latest first."""
        page = await texts.rows(VisitTextView, {"stage": stage}, sort="-received_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{text_id}")
    async def show_visit_text(text_id: UUID) -> VisitTextView:
        """One text."""
        return VisitTextView.of(await texts.get(text_id))

    @router.get("/{text_id}/clocks")
    async def show_visit_text_clocks(text_id: UUID) -> list[ClockView]:
        """By when it is read and why."""
        return clocks_of(await texts.get(text_id), rules.clocks)
