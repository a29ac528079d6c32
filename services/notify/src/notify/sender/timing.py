"""How long things may take, in real seconds, whatever the services' time is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In real seconds: how long one attempt may take, how long its lease lasts, when to ask after an unknown one.

    The lease outlasts the budget by far: an attempt that is late has long stopped when another may begin.
    """

    budget: float = 10.0
    lease: float = 30.0
    looks: tuple[float, ...] = (15.0, 60.0, 300.0, 1800.0)


def real_time(ahead: float = 0.0) -> datetime:
    """So many seconds from now on the wall, whatever the services' time is."""
    return datetime.now(UTC) + timedelta(seconds=ahead)
