"""How far the clock of those who report a moment may be ahead of ours."""

from datetime import datetime, timedelta

from shared.aggregate import Cause

CLOCKS_DIFFER = timedelta(days=1)
"""How far the clock of a department's system may be ahead of the time at which it dates its report: no policy of the
company, but what computers are known to do."""
MINUTES_OF_GRACE = timedelta(minutes=15)
"""How far the clock of a person's desk may be ahead of ours."""


def is_to_come(moment: datetime, cause: Cause) -> bool:
    """Whether what is reported as done lies ahead, further than the clock of a desk or of a department's system may."""
    return moment > cause.at + (CLOCKS_DIFFER if cause.kind == "event" else MINUTES_OF_GRACE)
