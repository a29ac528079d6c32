"""An answer as a provider pushes it."""

from uuid import UUID, uuid5

from notify.domain.parts.ids import INBOUND
from shared.contracts.event import Instant, Part


class SeenReply(Part):
    """An answer as a provider's callback says it; `sequence` tells a repeated push."""

    provider: str
    address: str
    text: str
    sequence: str
    at: Instant
    message: UUID | None = None

    @property
    def id(self) -> UUID:
        """The same for the same reply, however often it is pushed."""
        return uuid5(INBOUND, f"reply/{self.provider}/{self.sequence}/{self.address}")
