"""The account managers' days over HTTP: who is to be called this morning, and what was agreed."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, computed_field

from intake.api import readers
from intake.domain.decisions.itinerary import confirm
from intake.domain.itinerary import Itinerary, possible
from intake.domain.lifecycle import ITINERARY, ItineraryStage
from intake.domain.parts.agreed_day import AgreedDay
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Line, Prose, StaffId
from shared.duties.api import ClockView, clocks_of
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.lifecycle import Possible


class ConfirmItinerary(RequestBody):
    """What was agreed on the phone."""

    stops: tuple[Line, ...] = Field(default=(), max_length=30, examples=[["10:00 恒达装饰", "15:00 明镜眼镜店"]])
    changes: tuple[Line, ...] = Field(default=(), max_length=30, examples=[["14:00 改为 15:00"]])
    content: Prose = Field(description="The phone record.", examples=["确认两处拜访，下午的客户改到15:00。"])


class ItineraryView(View):
    """A day, and what was agreed about it; the same in a list."""

    itinerary_id: UUID = Field(validation_alias="id")
    staff: StaffId
    name: Line
    day: date
    stage: ItineraryStage
    due_at: Instant | None
    agreed: AgreedDay | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def possible(self) -> tuple[Possible, ...]:
        """What may be decided now, and by whom."""
        return possible(self.stage, self.staff)

    @classmethod
    def of(cls, itinerary: Itinerary) -> Self:
        return cls.model_validate(itinerary, from_attributes=True)


def routes(stores: Stores, rules: Rules) -> APIRouter:
    """The routes under /itineraries."""
    router = Router(readers=readers.REPORTS, tags=["reports"], prefix="/itineraries")
    itineraries = stores.itineraries

    @router.get("")
    async def list_itineraries(day: date, after: After = None, limit: Limit = 50) -> Listing[ItineraryView]:
        """Every account manager's day, called or not."""
        page = await itineraries.rows(ItineraryView, {"day": day}, sort="staff", after=after, limit=limit)
        return Listing.of(page)

    @router.get("/{itinerary_id}")
    async def show_itinerary(itinerary_id: UUID) -> ItineraryView:
        """One day."""
        return ItineraryView.of(await itineraries.get(itinerary_id))

    @router.get("/{itinerary_id}/clocks")
    async def show_clocks_of_itinerary(itinerary_id: UUID) -> list[ClockView]:
        """By when the account manager has to be called, whose duty that is, and why."""
        return clocks_of(await itineraries.get(itinerary_id), rules.clocks)

    @router.post("/{itinerary_id}/confirm", dependencies=[allow(*ITINERARY.roles("confirm"))])
    async def confirm_itinerary(itinerary_id: UUID, body: ConfirmItinerary, cause: CausedByRequest) -> ItineraryView:
        """Record what was agreed with the account manager on the phone."""
        confirmed = await itineraries.apply(
            itinerary_id,
            lambda itinerary: confirm(itinerary, body.stops, body.changes, body.content, rules, cause),
            cause,
        )
        return ItineraryView.of(confirmed)

    return router
