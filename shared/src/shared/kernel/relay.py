"""How written events reach the bus: handed over in memory, confirmed, then forgotten; a sweep finds the rest."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Protocol
from uuid import UUID

import structlog

from shared.aggregate import Unavailable
from shared.kernel.backoff import Backoff
from shared.kernel.documents import Documents, Pending
from shared.telemetry import Metrics
from shared.wire.broker import EventsRefused
from shared.wire.envelope import Envelope

log = structlog.get_logger()

SWEEP_OUTBOXES_EVERY = 2.0
"""Seconds between two sweeps, at most."""
LEFT_BEHIND = timedelta(seconds=5)
"""How old an unpublished event is before a sweep takes it for left behind by another process."""


class Publisher(Protocol):
    """Publishes a batch, confirmed. Raises Unavailable (outcome unknown) or EventsRefused (some were refused)."""

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Returns when the broker has confirmed each of them."""
        ...


@dataclass(frozen=True, slots=True)
class Handed:
    """The events of one aggregate from one write."""

    documents: Documents
    id: UUID
    pending: Sequence[Pending]


Derive = Callable[[Sequence[Handed]], Awaitable[None] | None]
"""Writes what follows from written events within the service, if anything does. Repeating it is harmless. May raise
Unavailable."""


def _nothing_derived(_: Sequence[Handed]) -> None:
    return None


