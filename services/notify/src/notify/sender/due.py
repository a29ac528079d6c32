"""Messages whose time has come, read by the hundred with what the policy has to know about each."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from notify.composer import Composer
from notify.domain.ledger import UNCOUNTED, Ledger
from notify.domain.notification import Lane, Notification, meet
from notify.domain.parts.piece import Piece
from notify.domain.recipient import Recipient
from notify.sender.handover import Claimed
from notify.store import Stores
from shared.time_source import TimeSource


@dataclass(frozen=True, slots=True)
class Due:
    """A message, whom it is for, what went out to that address lately where that counts, and whether it still holds.

    `newer` is a later message of its thread that replaces it, `untrue` what of it a later fact has made untrue;
    `claimed` is how it was born, if this process claimed it then.
    """

    notification: Notification
    recipient: Recipient
    ledger: Ledger = UNCOUNTED
    newer: UUID | None = None
    untrue: tuple[Piece, ...] = ()
    claimed: Claimed | None = None


class DueMessages:
    """Asks the stores once for many messages."""

    def __init__(self, stores: Stores, composer: Composer, time: TimeSource) -> None:
        self._stores = stores
        self._composer = composer
        self._time = time

    async def ready(self, lane: Lane, limit: int, held: Container[UUID] = ()) -> list[Due]:
        """The next messages of a lane whose time has come, without those that this process holds."""
        ready = await self._stores.notifications.ready(lane, self._time.now(), limit)
        return await self._known([each for each in ready if each.id not in held])

    async def born(self, claimed: Sequence[Claimed]) -> list[Due]:
        """Messages that were born claimed by this process."""
        known = {each.notification.id: each for each in claimed}
        return await self._known([each.notification for each in claimed], known)

    async def _known(
        self, messages: Sequence[Notification], claimed: Mapping[UUID, Claimed] = MappingProxyType({})
    ) -> list[Due]:
        known = await self._stores.recipients.of(messages)
        people = {each.id: meet(each, known[each.recipient]) for each in messages}
        counted = {each.id: self._counted_at(each, people[each.id]) for each in messages}
        ledgers = await self._stores.ledgers.of(filter(None, counted.values()))
        newer = await self._stores.notifications.newer_than([each for each in messages if self._gives_way(each)])
        untrue = await self._stores.overtaken.among([(each, self._composer.purpose_of(each)) for each in messages])
        return [
            Due(
                each,
                people[each.id],
                ledgers.get(counted[each.id], UNCOUNTED),
                newer.get(each.id),
                untrue.get(each.id, ()),
                claimed.get(each.id),
            )
            for each in messages
        ]

    def _counted_at(self, notification: Notification, recipient: Recipient) -> str:
        """The address at which this message counts for caps and repetitions; empty when it counts nowhere."""
        if not self._composer.purpose_of(notification).remembered:
            return ""
        return notification.address_for(recipient)

    def _gives_way(self, notification: Notification) -> bool:
        return notification.thread is not None and self._composer.purpose_of(notification).supersede
