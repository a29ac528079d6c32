"""What a notification is made of: what it tells, the ways to tell it, the tries and the receipts."""

from typing import Literal
from uuid import UUID

from notify.domain.messages.template import Channel
from shared.contracts.event import Instant, Part


class Piece(Part):
    """One thing that is told: its template, the version for each channel, the values, and the fact behind it."""

    template: str
    versions: dict[str, int]
    values: dict[str, str]
    event: str
    trigger: UUID | None = None


class Way(Part):
    """A channel and the address on it."""

    channel: Channel
    address: str


class Attempt(Part):
    """One try over one provider: begun before the request leaves, settled by what became of it."""

    number: int
    channel: Channel
    provider: str
    fence: int
    began_at: Instant
    settled_at: Instant | None = None
    outcome: str | None = None
    code: str = ""
    detail: str = ""
    reference: str | None = None


class Receipt(Part):
    """What a provider said afterwards."""

    provider: str
    status: Literal["delivered", "undelivered"]
    code: str
    reason: str
    at: Instant
