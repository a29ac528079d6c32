"""How decisions travel together: one read, one fold, one write for everything that is waiting."""

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
from shared.kernel.batch import Document, Fold, Known, Pending, Settle, Step, Touch, Work, Write

ATTEMPTS = 12
PATIENCE = 10.0
REMEMBERED = 2000
"""Aggregates."""

REMEMBERED_FOR = 3.0
"""Seconds: an aggregate that somebody repairs by hand, without counting its version up, is soon seen as it is."""


class Conflict(Exception):
    """Somebody else wrote this aggregate since it was read."""


class Documents(Protocol):
    """Where the documents of one collection are kept. Raises Unavailable when that place cannot be reached."""

    name: str

    async def read(self, ids: Sequence[UUID]) -> dict[UUID, Document]: ...

    async def write(self, writes: Sequence[Write]) -> Sequence[Exception | None]:
        """Durable when it returns. One outcome per write: nothing, a Conflict, or what is wrong with that one."""
        ...


class Outlet(Protocol):
    """Who publishes what a round has written. `full` asks writers to wait."""

    full: bool

    def hand(self, documents: Documents, id: UUID, pending: Sequence[Pending]) -> None: ...

    def holds(self, event: UUID) -> bool: ...

    async def room(self) -> None:
        """Returns when there is room for more events."""
        ...


