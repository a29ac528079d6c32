"""A colleague's shift."""

from datetime import datetime

from shared.contracts.event import Instant, Part
from shared.contracts.roles import Role


class OnDuty(Part):
    """A shift, and where its colleague can be reached; the addresses stay inside notify."""

    staff: str
    name: str
    role: Role
    begin: Instant
    end: Instant
    mobile: str | None = None
    email: str | None = None

    def covers(self, at: datetime) -> bool:
        """Whether this colleague is on duty then."""
        return self.begin <= at < self.end
