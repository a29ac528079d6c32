"""What happened, day by day, the latest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class PastMoment:
    """One thing that happened: what, by whom, in which words, and the address of what it happened to."""

    at: datetime
    what: str
    by: str = ""
    words: str = ""
    link: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class PastDay:
    """One day of the company's zone with what happened on it, each with the time of day."""

    title: str
    moments: tuple[tuple[str, PastMoment], ...]


def timeline(moments: Iterable[PastMoment], zone: ZoneInfo) -> tuple[PastDay, ...]:
    """The moments by day; of one moment the later told is shown first."""
    ordered = sorted(moments, key=lambda moment: moment.at)
    days = groupby(ordered[::-1], key=lambda moment: moment.at.astimezone(zone).date())
    return tuple(
        PastDay(f"{day:%Y-%m-%d}", tuple((f"{each.at.astimezone(zone):%H:%M}", each) for each in of_day))
        for day, of_day in days
    )
