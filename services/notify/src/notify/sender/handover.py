"""Hands claimed messages to their providers, and writes down what becomes of them."""

import asyncio
from dataclasses import dataclass
from time import monotonic

import structlog

from notify.domain.decisions.answers import take_answer
from notify.domain.decisions.claiming import release
from notify.domain.messages.template import Words
from notify.domain.notification import Notification
from notify.domain.parts.answer import Answer, retry_later, unknown, unsendable
from notify.gateways.gateway import Gateway, Outgoing, Unsendable
from notify.gateways.router import GatewayRouter
from notify.sender.causes import Causes
from notify.sender.metrics import SendingMetrics
from notify.sender.timing import Timeouts, real_time
from notify.store import Notifications
from shared.aggregate import Cause, Decision
from shared.logs import plain_code

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process has claimed, and what it is going to send; `since` is a monotonic moment."""

    notification: Notification
    gateway: Gateway
    words: Words
    since: float


class HandoverToGateway:
    """From a durable claim to a durable answer. What a database that is away holds up is written, never sent again."""

    def __init__(
        self,
        notifications: Notifications,
        gateways: GatewayRouter,
        causes: Causes,
        timeouts: Timeouts,
        metrics: SendingMetrics,
    ) -> None:
        self._notifications = notifications
        self._gateways = gateways
        self._causes = causes
        self._timeouts = timeouts
        self._metrics = metrics

    def late(self, claimed: Claimed) -> bool:
        """Whether the time that an attempt may take has passed already."""
        return self._left(claimed) <= 0

    async def send(self, claimed: Claimed) -> None:
        """Send it once, and mark what its provider answers."""
        gateway, words = claimed.gateway, claimed.words
        answer = await self._answer(claimed)
        self._metrics.answered(claimed.notification, gateway.name, answer, monotonic() - claimed.since)
        if self._gateways.heard(gateway, words, claimed.notification.way.address, answer):
            log.error("gateway_out_of_order", gateway=gateway.name, code=plain_code(answer.code))
        await self._mark(claimed.notification, answer, words)

    async def release(self, claimed: Claimed) -> None:
        """Give the claim back: nothing has left the company."""
        notification = claimed.notification
        cause = self._causes.of(notification.id, f"released/{notification.fence}", notification.correlation)
        await self._write(notification, lambda current: release(current, notification.fence, cause), cause)

    async def _answer(self, claimed: Claimed) -> Answer:
        """Send within what is left of the budget since before the claim. What is cut off is unknown, not failed."""
        if self.late(claimed):
            return retry_later("too_late", "claiming took longer than an attempt may take", wait=0.0)
        notification, gateway = claimed.notification, claimed.gateway
        began_at = notification.attempts[-1].began_at
        message = Outgoing(notification.id, notification.way.address, claimed.words, began_at)
        try:
            gateway.prepare(message)
        except Unsendable as error:
            log.warning("message_unsendable", gateway=gateway.name, notification=notification.id, reason=error)
            return unsendable(str(error))
        try:
            async with asyncio.timeout(self._left(claimed)):
                return await gateway.send(message)
        except TimeoutError:
            return unknown("cut_off", f"no answer within {self._timeouts.budget:g} s")
        except Exception as error:  # noqa: BLE001
            log.error("gateway_broke", gateway=gateway.name, error=error)
            return unknown("broke", type(error).__name__, alone=True)

    async def _mark(self, notification: Notification, answer: Answer, words: Words) -> None:
        fence, look_at = notification.fence, real_time(self._timeouts.looks[0])
        cause = self._causes.of(notification.id, f"answered/{fence}", notification.correlation)
        await self._write(
            notification, lambda current: take_answer(current, fence, answer, words, look_at, cause), cause
        )

    async def _write(self, notification: Notification, decide: Decision[Notification], cause: Cause) -> None:
        """Write it down, however long a database that is away makes it wait."""
        touch = self._notifications.touch(notification.id, decide)
        await self._notifications.group_commit.commit_or_wait(cause, touch)

    def _left(self, claimed: Claimed) -> float:
        return self._timeouts.budget - (monotonic() - claimed.since)
