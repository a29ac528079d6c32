"""Figures of intake: how satisfied customers are, in the four respects that they are asked about (003 §17)."""

from collections.abc import Sequence
from datetime import date, time
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from intake.api.readers import RATINGS
from intake.domain.figures.satisfaction import Satisfaction, satisfaction
from intake.domain.policy.policy import Rules
from intake.domain.survey import DIMENSIONS, GRADES
from intake.store import Surveys
from shared.http import Router
from shared.language import _
from shared.pages.figures import Days, Figure, bars, draw, percent
from shared.pages.rendering import Renderer


def routes(surveys: Surveys, rules: Rules, render: Renderer) -> APIRouter:
    """The figures of intake."""
    router = Router(readers=RATINGS, tags=["pages"], prefix="/ui/figures", include_in_schema=False)
    calendar = rules.calendar

    @router.get("", response_class=HTMLResponse)
    async def show_figures(request: Request, begin: date | None = None, until: date | None = None) -> Response:
        """What customers answered from one day up to another one; this year without days."""
        days = Days.asked(begin, until, calendar.day(request.app.state.time.now()))
        opinions = await surveys.opinions(calendar.moment(days.first, time()), calendar.moment(days.end, time()))
        return draw(render, [_satisfied(satisfaction(opinions), days)])

    return router


def _satisfied(rows: Sequence[Satisfaction], days: Days) -> Figure:
    lines = [
        (
            _(DIMENSIONS[row.dimension]),
            row.satisfied,
            percent(row.satisfied, row.opinions),
            tuple(map(str, row.grades.values())),
        )
        for row in rows
        if row.opinions
    ]
    sheet = f"/intake/satisfaction?{urlencode(days.query)}"
    return Figure(_("客户满意度"), _("评价项目"), _("满意率"), bars(lines), sheet, tuple(map(_, GRADES.values())))
