"""Reports as pages: who has not handed in what by when, and one report, handed in, answered or let off there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from intake.api import readers
from intake.api.campaigns import CampaignRow
from intake.api.reports import ReportRow
from intake.domain.policy.policy import Rules
from intake.domain.policy.reports import FormName, ReportForm
from intake.domain.work_report import WorkReport, possible
from intake.pages.words import CAMPAIGN_KINDS, REPORT_STAGES, WAIVED_BECAUSE
from intake.store import Stores, WorkReports
from shared.calendar import Calendar
from shared.http import After, AskedBy, Router
from shared.language import _, listed, ngettext
from shared.pages.forms import Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.shown_pictures import pictures_in
from shared.pages.strip import strip
from shared.pages.words import money

REPORTS_SHOWN = 50
"""Reports on one page."""
CAMPAIGNS_SHOWN = 10
"""Campaigns of each stage below them, the latest."""
COUNTED = 999
"""Up to which number the reports of a stage are counted."""

Shown = Literal["owed", "submitted", "reviewed", "excused"]
ReportsOf = Literal["all", "mine"]
REPORTS_OF: Mapping[ReportsOf, str] = MappingProxyType({"all": "所有报告人", "mine": "我的报告"})


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report with when it is due, as it is read here, and whether that is over while it is owed."""

    row: ReportRow
    due: str
    late: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What stands under one heading of a report."""

    title: str
    text: str


def routes(stores: Stores, rules: Rules, forms: Forms, render: Renderer) -> Sequence[APIRouter]:
    """The list of reports, and the page of one."""
    return _list(stores, rules.calendar, render), _page(stores.work_reports, rules, forms, render)


def _list(stores: Stores, calendar: Calendar, render: Renderer) -> APIRouter:
    router = Router(readers=readers.REPORTS, tags=["pages"], prefix="/ui/reports", include_in_schema=False)
    reports, campaigns = stores.work_reports, stores.campaigns

    @router.get("", response_class=HTMLResponse)
    async def list_reports(
        request: Request,
        asker: AskedBy,
        stage: Shown = "owed",
        whose: Annotated[ReportsOf, Query()] = "all",
        after: After = None,
    ) -> Response:
        """The reports in one stage: what is owed by when it is due, anything else the latest first."""
        now = request.app.state.time.now()
        sort = "due_at" if stage == "owed" else "-due_at"
        where = {"staff": asker.id} if whose == "mine" else {}
        page = await reports.rows(ReportRow, {**where, "stage": stage}, sort=sort, after=after, limit=REPORTS_SHOWN)
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
            counts={name: await reports.count({**where, "stage": name}, COUNTED) for name in ("owed", "submitted")},
            stages={name: REPORT_STAGES[name] for name in get_args(Shown)},
            stage=stage,
            persons=REPORTS_OF,
            whose=whose,
            campaigns=called,
            kinds=CAMPAIGN_KINDS,
            next=page.next,
            after=after,
        )

    return router


def _page(reports: WorkReports, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    router = Router(readers=readers.REPORTS, tags=["pages"], prefix="/ui/reports", include_in_schema=False)

    @router.get("/{report_id}", response_class=HTMLResponse)
    async def show_report(report_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One report: what it says under each heading, what it was answered, and the forms of what comes next."""
        report = await reports.get(report_id)
        known = rules.of(report).reports if report.policy_version else {}
        form = known.get(report.form)
        offered = possible(report.stage, report.reviewer, report.staff)
        acts = forms.acts(offered, asker, report.id, _seen(report, form))
        return render(
            "report.html",
            report=report,
            stage=_(REPORT_STAGES[report.stage]),
            texts=_texts(report, form),
            sums=_sums(report, known),
            waived=[(_(WAIVED_BECAUSE[each.reason]), each.approved_by) for each in report.notes],
            facts=_facts(report, known, rules.calendar),
            answered_at=f"{rules.calendar.local(report.reply.replied_at):%m-%d %H:%M}" if report.reply else "",
            clocks=strip(report, rules.calendar, request.app.state.time.now()),
            writing=next((act.form for act in acts if act.form and act.form.decision == "submit"), None),
            acts=[act for act in acts if not (act.form and act.form.decision == "submit")],
            pictures=pictures_in(report),
        )

    return router


def _seen(report: WorkReport, form: ReportForm | None) -> Mapping[str, Filled]:
    """The headings that the author answers; who answers the author names the report that was read."""
    asked = {"sections": form.headings, "amounts": form.amounts} if form else {}
    return {"submit": Filled(headings=asked), "review": Filled(given={"digest": report.digest})}


def _texts(report: WorkReport, form: ReportForm | None) -> Sequence[Answered]:
    """What was written under each heading, in the order of the form; one without a title is called by its name."""
    said, titles = report.handed_in.sections if report.handed_in else {}, form.headings if form else {}
    return [Answered(titles.get(name, name), said[name]) for name in dict.fromkeys((*titles, *said)) if name in said]


def _sums(report: WorkReport, forms: Mapping[FormName, ReportForm]) -> Sequence[Answered]:
    """Its amounts, and the sums of those that it took in."""
    titles = {name: title for form in forms.values() for name, title in form.amounts.items()}
    own = report.handed_in.amounts if report.handed_in else {}
    sums = report.gathered.sums if report.gathered else {}
    return [
        *(Answered(titles.get(name, name), money(amount)) for name, amount in own.items()),
        *(
            Answered(_("{title}合计").format(title=titles.get(name, name)), money(amount))
            for name, amount in sums.items()
        ),
    ]


def _facts(report: WorkReport, forms: Mapping[FormName, ReportForm], calendar: Calendar) -> Sequence[Answered]:
    due, handed_in = report.due_at, report.handed_in
    facts = [
        Answered(_("期间"), report.period),
        Answered(_("报告人"), report.staff),
        Answered(_("报送"), _(report.reviewer.chinese)),
        Answered(_("期限"), f"{calendar.local(due):%Y-%m-%d %H:%M}" if due else _("无")),
        Answered(_("提交"), f"{calendar.local(handed_in.submitted_at):%Y-%m-%d %H:%M}" if handed_in else _("未交")),
    ]
    if report.excused_because:
        facts.append(Answered(_("免交"), report.excused_because))
    if report.gathered:
        missing = [
            _("{staff}的{report}").format(staff=staff, report=forms[name].title if name in forms else name)
            for name, staff in report.gathered.missing
        ]
        number = len(report.gathered.lines)
        facts += [
            Answered(_("汇总"), ngettext("{n}份", "{n}份", number).format(n=number)),
            Answered(_("未交"), listed(missing) or _("无")),
        ]
    return facts


def _line(row: ReportRow, calendar: Calendar, now: datetime) -> ReportLine:
    due = f"{calendar.local(row.due_at):%Y-%m-%d %H:%M}" if row.due_at else ""
    return ReportLine(row, due, bool(row.due_at and row.due_at < now and row.stage == "owed"))
