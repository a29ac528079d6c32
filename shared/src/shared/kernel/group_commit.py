"""How decisions travel together: one read, one pass of decisions and one write for everything that is waiting."""

import asyncio
import random
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import count
from time import monotonic
from typing import Any, Protocol, cast
from uuid import UUID

from shared.aggregate import A, Aggregate, Cause, Contention, Unavailable
from shared.contracts.event import Event
from shared.kernel.backoff import Backoff
from shared.kernel.batch import AggregateBatch, Conclude, Known, Step, Work
from shared.kernel.documents import Conflict, Document, Documents, Pending, Write
from shared.kernel.touch import Touch

ATTEMPTS = 12
"""How often one commit is tried while others write the same aggregates, before it ends in Contention."""

PATIENCE = 10.0
"""Seconds that a request waits for its commit."""

AGGREGATES_REMEMBERED = 2000
"""How many aggregates are remembered as they were written last."""

REMEMBERED_FOR = 3.0
"""Seconds: an aggregate that is repaired by hand, without counting its version up, is soon seen as it is."""


Decided = tuple[AggregateBatch, Write]


class Outlet(Protocol):
    """Who publishes what a round has written. `full` asks writers to wait."""

    full: bool

    def hand(self, documents: Documents, id: UUID, pending: Sequence[Pending]) -> None:
        """Take the events of a write that is durable. Never waits."""
        ...

    def holds(self, event: UUID) -> bool:
        """Whether this event is on its way from here already."""
        ...

    async def room(self) -> None:
        """Returns when there is room for more events."""
        ...


class Memory:
    """What was written a moment ago, so that it need not be read back. A guess: others may have written since."""

    def __init__(self, size: int, seconds: float) -> None:
        self._size = size
        self._seconds = seconds
        self._known: OrderedDict[tuple[int, UUID], tuple[float, Known]] = OrderedDict()

    def keep(self, documents: Documents, batch: AggregateBatch, write: Write) -> None:
        """Remember what a written batch has left, and forget what is too old or too much."""
        now = monotonic()
        if batch.collection.remembered:
            self._known[id(documents), batch.id] = (now, batch.left(write))
            self._known.move_to_end((id(documents), batch.id))
        while self._known and (len(self._known) > self._size or self._oldest < now - self._seconds):
            self._known.popitem(last=False)

    def take(self, documents: Documents, aggregate: UUID) -> Known | None:
        """What is remembered of this aggregate, once: the next write keeps it again."""
        at, known = self._known.pop((id(documents), aggregate), (0.0, None))
        return known if at > monotonic() - self._seconds else None

    @property
    def _oldest(self) -> float:
        return next(iter(self._known.values()))[0]


def _unobserved(_: float) -> None:
    return None


