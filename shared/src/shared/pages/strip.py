"""The clocks of one matter side by side, those that have ended and those that run, each with its explanation."""

from dataclasses import dataclass
from datetime import datetime

from shared.calendar import Calendar
from shared.clocks import Timed
from shared.duties.explanation import explanation
from shared.language import _
from shared.pages.countdown import Countdown


@dataclass(frozen=True, slots=True)
class StripClock:
    """One clock of the strip: how it stands, the moment that it shows, who has the duty, and why it ends then."""

    title: str
    who: str
    countdown: Countdown
    at: datetime
    sentences: tuple[str, ...]


def strip(aggregate: Timed, calendar: Calendar, now: datetime) -> tuple[StripClock, ...]:
    """All clocks of an aggregate: the ended ones by when they ended, then the running ones by when they are due."""
    runs = sorted(aggregate.clocks, key=lambda run: (run.running, run.ended_at or run.due_at))
    return tuple(
        StripClock(
            run.clock.title,
            run.assignee or _(run.clock.role.chinese),
            Countdown.of_run(run, now, calendar.zone),
            run.ended_at or run.due_at,
            explanation(run, calendar),
        )
        for run in runs
    )
