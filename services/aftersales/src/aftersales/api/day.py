"""A technician's day: where to go, whom to meet and what to bring."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import APIRouter

from aftersales.domain.parts.blocks import Opinion
from aftersales.domain.parts.supply import PartLine
from aftersales.domain.parts.trip import Appointment
from aftersales.domain.roles import READERS
from aftersales.domain.service_order import ServiceOrder
from aftersales.store import ServiceOrders
from shared.contracts.vocabulary import Line, Prose, StaffId
from shared.http import After, Limit, Listing, Router, View


class Stop(View):
    """One visit of the day."""

    service_order_id: UUID
    voucher_no: Line
    content: Prose
    address: Line | None
    customer_name: Line | None
    contact_name: Line | None
    mobile: str | None
    appointment: Appointment | None
    tools: tuple[Line, ...]
    materials: tuple[Line, ...]
    parts: tuple[PartLine, ...]

    @classmethod
    def of(cls, order: ServiceOrder) -> Self:
        """The visit of one voucher, with everything that the operations supervisor wants brought."""
        customer, opinion = order.customer, order.opinion
        return cls(
            service_order_id=order.id,
            voucher_no=order.voucher_no,
            content=order.content,
            address=order.address,
            customer_name=customer.name if customer else None,
            contact_name=customer.contact_name if customer else None,
            mobile=customer.mobile if customer else None,
            appointment=order.appointment,
            tools=_brought(opinion)[0],
            materials=_brought(opinion)[1],
            parts=order.supply.lines if order.supply else (),
        )


def _brought(opinion: Opinion | None) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    return (opinion.tools, opinion.materials) if opinion else ((), ())


def routes(orders: ServiceOrders) -> APIRouter:
    """The route under /technicians."""
    router = Router(readers=READERS, tags=["service orders"], prefix="/technicians")

    @router.get("/{technician}/visits")
    async def list_visits(
        technician: StaffId, day: date | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[Stop]:
        """The visits to which a technician is sent, of one day by appointment or all, the earliest first."""
        where = {
            "stage": "dispatched",
            "technician": technician,
            "appointment.day": day.isoformat() if day else None,
        }
        page = await orders.find(where, sort="appointment.begins", after=after, limit=limit)
        return Listing(items=[Stop.of(order) for order in page.items], next=page.next)

    return router
