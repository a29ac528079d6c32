"""Figures over HTTP: statistics of any period, published tables, and the review of a month (002 六1(6), 003 §28.1)."""

from datetime import date, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import AliasPath, Field

from complaints.api.readers import CASES
from complaints.domain.decisions.review import review_case
from complaints.domain.figures.statistics import Dimension, named, tabulate
from complaints.domain.lifecycle import MONTHLY_REVIEW, ReviewStage
from complaints.domain.monthly_review import MonthlyReview, review_id_of
from complaints.domain.parts.evaluation import CaseReview
from complaints.domain.policy.policy import Rules
from complaints.store import MonthlyReviews, Stores
from shared.aggregate import Change
from shared.contracts.event import Instant
from shared.contracts.vocabulary import ComplaintNo, Line, Month, Period, Prose
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, must_be_period
from shared.lifecycle import Possible
from shared.sheets import TableFormat, written
from shared.tables import Table, TableCell

As = Annotated[TableFormat, Query(alias="format", description="How the figures are written.")]
Begin = Annotated[date, Query(description="Accepted on this day or later.")]
End = Annotated[date, Query(description="Accepted before this day.")]


class ReportRow(View):
    """A published table in a list."""

    report_id: UUID = Field(validation_alias="id")
    title: Line
    period: Period
    made_at: Instant
    figures: dict[str, TableCell] = Field(validation_alias=AliasPath("table", "figures"))


class ReviewView(View):
    """The review of a month, with what is still to be looked at."""

    month: Month
    stage: ReviewStage
    possible: tuple[Possible, ...]
    cases: tuple[CaseReview, ...]

    @classmethod
    def of(cls, review: MonthlyReview) -> "ReviewView":
        """Every case of the month."""
        possible = MONTHLY_REVIEW.possible(review.stage)
        return cls(month=review.month, stage=review.stage, possible=possible, cases=review.cases)


class ReviewCase(RequestBody):
    """What one case taught, and whether the customer was won back."""

    complaint_no: ComplaintNo
    evaluation: Prose = Field(examples=["处理及时，客户满意"])
    recovered: bool
    lessons: tuple[Prose, ...] = Field(default=(), max_length=20, examples=[["玻璃包装须加护角"]])


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """Statistics, published tables, reviews."""
    router = Router(readers=CASES, tags=["figures"])
    _figures(router, stores, rules)
    _reviews(router, stores.reviews, rules)
    return router


def _figures(router: APIRouter, stores: Stores, rules: Rules) -> None:
    @router.get("/statistics", response_class=Response)
    async def count_complaints(request: Request, by: Dimension, begin: Begin, end: End, form: As = "json") -> Response:
        """Complaints of a period by month, cause, department, category, product, region or channel."""
        must_be_period(begin, end)
        calendar = rules.calendar
        counted = await stores.counted_between(calendar.moment(begin, time()), calendar.moment(end, time()))
        table = tabulate(counted, (by,), await stores.recovered(), request.app.state.time.now(), calendar)
        return _written(table, form, f"complaints-{by}-{begin}-{end}")

    @router.get("/reports")
    async def list_reports(after: After = None, limit: Limit = 50) -> Listing[ReportRow]:
        """Published classification tables, the newest first."""
        page = await stores.reports.rows(ReportRow, sort="-made_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/reports/{report_id}", response_class=Response)
    async def show_report(report_id: UUID, form: As = "json") -> Response:
        """A classification table as it was published."""
        report = await stores.reports.get(report_id)
        return _written(report.table, form, f"{report.kind}-{report.period}")


def _written(table: Table, form: TableFormat, name: str) -> Response:
    """The table for programs with the codes of departments and channels, for people with their names."""
    return written(table if form == "json" else named(table), form, name)


def _reviews(router: APIRouter, reviews: MonthlyReviews, rules: Rules) -> None:
    @router.get("/reviews/{month}")
    async def show_review(month: Month) -> ReviewView:
        """The cases that were closed in a month, with what was found about each."""
        return ReviewView.of(await reviews.get(review_id_of(month)))

    @router.get("/reviews/{month}/clocks")
    async def show_review_clocks(month: Month) -> list[ClockView]:
        """By when the review had or has to be done, and how the moment came about."""
        return clocks_of(await reviews.get(review_id_of(month)), rules.clocks)

    @router.post("/reviews/{month}/review-case", dependencies=[allow(*MONTHLY_REVIEW.roles("review_case"))])
    async def review_closed_case(month: Month, body: ReviewCase, cause: CausedByRequest) -> ReviewView:
        """Sum one case up."""

        def decide(review: MonthlyReview) -> Change[MonthlyReview]:
            return review_case(review, body.complaint_no, body.evaluation, body.recovered, body.lessons, rules, cause)

        return ReviewView.of(await reviews.apply(review_id_of(month), decide, cause))
