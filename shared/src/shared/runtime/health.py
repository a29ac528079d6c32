"""What a service says of itself: whether it lives, whether it can do its work, how much is under way."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from shared.aggregate import Unavailable
from shared.plumbing import Plumbing
from shared.runtime.connections import Connections
from shared.runtime.deadlines import Deadlines

Backlog = Callable[[], Awaitable[int]]


class Health:
    """The state of one process, from what it knows itself and from its servers."""

    def __init__(self, plumbing: Plumbing, connections: Connections, deadlines: Deadlines, backlog: Backlog) -> None:
        self.version = released(f"kefu-{plumbing.name}")
        self._plumbing = plumbing
        self._connections = connections
        self._deadlines = deadlines
        self._backlog = backlog

    async def checks(self) -> dict[str, str]:
        """What the service depends on, each `ok` or what is wrong with it."""
        plumbing, relay = self._plumbing, self._plumbing.relay
        staff = plumbing.authenticator.tokens.trouble()
        checks = {"mongo": "ok", "rabbit": "ok", "outbox": "ok", "staff": staff or "ok"}
        try:
            async with asyncio.timeout(plumbing.timeouts.answer):
                await plumbing.database.ping()
        except TimeoutError:
            checks["mongo"] = f"no answer within {plumbing.timeouts.answer:.0f} s"
        except Unavailable as error:
            checks["mongo"] = str(error)
        if not self._connections.work:
            checks["rabbit"] = "not connected, or some queues are not consumed"
        if relay.full:
            checks["outbox"] = f"{relay.depth} aggregates wait to be published, since {relay.age:.0f} s"
        return checks

    @property
    def taken(self) -> int:
        """How many messages have come in since the process began."""
        return sum(bus.consumer.taken for bus in self._connections.buses)

    @property
    def idle(self) -> bool:
        """Whether this process has nothing under way, as far as it can tell without asking a server."""
        relay = self._plumbing.relay
        told = all(bus.started and not bus.consumer.in_hand for bus in self._connections.buses)
        written = self._plumbing.group_commit.idle.is_set() and not relay.waiting and not relay.behind
        return told and written and (self._deadlines.idle or not self._plumbing.runs("timers"))

    async def status(self) -> dict[str, Any]:
        """How much is under way right now; nothing at all while the database is away.

        All of `in_hand`, `outbox`, `overdue` and `parked` are zero when everything known here has had its effect.
        `taken` counts the messages that have come in since the process began: while it stands still, none came.
        """
        plumbing = self._plumbing
        collections = plumbing.database.collections.values()
        try:
            unpublished = await asyncio.gather(*(each.backlog(1000) for each in collections))
            overdue, parked, backlog = await asyncio.gather(
                self._deadlines.overdue(), plumbing.parking.count({"state": "parked"}, limit=1000), self._backlog()
            )
        except Unavailable:
            return {}
        in_hand = sum(bus.consumer.in_hand for bus in self._connections.buses)
        return {
            "time": plumbing.time.now().isoformat(),
            "taken": self.taken,
            "in_hand": in_hand + len(plumbing.group_commit.waiting) + backlog,
            "outbox": max(sum(depth for depth, _ in unpublished), plumbing.relay.waiting),
            "overdue": overdue,
            "parked": parked,
        }

    def routes(self) -> APIRouter:
        """`/health/live`, `/health/ready` and `/metrics`, which ask for no identity."""
        router, plumbing = APIRouter(tags=["health"]), self._plumbing
        about = {"service": plumbing.name, "version": self.version}

        @router.get("/health/live", response_model=None)
        async def live() -> JSONResponse:
            """The process runs, and whether it has anything to do; asks no server."""
            now = plumbing.time.now().isoformat()
            return JSONResponse({**about, "time": now, "taken": self.taken, "idle": self.idle})

        @router.get("/health/ready", response_model=None, responses={503: {"description": "What is missing."}})
        async def ready() -> JSONResponse:
            """Whether the service can do its work, and if not, what is missing."""
            checks = await self.checks()
            status = await self.status() if checks["mongo"] == "ok" else {}
            works = all(check == "ok" for check in checks.values())
            warning = plumbing.authenticator.tokens.warning()
            warned = {"warning": warning} if warning else {}
            return JSONResponse({**about, "checks": checks, **warned, **status}, status_code=200 if works else 503)

        @router.get("/metrics", response_class=PlainTextResponse)
        async def metrics() -> Response:
            """Prometheus."""
            return Response(plumbing.metrics.exposition(), media_type=plumbing.metrics.content_type)

        return router


def released(distribution: str) -> str:
    """The version of an installed distribution."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unreleased"
