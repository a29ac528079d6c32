"""A service as a process of its own, with its queues full of the largest messages and slow clients at its door."""

import asyncio
import http.client
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
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
from shared.contracts.catalogue import contracts
from shared.contracts.event import Event
from shared.testing import SECRETS, cause
from shared.wire.broker import EVENTS
from shared.wire.envelope import Envelope
from shared.wire.message import LARGEST_BODY

SLOW_CLIENTS = 300
UNCONFIRMED = 20
"""Messages on their way to the broker at most, 10 MB of them."""
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
    def slow(self) -> float:
        """What 99 of 100 answers to `/health/live` stay below."""
        return quantiles(self.answers, n=100)[98]


def bodies(event: type[Event]) -> Iterator[bytes]:
    """Bodies of the largest size: one that is this event, and others that are more work to refuse."""
    good = example(event).model_dump_json().encode()
    numbers = good[:-1] + b',"more":[0' + b",0" * ((LARGEST_BODY - len(good) - 12) // 2) + b"]}"
    names = good[:-1] + b"".join(b',"%06d":0' % number for number in range((LARGEST_BODY - len(good)) // 11)) + b"}"
    text = good[:-1] + b',"more":"' + "长".encode() * ((LARGEST_BODY - len(good) - 12) // 3) + b'"}'
    yield from cycle((good.ljust(LARGEST_BODY), numbers, names, text, b"[" * LARGEST_BODY, b"\xff" * LARGEST_BODY))


class Flooded:
    """The service, and those who ask and send."""

    def __init__(self, name: str, servers: Servers, vhost: str, process: Process, port: int) -> None:
        self.name = name
        self._servers, self._vhost, self._process, self._port = servers, vhost, process, port
        self._answers: list[float] = []
        self._most = 0.0

    async def listens(self) -> bool:
        return await asyncio.to_thread(self._status) == 200

    def _status(self) -> int:
        try:
            return self._ask("/health/ready")[0]
        except OSError:
            return 0

    def _ask(self, path: str) -> tuple[int, bytes]:
        asked = http.client.HTTPConnection(LOOPBACK, self._port, timeout=30)
        asked.request("GET", path)
        answer = asked.getresponse()
        said = answer.read()
        asked.close()
        return answer.status, said

    def _taken(self) -> int:
        return int(json.loads(self._ask("/health/live")[1])["taken"])

    def _memory(self) -> float:
        return float(psutil.Process(self._process.pid).memory_info().rss / 1e6)

    def _watch(self, over: Flag) -> None:
        while not over.wait(ASK_EVERY):
            began = perf_counter()
            self._ask("/health/live")
            self._answers.append(perf_counter() - began)
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
        """A client that never ends its request, and comes again when it is turned away."""
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(LOOPBACK, self._port)
                try:
                    writer.write(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b" " * 10_000)
                    while not writer.is_closing():
                        writer.write(b" ")
                        await writer.drain()
                        await asyncio.sleep(1)
                finally:
                    writer.close()

    async def _send(self, count: int) -> None:
        prefix = f"{self.name}.on."
        named = [queue["name"] for queue in self._servers.management.get(f"/queues/{self._vhost}")]
        keys = sorted(name.removeprefix(prefix) for name in named if name.startswith(prefix))
        events = {key: (contracts()[key], bodies(contracts()[key])) for key in keys}
        room = asyncio.Semaphore(UNCONFIRMED)
        async with await aio_pika.connect(self._servers.vhost_url(self._vhost)) as bus, asyncio.TaskGroup() as sending:
            exchange = await (await bus.channel()).get_exchange(EVENTS.name, ensure=False)

            async def send(key: str, message: aio_pika.Message) -> None:
                try:
                    await exchange.publish(message, key)
                finally:
                    room.release()

            for key in islice(cycle(events), count):
                event, drawn = events[key]
                await room.acquire()
                headers = Envelope.of(example(event), uuid4(), uuid4(), 1, cause(datetime.now(UTC))).headers()
                message = aio_pika.Message(next(drawn), headers=dict(headers), content_type="application/json")
                sending.create_task(send(key, message))


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
        service = Flooded(name, servers, corner, process, port)
        await until(service.listens, every=0.2)
        yield service
    finally:
        process.stop()
        for each in (corner, vhost):
            servers.management.delete_vhost(each)
