"""A text in which an account manager reports a visit, and what it was read as."""

from typing import Literal

from intake.domain.lifecycle import VISIT_TEXT, TextStage
from intake.domain.parts.said_visit import SaidVisit, mobiles_in
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.vocabulary import Line, Phone, Prose, StaffId
from shared.lifecycle import follows

TextChannel = Literal["sms", "chat", "app"]


@follows(VISIT_TEXT)
class VisitText(Timed):
    """What was texted (000 §3.6.1a). While it cannot be read, its one clock is the duty of a person to read it.

    `mobiles` are the numbers in it, understood or not, by which it is found when their owner is erased.
    """

    staff: StaffId
    text: Prose
    channel: TextChannel
    mobiles: tuple[Phone, ...] = ()
    received_at: Instant
    stage: TextStage = "unread"
    said: SaidVisit | None = None
    dismissed_because: Line | None = None

    @property
    def unnoted(self) -> bool:
        """Whether it names a number that was not noted, since it came in before that was done."""
        return not set(mobiles_in(self.text)) <= self.numbers

    @property
    def numbers(self) -> frozenset[Phone]:
        """The mobile numbers in it, and the one that it was read as."""
        return frozenset((*self.mobiles, *((self.said.mobile,) if self.said else ())))
