"""How a service is connected to its servers: for as long as that takes, and watched that it stays so."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import aio_pika
import structlog
from faststream.rabbit import RabbitBroker

from shared.plumbing import Plumbing, ServerTimeouts
from shared.runtime.consumer import Consumer
from shared.wire.broker import UNHEARD, QueueDepth, QueueDepths, answers, connected, declare

log = structlog.get_logger()

COUNT_UNHEARD_EVERY = 10.0
"""Seconds between two counts of the events that are kept because they have no listener."""

CONNECT_AGAIN_SECONDS = 1.0
"""Seconds until a server that was away is tried again."""


@dataclass(slots=True)
class Bus:
    """One connection to RabbitMQ and what is consumed over it, and a second one for what is published.

    A consuming connection may be left unread for a while, on which no confirm would be heard.
    """

    broker: RabbitBroker
    consumer: Consumer
    publishing: RabbitBroker
    core: bool
    """Whether this is the bus of events; others are gateways."""
    started: bool = False

    @property
    def brokers(self) -> Sequence[RabbitBroker]:
        """Its connections."""
        return (self.broker, self.publishing)

    def works(self, consuming: bool) -> bool:
        """Whether it is connected and, where it should, takes messages from every queue."""
        stand = self.started and all(connected(broker) for broker in self.brokers)
        return stand and (self.consumer.listening() or not consuming)


class Connections:
    """The buses of one process. `give_up` is told when only a new process will hear the bus again."""

    def __init__(self, plumbing: Plumbing, buses: Sequence[Bus], give_up: Callable[[BaseException], None]) -> None:
        self.buses = buses
        self.timeouts: ServerTimeouts = plumbing.timeouts
        self._database = plumbing.database
        self._metrics = plumbing.metrics
        self._consuming = plumbing.runs("consumers")
        self._give_up = give_up
        self._worked_at = monotonic()

    @property
    def work(self) -> bool:
        """Whether every bus is connected and, where it should, takes messages from every queue."""
        return not self._deaf

    @property
    def _deaf(self) -> list[Bus]:
        return [bus for bus in self.buses if not bus.works(self._consuming)]

    async def run(self) -> None:
        """Connect to the database and the buses, however long it takes, then watch that all stay."""
        await _until_done(self._database.prepare)
        for bus in self.buses:
            await _until_done(lambda bus=bus: self._start(bus))  # type: ignore[misc]
        while True:
            await asyncio.sleep(self.timeouts.watch_every)
            await self._watch()

    async def _start(self, bus: Bus) -> None:
        for broker in bus.brokers:
            connection = await broker.connect()
            connection.reconnect_callbacks.add(self._reconnected)
        if bus.core:
            await declare(bus.broker)
        if self._consuming:
            await bus.broker.start()
            await bus.consumer.start()
        bus.started = True
        self._worked_at = monotonic()

    def _reconnected(self, *_: object) -> None:
        self._metrics.reconnected("rabbit")

    async def _watch(self) -> None:
        """A bus that is away is waited for. If it answers others and this process does not hear it, a new one will."""
        deaf = self._deaf
        if not deaf:
            self._worked_at = monotonic()
        elif monotonic() - self._worked_at > self.timeouts.deaf_for:
            if await answers(deaf[0].broker):
                self._give_up(ConnectionError(f"no working connection to RabbitMQ for {self.timeouts.deaf_for:.0f} s"))
            else:
                log.warning("bus_away", seconds=round(monotonic() - self._worked_at))
            self._worked_at = monotonic()

    async def count_unroutable(self) -> None:
        """Tell the metrics, until cancelled, how many events are kept because they have no listener."""
        depths = QueueDepths(self.buses[0].brokers[-1])
        while True:
            await asyncio.sleep(COUNT_UNHEARD_EVERY)
            with suppress(aio_pika.exceptions.AMQPError, ConnectionError, RuntimeError):
                self._metrics.unroutable.set((await depths.of(UNHEARD.name)).messages)

    async def depths(self) -> dict[str, QueueDepth]:
        """How deep each queue of this service is; nothing of a bus that does not answer in time."""
        found: dict[str, QueueDepth] = {}
        for bus in self.buses:
            depths = QueueDepths(bus.brokers[-1])
            with suppress(aio_pika.exceptions.AMQPError, ConnectionError, RuntimeError, TimeoutError):
                async with asyncio.timeout(self.timeouts.answer):
                    for name in bus.consumer.listeners:
                        found[name] = await depths.of(name)
                await depths.close()
        return found

    async def close(self) -> None:
        for broker in [broker for bus in self.buses for broker in bus.brokers]:
            with suppress(Exception):
                async with asyncio.timeout(self.timeouts.close):
                    await broker.stop()
        self._database.close()


async def _until_done(attempt: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            return await attempt()
        except Exception as error:  # noqa: BLE001
            log.warning("waiting_for_servers", reason=error)
            await asyncio.sleep(CONNECT_AGAIN_SECONDS)
