"""The duty roster: who gets what is meant for a role (003 三2)."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi.routing import APIRouter
from pydantic import Field, model_validator

from notify.api.readers import READERS
from notify.domain.decisions import rosters as decisions
from notify.domain.parts.duty import OnDuty
from notify.domain.roster import Roster
from notify.store import Rosters
from shared.contracts.event import Instant
from shared.contracts.roles import CS_MANAGERS, Role
from shared.contracts.vocabulary import Email, Line, Phone, StaffId
from shared.http import CausedByRequest, RequestBody, Router, View, allow, made_once


class AskedDuty(RequestBody):
    """One colleague's shift."""

    staff: StaffId
    name: Line = Field(examples=["李芳"])
    role: Role = Field(examples=["cs_specialist"])
    begin: Instant
    end: Instant
    mobile: Phone | None = Field(default=None, examples=["13800138000"])
    email: Email | None = Field(default=None, examples=["lifang@kefu.example"])

    @model_validator(mode="after")
    def _forward(self) -> "AskedDuty":
        if self.end <= self.begin:
            raise ValueError("a shift ends after it begins")
        return self


class PublishRoster(RequestBody):
    """A period and its shifts."""

    first_day: date
    last_day: date
    duties: tuple[AskedDuty, ...] = Field(min_length=1, max_length=2000)


class RosterView(View):
    """A published roster."""

    id: UUID
    first_day: date
    last_day: date
    shifts: int

    @classmethod
    def of(cls, roster: Roster) -> Self:
        """The roster by its days and how many shifts it has."""
        return cls(id=roster.id, first_day=roster.first_day, last_day=roster.last_day, shifts=len(roster.duties))


def routes(rosters: Rosters) -> APIRouter:
    """Published by the CS supervisor."""
    router = Router(readers=READERS, tags=["rosters"])

    @router.post("/rosters", status_code=201, dependencies=[allow(*CS_MANAGERS)])
    @made_once(rosters, "roster", RosterView.of)
    async def publish(body: PublishRoster, cause: CausedByRequest) -> RosterView:
        """From now on alerts follow this roster on its days."""
        duties = tuple(OnDuty(**duty.model_dump()) for duty in body.duties)
        change = decisions.publish(cause.derive("roster"), body.first_day, body.last_day, duties, cause)
        return RosterView.of(await rosters.create(change, cause))

    return router
