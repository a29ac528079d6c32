"""Verification over HTTP: what there is to verify, and each collection part by part."""

from collections import Counter
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line
from shared.http import CausedByRequest, RequestBody, Router, View, allow
from shared.seals.check import Reported, SealWatch
from shared.seals.checkpoints import ProposedAcceptance, RestoreAcceptance
from shared.seals.verification import Cursor, Evidence, SealFinding

READERS = (Role.GM, Role.GM_OFFICE, Role.DEPUTY_GM, Role.CS_DIRECTOR, Role.OPERATOR)
"""Who looks into the evidence."""

DOCUMENTS_IN_AN_ANSWER = 2000
"""Documents that one answer is about, about."""

SECONDS_OF_AN_ANSWER = 1.0
"""Seconds that one answer takes, about."""


class CheckpointView(View):
    """A checkpoint. Its code, written down elsewhere, proves later that it is still the same."""

    number: int
    at: Instant
    code: str = Field(examples=["6b1f0c4c0a3e4f3a9d0c7e55b1b2c3d4"])


class AcceptedView(View):
    """Who accepted which restored backup, why, and the checkpoint with which verification begins since."""

    checkpoint: int
    acceptance: RestoreAcceptance


class SealsView(View):
    """What there is to verify, the last checkpoint, what is wrong with the row of them, what checks have found.

    After a restored backup was accepted, verification begins at the checkpoint that did so.
    """

    collections: tuple[str, ...] = Field(examples=[["customers", "parked"]])
    checkpoint: CheckpointView | None
    findings: tuple[SealFinding, ...]
    checked_at: Instant | None = Field(description="When the scheduled check ended last.")
    reported: tuple[Reported, ...] = Field(description="What scheduled checks have ever found, the latest 500.")
    accepted: AcceptedView | None = Field(description="The last acceptance of a restored backup, and its checkpoint.")
    proposed: ProposedAcceptance | None = Field(description="The acceptance that waits for another operator.")
    accepting: RestoreAcceptance | None = Field(description="The acceptance that the next check carries out.")


class AcceptRestored(RequestBody):
    """What stands in the database is a restored backup, and that is right."""

    backup: Line = Field(description="Which one.", examples=["mongodump of 2026-11-28 03:00"])
    reason: Line = Field(description="Why it was restored.", examples=["the volume of the database was lost"])
    code: str = Field(
        max_length=64,
        description="The code of the last checkpoint as `GET /seals` shows it now; empty where there is none.",
        examples=["6b1f0c4c0a3e4f3a9d0c7e55b1b2c3d4"],
    )


class ConfirmRestored(RequestBody):
    """Which acceptance, as `GET /seals` shows it."""

    proposal: UUID


class VerificationView(View):
    """What was found in a part of a collection; `next` is where to go on, absent at the end."""

    documents: int
    keys: dict[str, int] = Field(description="How many of them each key has sealed.", examples=[{"2026-11": 2000}])
    findings: tuple[SealFinding, ...]
    next: str | None


def routes(evidence: Evidence, watch: SealWatch) -> APIRouter:
    """`GET /seals`, `GET /seals/verification` and the acceptance of a restored backup."""
    router = Router(readers=READERS, tags=["seals"], prefix="/seals")

    async def seals() -> SealsView:
        latest, check, row = await evidence.latest(), await watch.last(), await evidence.row()
        begun = row.accepting
        last = None
        if latest is not None:
            last = CheckpointView(number=latest.number, at=latest.begun_at, code=await evidence.code(latest.number))
        return SealsView(
            collections=evidence.collections,
            checkpoint=last,
            findings=tuple(row.findings),
            checked_at=check.done_at,
            reported=check.reported,
            accepted=AcceptedView(checkpoint=begun.number, acceptance=begun.accepts)
            if begun and begun.accepts
            else None,
            proposed=check.proposed,
            accepting=check.accepting,
        )

    @router.get("")
    async def get_seals() -> SealsView:
        """What there is to verify, and whether the row of checkpoints is whole."""
        return await seals()

    _acceptance(router, watch, seals)

    @router.get("/verification")
    async def verify_collection(
        collection: Annotated[str, Query(max_length=100)],
        after: Annotated[str | None, Query(max_length=200)] = None,
    ) -> VerificationView:
        """Verify a collection from the cursor on: as many documents as take about a second."""
        began, documents = perf_counter(), 0
        keys: Counter[str] = Counter()
        findings: list[SealFinding] = []
        cursor = Cursor.read(after, collection) if after else None
        while True:
            verified = await evidence.verify(collection, cursor)
            documents += verified.documents
            keys.update(verified.keys)
            findings += verified.findings
            cursor = verified.next
            if cursor is None or documents >= DOCUMENTS_IN_AN_ANSWER or perf_counter() - began > SECONDS_OF_AN_ANSWER:
                break
        following = cursor.written(collection) if cursor else None
        return VerificationView(documents=documents, keys=keys, findings=tuple(findings), next=following)

    return router


def _acceptance(router: APIRouter, watch: SealWatch, seals: Callable[[], Awaitable[SealsView]]) -> None:
    @router.post("/acceptance", status_code=202, dependencies=[allow(Role.OPERATOR)])
    async def accept_restored(body: AcceptRestored, cause: CausedByRequest) -> SealsView:
        """Propose to accept what is there now as a restored backup. Another operator has to confirm it."""
        await watch.propose(body.backup, body.code, body.reason, cause)
        return await seals()

    @router.post("/acceptance/confirm", status_code=202, dependencies=[allow(Role.OPERATOR)])
    async def confirm_restored(body: ConfirmRestored, cause: CausedByRequest) -> SealsView:
        """Confirm what another operator has proposed: the next check begins the row of checkpoints anew.

        What was removed, taken back or inserted by the restore is found no more; a document whose seal does not hold
        still is.
        """
        await watch.accept(body.proposal, cause)
        return await seals()
