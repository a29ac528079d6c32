"""What the pre-sales work has at hand over HTTP: the questions, the standing objections, the opportunities found."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from intake.api import readers
from intake.domain.decisions import presales
from intake.domain.opportunity import Opportunity
from intake.domain.parts.winning import EarlierDemand, Material, SentMaterial
from intake.domain.policy.policy import Rules
from intake.domain.policy.presales import Objection
from intake.store import Stores
from shared.aggregate import NotFound
from shared.contracts.event import Instant
from shared.contracts.roles import CS, SALES
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, Line, Ordinal, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
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
)
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


class SendMaterial(RequestBody):
    """What was sent or handed over to win the order."""

    material: Material = Field(examples=["price_list"])
    way: Literal["email", "fax", "post", "courier", "in_person"] = Field(examples=["courier"])
    what: Line = Field(examples=["2026 年冬季报价单"])


class NoteDoubt(RequestBody):
    """Why the customer hesitates."""

    doubt: Prose = Field(examples=["没有用过双玻隔断，担心隔音"])


class ChangeDemand(RequestBody):
    """What the customer wants from now on, as a whole, and why it is something else."""

    project: Prose = Field(examples=["新办公楼三、四层隔断，约 380 平方米"])
    has_plan: bool = Field(default=False, description="Whether there is a floor plan.")
    style: Line | None = Field(default=None, examples=["简约玻璃"])
    reason: Line = Field(examples=["客户加租第四层"])


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
    doubt: Prose | None = Field(default=None, description="Why the customer hesitated.")
    sent: tuple[SentMaterial, ...] = Field(default=(), description="What was sent to win the order, oldest first.")
    earlier: tuple[EarlierDemand, ...] = Field(default=(), description="What the customer wanted before.")

    @classmethod
    def of(cls, opportunity: Opportunity) -> Self:
        """The opportunity as it stands."""
        return cls.model_validate(opportunity, from_attributes=True)


def routes(stores: Stores, rules: Rules, time: TimeSource) -> APIRouter:
    """The routes under /objections and /opportunities."""
    router = Router(readers=readers.VISITS, whole=readers.WHOLE_FILES, tags=["presales"])

    @router.get("/objections")
    async def list_objections(
        version: Annotated[Ordinal | None, Query(description="Absent: the one in force.")] = None,
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

    @router.post("/opportunities", status_code=201, dependencies=[allow(*CS, *SALES)])
    @made_once(stores.opportunities, "opportunity", OpportunityView.of)
    async def note_business(body: NoteBusiness, cause: CausedByRequest) -> OpportunityView:
        """New business goes to the customer's salesman, or to the sales manager where there is none."""
        customer = await stores.customers.served(body.customer_id)
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
        return Listing.of(page)

    _winning(router, stores, rules)
    return router


def _winning(router: APIRouter, stores: Stores, rules: Rules) -> None:
    opportunities = stores.opportunities

    @router.get("/opportunities/{opportunity_id}")
    async def show_opportunity(opportunity_id: UUID) -> OpportunityView:
        """New business, with what was done to win it."""
        return OpportunityView.of(await opportunities.get(opportunity_id))

    @router.get("/opportunities/{opportunity_id}/clocks")
    async def show_opportunity_clocks(opportunity_id: UUID) -> list[ClockView]:
        """By when a customer who doubts gets a tutorial or a trial, and why."""
        return clocks_of(await opportunities.get(opportunity_id), rules.clocks)

    @router.post("/opportunities/{opportunity_id}/send-material", dependencies=[allow(*CS, *SALES)])
    async def send_material(opportunity_id: UUID, body: SendMaterial, cause: CausedByRequest) -> OpportunityView:
        """Record what was sent; a tutorial and a trial are what a customer who doubts is owed."""
        sent = SentMaterial(material=body.material, way=body.way, what=body.what, at=cause.at, by=cause.actor.id)
        won = await opportunities.apply(
            opportunity_id, lambda opportunity: presales.send_material(opportunity, sent, rules, cause), cause
        )
        return OpportunityView.of(won)

    @router.post("/opportunities/{opportunity_id}/note-doubt", dependencies=[allow(*CS, *SALES)])
    @changed_once(opportunities, "opportunity_id", OpportunityView.of)
    async def note_doubt(opportunity_id: UUID, body: NoteDoubt, cause: CausedByRequest) -> OpportunityView:
        """The customer hesitates: a tutorial or a trial is a duty from now on, of the salesman where there is one."""
        await stores.customers.served((await opportunities.get(opportunity_id)).customer_id)
        doubted = await opportunities.apply(
            opportunity_id, lambda opportunity: presales.note_doubt(opportunity, body.doubt, rules, cause), cause
        )
        return OpportunityView.of(doubted)

    @router.post("/opportunities/{opportunity_id}/change-demand", dependencies=[allow(*CS, *SALES)])
    async def change_demand(opportunity_id: UUID, body: ChangeDemand, cause: CausedByRequest) -> OpportunityView:
        """Record what the customer wants by now; what was wanted before stays readable."""
        changed = await opportunities.apply(
            opportunity_id,
            lambda opportunity: presales.change_demand(
                opportunity, body.project, body.has_plan, body.style, body.reason, cause
            ),
            cause,
        )
        return OpportunityView.of(changed)
