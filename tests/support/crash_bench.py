"""Runs ledger processes that die at a point, starts others after them, and holds the books against what was asked."""

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import httpx
from crash_points import Point, doomed
from house import Staff
from ledger import Accounts, Credited, Deposited, Lapsed, opened, service
from waiting import until

from kefu_local.ports import free_ports
from shared.aggregate import Change
from shared.kernel.mongodb import Database
from shared.parking.parked import RetryPolicy
from shared.parking.store import Parking
from shared.settings import ServiceSettings
from shared.testing import SEALS, InlineCommit, Outbox, cause
from shared.wire.broker import EVENTS, EventPublisher, safe_broker
from shared.wire.envelope import Envelope
from shared.wire.message import Message

QUEUE = "ledger.on.test.deposited.v1"
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["crash_points"])


@dataclass
class Asked:
    """What must be true of one account in the end."""

    credits: int = 0
    lapsed: bool = False


@dataclass
class Bench:
    """A corner of the real servers, with nothing running in it between two crashes."""

    settings: ServiceSettings
    staff: Staff
    wire: EventPublisher
    channel: aio_pika.abc.AbstractChannel
    heard: aio_pika.abc.AbstractQueue
    accounts: Accounts
    parking: Parking
    folder: Path
    asked: dict[str, Asked] = field(default_factory=dict)
    poison: set[UUID] = field(default_factory=set)
    requests: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    published: dict[UUID, str] = field(default_factory=dict)
    turn: int = 0

    def account(self) -> str:
        self.turn += 1
        name = f"a{self.turn}"
        self.asked[name] = Asked()
        return name

    def deposit(self, name: str, amount: int = 1) -> Envelope:
        if amount == 1:
            self.asked[name].credits += 1
        return Envelope.of(Deposited(account=name, amount=amount), uuid4(), uuid4(), 1, cause())

    async def publish(self, *envelopes: Envelope, times: int = 1) -> None:
        for _ in range(times):
            await self.wire.publish(envelopes)

    async def given(self, name: str, due_in: timedelta | None = None) -> None:
        until = datetime.now(UTC) + due_in if due_in is not None else None
        await self.accounts.create(Change(opened(name, until)), cause())

    async def parked(self, envelope: Envelope) -> None:
        message = Message(QUEUE, envelope.key, envelope.headers(), envelope.body.encode())
        touch = self.parking.message_failed(message, RuntimeError("once"), RetryPolicy(first=timedelta()))
        await self.parking.group_commit.commit(cause(), touch)

    async def returned(self, *envelopes: Envelope, times: int = 1) -> None:
        """These are taken by a consumer that comes before all others and dies with them in hand."""
        taken = asyncio.Semaphore(0)

        async def take(_: object) -> None:
            taken.release()

        async with await aio_pika.connect(self.settings.rabbit_url.get_secret_value()) as connection:
            queue = await (await connection.channel()).get_queue(QUEUE)
            await queue.consume(take, arguments={"x-priority": 10})
            await self.publish(*envelopes, times=times)
            async with asyncio.timeout(10):
                for _ in range(len(envelopes) * times):
                    await taken.acquire()

    def request(self, path: str, times: int, **body: Any) -> None:
        self.requests += [(path, body, self.staff.headers("operator"))] * times

    async def ask(self, http: httpx.AsyncClient) -> bool:
        """Whether every request has had an answer; those that have are not sent again."""
        for path, body, headers in list(self.requests):
            answer = await http.post(path, json=body, headers=headers)
            if answer.status_code >= 500:
                return False
            assert answer.is_success, answer.text
            self.requests.remove((path, body, headers))
        return True

    @asynccontextmanager
    async def healthy(self) -> AsyncIterator[Any]:
        """A replica that does not die."""
        running = service(self.settings)
        transport = httpx.ASGITransport(running.app)
        async with running.running(), httpx.AsyncClient(transport=transport, base_url="http://ledger") as http:

            async def settled() -> bool:
                status = await running.health.status()
                told = bool(status) and not any(status[name] for name in ("in_hand", "outbox", "overdue", "parked"))
                return told and await self.empty()

            async def consuming() -> bool:
                return (await running.health.checks())["rabbit"] == "ok"

            await until(consuming, 60)
            yield settled, http

    async def empty(self) -> bool:
        return not (await self.channel.declare_queue(QUEUE, passive=True)).declaration_result.message_count

    async def die_at(self, fatal: Point | None, feed: Callable[[], Awaitable[None]]) -> list[str]:
        """Start a process, feed it until it is dead, and return the calls that it made."""
        log = self.folder / f"points-{uuid4().hex}.log"
        port = next(free_ports())
        settings = {**self.settings.model_dump(), "http_port": port}
        process = PROCESSES.Process(target=doomed, args=(settings, log, fatal), daemon=True)
        await feed()
        process.start()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=2, trust_env=False) as http:
            with suppress(TimeoutError):
                await until(self._dead(process, http, feed, fatal is None), 90, every=0.05)
        reached = process.exitcode is not None
        process.kill()
        process.join()
        names = log.read_text().splitlines() if log.exists() else []
        return names if reached or fatal is None else []

    async def recovered(self, settled: Callable[[], Awaitable[bool]], http: httpx.AsyncClient) -> list[str]:
        """What is still wrong when the replica that took over has come to rest; it has 30 s for that."""

        async def clean() -> bool:
            return await self.ask(http) and await settled() and not await self.audit()

        with suppress(TimeoutError):
            await until(clean, 30, every=0.1)
        return await self.audit()

    def _dead(self, process: Any, http: httpx.AsyncClient, feed: Any, recording: bool) -> Any:
        looks = 0

        async def dead() -> bool:
            nonlocal looks
            looks += 1
            with suppress(httpx.HTTPError):
                await self.ask(http)
            if not recording and process.exitcode is None and looks % 20 == 0:
                await feed()
            return process.exitcode is not None or (recording and await _ready(http) and await self.done())

        return dead

    async def done(self) -> bool:
        return not self.requests and not await self.audit()

    async def audit(self) -> list[str]:
        """What is not as it must be; nothing when every fact has had its effect once and nothing is left over."""
        wrong: list[str] = []
        await self._listen()
        credited, lapsed = self._told_of(Credited), self._told_of(Lapsed)
        kept = {account.name: account async for account in self.accounts.each()}
        for name, asked in self.asked.items():
            account = kept.get(name)
            found = (account.credits, account.status == "lapsed") if account else (0, False)
            told = (credited[name], lapsed[name])
            if found != (asked.credits, asked.lapsed) or told != (asked.credits, int(asked.lapsed)):
                wrong.append(f"{name}: asked {asked}, kept {found}, told {told}")
        parked = {UUID(each.claimed or ""): each.state async for each in self.parking.each()}
        left = {id: state for id, state in parked.items() if state != "dead" or id not in self.poison}
        wrong += [f"parked {id} is {state}" for id, state in left.items()]
        wrong += [f"parked {id} is missing" for id in self.poison - parked.keys()]
        depths = [await each.documents.backlog(9) for each in (self.accounts, self.parking)]
        wrong += [f"an outbox holds {depth}" for depth, _ in depths if depth]
        return wrong

    def _told_of(self, kind: type[Any]) -> Counter[str]:
        events = [body.split(" ", 1) for body in self.published.values()]
        return Counter(kind.model_validate_json(body).account for key, body in events if key == kind.key)

    async def _listen(self) -> None:
        while (message := await self.heard.get(fail=False, no_ack=True)) is not None:
            said = f"{message.routing_key} {message.body.decode()}"
            assert self.published.setdefault(UUID(str(message.message_id)), said) == said

    def forget(self) -> None:
        """Begin a new page: what was audited is not audited again."""
        self.asked.clear()
        self.published.clear()
        self.requests.clear()


async def _ready(http: httpx.AsyncClient) -> bool:
    with suppress(httpx.HTTPError):
        return (await http.get("/health/ready")).is_success
    return False


@asynccontextmanager
async def bench(settings: ServiceSettings, folder: Path) -> AsyncIterator[Bench]:
    """A bench whose queues exist and are empty."""
    staff = Staff.hired_in(folder)
    changes = {"parking_first_wait": 0.1, "parking_max_attempts": 2, "jwt_public_key_file": staff.public_file}
    settings = settings.model_copy(update=changes)
    url = settings.rabbit_url.get_secret_value()
    group_commit = InlineCommit(Outbox())
    database = Database(settings.mongo_url.get_secret_value(), settings.mongo_database or "", group_commit, SEALS)
    async with safe_broker(url, "bench") as broker, await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        running = service(settings)
        async with running.running():

            async def connected() -> bool:
                return (await running.health.checks())["rabbit"] == "ok"

            await until(connected, 60)
        heard = await channel.declare_queue(exclusive=True)
        await heard.bind(EVENTS.name, "ledger.#")
        yield Bench(
            settings, staff, EventPublisher(broker), channel, heard, Accounts(database), Parking(database), folder
        )
    database.close()
