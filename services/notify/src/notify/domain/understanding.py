"""What an answer means: which message it answers, and which of the offered choices it takes."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from notify.domain.notification import Notification
from notify.domain.policy.policy import MessagePolicy
from notify.domain.policy.purpose import Purpose
from notify.domain.reply import Intent

_STOP = re.compile(r"^(r|t|td|n|0000|stop|unsubscribe|退订|拒收|取消订阅)$", re.IGNORECASE)
_CHOICE = re.compile(r"^\D{0,4}([0-9])\D{0,4}$")
_WIDE = str.maketrans("０１２３４５６７８９ＲＴＤＮ", "0123456789RTDN")


def answered_one(
    candidates: Iterable[Notification], text: str, policy_of: Callable[[Notification], MessagePolicy], at: datetime
) -> Notification | None:
    """Which of the latest messages a text answers: the newest that offers this choice, else the newest of all."""
    recent = [each for each in candidates if each.created_at > at - policy_of(each).answered_within]
    digit = _digit(text)
    for each in recent:
        if digit and digit in policy_of(each).purpose(each.purpose).replies:
            return each
    return recent[0] if recent else None


def intent_of(text: str, purpose: Purpose | None) -> tuple[Intent, int | None]:
    """A stop word, one of the choices that the purpose offers (with its digit), or free text."""
    if _STOP.match(text.strip().translate(_WIDE)):
        return "stop", None
    digit = _digit(text)
    meaning = purpose.replies.get(digit) if purpose and digit else None
    if meaning is None or digit is None:
        return "free", None
    return meaning, int(digit) if meaning in ("choice", "rating") else None


def _digit(text: str) -> str | None:
    found = _CHOICE.match(text.strip().translate(_WIDE))
    return found[1] if found else None
