"""Connections over real sockets: slow ones are closed, too many are turned away, the others are served meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from slow_client import trickle
from waiting import until

from shared.runtime.http_server import configure
from shared.settings import ServiceSettings
from shared.testing import nowhere

SECONDS = 2.0


@dataclass
class Site:
    """A server with short limits, its port, and the endless answers under way."""

    port: int
    endless: list[str]

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def get(self) -> str:
        reader, writer = await self.connect()
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
        return answer.decode()


async def closed(reader: asyncio.StreamReader) -> bytes:
    """What came before the server closed the connection; TimeoutError when it does not."""
    with suppress(ConnectionResetError):
        return await asyncio.wait_for(reader.read(), 60)
    return b""


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    app = FastAPI()
    endless: list[str] = []

    @app.get("/endless")
    async def tell() -> StreamingResponse:
        return StreamingResponse(lines())

    async def lines() -> AsyncIterator[str]:
        endless.append("begun")
        try:
            while True:
                yield "line\n" * 10_000
                await asyncio.sleep(0)
        finally:
            endless.append("ended")

    @app.get("/")
    async def hello() -> str:
        return "hello"

    @app.post("/")
    async def measure(request: Request) -> int:
        return len(await request.body())

    settings = nowhere(
        ServiceSettings, http_port=0, request_seconds=SECONDS, http_connections=30, http_connections_per_client=20
    )
    server = uvicorn.Server(configure(app, settings))
    running = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await until(started)
    yield Site(server.servers[0].sockets[0].getsockname()[1], endless)
    server.should_exit = True
    await running


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\n", b""),
        (b"GET / HTTP/1.1\r\n", b"X-A: b\r\n"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
async def test_a_request_that_does_not_arrive_whole_in_time_is_closed(site: Site, head: bytes, piece: bytes) -> None:
    reader, writer = await site.connect()
    sending = asyncio.create_task(trickle(writer, head, piece, SECONDS / 10))
    try:
        assert b"200 OK" not in await closed(reader)
    finally:
        sending.cancel()
        writer.close()


async def test_an_answer_that_is_not_taken_in_time_ends_and_one_that_is_taken_slowly_goes_on(site: Site) -> None:
    slow, slow_writer = await site.connect()
    _, unread = await site.connect()
    for each in (slow_writer, unread):
        each.write(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")

    async def ended() -> bool:
        await slow.read(100_000)
        return "ended" in site.endless

    await until(ended)
    assert site.endless == ["begun", "begun", "ended"]
    unread.close()
    slow_writer.close()


async def test_a_connection_that_asks_again_in_time_stays_and_an_idle_one_is_closed(site: Site) -> None:
    reader, writer = await site.connect()
    for _ in range(4):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b'"hello"' in await asyncio.wait_for(reader.readuntil(b'"hello"'), 60)
        await asyncio.sleep(SECONDS / 3)
    assert await closed(reader) == b""
    writer.close()


async def test_headers_that_never_end_are_refused(site: Site) -> None:
    reader, writer = await site.connect()
    writer.write(b"GET / HTTP/1.1\r\n" + b"X-A: " + b"b" * 100_000)
    assert b"400" in (await closed(reader)).split(b"\r\n")[0]
    writer.close()


async def test_more_connections_than_an_address_may_have_are_turned_away_and_come_in_later(site: Site) -> None:
    held = [await site.connect() for _ in range(20)]
    reader, writer = await site.connect()
    assert await closed(reader) == b""
    writer.close()
    for _, each in held:
        each.close()

    async def served() -> bool:
        return "200 OK" in await site.get()

    await until(served)
