"""What may be asked about goods that should go."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from orders.api.roles import CS, READERS
from orders.domain.disposal import Disposal, Proposal
from orders.store import Disposals
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Line, Prose
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow


class ProposeDisposal(RequestBody):
    """Which goods should go, and how (004 一㈡4)."""

    goods: Line = Field(examples=["80 款单玻隔断（停产）"])
    quantity: int = Field(ge=1, examples=[36])
    origin: Literal["returned", "obsolete"] = Field(examples=["obsolete"])
    way: Literal["scrap", "rework", "resell"] = Field(examples=["resell"])
    reason: Prose = Field(examples=["停产两年，库存盘点发现"])


class DecideDisposal(RequestBody):
    """The marketing vice-president's word."""

    outcome: Literal["approved", "rejected"] = Field(examples=["approved"])


def routes(disposals: Disposals) -> APIRouter:
    """Propose, decide, list."""
    router = Router(readers=READERS, tags=["stock"])

    @router.post("/disposals", dependencies=[allow(Role.WAREHOUSE, Role.STATISTICS_CLERK, *CS)])
    async def propose(body: ProposeDisposal, cause: CausedByRequest) -> Disposal:
        """Propose that returned or obsolete goods go."""
        return await disposals.create(Disposal.proposed(Proposal(**body.model_dump()), cause), cause)

    @router.post("/disposals/{disposal_id}/decide", dependencies=[allow(Role.MARKETING_VP)])
    async def decide(disposal_id: UUID, body: DecideDisposal, cause: CausedByRequest) -> Disposal:
        """Approve or reject, as the marketing vice-president."""
        approved = body.outcome == "approved"
        return await disposals.apply(disposal_id, lambda disposal: disposal.decide(approved, cause), cause)

    @router.get("/disposals")
    async def list_disposals(
        status: Annotated[Literal["proposed", "approved", "rejected"], Query()] = "proposed",
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[Disposal]:
        """Proposals by what became of them, the oldest first."""
        page = await disposals.find({"status": status}, sort="proposed_at", after=after, limit=limit)
        return Listing(items=list(page.items), next=page.next)

    return router
