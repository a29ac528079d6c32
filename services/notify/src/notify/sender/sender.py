"""Finds the messages whose time has come and lets couriers carry many at once; bulk never takes the last places."""

import asyncio
from collections import deque
from uuid import UUID

import structlog

from notify.domain.notification import Lane
from notify.sender.courier import Courier, Due
from notify.sender.figures import Figures
from shared.aggregate import Unavailable

log = structlog.get_logger()

LANES: tuple[Lane, ...] = ("live", "bulk")


class Sender:
    """`at_once` messages are carried at the same time; live ones may take all places, bulk ones three quarters of them.

    What is due is read ahead, twice as many as there are places, and read on when half of one set of places is left:
    one question for hundreds of messages, and a place that becomes free is taken at once. While nothing is due, it is
    looked for every `nap` seconds of real time, for bulk every fourth time.
    """

    def __init__(self, courier: Courier, figures: Figures, at_once: int = 256, nap: float = 0.05) -> None:
        self._courier = courier
        self._figures = figures
        self._places = {"live": at_once, "bulk": at_once * 3 // 4}
        self._ahead = 2 * at_once
        self._low = at_once // 2
        self._nap = nap
        self._due: dict[Lane, deque[Due]] = {lane: deque() for lane in LANES}
        self._more = dict.fromkeys(LANES, True)
        self._held: dict[UUID, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wanting = asyncio.Event()
        self._looks = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop, then let what is under way come to its end."""
        while not stop.is_set():
            await self.look()
            await self._rest(stop)
        for due in self._due.values():
            due.clear()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def look(self) -> None:
        """Read on in each lane that runs low, and let couriers begin."""
        self._looks += 1
        self._wanting.clear()
        for lane in LANES:
            if self._more[lane] or lane == "live" or self._looks % 4 == 0:
                await self._read_on(lane)
        self._begin()

    async def _read_on(self, lane: Lane) -> None:
        due = self._due[lane]
        if len(due) >= self._low:
            return
        mine = sum(held == lane for held in self._held.values())
        try:
            found = await self._courier.collect(lane, self._ahead + mine, self._held)
        except Unavailable as error:
            log.warning("cannot_look_for_messages", reason=str(error))
            self._more[lane] = False
            return
        self._more[lane] = len(found) >= self._ahead
        self._held |= {each.notification.id: lane for each in found}
        due.extend(found)

    def _begin(self) -> None:
        """Fill the free places, from the live ones first."""
        for lane in LANES:
            due = self._due[lane]
            while due and len(self._tasks) < self._places[lane]:
                self._start(due.popleft(), lane)
            if self._more[lane] and len(due) < self._low:
                self._wanting.set()

    def _start(self, due: Due, lane: Lane) -> None:
        self._figures.in_flight.labels(lane).inc()
        task = asyncio.create_task(self._carry(due))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._end(done, due.notification.id, lane))

    async def _carry(self, due: Due) -> None:
        try:
            await self._courier.carry(due)
        except Exception as error:
            log.exception("courier_failed", notification=due.notification.id, error=repr(error))
            await asyncio.sleep(1.0)

    def _end(self, task: asyncio.Task[None], id: UUID, lane: Lane) -> None:
        self._tasks.discard(task)
        self._held.pop(id)
        self._figures.in_flight.labels(lane).dec()
        self._begin()

    async def _rest(self, stop: asyncio.Event) -> None:
        """Until there is reason to read on, or for a nap."""
        waits = [asyncio.create_task(each.wait()) for each in (stop, self._wanting)]
        await asyncio.wait(waits, timeout=self._nap, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
