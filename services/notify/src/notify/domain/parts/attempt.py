"""One try to hand a message to a provider."""

from notify.domain.messages.template import Channel
from shared.contracts.event import Instant, Part


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
