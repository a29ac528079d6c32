"""Tours of the showroom over HTTP: booked, prepared, led, judged."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, computed_field

from intake.api import readers
from intake.domain.decisions.showroom import book, cancel, complete, do_task
from intake.domain.lifecycle import SHOWROOM_VISIT, ShowroomStage
from intake.domain.parts.reception import Preparation, ReceptionTask, VisitorForm
from intake.domain.policy.policy import Rules
from intake.domain.policy.showroom import Name
from intake.domain.roles import PLANNERS
from intake.domain.showroom_visit import ShowroomVisit
from intake.store import Stores
from shared.contracts.event import Instant
from shared.contracts.intake.contacts import Rating
from shared.contracts.vocabulary import Count, CustomerId, CustomerSnapshot, Line, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once
from shared.lifecycle import Possible


class BookShowroom(RequestBody):
    """Who comes when, and who does what at the reception."""

    customer_id: CustomerId
    at: Instant
    party_size: int = Field(ge=1, le=200, examples=[3])
    needs_presentation: bool = False
    host: StaffId = Field(examples=["am-03"])
    consent: Line = Field(description="How and when the customer agreed.", examples=["2026-11-20 电话征得同意"])
    people: dict[Name, StaffId] = Field(
        max_length=20, examples=[{"junction": "am-03", "front_desk": "desk-1", "lights": "assistant-1"}]
    )


class DoTask(RequestBody):
    """Which task of the reception is done, by its name."""

    task: Name = Field(examples=["lights"])


class CompleteShowroom(RequestBody):
    """How long each station took, who decides, and the visitors' form (table 2)."""

    minutes: dict[Name, Count] = Field(
        max_length=20,
        description="0 for a station that was left out.",
        examples=[{"video": 8, "meeting_room": 20, "corridor": 5, "materials": 25}],
    )
    decision_maker: Line = Field(examples=["王总"])
    rating: Rating
    impression: str = Field(default="", max_length=4000, examples=["产品高档"])
    evaluation: str = Field(default="", max_length=4000)
    suggestion: str = Field(default="", max_length=4000)
    signed: bool = Field(description="Whether the customer signed the form.")


class CancelShowroom(RequestBody):
    """Why the visitors do not come."""

    reason: Line = Field(examples=["客户改期"])


class StepView(View):
    """A station of the tour, how long it took, and how long the standard gives it."""

    name: Line
    minutes: int
    at_least: int | None
    at_most: int | None
    within_standard: bool


class ShowroomRow(View):
    """A tour in a list."""

    visit_id: UUID = Field(validation_alias="id")
    customer: CustomerSnapshot
    at: Instant
    party_size: int
    host: StaffId
    stage: ShowroomStage

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided next, and by whom."""
        return SHOWROOM_VISIT.possible(self.stage)


class ShowroomView(ShowroomRow):
    """A tour with its preparation, its stations beside the standard, and what the visitors said."""

    needs_presentation: bool
    consent: Line
    preparations: tuple[Preparation, ...]
    tasks: tuple[ReceptionTask, ...]
    steps: tuple[StepView, ...]
    decision_maker: Line | None
    form: VisitorForm | None
    cancelled_because: Line | None

    @classmethod
    def of(cls, visit: ShowroomVisit, rules: Rules) -> Self:
        stations = {each.title: each for each in rules.of(visit).showroom.stations.values()}
        steps = [
            StepView(
                name=step.name,
                minutes=step.minutes,
                at_least=stations[step.name].at_least,
                at_most=stations[step.name].at_most,
                within_standard=stations[step.name].fits(step.minutes),
            )
            for step in visit.steps
        ]
        own = {name: getattr(visit, name) for name in cls.model_fields if name in type(visit).model_fields}
        return cls.model_validate({**own, "id": visit.id, "steps": steps})


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /showroom-visits."""
    router = Router(readers=readers.VISITS, whole=readers.WHOLE_FILES, tags=["visits"], prefix="/showroom-visits")
    visits = stores.showroom_visits

    @router.post("", status_code=201, dependencies=[allow(*PLANNERS)])
    @made_once(visits, "showroom", lambda made: ShowroomView.of(made, rules))
    async def book_tour(body: BookShowroom, cause: CausedByRequest) -> ShowroomView:
        """Invite a customer who answered on the phone and agreed; the sales assistant is told on that day."""
        customer = await stores.customers.served(body.customer_id)
        change = book(
            cause.derive("showroom"),
            customer,
            await stores.contact_logs.of(customer.id),
            body.at,
            body.party_size,
            body.needs_presentation,
            body.host,
            body.consent,
            body.people,
            rules,
            cause,
        )
        return ShowroomView.of(await visits.create(change, cause), rules)

    @router.get("")
    async def list_tours(
        stage: ShowroomStage | None = None, customer_id: UUID | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[ShowroomRow]:
        """The tours in one state or of one customer, by their time."""
        where = {"stage": stage, "customer_id": await stores.customers.all_of(customer_id)}
        page = await visits.rows(ShowroomRow, where, sort="at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{visit_id}")
    async def show_tour(visit_id: UUID) -> ShowroomView:
        """One tour."""
        return ShowroomView.of(await visits.get(visit_id), rules)

    @router.get("/{visit_id}/clocks")
    async def show_clocks_of_tour(visit_id: UUID) -> list[ClockView]:
        """By when the reception has to be ready, whose duty that is, and why."""
        return clocks_of(await visits.get(visit_id), rules.clocks)

    @router.post("/{visit_id}/do-task", dependencies=[allow(*SHOWROOM_VISIT.roles("do_task"))])
    async def do_reception_task(visit_id: UUID, body: DoTask, cause: CausedByRequest) -> ShowroomView:
        """A task of the reception is done."""
        done = await visits.apply(visit_id, lambda visit: do_task(visit, body.task, rules, cause), cause)
        return ShowroomView.of(done, rules)

    @router.post("/{visit_id}/complete", dependencies=[allow(*SHOWROOM_VISIT.roles("complete"))])
    async def complete_tour(visit_id: UUID, body: CompleteShowroom, cause: CausedByRequest) -> ShowroomView:
        """Record the tour and the visitors' form."""
        form = VisitorForm.model_validate(body.model_dump())
        completed = await visits.apply(
            visit_id, lambda visit: complete(visit, body.minutes, body.decision_maker, form, rules, cause), cause
        )
        return ShowroomView.of(completed, rules)

    @router.post("/{visit_id}/cancel", dependencies=[allow(*SHOWROOM_VISIT.roles("cancel"))])
    async def cancel_tour(visit_id: UUID, body: CancelShowroom, cause: CausedByRequest) -> ShowroomView:
        """The visitors do not come."""
        cancelled = await visits.apply(visit_id, lambda visit: cancel(visit, body.reason, rules, cause), cause)
        return ShowroomView.of(cancelled, rules)

    return router
