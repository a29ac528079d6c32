"""How messages are taken: collected as they come, handled in batches that join the group commit, then acknowledged."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from time import perf_counter, time
from typing import Any
from uuid import UUID, uuid4

import structlog
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitExchange
from faststream.rabbit.subscriber import RabbitSubscriber

from shared.aggregate import Aggregate, Cause, Unavailable
from shared.contracts.event import Actor
from shared.contracts.roles import Role
from shared.garbage import LARGE, Garbage
from shared.kernel.batch import Work
from shared.kernel.group_commit import GroupCommit
from shared.parking.answers import Answers
from shared.parking.parked import PARKING, MessageTooLarge, Parked, RetryPolicy, forget_frames
from shared.parking.store import Parking
from shared.runtime.after_commit import AfterCommit, NothingAfter
from shared.store import Touch
from shared.subscriptions import AnswerToSender, Heard, Listener
from shared.telemetry import Metrics, Span, Tracing
from shared.wire.broker import PUBLISHED
from shared.wire.consuming import BytesInHand, consume
from shared.wire.envelope import PREFIX
from shared.wire.message import Delivery, Message

log = structlog.get_logger()

CONSUME_AGAIN_SECONDS = 0.5
"""Seconds until a database that was away is asked again."""

LATEST_MILLISECOND = 10**14
"""Of times that messages claim to have been sent at, in the year 5138; what is later is no time."""

TRACEPARENT = PREFIX + "traceparent"
ANSWERED_WITHIN = 5.0
"""Seconds that the answer to the sender of a dead message may take to be confirmed."""


class Acknowledger:
    """Acknowledges what is done of one channel without gaps, as many messages with each acknowledgement as possible."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._acknowledged = 0
        self._done: set[int] = set()

    def done(self, tag: int) -> None:
        """This delivery may be acknowledged."""
        self._done.add(tag)

    async def acknowledge(self) -> None:
        """A channel that is gone takes no acknowledgement: its messages come back and are recognised."""
        upto = self._acknowledged
        while upto + 1 in self._done:
            upto += 1
            self._done.discard(upto)
        if upto == self._acknowledged or self._channel.is_closed:
            return
        self._acknowledged = upto
        try:
            await self._channel.basic_ack(upto, multiple=True, wait=False)
        except Exception as error:  # noqa: BLE001
            log.warning("acknowledgement_lost", upto=upto, reason=error)


@dataclass(slots=True)
class InFlight:
    """A message in hand and the channel that waits for its acknowledgement."""

    message: Message
    channel: Acknowledger
    tag: int
    at: float
    size: int


