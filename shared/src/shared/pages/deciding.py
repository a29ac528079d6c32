"""What waits for a person's decision, as each service draws it for the one page that has it all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.clocks import Timed
from shared.pages.countdown import Countdown
from shared.pages.forms import Act

MATTERS_SHOWN = 50
"""Matters that a service shows at a time; the next ones come when these are decided."""


@dataclass(frozen=True, slots=True)
class DueBy:
    """The clock of a matter that ends first."""

    at: datetime
    countdown: Countdown

    @classmethod
    def of(cls, aggregate: Timed, now: datetime, zone: ZoneInfo) -> Self | None:
        """None without a running clock."""
        first = next(iter(aggregate.running), None)
        return cls(first.due_at, Countdown.of_run(first, now, zone)) if first else None


@dataclass(frozen=True, slots=True)
class WaitingMatter:
    """A matter that waits for a decision: what is asked for, what it is about, what the decider sees, and the forms.

    `about` is its number, which leads to `link`.
    """

    id: UUID
    what: str
    about: str
    link: str
    customer: str
    facts: tuple[tuple[str, str], ...]
    due: DueBy | None
    acts: tuple[Act, ...]


def in_turn(matters: Iterable[WaitingMatter]) -> list[WaitingMatter]:
    """Those of which the reader may decide anything: what is due first, and after that what has no term."""
    mine = [each for each in matters if any(act.form for act in each.acts)]
    timed = [(each.due.at, place, each) for place, each in enumerate(mine) if each.due]
    found = [each for _, _, each in sorted(timed, key=lambda entry: entry[:2])]
    return [*found, *(each for each in mine if not each.due)][:MATTERS_SHOWN]
