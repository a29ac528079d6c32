"""What a customer or a colleague answered: to which message, and which of the offered choices it takes."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from notify.domain.notification import Notification
from notify.domain.parts.reply_text import digit_of, wish_of
from notify.domain.policy.policy import MessagePolicy
from notify.domain.policy.purpose import Purpose
from shared.clocks import Timed
from shared.contracts.event import Instant

Intent = Literal["accept", "decline", "choice", "rating", "stop", "start", "free"]


class Reply(Timed):
    """An answer and what it was understood as. While it belongs to no customer's file, a clock runs on it."""

    provider: str
    address: str
    text: str
    at: Instant
    intent: Intent
    choice: int | None = None
    notification: UUID | None = None
    recipient: UUID | None = None
    customer_id: UUID | None = None
    attributed_by: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The message that a text answers. It is not `sure` where the number may as well choose in another one."""

    message: Notification
    sure: bool = True


def answered_one(
    candidates: Iterable[Notification],
    text: str,
    policy_of: Callable[[Notification], MessagePolicy],
    at: datetime,
    decided: Container[UUID] = (),
) -> Answered | None:
    """Which of the latest messages a text answers: the newest that offers this choice, else the newest of all.

    Where another matter still waits for such a choice, and is not among the `decided` messages, a person has to ask.
    """
    recent = [each for each in candidates if each.created_at > at - policy_of(each).answered_within]
    digit = digit_of(text)
    offering = [each for each in recent if digit and each.meaning_of(digit, policy_of(each).purpose(each.purpose))]
    if not offering:
        return Answered(recent[0]) if recent else None
    newest = offering[0]
    waiting = {each.about for each in offering if each.offer and each.id not in decided}
    return Answered(newest, sure=waiting <= {newest.about})


def intent_of(text: str, answered: Notification | None, purpose: Purpose | None) -> tuple[Intent, int | None]:
    """A wish about further messages, one of the choices that the answered message offered (with its digit), or free
    text."""
    wish = wish_of(text)
    if wish:
        return wish, None
    digit = digit_of(text)
    meaning = answered.meaning_of(digit, purpose) if answered and purpose and digit else None
    if meaning is None or digit is None:
        return "free", None
    return meaning, int(digit) if meaning in ("choice", "rating") else None
