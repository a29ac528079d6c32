"""Over real sockets, every service ends a request whose headers or body trickle in, when its time is over."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import uvicorn
from slow_client import trickle
from waiting import until

from shared.runtime.http_server import configure
from shared.testing import in_memory, nowhere

SECONDS = 0.6
"""Within which a whole request has to arrive."""
PATIENCE = 100 * SECONDS

HEADERS = b"POST /facts HTTP/1.1\r\nHost: x\r\n"
JSON = HEADERS + b"Content-Type: application/json\r\n"
SLOW = {
    "nothing": (b"", b""),
    "headers": (HEADERS, b"X-A: b\r\n"),
    "a body of known length": (JSON + b"Content-Length: 100000\r\n\r\n", b"x"),
    "a body in chunks": (
        JSON + b"Transfer-Encoding: chunked\r\n\r\n",
        b"1\r\nx\r\n",
    ),
}


@pytest.fixture(params=("aftersales", "complaints", "intake", "notify", "orders"))
async def port(request: pytest.FixtureRequest) -> AsyncIterator[int]:
    """Where one of the services listens, over a database in memory."""
    name = request.param
    settings = nowhere(importlib.import_module(f"{name}.settings").Settings, http_port=0, request_seconds=SECONDS)
    service = importlib.import_module(f"{name}.app").service(settings, in_memory(name, settings, at=datetime.now(UTC)))
    server = uvicorn.Server(configure(service.app, settings))
    running = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await until(started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def ended(port: int, head: bytes, piece: bytes) -> float:
    """Seconds until the service closed the connection; TimeoutError when it does not."""
    clock = asyncio.get_running_loop()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began, sending = clock.time(), asyncio.create_task(trickle(writer, head, piece, SECONDS / 10))
    try:
        with suppress(ConnectionResetError):
            await asyncio.wait_for(reader.read(), PATIENCE)
        return clock.time() - began
    finally:
        sending.cancel()
        writer.close()


async def test_what_trickles_in_is_ended_by_time_and_others_are_answered_meanwhile(port: int) -> None:
    slow = {name: asyncio.create_task(ended(port, *sent)) for name, sent in SLOW.items()}
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200 OK")

    lasted = {name: await task for name, task in slow.items()}

    assert {name: seconds < PATIENCE for name, seconds in lasted.items()} == dict.fromkeys(SLOW, True)
    assert lasted["nothing"] >= SECONDS * 0.9
    assert lasted["headers"] >= SECONDS * 0.9
