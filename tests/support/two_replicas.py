"""A ledger service in memory, built from the kernel's own parts, whose processes die at any call and come back."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Literal, TypeVar

import ledger

from shared.aggregate import Unavailable
from shared.kernel.group_commit import GroupCommit
from shared.kernel.relay import Relay
from shared.parking.parked import RetryPolicy
from shared.parking.retries import Retries
from shared.parking.store import Parking
from shared.runtime.consumer import Consumer
from shared.runtime.deadlines import Deadlines
from shared.store import Index
from shared.telemetry import Metrics
from shared.testing import InMemoryDatabase
from shared.time_source import FixedTime
from shared.wire.envelope import Envelope
from shared.wire.message import Delivery, Message, Take

T = TypeVar("T")
Failure = Literal["before", "after", "unknown"]
PATIENCE = 600.0
"""Virtual seconds within which everything comes to rest."""


class Power:
    """What a process lives on. One of its next calls can be its last, or one whose outcome it never learns."""

    def __init__(self) -> None:
        self.out = False
        self._left = -1
        self._failure: Failure = "before"

    def fail(self, calls: int, failure: Failure) -> None:
        """After so many more calls: dead before one, dead after it, or told that it is unknown whether it was made."""
        self._left, self._failure = calls, failure

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        self._left -= 1
        failing = self._left == -1 and not self.out
        if self.out or (failing and self._failure == "before"):
            await self._die()
        result = await work()
        if failing and self._failure == "after":
            await self._die()
        if failing and self._failure == "unknown":
            raise Unavailable("no answer")
        return result

    async def _die(self) -> None:
        self.out = True
        await asyncio.Event().wait()


class Powered:
    """Something whose every method is a call of one process."""

    def __init__(self, inner: Any, power: Power) -> None:
        self._inner = inner
        self._power = power

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not asyncio.iscoroutinefunction(value):
            return value

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await self._power.call(lambda: value(*args, **kwargs))

        return call


class Connection:
    """One process's connection to the database; what is kept outlives it."""

    def __init__(
        self, database: InMemoryDatabase, power: Power, group_commit: GroupCommit, collections: dict[str, Any]
    ) -> None:
        self.group_commit = group_commit
        self.collections = collections
        self._database = database
        self._power = power

    def documents(self, name: str, indexes: Sequence[Index]) -> Any:
        inner = self._database.documents(name, indexes)
        return self.collections.setdefault(name, Powered(inner, self._power))


@dataclass
class Bus:
    """A queue of deposits, and everything that the relays have published."""

    queue: deque[tuple[Envelope, bool]] = field(default_factory=deque)
    published: list[Envelope] = field(default_factory=list)

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        self.published += envelopes


class AmqpChannel:
    """What a consumer has received and not yet acknowledged."""

    is_closed = False

    def __init__(self, bus: Bus, power: Power, take: Take) -> None:
        self._bus = bus
        self._power = power
        self._take = take
        self._unacknowledged: dict[int, Envelope] = {}
        self._tag = 0

    async def deliver(self, count: int) -> None:
        for _ in range(min(count, len(self._bus.queue))):
            envelope, redelivered = self._bus.queue.popleft()
            self._tag += 1
            self._unacknowledged[self._tag] = envelope
            self._take(self._delivery(envelope, redelivered))

    async def basic_ack(self, upto: int, *, multiple: bool, wait: bool) -> None:
        await self._power.call(lambda: self._acknowledge(upto))

    async def _acknowledge(self, upto: int) -> None:
        for tag in [tag for tag in self._unacknowledged if tag <= upto and not self.is_closed]:
            del self._unacknowledged[tag]

    def _delivery(self, envelope: Envelope, redelivered: bool) -> Delivery:
        message = Message(
            "ledger.on.test.deposited.v1",
            envelope.key,
            envelope.headers(),
            envelope.body.encode(),
            message_id=str(envelope.id),
            redelivered=redelivered,
        )
        return Delivery(message, self, self._tag, len(message.body))

    def close(self) -> None:
        """What was not acknowledged goes back to the head of the queue."""
        self.is_closed = True
        self._bus.queue.extendleft((envelope, True) for envelope in reversed(self._unacknowledged.values()))


