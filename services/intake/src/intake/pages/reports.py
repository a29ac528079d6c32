"""The report calendar as a list: who has not handed in what by when, what waits for its answer; and the campaigns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from intake.api import readers
from intake.api.campaigns import CampaignRow
from intake.api.reports import ReportRow
from intake.pages.words import CAMPAIGN_KINDS, REPORT_STAGES
from intake.store import Stores
from shared.calendar import Calendar
from shared.http import After, AskedBy, Router
from shared.pages.rendering import Renderer

REPORTS_SHOWN = 50
"""Reports on one page."""
CAMPAIGNS_SHOWN = 10
"""Campaigns of each stage below them, the latest."""
COUNTED = 999
"""Up to which number the reports of a stage are counted."""

Shown = Literal["owed", "submitted", "reviewed", "excused"]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report with when it is due, as it is read here, and whether that is over while it is owed."""

    row: ReportRow
    due: str
    late: bool


def routes(stores: Stores, calendar: Calendar, render: Renderer) -> APIRouter:
    """The list of reports, each with its paper."""
    router = Router(readers=readers.REPORTS, tags=["pages"], prefix="/ui/reports", include_in_schema=False)
    reports, campaigns = stores.work_reports, stores.campaigns

    @router.get("", response_class=HTMLResponse)
    async def list_reports(request: Request, asker: AskedBy, stage: Shown = "owed", after: After = None) -> Response:
        """The reports in one stage: what is owed by when it is due, anything else the latest first."""
        now = request.app.state.time.now()
        sort = "due_at" if stage == "owed" else "-due_at"
        page = await reports.rows(ReportRow, {"stage": stage}, sort=sort, after=after, limit=REPORTS_SHOWN)
        called = [
            each
            for of_stage in (("running", "completed") if asker.roles & set(readers.CALLBACKS) else ())
            for each in (
                await campaigns.rows(CampaignRow, {"stage": of_stage}, sort="-started_at", limit=CAMPAIGNS_SHOWN)
            ).items
        ]
        return render(
            "reports.html",
            rows=[_line(row, calendar, now) for row in page.items],
            counts={name: await reports.count({"stage": name}, COUNTED) for name in ("owed", "submitted")},
            stages=REPORT_STAGES,
            stage=stage,
            campaigns=called,
            kinds=CAMPAIGN_KINDS,
            next=page.next,
            after=after,
        )

    return router


def _line(row: ReportRow, calendar: Calendar, now: datetime) -> ReportLine:
    due = f"{calendar.local(row.due_at):%Y-%m-%d %H:%M}" if row.due_at else ""
    return ReportLine(row, due, bool(row.due_at and row.due_at < now and row.stage == "owed"))
