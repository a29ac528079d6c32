"""What happens when time passes: a service names a decision for each kind of deadline; each deadline fires once."""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import structlog

from shared.aggregate import A, Cause, Change, Deadline, Unavailable
from shared.clock import Clock
from shared.contracts.event import Actor
from shared.kernel.documents import Document
from shared.kernel.group_commit import GroupCommit
from shared.parking.parked import Overdue, Parking, RetryPolicy
from shared.store import Store, Touch
from shared.telemetry import Metrics

log = structlog.get_logger()

TIME = Actor(kind="time", id="clock")
NAP = 1.0
"""Seconds of real time after which the due deadlines are looked for again, whatever was expected."""

TimeDecision = Callable[[A, Cause], Change[A]]


@dataclass(frozen=True, slots=True)
class Timer:
    """What one kind of deadline of one collection does."""

    store: Store[Any]
    kind: str
    decide: TimeDecision[Any]

    def fire(self, id: UUID, at: datetime, version: int) -> tuple[Cause, Touch[Any]]:
        """The cause and the touch of this deadline; the same for the same deadline however often it is found.

        `version` is the aggregate's, so that a deadline set again for the same moment is another one.

        The decision sees the aggregate without the deadline, and its cause's time is the deadline's own.
        """
        cause = Cause(
            id=uuid5(id, f"{self.kind}@{at.astimezone(UTC).isoformat()}#{version}"),
            correlation=id,
            actor=TIME,
            at=at,
            kind="deadline",
        )

        def decide(aggregate: Any) -> Change[Any]:
            if aggregate.deadline(self.kind) != at:
                return Change(aggregate)
            return self.decide(aggregate.done_with(self.kind), cause)

        return cause, self.store.touch(id, decide)


class Timers:
    """`at = Timers()`, then `@at(orders, "readiness")` over a pure decision `(order, cause) -> Change`."""

    def __init__(self) -> None:
        self._timers: dict[tuple[str, str], Timer] = {}

    def __call__(self, store: Store[A], kind: str) -> Callable[[TimeDecision[A]], TimeDecision[A]]:
        def register(decide: TimeDecision[A]) -> TimeDecision[A]:
            if (store.collection, kind) in self._timers:
                raise ValueError(f"{store.collection} has a decision for {kind!r} already")
            self._timers[store.collection, kind] = Timer(store, kind, decide)
            return decide

        return register

    def __iter__(self) -> Iterator[Timer]:
        return iter(self._timers.values())

    def of(self, collection: str, kind: str) -> Timer:
        """The timer of this kind. LookupError when no decision is named for it."""
        try:
            return self._timers[collection, kind]
        except KeyError:
            raise LookupError(f"no decision is named for the deadline {kind!r} of {collection}") from None

    @property
    def stores(self) -> list[Store[Any]]:
        """The stores whose aggregates have deadlines."""
        return list({timer.store.collection: timer.store for timer in self}.values())


class Deadlines:
    """Fires what is due, in order of time. A decision that fails is parked and does not hold up the others."""

    def __init__(
        self,
        service: str,
        timers: Timers,
        clock: Clock,
        group_commit: GroupCommit,
        parking: Parking,
        policy: RetryPolicy,
        metrics: Metrics,
        size: int = 200,
    ) -> None:
        self._service = service
        self._timers = timers
        self._clock = clock
        self._group_commit = group_commit
        self._parking = parking
        self._policy = policy
        self._metrics = metrics
        self._size = size
        self._until: datetime | None = None
        self._waiting = False
        self._earlier = asyncio.Event()
        group_commit.noticed = self._notice

    def _notice(self, due: datetime) -> None:
        if self._until is None or due < self._until:
            self._until = due
            self._earlier.set()

    @property
    def resting(self) -> bool:
        """Whether it waits, and for nothing that is due by now."""
        due = self._until is not None and self._until <= self._clock.now()
        return self._waiting and not due and not self._earlier.is_set()

    async def run(self) -> None:
        """Fire until cancelled."""
        while True:
            try:
                await self._group_commit.outlet.room()
                upcoming = await self._next()
                if upcoming is None or upcoming > self._clock.now():
                    self._metrics.deadlines_overdue.set(0)
                    await self._wait(upcoming)
                else:
                    await self.fire_due()
            except Unavailable as error:
                log.warning("deadlines_wait", reason=str(error))
                await asyncio.sleep(random.uniform(NAP / 2, NAP))

    async def fire_due(self) -> int:
        """Fire everything that is due now, once; how many were."""
        now = self._clock.now()
        fired = 0
        for store in self._timers.stores:
            found = await store.documents.due(now, self._size)
            works = [self._fire(store, document, now) for document in found]
            await asyncio.gather(*works)
            fired += len(works)
        self._metrics.deadlines_overdue.set(fired)
        return fired

    async def overdue(self) -> int:
        """How many aggregates have a deadline that is past and has not fired."""
        now = self._clock.now()
        return sum([len(await store.documents.due(now, 10_000)) for store in self._timers.stores])

    async def _fire(self, store: Store[Any], document: Document, now: datetime) -> None:
        """Fire the earliest deadline of one aggregate."""
        deadlines = [Deadline.model_validate(each) for each in document.state["deadlines"]]
        deadline = min(deadlines, key=lambda each: each.at)
        overdue = Overdue(
            collection=store.collection,
            aggregate=document.id,
            kind=deadline.kind,
            at=deadline.at,
            version=document.version,
        )
        error = await self.retry(overdue)
        if error is None:
            self._metrics.fired(deadline.kind)
            return
        queue = f"{self._service}.at.{store.collection}.{deadline.kind}"
        id = uuid5(document.id, f"{deadline.kind}@{deadline.at.isoformat()}")
        touch = self._parking.deadline_failed(id, overdue, queue, error, self._policy)
        cause = Cause(id=uuid5(id, now.isoformat()), correlation=document.id, actor=TIME, at=now)
        parked = await self._group_commit.commit_or_wait(cause, touch)
        log.warning("deadline_not_fired", state=parked.state, queue=queue, code=parked.code, reason=parked.reason)
        await store.documents.postpone(document.id, document.version, _after(deadlines, deadline))

    async def retry(self, overdue: Overdue) -> Exception | None:
        """Make the decision of one deadline; returns what went wrong."""
        try:
            timer = self._timers.of(overdue.collection, overdue.kind)
            await self._group_commit.commit_or_wait(*timer.fire(overdue.aggregate, overdue.at, overdue.version))
        except Exception as error:  # noqa: BLE001
            return error
        return None

    async def _next(self) -> datetime | None:
        found = [await store.documents.next_due() for store in self._timers.stores]
        return min(filter(None, found), default=None)

    async def _wait(self, until: datetime | None) -> None:
        """Until the next deadline or the news of an earlier one; a nap at most, for others may set one too."""
        if self._earlier.is_set():
            self._earlier.clear()
            self._until = None
            return
        self._until = until
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(self._earlier.wait())]
        if until is not None:
            waits.append(asyncio.create_task(self._clock.wait_until(until)))
        self._waiting = True
        try:
            await asyncio.wait(waits, timeout=NAP, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting = False
            for wait in waits:
                wait.cancel()


def _after(deadlines: Iterable[Deadline], failed: Deadline) -> datetime | None:
    """When the next deadline but the failed one is due."""
    return min((each.at for each in deadlines if each != failed), default=None)
