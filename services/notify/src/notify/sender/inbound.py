"""Takes what providers push to the message that it is about: receipts and replies, once each."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from notify.composer import Composer
from notify.domain.decisions.early_receipts import keep
from notify.domain.decisions.ledgers import accept_care as accept_there
from notify.domain.decisions.ledgers import refuse_care as refuse_there
from notify.domain.decisions.receipts import take_receipt
from notify.domain.decisions.recipients import accept_care, mark_unusable, refuse_care
from notify.domain.decisions.replies import understand
from notify.domain.ledger import Ledger, ledger_of
from notify.domain.notification import Notification
from notify.domain.parts.address import as_address
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.domain.recipient import Recipient, unknown_recipient
from notify.domain.reply import Answered, answered_one
from notify.sender.metrics import SendingMetrics
from notify.sender.timing import real_time
from notify.store import Stores
from shared.aggregate import Cause, Change, Decision, NotFound
from shared.contracts.event import Actor
from shared.time_source import TimeSource


class Inbound:
    """What is taken in has been written down when this returns, so that the provider may forget it."""

    def __init__(self, stores: Stores, composer: Composer, time: TimeSource, metrics: SendingMetrics) -> None:
        self._stores = stores
        self._composer = composer
        self._time = time
        self._metrics = metrics

    async def take_receipts(self, receipts: Iterable[SeenReceipt]) -> None:
        """Place each receipt; one whose message is not known (yet) is kept and matched again later."""
        for seen in receipts:
            self._metrics.received(seen.provider, seen.status)
            if await self.place(seen) is None:
                cause = self._cause(seen)
                await self._stores.early_receipts.create(keep(seen, real_time(), cause), cause)

    async def place(self, seen: SeenReceipt) -> UUID | None:
        """Tell the message; nothing if there is none that this receipt is about."""
        id = await self._message_of(seen)
        if id is None:
            return None
        cause = self._cause(seen)

        def tell(notification: Notification) -> Change[Notification]:
            return take_receipt(notification, seen.receipt(), self._composer.known_words(notification), cause)

        try:
            told = await self._stores.notifications.apply(id, tell, cause)
        except NotFound:
            return None
        if seen.status == "undelivered" and seen.reason == "invalid_number":
            address = told.address_on(told.attempts[-1].channel) if told.attempts else told.way.address
            await self._tell_recipient(told, lambda recipient: mark_unusable(recipient, address, cause), cause)
        return id

    async def _message_of(self, seen: SeenReceipt) -> UUID | None:
        if seen.message or not seen.reference:
            return seen.message
        known = await self._stores.notifications.by_reference(f"{seen.provider}:{seen.reference}")
        return known.id if known else None

    async def take_replies(self, replies: Iterable[SeenReply]) -> None:
        """Understand each reply and announce it; a wish to get no more messages, or to get them again, is heeded."""
        for seen in replies:
            await self._take_reply(seen)

    async def _take_reply(self, seen: SeenReply) -> None:
        seen = seen.but(address=as_address(seen.address))
        answered = await self._answered(seen)
        about = answered.message if answered else None
        files = await self._stores.recipients.reached_at(seen.address)
        customer = about.customer_id if about else files[0].customer_id if len(files) == 1 else None
        purpose = self._composer.purpose_of(about) if about and answered and answered.sure else None
        cause = self._cause(seen)
        staff = None if customer else await self._stores.rosters.colleague_at(seen.address, self._time.now())
        understood = understand(seen, about, customer, staff, purpose, self._composer.rules, cause)
        reply = await self._stores.replies.create(understood, cause)
        if reply.intent in ("stop", "start"):
            await self._heed(seen, about, files, wanted=reply.intent == "start", cause=cause)

    async def _heed(
        self, seen: SeenReply, about: Notification | None, files: Sequence[Recipient], *, wanted: bool, cause: Cause
    ) -> None:
        """Care ends, or begins again: for the address, for every file with it, and for whom it was ever used."""
        address, counted = seen.address, ledger_of(seen.address)
        at_address, of_person = (accept_there, accept_care) if wanted else (refuse_there, refuse_care)
        await self._stores.ledgers.apply(counted, lambda known: at_address(known, cause), cause, Ledger(id=counted))
        told = [*([about] if about else []), *await self._stores.notifications.reached_at(address)]
        starts = {each.id: each for each in files}
        for each in told:
            if each.audience == "customer" and each.recipient not in starts:
                starts[each.recipient] = unknown_recipient(each.recipient, each.audience, each.customer_id)
        for id, start in starts.items():
            await self._stores.recipients.apply(id, lambda known: of_person(known, cause), cause, start)

    async def _answered(self, seen: SeenReply) -> Answered | None:
        if seen.message:
            return Answered(await self._stores.notifications.get(seen.message))
        candidates = await self._stores.notifications.latest_to(seen.address)
        decided = await self._stores.replies.decided(each.id for each in candidates)
        return answered_one(candidates, seen.text, self._composer.policy_of, self._time.now(), decided)

    async def _tell_recipient(self, about: Notification, decide: Decision[Recipient], cause: Cause) -> None:
        start = unknown_recipient(about.recipient, about.audience, about.customer_id)
        await self._stores.recipients.apply(about.recipient, decide, cause, start)

    def _cause(self, seen: SeenReceipt | SeenReply) -> Cause:
        provider = Actor(kind="provider", id=seen.provider)
        return Cause(id=seen.id, correlation=seen.id, actor=provider, at=self._time.now(), kind="event")
