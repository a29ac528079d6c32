"""Finds the messages whose time has come and lets couriers carry many at once; bulk never takes the last places."""

import asyncio
from contextlib import suppress
from typing import Literal
from uuid import UUID

import structlog

from notify.domain.notification import Notification
from notify.sender.courier import Courier
from notify.sender.figures import Figures
from notify.store import Notifications
from shared.aggregate import Unavailable
from shared.clock import Clock

log = structlog.get_logger()

Lane = Literal["live", "bulk"]


class Sender:
    """`at_once` messages are carried at the same time; live ones may take all places, bulk ones three quarters of them.

    A message is looked for every `nap` seconds of real time while nothing is to be done, and at once while there is.
    """

    def __init__(
        self,
        courier: Courier,
        notifications: Notifications,
        clock: Clock,
        figures: Figures,
        at_once: int = 256,
        nap: float = 0.05,
    ) -> None:
        self._courier = courier
        self._notifications = notifications
        self._clock = clock
        self._figures = figures
        self._places = {"live": at_once, "bulk": at_once * 3 // 4}
        self._nap = nap
        self._carried: dict[UUID, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop, then let what is under way come to its end."""
        while not stop.is_set():
            began = await self._round()
            await self._rest(stop, busy=began > 0)
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _round(self) -> int:
        """Start carrying what is due, live messages first; returns how many."""
        try:
            return await self._begin("live") + await self._begin("bulk")
        except Unavailable as error:
            log.warning("cannot_look_for_messages", reason=str(error))
            return 0

    async def _begin(self, lane: Lane) -> int:
        free = self._places[lane] - len(self._carried)
        if free <= self._places[lane] // 4 and self._carried:
            return 0
        mine = sum(1 for carried in self._carried.values() if carried == lane)
        due = await self._notifications.ready(lane, self._clock.now(), limit=free + mine)
        fresh = [each for each in due if each.id not in self._carried][:free]
        for notification in fresh:
            self._start(notification)
        return len(fresh)

    def _start(self, notification: Notification) -> None:
        self._carried[notification.id] = notification.lane
        self._figures.in_flight.labels(notification.lane).inc()
        task = asyncio.create_task(self._carry(notification))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, notification: Notification) -> None:
        try:
            await self._courier.carry(notification)
        except Exception as error:
            log.exception("courier_failed", notification=notification.id, error=repr(error))
            await asyncio.sleep(1.0)
        finally:
            self._carried.pop(notification.id, None)
            self._figures.in_flight.labels(notification.lane).dec()

    async def _rest(self, stop: asyncio.Event, busy: bool) -> None:
        """Until a place is free or the next look is due."""
        waits: list[asyncio.Task[object]] = [asyncio.create_task(stop.wait())]
        with suppress(TimeoutError):
            async with asyncio.timeout(0.005 if busy else self._nap):
                await waits[0]
        waits[0].cancel()
