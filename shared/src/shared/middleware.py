"""What stands around every route: limits of a body, the time it takes, its log context, and what broke in it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from shared.aggregate import Unavailable
from shared.garbage import Garbage
from shared.http import http_problem, problem
from shared.identity.cookie import cookie_of
from shared.language import LANGUAGE_COOKIE, Translations, read_in
from shared.telemetry import Metrics, Tracing, known_method

log = structlog.get_logger()

AsgiScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[AsgiScope, Receive, Send], Awaitable[None]]
TakeEvidence = Callable[[AsgiScope, int, str], None]
"""Is told of each request with its answer's status and media type. Must neither wait nor raise."""


class BodyTooLarge(HTTPException):
    """A body over the limit."""

    code = "too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"a body may have at most {limit} bytes")


MOST_HEADERS, LARGEST_HEADERS = 100, 32 * 1024
"""Headers of a request, and bytes of all of them."""


SENT_ONCE = frozenset({b"authorization", b"x-api-key", b"idempotency-key", b"content-type", b"sec-fetch-site"})
"""Headers that say who asks, from where, and what: of two values another reader could take the other one."""


class UnfitHeaders(HTTPException):
    """More headers than a request may have, or two of which a reader can heed one alone."""

    code = "headers"

    def __init__(self, detail: str) -> None:
        super().__init__(400, detail, headers={"Connection": "close"})

    @classmethod
    def check(cls, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Raises it for headers that are not to be read."""
        size = sum(len(name) + len(value) for name, value in headers)
        if len(headers) > MOST_HEADERS or size > LARGEST_HEADERS:
            raise cls(f"a request may have {MOST_HEADERS} headers, of {LARGEST_HEADERS} bytes together")
        names = [name for name, _ in headers]
        if {b"content-length", b"transfer-encoding"} <= set(names):
            raise cls("send either Content-Length or Transfer-Encoding")
        if several := sorted(name.decode() for name in SENT_ONCE if len({b for a, b in headers if a == name}) > 1):
            raise cls(f"send {', '.join(several)} once")


class ReadersLanguage:
    """Pages below `under` are written in the language that the person who asks chose in the console.

    Chinese for everybody who chose none, whatever the browser asks for, and for all that stands elsewhere. Papers are
    in Chinese for every reader: each print of one is the same.
    """

    def __init__(self, app: App, english: Translations, under: str) -> None:
        self._app = app
        self._english = english
        self._under = under

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if not self._is_english(scope):
            await self._app(scope, receive, send)
            return
        with read_in("en", self._english):
            await self._app(scope, receive, send)

    def _is_english(self, scope: AsgiScope) -> bool:
        page = scope["type"] == "http" and scope["path"].startswith(self._under)
        paper = page and scope["path"].startswith(f"{self._under}papers/")
        return page and not paper and cookie_of(HTTPConnection(scope), LANGUAGE_COOKIE) == "en"


SMALL_BODY = 32 * 1024
"""Bytes of a body that it may have without being counted: nothing large ever keeps a form or a question waiting."""
WAITS_FOR_ROOM = 10.0
"""Seconds that a large body waits while others are in hand."""
STALLS_AFTER = 5.0
"""Seconds after which a large body of which nothing came has stalled: less than others wait for its room."""
LEAST_RATE = 256 * 1024
"""Bytes a second that come at least of a large body while others wait for room; slower ones give it up."""
HEAD_START = 1.0
"""Seconds that a body has beyond that."""


class TooMuchInHand(HTTPException):
    """A large body for which there was no room in time."""

    code = Unavailable.code

    def __init__(self) -> None:
        super().__init__(503, "too many large requests are under way; send it again shortly", {"Retry-After": "1"})


class Stalled(HTTPException):
    """A large body of which nothing came for too long, or too little came while others waited for its room."""

    code = "stalled"

    def __init__(self, said: str) -> None:
        super().__init__(408, f"{said}; send it again", {"Connection": "close"})


@dataclass(eq=False, slots=True)
class _AsksForRoom:
    """A large body that has no room yet."""

    request: int
    client: str
    size: int
    asked: int
    room: asyncio.Future[None]


@dataclass(eq=False, slots=True)
class _HasRoom:
    """A large body that has room, and how much of it has come since."""

    client: str
    size: int
    since: float
    came: int = 0
    awaited: asyncio.Timeout | None = None
    stalls: float = 0.0

    def hurry(self, *, others_wait: bool) -> None:
        """What is awaited of it has to come in time, and while others wait at the least rate."""
        if self.awaited is not None and not self.awaited.expired():
            slow = self.since + HEAD_START + self.came / LEAST_RATE
            self.awaited.reschedule(min(slow, self.stalls) if others_wait else self.stalls)


class BodiesInHand:
    """Bounds the bytes of large bodies in memory: what comes beyond the limit waits until others are answered.

    A body has room for all of it before it is read, so that half-read ones never wait for each other. Room is given in
    the order of asking, and after one that had room it is the others' turn, however much more it asks for. One client
    has half of it at most, or one body alone; while it waits for its own share, other clients are served. A body that
    comes slowly keeps its room for as long as no other waits for it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: dict[int, _HasRoom] = {}
        self._of: Counter[str] = Counter()
        self._waiting: list[_AsksForRoom] = []
        self._turns = count()
        self._served: dict[str, int] = {}

    @property
    def total(self) -> int:
        """Bytes of all large bodies in hand."""
        return self._of.total()

    async def take(self, request: int, client: str, size: int) -> None:
        """This request, which holds nothing yet, has room for so many bytes. Raises TooMuchInHand after some time."""
        room = asyncio.get_running_loop().create_future()
        waiting = _AsksForRoom(request, client, size, next(self._turns), room)
        self._waiting.append(waiting)
        self._give()
        try:
            async with asyncio.timeout(WAITS_FOR_ROOM):
                await waiting.room
        except TimeoutError:
            raise TooMuchInHand from None
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
                self._give()

    async def next_of(self, request: int, receive: Receive) -> MutableMapping[str, Any]:
        """What comes next of a body that has room. Raises Stalled if that takes too long."""
        held = self._held[request]
        now = asyncio.get_running_loop().time
        held.stalls = now() + STALLS_AFTER
        try:
            async with asyncio.timeout_at(held.stalls) as held.awaited:
                self._hurry()
                message = await receive()
        except TimeoutError:
            stalled = now() >= held.stalls
            raise Stalled(_NOTHING_CAME if stalled else "the body came too slowly while others waited") from None
        finally:
            held.awaited = None
        held.came += len(message.get("body", b""))
        return message

    def done(self, request: int) -> int:
        """The request is answered, or gave up; the bytes that it had room for."""
        held = self._held.pop(request, None)
        if held is None:
            return 0
        self._of[held.client] -= held.size
        if not self._of[held.client]:
            del self._of[held.client]
        self._served[held.client] = next(self._turns)
        self._give()
        return held.size

    def _give(self) -> None:
        for waiting in sorted(self._waiting, key=self._turn):
            own = self._of[waiting.client]
            if waiting.room.cancelled() or (own and own + waiting.size > self._limit // 2):
                continue
            if self.total and self.total + waiting.size > self._limit:
                break
            self._waiting.remove(waiting)
            self._held[waiting.request] = _HasRoom(waiting.client, waiting.size, waiting.room.get_loop().time())
            self._of[waiting.client] += waiting.size
            self._served[waiting.client] = next(self._turns)
            waiting.room.set_result(None)
        here = {*self._of, *(each.client for each in self._waiting)}
        self._served = {client: turn for client, turn in self._served.items() if client in here}
        self._hurry()

    def _turn(self, waiting: _AsksForRoom) -> tuple[int, int]:
        """Who has had no room since asking comes before those who have."""
        return max(waiting.asked, self._served.get(waiting.client, 0)), waiting.asked

    def _hurry(self) -> None:
        for held in self._held.values():
            held.hurry(others_wait=bool(self._waiting))


_NOTHING_CAME = f"nothing of the body came for {STALLS_AFTER:.0f} seconds"


class HttpMiddleware:
    """Outermost layer: limits bodies, measures, gives every request its log context, and logs what broke, once."""

    def __init__(
        self,
        app: App,
        metrics: Metrics,
        tracing: Tracing,
        body_limit: int,
        evidence: TakeEvidence,
        *,
        bodies: BodiesInHand,
        garbage: Garbage,
    ) -> None:
        self._app = app
        self._bodies = bodies
        self._garbage = garbage
        self._requests = count()
        self._evidence = evidence
        self._metrics = metrics
        self._tracing = tracing
        self._limit = body_limit

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        status = 500
        request = next(self._requests)
        started = False
        content_type = ""

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal status, started, content_type
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                content_type = dict(message.get("headers", ())).get(b"content-type", b"").decode("latin-1")
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=str(uuid4()))
        try:
            UnfitHeaders.check(scope["headers"])
            with self._traced(scope):
                await self._app(scope, self._limited(scope, receive, request), sending)
        except (BodyTooLarge, Stalled, TooMuchInHand, UnfitHeaders) as error:
            await http_problem(error)(scope, receive, sending)
        except Exception as error:
            log.exception("request_failed", route=getattr(scope.get("route"), "path", "-"), error=error)
            if started:
                raise
            detail = "something broke here; it has been logged and may be tried again"
            await problem(500, "internal", detail)(scope, receive, sending)
        finally:
            route = scope.get("route")
            self._metrics.answered(scope["method"], getattr(route, "path", "-"), status, perf_counter() - began)
            self._evidence(scope, status, content_type)
            self._garbage.left_by(self._bodies.done(request))

    @contextmanager
    def _traced(self, scope: AsgiScope) -> Iterator[None]:
        """A span around the request, called by its route: a path may hold anything. What it causes continues it."""
        if not self._tracing.on:
            yield
            return
        came_from = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1") or None
        method = known_method(scope["method"])
        with self._tracing.span(method, came_from, "server") as span:
            others = [each for each in scope["headers"] if each[0] != b"traceparent"]
            scope["headers"] = [*others, (b"traceparent", (span.traceparent or "").encode())]
            try:
                yield
            finally:
                span.name(f"{method} {getattr(scope.get('route'), 'path', '-')}")

    def _limited(self, scope: AsgiScope, receive: Receive, request: int) -> Receive:
        said = dict(scope["headers"]).get(b"content-length", b"")
        announced = int(said) if said.isdigit() else None
        if announced is not None and announced > self._limit:
            raise BodyTooLarge(self._limit)
        seen, large, whole = 0, False, False

        async def receiving() -> MutableMapping[str, Any]:
            nonlocal seen, large, whole
            message = await (self._bodies.next_of(request, receive) if large and not whole else receive())
            seen, whole = seen + len(message.get("body", b"")), not message.get("more_body", False)
            if seen > self._limit:
                raise BodyTooLarge(self._limit)
            if seen > SMALL_BODY and not large:
                await self._bodies.take(request, client_of(scope), self._limit if announced is None else announced)
                large = True
            return message

        return receiving


def client_of(scope: AsgiScope) -> str:
    """Who sends a request, for bounds of each: the one who is known to ask, or else the address it comes from."""
    principal = scope.get("state", {}).get("principal")
    return f"{principal.kind} {principal.id}" if principal else str((scope.get("client") or ("",))[0])
