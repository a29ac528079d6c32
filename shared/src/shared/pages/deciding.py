"""What waits for a person's decision, as each service draws it for the one page that has it all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.aggregate import one_person
from shared.clocks import Timed
from shared.identity import Principal
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

    `about` is its number, which leads to `link`. `hands` are the people who had a hand in it, and so do not decide.
    """

    id: UUID
    what: str
    about: str
    link: str
    customer: str
    facts: tuple[tuple[str, str], ...]
    due: DueBy | None
    acts: tuple[Act, ...]
    hands: tuple[str | None, ...] = ()

    def is_for(self, asker: Principal) -> bool:
        """Whether the asker may decide anything about it: another person than those who had a hand in it."""
        before = {one_person(each) for each in self.hands if each is not None}
        return one_person(asker.id) not in before and any(act.form for act in self.acts)


def in_turn(matters: Iterable[WaitingMatter], asker: Principal) -> list[WaitingMatter]:
    """Those that the asker may decide: what is due first, and after that what has no term."""
    mine = [each for each in matters if each.is_for(asker)]
    timed = [(each.due.at, place, each) for place, each in enumerate(mine) if each.due]
    found = [each for _, _, each in sorted(timed, key=lambda entry: entry[:2])]
    return [*found, *(each for each in mine if not each.due)][:MATTERS_SHOWN]
