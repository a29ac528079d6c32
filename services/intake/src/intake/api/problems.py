"""Problems over HTTP: raised, fed back, solved, and collected day by day."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, computed_field

from intake.api import readers
from intake.domain.decisions.problem import raise_problem, solve, tell_department
from intake.domain.lifecycle import PROBLEM, ProblemStage
from intake.domain.parts.problem_feedback import ProblemFeedback
from intake.domain.policy.policy import Rules
from intake.domain.problem import DayProblem
from intake.domain.problem_day import ProblemDay
from intake.domain.roles import PLANNERS
from intake.store import Stores
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, DepartmentName, OrderNo, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once
from shared.lifecycle import Possible


class RaiseProblem(RequestBody):
    """What went wrong today."""

    text: Prose = Field(examples=["客户反映展厅导航定位有误，两位来访客户走错路口"])
    customer_id: CustomerId | None = None
    order_no: OrderNo | None = None


class TellDepartment(RequestBody):
    """Which department was told, and in which words."""

    department: DepartmentName = Field(examples=["sales"])
    words: Prose = Field(examples=["已转市场中心更正地图标注"])


class SolveProblem(RequestBody):
    """How it was solved."""

    solution: Prose = Field(examples=["地图标注已更正，已电话告知两位客户"])


class ProblemView(View):
    """A problem, and what may be done with it now; the same in a list."""

    problem_id: UUID = Field(validation_alias="id")
    text: Prose
    customer_id: CustomerId | None
    order_no: OrderNo | None
    raised_by: StaffId
    raised_at: Instant
    stage: ProblemStage
    feedback: tuple[ProblemFeedback, ...]
    solution: Prose | None
    solved_by: StaffId | None
    solved_at: Instant | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return PROBLEM.possible(self.stage)

    @classmethod
    def of(cls, problem: DayProblem) -> Self:
        return cls.model_validate(problem, from_attributes=True)


class ProblemDayView(View):
    """A day's problems by what happened to them; the same in a list."""

    problem_day_id: UUID = Field(validation_alias="id")
    day: date
    made_at: Instant
    raised: tuple[UUID, ...]
    fed_back: tuple[UUID, ...]
    solved: tuple[UUID, ...]
    still_open: tuple[UUID, ...]

    @classmethod
    def of(cls, day: ProblemDay) -> Self:
        return cls.model_validate(day, from_attributes=True)


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """The routes under /problems and /problem-days."""
    return _problems(stores, rules), _days(stores)


def _problems(stores: Stores, rules: Rules) -> APIRouter:
    router = Router(readers=readers.VISITS, tags=["reports"], prefix="/problems")
    problems = stores.problems

    @router.post("", status_code=201, dependencies=[allow(*PLANNERS)])
    @made_once(problems, "problem", ProblemView.of)
    async def raise_new_problem(body: RaiseProblem, cause: CausedByRequest) -> ProblemView:
        """Put a problem on the day's list; it is to be solved by its clock."""
        if body.customer_id is not None:
            await stores.customers.served(body.customer_id)
        change = raise_problem(cause.derive("problem"), body.text, body.customer_id, body.order_no, rules, cause)
        return ProblemView.of(await problems.create(change, cause))

    @router.get("")
    async def list_problems(
        stage: Annotated[ProblemStage | None, Query()] = None, after: After = None, limit: Limit = 50
    ) -> Listing[ProblemView]:
        """The problems in one stage or all, the latest first."""
        page = await problems.rows(ProblemView, {"stage": stage}, sort="-raised_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{problem_id}")
    async def show_problem(problem_id: UUID) -> ProblemView:
        """One problem."""
        return ProblemView.of(await problems.get(problem_id))

    @router.get("/{problem_id}/clocks")
    async def show_problem_clocks(problem_id: UUID) -> list[ClockView]:
        """By when it is solved and why."""
        return clocks_of(await problems.get(problem_id), rules.clocks)

    @router.post("/{problem_id}/tell-department", dependencies=[allow(*PROBLEM.roles("tell_department"))])
    async def tell_department_of_problem(problem_id: UUID, body: TellDepartment, cause: CausedByRequest) -> ProblemView:
        """Say which department was told of it."""
        return ProblemView.of(
            await problems.apply(
                problem_id, lambda problem: tell_department(problem, body.department, body.words, cause), cause
            )
        )

    @router.post("/{problem_id}/solve", dependencies=[allow(*PROBLEM.roles("solve"))])
    async def solve_problem(problem_id: UUID, body: SolveProblem, cause: CausedByRequest) -> ProblemView:
        """Say how it was solved."""
        return ProblemView.of(
            await problems.apply(problem_id, lambda problem: solve(problem, body.solution, rules, cause), cause)
        )

    return router


def _days(stores: Stores) -> APIRouter:
    router = Router(readers=readers.VISITS, tags=["reports"], prefix="/problem-days")

    @router.get("")
    async def list_problem_days(after: After = None, limit: Limit = 50) -> Listing[ProblemDayView]:
        """The days that were collected, the latest first."""
        page = await stores.problem_days.rows(ProblemDayView, sort="-day", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{problem_day_id}")
    async def show_problem_day(problem_day_id: UUID) -> ProblemDayView:
        """The problems of one day."""
        return ProblemDayView.of(await stores.problem_days.get(problem_day_id))

    return router
