"""Receipts whose message is not known yet."""

from datetime import datetime, timedelta
from uuid import UUID

from notify.domain.early_receipt import EarlyReceipt
from notify.domain.parts.receipt import SeenReceipt
from shared.aggregate import Cause, Change

MATCH_AGAIN = tuple(timedelta(seconds=each) for each in (1, 5, 30, 300, 1800, 7200, 21600, 86400))
"""The waits between looks for the message that a receipt is about; after the last one it is kept as it is."""


def keep(seen: SeenReceipt, now: datetime, cause: Cause) -> Change[EarlyReceipt]:
    """To be matched later; `now` is real time."""
    return Change(EarlyReceipt(id=seen.id, seen=seen, check_at=now + MATCH_AGAIN[0]))


def miss(early: EarlyReceipt, now: datetime, cause: Cause) -> Change[EarlyReceipt]:
    """Still no message fits; the next try, if one is left. `now` is real time."""
    left = MATCH_AGAIN[early.tries + 1 :]
    again = now + left[0] if left else None
    return Change(early.but(tries=early.tries + 1, check_at=again))


def match(early: EarlyReceipt, notification: UUID, cause: Cause) -> Change[EarlyReceipt]:
    """It has reached its message."""
    return Change(early.but(matched=notification, check_at=None))
