"""Two ledgers under load while things are done to them, and the books held against what was asked, from outside."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import aio_pika
import httpx
from house import Staff
from ledger import Credited, Deposited, Lapsed
from proxy import Wire
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError
from waiting import until

from kefu_local.ports import free_ports
from kefu_local.process import Process
from kefu_local.servers import Servers
from shared import time_source
from shared.contracts.event import Event
from shared.testing import SEAL_KEYS, cause
from shared.wire.broker import EVENTS, properties
from shared.wire.envelope import Envelope

QUEUE = "ledger.on.test.deposited.v1"
AUDIT = "audit"
ACCOUNTS = 40
OUTBOX_LIMIT = 40
RECOVERED_WITHIN = 30.0
Headers = Mapping[str, Any]
_AWAY = (OSError, TimeoutError, RuntimeError, aio_pika.exceptions.AMQPError)


@dataclass
class Books:
    """What was asked for and confirmed."""

    credits: Counter[str] = field(default_factory=Counter)
    opened: set[str] = field(default_factory=set)
    poison: int = 0
    recent: list[Envelope] = field(default_factory=list)

    @property
    def facts(self) -> int:
        return self.credits.total() + len(self.opened) + self.poison


class Siege:
    """The servers, the wires to them, two replicas with a supervisor, and the clients that ask."""

    def __init__(self, servers: Servers, name: str, folder: Path, disk: Path | None) -> None:
        self.disk = disk
        assert servers.rabbit
        assert servers.mongo
        self.servers = servers
        self.rabbit, self.mongo = servers.rabbit, servers.mongo
        self.books = Books()
        self.staff = Staff.hired_in(folder)
        self.time_file = folder / "time.json"
        self.url = servers.vhost_url(name)
        self.name = name
        self.to_rabbit = Wire(_port(servers.rabbit_url))
        self.to_mongo = Wire(_port(servers.mongo_url))
        port = free_ports()
        self.ports = (next(port), next(port))
        self.replicas = [self._replica(port, folder) for port in self.ports]
        self.held: set[int] = set()
        self.rate = 40
        self.told_to_wait = 0
        self._connection: Any = None
        self._channel: Any = None
        self._connecting = asyncio.Lock()

    def _replica(self, port: int, folder: Path) -> Process:
        env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parent),
            "MONGO_URL": f"mongodb://127.0.0.1:{self.to_mongo.port}",
            "MONGO_DATABASE": self.name,
            "RABBIT_URL": _through(self.url, self.to_rabbit.port),
            "HTTP_PORT": str(port),
            "TIME_FILE": str(self.time_file),
            "JWT_PUBLIC_KEY_FILE": str(self.staff.public_file),
            "SEAL_KEYS": SEAL_KEYS,
            "OUTBOX_LIMIT": str(OUTBOX_LIMIT),
            "PARKING_FIRST_WAIT": "0.3",
            "PARKING_MAX_ATTEMPTS": "3",
            "LOG_LEVEL": "WARNING",
        }
        return Process(f"ledger {port}", [sys.executable, "-m", "ledger"], env=env, log=folder / f"ledger-{port}.log")

    async def __aenter__(self) -> "Siege":
        self._stack = AsyncExitStack()
        self.servers.management.create_vhost(self.name)
        time_source.write(self.time_file, datetime.now(UTC), 1)
        for wire in (self.to_rabbit, self.to_mongo):
            await asyncio.to_thread(wire.lay)
            self._stack.callback(wire.cut)
        self._client: AsyncMongoClient[Any] = AsyncMongoClient(self.servers.mongo_url, uuidRepresentation="standard")
        self._stack.push_async_callback(self._client.close)
        self.kept = self._client[self.name]
        self._http = await self._stack.enter_async_context(httpx.AsyncClient(timeout=5, trust_env=False))
        for replica in self.replicas:
            self._stack.callback(replica.kill)
        tasks = [asyncio.create_task(self._supervise()), asyncio.create_task(self._prepare())]
        await tasks[1]
        await until(self.ready, 120, every=0.2)
        self._tasks = [tasks[0], asyncio.create_task(self._deposit()), asyncio.create_task(self._ask())]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hush()
        self._tasks[0].cancel()
        if self._connection:
            await self._connection.close()
        await self._stack.aclose()

    async def hush(self) -> None:
        """No further load."""
        for task in self._tasks[1:]:
            task.cancel()
        await asyncio.gather(*self._tasks[1:], return_exceptions=True)

    async def _supervise(self) -> None:
        while True:
            for place, replica in enumerate(self.replicas):
                if place not in self.held and not replica.running:
                    await asyncio.to_thread(replica.start)
            await asyncio.sleep(0.2)

    async def _prepare(self) -> None:
        channel = await self.channel()
        await channel.declare_exchange(EVENTS.name, "topic", durable=True, arguments=EVENTS.arguments)
        queue = await channel.declare_queue(AUDIT, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(EVENTS.name, "ledger.#")

    async def channel(self) -> Any:
        """One for all publishers, until one of them finds it broken."""
        async with self._connecting:
            if self._channel is None or self._channel.is_closed:
                with suppress(Exception):
                    await asyncio.wait_for(self._connection.close(), 1)
                self._connection = await aio_pika.connect(self.url, timeout=5)
                self._channel = await self._connection.channel(on_return_raises=True)
            return self._channel

    async def insist(self, *envelopes: Envelope) -> None:
        """Published and confirmed, however long that takes; what was published before may be published again."""
        await self.insist_raw(*((each, each.body.encode(), {}) for each in envelopes))

    async def insist_raw(self, *messages: tuple[Envelope, bytes, Headers]) -> None:
        """The same with bodies and further headers that no client would write."""
        while True:
            used = self._channel
            try:
                async with asyncio.timeout(10):
                    used = await self.channel()
                    await asyncio.gather(*(_publish(used, *each) for each in messages))
                return
            except _AWAY:
                if self._channel is used:
                    self._channel = None
                await asyncio.sleep(0.2)

    async def _deposit(self) -> None:
        turn = 0
        while True:
            names = [f"a{(turn + place) % ACCOUNTS}" for place in range(10)]
            turn += 10
            envelopes = [said(Deposited(account=name, amount=1)) for name in names]
            await asyncio.shield(asyncio.ensure_future(self._count(names, envelopes)))
            await asyncio.sleep(10 / self.rate)

    async def _count(self, names: list[str], envelopes: list[Envelope]) -> None:
        self.books.credits.update(names)
        await self.insist(*envelopes)
        self.books.recent = [*self.books.recent[-200:], *envelopes]

    async def _ask(self) -> None:
        """A client opens accounts and credits them over HTTP, and asks again until there is an answer."""
        while True:
            name = f"h{len(self.books.opened)}"
            self.books.opened.add(name)
            self.books.credits[name] += 1
            await asyncio.shield(asyncio.ensure_future(self._open(name)))
            await asyncio.sleep(0.5)

    async def crowd(self, count: int) -> None:
        """So many people at once do the same."""
        names = [f"h{uuid4().hex}" for _ in range(count)]
        self.books.opened.update(names)
        self.books.credits.update(names)
        await asyncio.gather(*(self._open(name) for name in names))

    async def _open(self, name: str) -> None:
        await self._answered("/accounts", {"name": name, "minutes": 600})
        await self._answered(f"/accounts/{name}/credit", {"amount": 1})

    async def _answered(self, path: str, body: dict[str, Any]) -> None:
        headers, turn = self.staff.headers("operator"), 0
        while True:
            turn += 1
            with suppress(httpx.HTTPError):
                url = f"http://127.0.0.1:{self.ports[turn % 2]}{path}"
                answer = await self._http.post(url, json=body, headers=headers)
                if answer.is_success:
                    return
                assert answer.status_code in {500, 503}, answer.text
                self.told_to_wait += "more is waiting to be published" in answer.text
            await asyncio.sleep(0.2)

    async def ready(self) -> bool:
        with suppress(httpx.HTTPError):
            urls = [f"http://127.0.0.1:{port}/health/ready" for port in self.ports]
            return all([(await self._http.get(url)).is_success for url in urls])
        return False

    async def recovered(self) -> float:
        """Seconds until every replica is ready again and a fact that is told now has its effect."""
        began = monotonic()
        name = f"c{uuid4().hex}"
        self.books.credits[name] += 1
        await self.insist(said(Deposited(account=name, amount=1)))

        async def well() -> bool:
            with suppress(Exception):
                return await self.ready() and bool(await self.kept["accounts"].find_one({"state.name": name}))
            return False

        await until(well, 4 * RECOVERED_WITHIN, every=0.1)
        return monotonic() - began

    async def settled(self) -> bool:
        """Whether the queue is empty and no replica has anything in hand."""
        with suppress(httpx.HTTPError, *_AWAY):
            queue = await (await self.channel()).declare_queue(QUEUE, passive=True)
            said = [(await self._http.get(f"http://127.0.0.1:{port}/health/ready")).json() for port in self.ports]
            under_way = [each.get(name) for each in said for name in ("in_hand", "outbox", "overdue", "parked")]
            return not queue.declaration_result.message_count and under_way == [0] * len(under_way)
        return False

    async def checkpoint(self) -> None:
        """Make the database write everything to its files, or fail at that."""
        with suppress(PyMongoError):
            async with asyncio.timeout(10):
                await self._client.admin.command("fsync")

    async def let_everything_lapse(self) -> None:
        time_source.write(self.time_file, datetime.now(UTC) + timedelta(days=7), 1)

    async def audit(self) -> dict[str, list[str]]:
        """By invariant, what breaks it."""
        states = [row["state"] async for row in self.kept["accounts"].find({}, {"state": 1})]
        found = {state["name"]: state for state in states}
        asked = self.books.credits
        credited, lapsed = await self._told()
        dead = await self.kept["parked"].count_documents({"state.state": "dead"})
        parked = await self.kept["parked"].count_documents({"state.state": {"$ne": "dead"}})
        left = sum(
            [await self.kept[each].count_documents({"outbox.0": {"$exists": True}}) for each in ("accounts", "parked")]
        )
        return {
            "lost": _missing(asked, {name: state["credits"] for name, state in found.items()}),
            "repeated": _missing({name: state["credits"] for name, state in found.items()}, asked),
            "untold": _missing(asked, credited),
            "told of nothing": _missing(credited, asked),
            "deadlines not fired once": _missing(dict.fromkeys(self.books.opened, 1), lapsed)
            + _missing(lapsed, dict.fromkeys(self.books.opened, 1)),
            "outboxes not empty": [str(left)] if left else [],
            "left in the parking": [str(parked)] if parked else [],
            "dead that are no poison": [f"{dead} of {self.books.poison}"] if dead != self.books.poison else [],
        }

    async def _told(self) -> tuple[Counter[str], Counter[str]]:
        queue = await (await self.channel()).get_queue(AUDIT)
        told: dict[UUID, tuple[str, str]] = {}
        while (message := await queue.get(fail=False, no_ack=True)) is not None:
            kind = {each.key: each for each in (Credited, Lapsed)}[message.routing_key or ""]
            told[UUID(str(message.message_id))] = (kind.key, kind.model_validate_json(message.body).account)
        return tuple(
            Counter(account for key, account in told.values() if key == kind.key) for kind in (Credited, Lapsed)
        )  # type: ignore[return-value]


def said(event: Event) -> Envelope:
    """A fact that is announced now."""
    return Envelope.of(event, uuid4(), uuid4(), 1, cause())


async def _publish(channel: Any, envelope: Envelope, body: bytes, headers: Headers) -> None:
    told = properties(envelope)
    message = aio_pika.Message(
        body,
        headers={**told.headers, **headers},
        message_id=told.message_id,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    exchange = await channel.get_exchange(EVENTS.name, ensure=False)
    await exchange.publish(message, envelope.key)


def _missing(asked: Any, found: Any) -> list[str]:
    return [f"{name}: {found.get(name, 0)} of {count}" for name, count in asked.items() if found.get(name, 0) < count]


def _port(url: str) -> int:
    return int(urlsplit(url).port or 0)


def _through(url: str, port: int) -> str:
    at = urlsplit(url)
    return at._replace(netloc=f"{at.netloc.rpartition(':')[0]}:{port}").geturl()
