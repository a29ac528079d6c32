"""Publishes at a pace and notes when the event that follows comes out."""

import asyncio
from time import perf_counter
from typing import Any
from uuid import uuid4

from bench.hop.columns import COLUMNS, deposit
from bench.hop.stage import Stage, envelope
from shared.broker import Wire, safe_broker

KEFU = next(column for column in COLUMNS if column.name == "kefu")


class Probe:
    """One series of measurements over two hops of the bus."""

    def __init__(self, ready: Stage) -> None:
        self._ready = ready
        self._sent: dict[str, float] = {}
        self._arrived = asyncio.Event()
        self.seconds: list[float] = []

    async def run(self, rate: float, count: int) -> list[float]:
        """Latencies of `count` events, at `rate` per second or, for 0, one in flight at a time."""
        connection, channel = await self._ready.channel()
        broker = safe_broker(self._ready.running.rabbit_url, "probe")
        await broker.connect()
        heard = await channel.get_queue("bench.heard")
        await heard.consume(self._note)
        await self._publish(Wire(broker), rate, count)
        async with asyncio.timeout(60):
            while self._sent:
                self._arrived.clear()
                await self._arrived.wait()
        await broker.stop()
        await connection.close()
        return self.seconds

    async def _publish(self, wire: Wire, rate: float, count: int) -> None:
        began = perf_counter()
        under_way = []
        for number in range(count):
            if rate:
                await asyncio.sleep(max(0.0, began + number / rate - perf_counter()))
                under_way.append(asyncio.create_task(self._send(wire)))
            else:
                self._arrived.clear()
                await self._send(wire)
                await asyncio.wait_for(self._arrived.wait(), 60)
        await asyncio.gather(*under_way)

    async def _send(self, wire: Wire) -> None:
        id = str(uuid4())
        event = envelope(id, deposit(int(id[:4], 16)), KEFU)
        self._sent[id] = perf_counter()
        await wire.publish([event])

    async def _note(self, message: Any) -> None:
        sent = self._sent.pop(message.headers["cloudEvents:causation"], None)
        if sent is not None:
            self.seconds.append(perf_counter() - sent)
            self._arrived.set()
        await message.ack()
