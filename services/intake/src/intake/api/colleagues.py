"""Colleagues over HTTP: who owes reports, in which role, and until when."""

from datetime import date
from decimal import Decimal
from typing import Self

from fastapi import APIRouter
from pydantic import Field

from intake.api import readers
from intake.domain.colleague import Ability, Colleague, colleague_id_of
from intake.domain.customer_class import CustomerClass
from intake.domain.decisions.colleague import enlist, entrust, leave, move, weigh
from intake.domain.decisions.customer_class import note_colleague
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.contracts.intake import Trade
from shared.contracts.roles import CS_HEADS, Role
from shared.contracts.vocabulary import Line, StaffId
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow, made_once

PERSONNEL = (*CS_HEADS, Role.HUMAN_RESOURCES)


class Enlist(RequestBody):
    """A colleague who was not known yet."""

    staff: StaffId = Field(description="As the colleague signs in.", examples=["am-03"])
    name: Line = Field(examples=["张伟"])
    role: Role = Field(examples=["account_manager"])
    since: date = Field(examples=["2026-11-01"])


class MoveColleague(RequestBody):
    """Another role; also for one who comes back."""

    role: Role = Field(examples=["regional_head"])
    since: date = Field(examples=["2027-01-01"])


class Leave(RequestBody):
    """The last day on which the colleague owes anything new."""

    last_day: date = Field(examples=["2026-12-31"])


class WeighColleague(RequestBody):
    """The weight of the colleague's ability; one of weight 2 gets twice as many customers as one of weight 1."""

    ability: Ability = Field(examples=["1.5"])


class EntrustColleague(RequestBody):
    """The classes of customers whose files the colleague keeps up to date; none ends it."""

    classes: tuple[Trade, ...] = Field(max_length=10, examples=[["dealer"]])


class ColleagueView(View):
    """A colleague; the same in a list."""

    staff: StaffId
    name: Line
    role: Role
    since: date
    last_day: date | None = None
    ability: Ability = Decimal(1)
    answers_for: tuple[Trade, ...] = Field(
        default=(), description="The classes of customers that are this colleague's."
    )

    @classmethod
    def of(cls, colleague: Colleague) -> Self:
        return cls.model_validate(colleague, from_attributes=True)


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /colleagues."""
    router = Router(readers=readers.COLLEAGUES, tags=["reports"], prefix="/colleagues")
    colleagues = stores.colleagues

    @router.post("", status_code=201, dependencies=[allow(*PERSONNEL)])
    @made_once(colleagues, lambda body, cause: (colleague_id_of(body.staff),), ColleagueView.of)
    async def enlist_colleague(body: Enlist, cause: CausedByRequest) -> ColleagueView:
        """From that day on the colleague owes what the role owes."""
        change = enlist(body.staff, body.name, body.role, body.since, cause)
        return ColleagueView.of(await colleagues.create(change, cause))

    @router.get("")
    async def list_colleagues(
        role: Role | None = None, after: After = None, limit: Limit = 50
    ) -> Listing[ColleagueView]:
        """The colleagues of one role or of all, by the name under which they sign in."""
        page = await colleagues.rows(ColleagueView, {"role": role}, sort="staff", after=after, limit=limit)
        return Listing.of(page)

    @router.post("/{staff}/move", dependencies=[allow(*PERSONNEL)])
    async def move_colleague(staff: StaffId, body: MoveColleague, cause: CausedByRequest) -> ColleagueView:
        """Give the colleague another role; what is owed already stays owed."""
        return ColleagueView.of(
            await colleagues.apply(
                colleague_id_of(staff), lambda colleague: move(colleague, body.role, body.since, cause), cause
            )
        )

    @router.post("/{staff}/leave", dependencies=[allow(*PERSONNEL)])
    async def let_colleague_leave(staff: StaffId, body: Leave, cause: CausedByRequest) -> ColleagueView:
        """After that day the colleague owes nothing new."""
        return ColleagueView.of(
            await colleagues.apply(
                colleague_id_of(staff), lambda colleague: leave(colleague, body.last_day, cause), cause
            )
        )

    @router.post("/{staff}/weigh", dependencies=[allow(*CS_HEADS)])
    async def weigh_colleague(staff: StaffId, body: WeighColleague, cause: CausedByRequest) -> ColleagueView:
        """Say how much the colleague can carry; customers are shared out by it."""
        return ColleagueView.of(
            await colleagues.apply(
                colleague_id_of(staff), lambda colleague: weigh(colleague, body.ability, cause), cause
            )
        )

    @router.post("/{staff}/entrust", dependencies=[allow(*CS_HEADS)])
    async def entrust_colleague(staff: StaffId, body: EntrustColleague, cause: CausedByRequest) -> ColleagueView:
        """Say for which classes of customers the colleague answers."""
        entrusted = await colleagues.apply(
            colleague_id_of(staff), lambda colleague: entrust(colleague, body.classes, cause), cause
        )
        for trade in entrusted.answers_for if entrusted.works_on(rules.calendar.day(cause.at)) else ():
            blank = CustomerClass.blank(trade)
            await stores.customer_classes.apply(
                blank.id, lambda customers: note_colleague(customers, rules, cause), cause, blank
            )
        return ColleagueView.of(entrusted)

    return router
