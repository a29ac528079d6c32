"""How the time follows a log: it stops once a day, and what happened on that day is told there."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kefu.doors import Fact
from shared.calendar import CHINA
from shared.contracts.departments import OrderRequested

_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day, and where the time stops on it.

    Noon is outside rest hours, so that messages that waited go out; and every day that was promised until
    the midnight before has ended.
    """

    facts: Sequence[Fact]
    noon: datetime

    @property
    def waves(self) -> Iterator[Sequence[Fact]]:
        """The new orders, then what happened to orders: in life an order is known before anything happens to it."""
        new = [fact for fact in self.facts if isinstance(fact.event, OrderRequested)]
        others = [fact for fact in self.facts if not isinstance(fact.event, OrderRequested)]
        yield from filter(None, (new, others))


def course(facts: Sequence[Fact], end: datetime) -> Iterator[Day]:
    """Every day from the first fact to the end of the log, which may end before its last day's noon."""
    done = 0
    for day in _days(facts[0].at, end):
        upto = bisect_left(facts, CHINA.moment(day), done, key=lambda fact: fact.at)
        yield Day(facts[done:upto], min(CHINA.moment(day, _NOON), end))
        done = upto


def _days(begin: datetime, end: datetime) -> Iterator[date]:
    day, last = CHINA.day(begin), CHINA.day(end)
    while day <= last:
        yield day
        day += timedelta(days=1)
