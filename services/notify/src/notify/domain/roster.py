"""Who is on duty in which role, and how to reach them (003 三2)."""

from datetime import date, datetime

from notify.domain.parts.duty import OnDuty
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.roles import Role


class Roster(Aggregate):
    """The duty roster of a period. A later one for the same days takes precedence."""

    first_day: date
    last_day: date
    begins_at: Instant
    ends_at: Instant
    published_at: Instant
    duties: tuple[OnDuty, ...]

    def on_duty(self, role: Role, at: datetime) -> tuple[OnDuty, ...]:
        """Who has this role then."""
        return tuple(duty for duty in self.duties if duty.role == role and duty.covers(at))

    def colleague(self, staff: str) -> OnDuty | None:
        """How to reach a colleague, on duty or not."""
        return next((duty for duty in self.duties if duty.staff == staff), None)
