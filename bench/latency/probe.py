"""Publishes at a pace and notes when the event that follows comes out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from time import perf_counter
from typing import Any
from uuid import uuid4

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import InsertOne

from bench.hop.columns import COLUMNS, deposit
from bench.hop.stage import Stage, envelope
from shared.wire.broker import EventPublisher, durable_queue, safe_broker
from shared.wire.envelope import Envelope
from shared.wire.message import Delivery

ANSWER = "ledger.credited.v1"
"""What the service announces, and what `bench.heard` is bound to."""

KEFU = next(column for column in COLUMNS if column.name == "kefu")
TICK = 0.005
"""Seconds: at a pace, what is due within one tick is published together."""

IN_FLIGHT = 400


class Probe:
    """One series of measurements over two hops of the bus; what the probe itself costs is part of them.

    It takes deliveries off the socket as a service does, for aio-pika would cost it more than the service it measures.

    `straight` asks the bus alone: what is published has the key that is listened to, and no service is on its way.
    """

    def __init__(self, ready: Stage, *, straight: bool = False) -> None:
        self._ready = ready
        self._straight = straight
        self._sent: dict[str, float] = {}
        self._arrived = asyncio.Event()
        self.seconds: list[float] = []

    async def one_by_one(self, count: int) -> list[float]:
        """Latencies of `count` events with one in flight."""
        async with self._listening() as send:
            for _ in range(count):
                await send(1)
                await self._until(0)
        return self.seconds

    async def paced(self, rate: float, count: int) -> list[float]:
        """Latencies of `count` events at `rate` per second, however long each takes."""
        async with self._listening() as send, asyncio.TaskGroup() as under_way:
            began, done = perf_counter(), 0
            while done < count:
                due = min(count, int((perf_counter() - began) * rate) + 1)
                if due > done:
                    under_way.create_task(send(due - done))
                    done = due
                await asyncio.sleep(max(TICK, began + done / rate - perf_counter()))
        return self.seconds

    async def flooded(self, count: int) -> float:
        """Events per second when there are always some hundred in flight."""
        async with self._listening() as send:
            began = perf_counter()
            for _ in range(0, count, IN_FLIGHT // 4):
                await send(IN_FLIGHT // 4)
                await self._until(IN_FLIGHT * 3 // 4)
            await self._until(0)
        return len(self.seconds) / (perf_counter() - began)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[Callable[[int], Coroutine[Any, Any, None]]]:
        """Gives what publishes so many events together; ends when all have come out."""
        broker = safe_broker(self._ready.running.rabbit_url, "probe")
        connection: Any = await broker.connect()
        wire = EventPublisher(broker)
        heard = await broker.declare_queue(durable_queue("bench.heard"))
        connection.take("probe", heard.name, self._note)
        await heard.consume(_never, consumer_tag="probe", no_ack=True)

        async def send(count: int) -> None:
            events = [self._event() for _ in range(count)]
            self._sent.update(dict.fromkeys((str(event.id) for event in events), perf_counter()))
            await wire.publish(events)

        yield send
        await self._until(0)
        await broker.stop()

    def _event(self) -> Envelope:
        id = str(uuid4())
        event = envelope(id, deposit(int(id[:4], 16)), KEFU)
        return replace(event, key=ANSWER) if self._straight else event

    async def _until(self, left: int) -> None:
        """Until no more than so many are under way."""
        async with asyncio.timeout(60):
            while len(self._sent) > left:
                self._arrived.clear()
                await self._arrived.wait()

    def _note(self, delivery: Delivery) -> None:
        sent = self._sent.pop(delivery.message.headers["cloudEvents:causation"], None)
        if sent is not None:
            self.seconds.append(perf_counter() - sent)
            self._arrived.set()


async def _never(_: object) -> None:
    raise AssertionError("deliveries are taken off the socket")


async def write_alone(ready: Stage, rate: float, count: int) -> list[float]:
    """Seconds that a journaled write of one small document takes at a pace."""
    seconds: list[float] = []
    client: Any = AsyncIOMotorClient(ready.mongo_url, w="majority", journal=True)
    documents = client["bench-alone"]["documents"]
    for number in range(count):
        began = perf_counter()
        await documents.bulk_write([InsertOne({"note": "x" * 400, "number": number})])
        seconds.append(perf_counter() - began)
        await asyncio.sleep(max(0.0, began + 1 / rate - perf_counter()))
    await client.drop_database("bench-alone")
    client.close()
    return seconds
