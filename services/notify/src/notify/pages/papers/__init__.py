"""The papers of notify as A4 pages, each for those who may read what it is drawn from."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from notify.api.readers import READERS
from notify.domain.roles import STAFF
from notify.pages.papers.roster import roster_sheet
from notify.pages.papers.slip import slip_sheet
from notify.store import Stores
from shared.calendar import Calendar
from shared.http import AskedBy, Router
from shared.pages.papers import Press


def routes(stores: Stores, calendar: Calendar) -> Sequence[APIRouter]:
    """A page for each paper."""
    press = Press("notify", calendar)
    return (_slips(stores, press), _rosters(stores, press))


def _slips(stores: Stores, press: Press) -> APIRouter:
    router = Router(readers=STAFF, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/slips/{slip_id}", response_class=HTMLResponse)
    async def print_slip(slip_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The liaison slip between departments (000 §3.3.3, form 9)."""
        return press(slip_sheet(await stores.slips.get(slip_id), press), request, asker)

    return router


def _rosters(stores: Stores, press: Press) -> APIRouter:
    router = Router(readers=READERS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/rosters/{roster_id}", response_class=HTMLResponse)
    async def print_roster(roster_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The duty roster of a period (003 三2)."""
        return press(roster_sheet(await stores.rosters.get(roster_id), press), request, asker)

    return router
