"""Plays a log through the running services: facts, rest, clock, rest, from stop to stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kefu.console import errors
from kefu.replay.course import Leg, course
from kefu.replay.doors import Doors, doors
from kefu.replay.facts import Fact, facts_of
from kefu.replay.olist import Log
from kefu.replay.running import Running
from kefu.surroundings import Surroundings
from shared.calendar import CHINA
from shared.clock import Clock, write


@dataclass(frozen=True, slots=True)
class Played:
    """What was told to the services, how long that took, and how many messages they took from the bus for it."""

    facts: tuple[Fact, ...]
    seconds: float
    handled: int


async def play(around: Surroundings, log: Log) -> Played:
    """Tell every fact of the log and let its days pass.

    Everything that happened before a stop is known, with all that follows from it, before the clock reaches the stop;
    everything that falls due at the stop has fired before anything later is told. Services that go away meanwhile are
    waited for. The clock is put back afterwards. Trouble when facts are refused or the services do not come to rest.
    """
    file = around.path("CLOCK_FILE")
    facts = facts_of(log.rows)
    departments = sorted({fact.department for fact in facts})
    began = perf_counter()
    with _clock_lent(file), _Shown(len(facts)) as shown:
        async with Running(around) as running, doors(around, departments) as opened:
            await running.at_rest()
            write(file, facts[0].at, rate=0)
            for leg in course(facts, log.end):
                await _pass(leg, file, running, opened)
                shown.reached(leg.until, len(leg.facts))
            await running.at_rest()
            return Played(tuple(facts), perf_counter() - began, running.handled)


async def _pass(leg: Leg, file: Path, running: Running, opened: Doors) -> None:
    if leg.facts:
        await opened.tell(leg.facts)
    await running.at_rest()
    write(file, leg.until, rate=0)
    await running.fired(leg.until)


@contextmanager
def _clock_lent(file: Path) -> Iterator[None]:
    """The services' clock is ours to set; afterwards it goes on as if nobody had touched it."""
    lent = Clock.from_file(file)
    at, rate, since = lent.now(), lent.rate, perf_counter()
    try:
        yield
    finally:
        write(file, at + timedelta(seconds=(perf_counter() - since) * rate), rate)


class _Shown:
    """How far the log has been played, for whoever watches a terminal."""

    def __init__(self, facts: int) -> None:
        what = TextColumn("{task.description}")
        self._progress = Progress(what, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=errors)
        self._progress.disable = not errors.is_terminal
        self._task = self._progress.add_task("facts", total=facts)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def reached(self, stop: datetime, facts: int) -> None:
        """The log has been played up to a stop."""
        self._progress.update(self._task, advance=facts, description=f"{CHINA.local(stop):%Y-%m-%d %H:%M}")
