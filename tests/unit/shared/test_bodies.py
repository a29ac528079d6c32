"""Large bodies of requests are bounded by bytes together, and small ones never wait."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from shared import middleware
from shared.garbage import LARGE, Garbage
from shared.middleware import SMALL_BODY, BodiesInHand, HttpMiddleware
from shared.telemetry import Metrics, Tracing

LIMIT = 4 * LARGE


class Desk:
    """A desk at which requests are answered when it says so, through the middleware that stands around every route."""

    def __init__(self) -> None:
        self.bodies = BodiesInHand(LIMIT)
        self.collections = 0
        self.opened = asyncio.Event()
        self.read: list[int] = []
        self.app = HttpMiddleware(
            self._answer,
            Metrics(),
            Tracing(),
            body_limit=LIMIT * 2,
            evidence=lambda *_: None,
            bodies=self.bodies,
            garbage=Garbage(LIMIT, self._collect),
        )

    def _collect(self) -> None:
        self.collections += 1

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        size = 0
        while True:
            message = await receive()
            size += len(message["body"])
            if not message["more_body"]:
                break
        self.read.append(size)
        await self.opened.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def asks(self, *parts: int) -> int:
        """The status of the answer to a request whose body comes in these parts."""
        statuses: list[int] = []
        coming = [
            {"type": "http.request", "body": b"x" * size, "more_body": place < len(parts)}
            for place, size in enumerate(parts, 1)
        ]

        async def receive() -> MutableMapping[str, Any]:
            return coming.pop(0)

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await self.app({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send)
        return statuses[0]


async def settled() -> None:
    """Everything that can go on without an answer has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_large_bodies_hold_together_is_bounded_and_small_ones_never_wait() -> None:
    desk = Desk()
    large = [asyncio.create_task(desk.asks(LARGE)) for _ in range(10)]
    await settled()
    small = [asyncio.create_task(desk.asks(SMALL_BODY)) for _ in range(3)]
    await settled()

    assert (desk.read, desk.bodies.total) == ([LARGE] * 5 + [SMALL_BODY] * 3, LIMIT + LARGE)

    desk.opened.set()
    assert await asyncio.gather(*large, *small) == [200] * 13
    assert (desk.bodies.total, desk.collections) == (0, 2)


async def test_half_read_bodies_never_wait_for_each_other() -> None:
    desk = Desk()
    desk.opened.set()

    answered = await asyncio.gather(*(desk.asks(*[LARGE] * 3) for _ in range(8)))

    assert (answered, desk.bodies.total) == ([200] * 8, 0)


async def test_a_large_body_for_which_there_is_no_room_in_time_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(middleware, "WAITS_FOR_ROOM", 0.0)
    desk = Desk()
    held = [asyncio.create_task(desk.asks(LARGE)) for _ in range(5)]
    await settled()

    assert await desk.asks(LARGE) == 503

    desk.opened.set()
    assert await asyncio.gather(*held) == [200] * 5
