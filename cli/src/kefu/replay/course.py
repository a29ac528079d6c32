"""How the clock follows a log: from stop to stop, and before each stop everything that happened until then is told."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from kefu.replay.facts import Fact
from shared.calendar import CHINA

_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Leg:
    """The facts that happened before a stop, and after the stop before it."""

    facts: Sequence[Fact]
    until: datetime


def course(facts: Sequence[Fact], end: datetime) -> Iterator[Leg]:
    """Every noon and every midnight from the first fact to the end of the log.

    At midnight promised days end. At noon nobody rests, so that messages which waited for the morning go out.
    """
    done = 0
    for stop in _stops(facts[0].at, end):
        upto = bisect_left(facts, stop, key=lambda fact: fact.at) if stop < end else len(facts)
        yield Leg(facts[done:upto], stop)
        done = upto


def _stops(begin: datetime, end: datetime) -> Iterator[datetime]:
    day = CHINA.day(begin)
    while True:
        for stop in (CHINA.moment(day, _NOON), CHINA.moment(day)):
            if stop >= end:
                yield end
                return
            if stop > begin:
                yield stop
        day += timedelta(days=1)