class Relay:
    """Publishes in order of writing, then forgets. A crash in between repeats an event, never loses one.

    Several relays of one service may run: each publishes what its own process wrote, and what others left behind.
    While the bus is away at most `limit` events wait in memory; the rest is found in the database afterwards.
    """

    def __init__(
        self,
        publisher: Publisher,
        collections: Callable[[], Iterable[Documents]],
        metrics: Metrics,
        *,
        limit: int,
        age_limit: float = 300.0,
        size: int = 200,
        derive: Derive = _nothing_derived,
        sweep_every: float = SWEEP_OUTBOXES_EVERY,
    ) -> None:
        self._publisher = publisher
        self._collections = collections
        self._metrics = metrics
        self._limit = limit
        self._age_limit = age_limit
        self._size = size
        self._derive = derive
        self._sweep_every = sweep_every
        self._handed: deque[Handed] = deque()
        self._known: set[UUID] = set()
        self._overflowed = False
        self._behind = False
        self._woken = asyncio.Event()
        self._sought = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.full = False
        self.depth = 0
        self.age = 0.0

    def hand(self, documents: Documents, id: UUID, pending: Sequence[Pending]) -> None:
        """Take the events of a write that is durable. Never waits.

        Events beyond `limit` are not kept in memory: a sweep publishes them and every later event, in order.
        """
        if self._overflowed or len(self._known) >= self._limit:
            self._overflowed = self._behind = True
            return
        self._handed.append(Handed(documents, id, pending))
        self._known.update(each.envelope.id for each in pending)
        self._woken.set()

    def holds(self, event: UUID) -> bool:
        """Whether this event is already on its way from here."""
        return event in self._known

    @property
    def waiting(self) -> int:
        """How many events are on their way in memory."""
        return len(self._known)

    @property
    def behind(self) -> bool:
        """Whether some of what was written is to be found by a sweep yet."""
        return self._behind

    async def room(self) -> None:
        """Returns when fewer events wait than may."""
        await self._room.wait()

    async def run(self) -> None:
        """Publish until cancelled. Begins with what an earlier process left behind."""
        self._behind = True
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_sweeping())
            while True:
                await self._woken.wait()
                self._woken.clear()
                while self._handed:
                    published = await self._publish(self._take())
                    if published and not self._handed and (self.behind or self.full):
                        self._sought.set()

    async def drain(self) -> None:
        """Publish what is waiting in memory, once; what does not get out is found by a sweep."""
        while self._handed:
            batch = self._take()
            await self._send(batch)
            await self._forget(batch)

    def _take(self) -> list[Handed]:
        batch: list[Handed] = []
        events = 0
        while self._handed and events < self._size:
            handed = self._handed.popleft()
            batch.append(handed)
            events += len(handed.pending)
        return batch

    async def _publish(self, batch: list[Handed]) -> bool:
        """Whether some of the batch is published and forgotten; what is not will be found by a sweep."""
        backoff = Backoff(0.1)
        while True:
            try:
                await self._send(batch)
                break
            except EventsRefused as error:
                batch = self._without(batch, error)
                if not batch:
                    return False
            except Unavailable as error:
                log.warning("publishing_waits", reason=error, events=len(self._known))
                await backoff.wait()
        try:
            await self._forget(batch)
        except Unavailable as error:
            self._release(batch)
            log.warning("clearing_waits", reason=error)
            return False
        return True

    async def _send(self, batch: list[Handed]) -> None:
        """Publish, and write what is derived within the service, at the same time; both are done when it returns."""
        publishing = self._publisher.publish(_envelopes(batch))
        deriving = self._derive(batch)
        if deriving is None:
            await publishing
            return
        derived, published = await asyncio.gather(deriving, publishing, return_exceptions=True)
        for error in (derived, published):
            if isinstance(error, Unavailable):
                raise error
        if isinstance(derived, Exception):
            log.error("not_derived", reason=derived, aggregates=[handed.id for handed in batch[:20]])
        if isinstance(published, BaseException):
            raise published

    async def _forget(self, batch: list[Handed]) -> None:
        for documents, ids, round in _by_round(batch):
            await documents.clear(ids, round)
        self._metrics.published(_envelopes(batch))
        self._release(batch)

    def _release(self, batch: list[Handed]) -> None:
        self._known.difference_update(each.envelope.id for handed in batch for each in handed.pending)

    def _without(self, batch: list[Handed], error: EventsRefused) -> list[Handed]:
        """The batch without the aggregates whose events the broker refuses: they stay written, and are tried again."""
        refused = {envelope.id for envelope, _ in error.refused}
        log.error("event_refused_by_broker", events=refused, reason=error.refused[0][1])
        kept: list[Handed] = []
        left: list[Handed] = []
        for handed in batch:
            (left if any(each.envelope.id in refused for each in handed.pending) else kept).append(handed)
        self._release(left)
        return kept

    async def _keep_sweeping(self) -> None:
        """Every few seconds, and immediately when there is room for what was left. Never two sweeps at a time."""
        while True:
            self._sought.clear()
            await self._sweep_once()
            with suppress(TimeoutError):
                async with asyncio.timeout(random.uniform(self._sweep_every / 2, self._sweep_every)):
                    await self._sought.wait()

    async def _sweep_once(self) -> None:
        try:
            left_behind = await self._measure()
            if not self._handed:
                await self._sweep(left_behind)
        except Unavailable as error:
            log.warning("sweep_waits", reason=error)

    async def _sweep(self, left_behind: Sequence[Documents]) -> None:
        """Hand over what was written a while ago and is not on its way from here.

        Once memory has overflowed, what is written meanwhile is left to a sweep until one has found everything.
        """
        hurry, self._behind = self._behind, False
        before = datetime.now(UTC) - (timedelta() if hurry else LEFT_BEHIND)
        sought = list(self._collections()) if hurry else left_behind
        try:
            found = [(documents, await documents.unpublished(before, self._size)) for documents in sought]
        except Unavailable:
            self._behind = self._behind or hurry
            raise
        overflowed, self._overflowed = self._overflowed, False
        for documents, some in found:
            for document in some:
                left = [each for each in document.outbox if not self.holds(each.envelope.id)]
                if left:
                    self.hand(documents, document.id, left)
        if any(len(some) == self._size for _, some in found):
            self._behind = True
            self._overflowed = self._overflowed or overflowed

    async def _measure(self) -> list[Documents]:
        """Find out how much waits to be published; the collections in which some has waited for long."""
        depth, moments = 0, {}
        for documents in self._collections():
            count, oldest = await documents.backlog(self._limit + 1)
            depth += count
            if oldest is not None:
                moments[documents] = oldest
        now = datetime.now(UTC)
        self.depth = depth
        self.age = (now - min(moments.values(), default=now)).total_seconds()
        self.full = max(depth, len(self._known)) >= self._limit or self.age > self._age_limit
        if self.full:
            self._room.clear()
        else:
            self._room.set()
        self._metrics.outbox(self.depth, self.age)
        return [documents for documents, since in moments.items() if since < now - LEFT_BEHIND]


def _envelopes(batch: Iterable[Handed]) -> list[Envelope]:
    return [each.envelope for handed in batch for each in handed.pending]


def _by_round(batch: Iterable[Handed]) -> Iterable[tuple[Documents, list[UUID], int]]:
    """The aggregates of a batch, by collection and by the round that wrote them."""

    def place(pair: tuple[Documents, UUID, int]) -> tuple[str, int]:
        return pair[0].name, pair[2]

    flat = [(handed.documents, handed.id, each.round) for handed in batch for each in handed.pending]
    for (_, round), group in groupby(sorted(flat, key=place), key=place):
        pairs = list(group)
        yield pairs[0][0], list({id for _, id, _ in pairs}), round
