"""How a service is put together and run: HTTP, consumers, relay and timers in one process and one lifespan."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from time import monotonic
from typing import Any, TypeVar

import aio_pika
import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from faststream.rabbit import RabbitBroker

from shared import logs
from shared.aggregate import Unavailable
from shared.clock import Clock
from shared.http import Authenticator, HttpMiddleware, answer_problems, guarded
from shared.identity import DepartmentKeys, StaffTokens
from shared.kernel.documents import Documents
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.kernel.relay import Relay
from shared.parking import api as dead
from shared.parking.parked import Parking, RetryPolicy
from shared.parking.retries import Retries
from shared.runtime.consumer import AfterCommit, Consumer
from shared.runtime.deadlines import Deadlines
from shared.settings import BadSettings, ServiceSettings, load
from shared.subscriptions import Listener, Subscriptions
from shared.telemetry import Metrics, tracing
from shared.timers import Recurrences, Timers
from shared.wire.broker import EventPublisher, UnroutableEvents, answers, connected, declare, safe_broker

log = structlog.get_logger()

S = TypeVar("S", bound=ServiceSettings)
Task = Callable[[asyncio.Event], Awaitable[None]]
Owing = Callable[[], Awaitable[int]]

WATCH_EVERY = 2.0
COUNT_EVERY = 10.0
DEAF_FOR = 20.0
"""Seconds without a working connection, though the bus answers others, after which the process gives itself up."""

GARBAGE = (100_000, 20, 20)
"""Collect less often than Python does by itself: two batches under way are tens of thousands of objects that all go by
themselves, and a collection that meets them looks at each for nothing."""

ANSWERS_WITHIN = 2.0
"""Seconds that readiness waits for the database: whoever asks for it gives up after a few."""

DRAIN_FOR = 20.0
CLOSE_FOR = 3.0


async def _nothing() -> int:
    return 0


def _nobody_waits() -> None:
    return None


@dataclass(slots=True)
class Bus:
    """One connection to RabbitMQ and what is consumed over it."""

    broker: RabbitBroker
    consumer: Consumer
    core: bool
    started: bool = False

    def listening(self, consuming: bool) -> bool:
        """Whether it is connected and, where it should, takes messages from every queue."""
        return self.started and connected(self.broker) and (self.consumer.listening() or not consuming)


@dataclass(slots=True)
class Doors:
    """What a service consists of beside its plumbing."""

    routes: Sequence[APIRouter] = ()
    open_routes: Sequence[APIRouter] = ()
    tasks: Sequence[Task] = ()
    owing: Owing = _nothing
    timers: Timers = field(default_factory=Timers)


class Service:
    """One of the five. `Service(name, settings)`, stores over `.database`, then `.with_(…)`, then serve `.app`."""

    def __init__(self, name: str, settings: ServiceSettings, clock: Clock | None = None) -> None:
        self.name = name
        self.settings = settings
        self.version = _version(f"kefu-{name}")
        self.clock = clock or (Clock.from_file(settings.clock_file) if settings.clock_file else Clock())
        self.metrics = Metrics()
        self.tracing = tracing(name, settings.otlp_endpoint)
        self.policy = RetryPolicy(
            first=timedelta(seconds=settings.parking_first_wait),
            factor=settings.parking_factor,
            longest=timedelta(seconds=settings.parking_longest_wait),
            attempts=settings.parking_max_attempts,
            suspicions=settings.suspect_limit,
        )
        core = safe_broker(settings.rabbit_url.get_secret_value(), name)
        self.relay = Relay(
            EventPublisher(core),
            self._collections,
            self.metrics,
            limit=settings.outbox_limit,
            age_limit=settings.outbox_age_limit,
            size=settings.batch,
        )
        self.group_commit = GroupCommit(self.relay, settings.batch, self.metrics.round_size.observe)
        self.database = Database(
            settings.mongo_url.get_secret_value(), settings.mongo_database or name, self.group_commit
        )
        self.parking = Parking(self.database)
        self.authenticator = Authenticator(
            StaffTokens(settings.jwt_public_key_file, settings.jwt_issuer, settings.jwt_audience),
            DepartmentKeys(settings.api_keys_file),
        )
        self._buses = [Bus(core, self._consumer(core, ()), core=True)]
        self._doors = Doors()
        self._stopping = asyncio.Event()
        self._heard_at = monotonic()
        self.failed: BaseException | None = None
        self.when_failed: Callable[[], None] = _nobody_waits
        self.app = FastAPI(title=f"kefu {name}", version=self.version, lifespan=self._lifespan)

    def with_(
        self,
        *,
        routes: APIRouter | Sequence[APIRouter] = (),
        open_routes: APIRouter | Sequence[APIRouter] = (),
        subscriptions: Subscriptions | None = None,
        timers: Timers | None = None,
        tasks: Sequence[Task] = (),
        owing: Owing = _nothing,
        after_commit: AfterCommit | None = None,
        gateway: tuple[str, Iterable[Listener]] | None = None,
    ) -> "Service":
        """Give the service its doors.

        `open_routes` ask for no identity. A task runs as long as the service and is told by an event to stop;
        `owing` says how much the tasks have yet to do that could be done now. The `after_commit` hook goes on with what
        messages have made, once it is durable.
        `gateway` is another vhost's URL and what to listen to there.
        """
        core = self._buses[0]
        core.consumer = self._consumer(core.broker, subscriptions or (), after_commit)
        if gateway is not None:
            broker = safe_broker(gateway[0], f"{self.name}-gateway")
            self._buses.append(Bus(broker, self._consumer(broker, gateway[1]), core=False))
        self._doors = Doors(_several(routes), _several(open_routes), tasks, owing, timers or Timers())
        self._assemble()
        return self

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Everything it listens to, on the bus and at the gateway."""
        return tuple(listener for bus in self._buses for listener in bus.consumer.listeners.values())

    def _consumer(
        self, broker: RabbitBroker, listeners: Iterable[Listener], after_commit: AfterCommit | None = None
    ) -> Consumer:
        settings = self.settings
        return Consumer(
            broker,
            listeners,
            self.group_commit,
            self.parking,
            self.policy,
            self.metrics,
            tracing=self.tracing,
            after_commit=after_commit,
            batch=settings.batch,
            prefetch=settings.prefetch,
        )

    def _assemble(self) -> None:
        app = self.app
        app.state.authenticator = self.authenticator
        app.state.clock = self.clock
        self.deadlines = Deadlines(
            self.name,
            self._doors.timers,
            self.clock,
            self.group_commit,
            self.parking,
            self.policy,
            self.metrics,
            recurrences=Recurrences(self.database),
            calendar=self.settings.calendar(),
        )
        consumers = [bus.consumer for bus in self._buses]
        self.retries = Retries(self.parking, consumers, self.deadlines, self.group_commit, self.policy, self.metrics)
        app.add_middleware(
            HttpMiddleware, metrics=self.metrics, tracing=self.tracing, body_limit=self.settings.body_limit
        )
        answer_problems(app)
        app.include_router(self._health())
        if self._plays("http"):
            for router in self._doors.open_routes:
                app.include_router(router)
            for router in self._doors.routes:
                app.include_router(router, dependencies=guarded())
        app.include_router(dead.routes(self.parking, self.retries), dependencies=guarded())

    def _collections(self) -> Iterable[Documents]:
        return self.database.collections.values()

    def _plays(self, role: str) -> bool:
        return self.settings.role in {"all", role}

    def _health(self) -> APIRouter:
        router = APIRouter(tags=["health"])

        @router.get("/health/live", response_model=None)
        async def live() -> JSONResponse:
            """The process runs, and whether it has anything to do; asks no server."""
            about = {"service": self.name, "version": self.version, "clock": self.clock.now().isoformat()}
            return JSONResponse({**about, "taken": self.taken, "resting": self.resting})

        @router.get("/health/ready", response_model=None)
        async def ready() -> JSONResponse:
            """Whether the service can do its work, and if not, what is missing."""
            checks = await self.checks()
            figures = await self.figures() if checks["mongo"] == "ok" else {}
            body = {"service": self.name, "version": self.version, "checks": checks, **figures}
            return JSONResponse(body, status_code=200 if all(v == "ok" for v in checks.values()) else 503)

        @router.get("/metrics", response_model=None)
        async def metrics() -> Response:
            """Prometheus."""
            return Response(self.metrics.exposition(), media_type=self.metrics.content_type)

        return router

    async def checks(self) -> dict[str, str]:
        """What the service depends on, each `ok` or what is wrong with it."""
        checks = {"mongo": "ok", "rabbit": "ok", "outbox": "ok", "staff": self.authenticator.tokens.trouble() or "ok"}
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                await self.database.ping()
        except TimeoutError:
            checks["mongo"] = f"no answer within {ANSWERS_WITHIN:.0f} s"
        except Unavailable as error:
            checks["mongo"] = str(error)
        deaf = [bus for bus in self._buses if not bus.listening(self._plays("consumers"))]
        if deaf:
            checks["rabbit"] = "not connected, or some queues are not consumed"
        if self.relay.full:
            checks["outbox"] = f"{self.relay.depth} aggregates wait to be published, since {self.relay.age:.0f} s"
        return checks

    @property
    def taken(self) -> int:
        """How many messages have come in since the process began."""
        return sum(bus.consumer.taken for bus in self._buses)

    @property
    def resting(self) -> bool:
        """Whether this process has nothing under way, as far as it can tell without asking a server."""
        told = all(bus.started and not bus.consumer.unsettled for bus in self._buses)
        written = self.group_commit.idle.is_set() and not self.relay.waiting and not self.relay.behind
        return told and written and (self.deadlines.resting or not self._plays("timers"))

    async def figures(self) -> dict[str, Any]:
        """How much is under way right now; all zero means that everything known here is settled.

        `taken` counts the messages that have come in since the process began: while it stands still, none came.
        """
        try:
            backlogs = await asyncio.gather(*(each.backlog(1000) for each in self._collections()))
            overdue, parked, owing = await asyncio.gather(
                self.deadlines.overdue(), self.parking.count({"state": "parked"}, limit=1000), self._doors.owing()
            )
        except Unavailable:
            return {}
        return {
            "clock": self.clock.now().isoformat(),
            "taken": self.taken,
            "in_hand": sum(bus.consumer.unsettled for bus in self._buses) + len(self.group_commit.waiting) + owing,
            "outbox": max(sum(depth for depth, _ in backlogs), self.relay.waiting),
            "overdue": overdue,
            "parked": parked,
        }

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        async with self.running():
            yield

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything but HTTP. Drains on the way out: consumers first, then what is in hand, then the outbox.

        Raises what broke a worker, once everything else has ended.
        """
        self._stopping = asyncio.Event()
        self._heard_at = monotonic()
        workers = {
            name: asyncio.create_task(self._watched(name, work), name=name) for name, work in self._work().items()
        }
        try:
            yield
        finally:
            await self._stop(workers)
            if self.failed is not None:
                raise self.failed

    def _work(self) -> dict[str, Coroutine[Any, Any, None]]:
        work: dict[str, Coroutine[Any, Any, None]] = {
            "rounds": self.group_commit.run(),
            "relay": self.relay.run(),
            "connect": self._connect(),
            "unheard": self._count_unheard(),
        }
        if self._plays("consumers"):
            work |= {f"consumer-{place}": bus.consumer.run() for place, bus in enumerate(self._buses)}
        if self._plays("timers"):
            work |= {"deadlines": self.deadlines.run(), "retries": self.retries.run()}
            work |= {f"task-{place}": _run(task, self._stopping) for place, task in enumerate(self._doors.tasks)}
        return work

    async def _watched(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """A worker that breaks, or is cancelled by anybody but us, takes the process with it: it is started afresh."""
        try:
            await work
        except BaseException as error:
            if self._stopping.is_set() and isinstance(error, asyncio.CancelledError):
                raise
            log.exception("worker_failed", worker=name, error=repr(error))
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        self.failed = self.failed or error
        self.when_failed()

    async def _connect(self) -> None:
        """Connect to the database and the bus, however long it takes, then watch that both stay."""
        await _until_done(self._prepare)
        for bus in self._buses:
            await _until_done(lambda bus=bus: self._start(bus))  # type: ignore[misc]
        while True:
            await asyncio.sleep(WATCH_EVERY)
            await self._watch()

    async def _prepare(self) -> None:
        await self.database.prepare()

    async def _start(self, bus: Bus) -> None:
        connection = await bus.broker.connect()
        connection.reconnect_callbacks.add(self._reconnected)
        if bus.core:
            await declare(bus.broker)
        if self._plays("consumers"):
            await bus.broker.start()
            await bus.consumer.start()
        bus.started = True
        self._heard_at = monotonic()

    def _reconnected(self, *_: object) -> None:
        self.metrics.reconnected("rabbit")

    async def _watch(self) -> None:
        """A bus that is away is waited for; one that is there and that we do not hear is heard by a new process."""
        deaf = [bus for bus in self._buses if not bus.listening(self._plays("consumers"))]
        if not deaf:
            self._heard_at = monotonic()
        elif monotonic() - self._heard_at > DEAF_FOR:
            if await answers(deaf[0].broker):
                self._give_up(ConnectionError(f"no working connection to RabbitMQ for {DEAF_FOR:.0f} s"))
            self._heard_at = monotonic()

    async def _count_unheard(self) -> None:
        unheard = UnroutableEvents(self._buses[0].broker)
        while True:
            await asyncio.sleep(COUNT_EVERY)
            with suppress(aio_pika.exceptions.AMQPError, ConnectionError, RuntimeError):
                self.metrics.unheard.set(await unheard.count())

    async def _stop(self, workers: dict[str, asyncio.Task[None]]) -> None:
        self._stopping.set()
        workers.pop("connect").cancel()
        try:
            async with asyncio.timeout(DRAIN_FOR):
                await self._drain(workers)
        except (TimeoutError, Unavailable) as error:
            log.warning("drain_cut_short", reason=repr(error))
        for worker in workers.values():
            worker.cancel()
        await asyncio.gather(*workers.values(), return_exceptions=True)
        for bus in self._buses:
            with suppress(Exception):
                async with asyncio.timeout(CLOSE_FOR):
                    await bus.broker.stop()
        self.database.close()
        self.tracing.shutdown()

    async def _drain(self, workers: dict[str, asyncio.Task[None]]) -> None:
        for bus in self._buses:
            await bus.consumer.cancel()
        for name in [name for name in workers if name in {"deadlines", "retries"}]:
            workers.pop(name).cancel()
        await asyncio.gather(*(workers.pop(name) for name in list(workers) if name.startswith("task-")))
        for bus in self._buses:
            await bus.consumer.drain()
        await self.group_commit.idle.wait()
        workers.pop("relay").cancel()
        await self.relay.drain()


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unreleased"


async def _run(task: Task, stopping: asyncio.Event) -> None:
    await task(stopping)


async def _until_done(attempt: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            return await attempt()
        except Exception as error:  # noqa: BLE001
            log.warning("waiting_for_servers", reason=repr(error))
            await asyncio.sleep(1.0)


def _several(routers: APIRouter | Sequence[APIRouter]) -> Sequence[APIRouter]:
    return (routers,) if isinstance(routers, APIRouter) else routers


def main(build: Callable[[S], Service], kind: type[S]) -> None:
    """Run a service until it is told to stop. Settings come from the environment; a wrong one ends with its name.

    Exit code 75 when the service gave itself up: its supervisor starts it afresh.
    """
    try:
        settings = load(kind)
    except BadSettings as error:
        sys.exit(f"{error}")
    service = build(settings)
    logs.configure(service.name, settings.log_level)
    config = uvicorn.Config(
        service.app,
        settings.http_host,
        settings.http_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    server = uvicorn.Server(config)
    service.when_failed = partial(setattr, server, "should_exit", True)
    server.run()
    if service.failed is not None:
        sys.exit(75)
