"""A message that reached its customer over no way: what it would have said, and that a colleague says it instead."""

from typing import Literal
from uuid import UUID, uuid5

from notify.domain.lifecycle import UNREACHED, UnreachedStage
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.lifecycle import follows

Ending = Literal["told", "not_needed"]
"""The stages in which the customer knows it, or need not know it any more."""
How = Literal["phone", "letter", "in_person"]
"""How a colleague told it."""


@follows(UNREACHED)
class Unreached(Timed):
    """What a customer was not told. While a clock runs on it, it is a duty of customer service.

    `reason` is a word of ours, `detail` what the provider or the mail library said, `untold` the words as they would
    have been read.
    """

    notification: UUID
    customer_id: UUID
    purpose: str
    about: str | None = None
    reason: str
    detail: str = ""
    untold: str
    since: Instant
    stage: UnreachedStage = "owed"
    ended_by: str | None = None
    ended_at: Instant | None = None
    how: How | None = None
    note: str = ""


def unreached_of(notification: UUID) -> UUID:
    """The one duty that follows when this message reaches its customer over no way."""
    return uuid5(notification, "unreached")
