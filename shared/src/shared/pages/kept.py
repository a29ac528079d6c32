"""How a service's duties were kept in a month, as rows for the board of a department (000 §1)."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from shared.calendar import Calendar
from shared.duties.api import STAFF, AskedMonth, kept_in
from shared.duties.board import Duties
from shared.http import AskedBy, Router
from shared.pages.rendering import Renderer
from shared.store import Store


def routes(
    service: str, duties: Duties, stores: Mapping[str, Store[Any]], calendar: Calendar, render: Renderer
) -> APIRouter:
    """`stores` are those whose aggregates have clocks, by collection; `service` is how the gateway calls it."""
    router = Router(readers=STAFF, tags=["pages"], prefix="/ui/kept", include_in_schema=False)

    @router.get("", response_class=HTMLResponse)
    async def show_month(request: Request, asker: AskedBy, month: AskedMonth) -> Response:
        """What fell due in the month, by person, role and kind, as far as the asker may see it."""
        now = request.app.state.time.now()
        rows = await kept_in(month, duties, stores, asker, calendar, now)
        return render("kept.html", service=service, rows=rows)

    return router
