"""A service over its plumbing: HTTP, consumers, relay and timers in one process and one lifespan."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any, TypeVar

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from faststream.rabbit import RabbitBroker

from shared import logs
from shared.aggregate import Aggregate, Cause, Unavailable
from shared.audit import api as audit
from shared.clocks import CLOCKS, Clocks
from shared.contracts.event import Event
from shared.duties import api as duties
from shared.duties.following import CalendarFollower
from shared.garbage import COLLECT_AFTER_REQUESTS, Garbage, collect_rarely
from shared.http import answer_problems, guarded
from shared.language import LOCALE, english
from shared.middleware import BodiesInHand, HttpMiddleware, ReadersLanguage
from shared.openapi import documented, operation_id
from shared.pages import duties as pages
from shared.pages import kept, ops
from shared.pages.rendering import Renderer
from shared.parking import api as dead
from shared.parking.answers import Answers, Enter, Object
from shared.parking.keeping import Keeping
from shared.parking.retries import Retries
from shared.pictures import api as pictures
from shared.plumbing import Plumbing
from shared.runtime.after_commit import AfterCommit, NothingAfter, TellingOutside
from shared.runtime.connections import Bus, Connections
from shared.runtime.consumer import Consumer
from shared.runtime.deadlines import Deadlines
from shared.runtime.health import Backlog, Health
from shared.runtime.heap import bound_heap
from shared.runtime.http_server import configure
from shared.seals import api as seals
from shared.seals.check import SealWatch
from shared.settings import BadSettings, ServiceSettings, load
from shared.store import Touch
from shared.subscriptions import AnswerToSender, Listener, Subscriptions
from shared.timers import Recurrences, Timers
from shared.wire.broker import safe_broker
from shared.wire.consuming import BytesInHand
from shared.wire.message import Message

log = structlog.get_logger()

S = TypeVar("S", bound=ServiceSettings)
Task = Callable[[asyncio.Event], Awaitable[None]]
Routers = APIRouter | Sequence[APIRouter]

GIVEN_UP = 75
"""Exit code of a process that gave itself up (EX_TEMPFAIL)."""
ENDED_WITHIN = 1.5
"""Seconds after which a process that gave itself up ends, whatever still hangs in it."""


async def _nothing() -> int:
    return 0


def _unwatched() -> None:
    return None


def _nothing_to_tell(_: Aggregate) -> None:
    return None


class Service:
    """One of the five: `Service(plumbing, routes=…, subscriptions=…, timers=…)`, whole when it is built; serve `.app`.

    `open_routes` ask for no identity. A task runs as long as the service and is told by an event to stop; `backlog`
    says how much the tasks have yet to do that could be done now. The `after_commit` hook goes on with what messages
    have made, once it is durable. With `clocks` it answers `GET /duties`, over the stores whose timers keep clocks.
    `gateway` is another vhost's URL and what to listen to there. `tampered` is the service's own event about a record
    that is not what it left, a subclass of `shared.contracts.tampering.RecordTampered`. `answering` enters what became
    of a department's fact here, `objecting` says what the service has against one that it handled; what
    `answers_outside` makes of an aggregate is told at the gateway's vhost. `providers` tells operators how other
    companies' systems are that it uses, by name. `locale` has the catalogues of its pages.
    """

    def __init__(
        self,
        plumbing: Plumbing,
        *,
        routes: Routers = (),
        open_routes: Routers = (),
        subscriptions: Subscriptions | None = None,
        timers: Timers | None = None,
        clocks: Clocks | None = None,
        tasks: Sequence[Task] = (),
        backlog: Backlog = _nothing,
        after_commit: AfterCommit | None = None,
        gateway: tuple[str, Iterable[Listener]] | None = None,
        tampered: type[Event] | None = None,
        answering: Enter | None = None,
        objecting: Object | None = None,
        answers_outside: Callable[[Aggregate], AnswerToSender | None] = _nothing_to_tell,
        providers: Callable[[], Mapping[str, str]] = dict,
        locale: Path | None = None,
    ) -> None:
        self.name = plumbing.name
        self._locales = (LOCALE,) if locale is None else (locale, LOCALE)
        self.plumbing = plumbing
        self.subscriptions = subscriptions or Subscriptions(plumbing.name)
        self.after_commit = after_commit or NothingAfter()
        self._tasks = tasks
        self._providers = providers
        timers = timers or Timers()
        self._clocks = clocks
        self._clocked = timers.keeping(CLOCKS)
        self.seal_watch = SealWatch(
            plumbing.database, plumbing.evidence, plumbing.time, plumbing.settings.seal_check_every, tampered
        )
        self._garbage = Garbage()
        self._stopping = asyncio.Event()
        self.failed: BaseException | None = None
        self.when_failed: Callable[[], None] = _unwatched
        self.deadlines = Deadlines(
            plumbing.name,
            timers,
            plumbing.time,
            plumbing.group_commit,
            plumbing.parking,
            plumbing.retry_policy,
            plumbing.metrics,
            recurrences=Recurrences(plumbing.database),
            calendar=plumbing.calendar,
        )
        answers = (
            Answers(self.name, self.subscriptions, answering, self._commit, plumbing.time, objecting)
            if answering
            else None
        )
        outside = tuple(self._gateways(gateway))
        if outside:
            self.after_commit = TellingOutside(self.after_commit, answers_outside, outside[0].consumer.tell)
        consumer = self._consumer(
            plumbing.broker,
            self.subscriptions,
            self.after_commit,
            plumbing.settings.prefetch,
            plumbing.publishing,
            answers,
        )
        self._buses = (Bus(plumbing.broker, consumer, plumbing.publishing, core=True), *outside)
        self.retries = Retries(
            plumbing.parking,
            {listener.queue: listener for listener in self.listeners},
            handle=self._handle,
            fire=self.deadlines.retry,
            group_commit=plumbing.group_commit,
            policy=plumbing.retry_policy,
            metrics=plumbing.metrics,
            answers=answers,
        )
        self.connections = Connections(plumbing, self._buses, self._give_up)
        self.health = Health(plumbing, self.connections, self.deadlines, backlog)
        self.app = self._served(_several(routes), _several(open_routes))

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Everything it listens to, on the bus and at the gateway."""
        return tuple(listener for bus in self._buses for listener in bus.consumer.listeners.values())

    async def _commit(self, cause: Cause, touch: Touch[Aggregate]) -> None:
        """However long the database is away; the hook goes on with what it made."""
        self.after_commit.go_on((await self.plumbing.group_commit.commit_or_wait(cause, touch),))

    async def _handle(self, message: Message) -> Exception | None:
        consumer = next(bus.consumer for bus in self._buses if message.queue in bus.consumer.listeners)
        return await consumer.retry(message)

    def _gateways(self, gateway: tuple[str, Iterable[Listener]] | None) -> Iterable[Bus]:
        if gateway is not None:
            fast = self.plumbing.settings.fast_delivery
            broker = safe_broker(gateway[0], f"{self.name}-gateway", fast_delivery=fast)
            answering = safe_broker(gateway[0], f"{self.name}-gateway-answers", fast_delivery=False)
            prefetch = self.plumbing.settings.gateway_prefetch
            consumer = self._consumer(broker, gateway[1], NothingAfter(), prefetch, answering)
            yield Bus(broker, consumer, answering, core=False)

    def _consumer(
        self,
        broker: RabbitBroker,
        listeners: Iterable[Listener],
        after_commit: AfterCommit,
        prefetch: int,
        answering: RabbitBroker,
        answers: Answers | None = None,
    ) -> Consumer:
        plumbing = self.plumbing
        return Consumer(
            broker,
            listeners,
            plumbing.group_commit,
            plumbing.parking,
            plumbing.retry_policy,
            plumbing.metrics,
            tracing=plumbing.tracing,
            after_commit=after_commit,
            answers=answers,
            refused=plumbing.trail.note_refused_message,
            batch=plumbing.settings.batch,
            prefetch=prefetch,
            bytes_in_hand=BytesInHand(plumbing.settings.bytes_in_hand),
            garbage=self._garbage,
            answering=answering,
        )

    def _served(self, routes: Iterable[APIRouter], open_routes: Iterable[APIRouter]) -> FastAPI:
        plumbing = self.plumbing
        app = documented(
            FastAPIOffline(
                redoc_url=None,
                title=f"kefu {self.name}",
                version=self.health.version,
                lifespan=self._lifespan,
                generate_unique_id_function=operation_id,
            )
        )
        app.state.authenticator = plumbing.authenticator
        app.state.time = plumbing.time
        app.add_middleware(ReadersLanguage, english=english(*self._locales), under="/ui/")
        app.add_middleware(
            HttpMiddleware,
            metrics=plumbing.metrics,
            tracing=plumbing.tracing,
            body_limit=plumbing.settings.body_limit,
            evidence=plumbing.trail.note,
            bodies=BodiesInHand(plumbing.settings.bodies_in_hand),
            garbage=Garbage(COLLECT_AFTER_REQUESTS),
        )
        answer_problems(app)
        app.include_router(self.health.routes())
        if plumbing.runs("http"):
            for router in open_routes:
                app.include_router(router)
            for router in routes:
                app.include_router(router, dependencies=guarded())
            if self._clocks is not None:
                board = duties.routes(plumbing.duties, self._clocked, self._clocks)
                app.include_router(board, dependencies=guarded())
                day = pages.routes(self.name, plumbing.duties, self._clocked, self._clocks, Renderer())
                app.include_router(day, dependencies=guarded())
                month = kept.routes(self.name, plumbing.duties, self._clocked, self._clocks.calendar, Renderer())
                app.include_router(month, dependencies=guarded())
            app.include_router(pictures.routes(self.name, plumbing.pictures), dependencies=guarded())
        app.include_router(seals.routes(plumbing.evidence, self.seal_watch), dependencies=guarded())
        app.include_router(audit.routes(plumbing.trail.audit), dependencies=guarded())
        letters = dead.routes(plumbing.parking, plumbing.dead_groups, self.retries)
        app.include_router(letters, dependencies=guarded())
        operating = ops.routes(
            self.name,
            self._tell,
            plumbing.parking,
            plumbing.dead_groups,
            self.retries,
            letters,
            plumbing.trail.audit,
            self.seal_watch,
            plumbing.calendar.zone,
            Renderer(),
        )
        app.include_router(operating, dependencies=guarded())
        return app

    async def _tell(self) -> ops.OwnState:
        """How it is, for operators."""
        checks = await self.health.checks()
        depths = await self.connections.depths() if checks["rabbit"] == "ok" else {}
        return ops.OwnState(
            version=self.health.version,
            checks=checks,
            figures=await self.health.status() if checks["mongo"] == "ok" else {},
            queues=[(name, depth.messages, depth.consumers) for name, depth in sorted(depths.items())],
            providers=self._providers(),
        )

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
        plumbing = self.plumbing
        work: dict[str, Coroutine[Any, Any, None]] = {
            "group-commit": plumbing.group_commit.run(),
            "relay": plumbing.relay.run(),
            "connections": self.connections.run(),
            "unroutable": self.connections.count_unroutable(),
            "identities": plumbing.authenticator.run(),
        }
        if plumbing.runs("consumers"):
            work |= {f"consumer-{place}": bus.consumer.run() for place, bus in enumerate(self._buses)}
        if plumbing.runs("timers"):
            work |= {"deadlines": self.deadlines.run(), "retries": self.retries.run()}
            work["refusals"] = self._keeping().run()
            work["seals"] = self.seal_watch.run()
            work["retention"] = plumbing.trail.keep()
            if self._clocks is not None:
                follower = CalendarFollower(
                    plumbing.duties, self._clocked, self._clocks, plumbing.group_commit, plumbing.time
                )
                work["calendar"] = follower.run()
            work |= {f"task-{place}": _run(task, self._stopping) for place, task in enumerate(self._tasks)}
        return work

    def _keeping(self) -> Keeping:
        """Of what departments sent, so much is kept; what is our own stays until people have looked after it."""
        settings = self.plumbing.settings
        outside = [queue for bus in self._buses if not bus.core for queue in bus.consumer.listeners]
        age = timedelta(days=settings.refusals_days)
        return Keeping(self.plumbing.parking, outside, self.plumbing.metrics, settings.refusals_kept, age)

    async def _watched(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """A worker that breaks, or that something else than this service cancels, ends the process.

        A supervisor starts it afresh.
        """
        try:
            await work
        except BaseException as error:
            if self._stopping.is_set() and isinstance(error, asyncio.CancelledError):
                raise
            log.exception("worker_failed", worker=name, error=error)
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        self.failed = self.failed or error
        self.when_failed()

    async def _stop(self, workers: dict[str, asyncio.Task[None]]) -> None:
        self._stopping.set()
        workers.pop("connections").cancel()
        self.plumbing.trail.flush()
        timeouts = self.plumbing.timeouts
        try:
            async with asyncio.timeout(timeouts.drain if self.failed is None else timeouts.drain_broken):
                await self._drain(workers)
        except (TimeoutError, Unavailable) as error:
            log.warning("drain_cut_short", reason=error)
        for worker in workers.values():
            worker.cancel()
        await asyncio.gather(*workers.values(), return_exceptions=True)
        await self.connections.close()
        self.plumbing.tracing.shutdown()

    async def _drain(self, workers: dict[str, asyncio.Task[None]]) -> None:
        for bus in self._buses:
            await bus.consumer.cancel()
        for name in [name for name in workers if name in {"deadlines", "retries"}]:
            workers.pop(name).cancel()
        await asyncio.gather(*(workers.pop(name) for name in list(workers) if name.startswith("task-")))
        for bus in self._buses:
            await bus.consumer.drain()
        self.plumbing.trail.flush()
        await self.plumbing.group_commit.idle.wait()
        workers.pop("relay").cancel()
        await self.plumbing.relay.drain()


async def _run(task: Task, stopping: asyncio.Event) -> None:
    await task(stopping)


def _several(routers: Routers) -> Sequence[APIRouter]:
    return (routers,) if isinstance(routers, APIRouter) else routers


def main(build: Callable[[S], Service], kind: type[S]) -> None:
    """Run a service until it is told to stop. Settings come from the environment; a wrong one ends with its name.

    Exit code 75 when the service gave itself up, within two seconds: its supervisor starts it afresh, and the broker
    delivers again what it had in hand.
    """
    sys.excepthook = logs.last_words
    try:
        settings = load(kind)
    except BadSettings as error:
        sys.exit(f"{error}")
    service = build(settings)
    logs.configure(service.name, settings.log_level)
    config = configure(service.app, settings)
    bound_heap()
    collect_rarely()
    server = uvicorn.Server(config)
    service.when_failed = partial(_end_broken, server)
    server.run()
    if service.failed is not None:
        sys.exit(GIVEN_UP)


def _end_broken(server: uvicorn.Server) -> None:
    """End in order if that is quick; requests in hand are cut off. What hangs meanwhile does not keep the process."""
    server.config.timeout_graceful_shutdown = 0
    server.should_exit = True
    last_resort = Timer(ENDED_WITHIN, os._exit, (GIVEN_UP,))
    last_resort.daemon = True
    last_resort.start()
