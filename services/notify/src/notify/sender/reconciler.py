"""Settles what nobody answered for: leases that ended, fates that are unknown, receipts without a message."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID, uuid5

import structlog

from notify.domain.composer import Composer
from notify.domain.notification import Notification
from notify.domain.parts.answer import BLIND, Sighting
from notify.domain.reply import EarlyReceipt
from notify.gateways.gateway import Outgoing
from notify.gateways.router import GatewayRouter
from notify.sender.dispatcher import SENDER, Timeouts, real_time
from notify.sender.inbound import Inbound
from notify.sender.metrics import SendingMetrics
from notify.store import EarlyReceipts, Notifications
from shared.aggregate import Cause, Contention, NotFound, Refused, Unavailable
from shared.clock import Clock

log = structlog.get_logger()

NAP = 0.5
AT_ONCE = 20


class Reconciler:
    """Asks providers about unknown messages, several times with growing waits, before the purpose's promise decides.

    A provider that cannot be asked gets the first wait alone, in which a receipt may still settle it.
    """

    def __init__(
        self,
        notifications: Notifications,
        receipts: EarlyReceipts,
        inbound: Inbound,
        composer: Composer,
        gateways: GatewayRouter,
        clock: Clock,
        timeouts: Timeouts,
        metrics: SendingMetrics,
    ) -> None:
        self._notifications = notifications
        self._receipts = receipts
        self._postbox = inbound
        self._composer = composer
        self._switchboard = gateways
        self._clock = clock
        self._timeouts = timeouts
        self._metrics = metrics

    async def run(self, stop: asyncio.Event) -> None:
        """Settle until told to stop."""
        while not stop.is_set():
            try:
                await self.settle()
            except Unavailable as error:
                log.warning("cannot_settle", reason=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(NAP):
                    await stop.wait()

    async def settle(self) -> None:
        """Everything that is overdue by now, once."""
        now = datetime.now(UTC)
        overdue = await self._notifications.overdue(now, AT_ONCE)
        await asyncio.gather(*(self._settle(each) for each in overdue))
        for receipt in await self._receipts.waiting(now, AT_ONCE):
            await self._match(receipt)
        self._metrics.unknown.set(await self._notifications.unknown())

    async def _settle(self, notification: Notification) -> None:
        try:
            if notification.state == "sending":
                await self._lease_ended(notification)
            else:
                await self._ask(notification)
        except (Refused, NotFound, Contention) as error:
            log.debug("settled_meanwhile", notification=notification.id, reason=str(error))

    async def _lease_ended(self, notification: Notification) -> None:
        fence, look_at = notification.fence, real_time(self._timeouts.looks[0])
        log.warning("lease_ended", notification=notification.id, fence=fence, worker=notification.worker)
        await self._notifications.apply(
            notification.id,
            lambda current: current.lease_expired(fence, look_at),
            self._cause(notification.id, f"lease/{fence}", notification.correlation),
        )

    async def _ask(self, notification: Notification) -> None:
        words = self._composer.known_words(notification)
        attempt = notification.attempts[-1]
        gateway = self._switchboard.named(attempt.provider)
        sighting: Sighting = BLIND
        if gateway is not None:
            message = Outgoing(notification.id, notification.way.address, words, attempt.began_at)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._timeouts.budget):
                    sighting = await gateway.look_up(message)
        now, again = self._clock.now(), self._next_look(notification.looks, sighting)
        await self._notifications.apply(
            notification.id,
            lambda current: current.looked_for(sighting, now, again, words),
            self._cause(notification.id, f"look/{notification.fence}/{notification.looks}", notification.correlation),
        )

    def _next_look(self, looks: int, sighting: Sighting) -> datetime | None:
        left = self._timeouts.looks[looks + 1 :]
        return real_time(left[0]) if left and sighting.seen != "blind" else None

    async def _match(self, receipt: EarlyReceipt) -> None:
        matched = await self._postbox.place(receipt.seen)
        now = datetime.now(UTC)
        cause = self._cause(receipt.id, f"match/{receipt.tries}", receipt.id)
        if matched is None:
            await self._receipts.apply(receipt.id, lambda current: current.missed(now), cause)
        else:
            await self._receipts.apply(receipt.id, lambda current: current.found(matched), cause)

    def _cause(self, id: UUID, what: str, correlation: UUID) -> Cause:
        return Cause(id=uuid5(id, what), correlation=correlation, actor=SENDER, at=self._clock.now(), kind="deadline")
