"""Who is on duty in which role, and how to reach them (003 三2)."""

from datetime import date, datetime
from uuid import UUID

from shared.aggregate import Aggregate, Cause, Change
from shared.contracts.event import Instant, Part
from shared.contracts.notify import RosterPublished, Shift


class Duty(Part):
    """A shift, and where its colleague can be reached; the addresses stay inside notify."""

    staff: str
    name: str
    role: str
    begin: Instant
    end: Instant
    mobile: str | None = None
    email: str | None = None

    def covers(self, at: datetime) -> bool:
        """Whether this colleague is on duty then."""
        return self.begin <= at < self.end


class Roster(Aggregate):
    """The duty roster of a period. A later one for the same days takes precedence."""

    first_day: date
    last_day: date
    begins_at: Instant
    ends_at: Instant
    published_at: Instant
    duties: tuple[Duty, ...]

    def on_duty(self, role: str, at: datetime) -> tuple[Duty, ...]:
        """Who has this role then."""
        return tuple(duty for duty in self.duties if duty.role == role and duty.covers(at))

    def colleague(self, staff: str) -> Duty | None:
        """How to reach a colleague, on duty or not."""
        return next((duty for duty in self.duties if duty.staff == staff), None)


def published(id: UUID, first_day: date, last_day: date, duties: tuple[Duty, ...], cause: Cause) -> Change[Roster]:
    """A new roster for everybody to go by."""
    roster = Roster(
        id=id,
        first_day=first_day,
        last_day=last_day,
        begins_at=min(duty.begin for duty in duties),
        ends_at=max(duty.end for duty in duties),
        published_at=cause.at,
        duties=duties,
    )
    shifts = tuple(
        Shift(staff=duty.staff, name=duty.name, role=duty.role, begin=duty.begin, end=duty.end) for duty in duties
    )
    return Change(roster, (RosterPublished(roster_id=id, first_day=first_day, last_day=last_day, shifts=shifts),))
