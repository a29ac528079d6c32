"""Liaison slips as pages: the latest of every department or of one, and one of them with who has read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from notify.api.readers import READERS
from notify.api.slips import PostSlip, SlipRow, SlipView
from notify.domain.policy.policy import Rules
from notify.domain.roles import STAFF
from notify.pages.words import FORMS, STAGES
from notify.store import Stores
from shared.calendar import Calendar
from shared.contracts.vocabulary import DepartmentName
from shared.http import After, AskedBy, Router, View
from shared.language import _
from shared.pages.forms import DrawnForm, FormField, Forms, fields_of
from shared.pages.rendering import Renderer
from shared.pages.strip import strip
from shared.pages.words import DEPARTMENTS

SLIPS_SHOWN = 50
"""Slips on one page."""
ROSTERS_SHOWN = 5
"""Rosters below them, the latest."""


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A slip as a line of the list; `answered` says who has confirmed it, or by when that is asked for."""

    row: SlipRow
    posted: str
    to: str
    answered: str


class RosterLine(View):
    """What the list shows of a roster."""

    id: UUID
    first_day: date
    last_day: date


def routes(stores: Stores, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """The list with the form of a new slip, and the page of one."""
    router = Router(readers=STAFF, tags=["pages"], prefix="/ui/slips", include_in_schema=False)
    slips, calendar = stores.slips, rules.calendar
    asked_of_new = fields_of(PostSlip, FORMS)

    @router.get("", response_class=HTMLResponse)
    async def list_slips(asker: AskedBy, to: DepartmentName | None = None, after: After = None) -> Response:
        """The slips to every department or to one, the newest first."""
        page = await slips.rows(SlipRow, {"to_department": to}, sort="-posted_at", after=after, limit=SLIPS_SHOWN)
        rosters = await _latest_rosters(stores) if asker.roles & set(READERS) else ()
        return render(
            "slips.html",
            rows=[_line(row, calendar) for row in page.items],
            departments=DEPARTMENTS,
            to=to,
            form=DrawnForm("post", _(FORMS.decisions["post"]), "/notify/slips", _drawn(asked_of_new)),
            rosters=rosters,
            next=page.next,
            after=after,
        )

    @router.get("/{slip_id}", response_class=HTMLResponse)
    async def show_slip(slip_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One slip: from whom to whom, what it says, by when it has to be read, and the form to confirm it."""
        slip = await slips.get(slip_id)
        view = SlipView.of(slip, asker, rules)
        return render(
            "slip.html",
            slip=slip,
            stage=STAGES[slip.stage],
            line=_line(SlipRow.model_validate(slip, from_attributes=True), calendar),
            clocks=strip(slip, calendar, request.app.state.time.now()),
            acts=forms.acts(view.possible, asker, slip.id),
        )

    return router


def _drawn(fields: tuple[FormField, ...]) -> tuple[FormField, ...]:
    return tuple(each.in_readers_language() for each in fields)


async def _latest_rosters(stores: Stores) -> Sequence[RosterLine]:
    return (await stores.rosters.rows(RosterLine, sort="-ends_at", limit=ROSTERS_SHOWN)).items


def _line(row: SlipRow, calendar: Calendar) -> SlipLine:
    to = " ".join(filter(None, (_(DEPARTMENTS[row.to_department]), row.to_staff)))
    answered = ""
    if row.acknowledged_at:
        at = f"{calendar.local(row.acknowledged_at):%m-%d %H:%M}"
        answered = _("{who} {at}确认").format(who=row.acknowledged_by, at=at)
    elif row.acknowledge_by:
        answered = _("须在{at}前确认").format(at=f"{calendar.local(row.acknowledge_by):%m-%d %H:%M}")
    return SlipLine(row, f"{calendar.local(row.posted_at):%m-%d %H:%M}", to, answered)
