"""Figures of orders: what customers owe by age, and how many delays they were told of in time."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from orders.api.readers import FIGURES
from orders.domain.figures.aging import aged
from orders.domain.figures.delays import delays_by_month
from orders.domain.policy.policy import Rules
from orders.store import Orders
from shared.contracts.event import Money
from shared.http import Router
from shared.language import _
from shared.pages.figures import Days, Figure, bars, draw, percent
from shared.pages.rendering import Renderer
from shared.pages.words import money
from shared.tables import Table, TableCell


def routes(orders: Orders, rules: Rules, render: Renderer) -> APIRouter:
    """The figures of orders."""
    router = Router(readers=FIGURES, tags=["pages"], prefix="/ui/figures", include_in_schema=False)
    calendar = rules.calendar

    @router.get("", response_class=HTMLResponse)
    async def show_figures(request: Request, begin: date | None = None, until: date | None = None) -> Response:
        """What is overdue today, and the delays announced from one day up to another one; this year without days."""
        today = calendar.day(request.app.state.time.now())
        days = Days.asked(begin, until, today)
        delayed = orders.delays_since(calendar.moment(days.first, time()))
        return draw(
            render,
            [
                _owed(await aged(orders.owing(), today)),
                _told(await delays_by_month(delayed, days.first, days.end, calendar), days),
            ],
        )

    return router


def _owed(table: Table) -> Figure:
    lines = [(_age(row), Decimal(str(row["amount"])), _amount(row), (str(row["orders"]),)) for row in table.rows]
    return Figure(
        _("逾期货款按账龄（今天）"),
        _("账龄"),
        _("金额"),
        bars(lines),
        "/orders/aged-receivables?format=xlsx",
        (_("订单数"),),
    )


def _age(row: Mapping[str, TableCell]) -> str:
    if row["up_to"]:
        return _("{days}–{up_to}天").format(days=row["days"], up_to=row["up_to"])
    return _("{days}天以上").format(days=_whole(row["days"]) - 1)


def _amount(row: Mapping[str, TableCell]) -> str:
    return money(Money(amount=Decimal(str(row["amount"])), currency=str(row["currency"])))


def _told(table: Table, days: Days) -> Figure:
    lines = [(str(row["month"]), _whole(row["delays"]), str(row["delays"]), _in_time(row)) for row in table.rows]
    sheet = f"/orders/delays-by-month?{urlencode(days.query)}"
    return Figure(_("延期按月"), _("月份"), _("延期次数"), bars(lines), sheet, (_("提前告知"), _("提前告知率")))


def _in_time(row: Mapping[str, TableCell]) -> tuple[str, ...]:
    return str(row["told_in_time"]), percent(_whole(row["told_in_time"]), _whole(row["delays"]))


def _whole(cell: TableCell) -> int:
    return int(cell or 0)
