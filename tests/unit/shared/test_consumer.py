"""In which order a consumer takes what has arrived."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from shared.aggregate import Aggregate, Cause
from shared.contracts.event import Event
from shared.kernel.group_commit import GroupCommit
from shared.parking.parked import RetryPolicy
from shared.parking.store import Parking
from shared.runtime.after_commit import AfterCommit
from shared.runtime.consumer import Consumer
from shared.subscriptions import Subscriptions
from shared.telemetry import Metrics
from shared.testing import InlineCommit, InMemoryDatabase, Outbox, cause
from shared.wire.envelope import Envelope
from shared.wire.message import Delivery, Message


class Flooded(Event, key="weather.flooded.v1"):
    """It pours."""

    broken: bool = False


class Dripped(Event, key="weather.dripped.v1"):
    """One drop."""


class Channel:
    """A channel that acknowledges nothing and forgets nothing."""

    is_closed = False

    async def basic_ack(self, upto: int, **_: Any) -> None:
        return


class Weather:
    """A consumer of two queues, and what it has heard so far."""

    def __init__(self, batch: int, after_commit: AfterCommit | None = None) -> None:
        self.heard: list[str] = []
        subscriptions = Subscriptions("ears")
        for event in (Flooded, Dripped):
            subscriptions(event)(self._hear)
        group_commit = GroupCommit(Outbox())
        broker: Any = SimpleNamespace(subscriber=lambda *_, **__: None)
        self.parking = Parking(InMemoryDatabase())
        self.consumer = Consumer(
            broker,
            subscriptions,
            group_commit,
            self.parking,
            RetryPolicy(),
            Metrics(),
            after_commit=after_commit,
            batch=batch,
        )
        self.together: list[int] = []
        self._handle, self.consumer._handle = self.consumer._handle, self._counting  # type: ignore[method-assign]
        self._channel = Channel()
        self._tags = 0
        self._workers = (group_commit, self.consumer)

    def _hear(self, event: Event, _: Cause) -> None:
        if isinstance(event, Flooded) and event.broken:
            raise RuntimeError("a dam")
        self.heard.append(type(event).__name__)

    async def _counting(self, batch: Any) -> Any:
        self.together.append(len(batch))
        return await self._handle(batch)

    async def suspected(self, message: Message) -> None:
        """A process died with this in hand."""
        touch = self.parking.message_suspected(message, RetryPolicy())
        await InlineCommit(Outbox()).commit(cause(), touch)

    def arrives(self, event: Event, *, redelivered: bool = False, copies: int = 1) -> Message:
        envelope = Envelope.of(event, uuid4(), uuid4(), 1, cause())
        queue, body = f"ears.on.{event.key}", envelope.body.encode()
        for _ in range(copies):
            self._tags += 1
            message = Message(queue, event.key, envelope.headers(), body, redelivered=redelivered)
            self.consumer._collect(Delivery(message, self._channel, self._tags, len(message.body)))
        return message

    async def settle(self) -> list[str]:
        async with asyncio.timeout(5):
            running = [asyncio.create_task(worker.run()) for worker in self._workers]
            await self.consumer.drain()
        for task in running:
            task.cancel()
        return self.heard


async def test_a_flood_on_one_queue_leaves_another_its_share_of_each_batch() -> None:
    weather = Weather(batch=4)
    for _ in range(20):
        weather.arrives(Flooded())
    for _ in range(3):
        weather.arrives(Dripped())

    heard = await weather.settle()

    assert heard[:8] == ["Flooded", "Flooded", "Dripped", "Dripped", "Flooded", "Flooded", "Flooded", "Dripped"]
    assert len(heard) == 23


async def test_what_fits_into_one_batch_is_settled_in_order_of_arrival() -> None:
    weather = Weather(batch=5)
    arrived = [Flooded(), Flooded(), Flooded(), Dripped(), Flooded()]
    for event in arrived:
        weather.arrives(event)

    assert await weather.settle() == [type(event).__name__ for event in arrived]


class Ark:
    """Goes on with what facts have made, two facts at a time."""

    def __init__(self) -> None:
        self.places = asyncio.Semaphore(2)
        self.full = asyncio.Event()
        self.boarded = 0

    async def room(self) -> None:
        if self.places.locked():
            self.full.set()
        await self.places.acquire()
        self.places.release()

    def go_on(self, made: Sequence[Aggregate]) -> None:
        self.boarded += 1


async def test_whoever_goes_on_is_told_of_what_had_its_effect_and_of_nothing_else() -> None:
    ark = Ark()
    weather = Weather(2, ark)
    for broken in (False, True, False):
        weather.arrives(Flooded(broken=broken))

    await weather.settle()

    assert (weather.heard, ark.boarded) == (["Flooded", "Flooded"], 2)


async def test_no_batch_is_taken_before_whoever_goes_on_has_room() -> None:
    ark = Ark()
    for _ in range(2):
        await ark.places.acquire()
    weather = Weather(2, ark)
    weather.arrives(Flooded())

    settling = asyncio.create_task(weather.settle())
    await asyncio.wait_for(ark.full.wait(), timeout=5)
    assert weather.heard == []
    ark.places.release()

    assert await settling == ["Flooded"]


@pytest.mark.parametrize("batch", [1, 4])
async def test_suspects_are_settled_and_nothing_is_left_out(batch: int) -> None:
    weather = Weather(batch)
    for number in range(6):
        weather.arrives(Flooded(), redelivered=number == 2)
        weather.arrives(Dripped(), redelivered=number == 0)

    heard = await weather.settle()

    assert (heard.count("Flooded"), heard.count("Dripped")) == (6, 6)


async def test_what_comes_back_for_the_first_time_is_tried_together_and_what_does_so_again_alone() -> None:
    weather = Weather(batch=10)
    known = weather.arrives(Flooded(), redelivered=True)
    await weather.suspected(known)
    for _ in range(5):
        weather.arrives(Dripped(), redelivered=True)

    await weather.settle()

    assert weather.together == [5, 1]
    assert await weather.parking.count() == 0


async def test_a_message_that_was_in_hand_at_too_many_crashes_is_dead_and_not_tried() -> None:
    weather = Weather(batch=10)
    culprit = weather.arrives(Flooded(), redelivered=True)
    for _ in range(3):
        await weather.suspected(culprit)

    assert await weather.settle() == []
    [dead] = [each async for each in weather.parking.each()]
    assert (dead.state, dead.crashes) == ("dead", 4)


@pytest.mark.parametrize("deaths", [0, 1, 2])
async def test_copies_of_one_message_are_one_suspect_however_often_it_was_sent(deaths: int) -> None:
    weather = Weather(batch=10)
    message = weather.arrives(Flooded(), redelivered=True, copies=5)
    for _ in range(deaths):
        await weather.suspected(message)

    assert await weather.settle() == ["Flooded"] * 5
    assert await weather.parking.count() == 0
