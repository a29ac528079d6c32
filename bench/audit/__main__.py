"""Readings of personal data, of one file and of lists, with their entries in the audit trail and without.

Usage: python -m bench.audit [--rounds 5] [--requests 2000] [--clients 8]. Two processes of intake on one MongoDB take
turns.
"""

import asyncio
import os
import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import uuid4

import httpx
from rich.console import Console
from rich.table import Table

from bench.hop.machine import Meter
from kefu_local.ports import LOOPBACK, free_ports
from kefu_local.process import Process
from kefu_local.servers import ServerPorts, Servers, servers
from shared.testing import SECRETS

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from door_keys import Keys
from front_desk import ingress_url, open_ingress
from waiting import until

WAYS: dict[str, Sequence[str]] = {"with its entry": (), "without": ("--silent",)}
CUSTOMERS = 200
LISTS = {"a list of 10": "/customers?limit=10", "a list of 50": "/customers?limit=50"}
"""Lists that name customers, each of which leaves one entry, however many it names."""


@dataclass(frozen=True)
class Reading:
    """One turn of one way: requests a second, and milliseconds: latency, and the processor of service and database."""

    rate: float
    latency: float
    service: float
    database: float

    @property
    def processor(self) -> float:
        return self.service + self.database


class Served:
    """One process of intake."""

    def __init__(self, process: Process, port: int, staff: Mapping[str, str]) -> None:
        self.process = process
        self.port = port
        self._staff = staff

    async def fill(self) -> list[str]:
        """Some customers; the paths of their files."""
        paths = []
        async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{self.port}", timeout=30) as http:
            for number in range(CUSTOMERS):
                contact = {"name": "王芳", "mobile": f"138{number:08}", "email": f"wang{number}@hengda.cn"}
                body = {"name": f"广州恒达装饰{number}", "contacts": [contact]}
                answer = await http.post(
                    "/customers", json=body, headers={**self._staff, "Idempotency-Key": str(uuid4())}
                )
                paths.append(f"/customers/{answer.raise_for_status().json()['customer_id']}")
        return paths

    async def ready(self) -> bool:
        try:
            async with httpx.AsyncClient() as http:
                return (await http.get(f"http://{LOOPBACK}:{self.port}/health/ready")).status_code == 200
        except httpx.TransportError:
            return False

    async def read(self, paths: Sequence[str], mongo: int, clients: int) -> Reading:
        """All of these, so many at a time; ends when the service has nothing to do any more."""
        waiting, took = list(paths), list[float]()
        meter = Meter(service=[self.process.pid], database=[mongo])
        await asyncio.gather(*(self._client(waiting, took) for _ in range(clients)))
        seconds = meter.read().seconds
        await asyncio.sleep(1)
        used = meter.read().cpu
        each = 1e3 / len(paths)
        return Reading(len(paths) / seconds, median(took) * 1e3, used["service"] * each, used["database"] * each)

    async def _client(self, waiting: list[str], took: list[float]) -> None:
        reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
        headers = "".join(f"{name}: {value}\r\n" for name, value in self._staff.items())
        while waiting:
            began = perf_counter()
            writer.write(f"GET {waiting.pop()} HTTP/1.1\r\nHost: intake\r\n{headers}\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            took.append(perf_counter() - began)
        writer.close()


@asynccontextmanager
async def intake(
    running: Servers, folder: Path, keys: Keys, database: str, flags: Sequence[str]
) -> AsyncIterator[Served]:
    """One process of intake in a corner of its own of the broker."""
    corner, port, ingress = f"bench-{uuid4().hex[:12]}", next(free_ports()), open_ingress(running)
    running.management.create_vhost(corner)
    settings = {
        "mongo_url": running.mongo_url,
        "mongo_database": database,
        "rabbit_url": running.vhost_url(corner),
        "ingress_url": ingress_url(running, ingress, "intake"),
        "http_host": LOOPBACK,
        "http_port": port,
        "log_level": "ERROR",
        **SECRETS,
        **keys.settings,
    }
    env = {**os.environ, **{name.upper(): str(value) for name, value in settings.items()}}
    process = Process(
        corner, [sys.executable, "-m", "bench.audit.served", *flags], env=env, log=folder / f"{corner}.log"
    )
    process.start()
    try:
        served = Served(process, port, keys.staff())
        await until(served.ready, 180, every=0.2)
        yield served
    finally:
        process.stop()


async def run(rounds: int, requests: int, clients: int) -> dict[str, dict[str, list[Reading]]]:
    """What is read, both ways in turns, the first of each for warming up."""
    readings: dict[str, dict[str, list[Reading]]] = defaultdict(lambda: defaultdict(list))
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="kefu-audit-")))
        running = stack.enter_context(servers(folder, ServerPorts.free(), disposable=True))
        assert running.mongo is not None
        mongo = running.mongo.process.pid
        keys, database = Keys.made_in(folder), f"bench-{uuid4().hex[:8]}"
        ways = {
            way: await stack.enter_async_context(intake(running, folder, keys, database, flags))
            for way, flags in WAYS.items()
        }
        files = await ways["without"].fill()
        asked = {"a file": files, **{name: [path] for name, path in LISTS.items()}}
        for turn in range(rounds + 1):
            for what, paths in asked.items():
                for way, served in ways.items():
                    reading = await served.read((paths * (requests // len(paths) + 1))[:requests], mongo, clients)
                    if turn:
                        readings[what][way].append(reading)
    return readings


def table(readings: dict[str, dict[str, list[Reading]]], clients: int) -> Table:
    """Medians over the rounds, and the ratio to the reading without."""
    shown = Table(title=f"customers, read by {clients} at a time; medians, ms of the processor per request")
    for heading in ("read", "way", "requests/s", "÷ without", "latency ms", "service + database ms", "÷ without"):
        shown.add_column(heading, justify="left" if heading in ("read", "way") else "right")
    for what, ways in readings.items():
        _add(shown, what, ways)
    return shown


def _add(shown: Table, what: str, ways: dict[str, list[Reading]]) -> None:
    rate, processor = (median(getattr(each, name) for each in ways["without"]) for name in ("rate", "processor"))
    for way, found in ways.items():
        middle = {
            name: median(getattr(each, name) for each in found)
            for name in ("rate", "latency", "service", "database", "processor")
        }
        shown.add_row(
            what,
            way,
            f"{middle['rate']:,.0f}",
            f"{middle['rate'] / rate:.3f}",
            f"{middle['latency']:.2f}",
            f"{middle['service']:.3f} + {middle['database']:.3f}",
            f"{middle['processor'] / processor:.3f}",
        )


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=8)
    asked = parser.parse_args()
    readings = asyncio.run(run(asked.rounds, asked.requests, asked.clients))
    Console(width=130).print(table(readings, asked.clients))


if __name__ == "__main__":
    main()
