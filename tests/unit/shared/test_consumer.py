"""In which order a consumer takes what has arrived."""

import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.event import Event
from shared.envelope import Envelope
from shared.parking import Parking, Policy
from shared.rounds import Rounds
from shared.subscriptions import Consumer, Subscriptions
from shared.telemetry import Metrics
from shared.testing import InMemoryDatabase, Outbox, cause


class Flooded(Event, key="weather.flooded.v1"):
    """It pours."""


class Dripped(Event, key="weather.dripped.v1"):
    """One drop."""


class Channel:
    """A channel that acknowledges nothing and forgets nothing."""

    is_closed = False

    async def basic_ack(self, upto: int, **_: Any) -> None:
        return


class Weather:
    """A consumer of two queues, and what it has heard so far."""

    def __init__(self, batch: int) -> None:
        self.heard: list[str] = []
        subscriptions = Subscriptions("ears")
        for event in (Flooded, Dripped):
            subscriptions(event)(lambda event, _: self.heard.append(type(event).__name__))
        rounds = Rounds(Outbox())
        broker: Any = SimpleNamespace(subscriber=lambda *_, **__: None)
        parking = Parking(InMemoryDatabase())
        self.consumer = Consumer(broker, subscriptions, rounds, parking, Policy(), Metrics(), batch=batch)
        self._channel = Channel()
        self._tags = 0
        self._workers = (rounds, self.consumer)

    async def arrives(self, event: Event, *, redelivered: bool = False) -> None:
        self._tags += 1
        envelope = Envelope.of(event, uuid4(), uuid4(), 1, cause())
        nothing = dict.fromkeys(("routing_key", "message_id", "content_type", "user_id", "reply_to", "expiration"))
        raw = SimpleNamespace(
            channel=self._channel,
            delivery_tag=self._tags,
            headers=envelope.headers(),
            body=envelope.body.encode(),
            redelivered=redelivered,
            **nothing,
        )
        await self.consumer._collect(f"ears.on.{event.key}", raw)

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
        await weather.arrives(Flooded())
    for _ in range(3):
        await weather.arrives(Dripped())

    heard = await weather.settle()

    assert heard[:8] == ["Flooded", "Flooded", "Dripped", "Dripped", "Flooded", "Flooded", "Flooded", "Dripped"]
    assert len(heard) == 23


async def test_what_fits_into_one_batch_is_settled_in_order_of_arrival() -> None:
    weather = Weather(batch=5)
    arrived = [Flooded(), Flooded(), Flooded(), Dripped(), Flooded()]
    for event in arrived:
        await weather.arrives(event)

    assert await weather.settle() == [type(event).__name__ for event in arrived]


@pytest.mark.parametrize("batch", [1, 4])
async def test_a_suspect_waits_for_its_turn_and_nothing_is_left_out(batch: int) -> None:
    weather = Weather(batch)
    for number in range(6):
        await weather.arrives(Flooded(), redelivered=number == 2)
        await weather.arrives(Dripped(), redelivered=number == 0)

    heard = await weather.settle()

    assert (heard.count("Flooded"), heard.count("Dripped")) == (6, 6)
