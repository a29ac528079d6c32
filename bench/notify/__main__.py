"""`python -m bench.notify [MESSAGES [BULK [SECONDS [ROUNDS]]]]`: processes against sinks, and live beside bulk."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import time
from typing import Any
from uuid import uuid4

import httpx
from faststream.rabbit import RabbitQueue
from rich.console import Console
from rich.table import Table

from bench.hop.machine import Meter
from kefu_local.ports import LOOPBACK, free_ports
from kefu_local.process import Process
from kefu_local.servers import ServerPorts, Servers, servers
from shared.contracts.event import Event
from shared.contracts.intake import NotificationRequested
from shared.contracts.orders import OrderReleased
from shared.contracts.vocabulary import CustomerSnapshot, order_id_of
from shared.testing import SEAL_KEYS, cause
from shared.wire.broker import EVENTS, EventPublisher, declare, durable_queue, safe_broker
from shared.wire.envelope import Envelope

LATENCIES = (0.0, 0.05, 0.2)
LIVE_EVERY = 0.05
LIVE_FOR = 20.0
out = Console(width=110)


@dataclass
class Sink:
    """The sink of one run, asked from outside over one kept connection."""

    url: str
    pid: int
    client: httpx.Client

    async def taken(self) -> dict[str, float]:
        """When each message was taken."""
        at: dict[str, float] = await self._told("taken")
        return at

    async def count(self) -> int:
        """How many were taken. Costs the sink next to nothing."""
        count: int = await self._told("count")
        return count

    async def has(self, count: int, seconds: float) -> dict[str, float]:
        """When each message was taken, once so many are there or the time is over."""
        until = time() + seconds
        while True:
            if await self.count() >= count or time() > until:
                return await self.taken()
            await asyncio.sleep(0.25)

    async def _told(self, what: str) -> Any:
        answer = await asyncio.to_thread(self.client.get, f"{self.url}/{what}")
        return answer.json()


@contextmanager
def sink(latency: float, folder: Path) -> Iterator[Sink]:
    port = next(free_ports())
    command = [sys.executable, "-m", "bench.notify.sink", str(port), str(latency)]
    with running("sink", command, {}, folder) as process, httpx.Client(trust_env=False, timeout=30) as client:
        url = f"http://{LOOPBACK}:{port}"
        process.wait_until(lambda: answers(f"{url}/taken"), seconds=20)
        yield Sink(url, process.pid, client)


@contextmanager
def running(name: str, command: Sequence[str], env: dict[str, str], folder: Path) -> Iterator[Process]:
    process = Process(name, list(command), env={**os.environ, **env}, log=folder / f"{name}.log")
    process.start()
    try:
        yield process
    finally:
        process.stop()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def customer(number: int) -> CustomerSnapshot:
    return CustomerSnapshot(customer_id=uuid4(), name=f"客户{number}", mobile=f"138{number:08}")


def order(number: int) -> OrderReleased:
    return OrderReleased(
        order_id=order_id_of(f"SO-{number}"),
        order_no=f"SO-{number}",
        kind="standard",
        to="project_team",
        prepared_by="cs-07",
        reviewed_by="supervisor-01",
        approved_by="director-01",
        released_at=datetime.now(UTC),
        customer=customer(number),
    )


def greeting(number: int) -> NotificationRequested:
    return NotificationRequested(
        request_id=uuid4(), customer=customer(number), template="care_greeting", params={"festival": "中秋"}
    )


class Bus:
    """The bus as other services see it."""

    def __init__(self, url: str) -> None:
        self._broker = safe_broker(url, "bench")
        self._wire = EventPublisher(self._broker)

    async def open(self) -> None:
        await self._broker.connect()
        await declare(self._broker)

    async def close(self) -> None:
        await self._broker.stop()

    async def publish(self, events: Sequence[Event]) -> None:
        envelopes = [Envelope.of(event, uuid4(), uuid4(), 1, cause()) for event in events]
        for start in range(0, len(envelopes), 500):
            await self._wire.publish(envelopes[start : start + 500])

    async def queue(self, name: str, key: str) -> None:
        """Have a queue ready before its consumer starts, so that it starts on a full one."""
        kind = durable_queue(name, key) if name.startswith("notify") else RabbitQueue(name, durable=True)
        queue = await self._broker.declare_queue(kind)
        await queue.bind(EVENTS.name, key)


@asynccontextmanager
async def bus(real: Servers) -> AsyncIterator[tuple[Bus, dict[str, str]]]:
    """A vhost and a database of their own for one run."""
    name = f"bench-{uuid4().hex[:8]}"
    real.management.create_vhost(name)
    url = real.vhost_url(name)
    opened = Bus(url)
    await opened.open()
    try:
        yield opened, {"RABBIT_URL": url, "MONGO_URL": real.mongo_url, "MONGO_DATABASE": name}
    finally:
        await opened.close()
        real.management.delete_vhost(name)


@dataclass(frozen=True)
class Speed:
    """Messages per second by the wall clock; the processor time of sender, broker, database and sink for each, which
    load blurs less; and how many cores others used meanwhile."""

    per_second: float
    milliseconds: tuple[float, ...]
    foreign: float


async def throughput(
    real: Servers, folder: Path, module: str, messages: int, latency: float, *, at_once: int = 0, processes: int = 1
) -> Speed:
    """What the sink took, from its first to its last; the queue is full before the start."""
    with sink(latency, folder) as taken:
        async with bus(real) as (outside, env):
            await outside.queue(QUEUES[module], OrderReleased.key)
            await outside.publish([order(number) for number in range(messages)])
            told = env | settings(taken, folder) | {"AT_ONCE": str(at_once)}
            with ExitStack() as ended:
                command = [sys.executable, "-m", module]
                names = [f"{module}-{number}" for number in range(processes)]
                senders = [ended.enter_context(running(name, command, told, folder)) for name in names]
                first = len(await taken.has(1, seconds=60))
                nodes = {"rabbit": real.rabbit, "mongod": real.mongo}
                pids = {name: [node.process.pid] for name, node in nodes.items() if node}
                meter = Meter(senders=[sender.pid for sender in senders], **pids, sink=[taken.pid])
                at = await taken.has(messages, seconds=240)
                used = meter.read()
    times = sorted(at.values())
    if len(times) < messages:
        log = (folder / f"{module}-0.log").read_text()[-2000:]
        raise SystemExit(f"{module}: {len(times)} of {messages} within 240 s\n{log}")
    each = tuple(1000 * cpu / max(1, messages - first) for cpu in used.cpu.values())
    return Speed((len(times) - 1) / (times[-1] - times[0]), each, used.foreign)


def without_rest(folder: Path) -> Path:
    """The shipped message policy, but messages go out at any hour."""
    shipped = files("notify.domain").joinpath("policy", "messages_v1.toml").read_text(encoding="utf-8")
    own = folder / "notify_policy.toml"
    own.write_text(shipped.replace('begin = "21:00"', 'begin = "00:00"').replace('end = "08:00"', 'end = "00:00"'))
    return own


QUEUES = {"notify": f"notify.on.{OrderReleased.key}", "bench.notify.naive": "naive"}


def settings(taken: Sink, folder: Path) -> dict[str, str]:
    return {
        "SMS_GATEWAY_URL": taken.url,
        "CALLBACK_SECRET": "known-to-the-bench",
        "SEAL_KEYS": SEAL_KEYS,
        "HTTP_PORT": "0",
        "LOG_LEVEL": "WARNING",
        "NOTIFY_POLICY": str(without_rest(folder)),
    }


async def live_beside_bulk(real: Servers, folder: Path, bulk: int, seconds: float) -> None:
    """Live facts every 50 ms while bulk goes out: how long each takes from publishing to the sink.

    Whether all of the bulk goes out is watched for so many seconds.
    """
    with sink(0.05, folder) as taken:
        async with bus(real) as (outside, env):
            keys = (OrderReleased.key, NotificationRequested.key)
            for key in keys:
                await outside.queue(f"notify.on.{key}", key)
            await outside.publish([greeting(number) for number in range(bulk)])
            with running("notify", [sys.executable, "-m", "notify"], {**env, **settings(taken, folder)}, folder):
                await taken.has(1, seconds=60)
                began = time()
                published = await _trickle(outside)
                await _report_progress(taken, bulk + len(published), began, seconds)
                at = await taken.taken()
            published_at = await _matched(env, published)
            waits = sorted(at[id] - begun for id, begun in published_at.items() if id in at)
            done = len(at) - len(waits)
    p50, p95 = quantiles(waits, n=20)[9], quantiles(waits, n=20)[18]
    out.print(
        f"live beside bulk: {len(waits)} of {len(published)} live, p50 {p50:.2f} s, p95 {p95:.2f} s; "
        f"bulk {done} of {bulk} out after {time() - began:.0f} s"
    )


async def _trickle(outside: Bus) -> dict[str, float]:
    published: dict[str, float] = {}
    until, number = time() + LIVE_FOR, 1_000_000
    while time() < until:
        published[f"SO-{number}"] = time()
        await outside.publish([order(number)])
        number += 1
        await asyncio.sleep(LIVE_EVERY)
    return published


async def _matched(env: dict[str, str], published: dict[str, float]) -> dict[str, float]:
    """When the fact behind each live message was published, by the message's id."""
    from pymongo import AsyncMongoClient

    async with AsyncMongoClient(env["MONGO_URL"], uuidRepresentation="standard") as client:
        rows = client[env["MONGO_DATABASE"]]["notifications"].find({"state.lane": "live"}, {"state.about": 1})
        return {str(row["_id"]): published[row["state"]["about"]] async for row in rows}


