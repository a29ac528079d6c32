"""Figures of after-sales: the vouchers of a month by cause, product and colleague (001 售后六b)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from aftersales.api.readers import READERS
from aftersales.domain.parts.entry import Entry
from aftersales.domain.parts.titles import FAULTS
from aftersales.domain.policy.policy import Rules
from aftersales.domain.settlement import Settlement
from aftersales.pages.words import COSTS
from aftersales.store import Settlements
from shared.aggregate import NotFound
from shared.http import Router
from shared.language import _
from shared.pages.figures import Days, Figure, bars, draw, percent
from shared.pages.rendering import Renderer
from shared.pages.words import money

UNKNOWN = "未定"


def routes(settlements: Settlements, rules: Rules, render: Renderer) -> APIRouter:
    """The figures of after-sales."""
    router = Router(readers=READERS, tags=["pages"], prefix="/ui/figures", include_in_schema=False)

    @router.get("", response_class=HTMLResponse)
    async def show_figures(request: Request, begin: date | None = None, until: date | None = None) -> Response:
        """The vouchers of the month in which the period ends; of this month without days."""
        days = Days.asked(begin, until, rules.calendar.day(request.app.state.time.now()))
        month = f"{days.last:%Y-%m}"
        settled = await _settled(settlements, month)
        entries = settled.services if settled else ()
        by_cause = ((_(FAULTS[entry.fault] if entry.fault else UNKNOWN), entry) for entry in entries)
        by_product = ((entry.item or _(UNKNOWN), entry) for entry in entries)
        by_colleague = ((each, entry) for entry in entries for each in entry.crew)
        return draw(
            render,
            [
                _figure(month, _("责任"), by_cause),
                _figure(month, _("产品"), by_product),
                _figure(month, _("服务人员"), by_colleague),
                _costs(month, settled if settled and settled.costly else None),
            ],
        )

    return router


async def _settled(settlements: Settlements, month: str) -> Settlement | None:
    try:
        return await settlements.get(Settlement.id_of(month))
    except NotFound:
        return None


def _figure(month: str, of: str, placed: Iterable[tuple[str, Entry]]) -> Figure:
    """Vouchers by place, the most first: how many of those with a visit needed one only, how many came again."""
    every, visited, at_once, again = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for place, entry in placed:
        every[place] += 1
        visited[place] += bool(entry.visits)
        at_once[place] += entry.visits == 1
        again[place] += entry.repeated
    lines = [
        (place, number, str(number), (percent(at_once[place], visited[place]), str(again[place])))
        for place, number in sorted(every.items(), key=lambda counted: (-counted[1], counted[0]))
    ]
    title = _("{month} 售后按{of}").format(month=month, of=of)
    others = (_("一次解决率"), _("重复报修"))
    return Figure(title, of, _("件数"), bars(lines), _sheet(month) if lines else None, others)


def _costs(month: str, settled: Settlement | None) -> Figure:
    """What the vouchers cost by their warranty; together that is the cost of all."""
    shares = settled.costs.items() if settled else ()
    lines = bars((_(COSTS[share]), cost, money(cost), ()) for share, cost in shares)
    title = _("{month} 售后成本按保修").format(month=month)
    return Figure(title, _("保修"), _("成本"), lines, _sheet(month) if lines else None)


def _sheet(month: str) -> str:
    return f"/aftersales/settlements/{month}/table.xlsx"
