"""What may be asked about counts and samples of stock."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from orders.api.readers import STOCK
from orders.api.views import StockCheckView
from orders.domain.decisions.stock_check import ask_for_stock_check, report_stock_check
from orders.domain.lifecycle import STOCK_CHECK, StockCheckKind, StockCheckStage
from orders.domain.parts.stock_finding import StockFinding
from orders.domain.policy.policy import Rules
from orders.store import StockChecks
from shared.contracts.roles import CS, Role
from shared.contracts.vocabulary import Line, Prose
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, allow, made_once


class AskForStockCheck(RequestBody):
    """What is to be counted or sampled, why, and by the end of which day (004 一㈡4)."""

    kind: StockCheckKind = Field(examples=["count"])
    goods: Line = Field(examples=["80 款隔断成品"])
    reason: Prose = Field(examples=["年终盘点"])
    until: date = Field(examples=["2026-12-25"])


class ReportStockCheck(RequestBody):
    """What the warehouse found."""

    findings: tuple[StockFinding, ...] = Field(
        min_length=1, max_length=500, examples=[[{"goods": "80 款单玻隔断", "expected": 120, "found": 117}]]
    )


def routes(checks: StockChecks, rules: Rules) -> APIRouter:
    """Ask, report, list."""
    router = Router(readers=STOCK, tags=["stock"])

    @router.post("/stock-checks", dependencies=[allow(Role.STATISTICS_CLERK, Role.FINANCE, *CS)])
    @made_once(checks, "stock check", StockCheckView.of)
    async def ask_for_check_of_stock(body: AskForStockCheck, cause: CausedByRequest) -> StockCheckView:
        """Have stock counted, or a sample of it looked at; the warehouse has the duty."""
        asked = ask_for_stock_check(body.kind, body.goods, body.reason, body.until, rules, cause)
        return StockCheckView.of(await checks.create(asked, cause))

    @router.post("/stock-checks/{check_id}/report", dependencies=[allow(*STOCK_CHECK.roles("report"))])
    async def report_check_of_stock(check_id: UUID, body: ReportStockCheck, cause: CausedByRequest) -> StockCheckView:
        """Report what was found."""
        return StockCheckView.of(
            await checks.apply(check_id, lambda check: report_stock_check(check, body.findings, rules, cause), cause)
        )

    @router.get("/stock-checks")
    async def list_stock_checks(
        stage: Annotated[StockCheckStage, Query()] = "asked", after: After = None, limit: Limit = 50
    ) -> Listing[StockCheckView]:
        """Counts and samples, those with the earliest day first."""
        page = await checks.rows(StockCheckView, {"stage": stage}, sort="until", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/stock-checks/{check_id}/clocks")
    async def show_clocks_of_stock_check(check_id: UUID) -> list[ClockView]:
        """By when it is to be reported, whose duty that is, and why."""
        return clocks_of(await checks.get(check_id), rules.clocks)

    return router
