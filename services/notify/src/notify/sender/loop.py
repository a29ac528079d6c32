"""Finds the messages whose time has come and carries many at a time; bulk never takes the last places."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog

from notify.domain.notification import Lane, Notification
from notify.sender.dispatcher import Dispatcher
from notify.sender.due import Due, DueMessages
from notify.sender.handover import Claimed, HandoverToGateway
from notify.sender.metrics import SendingMetrics
from notify.sender.places import LANES, Places
from shared.aggregate import Aggregate, Change, Unavailable
from shared.store import Touch

log = structlog.get_logger()

BULK_EVERY = 4
"""While nothing is due, bulk is looked for every so many looks."""


class DeliveryLoop:
    """`at_once` messages are carried at the same time; live ones may take all places, bulk ones three quarters of them.

    A live message that may go out now is born claimed, as long as there is a place for it and none waits before it:
    birth and claim are one write. It goes on when that write is known to be durable: the loop is the kernel's hook
    after commit (`shared.runtime.after_commit.AfterCommit`).

    What is due is read ahead, twice as many as there are places, and read on when half of one set of places is left:
    one question for hundreds of messages, and a place that becomes free is taken without another one. While nothing is
    due, it is looked for every `nap` seconds of real time, for bulk every fourth time.
    """

    def __init__(
        self,
        due: DueMessages,
        dispatcher: Dispatcher,
        handover: HandoverToGateway,
        metrics: SendingMetrics,
        at_once: int = 512,
        nap: float = 0.05,
    ) -> None:
        self._messages = due
        self._dispatcher = dispatcher
        self._handover = handover
        self._in_flight = {lane: metrics.in_flight.labels(lane) for lane in LANES}
        self._ahead = 2 * at_once
        self._low = at_once // 2
        self._nap = nap
        self.room_within = 2.0
        """Seconds that facts wait for room at most, so that a slow provider does not stop other facts."""
        self.places = Places(at_once)
        self._due: dict[Lane, deque[Due]] = {lane: deque() for lane in LANES}
        self._more = dict.fromkeys(LANES, True)
        self._unborn: dict[UUID, Claimed] = {}
        self._late: dict[UUID, Claimed] = {}
        self._born: list[Claimed] = []
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
        while self.places:
            self._forget_late()
            await self._go_on_with_born()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=self._nap)
            else:
                await asyncio.sleep(self._nap)

    @property
    def takes_births(self) -> bool:
        """Whether a live message that is born now may be born claimed: it is running, and no older one waits."""
        return self._open and not self._waiting() and self.places.free("live")

    def claim_births(self, wanted: Iterable[Touch[Any]]) -> list[Touch[Any]]:
        """The same births and decisions; a message that goes out now is born claimed by this process."""
        self._forget_late()
        return [self._claim_birth(touch) for touch in wanted]

    def _claim_birth(self, touch: Touch[Any]) -> Touch[Any]:
        draft = touch.born.state if touch.born else None
        if not isinstance(draft, Notification) or draft.lane != "live" or not self.takes_births:
            return touch
        if not self.places.take(draft.id, "live"):
            return touch
        claimed = self._dispatcher.claim_at_birth(draft)
        if claimed is None:
            self.places.leave(draft.id)
            return touch
        self._unborn[draft.id] = claimed
        return Touch(touch.collection, touch.id, born=Change(claimed.notification))

    async def room(self) -> None:
        """Returns when no live message waits for a place and three quarters are free of them, or after a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.room_within):
                while self._open and (self._waiting() or self.places.crowded):
                    self._freed.clear()
                    await self._freed.wait()

    def go_on(self, made: Sequence[Aggregate]) -> None:
        """These are durable. What was born just as this process claimed it is this process's to send, or to give back
        when the time of an attempt has passed.
        """
        for each in made:
            claimed, late = self._unborn.pop(each.id, None), self._late.pop(each.id, None)
            if claimed and claimed.notification == each:
                self._born.append(claimed)
                self._wanting.set()
            elif claimed:
                self.places.leave(each.id)
            elif late and late.notification == each:
                self._give_back(late)

    async def look(self) -> None:
        """Go on with what was born claimed, read on in each lane that runs low, and fill the free places."""
        self._looks += 1
        self._wanting.clear()
        self._forget_late()
        await self._go_on_with_born()
        for lane in LANES:
            if self._more[lane] or lane == "live" or self._looks % BULK_EVERY == 0:
                await self._read_on(lane)
        self._begin()
        self._freed.set()

    async def _go_on_with_born(self) -> None:
        """Read whom the messages that were born claimed are for, and carry them on: they have their places already."""
        born = self._born[:]
        if not born:
            return
        try:
            due = await self._messages.born(born)
        except Unavailable as error:
            log.warning("cannot_ask_for_recipients", reason=error)
            return
        del self._born[: len(born)]
        for each in due:
            self._start(each, "live")

    async def _read_on(self, lane: Lane) -> None:
        due = self._due[lane]
        if len(due) >= self._low:
            return
        held = {*self.places, *(each.notification.id for each in due)}
        try:
            found = await self._messages.ready(lane, self._ahead + self.places.of(lane) + len(due), held)
        except Unavailable as error:
            log.warning("cannot_look_for_messages", reason=error)
            self._more[lane] = False
            return
        self._more[lane] = len(found) >= self._ahead
        due.extend(found)

    def _begin(self) -> None:
        """Fill the free places, from the live ones first."""
        for lane in LANES:
            due = self._due[lane]
            while due and self.places.take(due[0].notification.id, lane):
                self._start(due.popleft(), lane)
            if self._more[lane] and len(due) < self._low:
                self._wanting.set()

    def _forget_late(self) -> None:
        """What was claimed and is not born holds its place for no longer than an attempt may take.

        The latest of these are known further on, for their births may still be written.
        """
        while self._unborn and self._handover.late(claimed := next(iter(self._unborn.values()))):
            id = claimed.notification.id
            del self._unborn[id]
            self.places.leave(id)
            self._late[id] = claimed
        while len(self._late) > self._ahead:
            del self._late[next(iter(self._late))]

    def _give_back(self, claimed: Claimed) -> None:
        task = asyncio.create_task(self._dispatcher.give_back(claimed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _waiting(self) -> bool:
        return bool(self._due["live"]) or self._more["live"]

    def _start(self, due: Due, lane: Lane) -> None:
        self._in_flight[lane].inc()
        task = asyncio.create_task(self._carry(due))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._end(done, due.notification.id, lane))

    async def _carry(self, due: Due) -> None:
        try:
            await self._dispatcher.dispatch(due)
        except Exception as error:
            log.exception("dispatching_failed", notification=due.notification.id, error=error)
            await asyncio.sleep(1.0)

    def _end(self, task: asyncio.Task[None], id: UUID, lane: Lane) -> None:
        self._tasks.discard(task)
        self.places.leave(id)
        self._in_flight[lane].dec()
        self._begin()
        self._freed.set()

    async def _rest(self, stop: asyncio.Event) -> None:
        """Until there is reason to read on, or for a nap."""
        waits = [asyncio.create_task(each.wait()) for each in (stop, self._wanting)]
        await asyncio.wait(waits, timeout=self._nap, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
