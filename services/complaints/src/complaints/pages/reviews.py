"""The months whose closed cases are reviewed, with the published tables, and one month with each of its cases."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from complaints.api.figures import ReportRow
from complaints.api.readers import CASES
from complaints.domain.lifecycle import MONTHLY_REVIEW, ReviewStage
from complaints.domain.monthly_review import MonthlyReview
from complaints.domain.parts.handling import Outcome
from complaints.domain.policy.policy import Rules
from complaints.store import Stores
from shared.contracts.vocabulary import Month
from shared.http import After, AskedBy, Router, View
from shared.language import _
from shared.pages.forms import Choice, Filled, Forms
from shared.pages.rendering import Renderer
from shared.pages.strip import strip

MONTHS_SHOWN = 50
"""Months on one page."""
TABLES_SHOWN = 24
"""Published tables beside them, the latest."""

REVIEWS: Mapping[ReviewStage, str] = MappingProxyType({"open": "审视中", "done": "已审视"})
OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {"resolved": "已解决", "not_upheld": "不成立", "withdrawn": "客户撤诉", "resubmitted": "重新立案"}
)


class ReviewRow(View):
    """A month as a line of the list."""

    id: UUID
    month: Month
    stage: ReviewStage


def routes(stores: Stores, rules: Rules, forms: Forms, render: Renderer) -> APIRouter:
    """The list and the page of one month."""
    router = Router(readers=CASES, tags=["pages"], prefix="/ui/reviews", include_in_schema=False)

    @router.get("", response_class=HTMLResponse)
    async def list_reviews(after: After = None) -> Response:
        """The months, the latest first, and the classification tables that were published last."""
        page = await stores.reviews.rows(ReviewRow, {}, sort="-month", after=after, limit=MONTHS_SHOWN)
        tables = await stores.reports.rows(ReportRow, {}, sort="-made_at", limit=TABLES_SHOWN)
        return render("reviews.html", rows=page.items, stages=REVIEWS, tables=tables.items, next=page.next, after=after)

    @router.get("/{review_id}", response_class=HTMLResponse)
    async def show_month(review_id: UUID, request: Request, asker: AskedBy) -> Response:
        """One month: each case that was closed, what was found about it, and the form for those that are left."""
        review = await stores.reviews.get(review_id)
        seen = {"review_case": Filled(offered={"complaint_no": _left(review)})}
        return render(
            "review.html",
            review=review,
            stage=_(REVIEWS[review.stage]),
            outcomes=OUTCOMES,
            reviewed=sum(each.reviewed is not None for each in review.cases),
            clocks=strip(review, rules.calendar, request.app.state.time.now()),
            acts=forms.acts(MONTHLY_REVIEW.possible(review.stage), asker, review.month, seen),
        )

    return router


def _left(review: MonthlyReview) -> list[Choice]:
    numbers = (each.case.complaint_no for each in review.cases if each.reviewed is None)
    return [Choice(number, number) for number in numbers]
