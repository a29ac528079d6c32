"""Finding complaints over HTTP, and what the customer may see of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from complaints.api.roles import READERS
from complaints.api.views import ComplaintView
from complaints.domain.customer_view import CustomerView
from complaints.domain.stage import Stage
from complaints.store import Complaints
from shared.contracts.vocabulary import ComplaintNo, CustomerId, OrderNo
from shared.http import After, Limit, Listing, Router


def routes(complaints: Complaints) -> APIRouter:
    """The routes by which complaints are found and shown."""
    router = Router(readers=READERS, tags=["complaints"])

    @router.get("/complaints")
    async def find(
        stage: Stage | None = None,
        customer_id: CustomerId | None = None,
        order_no: OrderNo | None = None,
        complaint_no: Annotated[ComplaintNo | None, Query()] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[ComplaintView]:
        """Complaints and drafts, the newest first."""
        asked = {
            "stage": stage,
            "form.customer.customer_id": customer_id,
            "form.order_no": order_no,
            "number": complaint_no,
        }
        where = {field: value for field, value in asked.items() if value is not None}
        page = await complaints.find(where, sort="-form.received_at", after=after, limit=limit)
        return Listing(items=[ComplaintView.of(each) for each in page.items], next=page.next)

    @router.get("/complaints/{complaint_id}")
    async def show(complaint_id: UUID) -> ComplaintView:
        """The internal form. Never for the customer."""
        return ComplaintView.of(await complaints.get(complaint_id))

    @router.get("/complaints/{complaint_id}/customer-view")
    async def show_customer(complaint_id: UUID) -> CustomerView:
        """What the customer may see: own words, status, the approved solution and the result."""
        return CustomerView.of(await complaints.get(complaint_id))

    return router