class Process:
    """One process of the service: group_commit, relay, consumer, deadlines and retries over what outlives it."""

    def __init__(self, database: InMemoryDatabase, bus: Bus, time: FixedTime) -> None:
        self.power = Power()
        self._bus = bus
        policy = RetryPolicy(first=timedelta(), attempts=3)
        metrics = Metrics()
        collections: dict[str, Any] = {}
        self.relay = Relay(Powered(bus, self.power), collections.values, metrics, limit=1000)
        self.group_commit = GroupCommit(self.relay, size=4)
        connection = Connection(database, self.power, self.group_commit, collections)
        self.accounts = ledger.Accounts(connection)
        self.parking = Parking(connection)
        broker: Any = SimpleNamespace(subscriber=lambda *_, **__: None)
        subscriptions = ledger.subscriptions(self.accounts)
        self.consumer = Consumer(broker, subscriptions, self.group_commit, self.parking, policy, metrics, batch=3)
        timers = ledger.timers(self.accounts)
        self.deadlines = Deadlines("ledger", timers, time, self.group_commit, self.parking, policy, metrics)
        self.retries = Retries(
            self.parking,
            self.consumer.listeners,
            handle=self.consumer.retry,
            fire=self.deadlines.retry,
            group_commit=self.group_commit,
            policy=policy,
            metrics=metrics,
        )
        self._tasks: list[asyncio.Task[Any]] = []

    async def start(self) -> None:
        self.connect()
        workers = (self.group_commit, self.relay, self.consumer, self.deadlines, self.retries)
        self._tasks = [asyncio.create_task(worker.run()) for worker in workers]

    def connect(self) -> None:
        self.channel = AmqpChannel(self._bus, self.power, self.consumer._collect)

    def disconnect(self) -> None:
        """The connection breaks and is there again; the process does not notice what it has lost."""
        self.channel.close()
        self.connect()

    async def kill(self) -> None:
        self.power.out = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.channel.close()

    @property
    def broken(self) -> BaseException | None:
        """Why a worker ended that never should."""
        ended = (task.exception() for task in self._tasks if task.done() and not task.cancelled())
        return next((error for error in ended if error), None)

    @property
    def idle(self) -> bool:
        told = not self.consumer.in_hand and self.group_commit.idle.is_set()
        return told and not self.relay.waiting and not self.relay.behind and self.deadlines.idle


class TwoReplicas:
    """Two replicas of the ledger with a supervisor that starts a dead one again."""

    def __init__(self, begins: datetime) -> None:
        self.time = FixedTime(begins)
        self.database = InMemoryDatabase()
        self.bus = Bus()
        self.replicas: list[Process] = []

    async def start(self) -> None:
        self.replicas = [Process(self.database, self.bus, self.time) for _ in range(2)]
        for process in self.replicas:
            await process.start()

    async def kill(self, which: int) -> None:
        await self.replicas[which].kill()
        self.replicas[which] = Process(self.database, self.bus, self.time)
        await self.replicas[which].start()

    async def settle(self) -> None:
        """Until no replica has anything to do; one that dies on the way is started again."""
        async with asyncio.timeout(PATIENCE):
            while not await self._rests():  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def _rests(self) -> bool:
        for which, process in enumerate(self.replicas):
            if process.broken:
                raise AssertionError("a worker ended") from process.broken
            if process.power.out:
                await self.kill(which)
        waiting = any(row.state["state"] == "parked" for row in self.rows("parked"))
        return not waiting and all(process.idle for process in self.replicas)

    async def outcome(self, which: int, work: Awaitable[T]) -> T | Exception | None:
        """What came of a request; nothing when the process died over it, so that the client does not know."""
        task = asyncio.ensure_future(work)
        while not task.done() and not self.replicas[which].power.out:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            return None
        return task.exception() or task.result()  # type: ignore[return-value]

    def rows(self, collection: str) -> Iterable[Any]:
        kept = self.database.collections.get(collection)
        return list(kept.rows.values()) if kept else ()


def spoiled(envelope: Envelope) -> Envelope:
    """The same message with a body that breaks its contract."""
    return replace(envelope, body=envelope.body.replace('"amount":', '"sum":'))
