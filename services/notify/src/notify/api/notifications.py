"""Why a person got a message, or did not: every notification with its fact, line, words, attempts and receipts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.routing import APIRouter
from pydantic import AliasPath, Field, computed_field

from notify.api.readers import READERS
from notify.composer import Composer
from notify.domain.decisions import answers as decisions
from notify.domain.decisions.replies import attribute as whose
from notify.domain.lifecycle import LIFECYCLE, Stage
from notify.domain.messages.template import Channel
from notify.domain.notification import Notification
from notify.domain.parts.address import masked
from notify.domain.parts.way import Way
from notify.domain.roles import DESK
from notify.store import Stores
from shared.contracts.values import on_paper
from shared.contracts.vocabulary import Line
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.lifecycle import Possible
from shared.store import OneOf


class PieceView(View):
    """One thing told: the fact behind it and the template's version for each channel."""

    event: str = Field(examples=["orders.shipment_delayed.v1"])
    event_id: UUID | None
    template: str = Field(examples=["shipment_delayed.plain"])
    versions: dict[str, int] = Field(examples=[{"sms": 1, "email": 1}])
    values: dict[str, str]


class AttemptView(View):
    """One try and what the provider answered."""

    number: int
    channel: Channel
    provider: str
    began_at: datetime
    settled_at: datetime | None
    outcome: str | None = Field(examples=["accepted"])
    code: str
    detail: str
    reference: str | None


class ReceiptView(View):
    """What the provider said afterwards."""

    provider: str
    status: str = Field(examples=["delivered"])
    code: str
    reason: str
    at: datetime


class NotificationRow(View):
    """A message as a list shows it; its words, attempts and receipts are asked for by its id."""

    id: UUID
    customer_id: UUID | None
    staff: str | None
    role: str | None
    purpose: str
    rule: str
    about: str | None
    stage: Stage
    reason: str | None
    superseded_by: UUID | None
    event: str = Field(validation_alias=AliasPath("pieces", 0, "event"), examples=["orders.shipment_delayed.v1"])
    event_id: UUID | None = Field(default=None, validation_alias=AliasPath("pieces", 0, "trigger"))
    values: dict[str, str] = Field(validation_alias=AliasPath("pieces", 0, "values"))
    ways: tuple[Way, ...] = Field(default=(), exclude=True)
    created_at: datetime
    not_before: datetime
    expires_at: datetime

    @computed_field
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided about it now, and by whom."""
        return LIFECYCLE.possible(self.stage)

    @computed_field
    def channels(self) -> list[str]:
        """The channels that it goes over, in their order."""
        return [way.channel for way in self.ways]

    @computed_field
    def addresses(self) -> list[str]:
        """The addresses on these channels, masked."""
        return [masked(way.address) for way in self.ways]


class NotificationView(View):
    """A message as staff may see it: addresses masked, internal forms never in it (003 §25.6b)."""

    id: UUID
    customer_id: UUID | None
    staff: str | None
    role: str | None
    purpose: str
    rule: str
    about: str | None
    stage: Stage
    possible: tuple[Possible, ...]
    reason: str | None
    superseded_by: UUID | None
    channels: list[str]
    addresses: list[str]
    pieces: list[PieceView]
    attempts: list[AttemptView]
    receipts: list[ReceiptView]
    created_at: datetime
    not_before: datetime
    expires_at: datetime

    @classmethod
    def of(cls, seen: Notification) -> "NotificationView":
        """What there is to see of a message."""
        pieces = [
            PieceView(
                event=piece.event,
                event_id=piece.trigger,
                template=piece.template,
                versions=piece.versions,
                values=piece.values,
            )
            for piece in seen.pieces
        ]
        return cls(
            **seen.model_dump(
                include={
                    "id",
                    "customer_id",
                    "staff",
                    "role",
                    "purpose",
                    "rule",
                    "about",
                    "stage",
                    "reason",
                    "superseded_by",
                    "created_at",
                    "not_before",
                    "expires_at",
                }
            ),
            possible=LIFECYCLE.possible(seen.stage),
            channels=[way.channel for way in seen.ways],
            addresses=[masked(way.address) for way in seen.ways],
            pieces=pieces,
            attempts=[AttemptView(**attempt.model_dump(exclude={"fence"})) for attempt in seen.attempts],
            receipts=[ReceiptView(**receipt.model_dump()) for receipt in seen.receipts],
        )


class ReplyView(View):
    """An answer and how it was understood; without a customer it is to be found out who wrote it."""

    id: UUID
    customer_id: UUID | None
    address: str = Field(exclude=True)
    attributed_by: str | None = None
    note: str = ""
    notification: UUID | None
    text: str
    intent: str
    choice: int | None
    at: datetime

    @computed_field
    def address_masked(self) -> str:
        """From where it came."""
        return masked(self.address)


class Attribute(RequestBody):
    """Whose reply it is."""

    customer_id: UUID | None = Field(default=None, description="Absent: it is no customer's.")
    note: str = Field(default="", max_length=2000, examples=["广告短信"])


class Progress(View):
    """How far a campaign has come: how many messages are in each stage."""

    total: int
    stages: dict[Stage, int]


class Resolve(RequestBody):
    """A person's decision about a message whose fate no provider could tell."""

    sent: bool = Field(description="True: it went out. False: send it again.", examples=[False])


