"""What the pre-sales work has at hand over HTTP: the questions, the standing objections, the opportunities found."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from intake.api import readers
from intake.domain.policy.policy import Rules
from intake.domain.policy.presales import Objection
from intake.store import Stores
from shared.aggregate import NotFound
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerSnapshot, Line, Prose, StaffId
from shared.http import After, Limit, Listing, Router, View
from shared.time_source import TimeSource


class ObjectionsView(View):
    """The company's answers in one version of its policy, from which day they hold and who approved them."""

    version: int
    in_force_from: str
    approved_by: str
    objections: tuple[Objection, ...]


class OpportunityView(View):
    """New business with a customer; the same in a list."""

    opportunity_id: UUID = Field(validation_alias="id")
    customer: CustomerSnapshot
    contact_id: UUID
    found_by: StaffId
    found_at: Instant
    owner: StaffId | None
    project: Prose
    has_plan: bool
    style: Line | None


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

    @router.get("/opportunities")
    async def list_opportunities(
        owner: StaffId | None = None, customer_id: UUID | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[OpportunityView]:
        """What was found for an owner or with a customer, the latest first."""
        where = {"owner": owner, "customer_id": await stores.customers.all_of(customer_id)}
        page = await stores.opportunities.rows(OpportunityView, where, sort="-found_at", after=after, limit=limit)
        return Listing(items=list(page.items), next=page.next)

    return router
