"""Where the parked messages and deadlines of a service are kept."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.aggregate import Change
from shared.parking.decisions import fail, suspect
from shared.parking.parked import (
    CLAIM_KEPT,
    LARGEST_KEPT,
    Letter,
    MessageTooLarge,
    Overdue,
    Parked,
    ParkedState,
    RetryPolicy,
    code,
)
from shared.plain import plain
from shared.seals.checkpoints import Removals
from shared.store import DatabaseLike, Index, Store, Touch
from shared.wire.message import Message


class Parking(Store[Parked]):
    """A service's parked and dead messages and deadlines."""

    collection = "parked"
    kind = Parked
    remembered = False
    indexes = (
        Index("state", "first_at"),
        Index("queue", "first_at"),
        Index("code", "first_at"),
        Index("queue", "claimed", "last_at"),
    )

    def __init__(self, database: DatabaseLike) -> None:
        super().__init__(database)
        self._removals = Removals(database)

    async def remove(self, ids: Sequence[UUID]) -> None:
        """Forget these: they have had their effect."""
        await self._removals.remove(self.documents, ids)

    def message_failed(
        self, message: Message, error: Exception, policy: RetryPolicy, claimed: str | None = None
    ) -> Touch[Parked]:
        """Keep a message that could not be handled; of one that was refused for its size, the beginning."""
        now = datetime.now(UTC)
        letter = Letter.of(message, whole=code(error) != MessageTooLarge.code)
        start = _from(message, letter, "parked", now, claimed)
        return self.touch(start.id, lambda parked: fail(parked, error, policy, now), start)

    def message_suspected(self, message: Message, policy: RetryPolicy, claimed: str | None = None) -> Touch[Parked]:
        """Count a message that came back from a crash."""
        now = datetime.now(UTC)
        start = _from(message, Letter.of(message), "suspect", now, claimed)
        return self.touch(start.id, lambda parked: suspect(parked, policy, now), start)

    def message_not_keepable(self, message: Message, error: Exception) -> Touch[Parked]:
        """Keep what can be kept of a message that cannot be kept as it came. Nothing in it is the sender's words."""
        now = datetime.now(UTC)
        body = base64.b64encode(message.body[:LARGEST_KEPT]).decode()
        letter = Letter(routing_key="", headers={}, body=body, encoding="base64", size=len(message.body))
        id = uuid5(uuid5(NAMESPACE_URL, message.queue), sha256(message.body).hexdigest())
        reason = f"the message cannot be kept as it came ({type(error).__name__}); the beginning of its body is"
        parked = Parked(
            id=id,
            queue=message.queue,
            key="unreadable",
            state="dead",
            letter=letter,
            code="not_keepable",
            reason=reason,
            attempts=1,
            first_at=now,
            last_at=now,
        )
        return self.touch(id, lambda known: Change(known.but(last_at=now)), parked)

    def deadline_failed(
        self, id: UUID, overdue: Overdue, queue: str, error: Exception, policy: RetryPolicy
    ) -> Touch[Parked]:
        """Keep a deadline whose decision failed."""
        now = datetime.now(UTC)
        start = Parked(id=id, queue=queue, key=overdue.kind, state="parked", overdue=overdue, first_at=now, last_at=now)
        return self.touch(id, lambda parked: fail(parked, error, policy, now), start)


def _from(message: Message, letter: Letter, state: ParkedState, now: datetime, claimed: str | None = None) -> Parked:
    return Parked(
        id=message.id,
        queue=message.queue,
        key=message.key,
        claimed=plain(claimed, CLAIM_KEPT) if claimed is not None else None,
        state=state,
        letter=letter,
        first_at=now,
        last_at=now,
    )
