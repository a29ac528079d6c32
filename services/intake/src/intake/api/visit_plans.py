"""Planned visits over HTTP: agreed with the customer, packed for, begun in time."""

from datetime import timedelta
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, computed_field

from intake.api import readers
from intake.domain.decisions.visit_plan import arrive, cancel, plan, tick_off
from intake.domain.lifecycle import VISIT_PLAN, PlanStage
from intake.domain.parts.kit import KitItem
from intake.domain.policy.policy import Rules
from intake.domain.roles import PLANNERS
from intake.domain.visit_plan import VisitPlan
from intake.store import Stores
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once
from shared.lifecycle import Possible


class PlanVisit(RequestBody):
    """What was agreed with the customer, and the way there."""

    customer_id: CustomerId
    staff: StaffId = Field(examples=["am-03"])
    appointed_at: Instant
    travel: timedelta = Field(ge=timedelta(), le=timedelta(days=3), description="ISO 8601.", examples=["PT45M"])
    interest: Prose = Field(description="What the customer is interested in.", examples=["新办公楼三层隔断"])
    consent: Line = Field(description="How and when the customer agreed.", examples=["2026-11-20 电话征得同意"])
    samples: tuple[Line, ...] = Field(default=(), max_length=30, examples=[["80款双玻百叶样品"]])


class TickOff(RequestBody):
    """What of the checklist is packed for the visit."""

    names: tuple[Line, ...] = Field(min_length=1, max_length=60, examples=[["名片一盒", "卷尺"]])


class CancelVisit(RequestBody):
    """Why the visit does not take place."""

    reason: Line = Field(examples=["客户出差，另约时间"])


class PlannedVisitRow(View):
    """A planned visit in a list."""

    visit_id: UUID = Field(validation_alias="id")
    customer: CustomerSnapshot
    staff: StaffId
    appointed_at: Instant
    stage: PlanStage
    arrived_at: Instant | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided next, and by whom."""
        return VISIT_PLAN.possible(self.stage)


class PlannedVisitView(PlannedVisitRow):
    """A planned visit: by when to set out and arrive, what is in the bag, and whether the visitor was in time."""

    arrive_by: Instant
    leave_by: Instant
    interest: Prose
    consent: Line
    kit: tuple[KitItem, ...]
    punctual: bool | None
    early: bool | None
    cancelled_because: Line | None

    @classmethod
    def of(cls, visit: VisitPlan) -> Self:
        shown = {name: getattr(visit, name) for name in cls.model_fields if name != "visit_id"}
        return cls.model_validate({**shown, "id": visit.id})


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /visit-plans."""
    router = Router(readers=readers.VISITS, whole=readers.WHOLE_FILES, tags=["visits"], prefix="/visit-plans")
    plans = stores.visit_plans

    @router.post("", status_code=201, dependencies=[allow(*PLANNERS)])
    @made_once(plans, "visit", PlannedVisitView.of)
    async def plan_visit(body: PlanVisit, cause: CausedByRequest) -> PlannedVisitView:
        """Plan a visit to a customer who answered on the phone, is interested and has agreed."""
        customer = await stores.customers.served(body.customer_id)
        log = await stores.contact_logs.of(customer.id)
        change = plan(
            cause.derive("visit"),
            customer,
            log,
            body.staff,
            body.appointed_at,
            body.travel,
            body.interest,
            body.consent,
            body.samples,
            rules,
            cause,
        )
        return PlannedVisitView.of(await plans.create(change, cause))

    @router.get("")
    async def list_plans(
        staff: StaffId | None = None, customer_id: UUID | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[PlannedVisitRow]:
        """The planned visits of one member of staff or to one customer, the next ones last."""
        where = {"staff": staff, "customer_id": await stores.customers.all_of(customer_id)}
        page = await plans.rows(PlannedVisitRow, where, sort="appointed_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{visit_id}")
    async def show_plan(visit_id: UUID) -> PlannedVisitView:
        """One planned visit."""
        return PlannedVisitView.of(await plans.get(visit_id))

    @router.get("/{visit_id}/clocks")
    async def show_clocks_of_plan(visit_id: UUID) -> list[ClockView]:
        """By when the visit has to begin, whose duty that is, and why."""
        return clocks_of(await plans.get(visit_id), rules.clocks)

    @router.post("/{visit_id}/tick-off", dependencies=[allow(*VISIT_PLAN.roles("tick_off"))])
    async def tick_off_kit(visit_id: UUID, body: TickOff, cause: CausedByRequest) -> PlannedVisitView:
        """Tick off what of the checklist is packed."""
        return PlannedVisitView.of(await plans.apply(visit_id, lambda visit: tick_off(visit, body.names, cause), cause))

    @router.post("/{visit_id}/arrive", dependencies=[allow(*VISIT_PLAN.roles("arrive"))])
    async def arrive_at_customer(visit_id: UUID, cause: CausedByRequest) -> PlannedVisitView:
        """Say on arrival that one is there; ten minutes before the appointment is in time."""
        return PlannedVisitView.of(await plans.apply(visit_id, lambda visit: arrive(visit, rules, cause), cause))

    @router.post("/{visit_id}/cancel", dependencies=[allow(*VISIT_PLAN.roles("cancel"))])
    async def cancel_visit(visit_id: UUID, body: CancelVisit, cause: CausedByRequest) -> PlannedVisitView:
        """The visit does not take place."""
        return PlannedVisitView.of(
            await plans.apply(visit_id, lambda visit: cancel(visit, body.reason, rules, cause), cause)
        )

    return router
