"""When a recipient must not be disturbed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.contracts.event import Part


class Rest(Part):
    """The hours in which a recipient must not be disturbed; `begin` after `end` goes over midnight (002 四1)."""

    begin: time
    end: time

    def ends(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When the rest that holds at this moment ends, always later than it; nothing while it does not hold.

        In the repeated hour at the end of summer time it ends at the first such time of day that is still to come.
        """
        local = at.astimezone(zone)
        clock = local.time()
        if self.begin <= self.end:
            resting, tomorrow = self.begin <= clock < self.end, False
        else:
            resting, tomorrow = clock >= self.begin or clock < self.end, clock >= self.begin
        if not resting:
            return None
        day = local.date() + timedelta(days=1 if tomorrow else 0)
        first, second = (datetime.combine(day, self.end.replace(fold=fold), zone) for fold in (0, 1))
        return first if first.astimezone(UTC) > at else second
