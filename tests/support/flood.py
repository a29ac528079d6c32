"""A service as a process of its own, with its queues full of the largest messages and slow clients at its door."""

import asyncio
import http.client
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from threading import Event as Flag
from threading import Thread
from time import perf_counter
from uuid import uuid4

import aio_pika
import psutil
from door_keys import Keys
from front_desk import ingress_url, open_ingress
from waiting import until

from kefu.example import example
from kefu_local.ports import LOOPBACK, free_ports
from kefu_local.process import Process
from kefu_local.servers import Servers
from shared.contracts.catalogue import contracts, published
from shared.contracts.event import Event
from shared.testing import SECRETS, cause
from shared.wire import ingress
from shared.wire.broker import EVENTS
from shared.wire.envelope import Envelope
from shared.wire.message import LARGEST_BODY

SLOW_CLIENTS = 300
UNCONFIRMED = 20
"""Messages on their way to the broker at most, 10 MB of them."""
PATIENCE = 30.0
"""Seconds that an answer may take, and those that a missing one counts for."""
ASK_EVERY = 0.05
"""Seconds between two questions whether the service lives."""


@dataclass(frozen=True)
class Reading:
    """What one flood did to a service; memory in MB, times in seconds."""

    service: str
    messages: int
    seconds: float
    at_rest: float
    most: float
    answers: tuple[float, ...]

    @property
    def median(self) -> float:
        """Of the answers to `/health/live`."""
        return median(self.answers)

    @property
    def usual(self) -> float:
        """What 95 of 100 answers stay below."""
        return quantiles(self.answers, n=20, method="inclusive")[18]

    @property
    def slow(self) -> float:
        """What 99 of 100 answers to `/health/live` stay below."""
        return quantiles(self.answers, n=100, method="inclusive")[98]


