"""Finds the messages whose time has come and lets couriers carry many at once; bulk never takes the last places."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog

from notify.domain.notification import Lane, Notification
from notify.sender.dispatcher import Begun, Dispatcher, Due
from notify.sender.metrics import SendingMetrics
from shared.aggregate import Aggregate, Change, Unavailable
from shared.store import Touch

log = structlog.get_logger()

LANES: tuple[Lane, ...] = ("live", "bulk")
PATIENCE = 2.0
"""Seconds that facts wait for the sender at most, so that a slow provider does not stop what else there is to hear."""


class Sender:
    """`at_once` messages are carried at the same time; live ones may take all places, bulk ones three quarters of them.

    A live message that may go out at once is born claimed, as long as there is a place for it and none waits before it:
    birth and claim are one write. It goes on when that write is known to be durable.

    What is due is read ahead, twice as many as there are places, and read on when half of one set of places is left:
    one question for hundreds of messages, and a place that becomes free is taken at once. While nothing is due, it is
    looked for every `nap` seconds of real time, for bulk every fourth time.
    """

    def __init__(self, dispatcher: Dispatcher, metrics: SendingMetrics, at_once: int = 512, nap: float = 0.05) -> None:
        self._courier = dispatcher
        self._in_flight = {lane: metrics.in_flight.labels(lane) for lane in LANES}
        self._places = {"live": at_once, "bulk": at_once * 3 // 4}
        self._ahead = 2 * at_once
        self._low = at_once // 2
        self._nap = nap
        self._due: dict[Lane, deque[Due]] = {lane: deque() for lane in LANES}
        self._more = dict.fromkeys(LANES, True)
        self._held: dict[UUID, Lane] = {}
        self._begun: dict[UUID, Begun] = {}
        self._born: list[Begun] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._wanting = asyncio.Event()
        self._freed = asyncio.Event()
        self._open = False
        self._looks = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop, then let what is under way come to its end."""
        self._open = True
        while not stop.is_set():
            await self.look()
            await self._rest(stop)
        self._open = False
        for due in self._due.values():
            due.clear()
        while self._taken():
            await self._meet()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=self._nap)
            else:
                await asyncio.sleep(self._nap)

    async def room(self) -> None:
        """Returns when no live message waits for a place and three quarters are free of them, or after a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self._open and self._crowded():
                    self._freed.clear()
                    await self._freed.wait()

    def take(self, wanted: Iterable[Touch[Any]]) -> list[Touch[Any]]:
        """The same births and decisions; a message that goes out at once is born claimed by this process."""
        return [self._take(touch) for touch in wanted]

    def _take(self, touch: Touch[Any]) -> Touch[Any]:
        draft = touch.born.state if touch.born else None
        if not isinstance(draft, Notification) or draft.lane != "live" or not self._free():
            return touch
        if draft.id in self._held or draft.id in self._begun:
            return touch
        begun = self._courier.begin(draft)
        if begun is None:
            return touch
        self._begun[draft.id] = begun
        return replace(touch, born=Change(begun.claimed))

    def go_on(self, made: Sequence[Aggregate]) -> None:
        """These are durable. What was born just as it was begun here is this process's to send."""
        for each in made:
            begun = self._begun.pop(each.id, None)
            if begun is not None and begun.claimed == each:
                self._held[each.id] = "live"
                self._born.append(begun)
                self._wanting.set()

    async def look(self) -> None:
        """Read on in each lane that runs low, and let couriers begin."""
        self._looks += 1
        self._wanting.clear()
        await self._meet()
        for lane in LANES:
            if self._more[lane] or lane == "live" or self._looks % 4 == 0:
                await self._read_on(lane)
        self._begin()
        self._freed.set()

    async def _meet(self) -> None:
        """Ask who gets what was born claimed, and let couriers go on with it: it has its places already."""
        born = self._born[:]
        if not born:
            return
        try:
            met = await self._courier.meet(born)
        except Unavailable as error:
            log.warning("cannot_ask_for_recipients", reason=str(error))
            return
        del self._born[: len(born)]
        for due in met:
            self._start(due, "live")

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
            while due and self._taken() < self._places[lane]:
                self._start(due.popleft(), lane)
            if self._more[lane] and len(due) < self._low:
                self._wanting.set()

    def _taken(self) -> int:
        """How many places are taken. What was begun and never born does not hold one for longer than an attempt."""
        while self._begun and self._courier.late(begun := next(iter(self._begun.values()))):
            del self._begun[begun.claimed.id]
        return len(self._tasks) + len(self._begun) + len(self._born)

    def _free(self) -> bool:
        """Whether there is a place for a live message that is not born yet."""
        return self._open and not self._waiting() and self._taken() < self._places["live"]

    def _crowded(self) -> bool:
        live = sum(lane == "live" for lane in self._held.values()) + len(self._begun)
        return self._waiting() or live > self._places["live"] // 4

    def _waiting(self) -> bool:
        return bool(self._due["live"]) or self._more["live"]

    def _start(self, due: Due, lane: Lane) -> None:
        self._in_flight[lane].inc()
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
        self._in_flight[lane].dec()
        self._begin()
        self._freed.set()

    async def _rest(self, stop: asyncio.Event) -> None:
        """Until there is reason to read on, or for a nap."""
        waits = [asyncio.create_task(each.wait()) for each in (stop, self._wanting)]
        await asyncio.wait(waits, timeout=self._nap, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
