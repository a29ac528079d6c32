"""How far the time of a department's fact may be from ours."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How long ago a fact may have happened that is reported now, and how far a department's clock may be ahead."""

    past: timedelta = timedelta(days=366)
    ahead: timedelta = timedelta(minutes=15)
