"""Duty rosters (003 三2)."""

from datetime import date
from uuid import UUID

from notify.domain.parts.duty import OnDuty
from notify.domain.roster import Roster
from shared.aggregate import Cause, Change, must_be_near
from shared.contracts.notify import RosterPublished, Shift


def publish(id: UUID, first_day: date, last_day: date, duties: tuple[OnDuty, ...], cause: Cause) -> Change[Roster]:
    """A new roster for its days; what is announced of it has no addresses. Refused with `far_day`."""
    must_be_near(last_day, cause, "last_day")
    must_be_near(max(duty.end for duty in duties), cause, "duties")
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
