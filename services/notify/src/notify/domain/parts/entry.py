"""What went out to an address."""

from uuid import UUID

from shared.contracts.event import Instant, Part


class Entry(Part):
    """Something that was let out: for which purpose, in which words, when."""

    notification: UUID
    purpose: str
    words: str
    at: Instant
