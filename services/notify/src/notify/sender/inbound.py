"""Takes what providers push to us to the message it is about: receipts and replies, once each."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from notify.domain.composer import Composer
from notify.domain.notification import Notification
from notify.domain.recipient import stranger
from notify.domain.reply import SeenReceipt, SeenReply, answered_one, early, understood
from notify.sender.metrics import SendingMetrics
from notify.store import EarlyReceipts, Notifications, Recipients, Replies
from shared.aggregate import Cause, Change, NotFound
from shared.clock import Clock
from shared.contracts.event import Actor


class Inbound:
    """Whatever is taken in has been written down when this returns, so that the provider may forget it."""

    def __init__(
        self,
        notifications: Notifications,
        recipients: Recipients,
        early_receipts: EarlyReceipts,
        replies: Replies,
        composer: Composer,
        clock: Clock,
        metrics: SendingMetrics,
    ) -> None:
        self._notifications = notifications
        self._recipients = recipients
        self._early = early_receipts
        self._replies = replies
        self._composer = composer
        self._clock = clock
        self._metrics = metrics

    async def take_receipts(self, receipts: Iterable[SeenReceipt]) -> None:
        """Place each receipt; one whose message is not known (yet) is kept and matched again later."""
        for seen in receipts:
            self._metrics.received(seen.provider, seen.status)
            if await self.place(seen) is None:
                cause = self._cause(seen.id, seen.provider)
                await self._early.create(early(seen, datetime.now(UTC)), cause)

    async def place(self, seen: SeenReceipt) -> UUID | None:
        """Tell the message; nothing if there is none that this receipt is about."""
        id = seen.message
        if id is None and seen.reference:
            known = await self._notifications.by_reference(f"{seen.provider}:{seen.reference}")
            id = known.id if known else None
        if id is None:
            return None

        def tell(notification: Notification) -> Change[Notification]:
            return notification.receipted(seen.receipt(), self._composer.known_words(notification))

        try:
            told = await self._notifications.apply(id, tell, self._cause(seen.id, seen.provider))
        except NotFound:
            return None
        if seen.status == "undelivered" and seen.reason == "invalid_number":
            address = told.address_on(told.attempts[-1].channel) if told.attempts else told.way.address
            await self._recipients.apply(
                told.recipient,
                lambda person: person.unreachable_at(address),
                self._cause(seen.id, seen.provider),
                stranger(told.recipient, told.audience, told.customer_id),
            )
        return id

    async def take_replies(self, replies: Iterable[SeenReply]) -> None:
        """Understand each reply and announce it; a stop word ends care for its sender at once."""
        for seen in replies:
            await self._take_reply(seen)

    async def _take_reply(self, seen: SeenReply) -> None:
        about = await self._about(seen)
        purpose = self._composer.catalogue.purposes.get(about.purpose) if about else None
        cause = self._cause(seen.id, seen.provider)
        reply = await self._replies.create(understood(seen, about, purpose), cause)
        if reply.intent == "stop" and about:
            start = stranger(about.recipient, about.audience, about.customer_id)
            await self._recipients.apply(about.recipient, lambda person: person.refuses_care(seen.at), cause, start)

    async def _about(self, seen: SeenReply) -> Notification | None:
        if seen.message:
            return await self._notifications.get(seen.message)
        candidates = await self._notifications.latest_to(seen.address)
        return answered_one(candidates, seen.text, self._composer.catalogue.purposes, self._clock.now())

    def _cause(self, id: UUID, provider: str) -> Cause:
        return Cause(
            id=id, correlation=id, actor=Actor(kind="service", id=provider), at=self._clock.now(), kind="event"
        )
