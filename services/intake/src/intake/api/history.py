"""A customer's history over HTTP: all that happened in every service, and proof that our records of it are whole."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, JsonValue

from intake.api import readers
from intake.api.customers import RevisionView, needs_whole
from intake.domain.contact_log import ContactLog
from intake.domain.customer import Customer
from intake.domain.figures.overview import MATTERS, Subject, latest_of_each, subjects
from intake.domain.parts.chain import Entry
from intake.store import Stores
from shared.aggregate import NotFound
from shared.contracts.event import Actor, Event, Instant
from shared.contracts.intake import ContactCorrected, ContactRecorded, CustomerUpdated
from shared.http import After, AskedBy, Limit, Listing, Router, View
from shared.store import Between, OneOf

_MOST = 1000
"""Facts on one page at most, the latest."""


class Alteration(View):
    """An entry that is not what was written."""

    record: Literal["file", "contacts", "callback"]
    record_id: UUID
    entry: int | None = Field(description="The number of the first altered entry; absent if only the seal is wrong.")


class RecordsVerificationView(View):
    """Whether all that is on record about a customer is what was written, and if not, what was altered first."""

    whole: bool
    altered: tuple[Alteration, ...]


class MomentView(View):
    """One fact about the customer."""

    at: Instant
    key: str
    subject: UUID
    by: Actor = Field(validation_alias="actor")
    said: dict[str, JsonValue]


class OverviewView(View):
    """A customer on one page, as it is or was."""

    as_of: Instant | None
    file: RevisionView
    subjects: dict[Subject, tuple[MomentView, ...]] = Field(
        description="The facts of each subject, the latest first; of an order, a complaint, a service its latest one."
    )
    complete: bool = Field(description="Whether everything is on it, or only the latest thousand facts.")


def routes(stores: Stores) -> APIRouter:
    """The routes that look back at a customer."""
    router = Router(
        readers=readers.CUSTOMERS, whole=readers.WHOLE_FILES, tags=["history"], prefix="/customers/{customer_id}"
    )
    subject_of = subjects()

    @router.get("/verify")
    async def verify_records(customer_id: UUID) -> RecordsVerificationView:
        """Whether file, talks and callbacks are what was written; names the first altered or missing entry of each.

        What was rewritten so that its entries agree is named too: its seal does not hold. Of merged files both count.
        """
        await stores.customers.get(customer_id)
        files = await stores.customers.files_of(customer_id)
        altered = [alteration for file in files async for alteration in _alterations(stores, file)]
        return RecordsVerificationView(whole=not altered, altered=tuple(altered))

    @router.get("/timeline")
    async def list_moments(
        customer_id: UUID,
        key: Annotated[str | None, Query(max_length=100, examples=["orders.shipment_delayed.v1"])] = None,
        as_of: Instant | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[MomentView]:
        """All that happened to the customer in every service, the latest first; of merged files what is in either.

        `key` shows one kind of facts, `as_of` what had happened before that moment.
        """
        where = {"customer_id": await stores.customers.all_of(customer_id), "key": key, "at": Between(high=as_of)}
        page = await stores.moments.rows(MomentView, where, sort="-at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/overview")
    async def show_overview(customer_id: UUID, reader: AskedBy, as_of: Instant | None = None) -> OverviewView:
        """The customer on one page: file, orders with their progress, payments, credit, opinions, complaints, services,
        promises kept and broken, and what the customer may need next (004 一㈢4).

        `as_of` shows the page as it was before that moment. Of merged files it is about both, and shows the file that
        is kept, or else one that was there before it.
        """
        files = [await stores.customers.get(file) for file in await stores.customers.files_of(customer_id)]
        known = next((found for file in files if (found := _known(file, as_of))), None)
        if known is None:
            raise NotFound("file of the customer before", as_of)
        where = {
            "customer_id": await stores.customers.all_of(customer_id),
            "key": OneOf(*subject_of),
            "at": Between(high=as_of),
        }
        page = await stores.moments.rows(MomentView, where, sort="-at", limit=_MOST)
        by_subject: dict[Subject, list[MomentView]] = {subject: [] for subject in get_args(Subject)}
        for moment in page.items:
            by_subject[subject_of[moment.key]].append(moment)
        return OverviewView(
            as_of=as_of,
            file=RevisionView.of(known, needs_whole(files[0], reader)),
            subjects={subject: _progress(subject, found) for subject, found in by_subject.items()},
            complete=page.next is None,
        )

    return router


def _known(file: Customer, as_of: datetime | None) -> Entry | None:
    """What the file said last before a moment; nothing before there was a file."""
    return next((entry for entry in reversed(file.file) if as_of is None or entry.at < as_of), None)


def _progress(subject: Subject, moments: Sequence[MomentView]) -> tuple[MomentView, ...]:
    names = [each.said.get(MATTERS[subject]) if subject in MATTERS else None for each in moments]
    return tuple(moments[place] for place in latest_of_each(None if name is None else str(name) for name in names))


async def _alterations(stores: Stores, customer_id: UUID) -> AsyncIterator[Alteration]:
    customer = await stores.customers.get(customer_id)
    log = await _log(stores, customer_id)
    updates = await _told(stores, customer_id, CustomerUpdated)
    talks = await _told(stores, customer_id, ContactRecorded, ContactCorrected)
    entry = customer.first_altered({said["revision"] for said in updates})
    if entry or await stores.customers.tampered(customer_id):
        yield Alteration(record="file", record_id=customer_id, entry=entry)
    entry = log.first_altered({said["hash"] for said in talks})
    if entry or await stores.contact_logs.tampered(log.id):
        yield Alteration(record="contacts", record_id=log.id, entry=entry)
    async for callback in stores.callbacks.each({"customer_id": customer_id}, sort="due_at"):
        entry = callback.first_altered()
        if entry or await stores.callbacks.tampered(callback.id):
            yield Alteration(record="callback", record_id=callback.id, entry=entry)


async def _log(stores: Stores, customer_id: UUID) -> ContactLog:
    blank = ContactLog.blank(customer_id)
    try:
        return await stores.contact_logs.get(blank.id)
    except NotFound:
        return blank


async def _told(stores: Stores, customer_id: UUID, *events: type[Event]) -> list[dict[str, Any]]:
    """What was announced about the customer's records; the timeline remembers it when the record does not."""
    where = {"customer_id": customer_id, "key": OneOf(*(event.key for event in events))}
    return [moment.said async for moment in stores.moments.each(where, sort="at")]
