"""How decisions travel together: one read, one fold, one write for everything that is waiting."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Generic, Protocol, cast
from uuid import UUID, uuid5

from shared.aggregate import A, Aggregate, Cause, Change, Contention, Decision, NotFound, Refused, Unavailable
from shared.contracts.event import Event, published
from shared.envelope import Envelope

if TYPE_CHECKING:
    from shared.store import Store

ATTEMPTS = 12
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Touch(Generic[A]):
    """One decision about one aggregate, named but not yet made. A birth carries its change instead of a decision."""

    store: "Store[A]"
    id: UUID
    decide: Decision[A] | None = None
    start: A | None = None
    born: Change[A] | None = None


@dataclass(slots=True)
class Document:
    """An aggregate as it is kept: the state, what it has absorbed and what it still has to publish."""

    id: UUID
    version: int
    state: dict[str, Any]
    causes: list[UUID]
    outbox: list["Pending"]


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that is written but not known to be published. `round` tells which write it came with."""

    round: int
    envelope: Envelope


@dataclass(slots=True)
class Write:
    """What one round wants to become of one aggregate. Version 0 means it must not exist yet."""

    id: UUID
    version: int
    steps: int
    state: dict[str, Any]
    due: datetime | None
    outbox: list[Pending]
    causes: list[UUID]


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


Settle = Callable[[list[Aggregate] | Exception], None]


@dataclass(slots=True)
class Work:
    """Everything one cause wants: its touches, and whom to tell when all are settled or one has failed."""

    cause: Cause
    touches: Sequence[Touch[Any]]
    settle: Settle
    abandoned: bool = False
    results: dict[int, Aggregate | Exception] = field(default_factory=dict)

    def resolve(self, position: int, result: Aggregate | Exception) -> None:
        self.results[position] = result
        if len(self.results) == len(self.touches):
            self.finish()

    def finish(self) -> None:
        for result in self.results.values():
            if isinstance(result, Exception):
                return self.settle(result)
        return self.settle([self.results[position] for position in range(len(self.touches))])  # type: ignore[misc]


@dataclass(slots=True)
class Step:
    """One touch of one work, on its way through a round."""

    work: Work
    position: int

    @property
    def touch(self) -> Touch[Any]:
        return self.work.touches[self.position]

    @property
    def settled(self) -> bool:
        return self.work.abandoned or self.position in self.work.results

    def resolve(self, result: Aggregate | Exception) -> None:
        self.work.resolve(self.position, result)


