"""An account manager's day, as it is agreed with him on the phone in the morning."""

from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import computed_field

from intake.domain.lifecycle import ITINERARY, ItineraryStage
from intake.domain.parts.agreed_day import AgreedDay
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Line, StaffId
from shared.lifecycle import Possible, follows

_ITINERARIES = uuid5(NAMESPACE_URL, "urn:kefu:intake:itinerary")


@follows(ITINERARY)
class Itinerary(Timed):
    """The day of one colleague, and the duty to agree it with him by 09:30 (000 §3.2)."""

    staff: StaffId
    name: Line
    day: date
    stage: ItineraryStage = "open"
    agreed: AgreedDay | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def due_at(self) -> Instant | None:
        """By when the colleague is to be called. Stored, because lists are sorted by it."""
        return self.clocks[0].due_at if self.clocks else None


def possible(stage: ItineraryStage, staff: StaffId) -> tuple[Possible, ...]:
    """What people may do about this colleague's day in this stage; another colleague confirms it (000 §3.2)."""
    return ITINERARY.possible(stage, another_than={"confirm": (staff,)})


def itinerary_id_of(staff: str, day: date) -> UUID:
    """The id of a colleague's day."""
    return uuid5(_ITINERARIES, f"{day}/{staff}")
