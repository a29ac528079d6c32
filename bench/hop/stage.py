"""The servers, the queues and the workers under measurement."""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import psutil
from faststream.rabbit import ExchangeType, RabbitExchange
from pymongo import MongoClient

from bench.hop.columns import COLUMNS, Column, deposit
from bench.hop.machine import Meter, Usage
from bench.hop.postgres import Postgres, postgres
from kefu_local.mongodb import mongod
from kefu_local.ports import LOOPBACK, free_ports
from kefu_local.process import Process
from kefu_local.servers import ServerPorts, Servers, servers
from shared.contracts.event import Actor
from shared.testing import SEAL_KEYS
from shared.wire.broker import EventPublisher, declare, durable_queue, safe_broker
from shared.wire.envelope import Envelope

HERE = Path(__file__).parents[2]
OUTS = ("bench.out", "bench.heard", "celery.out", "taskiq.out", "dramatiq_out")


async def _as_it_is(_: str) -> None:
    """The database is empty."""


class Stage:
    """The servers, with their queues, and one worker at a time."""

    def __init__(self, running: Servers, mongo_url: str, mongo_pid: int, postgres: Postgres | None = None) -> None:
        self.running = running
        self.postgres = postgres
        self.mongo_url = mongo_url
        self.mongo_pid = mongo_pid

    def environment(self, database: str) -> dict[str, str]:
        paths = os.pathsep.join([str(HERE), str(HERE / "tests" / "support")])
        return {
            **os.environ,
            "PYTHONPATH": paths,
            "MONGO_URL": self.mongo_url,
            "MONGO_DATABASE": database,
            "RABBIT_URL": self.running.rabbit_url,
            "SEAL_KEYS": SEAL_KEYS,
            "POSTGRES_URL": self.postgres.url(database) if self.postgres else "",
            "HTTP_PORT": "0",
            "LOG_LEVEL": "ERROR",
        }

    async def channel(self) -> Any:
        connection = await aio_pika.connect(self.running.rabbit_url)
        return connection, await connection.channel()

    async def depth(self, channel: Any, queue: str) -> int:
        underlay = await channel.get_underlay_channel()
        return int((await underlay.queue_declare(queue, passive=True)).message_count)

    async def prepare(self) -> None:
        """Declare every queue once; the task queues make their own."""
        broker = safe_broker(self.running.rabbit_url, "bench")
        await broker.connect()
        await declare(broker)
        exchange = await broker.declare_exchange(RabbitExchange("bench.out", type=ExchangeType.TOPIC, durable=True))
        heard = await broker.declare_queue(durable_queue("bench.heard"))
        await heard.bind("events", "ledger.credited.v1")
        out = await broker.declare_queue(durable_queue("bench.out"))
        await out.bind(exchange, "#")
        for column in COLUMNS:
            if column.fill is None:
                queue = await broker.declare_queue(durable_queue(column.queue))
                if column.name == "kefu":
                    await queue.bind("events", "test.deposited.v1")
        await broker.stop()

    async def fill(self, column: Column, count: int, spread: int = 1) -> None:
        """Lay the work in the column's queue: each to another account, and each so many further on."""
        deposits = [(str(uuid4()), deposit(number * spread)) for number in range(count)]
        if column.fill is not None:
            script = f"import json,sys; from {column.fill} import fill; fill(json.load(sys.stdin))"
            command = [column.command[0], "-c", script]
            subprocess.run(  # noqa: ASYNC221
                command, input=json.dumps(deposits).encode(), env=self.environment("fill"), check=True, cwd=HERE
            )
            return
        broker = safe_broker(self.running.rabbit_url, "bench")
        await broker.connect()
        wire = EventPublisher(broker, exchange="events" if column.name == "kefu" else "")
        envelopes = [envelope(id, body, column) for id, body in deposits]
        for start in range(0, count, 500):
            await wire.publish(envelopes[start : start + 500])
        await broker.stop()

    async def measure(
        self,
        column: Column,
        count: int,
        processes: int = 1,
        upto: int = 0,
        spread: int = 1,
        prepare: Callable[[str], Awaitable[None]] = _as_it_is,
    ) -> Usage:
        """Start the workers, and take the time from the first tenth of the work to its end, or to `upto` of it."""
        database = f"bench-{uuid4().hex[:8]}"
        connection, channel = await self.channel()
        try:
            await self.empty(channel)
            await self.fill(column, count, spread)
            await prepare(database)
            if column.database == "postgres":
                assert self.postgres is not None
                self.postgres.create(database)
            workers = [
                subprocess.Popen(  # noqa: ASYNC220
                    column.command,
                    env=self.environment(database),
                    cwd=HERE,
                    stdout=subprocess.DEVNULL,
                    stderr=None if os.environ.get("VERBOSE") else subprocess.DEVNULL,
                    start_new_session=True,
                )
                for _ in range(processes)
            ]
            try:
                return await self._timed(channel, column, upto or count, workers)
            finally:
                for worker in workers:
                    end(worker)
        finally:
            await connection.close()
            with MongoClient[Any](self.mongo_url) as client:
                client.drop_database(database)
            if self.postgres is not None:
                self.postgres.drop(database)

    async def _timed(self, channel: Any, column: Column, count: int, workers: list[subprocess.Popen[bytes]]) -> Usage:
        begun = await self._reached(channel, column.out, count // 10)
        clients = [worker.pid for worker in workers]
        database = self.postgres.pid if self.postgres and column.database == "postgres" else self.mongo_pid
        meter = Meter(client=clients, rabbit=[_beam(self.running)], database=[database])
        ended = await self._reached(channel, column.out, count)
        usage = meter.read()
        done = ended - begun
        return Usage(
            usage.seconds / done, {part: cpu / done for part, cpu in usage.cpu.items()}, usage.foreign, usage.memory
        )

    async def _reached(self, channel: Any, queue: str, count: int) -> int:
        async with asyncio.timeout(240):
            while True:
                try:
                    depth = await self.depth(channel, queue)
                except aio_pika.exceptions.ChannelClosed:
                    await channel.reopen()
                    depth = 0
                if depth >= count:
                    return depth
                await asyncio.sleep(0.02)

    async def empty(self, channel: Any) -> None:
        for queue in (*OUTS, *(column.queue for column in COLUMNS)):
            try:
                underlay = await channel.get_underlay_channel()
                await underlay.queue_purge(queue)
            except aio_pika.exceptions.ChannelClosed:
                await channel.reopen()


def envelope(id: str, body: dict[str, Any], column: Column) -> Envelope:
    key = "test.deposited.v1" if column.name == "kefu" else column.queue
    actor = Actor(kind="service", id="bench")
    event = UUID(id)
    return Envelope(event, key, event, 1, datetime.now(UTC), event, event, actor, None, json.dumps(body))


def _beam(running: Servers) -> int:
    assert running.rabbit is not None
    return running.rabbit.process.pid


def end(worker: subprocess.Popen[bytes]) -> None:
    for process in [*psutil.Process(worker.pid).children(recursive=True)] if worker.poll() is None else []:
        process.kill()
    worker.kill()
    worker.wait()


def replica_set(folder: Path, port: int) -> Process:
    """A mongod of one member that can do transactions, for the columns that need them; the others use it alike."""
    data = folder / "data"
    data.mkdir(parents=True)
    command = [
        *(str(mongod()), "--dbpath", str(data), "--bind_ip", LOOPBACK, "--port", str(port), "--replSet", "rs0"),
        *("--wiredTigerCacheSizeGB", "2", "--nounixsocket", "--oplogSize", "512"),
    ]
    process = Process("mongod", command, env={"PATH": os.environ["PATH"]}, log=folder / "mongod.log")
    process.start()
    with MongoClient[Any](
        f"mongodb://{LOOPBACK}:{port}", directConnection=True, serverSelectionTimeoutMS=60_000
    ) as client:
        members = [{"_id": 0, "host": f"{LOOPBACK}:{port}"}]
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        while not client.admin.command("hello")["isWritablePrimary"]:
            time.sleep(0.1)
    return process


@asynccontextmanager
async def stage(*, with_postgres: bool = False) -> AsyncIterator[Stage]:
    """Servers of our own for one run."""
    with TemporaryDirectory(prefix="kefu-bench-") as folder:
        ports = ServerPorts.free()
        database = replica_set(Path(folder) / "mongo", ports.mongo)
        mongo_url = f"mongodb://{LOOPBACK}:{ports.mongo}/?replicaSet=rs0"
        os.environ["MONGO_URL"] = mongo_url
        try:
            with ExitStack() as stack:
                running = stack.enter_context(servers(Path(folder), ports, disposable=True))
                found = stack.enter_context(postgres(Path(folder), next(free_ports()))) if with_postgres else None
                ready = Stage(running, mongo_url, database.pid, found)
                await ready.prepare()
                yield ready
        finally:
            database.kill()
