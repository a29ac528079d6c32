"""The audit trail as it is looked up: by person, kind, route and time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.audit.trail import Asked, Audit, AuditKind
from shared.contracts.event import Actor, Instant
from shared.contracts.roles import Role
from shared.http import After, Limit, Listing, Router, View

READERS = (Role.GM, Role.GM_OFFICE, Role.DEPUTY_GM, Role.CS_DIRECTOR, Role.OPERATOR)
"""Who looks into the evidence."""


class AuditView(View):
    """One entry of the audit trail."""

    id: UUID
    at: Instant
    kind: AuditKind
    actor: Actor | None = Field(description="Absent for those who proved no identity.")
    who: str = Field(examples=["cs-07"])
    method: str
    route: str = Field(examples=["/customers/{customer_id}"])
    path: str
    asked_by: tuple[str, ...] = Field(description="The names of the query's parameters; their values are not kept.")
    status: int
    code: str | None
    origin: str
    forwarded_for: str | None
    reason: str | None = Field(description="What the header Reason said.")
    times: int = Field(default=1, description="How many refusals it stands for: those of a flood are counted together.")


def routes(audit: Audit) -> APIRouter:
    """`GET /audit`, the latest first."""
    router = Router(readers=READERS, tags=["audit"], prefix="/audit")

    @router.get("")
    async def list_audit(
        who: Annotated[str | None, Query(max_length=128)] = None,
        kind: AuditKind | None = None,
        route: Annotated[str | None, Query(max_length=200)] = None,
        since: Instant | None = None,
        until: Instant | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[AuditView]:
        """Refusals, readings of personal data, acts of operators and exports, the latest first."""
        page = await audit.entries(Asked(who, kind, route, since, until), after=after, limit=limit)
        return Listing(
            items=[AuditView.model_validate(entry, from_attributes=True) for entry in page.items], next=page.next
        )

    return router
