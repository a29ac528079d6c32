"""Service orders over HTTP: opening them, finding them, sending somebody."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.roles import DISPATCHERS, MANAGERS, READERS, SERVICE
from aftersales.api.views import ServiceOrderView
from aftersales.domain.policy import AftersalesPolicy
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.voucher import Stage
from aftersales.store import Records
from shared.contracts.vocabulary import Line, Prose, ServiceRequestId, StaffId
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow


class OpenServiceOrder(RequestBody):
    """The voucher out of the customer's folder, and for which request."""

    request_id: ServiceRequestId
    voucher_no: Line = Field(examples=["FW-2026-0055"])
    type: Literal["A", "B", "C"] = Field(description="A paid, B contract, C free.", examples=["C"])


class OpenInternalOrder(RequestBody):
    """Internal work, type D."""

    voucher_no: Line = Field(examples=["FW-2026-0056"])
    content: Prose = Field(examples=["宣传资料入库保管"])


class Dispatch(RequestBody):
    """Who goes."""

    technician: StaffId = Field(examples=["tech-05"])
    technician_name: Line | None = Field(default=None, examples=["李师傅"])


def routes(records: Records, policy: AftersalesPolicy) -> APIRouter:
    """The routes by which service orders are opened, found and dispatched."""
    router = Router(readers=READERS, tags=["service orders"], prefix="/service-orders")
    orders = records.service_orders

    @router.post("", status_code=201, dependencies=[allow(*SERVICE)])
    async def open_requested(body: OpenServiceOrder, cause: CausedByRequest) -> ServiceOrderView:
        """Open an order for a registered request. Refused with what is missing while its form is incomplete."""
        request = await records.service_requests.get(body.request_id)
        id = cause.derive("service order")
        change = ServiceOrder.requested(id, request, body.voucher_no, body.type, policy, cause.at)
        return ServiceOrderView.of(await orders.create(change, cause))

    @router.post("/internal", status_code=201, dependencies=[allow(*MANAGERS)])
    async def open_internal(body: OpenInternalOrder, cause: CausedByRequest) -> ServiceOrderView:
        """Open internal work, type D."""
        id = cause.derive("service order")
        change = ServiceOrder.internal(id, body.content, body.voucher_no, policy, cause.at)
        return ServiceOrderView.of(await orders.create(change, cause))

    @router.get("")
    async def find(
        stage: Stage | None = None,
        priority: bool | None = None,
        request_id: ServiceRequestId | None = None,
        voucher_no: Line | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[ServiceOrderView]:
        """Service orders, the oldest first; `stage=open&priority=true` is what the manager dispatches first."""
        asked = {"stage": stage, "priority": priority, "request_id": request_id, "voucher_no": voucher_no}
        where = {field: value for field, value in asked.items() if value is not None}
        page = await orders.find(where, sort="opened_at", after=after, limit=limit)
        return Listing(items=[ServiceOrderView.of(each) for each in page.items], next=page.next)

    @router.get("/{service_order_id}")
    async def show(service_order_id: UUID) -> ServiceOrderView:
        """One voucher."""
        return ServiceOrderView.of(await orders.get(service_order_id))

    @router.post("/{service_order_id}/dispatch", dependencies=[allow(*DISPATCHERS)])
    async def dispatch(service_order_id: UUID, body: Dispatch, cause: CausedByRequest) -> ServiceOrderView:
        """Send somebody. Refused while the fee for the customer's own fault has not been received."""
        return ServiceOrderView.of(
            await orders.apply(
                service_order_id, lambda order: order.dispatch(body.technician, body.technician_name, cause.at), cause
            )
        )

    return router