def routes(stores: Stores, composer: Composer) -> APIRouter:
    """Reading for everybody in the company; deciding for customer service."""
    store = stores.notifications
    router = Router(readers=READERS, tags=["notifications"])

    @router.get("/notifications")
    async def list_notifications(
        customer_id: UUID | None = None,
        about: Annotated[Line | None, Query(description="A number on the papers.", examples=["SO-2026-0412"])] = None,
        purpose: str | None = None,
        stage: Annotated[list[Stage] | None, Query(description="One or several.")] = None,
        correlation: Annotated[UUID | None, Query(description="The case, or the campaign.")] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[NotificationRow]:
        """The messages that fit, newest first."""
        where = {
            "customer_id": customer_id,
            "about": OneOf(about, on_paper(about)) if about else None,
            "purpose": purpose,
            "correlation": correlation,
            "stage": OneOf(*stage) if stage else None,
        }
        page = await store.rows(NotificationRow, where, sort="-created_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/notifications/progress")
    async def show_progress(correlation: UUID) -> Progress:
        """How far the messages of a campaign, or of any other case, have come."""
        stages = {stage: await store.count({"correlation": correlation, "stage": stage}) for stage in LIFECYCLE.stages}
        return Progress(total=sum(stages.values()), stages={name: count for name, count in stages.items() if count})

    @router.get("/notifications/{notification_id}")
    async def show_notification(notification_id: UUID) -> NotificationView:
        """One message with everything that happened to it."""
        return NotificationView.of(await store.get(notification_id))

    @router.post(
        "/notifications/{notification_id}/resolve",
        dependencies=[allow(*LIFECYCLE.roles("resolve"))],
    )
    async def resolve(notification_id: UUID, body: Resolve, cause: CausedByRequest) -> NotificationView:
        """Decide about an unresolved message. Refused for any other."""
        resolved = await store.apply(
            notification_id,
            lambda current: decisions.resolve(
                current, body.sent, composer.known_words(current), composer.policy_of(current), cause
            ),
            cause,
        )
        return NotificationView.of(resolved)

    @router.get("/replies")
    async def list_replies(
        customer_id: UUID | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[ReplyView]:
        """What a customer answered, newest first; without a customer everything that came in."""
        where = {"customer_id": customer_id}
        page = await stores.replies.rows(ReplyView, where, sort="-at", after=after, limit=limit)
        return Listing.of(page)

    @router.post("/replies/{reply_id}/attribute", dependencies=[allow(*DESK)])
    async def attribute(reply_id: UUID, body: Attribute, cause: CausedByRequest) -> ReplyView:
        """It has been found out who wrote a reply that belonged to no customer's file."""
        known = await stores.replies.apply(
            reply_id, lambda current: whose(current, body.customer_id, body.note, composer.rules, cause), cause
        )
        return ReplyView(**known.model_dump(include=set(ReplyView.model_fields)))

    @router.get("/replies/{reply_id}/clocks")
    async def show_clocks_of_reply(reply_id: UUID) -> list[ClockView]:
        """By when it has to be found out who wrote it, whose duty that is, and why."""
        return clocks_of(await stores.replies.get(reply_id), composer.rules.clocks)

    return router