class Fold:
    """All steps that one round has for one aggregate, decided in order of arrival."""

    __slots__ = ("causes", "document", "id", "outbox", "results", "state", "steps", "store", "version")

    def __init__(self, store: "Store[Any]", id: UUID) -> None:
        self.store = store
        self.id = id
        self.steps: list[Step] = []
        self.results: list[Aggregate | Exception] = []

    def settle(self, document: Document | None, round: int) -> Write | None:
        """Decide on what was read and return what to write; whatever needs no writing is resolved at once.

        A document that cannot be revived, or a state that cannot be stored, is the error of its own steps alone.
        """
        try:
            self.begin(document)
            self.decide(round)
            write = self.write()
        except Exception as error:  # noqa: BLE001
            self.results = [error for _ in self.steps]
            write = None
        if write is None:
            self.resolve()
        return write

    def begin(self, document: Document | None) -> None:
        self.document = document
        self.version = document.version if document else 0
        self.state: Aggregate | None = self.store.revive(document.state) if document else None
        self.causes: list[UUID] = []
        self.outbox: list[Pending] = []
        self.results = []

    def decide(self, round: int) -> None:
        """Let every step decide on what the one before it left. An error stays with its step."""
        for step in self.steps:
            try:
                self.results.append(self._take(step, round))
            except Exception as error:  # noqa: BLE001
                self.results.append(error)

    def _take(self, step: Step, round: int) -> Aggregate:
        cause, touch = step.work.cause, step.touch
        if self._absorbed(cause):
            assert self.state is not None
            return self.state
        change = self._change(touch)
        if change.state.id != self.id:
            raise ValueError(f"a decision on {self.store.collection} {self.id} returned {change.state.id}")
        version = self.version + 1
        outbox = [
            Pending(round, Envelope.of(event, uuid5(self.id, f"{version}.{position}"), self.id, version, cause))
            for position, event in enumerate(change.events)
        ]
        self.version = version
        self.state = change.state
        self.outbox += outbox
        self.causes.append(cause.id)
        if cause.fingerprint is not None:
            self.causes.append(cause.fingerprint)
        return cast(Aggregate, change.state)

    def _change(self, touch: Touch[Any]) -> Change[Any]:
        if touch.born is not None:
            if self.state is not None:
                raise Refused(f"{self.store.noun} {self.id} exists already", "already_exists")
            return touch.born
        state = touch.start if self.state is None else self.state
        if state is None:
            raise NotFound(self.store.noun, self.id)
        assert touch.decide is not None
        return touch.decide(state)

    def _absorbed(self, cause: Cause) -> bool:
        known = self.document.causes if self.document else ()
        if cause.id not in known and cause.id not in self.causes:
            return False
        if cause.fingerprint and cause.fingerprint not in known and cause.fingerprint not in self.causes:
            raise Refused(
                "this Idempotency-Key was used before with another request; take a new key for a new request",
                "idempotency_key_reused",
            )
        return True

    def would(self, work: Work) -> list[Event]:
        """The events of a work of one touch, decided but not kept."""
        self._take(Step(work, 0), round=0)
        return [published()[pending.envelope.key].model_validate_json(pending.envelope.body) for pending in self.outbox]

    def write(self) -> Write | None:
        """What has to be stored, or nothing if every step was absorbed or failed."""
        if not self.causes:
            return None
        assert self.state is not None
        version = self.document.version if self.document else 0
        return Write(
            id=self.id,
            version=version,
            steps=self.version - version,
            state=self.state.model_dump(mode="json"),
            due=min((deadline.at for deadline in self.state.deadlines), default=None),
            outbox=self.outbox,
            causes=self.causes,
        )

    def resolve(self) -> None:
        for step, result in zip(self.steps, self.results, strict=True):
            step.resolve(result)


def _unobserved(_: float) -> None:
    return None


class Rounds:
    """Takes what has arrived, settles it in one round, and waits for nobody.

    Works are settled in order of arrival per aggregate. A round that meets an absent database is repeated until it
    is back; the causes make the repetition harmless. `noticed` is told when every written deadline falls due.
    """

    def __init__(self, outlet: Outlet, size: int = 200, observe: Callable[[float], None] = _unobserved) -> None:
        self.outlet = outlet
        self._observe = observe
        self.size = size
        self.waiting: deque[Work] = deque()
        self.limit = 50 * size
        self.noticed: Callable[[datetime], None] = _unnoticed
        self._arrived = asyncio.Event()
        self._round = count(random.getrandbits(60))
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
        """Settle one touch however long the database is away. Raises only what the decision raised."""
        settled: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.submit((Work(cause, (touch,), _into(settled)),))
        return cast(A, (await settled)[0])

    async def rehearse(self, cause: Cause, touches: Sequence[Touch[Any]]) -> list[Event]:
        """What these touches would announce if they were made now. Writes nothing; raises what they would raise."""
        events: list[Event] = []
        for touch in touches:
            found = await touch.store.documents.read((touch.id,))
            fold = Fold(touch.store, touch.id)
            fold.begin(found.get(touch.id))
            events += fold.would(Work(cause, (touch,), _nobody))
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
        sought = [fold.id for fold in folds if again or any(step.touch.born is None for step in fold.steps)]
        found = await documents.read(sought) if sought else {}
        round = next(self._round)
        writes: list[tuple[Fold, Write]] = []
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

    async def _conclude(self, documents: Documents, fold: Fold, write: Write, outcome: Exception | None) -> list[Step]:
        if outcome is None:
            if write.outbox:
                self.outlet.hand(documents, fold.id, write.outbox)
            if write.due is not None:
                self.noticed(write.due)
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
