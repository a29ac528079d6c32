"""When a recipient must not be disturbed."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.contracts.event import Part


class Rest(Part):
    """The hours in which a recipient must not be disturbed; `begin` after `end` goes over midnight (002 四1)."""

    begin: time
    end: time

    def ends(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When the rest that holds at this moment ends; nothing while it does not hold."""
        local = at.astimezone(zone)
        clock = local.time()
        if self.begin <= self.end:
            resting, tomorrow = self.begin <= clock < self.end, False
        else:
            resting, tomorrow = clock >= self.begin or clock < self.end, clock >= self.begin
        if not resting:
            return None
        day = local.date() + timedelta(days=1 if tomorrow else 0)
        return datetime.combine(day, self.end, zone)
