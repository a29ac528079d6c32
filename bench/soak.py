"""`python -m bench.soak --minutes 30`: half the load that one service can bear, for long; whether anything grows."""

import asyncio
import os
import sys
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import psutil

from kefu_local.ports import LOOPBACK, free_ports
from kefu_local.process import Process
from kefu_local.servers import ServerPorts, Servers, servers
from shared.testing import cause
from shared.wire.broker import EventPublisher, declare, durable_queue, safe_broker
from shared.wire.envelope import Envelope

SUPPORT = Path(__file__).parents[1] / "tests" / "support"
sys.path.insert(0, str(SUPPORT))

from ledger import Deposited  # noqa: E402
from ledger import service as ledger  # noqa: E402

from shared.service import main as serve  # noqa: E402
from shared.settings import ServiceSettings  # noqa: E402
from shared.testing import SEAL_KEYS  # noqa: E402

QUEUE = "ledger.on.test.deposited.v1"
ACCOUNTS = 10_000
"""Aggregates that take turns."""

TRIAL = 5_000
"""Messages that find out what the service can bear."""

EVERY = 5.0
"""Seconds between two measurements."""

WARM_UP = 0.2
"""The part of the run that does not count."""

MOST_GROWTH = 1.0
"""MB per minute."""


@dataclass(frozen=True)
class Reading:
    """What there was at one moment; memory in MB."""

    minute: float
    memory: float
    threads: int
    tasks: int
    connections: int
    channels: int
    queues: int
    waiting: int


class Soak:
    """A ledger in a process of its own, and who publishes to it."""

    def __init__(self, running: Servers, worker: Process, port: int, wire: EventPublisher) -> None:
        self._running = running
        self._worker = worker
        self._wire = wire
        self._http = httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", timeout=30, trust_env=False)
        self._turn = 0

    async def listening(self) -> bool:
        try:
            return bool((await self._http.get("/health/ready")).json()["checks"]["rabbit"] == "ok")
        except httpx.HTTPError:
            return False

    async def publish(self, count: int) -> None:
        said = cause()
        numbers = range(self._turn, self._turn + count)
        self._turn += count
        deposits = [Deposited(account=f"a{number % ACCOUNTS}", amount=1) for number in numbers]
        await self._wire.publish([Envelope.of(each, uuid4(), uuid4(), 1, said) for each in deposits])

    async def taken(self) -> int:
        return int((await self._http.get("/health/live")).json()["taken"])

    async def capacity(self) -> float:
        """Facts per second when they come as fast as they are taken."""
        await self.publish(500)
        await self._until_taken(500)
        before, began = self._turn, monotonic()
        for _ in range(TRIAL // 500):
            await self.publish(500)
        await self._until_taken(before + TRIAL)
        return TRIAL / (monotonic() - began)

    async def _until_taken(self, count: int) -> None:
        while await self.taken() < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    async def bear(self, rate: float, until: float) -> None:
        """Publish so many facts per second; when this falls behind, it does not catch up."""
        while (now := monotonic()) < until:
            await self.publish(max(1, int(rate / 10)))
            await asyncio.sleep(max(0.0, 0.1 - (monotonic() - now)))

    async def read(self, since: float) -> Reading:
        process = psutil.Process(self._worker.pid)
        of = self._running.management
        everything = await asyncio.to_thread(
            lambda: [of.get(f"/{what}") for what in ("connections", "channels", "queues")]
        )
        connections, channels, queues = everything
        return Reading(
            minute=(monotonic() - since) / 60,
            memory=process.memory_info().rss / 1e6,
            threads=process.num_threads(),
            tasks=int((await self._http.get("/tasks")).text),
            connections=len(connections),
            channels=len(channels),
            queues=len(queues),
            waiting=sum(queue.get("messages", 0) for queue in queues if queue["name"] == QUEUE),
        )


async def soak(minutes: float) -> bool:
    """Print the readings and the verdict; whether nothing grew."""
    async with stage() as running:
        rate = await running.capacity() / 2
        print(f"{rate:,.0f} facts/s for {minutes:g} min, half of what it takes at most", flush=True)
        began = monotonic()
        load = asyncio.create_task(running.bear(rate, began + minutes * 60))
        readings: list[Reading] = []
        while not load.done():
            readings.append(await running.read(began))
            _tell(readings[-1])
            await asyncio.wait((load,), timeout=EVERY if minutes < 10 else 6 * EVERY)
        await load
        return verdict([each for each in readings if each.minute >= WARM_UP * minutes])


def verdict(readings: list[Reading]) -> bool:
    """One line: the slope of the memory, and what there is always more of in the second half than ever in the first."""
    slope = linear_regression([each.minute for each in readings], [each.memory for each in readings]).slope
    half = len(readings) // 2
    grown = [
        name
        for name in ("threads", "tasks", "connections", "channels", "queues")
        if min(getattr(each, name) for each in readings[half:]) > max(getattr(each, name) for each in readings[:half])
    ]
    print(f"soak: memory {slope:+.2f} MB/min, grown: {', '.join(grown) or 'nothing'}")
    return slope < MOST_GROWTH and not grown


def _tell(reading: Reading) -> None:
    print(
        f"{reading.minute:6.2f} min  {reading.memory:7.1f} MB  {reading.threads} threads  {reading.tasks} tasks  "
        f"{reading.connections} connections  {reading.channels} channels  {reading.queues} queues  "
        f"{reading.waiting} waiting",
        flush=True,
    )


@asynccontextmanager
async def stage() -> AsyncIterator[Soak]:
    """Servers of our own and one ledger."""
    with (
        TemporaryDirectory(prefix="kefu-soak-") as folder,
        servers(Path(folder), ServerPorts.free(), disposable=True) as running,
    ):
        port = next(free_ports())
        worker = Process(
            "ledger",
            [sys.executable, "-m", "bench.soak", "--serve"],
            env={
                **os.environ,
                "MONGO_URL": running.mongo_url,
                "RABBIT_URL": running.rabbit_url,
                "SEAL_KEYS": SEAL_KEYS,
                "HTTP_PORT": str(port),
                "LOG_LEVEL": "WARNING",
            },
            log=Path(folder) / "ledger.log",
        )
        worker.start()
        async with safe_broker(running.rabbit_url, "soak") as broker:
            await declare(broker)
            queue = await broker.declare_queue(durable_queue(QUEUE))
            await queue.bind("events", Deposited.key)
            soaking = Soak(running, worker, port, EventPublisher(broker))
            async with asyncio.timeout(120):
                while not await soaking.listening():  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
            yield soaking
            worker.stop()


def counted(settings: ServiceSettings) -> Any:
    """The ledger, which also tells how many tasks its event loop has."""
    service = ledger(settings)

    @service.app.get("/tasks")
    async def tasks() -> int:
        return len(asyncio.all_tasks())

    return service


def main() -> None:
    asked = ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=30)
    asked.add_argument("--serve", action="store_true")
    said = asked.parse_args()
    if said.serve:
        serve(counted, ServiceSettings)
    elif not asyncio.run(soak(said.minutes)):
        sys.exit(1)


if __name__ == "__main__":
    main()