async def _report_progress(taken: Sink, all_: int, began: float, seconds: float) -> None:
    last = -1
    while True:
        count = await taken.count()
        if count >= all_ or count == last or time() - began > seconds:
            return
        last = count
        out.print(f"  {time() - began:5.0f} s: {last:>6} out, {last / (time() - began):.0f}/s", highlight=False)
        await asyncio.sleep(10.0)


async def compare(real: Servers, folder: Path, messages: int, rounds: int) -> None:
    """Medians of so many rounds of every way, taken in turn."""
    table = Table(title=f"accepted messages, and the processor time for each; medians of {rounds} rounds")
    for heading in ("sink", "way", "a second", "÷ naive", "ms: senders + broker + database + sink", "foreign cores"):
        table.add_column(heading, justify="left" if heading in ("sink", "way") else "right")
    for latency in LATENCIES:
        speeds: dict[str, list[Speed]] = {way: [] for way in WAYS}
        for number in range(rounds):
            for way, through in WAYS.items():
                speed = await through(real, folder, messages, latency)
                speeds[way].append(speed)
                told = f"  sink {latency * 1000:.0f} ms, round {number + 1}: {way} {speed.per_second:.0f}/s"
                out.print(told, highlight=False)
        naive = median(each.per_second for each in speeds["naive loop"])
        for way, each in speeds.items():
            per_second = median(speed.per_second for speed in each)
            spent = " + ".join(
                f"{median(part):.2f}" for part in zip(*(speed.milliseconds for speed in each), strict=True)
            )
            foreign = median(speed.foreign for speed in each)
            sink = f"{latency * 1000:.0f} ms"
            table.add_row(sink, way, f"{per_second:.0f}", f"{per_second / naive:.1f}", spent, f"{foreign:.1f}")
        table.add_section()
    out.print(table)


