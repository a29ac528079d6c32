"""How many complaints there were and how they were closed: month by month, by cause and by department (002 六1(6))."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from types import MappingProxyType
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from complaints.api.readers import CASES
from complaints.domain.figures.statistics import TITLES, UNKNOWN, Dimension, tabulate
from complaints.domain.policy.policy import Rules
from complaints.store import Stores
from shared.http import Router
from shared.language import _
from shared.pages.figures import Bar, Days, Figure, bars, draw, percent
from shared.pages.rendering import Renderer
from shared.pages.words import DEPARTMENTS
from shared.tables import TableCell

DRAWN: Mapping[Dimension, str] = MappingProxyType(
    {"month": "投诉按月份", "cause": "投诉按原因", "department": "投诉按责任部门"}
)
"""What is drawn, each with its title."""
BESIDE = ("成立", "已结案", "按期率", "逾期", "重复发生")
"""What stands beside the number of complaints; the export has all columns."""


def routes(stores: Stores, rules: Rules, render: Renderer) -> APIRouter:
    """The figures of complaints."""
    router = Router(readers=CASES, tags=["pages"], prefix="/ui/figures", include_in_schema=False)
    calendar = rules.calendar

    @router.get("", response_class=HTMLResponse)
    async def show_figures(request: Request, begin: date | None = None, until: date | None = None) -> Response:
        """Complaints that were accepted from one day up to another one; this year without days."""
        now = request.app.state.time.now()
        days = Days.asked(begin, until, calendar.day(now))
        begins, ends = calendar.moment(days.first, time()), calendar.moment(days.end, time())
        counted, recovered = await stores.counted_between(begins, ends), await stores.recovered()
        return draw(
            render,
            [
                Figure(
                    title=_(title),
                    of=_(TITLES[by]),
                    unit=_("件数"),
                    heads=tuple(map(_, BESIDE)),
                    bars=_bars(by, tabulate(counted, (by,), recovered, now, calendar).rows),
                    sheet=f"/complaints/statistics?{urlencode({'by': by, **days.query})}",
                )
                for by, title in DRAWN.items()
            ],
        )

    return router


def _bars(by: Dimension, rows: Sequence[Mapping[str, TableCell]]) -> list[Bar]:
    """Months in their order, other places with the most complaints first."""
    departments = {str(name): _(title) for name, title in DEPARTMENTS.items()} if by == "department" else {}
    words = {UNKNOWN: _(UNKNOWN), **departments}
    lines = [
        (words.get(str(row["项目"]), str(row["项目"])), int(row["投诉件数"] or 0), str(row["投诉件数"]), _beside(row))
        for row in rows
    ]
    return bars(lines if by == "month" else sorted(lines, key=lambda line: (-line[1], line[0])))


def _beside(row: Mapping[str, TableCell]) -> tuple[str, ...]:
    in_time = percent(int(row["按期结案"] or 0), int(row["已结案"] or 0))
    return tuple(in_time if head == "按期率" else str(row[head]) for head in BESIDE)
