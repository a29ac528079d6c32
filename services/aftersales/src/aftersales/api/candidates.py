"""Who may go to a service on a day, over HTTP."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request

from aftersales.domain.parts.crew import Candidate, Commitment
from aftersales.domain.policy.policy import Rules
from aftersales.domain.roles import DISPATCHERS
from aftersales.store import ServiceOrders
from shared.contracts.vocabulary import Line
from shared.http import Router, View
from shared.store import OneOf

VISITS_OF_A_DAY = 1000
"""More visits than these on one day are not weighed."""


class Candidates(View):
    """Who may go on the day, the best first; `area` and `out_of_town` as the address says."""

    day: date
    area: Line | None
    out_of_town: bool
    items: tuple[Candidate, ...]


def routes(orders: ServiceOrders, rules: Rules) -> APIRouter:
    """The route by which a dispatcher finds a technician."""
    router = Router(readers=DISPATCHERS, tags=["service orders"], prefix="/service-orders/{service_order_id}")

    @router.get("/candidates")
    async def list_candidates(request: Request, service_order_id: UUID, day: date | None = None) -> Candidates:
        """Who may go: with the needed skills first, then near on that day, then with fewer visits.

        The day is that of the appointment, or else today. A visit without a window counts on every day.
        """
        order = await orders.get(service_order_id)
        agreed = order.appointment.day if order.appointment else rules.calendar.day(request.app.state.time.now())
        asked = day or agreed
        where = {"stage": "dispatched", "appointment.day": OneOf(asked.isoformat(), None)}
        sent = await orders.rows(Commitment, where, limit=VISITS_OF_A_DAY)
        found = rules.of(order).candidates(order.area, (order.item, order.content), sent.items)
        return Candidates(day=asked, area=order.area, out_of_town=order.out_of_town, items=found)

    return router
