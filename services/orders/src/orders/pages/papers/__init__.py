"""The papers of orders as A4 pages, each for those who may read what it is drawn from."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from orders.api.readers import CONTRACTS, LOADS, ORDERS, WHOLE
from orders.domain.policy.policy import Rules
from orders.pages.papers.load import loading_plan
from orders.pages.papers.of_order import delivery_note, design_notice, order_notice
from orders.pages.papers.registers import contract_ledger, exception_sheet, project_register, seal_log
from orders.store import Stores
from shared.aggregate import NotFound
from shared.contracts.departments import DrawingKind
from shared.contracts.vocabulary import PaperNo
from shared.http import AskedBy, Router
from shared.identity.reach import as_read
from shared.pages.figures import Days
from shared.pages.papers import Press

WEEK = timedelta(days=6)
"""From the first day of a meeting's week to its last one."""


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """A page for each paper."""
    press = Press("orders", rules.calendar)
    return (
        _orders(stores, press),
        _exceptions(stores, rules, press),
        _registers(stores, rules, press),
        _loads(stores, press),
    )


def _orders(stores: Stores, press: Press) -> APIRouter:
    router = Router(readers=ORDERS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/notices/{order_id}", response_class=HTMLResponse)
    async def print_notice(order_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The order notice with its three signatures (000 §3.3.2)."""
        order = as_read(await stores.orders.get(order_id), asker, WHOLE)
        return press(order_notice(order, press), request, asker)

    @router.get("/design-notices/{order_id}/{kind}", response_class=HTMLResponse)
    async def print_design_notice(order_id: UUID, kind: DrawingKind, request: Request, asker: AskedBy) -> Response:
        """The notice by which one of the four drawings is ordered (000 §3.3.2)."""
        order = as_read(await stores.orders.get(order_id), asker, WHOLE)
        drawing = next((each for each in order.drawings.items if each.kind == kind), None)
        if drawing is None:
            raise NotFound(f"{kind} drawing of order", order_id)
        return press(design_notice(order, drawing, press), request, asker)

    @router.get("/delivery-notes/{order_id}/{no:path}", response_class=HTMLResponse)
    async def print_delivery_note(order_id: UUID, no: PaperNo, request: Request, asker: AskedBy) -> Response:
        """The note that goes with a shipment, for the recipient's signature (004 四1)."""
        order = as_read(await stores.orders.get(order_id), asker, WHOLE)
        note = order.shipment.note(no)
        if note is None:
            raise NotFound(f"delivery note {no} of order", order_id)
        return press(delivery_note(order, note, press), request, asker)

    return router


def _exceptions(stores: Stores, rules: Rules, press: Press) -> APIRouter:
    router = Router(readers=ORDERS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/exceptions", response_class=HTMLResponse)
    async def print_exceptions(
        request: Request, asker: AskedBy, begin: date | None = None, until: date | None = None
    ) -> Response:
        """The exception feedback form: all that is open, and what was resolved in a week or in the days asked for.

        Source: 000 §4.2.
        """
        today = rules.calendar.day(request.app.state.time.now())
        days = Days.asked(begin or (until or today) - WEEK, until, today)
        return press(await exception_sheet(stores.exceptions, days, rules.calendar, press), request, asker)

    return router


def _registers(stores: Stores, rules: Rules, press: Press) -> APIRouter:
    router = Router(readers=CONTRACTS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/register", response_class=HTMLResponse)
    async def print_register(
        request: Request, asker: AskedBy, begin: date | None = None, until: date | None = None
    ) -> Response:
        """The project register of the orders that were released from one day up to another (000 §3.3.2, form 7)."""
        days = Days.asked(begin, until, rules.calendar.day(request.app.state.time.now()))
        return press(await project_register(stores.orders, days), request, asker)

    @router.get("/contracts", response_class=HTMLResponse)
    async def print_ledger(
        request: Request, asker: AskedBy, begin: date | None = None, until: date | None = None
    ) -> Response:
        """The ledger of the contracts that were signed from one day up to another (004 一㈡1d)."""
        days = Days.asked(begin, until, rules.calendar.day(request.app.state.time.now()))
        return press(await contract_ledger(stores.orders, days), request, asker)

    @router.get("/seal-uses", response_class=HTMLResponse)
    async def print_seal_log(
        request: Request, asker: AskedBy, begin: date | None = None, until: date | None = None
    ) -> Response:
        """Each use of the seal on the contracts that were signed from one day up to another (004 一㈡1c)."""
        days = Days.asked(begin, until, rules.calendar.day(request.app.state.time.now()))
        return press(await seal_log(stores.orders, days, press), request, asker)

    return router


def _loads(stores: Stores, press: Press) -> APIRouter:
    router = Router(readers=LOADS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/loads/{load_id}", response_class=HTMLResponse)
    async def print_load(load_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The loading plan of a day (002 尾2b)."""
        return press(loading_plan(await stores.loads.get(load_id)), request, asker)

    return router
