"""Why the sender decides something about a message."""

from uuid import UUID, uuid5

from shared.aggregate import Cause
from shared.contracts.event import Actor
from shared.time_source import TimeSource

SENDER = Actor(kind="service", id="notify")


class Causes:
    """Causes of the sender: each is derived from what it is about and what happens, so that it touches that once."""

    def __init__(self, time: TimeSource) -> None:
        self._time = time

    def of(self, id: UUID, what: str, correlation: UUID) -> Cause:
        """The sender's cause for this step of this aggregate, now by the services' time."""
        at = self._time.now()
        return Cause(id=uuid5(id, what), correlation=correlation, actor=SENDER, at=at, kind="deadline")
