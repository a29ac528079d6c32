"""Work reports over HTTP: what is owed, handed in, answered, let off, and what the heads read on Saturday."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, computed_field

from intake.api import readers
from intake.domain.decisions.work_report import excuse, review, submit
from intake.domain.digest import Digest, MissingReport
from intake.domain.lifecycle import WORK_REPORT, ReportStage
from intake.domain.parts.handed_in import Amount, Gathered, HandedIn, Heading, Note, Reply
from intake.domain.policy.policy import Rules
from intake.domain.policy.reports import FormName
from intake.domain.work_report import WorkReport, possible
from intake.store import Stores
from shared.contracts.event import Instant
from shared.contracts.roles import Role
from shared.contracts.vocabulary import FileRef, Hash, Line, Period, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.lifecycle import Possible
from shared.time_source import TimeSource


class SubmitReport(RequestBody):
    """The text under each heading of the form and each of its amounts; all of them are mandatory."""

    sections: dict[Heading, Prose] = Field(
        default={},
        max_length=20,
        examples=[{"visits": "拜访三家客户", "sales": "签约一单", "next": "上午拜访恒达装饰"}],
    )
    amounts: dict[Heading, Amount] = Field(default={}, max_length=20, description="In yuan.")
    files: tuple[FileRef, ...] = Field(default=(), max_length=20, description="What is attached to it.")


class ReviewReport(RequestBody):
    """The answer to the author, and which report was read."""

    digest: Hash = Field(description="The digest of the report that you have read.", examples=["0" * 64])
    comment: Prose = Field(examples=["计划可行，请补充竞争对手情况。"])


class ExcuseReport(RequestBody):
    """Why the report need not be handed in."""

    reason: Line = Field(examples=["年休假"])


class FormView(View):
    """A form in force: who owes it and what it asks for."""

    name: FormName
    form: int | None
    title: Line
    by: tuple[Role, ...]
    reviewer: Role
    headings: dict[Heading, Line]
    amounts: dict[Heading, Line]


class ReportRow(View):
    """A report in a list: whose it is, for what, by when, and how it stands."""

    report_id: UUID = Field(validation_alias="id")
    form: FormName
    title: Line
    staff: StaffId
    period: Period
    reviewer: Role
    stage: ReportStage
    due_at: Instant | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return possible(self.stage, self.reviewer, self.staff)


class ReportView(ReportRow):
    """A report with what it says and what it was answered."""

    policy_version: int | None = Field(description="By which policy it was asked for; nothing before that.")
    digest: Hash = Field(description="Names what the report says now; who answers it names it.")
    handed_in: HandedIn | None
    gathered: Gathered | None
    reply: Reply | None
    excused_because: Line | None
    notes: tuple[Note, ...]

    @classmethod
    def of(cls, report: WorkReport) -> Self:
        return cls.model_validate(report, from_attributes=True)


class DigestView(View):
    """Which reports were missing when their time was over."""

    digest_id: UUID = Field(validation_alias="id")
    title: Line
    period: Period
    made_at: Instant
    asked: int
    missing: tuple[MissingReport, ...]

    @classmethod
    def of(cls, digest: Digest) -> Self:
        return cls.model_validate(digest, from_attributes=True)


def routes(stores: Stores, rules: Rules, time: TimeSource) -> APIRouter:
    """The routes under /reports and /digests."""
    router = Router(readers=readers.REPORTS, tags=["reports"])
    _questions(router, stores, rules, time)
    _decisions(router, stores, rules)
    return router


def _questions(router: APIRouter, stores: Stores, rules: Rules, time: TimeSource) -> None:
    reports = stores.work_reports

    @router.get("/report-forms")
    async def list_forms() -> list[FormView]:
        """The forms in force, with the headings and amounts that they ask for."""
        forms = rules.on(time.now()).reports
        return [FormView.model_validate({**dict(form), "name": name}) for name, form in forms.items()]

    @router.get("/reports")
    async def list_reports(
        staff: StaffId | None = None,
        form: Annotated[FormName | None, Query()] = None,
        period: Annotated[Period | None, Query()] = None,
        stage: ReportStage | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[ReportRow]:
        """The reports of a person, a form, a period, in a stage; what is due first at the top."""
        where = {"staff": staff, "form": form, "period": period, "stage": stage}
        page = await reports.rows(ReportRow, where, sort="due_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/reports/{report_id}")
    async def show_report(report_id: UUID) -> ReportView:
        """One report."""
        return ReportView.of(await reports.get(report_id))

    @router.get("/reports/{report_id}/clocks")
    async def show_report_clocks(report_id: UUID) -> list[ClockView]:
        """By when the report and its answer are due and why."""
        return clocks_of(await reports.get(report_id), rules.clocks)

    @router.get("/digests")
    async def list_digests(after: After = None, limit: Limit = 50) -> Listing[DigestView]:
        """What was told about missing reports, the latest first."""
        page = await stores.digests.rows(DigestView, sort="-made_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/digests/{digest_id}")
    async def show_digest(digest_id: UUID) -> DigestView:
        """The reports of one period that were missing when their time was over."""
        return DigestView.of(await stores.digests.get(digest_id))


def _decisions(router: APIRouter, stores: Stores, rules: Rules) -> None:
    reports = stores.work_reports

    @router.post("/reports/{report_id}/submit", dependencies=[allow(*WORK_REPORT.roles("submit"))])
    async def submit_report(report_id: UUID, body: SubmitReport, cause: CausedByRequest) -> ReportView:
        """Hand the report in. A form that consolidates takes in what has been handed in by now."""
        owed = await reports.get(report_id)
        others = await reports.on(owed.consolidates, owed.period) if owed.consolidates else ()
        handed_in = HandedIn(**dict(body), submitted_at=cause.at)
        submitted = await reports.apply(
            report_id, lambda report: submit(report, handed_in, others, rules, cause), cause
        )
        return ReportView.of(submitted)

    @router.post("/reports/{report_id}/review", dependencies=[allow(*WORK_REPORT.roles("review"))])
    async def review_report(report_id: UUID, body: ReviewReport, cause: CausedByRequest) -> ReportView:
        """Answer the author, as the role to which the report is submitted or one above it."""
        reviewed = await reports.apply(
            report_id, lambda report: review(report, body.digest, body.comment, rules, cause), cause
        )
        return ReportView.of(reviewed)

    @router.post("/reports/{report_id}/excuse", dependencies=[allow(*WORK_REPORT.roles("excuse"))])
    async def excuse_report(report_id: UUID, body: ExcuseReport, cause: CausedByRequest) -> ReportView:
        """Let the author off this report."""
        excused = await reports.apply(report_id, lambda report: excuse(report, body.reason, rules, cause), cause)
        return ReportView.of(excused)
