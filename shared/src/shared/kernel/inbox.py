"""What an aggregate remembers of the causes that have touched it: the latest, and every request of a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

CAUSES_KEPT = 400
"""Entries of an inbox that stay in any case, the latest: a cause is one, a request is two."""

REQUESTS_KEPT_FOR = timedelta(hours=24)
"""How long a request is remembered, however many causes touch the aggregate meanwhile."""

ENTRIES_AT_MOST = 20_000
"""Entries that an inbox holds at most: 10,000 requests to one aggregate in a day. Beyond it the oldest go earlier."""

_SAID = (0xFFF << 64) | ((1 << 62) - 1)
"""The bits of a UUID that neither its time nor its version takes."""


def entries(cause: UUID, fingerprint: UUID | None, at: datetime) -> tuple[UUID, ...]:
    """What a cause leaves in the inbox: its id, and behind it a request's fingerprint, stamped with the time.

    The stamp is a UUID of version 8: milliseconds since 1970 in front, 74 bits of the fingerprint behind.
    """
    if fingerprint is None:
        return (cause,)
    stamp = (_milliseconds(at) << 80) | (8 << 76) | (2 << 62) | (fingerprint.int & _SAID)
    return (cause, UUID(int=stamp))


def repeats(inbox: Sequence[UUID], cause: UUID, fingerprint: UUID) -> bool:
    """Whether the request that is in the inbox under this id is the same one."""
    behind = inbox[inbox.index(cause) + 1 :][:1]
    return any(each.int & _SAID == fingerprint.int & _SAID for each in behind)


def kept(inbox: Sequence[UUID], now: datetime) -> Sequence[UUID]:
    """The inbox without its oldest entries: down to CAUSES_KEPT, or to the first request of the last day."""
    excess = len(inbox) - CAUSES_KEPT
    if excess <= 0:
        return inbox
    since = _milliseconds(now - REQUESTS_KEPT_FOR)
    young = next((place for place in range(1, excess + 1) if _stamped_at(inbox[place]) > since), excess + 1)
    return inbox[max(young - 1, len(inbox) - ENTRIES_AT_MOST) :]


def _stamped_at(entry: UUID) -> int:
    return entry.int >> 80 if entry.version == 8 else -1


def _milliseconds(moment: datetime) -> int:
    return max(0, int(moment.timestamp() * 1000))
