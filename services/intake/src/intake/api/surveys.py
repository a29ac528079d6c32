"""Surveys over HTTP: customers are asked for an opinion, their answers are kept, the staff's ratings are counted."""

from collections.abc import Sequence
from datetime import date, time
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field, computed_field

from intake.api import readers
from intake.domain.decisions.survey import answer, issue
from intake.domain.figures.satisfaction import satisfaction
from intake.domain.lifecycle import SURVEY, SurveyStage
from intake.domain.parts.staff_rating import StaffRating
from intake.domain.survey import DIMENSIONS, GRADES, Survey, ratings
from intake.store import Stores
from shared.calendar import Calendar
from shared.contracts.event import Instant
from shared.contracts.intake import Opinion
from shared.contracts.intake.contacts import Grade
from shared.contracts.roles import CS
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Month, OrderNo, ServiceOrderId, StaffId
from shared.http import (
    After,
    CausedByRequest,
    Limit,
    Listing,
    RequestBody,
    Router,
    View,
    allow,
    changed_once,
    made_once,
    must_be_period,
)
from shared.lifecycle import Possible
from shared.sheets import Sheet, SheetCell, TableFormat
from shared.store import Between


class IssueSurvey(RequestBody):
    """Whom to ask for an opinion, and of which order."""

    customer_id: CustomerId
    order_no: OrderNo | None = None


class AnswerSurvey(RequestBody):
    """What the customer thinks, in the customer's own words; very_satisfied 非常满意 to poor 较差."""

    attitude: Grade
    technique: Grade
    arrival_time: Grade
    promises: Grade = Field(description="How matters that were promised were handled.")
    suggestion: str = Field(default="", max_length=4000, examples=["希望提前一天确认到场时间"])
    complaint: str = Field(default="", max_length=4000)
    via: Literal["phone", "letter", "sms", "web"] = "phone"


class SurveyView(View):
    """A survey, what was answered, and what may be done with it now; the same in a list."""

    survey_id: UUID = Field(validation_alias="id")
    customer: CustomerSnapshot
    service_order_id: ServiceOrderId | None
    order_no: OrderNo | None
    technician: StaffId | None
    issued_at: Instant
    stage: SurveyStage
    answered_at: Instant | None
    opinion: Opinion | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return SURVEY.possible(self.stage)

    @classmethod
    def of(cls, survey: Survey) -> Self:
        return cls.model_validate(survey, from_attributes=True)


class AnsweredRow(View):
    """What the ratings read of an answered survey."""

    technician: StaffId | None
    opinion: Opinion


class StaffRatingsView(View):
    """How customers rated the colleagues who served them, in the answers of one month."""

    month: Month
    staff: tuple[StaffRating, ...]


def routes(stores: Stores, calendar: Calendar) -> Sequence[APIRouter]:
    """The routes under /surveys and /staff-ratings."""
    return _surveys(stores), _ratings(stores, calendar)


def _surveys(stores: Stores) -> APIRouter:
    router = Router(readers=readers.CALLBACKS, whole=readers.WHOLE_FILES, tags=["surveys"], prefix="/surveys")
    surveys = stores.surveys

    @router.post("", status_code=201, dependencies=[allow(*CS)])
    @made_once(surveys, "survey", SurveyView.of)
    async def issue_survey(body: IssueSurvey, cause: CausedByRequest) -> SurveyView:
        """Ask a customer for an opinion in between; after each service the question goes out by itself."""
        customer = (await stores.customers.served(body.customer_id)).snapshot()
        change = issue(cause.derive("survey"), customer, None, body.order_no, None, cause)
        return SurveyView.of(await surveys.create(change, cause))

    @router.get("")
    async def list_surveys(
        stage: Annotated[SurveyStage | None, Query()] = None,
        customer_id: UUID | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[SurveyView]:
        """The surveys in one stage or of one customer, the latest first."""
        where = {"stage": stage, "customer_id": await stores.customers.all_of(customer_id)}
        page = await surveys.rows(SurveyView, where, sort="-issued_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{survey_id}")
    async def show_survey(survey_id: UUID) -> SurveyView:
        """One survey with its answer."""
        return SurveyView.of(await surveys.get(survey_id))

    @router.post("/{survey_id}/answer", dependencies=[allow(*SURVEY.roles("answer"))])
    @changed_once(surveys, "survey_id", SurveyView.of)
    async def answer_survey(survey_id: UUID, body: AnswerSurvey, cause: CausedByRequest) -> SurveyView:
        """Record what the customer answered on the phone or by letter; it stays as it was said."""
        await stores.erased_customers.must_not_hold((await surveys.get(survey_id)).customer_id)
        opinion = Opinion.model_validate(body.model_dump())
        return SurveyView.of(await surveys.apply(survey_id, lambda survey: answer(survey, opinion, cause), cause))

    return router


def _ratings(stores: Stores, calendar: Calendar) -> APIRouter:
    router = Router(readers=readers.RATINGS, tags=["surveys"])

    @router.get("/satisfaction", response_class=Response)
    async def count_satisfaction(
        begin: Annotated[date, Query(description="Answered on this day or later.")],
        end: Annotated[date, Query(description="Answered before this day.")],
        form: Annotated[TableFormat, Query(alias="format", description="How it is written.")] = "json",
    ) -> Response:
        """How many customers gave which grade in each respect (003 §17)."""
        must_be_period(begin, end)
        opinions = await stores.surveys.opinions(calendar.moment(begin, time()), calendar.moment(end, time()))
        rows = satisfaction(opinions)
        if form == "json":
            return JSONResponse([row.model_dump(mode="json") for row in rows])
        lines: list[tuple[SheetCell, ...]] = [(DIMENSIONS[row.dimension], *row.grades.values()) for row in rows]
        return Sheet(("评价项目", *GRADES.values()), lines).file(form, f"satisfaction-{begin}-{end}")

    @router.get("/staff-ratings")
    async def list_staff_ratings(month: Annotated[Month, Query()]) -> StaffRatingsView:
        """How often each colleague got each grade in the answers of a month (003 §15)."""
        year, number = map(int, month.split("-"))
        begins, ends = date(year, number, 1), date(year + number // 12, number % 12 + 1, 1)
        within = Between(calendar.moment(begins, time()), calendar.moment(ends, time()))
        rows = stores.surveys.each_row(AnsweredRow, {"answered_at": within}, sort="answered_at")
        answered = [(row.technician, row.opinion) async for row in rows if row.technician is not None]
        return StaffRatingsView(month=month, staff=ratings(answered))

    return router
