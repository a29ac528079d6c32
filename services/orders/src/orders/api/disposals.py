"""What may be asked about goods that should go."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from orders.api.readers import STOCK
from orders.api.views import DisposalView
from orders.domain.decisions.disposal import decide_disposal, propose_disposal
from orders.domain.lifecycle import DISPOSAL, DisposalStage
from orders.domain.parts.proposal import Proposal
from orders.store import Disposals
from shared.contracts.roles import CS, Role
from shared.contracts.vocabulary import Line, Prose, Quantity
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow, made_once


class ProposeDisposal(RequestBody):
    """Which goods should go, and how (004 一㈡4)."""

    goods: Line = Field(examples=["80 款单玻隔断（停产）"])
    quantity: Quantity = Field(examples=[36])
    origin: Literal["returned", "obsolete"] = Field(examples=["obsolete"])
    way: Literal["scrap", "rework", "resell"] = Field(examples=["resell"])
    reason: Prose = Field(examples=["停产两年，库存盘点发现"])


class DecideDisposal(RequestBody):
    """The marketing vice-president's word."""

    outcome: Literal["approved", "rejected"] = Field(examples=["approved"])


def routes(disposals: Disposals) -> APIRouter:
    """Propose, decide, list."""
    router = Router(readers=STOCK, tags=["stock"])

    @router.post("/disposals", dependencies=[allow(Role.WAREHOUSE, Role.STATISTICS_CLERK, *CS)])
    @made_once(disposals, "disposal", DisposalView.of)
    async def propose_goods_disposal(body: ProposeDisposal, cause: CausedByRequest) -> DisposalView:
        """Propose that returned or obsolete goods go."""
        proposal = Proposal(
            goods=body.goods, quantity=body.quantity, origin=body.origin, way=body.way, reason=body.reason
        )
        return DisposalView.of(await disposals.create(propose_disposal(proposal, cause), cause))

    @router.post("/disposals/{disposal_id}/decide", dependencies=[allow(*DISPOSAL.roles("decide"))])
    async def decide_goods_disposal(disposal_id: UUID, body: DecideDisposal, cause: CausedByRequest) -> DisposalView:
        """Approve or reject, as the marketing vice-president."""
        return DisposalView.of(
            await disposals.apply(disposal_id, lambda disposal: decide_disposal(disposal, body.outcome, cause), cause)
        )

    @router.get("/disposals")
    async def list_disposals(
        stage: Annotated[DisposalStage, Query()] = "proposed",
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[DisposalView]:
        """Proposals by what became of them, the oldest first."""
        page = await disposals.rows(DisposalView, {"stage": stage}, sort="proposed_at", after=after, limit=limit)
        return Listing.of(page)

    return router
