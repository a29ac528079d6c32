"""Visits over HTTP: the account manager reports on leaving."""

from datetime import timedelta
from typing import Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, computed_field

from intake.api import readers
from intake.domain.decisions.visit import report_visit
from intake.domain.visit import Visit
from intake.store import Stores
from shared.aggregate import Refused
from shared.contracts.event import Instant
from shared.contracts.intake import VisitReport
from shared.contracts.roles import CS, SALES
from shared.contracts.vocabulary import CustomerId, Line, Phone, Prose, StaffId
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once


class ReportVisit(RequestBody):
    """What the account manager texts on leaving: shop, name, mobile."""

    shop_name: Line = Field(examples=["明镜眼镜店"])
    customer_id: CustomerId | None = Field(default=None, description="Absent for a shop without a file.")
    customer_name: Line = Field(examples=["陈先生"])
    mobile: Phone = Field(examples=["13700137000"])
    left_at: Instant
    punctual: bool | None = Field(default=None, description="Absent when no time had been agreed.")
    via: Literal["sms", "app", "phone"] = "app"
    plan_id: UUID | None = Field(
        default=None, description="The visit as it was planned: the report then has its customer and its times."
    )
    talk: Prose | None = Field(
        default=None, description="The talk in detail.", examples=["想做两层玻璃隔断，下周给平面图"]
    )


class VisitView(View):
    """A visit as it was reported; the same in a list."""

    visit_id: UUID = Field(validation_alias="id")
    staff: StaffId
    reported_at: Instant
    report: VisitReport

    @computed_field  # type: ignore[prop-decorator]
    @property
    def minutes_after_leaving(self) -> int:
        """How long after leaving the customer it was reported (000 §3.6.1a)."""
        return (self.reported_at - self.report.left_at) // timedelta(minutes=1)

    @classmethod
    def of(cls, visit: Visit) -> Self:
        return cls.model_validate(visit, from_attributes=True)


def routes(stores: Stores) -> APIRouter:
    """The routes under /visits."""
    router = Router(readers=readers.VISITS, tags=["visits"], prefix="/visits")
    visits = stores.visits

    @router.post("", status_code=201, dependencies=[allow(*SALES, *CS)])
    @made_once(visits, lambda body, cause: (body.plan_id or cause.derive("visit"), cause.derive("visit")), VisitView.of)
    async def report_finished_visit(body: ReportVisit, cause: CausedByRequest) -> VisitView:
        """Report a visit that is over; the customer is called back within 30 minutes from now."""
        plan = await stores.visit_plans.get(body.plan_id) if body.plan_id else None
        if plan and await visits.count({"report.plan_id": plan.id}, limit=1):
            raise Refused("this planned visit was reported already", "already_exists", "plan_id")
        visited = plan.customer_id if plan else body.customer_id
        if visited is not None:
            await stores.customers.served(visited)
        report = VisitReport.model_validate(body.model_dump())
        change = report_visit(plan.id if plan else cause.derive("visit"), report, plan, cause)
        return VisitView.of(await visits.create(change, cause))

    @router.get("")
    async def list_visits(staff: StaffId, after: After = None, limit: Limit = 50) -> Listing[VisitView]:
        """The visits that one member of staff reported, the latest first."""
        page = await visits.rows(VisitView, {"staff": staff}, sort="-reported_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{visit_id}")
    async def show_visit(visit_id: UUID) -> VisitView:
        """One visit."""
        return VisitView.of(await visits.get(visit_id))

    return router