class GroupCommit:
    """Commits everything that has arrived in one round trip, without waiting for more to arrive.

    Works are committed in order of arrival per aggregate. A commit that meets an absent database is repeated until it
    is back; the causes make the repetition harmless. `noticed` is told when every written deadline falls due.
    """

    def __init__(
        self,
        outlet: Outlet,
        size: int = 200,
        observe: Callable[[float], None] = _unobserved,
        remembered: int = AGGREGATES_REMEMBERED,
        *,
        remembered_for: float = REMEMBERED_FOR,
        patience: float = PATIENCE,
    ) -> None:
        self.outlet = outlet
        self._observe = observe
        self.size = size
        self.waiting: deque[Work] = deque()
        self.limit = 50 * size
        self.noticed: Callable[[datetime], None] = _unnoticed
        self._arrived = asyncio.Event()
        self._round = count(random.getrandbits(60))
        self._memory = Memory(remembered, remembered_for)
        self._patience = patience
        self.idle = asyncio.Event()
        self.idle.set()

    async def commit(self, cause: Cause, touch: Touch[A]) -> A:
        """Commit one touch and return the aggregate after it.

        Raises what the decision raised, or Unavailable: after `patience` seconds, or when too much is waiting.
        """
        if self.outlet.full or len(self.waiting) >= self.limit:
            raise Unavailable("more is waiting to be published than may be; try again shortly")
        committed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        work = Work(cause, (touch,), _into(committed))
        self.submit((work,))
        try:
            async with asyncio.timeout(self._patience):
                return cast(A, (await committed)[0])
        except TimeoutError:
            work.abandoned = True
            raise Unavailable("the database does not answer; the same request may be sent again") from None
        finally:
            del committed, work

    async def commit_or_wait(self, cause: Cause, touch: Touch[A]) -> A:
        """Commit one touch however long the database is away, or others contend for it.

        Raises only what the decision raised.
        """
        while True:
            committed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            self.submit((Work(cause, (touch,), _into(committed)),))
            try:
                return cast(A, (await committed)[0])
            except Contention:
                continue
            finally:
                del committed

    async def rehearse(self, cause: Cause, touches: Sequence[Touch[Any]]) -> list[Event]:
        """What these touches would announce if they were made now. Writes nothing; raises what they would raise."""
        events: list[Event] = []
        for touch in touches:
            found = await touch.collection.documents.read((touch.id,))
            events += AggregateBatch(touch.collection, touch.id).preview(
                Work(cause, (touch,), _unconcerned), found.get(touch.id)
            )
        return events

    def submit(self, works: Iterable[Work]) -> None:
        """Queue these works for the next rounds, in this order. Never waits."""
        self.waiting.extend(works)
        self.idle.clear()
        self._arrived.set()

    async def run(self) -> None:
        """Commit what arrives until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self.waiting:
                works = [self.waiting.popleft() for _ in range(min(self.size, len(self.waiting)))]
                self._observe(len(works))
                await self.commit_all(works)
            self.idle.set()

    async def commit_all(self, works: Sequence[Work]) -> None:
        """Commit all of these works together; returns when each is concluded."""
        steps = [Step(work, position) for work in works for position in range(len(work.touches))]
        for work in works:
            if not work.touches:
                work.finish()
        for attempt in range(ATTEMPTS):
            steps = await self._patiently(steps, again=attempt > 0)
            if not steps:
                return
            await asyncio.sleep(random.uniform(0, 0.002 * 2 ** min(attempt, 6)))
        for step in steps:
            touch = step.touch
            step.resolve(Contention(f"{touch.collection.noun} {touch.id} is being changed by too many others"))

    async def _patiently(self, steps: list[Step], again: bool) -> list[Step]:
        backoff = Backoff(0.05)
        while True:
            steps = [step for step in steps if not step.resolved]
            try:
                return await self._attempt(steps, again)
            except Unavailable:
                again = True
                await backoff.wait()

    async def _attempt(self, steps: list[Step], again: bool) -> list[Step]:
        """Commit what can be committed; return the steps that have to be decided once more, in order."""
        left: list[Step] = []
        for documents, batches in _sorted(steps).items():
            left += await self._commit(documents, batches, again)
        return left

    async def _commit(self, documents: Documents, batches: list[AggregateBatch], again: bool) -> list[Step]:
        round = next(self._round)
        writes = self._remembered(documents, batches, round) if not again else []
        done = {batch.id for batch, _ in writes}
        batches = [batch for batch in batches if batch.id not in done]
        sought = [batch.id for batch in batches if again or any(step.touch.born is None for step in batch.steps)]
        found = await documents.read(sought) if sought else {}
        for batch in batches:
            document = found.get(batch.id)
            if document:
                self._hand_left_over(documents, document)
            write = batch.decide_on(document, round)
            if write:
                writes.append((batch, write))
        if not writes:
            return []
        outcomes = await documents.write([write for _, write in writes])
        left: list[Step] = []
        for (batch, write), outcome in zip(writes, outcomes, strict=True):
            left += await self._conclude(documents, batch, write, outcome)
        return left

    def _remembered(self, documents: Documents, batches: list[AggregateBatch], round: int) -> list[Decided]:
        writes: list[Decided] = []
        for batch in batches:
            known = self._memory.take(documents, batch.id)
            write = batch.try_remembered(known, round) if known else None
            if write:
                writes.append((batch, write))
        return writes

    async def _conclude(
        self, documents: Documents, batch: AggregateBatch, write: Write, outcome: Exception | None
    ) -> list[Step]:
        if outcome is None:
            if write.outbox:
                self.outlet.hand(documents, batch.id, write.outbox)
            if write.due is not None:
                self.noticed(write.due)
            self._memory.keep(documents, batch, write)
            batch.resolve()
            return []
        if isinstance(outcome, Conflict):
            return batch.steps
        if len(batch.steps) == 1:
            batch.steps[0].resolve(outcome)
            return []
        left: list[Step] = []
        for step in batch.steps:
            left += await self._commit(documents, [_alone(step)], again=True)
        return left

    def _hand_left_over(self, documents: Documents, document: Document) -> None:
        left_over = [pending for pending in document.outbox if not self.outlet.holds(pending.envelope.id)]
        if left_over:
            self.outlet.hand(documents, document.id, left_over)


def _sorted(steps: Iterable[Step]) -> dict[Documents, list[AggregateBatch]]:
    batches: dict[tuple[int, UUID], AggregateBatch] = {}
    sorted_: dict[Documents, list[AggregateBatch]] = {}
    for step in steps:
        touch = step.touch
        documents = touch.collection.documents
        batch = batches.get((id(documents), touch.id))
        if batch is None:
            batch = batches[id(documents), touch.id] = AggregateBatch(touch.collection, touch.id)
            sorted_.setdefault(documents, []).append(batch)
        batch.steps.append(step)
    return sorted_


def _alone(step: Step) -> AggregateBatch:
    batch = AggregateBatch(step.touch.collection, step.touch.id)
    batch.steps.append(step)
    return batch


def _unnoticed(_: datetime) -> None:
    return None


def _unconcerned(_: list[Aggregate] | Exception) -> None:
    return None


def _into(future: "asyncio.Future[Any]") -> Conclude:
    """Tells the future what has become of the work, and then lets go of the future.

    An error refers to the frames that it went through, and these to the work. Without this they would keep each other,
    and the request's body, in memory until the next garbage collection.
    """
    waiting = [future]

    def conclude(result: list[Aggregate] | Exception) -> None:
        told = waiting.pop()
        if told.done():
            return
        if isinstance(result, Exception):
            told.set_exception(result)
        else:
            told.set_result(result)

    return conclude
