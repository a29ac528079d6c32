"""What stands around every route: limits of a body, the time it takes, its log context, and what broke in it."""

from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

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
    in Chinese for everybody: whoever prints one, it is the same.
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


class HttpMiddleware:
    """Outermost layer: limits bodies, measures, gives every request its log context, and logs what broke, once."""

    def __init__(self, app: App, metrics: Metrics, tracing: Tracing, body_limit: int, evidence: TakeEvidence) -> None:
        self._app = app
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
                await self._app(scope, self._limited(scope, receive), sending)
        except (BodyTooLarge, UnfitHeaders) as error:
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

    def _limited(self, scope: AsgiScope, receive: Receive) -> Receive:
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._limit:
            raise BodyTooLarge(self._limit)
        seen = 0

        async def receiving() -> MutableMapping[str, Any]:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise BodyTooLarge(self._limit)
            return message

        return receiving
