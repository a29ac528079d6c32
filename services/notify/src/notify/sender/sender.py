"""Finds the messages whose time has come and lets couriers carry many at once; bulk never takes the last places."""

import asyncio
from typing import Literal
from uuid import UUID

import structlog

from notify.domain.notification import Notification
from notify.domain.recipient import Recipient
from notify.sender.courier import Courier
from notify.sender.figures import Figures
from notify.store import Notifications, Recipients
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
        recipients: Recipients,
        clock: Clock,
        figures: Figures,
        at_once: int = 256,
        nap: float = 0.05,
    ) -> None:
        self._courier = courier
        self._notifications = notifications
        self._recipients = recipients
        self._clock = clock
        self._figures = figures
        self._places = {"live": at_once, "bulk": at_once * 3 // 4}
        self._nap = nap
        self._carried: dict[UUID, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._looks = 0
        self._bulk_waits = True

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop, then let what is under way come to its end."""
        while not stop.is_set():
            more = await self._round()
            await self._rest(stop, self._room if more else None)
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _round(self) -> bool:
        """Start carrying what is due, live messages first; says whether more is waiting than there was room for.

        While there is no bulk it is looked for only every fourth time.
        """
        self._looks += 1
        try:
            live = await self._begin("live")
            self._bulk_waits = (self._bulk_waits or self._looks % 4 == 0) and await self._begin("bulk")
            return live or self._bulk_waits
        except Unavailable as error:
            log.warning("cannot_look_for_messages", reason=str(error))
            return False

    async def _begin(self, lane: Lane) -> bool:
        free = self._places[lane] - len(self._carried)
        if free < self._places[lane] // 4:
            return True
        mine = sum(1 for carried in self._carried.values() if carried == lane)
        due = await self._notifications.ready(lane, self._clock.now(), limit=free + mine)
        fresh = [each for each in due if each.id not in self._carried][:free]
        people = await self._recipients.of(fresh)
        for notification in fresh:
            self._start(notification, people[notification.recipient])
        return len(fresh) == free

    def _start(self, notification: Notification, recipient: Recipient) -> None:
        self._carried[notification.id] = notification.lane
        self._figures.in_flight.labels(notification.lane).inc()
        task = asyncio.create_task(self._carry(notification, recipient))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, notification: Notification, recipient: Recipient) -> None:
        try:
            await self._courier.carry(notification, recipient)
        except Exception as error:
            log.exception("courier_failed", notification=notification.id, error=repr(error))
            await asyncio.sleep(1.0)
        finally:
            self._carried.pop(notification.id, None)
            if len(self._carried) <= self._places["bulk"] // 2:
                self._room.set()
            self._figures.in_flight.labels(notification.lane).dec()

    async def _rest(self, stop: asyncio.Event, room: asyncio.Event | None) -> None:
        """Until there is room again if more is waiting, else for a nap; never longer than that."""
        waits = [asyncio.create_task(each.wait()) for each in (stop, room) if each]
        await asyncio.wait(waits, timeout=self._nap, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self._room.clear()
