"""A ledger service on real servers, and everything a test wants to do to it from outside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import pytest
from ledger import Account, Deposited, accounts, service
from waiting import until

from shared.plumbing import Plumbing, ServerTimeouts
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing import cause
from shared.wire.broker import EVENTS, EventPublisher, safe_broker
from shared.wire.envelope import Envelope

PATIENT = ServerTimeouts(deaf_for=120.0)
"""A server that a test ends is back within this time, however busy the machine is."""


class Ledger:
    """One running replica of the ledger service."""

    def __init__(self, running: Service) -> None:
        self.service = running
        self.accounts = accounts(running.plumbing)
        self.parking = running.plumbing.parking

    async def connected(self) -> bool:
        return (await self.service.health.checks())["rabbit"] == "ok"

    async def settled(self) -> bool:
        status = await self.service.health.status()
        return bool(status) and not any(status[name] for name in ("in_hand", "outbox", "overdue"))

    async def all(self) -> dict[str, Account]:
        return {account.name: account async for account in self.accounts.each()}


class Bench:
    """Starts replicas, publishes what others would, and looks from outside."""

    def __init__(self, settings: ServiceSettings, stack: AsyncExitStack) -> None:
        self.settings = settings
        self.stack = stack
        self.broker = safe_broker(settings.rabbit_url.get_secret_value(), "bench")
        self.wire = EventPublisher(self.broker)

    async def replica(self, timeouts: ServerTimeouts = PATIENT, **changes: Any) -> Ledger:
        settings = self.settings.model_copy(update=changes)
        ledger = Ledger(service(settings, Plumbing("ledger", settings, timeouts=timeouts)))
        await self.stack.enter_async_context(ledger.service.running())
        await until(ledger.connected)
        return ledger

    async def publish(self, *deposits: Deposited, ids: list[UUID] | None = None) -> list[Envelope]:
        envelopes = [
            Envelope.of(deposit, ids[place] if ids else uuid4(), uuid4(), 1, cause())
            for place, deposit in enumerate(deposits)
        ]
        await self.wire.publish(envelopes)
        return envelopes

    async def channel(self) -> aio_pika.abc.AbstractChannel:
        connection = await aio_pika.connect(self.settings.rabbit_url.get_secret_value())
        self.stack.push_async_callback(connection.close)
        return await connection.channel(on_return_raises=True)

    async def listen(self, key: str) -> aio_pika.abc.AbstractQueue:
        channel = await self.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS.name, key)
        return queue


@pytest.fixture(params=[True, False], ids=["off the socket", "ordinary"])
async def bench(request: pytest.FixtureRequest, service_settings: ServiceSettings) -> AsyncIterator[Bench]:
    """Every test runs in both ways in which deliveries come."""
    changes = {"parking_first_wait": 0.3, "fast_delivery": request.param}
    async with AsyncExitStack() as stack:
        bench = Bench(service_settings.model_copy(update=changes), stack)
        await bench.broker.connect()
        yield bench
    async with asyncio.timeout(60):
        await bench.broker.stop()


@pytest.fixture
async def ledger(bench: Bench) -> Ledger:
    return await bench.replica()
