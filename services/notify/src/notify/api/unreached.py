"""Customers whom a message did not reach: what they were not told, and which person told them since (001 售中二)."""

from datetime import datetime
from uuid import UUID

from fastapi.routing import APIRouter
from pydantic import Field, computed_field

from notify.api.readers import READERS
from notify.domain.decisions import unreached as decisions
from notify.domain.lifecycle import UNREACHED, UnreachedStage
from notify.domain.policy.policy import Rules
from notify.domain.unreached import Ending, How
from notify.store import UnreachedCustomers
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.lifecycle import Possible


class UnreachedView(View):
    """What a customer was not told, why, and what became of it."""

    id: UUID
    notification: UUID
    customer_id: UUID
    purpose: str
    about: str | None
    reason: str = Field(examples=["no_address"])
    detail: str
    untold: str = Field(description="The words as the customer would have read them.")
    since: datetime
    stage: UnreachedStage
    how: How | None
    ended_by: str | None
    ended_at: datetime | None
    note: str

    @computed_field
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided about it now, and by whom."""
        return UNREACHED.possible(self.stage)


class EndUnreached(RequestBody):
    """What was done about it."""

    ending: Ending = Field(description="`told`: the customer knows it now. `not_needed`: it is no longer true.")
    how: How = Field(default="phone", description="How the customer was told.")
    note: str = Field(default="", max_length=2000, examples=["已电话告知王先生"])


def routes(unreached: UnreachedCustomers, rules: Rules) -> APIRouter:
    """Reading for those who see what customers are told; ending for customer service."""
    router = Router(readers=READERS, tags=["unreached"])

    @router.get("/unreached")
    async def list_unreached(
        customer_id: UUID | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[UnreachedView]:
        """Customers whom a message did not reach, newest first; those still to be told stand at GET /duties."""
        page = await unreached.rows(
            UnreachedView, {"customer_id": customer_id}, sort="-since", after=after, limit=limit
        )
        return Listing.of(page)

    @router.post("/unreached/{unreached_id}/end", dependencies=[allow(*UNREACHED.roles("end"))])
    async def end(unreached_id: UUID, body: EndUnreached, cause: CausedByRequest) -> UnreachedView:
        """The customer has been told, or need not be told any more."""
        ended = await unreached.apply(
            unreached_id, lambda current: decisions.end(current, body.ending, body.how, body.note, rules, cause), cause
        )
        return UnreachedView(**ended.model_dump(include=set(UnreachedView.model_fields)))

    @router.get("/unreached/{unreached_id}/clocks")
    async def show_clocks_of_unreached(unreached_id: UUID) -> list[ClockView]:
        """By when the customer has to be told, whose duty that is, and why."""
        return clocks_of(await unreached.get(unreached_id), rules.clocks)

    return router
