"""How the clock follows a log: from stop to stop, and before each stop everything that happened until then is told."""

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
    """What happened on one day, and when the clock stops on it.

    At noon nobody rests, so that messages which waited for the morning go out. At midnight promised days end.
    """

    facts: Sequence[Fact]
    noon: datetime
    midnight: datetime

    @property
    def waves(self) -> Iterator[Sequence[Fact]]:
        """The new orders, then what happened to orders: in life an order is known before anything happens to it."""
        new = [fact for fact in self.facts if isinstance(fact.event, OrderRequested)]
        others = [fact for fact in self.facts if not isinstance(fact.event, OrderRequested)]
        yield from filter(None, (new, others))


def course(facts: Sequence[Fact], end: datetime) -> Iterator[Day]:
    """Every day from the first fact to the end of the log, which cuts the last day short."""
    done = 0
    for day in _days(facts[0].at, end):
        midnight = CHINA.moment(day)
        upto = bisect_left(facts, midnight, done, key=lambda fact: fact.at) if midnight < end else len(facts)
        yield Day(facts[done:upto], min(CHINA.moment(day, _NOON), end), min(midnight, end))
        done = upto


def _days(begin: datetime, end: datetime) -> Iterator[date]:
    day = CHINA.day(begin)
    while CHINA.moment(day) - timedelta(days=1) < end:
        yield day
        day += timedelta(days=1)
