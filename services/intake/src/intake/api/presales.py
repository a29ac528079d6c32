"""What the pre-sales work has at hand over HTTP: the questions, the standing objections, the opportunities found."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from intake.api import readers
from intake.domain.decisions import presales
from intake.domain.opportunity import Opportunity
from intake.domain.policy.policy import Rules
from intake.domain.policy.presales import Objection
from intake.domain.roles import SALES, SERVICE
from intake.store import Stores
from shared.aggregate import NotFound
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, Prose, StaffId
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.time_source import TimeSource


class ObjectionsView(View):
    """The company's answers in one version of its policy, from which day they hold and who approved them."""

    version: int
    in_force_from: str
    approved_by: str
    objections: tuple[Objection, ...]


class NoteBusiness(RequestBody):
    """What a colleague noticed with a customer."""

    customer_id: CustomerId
    project: Prose = Field(examples=["新办公楼三层隔断，约 200 平方米"])
    has_plan: bool = Field(default=False, description="Whether there is a floor plan.")
    style: Line | None = Field(default=None, examples=["简约玻璃"])
    referred_by: CustomerId | None = Field(default=None, description="The customer whose friend this is.")


class OpportunityView(View):
    """New business with a customer; the same in a list."""

    opportunity_id: UUID = Field(validation_alias="id")
    customer: CustomerSnapshot
    contact_id: UUID | None = Field(
        default=None, description="The talk in which it came up; absent: noticed otherwise."
    )
    found_by: StaffId
    found_at: Instant
    owner: StaffId | None
    project: Prose
    has_plan: bool
    style: Line | None
    referred_by: CustomerId | None = None

    @classmethod
    def of(cls, opportunity: Opportunity) -> Self:
        """The opportunity as it stands."""
        return cls.model_validate(opportunity, from_attributes=True)


def routes(stores: Stores, rules: Rules, time: TimeSource) -> APIRouter:
    """The routes under /objections and /opportunities."""
    router = Router(readers=readers.VISITS, whole=readers.WHOLE_FILES, tags=["presales"])

    @router.get("/objections")
    async def list_objections(
        version: Annotated[int | None, Query(description="Absent: the one in force.")] = None,
    ) -> ObjectionsView:
        """The standard answers to what customers usually object, in this version."""
        try:
            policy = rules.on(time.now()) if version is None else rules.policies.version(version)
        except LookupError:
            raise NotFound("version of the answers", version) from None
        return ObjectionsView(
            version=policy.version,
            in_force_from=policy.in_force_from.isoformat(),
            approved_by=policy.approved_by,
            objections=policy.objections,
        )

    @router.post("/opportunities", status_code=201, dependencies=[allow(*SERVICE, *SALES)])
    async def note_business(body: NoteBusiness, cause: CausedByRequest) -> OpportunityView:
        """New business goes to the customer's salesman, or to the sales manager where there is none."""
        customer = await stores.customers.leading(body.customer_id)
        friend = await stores.customers.leading(body.referred_by) if body.referred_by else None
        change = presales.note_business(customer, body.project, body.has_plan, body.style, friend, cause)
        return OpportunityView.of(await stores.opportunities.create(change, cause))

    @router.get("/opportunities")
    async def list_opportunities(
        owner: StaffId | None = None, customer_id: UUID | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[OpportunityView]:
        """What was found for an owner or with a customer, the latest first."""
        where = {"owner": owner, "customer_id": await stores.customers.all_of(customer_id)}
        page = await stores.opportunities.rows(OpportunityView, where, sort="-found_at", after=after, limit=limit)
        return Listing(items=list(page.items), next=page.next)

    return router
