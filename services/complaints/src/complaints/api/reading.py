"""Finding complaints over HTTP, their clocks, and what the customer may see of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from complaints.api.customer_view import CustomerView
from complaints.api.views import ComplaintRow, ComplaintView
from complaints.domain.lifecycle import Stage
from complaints.domain.policy.policy import Rules
from complaints.domain.roles import READERS
from complaints.store import Complaints
from shared.contracts.vocabulary import ComplaintNo, CustomerId, OrderNo
from shared.duties.api import ClockView, clocks_of
from shared.http import After, Limit, Listing, Router


def routes(complaints: Complaints, rules: Rules) -> APIRouter:
    """The routes by which complaints are found and shown."""
    router = Router(readers=READERS, tags=["complaints"])

    @router.get("/complaints")
    async def list_complaints(
        stage: Stage | None = None,
        customer_id: CustomerId | None = None,
        order_no: OrderNo | None = None,
        complaint_no: Annotated[ComplaintNo | None, Query()] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[ComplaintRow]:
        """Complaints and drafts, the newest first."""
        where = {
            "stage": stage,
            "form.customer.customer_id": customer_id,
            "form.order_no": order_no,
            "number": complaint_no,
        }
        page = await complaints.rows(ComplaintRow, where, sort="-form.received_at", after=after, limit=limit)
        return Listing(items=list(page.items), next=page.next)

    @router.get("/complaints/{complaint_id}")
    async def show_complaint(complaint_id: UUID) -> ComplaintView:
        """The internal form. Never for the customer."""
        return ComplaintView.of(await complaints.get(complaint_id))

    @router.get("/complaints/{complaint_id}/clocks")
    async def show_clocks(complaint_id: UUID) -> list[ClockView]:
        """What had or has to be done by when, and how each moment came about."""
        return clocks_of(await complaints.get(complaint_id), rules.clocks)

    @router.get("/complaints/{complaint_id}/customer-view")
    async def show_customer_view(complaint_id: UUID) -> CustomerView:
        """What the customer may see: own words, status, the approved solution and the result."""
        return CustomerView.of(await complaints.get(complaint_id))

    return router
