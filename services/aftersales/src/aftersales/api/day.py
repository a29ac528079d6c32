"""A technician's day: where to go, whom to meet and what to bring."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import AliasPath, Field

from aftersales.api.readers import READERS, WHOLE
from aftersales.api.views import DecidableRow
from aftersales.domain.parts.supply import PartLine
from aftersales.domain.parts.trip import Appointment
from aftersales.store import ServiceOrders
from shared.contracts.vocabulary import Line, PaperNo, Prose, StaffId
from shared.http import After, Limit, Listing, Router
from shared.store import OneOf


class Stop(DecidableRow):
    """One visit of the day, with everything that the operations supervisor wants brought."""

    service_order_id: UUID = Field(validation_alias="id")
    voucher_no: PaperNo
    content: Prose
    address: Line | None = None
    customer_name: Line | None = Field(default=None, validation_alias=AliasPath("customer", "name"))
    contact_name: Line | None = Field(default=None, validation_alias=AliasPath("customer", "contact_name"))
    mobile: str | None = Field(default=None, validation_alias=AliasPath("customer", "mobile"))
    appointment: Appointment | None = None
    tools: tuple[Line, ...] = Field(default=(), validation_alias=AliasPath("opinion", "tools"))
    materials: tuple[Line, ...] = Field(default=(), validation_alias=AliasPath("opinion", "materials"))
    parts: tuple[PartLine, ...] = Field(default=(), validation_alias=AliasPath("supply", "lines"))


def routes(orders: ServiceOrders) -> APIRouter:
    """The route under /technicians."""
    router = Router(readers=READERS, whole=WHOLE, tags=["service orders"], prefix="/technicians")

    @router.get("/{technician}/visits")
    async def list_visits(
        technician: StaffId, day: date | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[Stop]:
        """The visits to which a technician is sent, all or those of one day, the earliest first.

        Those of a day are agreed for it, or have no window and may be made on any day; the latter come before.
        """
        where = {
            "stage": "dispatched",
            "technician": technician,
            "appointment.day": OneOf(day.isoformat(), None) if day else None,
        }
        page = await orders.rows(Stop, where, sort="appointment.begins", after=after, limit=limit)
        return Listing.of(page)

    return router
