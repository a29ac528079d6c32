"""What may be asked about figures: statistics, reports, forecasts, and the log for process mining."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import AliasPath, Field

from orders.api.event_log import ocel, xes
from orders.api.readers import FIGURES, PACES
from orders.api.sheets import written
from orders.domain.figures.aging import aged
from orders.domain.figures.delays import delays_by_month
from orders.domain.figures.statistics import Dimension, Sales
from orders.domain.pace import Pace
from orders.domain.parts.period import ReportKind
from orders.store import Orders, Paces, Reports, Stores
from shared.calendar import Calendar
from shared.contracts.vocabulary import Period
from shared.http import After, Limit, Listing, Router, View, must_be_period
from shared.sheets import TableFormat
from shared.tables import TableCell

As = Annotated[TableFormat, Query(alias="format", description="How the figures are written.")]
Begin = Annotated[date, Query(description="Placed on this day or later.")]
End = Annotated[date, Query(description="Placed before this day.")]


class ReportRow(View):
    """A report in a list."""

    report_id: UUID = Field(validation_alias="id")
    kind: ReportKind
    title: str
    period: Period
    made_at: datetime
    figures: dict[str, TableCell] = Field(validation_alias=AliasPath("table", "figures"))


class PaceRow(View):
    """How long a stage of a route takes: the median and the 80th percentile of its latest orders, in hours."""

    route: str
    stage: str
    orders: int
    median_hours: float
    p80_hours: float

    @classmethod
    def of(cls, pace: Pace) -> "list[PaceRow]":
        return [
            cls(
                route=pace.route,
                stage=each.stage,
                orders=len(each.hours),
                median_hours=each.percentile(50),
                p80_hours=each.percentile(80),
            )
            for each in pace.stages
        ]


def routes(stores: Stores, calendar: Calendar) -> APIRouter:
    """Figures for the clerk and the sales VP, and exports."""
    router = Router(readers=FIGURES, tags=["statistics"])
    _figures(router, stores.orders)
    _watched(router, stores.orders, calendar)
    _reports(router, stores.reports)
    _exports(router, stores.orders)
    return router


def forecasts(paces: Paces) -> APIRouter:
    """How long stages take."""
    router = Router(readers=PACES, tags=["statistics"])

    @router.get("/forecasts")
    async def list_paces() -> list[PaceRow]:
        """How long each stage of each route takes."""
        return [row async for pace in paces.each() for row in PaceRow.of(pace)]

    return router


def _figures(router: APIRouter, orders: Orders) -> None:
    @router.get("/statistics", response_class=Response)
    async def count_sales(by: Dimension, begin: Begin, end: End, form: As = "json") -> Response:
        """Signed in a month, quarter or year, by product, region, salesman or customer (004 四4)."""
        must_be_period(begin, end)
        sales = Sales(by)
        async for order in orders.sold(begin, end):
            sales.add(order)
        return written(sales.table(), form, f"sales-{by}-{begin}-{end}")


def _watched(router: APIRouter, orders: Orders, calendar: Calendar) -> None:
    @router.get("/aged-receivables", response_class=Response)
    async def show_aged_receivables(request: Request, form: As = "json") -> Response:
        """What is overdue today, by how many days and by currency (004 四3)."""
        today = calendar.day(request.app.state.time.now())
        return written(await aged(orders.owing(), today), form, f"aged-receivables-{today}")

    @router.get("/delays-by-month", response_class=Response)
    async def count_delays(
        begin: Annotated[date, Query(description="Announced on this day or later.")],
        end: Annotated[date, Query(description="Announced before this day.")],
        form: As = "json",
    ) -> Response:
        """How many delays were announced in each month, and how many of them before the contract's day."""
        must_be_period(begin, end)
        delayed = orders.delays_since(calendar.moment(begin, time()))
        table = await delays_by_month(delayed, begin, end, calendar)
        return written(table, form, f"delays-{begin}-{end}")


def _reports(router: APIRouter, reports: Reports) -> None:
    @router.get("/reports")
    async def list_reports(
        kind: Annotated[ReportKind, Query()] = "weekly_exceptions", after: After = None, limit: Limit = 50
    ) -> Listing[ReportRow]:
        """Published reports of a kind, the newest first."""
        page = await reports.rows(ReportRow, {"kind": kind}, sort="-made_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/reports/{report_id}", response_class=Response)
    async def show_report(report_id: UUID, form: As = "json") -> Response:
        """A report as it was published."""
        report = await reports.get(report_id)
        return written(report.table, form, f"{report.kind}-{report.period}")


def _exports(router: APIRouter, orders: Orders) -> None:
    @router.get("/exports/orders.{format}", response_class=StreamingResponse)
    async def export_log(
        request: Request, format: Literal["ocel.json", "xes"], begin: Begin, end: End
    ) -> StreamingResponse:
        """The orders of a period as an event log: OCEL 2.0 (JSON) or XES."""
        must_be_period(begin, end)
        write, kind = (xes, "application/xml") if format == "xes" else (ocel, "application/json")
        request.state.exported = True
        text: AsyncIterator[str] = write(lambda: orders.placed(begin, end))
        return StreamingResponse(text, media_type=kind)
