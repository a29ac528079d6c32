"""Care over HTTP: what each customer without an order still gets in the month, and what customers may be told."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from intake.api import readers
from intake.domain.care import Care
from intake.domain.care_content import CareContent, CareTemplate
from intake.domain.decisions.care import publish_content, retire, send
from intake.domain.parts.care_month import CareMonth
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.conduct import SpokenLine
from shared.contracts.roles import CS, SALES, Role
from shared.contracts.vocabulary import CustomerSnapshot, Line, Month
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once

AUTHORS = (*CS, Role.MARKET_SUPERVISOR)
"""Who writes what customers are told."""


class PublishContent(RequestBody):
    """Something new that customers may be told, each once."""

    template: CareTemplate = Field(
        description="Mails: care_new_products, care_new_cases; texts: care_greeting, care_recommendation.",
        examples=["care_new_products"],
    )
    words: SpokenLine = Field(
        description="The product, the case, the festival, or the product that is recommended.",
        examples=["80 款双玻隔断"],
    )
    first_day: date = Field(examples=["2026-12-01"])
    last_day: date | None = Field(default=None, description="Absent while it has no end.", examples=["2027-01-31"])


class RetireContent(RequestBody):
    """The last day on which a content is sent."""

    last_day: date = Field(examples=["2026-12-31"])


class SendContent(RequestBody):
    """What this customer is told now."""

    content_id: UUID


class CareContentView(View):
    """A content; the same in a list."""

    content_id: UUID = Field(validation_alias="id")
    template: CareTemplate
    words: Line
    first_day: date
    last_day: date | None = None

    @classmethod
    def of(cls, content: CareContent) -> Self:
        return cls.model_validate(content, from_attributes=True)


class CareView(View):
    """What one customer got in the present month; the same in a list."""

    care_id: UUID = Field(validation_alias="id")
    customer: CustomerSnapshot
    done: CareMonth
    told: tuple[UUID, ...] = Field(description="The contents that the customer was sent, ever.")

    @classmethod
    def of(cls, care: Care) -> Self:
        return cls.model_validate(care, from_attributes=True)


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """The routes under /care and /care-contents."""
    return _care(stores, rules), _contents(stores)


def _care(stores: Stores, rules: Rules) -> APIRouter:
    router = Router(readers=readers.CUSTOMERS, whole=readers.WHOLE_FILES, tags=["customers"], prefix="/care")
    care = stores.care

    @router.get("")
    async def list_care(
        month: Annotated[Month, Query()], customer_id: UUID | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[CareView]:
        """What each customer got in a month that is the latest one for that customer."""
        where = {"done.month": month, "customer_id": await stores.customers.all_of(customer_id)}
        page = await care.rows(CareView, where, after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{care_id}")
    async def show_care(care_id: UUID) -> CareView:
        """What one customer got."""
        return CareView.of(await care.get(care_id))

    @router.get("/{care_id}/clocks")
    async def show_care_clocks(care_id: UUID) -> list[ClockView]:
        """By when the month's care is to be given and why."""
        return clocks_of(await care.get(care_id), rules.clocks)

    @router.post("/{care_id}/send", dependencies=[allow(*CS, *SALES)])
    async def send_care_content(care_id: UUID, body: SendContent, cause: CausedByRequest) -> CareView:
        """Tell this customer something new now; what was told before is refused."""
        content = await stores.care_contents.get(body.content_id)
        told = await care.told(await stores.customers.files_of((await care.get(care_id)).customer_id))
        sent = await care.apply(care_id, lambda current: send(current, content, told, rules, cause), cause)
        return CareView.of(sent)

    return router


def _contents(stores: Stores) -> APIRouter:
    router = Router(readers=(*readers.VISITS,), tags=["customers"], prefix="/care-contents")
    contents = stores.care_contents

    @router.post("", status_code=201, dependencies=[allow(*AUTHORS)])
    @made_once(contents, "care-content", CareContentView.of)
    async def publish_care_content(body: PublishContent, cause: CausedByRequest) -> CareContentView:
        """Write something new that customers without an order are told in their month's mails and texts."""
        change = publish_content(
            cause.derive("care-content"), body.template, body.words, body.first_day, body.last_day, cause
        )
        return CareContentView.of(await contents.create(change, cause))

    @router.get("")
    async def list_care_contents(after: After = None, limit: Limit = 50) -> Listing[CareContentView]:
        """Everything that customers may be or were told, the latest first."""
        page = await contents.rows(CareContentView, sort="-first_day", after=after, limit=limit)
        return Listing.of(page)

    @router.post("/{content_id}/retire", dependencies=[allow(*AUTHORS)])
    async def retire_care_content(content_id: UUID, body: RetireContent, cause: CausedByRequest) -> CareContentView:
        """After that day no customer is told it."""
        return CareContentView.of(
            await contents.apply(content_id, lambda content: retire(content, body.last_day, cause), cause)
        )

    return router
