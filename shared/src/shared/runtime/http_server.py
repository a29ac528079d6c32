"""HTTP connections with limits: so many, so long for a request to arrive and an answer to be taken, so much kept."""

import asyncio
from collections import Counter
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.settings import ServiceSettings

HEADERS_KEPT = 32 * 1024
"""Bytes of an incomplete request line and headers beyond which a connection is refused."""


class BoundedProtocol(H11Protocol):
    """Closes a connection whose request does not arrive or whose answer is not taken in time, and those too many.

    Beware: `limits` is set by `configure`; uvicorn makes one protocol per connection by itself.
    """

    limits: "Limits"

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._cut_off: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._peer = self.client[0] if self.client else ""
        self.limits.open[self._peer] += 1
        if self.limits.exceeded(self._peer):
            transport.abort()
            return
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._forget()
        self._is_read()
        self.limits.open[self._peer] -= 1
        if not self.limits.open[self._peer]:
            del self.limits.open[self._peer]

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not None and not self.cycle.more_body:
            self._forget()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._expect()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._is_read()
        self._unread = self.loop.call_later(self.limits.seconds, self._too_slow)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._is_read()

    def _is_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _expect(self) -> None:
        """From now on a whole request has to arrive within so many seconds."""
        self._forget()
        self._cut_off = self.loop.call_later(self.limits.seconds, self._too_slow)

    def _forget(self) -> None:
        if self._cut_off is not None:
            self._cut_off.cancel()
            self._cut_off = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


class Limits:
    """What one process allows its clients: seconds for what they send and take, connections in all and per address."""

    def __init__(self, seconds: float, connections: int, per_client: int) -> None:
        self.seconds = seconds
        self.connections = connections
        self.per_client = per_client
        self.open: Counter[str] = Counter()

    def exceeded(self, peer: str) -> bool:
        """Whether this address, or all together, has more connections than it may."""
        return self.open[peer] > self.per_client or self.open.total() > self.connections


def configure(app: Any, settings: ServiceSettings) -> uvicorn.Config:
    """uvicorn's settings for a service."""
    limits = Limits(settings.request_seconds, settings.http_connections, settings.http_connections_per_client)
    protocol = type("Protocol", (BoundedProtocol,), {"limits": limits})
    return uvicorn.Config(
        app,
        settings.http_host,
        settings.http_port,
        http=protocol,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=max(1, int(settings.request_seconds)),
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=HEADERS_KEPT,
    )
