"""A ledger process in which every call to the database, the bus and its callers is a point where it can die."""

import os
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import uvicorn
from aiormq.channel import Channel
from ledger import service as ledger
from pymongo import monitoring

from shared import logs
from shared.settings import ServiceSettings
from shared.wire.broker import EventPublisher

When = Literal["before", "after"]
DIED = 137
_BUS_CALLS = ("exchange_declare", "queue_declare", "queue_bind", "basic_qos", "basic_consume", "basic_ack")


@dataclass(frozen=True)
class Point:
    """Where a process dies: before or after the first call of this name."""

    name: str
    when: When = "before"


class Points(monitoring.CommandListener):
    """Writes down the name of each call, and dies at the one that it was told."""

    def __init__(self, log: Path, fatal: Point | None) -> None:
        self._log = log.open("a", buffering=1)
        self._fatal = fatal
        self._names: dict[int, str] = {}

    def reach(self, name: str, when: When) -> None:
        if name.startswith("ping"):
            return  # a question of the watcher of the process, no step of its work
        if when == "before":
            self._log.write(name + "\n")
        if self._fatal == Point(name, when):
            os._exit(DIED)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self._names[event.request_id] = name = _command(event.command_name, event.command)
        self.reach(name, "before")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        self.reach(self._names.pop(event.request_id), "after")

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        self._names.pop(event.request_id)


def _command(name: str, command: Mapping[str, Any]) -> str:
    """A name for what a command does, the same for the same kind of call: verb, collection and what it looks at."""
    part = next((command[each][0] for each in ("updates", "deletes") if each in command), command)
    looks_at = (
        part.get("filter") or part.get("q") or next((step.get("$match") for step in part.get("pipeline", ())), {})
    )
    change = part.get("u", {})
    fields = sorted(map(str, looks_at or ())) + sorted(map(str, change))
    return f"{name} {command.get(name)} {','.join(fields)}".strip()


def _watched(points: Points, kind: type[Any], call: str) -> None:
    inner = getattr(kind, call)

    async def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        points.reach(call, "before")
        if call == "basic_ack":
            kwargs["wait"] = True  # so that it is on its way when the process dies after it
        result = await inner(self, *args, **kwargs)
        points.reach(call, "after")
        return result

    setattr(kind, call, watched)


Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


class Watched:
    """A web application whose requests and answers are points."""

    def __init__(self, app: Any, points: Points) -> None:
        self._app = app
        self._points = points

    async def __call__(self, scope: Message, receive: Any, send: Send) -> None:
        if scope.get("method") != "POST":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body")
            if last:
                self._points.reach("answer", "before")
            await send(message)
            if last:
                self._points.reach("answer", "after")

        self._points.reach("request", "before")
        await self._app(scope, receive, answer)
        self._points.reach("request", "after")


def doomed(settings: Mapping[str, Any], log: Path, fatal: Point | None) -> None:
    """Run the ledger until it reaches the fatal point. For a process of its own."""
    points = Points(log, fatal)
    monitoring.register(points)
    for call in _BUS_CALLS:
        _watched(points, Channel, call)
    _watched(points, EventPublisher, "publish")
    service = ledger(ServiceSettings.model_validate(settings))
    logs.configure(service.name, "ERROR")
    config = uvicorn.Config(
        Watched(service.app, points), "127.0.0.1", service.plumbing.settings.http_port, log_config=None, lifespan="on"
    )
    uvicorn.Server(config).run()
