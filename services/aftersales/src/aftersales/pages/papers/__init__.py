"""The papers of after-sales as A4 pages, for those who may read the register, the vouchers and the settlements."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from aftersales.api.readers import READERS, WHOLE
from aftersales.domain.policy.policy import Rules
from aftersales.domain.settlement import Settlement
from aftersales.pages.blocks import written_on
from aftersales.pages.papers.form import feedback_form
from aftersales.pages.papers.table import settlement_sheet
from aftersales.pages.papers.voucher import application, voucher
from aftersales.store import Stores
from shared.aggregate import NotFound
from shared.contracts.vocabulary import Month
from shared.http import AskedBy, Router
from shared.identity.reach import as_read
from shared.pages.papers import Press


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """A page for each paper."""
    router = Router(readers=READERS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)
    press = Press("aftersales", rules.calendar)

    @router.get("/service-requests/{request_id}", response_class=HTMLResponse)
    async def print_form(request_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The customer feedback form with the block of each role (001 表1)."""
        registered = as_read(await stores.service_requests.get(request_id), asker, WHOLE)
        found = await stores.service_orders.find({"request_id": request_id}, sort="opened_at", limit=50)
        return press(feedback_form(registered, written_on(found.items), press), request, asker)

    @router.get("/service-orders/{service_order_id}", response_class=HTMLResponse)
    async def print_voucher(service_order_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The service voucher that a technician takes along and brings back signed (003 §7-§10)."""
        order = as_read(await stores.service_orders.get(service_order_id), asker, WHOLE)
        asked = await stores.service_requests.get(order.request_id) if order.request_id else None
        return press(voucher(order, asked.exception_owner if asked else None, press), request, asker)

    @router.get("/remote-services/{service_order_id}", response_class=HTMLResponse)
    async def print_application(service_order_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The application for a service out of town (003 §12)."""
        order = await stores.service_orders.get(service_order_id)
        if order.remote is None:
            raise NotFound("application for a service out of town", service_order_id)
        return press(application(order, order.remote, press), request, asker)

    @router.get("/settlements/{month}", response_class=HTMLResponse)
    async def print_settlement(month: Month, request: Request, asker: AskedBy) -> Response:
        """The table of a month's vouchers that goes to finance (001 售后六c)."""
        return press(settlement_sheet(await stores.settlements.get(Settlement.id_of(month)), press), request, asker)

    return router
