"""Why the sender decides something about a message."""

from uuid import UUID, uuid5

from shared.aggregate import Cause
from shared.clock import TimeSource
from shared.contracts.event import Actor

SENDER = Actor(kind="service", id="notify")


class Causes:
    """Causes of the sender: each is derived from what it is about and what happens, so that it touches that once."""

    def __init__(self, clock: TimeSource) -> None:
        self._clock = clock

    def of(self, id: UUID, what: str, correlation: UUID) -> Cause:
        """The sender's cause for this step of this aggregate, now by the business clock."""
        at = self._clock.now()
        return Cause(id=uuid5(id, what), correlation=correlation, actor=SENDER, at=at, kind="deadline")