async def _one(real: Servers, folder: Path, messages: int, latency: float) -> Speed:
    return await throughput(real, folder, "notify", messages, latency)


async def _two(real: Servers, folder: Path, messages: int, latency: float) -> Speed:
    return await throughput(real, folder, "notify", messages, latency, processes=2)


async def _naive(real: Servers, folder: Path, _: int, latency: float) -> Speed:
    return await throughput(real, folder, "bench.notify.naive", 100 if latency else 500, latency, at_once=1)


async def _many(real: Servers, folder: Path, _: int, latency: float) -> Speed:
    return await throughput(real, folder, "bench.notify.naive", 1000, latency, at_once=64)


WAYS = {"notify": _one, "notify, two processes": _two, "naive loop": _naive, "naive, 64 at once": _many}


async def main(messages: int, bulk: int, seconds: int, rounds: int) -> None:
    with TemporaryDirectory(prefix="kefu-bench-") as name:
        folder = Path(name)
        with servers(folder, ServerPorts.free(), disposable=True) as real:
            if messages:
                await compare(real, folder, messages, rounds)
            if bulk:
                await live_beside_bulk(real, folder, bulk, seconds)


if __name__ == "__main__":
    arguments = [int(each) for each in sys.argv[1:]]
    asyncio.run(main(*(arguments + [4000, 50_000, 900, 3][len(arguments) :])))
