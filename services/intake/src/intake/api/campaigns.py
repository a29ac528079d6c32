"""Campaigns over HTTP: a list is drawn and shared out, its progress is shown, and it is summed up."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, computed_field, model_validator

from intake.api import readers
from intake.domain.campaign import LONGEST_LIST, Campaign
from intake.domain.decisions.campaign import complete, record, start_campaign
from intake.domain.lifecycle import CAMPAIGN, CampaignStage
from intake.domain.parts.criteria import Criteria
from intake.domain.parts.prospect import Prospect
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.aggregate import Refused
from shared.contracts.event import Instant
from shared.contracts.intake import CampaignProgress, Trade
from shared.contracts.intake.work import CampaignKind
from shared.contracts.roles import CS_HEADS
from shared.contracts.vocabulary import CustomerId, CustomerKind, Line, Prose, Quantity, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once
from shared.lifecycle import Possible


class GivenCriteria(RequestBody):
    """By what the list is drawn; what is left out does not matter."""

    kind: CustomerKind | None = None
    trade: Trade | None = Field(default=None, examples=["decoration_company"])
    region: Line | None = Field(default=None, examples=["华南"])
    member: bool | None = None
    ordered: bool | None = Field(default=None, description="With an order of theirs, or without.", examples=[False])


class StartCampaign(RequestBody):
    """Whom to call, for what, until when, and who calls."""

    kind: CampaignKind = Field(examples=["telemarketing"])
    name: Line = Field(examples=["华南装饰公司新品推介"])
    until: date = Field(examples=["2026-12-20"])
    customer_ids: tuple[CustomerId, ...] = Field(
        default=(), max_length=LONGEST_LIST, description="The customers by name, or else by what they are drawn."
    )
    draws: GivenCriteria | None = None
    most: int = Field(default=200, ge=1, le=LONGEST_LIST, description="Customers that are drawn at most.")
    staff: tuple[StaffId, ...] = Field(default=(), max_length=100, description="Who calls; empty: every specialist.")
    target: Quantity | None = Field(default=None, description="With how many the aim is to be attained; all.")
    wish: Line | None = Field(default=None, description="What each customer is wished at the end.")

    @model_validator(mode="after")
    def _says_whom(self) -> Self:
        if bool(self.customer_ids) == (self.draws is not None):
            raise ValueError("say whom to call: customer_ids, or draws, by what the list is drawn")
        return self


class RecordOutcome(RequestBody):
    """What came of a customer on the list."""

    customer_id: CustomerId
    outcome: Literal["attained", "talked", "not_reached", "refused"] = Field(
        description="The aim was attained; talked in vain; not reached; does not want to be called.",
        examples=["attained"],
    )


class CompleteCampaign(RequestBody):
    """What was learnt."""

    lessons: Prose = Field(examples=["下午三点后接通率最高；价格异议集中在玻璃款"])


class CampaignRow(View):
    """A campaign in a list."""

    campaign_id: UUID = Field(validation_alias="id")
    kind: CampaignKind
    name: Line
    until: date
    started_at: Instant
    stage: CampaignStage

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return CAMPAIGN.possible(self.stage)


class CampaignView(CampaignRow):
    """A campaign with its list, its progress and, when it is summed up, what was learnt."""

    wish: Line | None
    progress: CampaignProgress
    prospects: tuple[Prospect, ...]
    refused: tuple[CustomerId, ...]
    lessons: Prose | None
    completed_at: Instant | None

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        return cls.model_validate(campaign, from_attributes=True)


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /campaigns."""
    router = Router(readers=readers.CALLBACKS, tags=["callbacks"], prefix="/campaigns")
    campaigns = stores.campaigns

    @router.post("", status_code=201, dependencies=[allow(*CS_HEADS)])
    @made_once(campaigns, "campaign", CampaignView.of)
    async def start_new_campaign(body: StartCampaign, cause: CausedByRequest) -> CampaignView:
        """Draw a list and share it out by ability. Who does not want to be called is on no further telephone list."""
        known = {each.staff: each.ability for each in await stores.shares(rules.calendar.day(cause.at))}
        if strange := sorted(set(body.staff) - known.keys()):
            raise Refused(f"enlist as specialists first: {', '.join(strange)}", "unknown_colleague", "staff")
        change = start_campaign(
            cause.derive("campaign"),
            body.kind,
            body.name,
            body.wish,
            body.target,
            body.until,
            await _listed(stores, body),
            {staff: known[staff] for staff in body.staff or known},
            rules,
            cause,
        )
        return CampaignView.of(await campaigns.create(change, cause))

    @router.get("")
    async def list_campaigns(
        stage: Annotated[CampaignStage, Query()] = "running", after: After = None, limit: Limit = 50
    ) -> Listing[CampaignRow]:
        """The campaigns in one stage, the latest first; those that are summed up are the archive."""
        page = await campaigns.rows(CampaignRow, {"stage": stage}, sort="-started_at", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{campaign_id}")
    async def show_campaign(campaign_id: UUID) -> CampaignView:
        """One campaign: how far its list is used, and what each colleague has done."""
        return CampaignView.of(await campaigns.get(campaign_id))

    @router.get("/{campaign_id}/clocks")
    async def show_campaign_clocks(campaign_id: UUID) -> list[ClockView]:
        """By when it is summed up and why."""
        return clocks_of(await campaigns.get(campaign_id), rules.clocks)

    @router.post("/{campaign_id}/record", dependencies=[allow(*CAMPAIGN.roles("record"))])
    async def record_outcome(campaign_id: UUID, body: RecordOutcome, cause: CausedByRequest) -> CampaignView:
        """Say what came of a customer on the list of a telephone campaign."""
        files = (body.customer_id, *await stores.customers.files_of(body.customer_id))
        return CampaignView.of(
            await campaigns.apply(campaign_id, lambda campaign: record(campaign, files, body.outcome, cause), cause)
        )

    @router.post("/{campaign_id}/complete", dependencies=[allow(*CAMPAIGN.roles("complete"))])
    async def complete_campaign(campaign_id: UUID, body: CompleteCampaign, cause: CausedByRequest) -> CampaignView:
        """Sum the campaign up with what was learnt; it stays as it is."""
        return CampaignView.of(
            await campaigns.apply(campaign_id, lambda campaign: complete(campaign, body.lessons, rules, cause), cause)
        )

    return router


async def _listed(stores: Stores, body: StartCampaign) -> list[UUID]:
    refusing = await stores.refusing() if body.kind == "telemarketing" else frozenset()
    if body.draws is not None:
        return await stores.customers.drawn(Criteria.model_validate(body.draws.model_dump()), body.most, refusing)
    leading = dict.fromkeys([(await stores.customers.served(id)).id for id in body.customer_ids])
    return [id for id in leading if id not in refusing]
