"""Plays a log through the running services: day after day, facts first and the time after them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kefu.console import errors
from kefu.doors import Fact, doors
from kefu.replay.course import Day, course
from kefu.replay.effects import Effects
from kefu.replay.facts import facts_of
from kefu.replay.olist import Log
from kefu.replay.running import Running
from kefu.surroundings import Surroundings
from shared.calendar import CHINA
from shared.time_source import TimeSource, write


@dataclass(frozen=True, slots=True)
class Played:
    """What was told to the services, how long that took, and how many messages they took from the bus for it."""

    facts: tuple[Fact, ...]
    seconds: float
    handled: int


async def play(around: Surroundings, log: Log) -> Played:
    """Tell every fact of the log and let its days pass.

    Everything that happened on a day is known, with all that follows from it, before the time moves over that day's
    end; everything that falls due by then has fired before anything later is told. Services that go away meanwhile are
    waited for. The time stays where the log ends. Trouble when facts have no effect or the services do not come to
    rest.
    """
    file = around.path("TIME_FILE")
    facts = facts_of(log.rows)
    departments = sorted({fact.department for fact in facts})
    began = perf_counter()
    with _clock_stopped(file) as set_clock, _Shown(len(facts)) as shown, Effects(around) as effects:
        async with Running(around) as running, doors(around, departments) as opened:
            await running.at_rest()
            for day in course(facts, log.end):
                set_clock(day.noon)
                await running.fired(day.noon)
                for wave in day.waves:
                    await opened.tell(wave)
                    await effects.of(wave)
                await running.at_rest("notify")  # its messages are due by the time; the others act immediately
                shown.lived_through(day)
            set_clock(log.end)
            await running.fired(log.end)
            await running.at_rest()
            return Played(tuple(facts), perf_counter() - began, running.handled)


@contextmanager
def _clock_stopped(file: Path) -> Iterator[Callable[[datetime], None]]:
    """The services' time stands where it is set; afterwards it goes on from there at the pace it had."""
    time = TimeSource.from_file(file)
    pace = time.rate
    try:
        yield lambda at: write(file, at, rate=0)
    finally:
        write(file, time.now(), pace)


class _Shown:
    """How far the log has been played: a bar on a terminal, elsewhere a line whenever another month is over."""

    def __init__(self, facts: int) -> None:
        what = TextColumn("{task.description}")
        self._progress = Progress(what, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=errors)
        self._progress.disable = not errors.is_terminal
        self._task = self._progress.add_task("facts", total=facts)
        self._month = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def lived_through(self, day: Day) -> None:
        """One more day of the log is over."""
        today = CHINA.local(day.noon)
        self._progress.update(self._task, advance=len(day.facts), description=f"{today:%Y-%m-%d}")
        if self._progress.disable and f"{today:%Y-%m}" != self._month:
            self._month = f"{today:%Y-%m}"
            task = self._progress.tasks[self._task]
            told = f"{task.completed:,.0f} of {task.total:,.0f} facts"
            errors.print(f"{today:%Y-%m-%d}: {told}, {task.elapsed or 0:,.0f} s")
