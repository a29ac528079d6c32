"""The duty roster: who gets what is meant for a role (003 三2)."""

from datetime import date
from uuid import UUID

from fastapi.routing import APIRouter
from pydantic import AwareDatetime, Field, model_validator

from notify.api.roles import READERS, SUPERVISORS
from notify.domain.decisions import rosters as decisions
from notify.domain.parts.duty import Duty
from notify.store import Rosters
from shared.http import CausedByRequest, RequestBody, Router, View, allow


class AskedDuty(RequestBody):
    """One colleague's shift."""

    staff: str = Field(min_length=1, max_length=128, examples=["cs-07"])
    name: str = Field(min_length=1, max_length=200, examples=["李芳"])
    role: str = Field(pattern=r"^[a-z][a-z0-9_]{1,63}$", examples=["cs_specialist"])
    begin: AwareDatetime
    end: AwareDatetime
    mobile: str | None = Field(default=None, pattern=r"^\+?[0-9-]{5,20}$", examples=["13800138000"])
    email: str | None = Field(default=None, max_length=254, examples=["lifang@kefu.example"])

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


def routes(rosters: Rosters) -> APIRouter:
    """Published by the CS supervisor."""
    router = Router(readers=READERS, tags=["rosters"])

    @router.post("/rosters", status_code=201, dependencies=[allow(*SUPERVISORS)])
    async def publish(body: PublishRoster, cause: CausedByRequest) -> RosterView:
        """From now on alerts follow this roster on its days."""
        duties = tuple(Duty(**duty.model_dump()) for duty in body.duties)
        change = decisions.publish(cause.derive("roster"), body.first_day, body.last_day, duties, cause)
        roster = await rosters.create(change, cause)
        return RosterView(id=roster.id, first_day=roster.first_day, last_day=roster.last_day, shifts=len(roster.duties))

    return router