class Consumer:
    """Collects what has arrived on some queues and handles it in batches, from every queue in turn.

    A message is acknowledged after its effect, or its place in the parking, is durable. Nothing is lost when the
    connection or the process goes; what comes back is recognised by its cause. It is also a suspect, for one of those
    that were in hand may have ended the process: the first time suspects are handled together, the next time alone.
    """

    def __init__(
        self,
        broker: RabbitBroker,
        listeners: Iterable[Listener],
        group_commit: GroupCommit,
        parking: Parking,
        policy: RetryPolicy,
        metrics: Metrics,
        *,
        tracing: Tracing | None = None,
        after_commit: AfterCommit | None = None,
        answers: Answers | None = None,
        refused: Callable[[str, str, str, str], None] | None = None,
        batch: int = 200,
        prefetch: int = 400,
        bytes_in_hand: BytesInHand | None = None,
        garbage: Garbage | None = None,
        answering: RabbitBroker | None = None,
    ) -> None:
        self._broker = broker
        self.listeners: Mapping[str, Listener] = {listener.queue: listener for listener in listeners}
        self._group_commit = group_commit
        self._parking = parking
        self._policy = policy
        self._metrics = metrics
        self._tracing = tracing or Tracing()
        self._after_commit = after_commit or NothingAfter()
        self._answers = answers
        self._refused = refused or _unrecorded
        self._batch = batch
        self._channel = Channel(prefetch_count=prefetch)
        self._suspects: deque[InFlight] = deque()
        self._arrived_from: defaultdict[str, deque[InFlight]] = defaultdict(deque)
        self._turns: deque[deque[InFlight]] = deque()
        self._arrived = asyncio.Event()
        self._channels: dict[int, Acknowledger] = {}
        self._in_hand = 0
        self._bytes = bytes_in_hand
        self._garbage = garbage or Garbage()
        self._answering = answering or broker
        self.taken = 0
        self._empty = asyncio.Event()
        self._empty.set()
        self._batches: set[asyncio.Task[None]] = set()
        self._subscribers = {name: self._subscribe(listener) for name, listener in self.listeners.items()}
        self._queues: dict[str, tuple[Any, str]] = {}

    def _subscribe(self, listener: Listener) -> RabbitSubscriber:
        queue, exchange = listener.declared()
        return self._broker.subscriber(
            queue, exchange, channel=self._channel, ack_policy=AckPolicy.MANUAL, no_reply=True
        )

    async def start(self) -> None:
        """Begin to take messages. The broker has been started: FastStream has declared the queues and their bindings.

        FastStream's own handlers get none of them: what it does to each costs more than the whole decision (ADR 11).
        """
        if self._bytes is not None:
            self._bytes.connection = self._broker._connection
        for name, subscriber in self._subscribers.items():
            if name not in self._queues:
                queue = subscriber._queue_obj
                assert queue is not None
                self._queues[name] = (queue, await consume(self._broker._connection, queue, self._collect))

    def listening(self) -> bool:
        """Whether every consumer that should be there is. A ping would not tell."""
        return len(self._queues) == len(self.listeners) and all(_consuming(*each) for each in self._queues.values())

    def _collect(self, delivery: Delivery) -> None:
        channel, message = delivery.channel, delivery.message
        acknowledger = self._channels.get(id(channel))
        if acknowledger is None or acknowledger._channel is not channel:
            acknowledger = Acknowledger(channel)
            self._channels = {key: each for key, each in self._channels.items() if not each._channel.is_closed}
            self._channels[id(channel)] = acknowledger
        waiting = self._suspects if message.redelivered else self._arrived_from[message.queue]
        if not waiting and not message.redelivered:
            self._turns.append(waiting)
        waiting.append(InFlight(message, acknowledger, delivery.tag, perf_counter(), delivery.size))
        self._in_hand += 1
        if self._bytes is not None:
            self._bytes.take(delivery.size)
        self.taken += 1
        self._empty.clear()
        self._arrived.set()

    @property
    def in_hand(self) -> int:
        """How many messages have been taken and not acknowledged yet."""
        return self._in_hand

    async def run(self) -> None:
        """Handle batches until cancelled. An error that belongs to no message ends it."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._suspects or self._turns:
                    await self._group_commit.outlet.room()
                    await self._begin(group)

    async def _begin(self, group: asyncio.TaskGroup) -> None:
        """Have two batches in hand: one is decided while the other is being written. Suspects go by themselves."""
        if self._suspects:
            await self._until_at_most(0)
            count = min(self._batch, len(self._suspects))
            await self._try_suspects([self._suspects.popleft() for _ in range(count)])
            return
        await self._until_at_most(1)
        await self._after_commit.room()
        task = group.create_task(self._handle_batch(self._take()))
        self._batches.add(task)
        task.add_done_callback(self._batches.discard)

    def _take(self) -> list[InFlight]:
        """As many as have arrived, in order of arrival; from every queue in turn, so that a flood holds up no other."""
        batch: list[InFlight] = []
        while self._turns and len(batch) < self._batch:
            waiting = self._turns.popleft()
            batch.append(waiting.popleft())
            if waiting:
                self._turns.append(waiting)
        return sorted(batch, key=lambda arrived: arrived.at)

    async def _until_at_most(self, count: int) -> None:
        while len(self._batches) > count:
            await asyncio.wait(self._batches, return_when=asyncio.FIRST_COMPLETED)

    async def _try_suspects(self, batch: Sequence[InFlight]) -> None:
        """What has come back before is tried alone, so that a poison message takes no innocents with it.

        Copies of one message are one suspect, however often it was sent.
        """
        known = await self._suspected_before(batch)
        fresh = [arrived for arrived in batch if arrived.message.id not in known]
        alone: dict[UUID, list[InFlight]] = {}
        for arrived in batch:
            if arrived.message.id in known:
                alone.setdefault(arrived.message.id, []).append(arrived)
        for together in filter(None, (fresh, *alone.values())):
            await self._try(together)

    async def _try(self, suspects: Sequence[InFlight]) -> None:
        """Count against each that it was in hand, try them, and clear those that have had their effect."""
        messages = {arrived.message.id: arrived.message for arrived in suspects}
        records = await asyncio.gather(*(self._suspect(message) for message in messages.values()))
        dead = {parked.id: parked for parked in records if parked.state == "dead"}
        for parked in dead.values():
            log.error("message_dead", queue=parked.queue, code=parked.code, parked=parked.id)
        living = [arrived for arrived in suspects if arrived.message.id not in dead]
        if dead and self._answers is not None:
            culprits = (arrived.message for arrived in suspects if arrived.message.id in dead)
            await self._answers.tell(culprits, dead)
        kept = {message.id for message in await self._handle(living)} | dead.keys()
        kept |= {parked.id for parked in records if parked.state == "settled"}
        await self._clear_of_suspicion([parked.id for parked in records if parked.id not in kept])
        await self._acknowledge(suspects)
        if living:
            self._count(living)

    async def _suspect(self, message: Message) -> Parked:
        claimed = self.listeners[message.queue].claimed(message)
        return await self._keep(message, lambda: self._parking.message_suspected(message, self._policy, claimed))

    async def _suspected_before(self, batch: Sequence[InFlight]) -> set[UUID]:
        ids = [arrived.message.id for arrived in batch]
        while True:
            try:
                return set(await self._parking.documents.read(ids))
            except Unavailable:
                await asyncio.sleep(CONSUME_AGAIN_SECONDS)

    async def _clear_of_suspicion(self, ids: Sequence[UUID]) -> None:
        """Before the acknowledgement: a crash in between only begins the count anew."""
        while True:
            try:
                return await self._parking.remove(ids)
            except Unavailable:
                await asyncio.sleep(CONSUME_AGAIN_SECONDS)

    async def _handle_batch(self, batch: Sequence[InFlight]) -> None:
        await self._handle(batch)
        await self._acknowledge(batch)
        self._count(batch)

    async def _handle(self, batch: Sequence[InFlight]) -> list[Message]:
        """Every message has its effect or its place in the parking when this returns; those that have the latter."""
        messages = [arrived.message for arrived in batch]
        failures = await self._work(messages)
        parked = await asyncio.gather(*(self._park(message, error) for message, error in failures))
        for _, error in failures:
            forget_frames(error)
        failed = [message for message, _ in failures]
        if self._answers is not None:
            await self._answers.tell(messages, {m.id: each for m, each in zip(failed, parked, strict=True)})
        return failed

    async def _park(self, message: Message, error: Exception) -> Parked:
        listener = self.listeners[message.queue]
        claimed = listener.claimed(message)
        parked = await self._keep(message, lambda: self._parking.message_failed(message, error, self._policy, claimed))
        metrics = self._metrics.queue(message.queue)
        metrics.failed.inc()
        if parked.state == "dead":
            metrics.dead.inc()
        why = {"code": parked.code, "reason": error, "parked": parked.id}
        log.warning("message_not_handled", state=parked.state, queue=message.queue, **why)
        if parked.state in ("dead", "dropped"):
            answer = listener.answer(message, parked)
            if answer is not None:
                self._refused(answer.routing_key, parked.key, parked.code, message.queue)
            await self.tell(answer)
        return parked

    async def tell(self, answer: AnswerToSender | None) -> None:
        """An answer that does not get through is only logged: the reason stands in the parking."""
        if answer is None:
            return
        try:
            await self._answering.publish(
                answer.body,
                exchange=RabbitExchange(answer.exchange, declare=False),
                routing_key=answer.routing_key,
                content_type="application/json",
                persist=True,
                timeout=ANSWERED_WITHIN,
            )
        except Exception as error:  # noqa: BLE001
            log.warning("answer_lost", exchange=answer.exchange, routing_key=answer.routing_key, reason=error)

    def _count(self, batch: Sequence[InFlight]) -> None:
        now = perf_counter()
        for queue, count in Counter(arrived.message.queue for arrived in batch).items():
            self._metrics.queue(queue).consumed.inc(count)
        first = batch[0]
        metrics = self._metrics.queue(first.message.queue)
        metrics.handling.observe(now - first.at)
        published = first.message.headers.get(PUBLISHED)
        if isinstance(published, int) and abs(published) < LATEST_MILLISECOND:
            metrics.hop.observe(max(0.0, time() - published / 1000))

    async def _acknowledge(self, batch: Sequence[InFlight]) -> None:
        channels = {}
        for arrived in batch:
            arrived.channel.done(arrived.tag)
            channels[id(arrived.channel)] = arrived.channel
        self._in_hand -= len(batch)
        if self._bytes is not None:
            self._bytes.done(sum(arrived.size for arrived in batch))
        for arrived in batch:
            self._garbage.left_by(arrived.size)
        if not self._in_hand:
            self._empty.set()
        for channel in channels.values():
            await channel.acknowledge()

    async def _work(self, messages: Sequence[Message]) -> list[tuple[Message, Exception]]:
        """Let every message have its effect; return those that could not, each with its own error."""
        failures: list[tuple[Message, Exception]] = []
        open_ = len(messages)
        concluded = asyncio.Event()

        def conclude(message: Message, span: Span, result: list[Aggregate] | Exception) -> None:
            nonlocal open_
            open_ -= 1
            if isinstance(result, Exception):
                failures.append((message, result))
            else:
                self._after_commit.go_on(result)
            span.end(result if isinstance(result, Exception) else None)
            if not open_:
                concluded.set()

        works = []
        for message in messages:
            parent = message.headers.get(TRACEPARENT)
            span = self._tracing.start(message.queue, parent if isinstance(parent, str) else None)
            try:
                cause, wanted = await self._hear(message)
            except Exception as error:  # noqa: BLE001
                conclude(message, span, error)
                continue
            if self._tracing.on:
                cause = replace(cause, traceparent=span.traceparent)
            works.append(Work(cause, wanted, partial(conclude, message, span)))
        self._group_commit.submit(works)
        if open_:
            await concluded.wait()
        return failures

    async def _hear(self, message: Message) -> Heard:
        """What the message makes the service want. What operators have written is said to be theirs."""
        MessageTooLarge.check(message)
        if len(message.body) > LARGE:
            await asyncio.sleep(0)
        cause, wanted = await self.listeners[message.queue].hear(message)
        if message.edited_by:
            operators = Actor(kind="staff", id=message.edited_by, role=Role.OPERATOR)
            cause = replace(cause, actor=operators)
        return cause, wanted

    async def _keep(self, message: Message, touch: Callable[[], Touch[Parked]]) -> Parked:
        """Write a message to the parking; what cannot be kept as it came is kept as bytes under words of our own."""
        try:
            return await self._record(touch())
        except Exception as error:  # noqa: BLE001
            log.error("message_not_keepable", queue=message.queue, size=len(message.body), reason=type(error).__name__)
            return await self._record(self._parking.message_not_keepable(message, error))

    async def _record(self, touch: Touch[Parked]) -> Parked:
        """Write to the parking, however long that takes: the message is not acknowledged before."""
        cause = Cause(id=uuid4(), correlation=touch.id, actor=PARKING, at=datetime.now(UTC))
        return await self._group_commit.commit_or_wait(cause, touch)

    async def retry(self, message: Message) -> Exception | None:
        """Handle a parked message of one of these queues once more; returns what went wrong."""
        failures = await self._work([message])
        return failures[0][1] if failures else None

    async def cancel(self) -> None:
        """Take no further messages. What is in hand can still be handled and acknowledged."""
        for queue, tag in self._queues.values():
            if not queue.channel.is_closed:
                await queue.cancel(tag)
        self._queues.clear()

    async def drain(self) -> None:
        """Wait until everything in hand is acknowledged."""
        await self._empty.wait()


def _unrecorded(department: str, key: str, code: str, queue: str) -> None:
    return None


def _consuming(queue: Any, tag: str) -> bool:
    if queue.channel.is_closed:
        return False
    underlay = queue.channel._channel
    return underlay is not None and tag in underlay.channel.consumers
