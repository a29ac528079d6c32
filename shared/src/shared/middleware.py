"""What stands around every route: limits of a body, the time it takes, its log context, and what broke in it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
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


class TooMuchInHand(HTTPException):
    """A large body for which there was no room in time."""

    code = Unavailable.code

    def __init__(self) -> None:
        super().__init__(503, "too many large requests are under way; send it again shortly", {"Retry-After": "1"})


class BodiesInHand:
    """Bounds the bytes of large bodies in memory: what comes beyond the limit waits until others are answered.

    One request at a time may go beyond the limit, so that half-read ones never wait for each other.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: Counter[int] = Counter()
        self._beyond: int | None = None
        self._less = asyncio.Event()

    @property
    def total(self) -> int:
        """Bytes of all large bodies in hand."""
        return self._held.total()

    async def take(self, request: int, size: int) -> None:
        """So much more of this request is in hand. Raises TooMuchInHand when there is no room in time."""
        try:
            async with asyncio.timeout(WAITS_FOR_ROOM):
                while self.total + size > self._limit and self._beyond not in (None, request):
                    self._less.clear()
                    await self._less.wait()
        except TimeoutError:
            raise TooMuchInHand from None
        if self.total + size > self._limit:
            self._beyond = request
        self._held[request] += size

    def done(self, request: int) -> int:
        """The request is answered, or gave up; the bytes that it had."""
        if self._beyond == request:
            self._beyond = None
        self._less.set()
        return self._held.pop(request, 0)


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
        except (BodyTooLarge, TooMuchInHand, UnfitHeaders) as error:
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
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._limit:
            raise BodyTooLarge(self._limit)
        seen = 0

        async def receiving() -> MutableMapping[str, Any]:
            nonlocal seen
            message = await receive()
            size = len(message.get("body", b""))
            seen += size
            if seen > self._limit:
                raise BodyTooLarge(self._limit)
            if size and seen > SMALL_BODY:
                await self._bodies.take(request, size)
            return message

        return receiving
