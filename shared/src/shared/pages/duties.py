"""The duties of a service as rows of a colleague's day, and one of them opened: why it is due, what can be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from shared.clocks import Clocks
from shared.contracts.roles import Role
from shared.duties.api import STAFF, may_act_on, run_of, visible_duty, visible_to
from shared.duties.board import RUNNING, Duties, Duty
from shared.duties.explanation import explanation
from shared.http import AskedBy, Router
from shared.identity import Principal
from shared.language import _
from shared.pages.countdown import BANDS, Countdown, DayPart, spans
from shared.pages.rendering import Renderer
from shared.store import Between, OneOf, Store, Where

DUTIES_SHOWN = 100
"""Duties that a service adds to a day at most; the next ones come when these are done."""

DUTIES_OF_A_DAY_COUNTED = 999
"""Up to how many duties of one part of a day a service counts: of more people read that they are more."""

TAKEN = "接手"
"""The reason that stands in the form of taking a duty over to begin with; it is kept as it is sent."""

Whose = Literal["mine", "roles", "all"]
SCOPES: dict[Whose, str] = {"mine": "只看我的", "roles": "我的岗位", "all": "全部"}
"""Mine: given to me, or to one of my roles and taken by no person. Roles: of my roles, whichever person has them."""


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty as a row shows it."""

    duty: Duty
    countdown: Countdown
    assignee: str


def routes(
    service: str, duties: Duties, stores: Mapping[str, Store[Any]], clocks: Clocks, render: Renderer
) -> APIRouter:
    """`stores` are those whose aggregates have clocks, by collection; `service` is how the gateway calls it."""
    router = Router(readers=STAFF, tags=["pages"], prefix="/ui/duties", include_in_schema=False)
    zone = clocks.calendar.zone

    @router.get("", response_class=HTMLResponse)
    async def day(
        request: Request,
        asker: AskedBy,
        scope: Annotated[Whose, Query()] = "mine",
        band: Annotated[DayPart | None, Query()] = None,
    ) -> Response:
        """The duties that belong into the asker's day, the earliest end first, and how many each part of it has."""
        now = request.app.state.time.now()
        wheres: list[Where] = [{**RUNNING, **each, **visible_to(asker, stores)} for each in _whose(scope, asker)]
        found = [
            await duties.find({**where, **_within(band, now, zone)}, sort="due_at", limit=DUTIES_SHOWN)
            for where in wheres
        ]
        ordered = merge(*(page.items for page in found), key=lambda duty: duty.due_at)
        counts = {each: await _count(duties, wheres, each, now, zone) for each in BANDS}
        rows = [_row(duty, now, zone) for duty in islice(ordered, DUTIES_SHOWN)]
        return render("duties.html", service=service, rows=rows, counts=counts, most=DUTIES_OF_A_DAY_COUNTED)

    @router.get("/{id}", response_class=HTMLResponse)
    async def opened(id: UUID, request: Request, asker: AskedBy) -> Response:
        """One duty with its reasons, and the forms of what the asker may do with it."""
        duty = await visible_duty(duties, stores, asker, id)
        run = run_of(await stores[duty.collection].get(duty.aggregate), id)
        return render(
            "duty.html",
            service=service,
            duty=duty,
            run=run,
            countdown=_row(duty, request.app.state.time.now(), zone).countdown,
            sentences=explanation(run, clocks.calendar),
            may=may_act_on(asker, duty),
            allowed=tuple(dict.fromkeys(_(role.chinese) for role in (duty.role, *duty.ladder))),
            mine=duty.assignee == asker.id,
            key=uuid4,
            taken=TAKEN,
        )

    return router


def _whose(scope: Whose, asker: Principal) -> tuple[Where, ...]:
    """The conditions of a scope; a duty meets at most one of them."""
    roles = OneOf(*sorted(role.value for role in asker.roles if isinstance(role, Role)))
    if scope == "mine":
        return ({"assignee": asker.id}, {"role": roles, "assignee": OneOf(None)})
    return ({"role": roles},) if scope == "roles" else ({},)


def _within(band: DayPart | None, now: datetime, zone: ZoneInfo) -> Where:
    return {"due_at": Between(*spans(now, zone)[band])} if band else {}


async def _count(duties: Duties, wheres: list[Where], band: DayPart, now: datetime, zone: ZoneInfo) -> int:
    found = [await duties.count({**where, **_within(band, now, zone)}, DUTIES_OF_A_DAY_COUNTED) for where in wheres]
    return sum(found)


def _row(duty: Duty, now: datetime, zone: ZoneInfo) -> DutyRow:
    countdown = Countdown.of(duty.started_at, duty.due_at, duty.held, now, zone)
    return DutyRow(duty, countdown, duty.assignee or _(duty.role.chinese))
