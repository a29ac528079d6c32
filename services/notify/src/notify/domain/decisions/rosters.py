"""Duty rosters (003 三2)."""

from datetime import date
from uuid import UUID

from notify.domain.parts.duty import OnDuty
from notify.domain.roster import Roster
from shared.aggregate import Cause, Change
from shared.contracts.notify import RosterPublished, Shift


def publish(id: UUID, first_day: date, last_day: date, duties: tuple[OnDuty, ...], cause: Cause) -> Change[Roster]:
    """A new roster for its days; what is announced of it has no addresses."""
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