def bodies(event: type[Event]) -> Iterator[bytes]:
    """Bodies of the largest size: one that is this event, and others that are more work to refuse."""
    good = example(event).model_dump_json().encode()
    numbers = good[:-1] + b',"more":[0' + b",0" * ((LARGEST_BODY - len(good) - 12) // 2) + b"]}"
    names = good[:-1] + b"".join(b',"%06d":0' % number for number in range((LARGEST_BODY - len(good)) // 11)) + b"}"
    text = good[:-1] + b',"more":"' + "长".encode() * ((LARGEST_BODY - len(good) - 12) // 3) + b'"}'
    yield from cycle((good.ljust(LARGEST_BODY), numbers, names, text, b"[" * LARGEST_BODY, b"\xff" * LARGEST_BODY))


@dataclass(frozen=True)
class Lane:
    """Where messages of one kind are sent to."""

    exchange: aio_pika.abc.AbstractExchange
    event: type[Event]
    bodies: Iterator[bytes]


class Flooded:
    """The service, and those who ask and send."""

    def __init__(self, name: str, servers: Servers, corner: str, vhost: str, process: Process, port: int) -> None:
        self.name = name
        self._servers, self._corner, self._vhost, self._process, self._port = servers, corner, vhost, process, port
        self._answers: list[float] = []
        self._most = 0.0

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    async def listens(self) -> bool:
        return await asyncio.to_thread(self._status) == 200

    def _status(self) -> int:
        try:
            return self._ask("/health/ready")[0]
        except OSError:
            return 0

    def _ask(self, path: str) -> tuple[int, bytes]:
        asked = http.client.HTTPConnection(LOOPBACK, self._port, timeout=PATIENCE)
        asked.request("GET", path)
        answer = asked.getresponse()
        said = answer.read()
        asked.close()
        return answer.status, said

    def _lives(self) -> bool:
        """Whether it says so; one that hangs up, or is too busy to say it, does not."""
        try:
            return self._ask("/health/live")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def _taken(self) -> int:
        return int(json.loads(self._ask("/health/live")[1])["taken"])

    def _memory(self) -> float:
        return float(psutil.Process(self._process.pid).memory_info().rss / 1e6)

    def _watch(self, over: Flag) -> None:
        while not over.wait(ASK_EVERY):
            began = perf_counter()
            lives = self._lives()
            self._answers.append(perf_counter() - began if lives else PATIENCE)
            self._most = max(self._most, self._memory())

    async def bear(self, count: int) -> Reading:
        """So many of the largest messages over all its queues, and slow clients meanwhile; until all are taken."""
        at_rest, over = self._memory(), Flag()
        watching = Thread(target=self._watch, args=(over,))
        slow = [asyncio.create_task(self._trickle()) for _ in range(SLOW_CLIENTS)]
        watching.start()
        began = perf_counter()
        try:
            await self._send(count)
            await until(lambda: self._has_taken(count), 600, every=0.1)
        finally:
            over.set()
            await asyncio.to_thread(watching.join)
            for client in slow:
                client.cancel()
        return Reading(self.name, count, perf_counter() - began, at_rest, self._most, tuple(self._answers))

    async def _has_taken(self, count: int) -> bool:
        return await asyncio.to_thread(self._taken) >= count

    async def _trickle(self) -> None:
        """A client whose headers never end, and that comes again when it is turned away."""
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(LOOPBACK, self._port)
                try:
                    writer.write(b"POST /facts HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 10_000)
                    while True:
                        await writer.drain()
                        await asyncio.sleep(1)
                        writer.write(b"x")
                finally:
                    writer.close()
            await asyncio.sleep(1)

    async def _send(self, count: int) -> None:
        room = asyncio.Semaphore(UNCONFIRMED)
        async with AsyncExitStack() as lines, asyncio.TaskGroup() as sending:

            async def send(lane: Lane, message: aio_pika.Message) -> None:
                try:
                    await lane.exchange.publish(message, lane.event.key)
                finally:
                    room.release()

            for lane in islice(cycle([lane async for lane in self._lanes(lines)]), count):
                await room.acquire()
                headers = Envelope.of(example(lane.event), uuid4(), uuid4(), 1, cause(datetime.now(UTC))).headers()
                message = aio_pika.Message(next(lane.bodies), headers=dict(headers), content_type="application/json")
                sending.create_task(send(lane, message))

    async def _lanes(self, lines: AsyncExitStack) -> AsyncIterator[Lane]:
        """Each queue of the bus; of each department one kind of fact."""
        bus = await lines.enter_async_context(await aio_pika.connect(self._servers.vhost_url(self._corner)))
        events = await (await bus.channel()).get_exchange(EVENTS.name, ensure=False)
        prefix = f"{self.name}.on."
        named = [queue["name"] for queue in self._servers.management.get(f"/queues/{self._corner}")]
        for queue in sorted(name for name in named if name.startswith(prefix)):
            event = contracts()[queue.removeprefix(prefix)]
            yield Lane(events, event, bodies(event))
        for department in ingress.departments() if self.name == "intake" else ():
            url = ingress_url(self._servers, self._vhost, department)
            line = await lines.enter_async_context(await aio_pika.connect(url))
            exchange = await (await line.channel()).get_exchange(ingress.entrance(department), ensure=False)
            event = next(event for event in published().values() if event.publisher() == department)
            yield Lane(exchange, event, bodies(event))


@asynccontextmanager
async def flooded(name: str, servers: Servers, folder: Path, **changes: object) -> AsyncIterator[Flooded]:
    """The service in a corner of its own, connected to its servers."""
    folder.mkdir()  # noqa: ASYNC240
    corner, port = f"test-{uuid4().hex[:12]}", next(free_ports())
    servers.management.create_vhost(corner)
    vhost = open_ingress(servers)
    settings = {
        "mongo_url": servers.mongo_url,
        "mongo_database": corner,
        "rabbit_url": servers.vhost_url(corner),
        "ingress_url": ingress_url(servers, vhost, "intake"),
        "http_host": LOOPBACK,
        "http_port": port,
        "log_level": "ERROR",
        **SECRETS,
        **Keys.made_in(folder).settings,
        **changes,
    }
    env = {**os.environ, **{name.upper(): str(value) for name, value in settings.items()}}
    process = Process(name, [sys.executable, "-m", name], env=env, log=folder / "service.log")
    process.start()
    try:
        service = Flooded(name, servers, corner, vhost, process, port)
        await until(service.listens, every=0.2)
        yield service
    finally:
        process.stop()
        for each in (corner, vhost):
            servers.management.delete_vhost(each)
