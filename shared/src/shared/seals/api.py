"""Verification over HTTP: what there is to verify, and each collection part by part."""

from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.http import Router, View
from shared.seals.check import Reported, SealWatch
from shared.seals.verification import Cursor, Evidence, SealFinding

READERS = (Role.GM, Role.GM_OFFICE, Role.DEPUTY_GM, Role.CS_DIRECTOR, Role.OPERATOR)
"""Who looks into the evidence."""

AT_ONCE = 2000
"""Documents that one answer is about, about."""

LONGEST = 1.0
"""Seconds that one answer takes, about."""


class CheckpointView(View):
    """A checkpoint. Its code, written down elsewhere, proves later that it is still the same."""

    number: int
    at: Instant
    code: str = Field(examples=["6b1f0c4c0a3e4f3a9d0c7e55b1b2c3d4"])


class SealsView(View):
    """What there is to verify, the last checkpoint, what is wrong with the row of them, what checks have found."""

    collections: tuple[str, ...] = Field(examples=[["customers", "parked"]])
    checkpoint: CheckpointView | None
    findings: tuple[SealFinding, ...]
    checked_at: Instant | None = Field(description="When the scheduled check ended last.")
    reported: tuple[Reported, ...] = Field(description="What scheduled checks have ever found, the latest 500.")


class VerificationView(View):
    """What was found in a part of a collection; `next` is where to go on, absent at the end."""

    documents: int
    findings: tuple[SealFinding, ...]
    next: str | None


def routes(evidence: Evidence, watch: SealWatch) -> APIRouter:
    """`GET /seals` and `GET /seals/verification`."""
    router = Router(readers=READERS, tags=["seals"], prefix="/seals")

    @router.get("")
    async def get_seals() -> SealsView:
        """What there is to verify, and whether the row of checkpoints is whole."""
        latest, check = await evidence.latest(), await watch.last()
        last = None
        if latest is not None:
            last = CheckpointView(number=latest.number, at=latest.begun_at, code=await evidence.code(latest.number))
        return SealsView(
            collections=evidence.collections,
            checkpoint=last,
            findings=tuple(await evidence.broken_chain()),
            checked_at=check.done_at,
            reported=check.reported,
        )

    @router.get("/verification")
    async def verify_collection(
        collection: Annotated[str, Query(max_length=100)],
        after: Annotated[str | None, Query(max_length=100)] = None,
    ) -> VerificationView:
        """Verify a collection from the cursor on: as many documents as take about a second."""
        began, documents = perf_counter(), 0
        findings: list[SealFinding] = []
        cursor = Cursor.read(after) if after else None
        while True:
            verified = await evidence.verify(collection, cursor)
            documents += verified.documents
            findings += verified.findings
            cursor = verified.next
            if cursor is None or documents >= AT_ONCE or perf_counter() - began > LONGEST:
                break
        return VerificationView(documents=documents, findings=tuple(findings), next=str(cursor) if cursor else None)

    return router