class Memory:
    """What was written a moment ago, so that it need not be read back. A guess: others may have written since."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[tuple[int, UUID], tuple[float, Known]] = OrderedDict()

    def keep(self, documents: Documents, fold: Fold) -> None:
        """Remember what a written fold has left, and forget what is too old or too much."""
        now = monotonic()
        if fold.store.remembered:
            self._known[id(documents), fold.id] = (now, fold.left)
            self._known.move_to_end((id(documents), fold.id))
        while self._known and (len(self._known) > self._size or self._oldest < now - REMEMBERED_FOR):
            self._known.popitem(last=False)

    def take(self, documents: Documents, aggregate: UUID) -> Known | None:
        """What is remembered of this aggregate, once: whoever writes it keeps it anew."""
        at, known = self._known.pop((id(documents), aggregate), (0.0, None))
        return known if at > monotonic() - REMEMBERED_FOR else None

    @property
    def _oldest(self) -> float:
        return next(iter(self._known.values()))[0]


def _unobserved(_: float) -> None:
    return None


class Rounds:
    """Takes what has arrived, settles it in one round, and waits for nobody.

    Works are settled in order of arrival per aggregate. A round that meets an absent database is repeated until it
    is back; the causes make the repetition harmless. `noticed` is told when every written deadline falls due.
    """

    def __init__(
        self,
        outlet: Outlet,
        size: int = 200,
        observe: Callable[[float], None] = _unobserved,
        remembered: int = REMEMBERED,
    ) -> None:
        self.outlet = outlet
        self._observe = observe
        self.size = size
        self.waiting: deque[Work] = deque()
        self.limit = 50 * size
        self.noticed: Callable[[datetime], None] = _unnoticed
        self._arrived = asyncio.Event()
        self._round = count(random.getrandbits(60))
        self._memory = Memory(remembered)
        self.idle = asyncio.Event()
        self.idle.set()

    async def perform(self, cause: Cause, touch: Touch[A]) -> A:
        """Settle one touch and return the aggregate after it. Raises what the decision raised, or Unavailable."""
        if self.outlet.full or len(self.waiting) >= self.limit:
            raise Unavailable("more is waiting to be published than may be; try again shortly")
        settled: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        work = Work(cause, (touch,), _into(settled))
        self.submit((work,))
        try:
            async with asyncio.timeout(PATIENCE):
                return cast(A, (await settled)[0])
        except TimeoutError:
            work.abandoned = True
            raise Unavailable("the database does not answer; the same request may be sent again") from None

    async def insist(self, cause: Cause, touch: Touch[A]) -> A:
        """Settle one touch however long the database is away, or others contend for it.

        Raises only what the decision raised.
        """
        while True:
            settled: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            self.submit((Work(cause, (touch,), _into(settled)),))
            try:
                return cast(A, (await settled)[0])
            except Contention:
                continue

    async def rehearse(self, cause: Cause, touches: Sequence[Touch[Any]]) -> list[Event]:
        """What these touches would announce if they were made now. Writes nothing; raises what they would raise."""
        events: list[Event] = []
        for touch in touches:
            found = await touch.store.documents.read((touch.id,))
            events += Fold(touch.store, touch.id).would(Work(cause, (touch,), _nobody), found.get(touch.id))
        return events

    def submit(self, works: Iterable[Work]) -> None:
        self.waiting.extend(works)
        self.idle.clear()
        self._arrived.set()

    async def run(self) -> None:
        """Settle rounds until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self.waiting:
                works = [self.waiting.popleft() for _ in range(min(self.size, len(self.waiting)))]
                self._observe(len(works))
                await self.play(works)
            self.idle.set()

    async def play(self, works: Sequence[Work]) -> None:
        """One round: settle all of these works, whatever it takes."""
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
            step.resolve(Contention(f"{touch.store.noun} {touch.id} is being changed by too many at once"))

    async def _patiently(self, steps: list[Step], again: bool) -> list[Step]:
        wait = 0.05
        while True:
            steps = [step for step in steps if not step.settled]
            try:
                return await self._attempt(steps, again)
            except Unavailable:
                again = True
                await asyncio.sleep(random.uniform(wait / 2, wait))
                wait = min(wait * 2, 2.0)

    async def _attempt(self, steps: list[Step], again: bool) -> list[Step]:
        """Settle what can be settled; return the steps that have to be decided once more, in order."""
        left: list[Step] = []
        for documents, folds in _sorted(steps).items():
            left += await self._settle(documents, folds, again)
        return left

    async def _settle(self, documents: Documents, folds: list[Fold], again: bool) -> list[Step]:
        round = next(self._round)
        writes = self._remembered(documents, folds, round) if not again else []
        done = {fold.id for fold, _ in writes}
        folds = [fold for fold in folds if fold.id not in done]
        sought = [fold.id for fold in folds if again or any(step.touch.born is None for step in fold.steps)]
        found = await documents.read(sought) if sought else {}
        for fold in folds:
            document = found.get(fold.id)
            if document:
                self._hand_left_over(documents, document)
            write = fold.settle(document, round)
            if write:
                writes.append((fold, write))
        if not writes:
            return []
        outcomes = await documents.write([write for _, write in writes])
        left: list[Step] = []
        for (fold, write), outcome in zip(writes, outcomes, strict=True):
            left += await self._conclude(documents, fold, write, outcome)
        return left

    def _remembered(self, documents: Documents, folds: list[Fold], round: int) -> list[tuple[Fold, Write]]:
        writes: list[tuple[Fold, Write]] = []
        for fold in folds:
            known = self._memory.take(documents, fold.id)
            write = fold.suppose(known, round) if known else None
            if write:
                writes.append((fold, write))
        return writes

    async def _conclude(self, documents: Documents, fold: Fold, write: Write, outcome: Exception | None) -> list[Step]:
        if outcome is None:
            if write.outbox:
                self.outlet.hand(documents, fold.id, write.outbox)
            if write.due is not None:
                self.noticed(write.due)
            self._memory.keep(documents, fold)
            fold.resolve()
            return []
        if isinstance(outcome, Conflict):
            return fold.steps
        if len(fold.steps) == 1:
            fold.steps[0].resolve(outcome)
            return []
        left: list[Step] = []
        for step in fold.steps:
            left += await self._settle(documents, [_alone(step)], again=True)
        return left

    def _hand_left_over(self, documents: Documents, document: Document) -> None:
        left_over = [pending for pending in document.outbox if not self.outlet.holds(pending.envelope.id)]
        if left_over:
            self.outlet.hand(documents, document.id, left_over)


def _sorted(steps: Iterable[Step]) -> dict[Documents, list[Fold]]:
    folds: dict[tuple[int, UUID], Fold] = {}
    sorted_: dict[Documents, list[Fold]] = {}
    for step in steps:
        touch = step.touch
        documents = touch.store.documents
        fold = folds.get((id(documents), touch.id))
        if fold is None:
            fold = folds[id(documents), touch.id] = Fold(touch.store, touch.id)
            sorted_.setdefault(documents, []).append(fold)
        fold.steps.append(step)
    return sorted_


def _alone(step: Step) -> Fold:
    fold = Fold(step.touch.store, step.touch.id)
    fold.steps.append(step)
    return fold


def _unnoticed(_: datetime) -> None:
    return None


def _nobody(_: list[Aggregate] | Exception) -> None:
    return None


def _into(future: "asyncio.Future[Any]") -> Settle:
    def settle(result: list[Aggregate] | Exception) -> None:
        if future.done():
            return
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)

    return settle
