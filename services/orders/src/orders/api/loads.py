"""What may be asked about loading plans."""

import asyncio
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from orders.api.readers import LOADS
from orders.api.views import LoadView
from orders.domain.decisions.load import plan_load
from orders.domain.figures.assignment import cheapest
from orders.domain.parts.freight import Vehicle, Weights
from orders.domain.roles import PLANNING
from orders.store import Stores
from shared.contracts.roles import Role
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow, made_once

MOST_FREIGHT = 300
"""Orders that one plan weighs at most; those that should leave first come first."""


class PlanLoads(RequestBody):
    """The vehicles of a day, and what is weighed."""

    day: date = Field(examples=["2026-11-26"])
    vehicles: tuple[Vehicle, ...] = Field(min_length=1, max_length=20)
    weights: Weights = Weights()
    days_ahead: int = Field(default=0, ge=0, le=14, description="Also take what may leave so many days later.")


def routes(stores: Stores) -> APIRouter:
    """Plan a day's vehicles and read the plans."""
    router = Router(readers=LOADS, tags=["loads"])

    @router.post("/loads", dependencies=[allow(Role.WAREHOUSE, *PLANNING)])
    @made_once(stores.loads, "load", LoadView.of)
    async def plan_loads(body: PlanLoads, cause: CausedByRequest) -> LoadView:
        """Assign the orders that are ready to vehicles, the most urgent ones if there are too many to weigh."""
        until = body.day + timedelta(days=body.days_ahead + 1)
        ready = [freight async for order in stores.orders.ready(until) if (freight := order.freight)]
        best = await asyncio.to_thread(cheapest, body.day, ready[:MOST_FREIGHT], body.vehicles, body.weights)
        left = (*best.left, *(freight.order_no for freight in ready[MOST_FREIGHT:]))
        return LoadView.of(await stores.loads.create(plan_load(best.but(left=left), body.day, cause), cause))

    @router.get("/loads")
    async def list_loads(day: Annotated[date, Query()], after: After = None, limit: Limit = 50) -> Listing[LoadView]:
        """The plans of a day."""
        page = await stores.loads.rows(LoadView, {"day": day}, after=after, limit=limit)
        return Listing.of(page)

    @router.get("/loads/{load_id}")
    async def show_load(load_id: UUID) -> LoadView:
        """One plan."""
        return LoadView.of(await stores.loads.get(load_id))

    return router
