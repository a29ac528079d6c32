"""`make bench`: one run, one table. Usage: python -m bench.hop [--rounds 5] [--columns raw,kefu,…]."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import aio_pika
import psutil
from pymongo import MongoClient
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.hop.columns import COLUMNS, Column, deposit
from bench.hop.machine import Meter, Usage
from kefu_local.mongodb import mongod
from kefu_local.ports import LOOPBACK
from kefu_local.process import Process
from kefu_local.servers import ServerPorts, Servers, servers
from shared.broker import Wire, declare, durable_queue, safe_broker
from shared.contracts.event import Actor
from shared.envelope import Envelope

HERE = Path(__file__).parents[2]
OUTS = ("bench.out", "bench.heard", "celery.out", "taskiq.out", "dramatiq_out")


class Stage:
    """The servers, with their queues, and one worker at a time."""

    def __init__(self, running: Servers, mongo_url: str, mongo_pid: int) -> None:
        self.running = running
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
        exchange = await broker.declare_exchange(aio_exchange("bench.out"))
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

    async def fill(self, column: Column, count: int) -> None:
        """Lay the work in the column's queue."""
        filler = column.filler()
        deposits = [(str(uuid4()), deposit(number)) for number in range(count)]
        if filler is not None:
            script = f"import json,sys; from {column.fill} import fill; fill(json.load(sys.stdin))"
            command = [sys.executable, "-c", script]
            subprocess.run(  # noqa: ASYNC221
                command, input=json.dumps(deposits).encode(), env=self.environment("fill"), check=True, cwd=HERE
            )
            return
        broker = safe_broker(self.running.rabbit_url, "bench")
        await broker.connect()
        wire = Wire(broker, exchange="events" if column.name == "kefu" else "")
        envelopes = [_envelope(id, body, column) for id, body in deposits]
        for start in range(0, count, 500):
            await wire.publish(envelopes[start : start + 500])
        await broker.stop()

    async def measure(self, column: Column, count: int, processes: int = 1) -> Usage:
        """Start the workers, and take the time from the first tenth of the work to its end."""
        database = f"bench-{uuid4().hex[:8]}"
        connection, channel = await self.channel()
        try:
            await self.empty(channel)
            await self.fill(column, count)
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
                return await self._timed(channel, column, count, workers)
            finally:
                for worker in workers:
                    _end(worker)
        finally:
            await connection.close()
            with MongoClient[Any](self.mongo_url) as client:
                client.drop_database(database)

    async def _timed(self, channel: Any, column: Column, count: int, workers: list[subprocess.Popen[bytes]]) -> Usage:
        begun = await self._reached(channel, column.out, count // 10)
        meter = Meter(client=workers[0].pid, rabbit=_beam(self.running), mongod=self.mongo_pid)
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


def aio_exchange(name: str) -> Any:
    from faststream.rabbit import ExchangeType, RabbitExchange

    return RabbitExchange(name, type=ExchangeType.TOPIC, durable=True)


def _envelope(id: str, body: dict[str, Any], column: Column) -> Envelope:
    from datetime import UTC, datetime
    from uuid import UUID

    key = "test.deposited.v1" if column.name == "kefu" else column.queue
    actor = Actor(kind="service", id="bench")
    event = UUID(id)
    return Envelope(event, key, event, 1, datetime.now(UTC), event, event, actor, None, json.dumps(body))


def _beam(running: Servers) -> int:
    assert running.rabbit is not None
    return running.rabbit.process.pid


def _end(worker: subprocess.Popen[bytes]) -> None:
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


async def run(rounds: int, names: list[str], console: Console) -> dict[str, list[Usage]]:
    """Every column once per round, interleaved, so that the machine's moods hit all alike."""
    with TemporaryDirectory(prefix="kefu-bench-") as folder:
        ports = ServerPorts.free()
        database = replica_set(Path(folder) / "mongo", ports.mongo)
        mongo_url = f"mongodb://{LOOPBACK}:{ports.mongo}/?replicaSet=rs0"
        os.environ["MONGO_URL"] = mongo_url
        try:
            with servers(Path(folder), ports, disposable=True) as running:
                return await _rounds(Stage(running, mongo_url, database.pid), rounds, names, console)
        finally:
            database.kill()


async def _rounds(stage: Stage, rounds: int, names: list[str], console: Console) -> dict[str, list[Usage]]:
    await stage.prepare()
    columns = [column for column in COLUMNS if column.name in names]
    results: dict[str, list[Usage]] = defaultdict(list)
    with Progress(console=console) as progress:
        task = progress.add_task("hop", total=rounds * len(columns))
        for _ in range(rounds):
            for column in columns:
                progress.update(task, description=column.name)
                results[column.name].append(await stage.measure(column, column.work))
                progress.advance(task)
    return results


def table(results: dict[str, list[Usage]]) -> Table:
    """Medians, and ratios to the transaction column and to the ceiling."""
    shown = Table(title="the durable hop")
    for heading in (
        "way",
        "hops/s",
        "min…max",
        "÷ transaction",
        "÷ raw",
        "µs CPU client/rabbit/mongod",
        "MB",
        "foreign cores",
    ):
        shown.add_column(heading, justify="left" if heading == "way" else "right")
    rates = {name: statistics.median(1 / usage.seconds for usage in usages) for name, usages in results.items()}
    for column in COLUMNS:
        if column.name not in results:
            continue
        usages = results[column.name]
        each = sorted(1 / usage.seconds for usage in usages)
        cpu = [statistics.median(usage.cpu[part] for usage in usages) * 1e6 for part in ("client", "rabbit", "mongod")]
        rate = rates[column.name]
        shown.add_row(
            column.what,
            f"{rate:,.0f}",
            f"{each[0]:,.0f}…{each[-1]:,.0f}",
            f"{rate / rates['transaction']:.1f}" if "transaction" in rates else "",
            f"{rate / rates['raw']:.2f}" if "raw" in rates else "",
            "/".join(f"{part:.0f}" for part in cpu),
            f"{statistics.median(usage.memory for usage in usages) / 1e6:.0f}",
            f"{statistics.median(usage.foreign for usage in usages):.2f}",
        )
    return shown


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--columns", default=",".join(column.name for column in COLUMNS))
    asked = parser.parse_args()
    console = Console(width=150)
    results = asyncio.run(run(asked.rounds, asked.columns.split(","), console))
    console.print(table(results))


if __name__ == "__main__":
    main()
