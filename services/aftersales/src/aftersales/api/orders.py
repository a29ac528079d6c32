"""Service orders over HTTP: opening them, finding them, sending a technician."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from aftersales.api.readers import READERS, WHOLE
from aftersales.api.views import ServiceOrderRow, ServiceOrderView
from aftersales.domain.decisions import dispatch as sending
from aftersales.domain.decisions import opening
from aftersales.domain.lifecycle import LIFECYCLE, REQUEST, Stage
from aftersales.domain.parts.blocks import Block
from aftersales.domain.parts.service import ServiceType
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.store import Stores
from shared.aggregate import Change
from shared.contracts.aftersales import Material
from shared.contracts.roles import CS_MANAGERS, Role
from shared.contracts.vocabulary import (
    ComplaintId,
    CustomerId,
    Line,
    OrderNo,
    PaperNo,
    Prose,
    ServiceRequestId,
    StaffId,
)
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow, made_once


class OpenServiceOrder(RequestBody):
    """For which request the next voucher out of the customer's folder is."""

    request_id: ServiceRequestId
    type: Literal["A", "B", "C"] = Field(description="A paid, B contract, C free.", examples=["C"])


class OpenInternalOrder(RequestBody):
    """Internal work, type D."""

    content: Prose = Field(examples=["宣传资料入库保管"])
    materials: tuple[Material, ...] = Field(
        default=(),
        max_length=100,
        description="Taken into custody or issued.",
        examples=[[{"name": "画册", "quantity": 20, "moved": "issued", "to": "广州展厅"}]],
    )


class Dispatch(RequestBody):
    """The technician who goes."""

    technician: StaffId = Field(examples=["tech-05"])
    technician_name: Line | None = Field(default=None, examples=["李师傅"])
    unskilled_because: Prose | None = Field(
        default=None, description="Why a technician goes who lacks a skill that the service needs."
    )


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes by which service orders are opened, found and dispatched."""
    router = Router(readers=READERS, whole=WHOLE, tags=["service orders"], prefix="/service-orders")
    orders = stores.service_orders

    @router.post("", status_code=201, dependencies=[allow(*REQUEST.roles("open_service_order"))])
    @made_once(orders, "service order", ServiceOrderView.of)
    async def open_requested(body: OpenServiceOrder, cause: CausedByRequest) -> ServiceOrderView:
        """Open an order for a registered request. Refused with what is missing while its form is incomplete."""
        request = await stores.service_requests.get(body.request_id)
        id = cause.derive("service order")
        of_contract = await stores.order_of_contract(request.form)
        change = opening.open_requested(id, request, body.type, of_contract, rules, cause)
        return ServiceOrderView.of(await orders.create(change, cause))

    @router.post("/internal", status_code=201, dependencies=[allow(*CS_MANAGERS)])
    @made_once(orders, "service order", ServiceOrderView.of)
    async def open_internal(body: OpenInternalOrder, cause: CausedByRequest) -> ServiceOrderView:
        """Open internal work, type D."""
        change = opening.open_internal(cause.derive("service order"), body.content, body.materials, rules, cause)
        return ServiceOrderView.of(await orders.create(change, cause))

    @router.get("")
    async def list_service_orders(
        stage: Stage | None = None,
        priority: bool | None = None,
        request_id: ServiceRequestId | None = None,
        voucher_no: PaperNo | None = None,
        customer_id: CustomerId | None = None,
        complaint_id: ComplaintId | None = None,
        order_no: OrderNo | None = None,
        technician: StaffId | None = None,
        day: date | None = None,
        area: Line | None = None,
        type: ServiceType | None = None,
        missing_block: Block | None = None,
        waiting_for: Role | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[ServiceOrderRow]:
        """Service orders, the oldest first; `stage=open&priority=true` is what the manager dispatches first.

        `missing_block` finds vouchers under way whose form lacks that block, `waiting_for` those whose next step a role
        takes, `area` those that lie near one another, `day` those of that day by appointment.
        """
        where = {
            "stage": stage,
            "type": type,
            "waits_for": waiting_for,
            "missing_blocks": missing_block,
            "priority": priority,
            "request_id": request_id,
            "voucher_no": voucher_no,
            "customer.customer_id": await stores.merged_files.all_of(customer_id),
            "complaint_id": complaint_id,
            "order_no": order_no,
            "technician": technician,
            "appointment.day": day.isoformat() if day else None,
            "area": area,
        }
        page = await orders.rows(ServiceOrderRow, where, sort="opened_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{service_order_id}")
    async def show_service_order(service_order_id: UUID) -> ServiceOrderView:
        """One voucher, with whom to reach at the customer now beside the contact of then."""
        order = await orders.get(service_order_id)
        customer_id = order.customer.customer_id if order.customer else None
        return ServiceOrderView.of(order, await stores.files.now(customer_id, stores.merged_files))

    @router.get("/{service_order_id}/clocks")
    async def show_clocks(service_order_id: UUID) -> list[ClockView]:
        """What had or has to be done by when, and how each moment came about."""
        return clocks_of(await orders.get(service_order_id), rules.clocks)

    @router.post("/{service_order_id}/dispatch", dependencies=[allow(*LIFECYCLE.roles("dispatch"))])
    async def dispatch(service_order_id: UUID, body: Dispatch, cause: CausedByRequest) -> ServiceOrderView:
        """Send a technician. Refused while the fee for the customer's own fault has not been received."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return sending.dispatch(order, body.technician, body.technician_name, body.unskilled_because, rules, cause)

        return ServiceOrderView.of(await orders.apply(service_order_id, decide, cause))

    return router
