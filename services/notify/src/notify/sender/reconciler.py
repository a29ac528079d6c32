"""Settles what has no answer: leases that ended, fates that are unknown, receipts without a message."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from notify.composer import Composer
from notify.domain.decisions.answers import take_sighting
from notify.domain.decisions.claiming import end_lease
from notify.domain.decisions.early_receipts import match, miss
from notify.domain.early_receipt import EarlyReceipt
from notify.domain.notification import Notification
from notify.domain.parts.answer import BLIND, Sighting
from notify.gateways.gateway import Outgoing
from notify.gateways.router import GatewayRouter
from notify.sender.causes import Causes
from notify.sender.inbound import Inbound
from notify.sender.metrics import SendingMetrics
from notify.sender.timing import Timeouts, real_time
from notify.store import Stores
from shared.aggregate import Cause, Contention, NotFound, Refused, Unavailable

log = structlog.get_logger()

NAP = 0.5
"""Seconds between two looks."""
AT_ONCE = 20
"""Messages that are settled at the same time at most."""


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Asks providers about unknown messages, several times with growing waits, before the purpose's promise decides.

    A provider that cannot be asked gets the first wait alone, in which a receipt may still settle it.
    """

    stores: Stores
    inbound: Inbound
    composer: Composer
    gateways: GatewayRouter
    causes: Causes
    timeouts: Timeouts
    metrics: SendingMetrics

    async def run(self, stop: asyncio.Event) -> None:
        """Settle until told to stop."""
        while not stop.is_set():
            try:
                await self.settle()
            except Unavailable as error:
                log.warning("cannot_settle", reason=error)
            with suppress(TimeoutError):
                async with asyncio.timeout(NAP):
                    await stop.wait()

    async def settle(self) -> None:
        """Everything that is overdue by now, once."""
        now = real_time()
        overdue = await self.stores.notifications.overdue(now, AT_ONCE)
        await asyncio.gather(*(self._settle(each) for each in overdue))
        for early in await self.stores.early_receipts.waiting(now, AT_ONCE):
            await self.match(early)
        self.metrics.unknown.set(await self.stores.notifications.unknown())

    async def match(self, early: EarlyReceipt) -> None:
        """Look once more for the message that a receipt is about."""
        matched = await self.inbound.place(early.seen)
        cause = self.causes.of(early.id, f"match/{early.tries}", early.id)
        now = real_time()
        await self.stores.early_receipts.apply(
            early.id,
            lambda current: miss(current, now, cause) if matched is None else match(current, matched, cause),
            cause,
        )

    async def _settle(self, notification: Notification) -> None:
        try:
            if notification.stage == "sending":
                await self._end_lease(notification)
            else:
                await self._ask(notification)
        except (Refused, NotFound, Contention) as error:
            log.debug("settled_meanwhile", notification=notification.id, reason=error)

    async def _end_lease(self, notification: Notification) -> None:
        fence, look_at = notification.fence, real_time(self.timeouts.looks[0])
        log.warning("lease_ended", notification=notification.id, fence=fence, worker=notification.worker)
        cause = self._cause(notification, f"lease/{fence}")
        await self.stores.notifications.apply(
            notification.id, lambda current: end_lease(current, fence, look_at, cause), cause
        )

    async def _ask(self, notification: Notification) -> None:
        words = self.composer.known_words(notification)
        attempt = notification.attempts[-1]
        gateway = self.gateways.named(attempt.provider)
        sighting: Sighting = BLIND
        if gateway is not None:
            message = Outgoing(notification.id, notification.way.address, words, attempt.began_at)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.timeouts.budget):
                    sighting = await gateway.look_up(message)
        again = self._next_look(notification.looks, sighting)
        cause = self._cause(notification, f"look/{notification.fence}/{notification.looks}")
        await self.stores.notifications.apply(
            notification.id, lambda current: take_sighting(current, sighting, again, words, cause), cause
        )

    def _next_look(self, looks: int, sighting: Sighting) -> datetime | None:
        left = self.timeouts.looks[looks + 1 :]
        return real_time(left[0]) if left and sighting.seen != "blind" else None

    def _cause(self, notification: Notification, what: str) -> Cause:
        return self.causes.of(notification.id, what, notification.correlation)
