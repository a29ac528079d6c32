"""Large bodies of requests are bounded by bytes together, and small ones never wait."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from shared import middleware
from shared.contracts.roles import Role
from shared.garbage import LARGE, Garbage
from shared.identity import Principal
from shared.middleware import SMALL_BODY, BodiesInHand, HttpMiddleware, client_of
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

    async def asks(self, *parts: int, client: str = "", announced: bool = True, stalls: bool = False) -> int:
        """The status of the answer to this client's request, whose body comes in these parts, and may stop there."""
        statuses: list[int] = []
        coming = [
            {"type": "http.request", "body": b"x" * size, "more_body": stalls or place < len(parts)}
            for place, size in enumerate(parts, 1)
        ]

        async def receive() -> MutableMapping[str, Any]:
            if not coming:
                await asyncio.Event().wait()
            return coming.pop(0)

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        headers = [(b"content-length", str(sum(parts)).encode())] if announced else []
        await self.app(
            {"type": "http", "method": "POST", "path": "/", "headers": headers, "client": (client, 1)}, receive, send
        )
        return statuses[0]


async def settled() -> None:
    """Everything that can go on without an answer has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_large_bodies_hold_together_is_bounded_and_small_ones_never_wait() -> None:
    desk = Desk()
    large = [asyncio.create_task(desk.asks(LARGE, client=f"10.0.0.{place}")) for place in range(10)]
    await settled()
    small = [asyncio.create_task(desk.asks(SMALL_BODY)) for _ in range(3)]
    await settled()

    assert (desk.read, desk.bodies.total) == ([LARGE] * 4 + [SMALL_BODY] * 3, LIMIT)

    desk.opened.set()
    assert await asyncio.gather(*large, *small) == [200] * 13
    assert (desk.bodies.total, desk.collections) == (0, 2)


async def test_half_read_bodies_never_wait_for_each_other() -> None:
    desk = Desk()
    desk.opened.set()

    answered = await asyncio.gather(*(desk.asks(*[LARGE] * 3, announced=bool(place % 2)) for place in range(8)))

    assert (answered, desk.bodies.total) == ([200] * 8, 0)


async def test_room_that_comes_free_while_one_gives_up_waiting_goes_to_the_next() -> None:
    bodies = BodiesInHand(LIMIT)
    await bodies.take(1, "10.0.0.1", LIMIT)
    second, third = (asyncio.create_task(bodies.take(place, f"10.0.0.{place}", LIMIT)) for place in (2, 3))
    await settled()

    second.cancel()
    assert bodies.done(1) == LIMIT
    await third
    with pytest.raises(asyncio.CancelledError):
        await second

    assert (bodies.done(2), bodies.total) == (0, LIMIT)


async def test_one_client_takes_half_of_the_room_and_the_others_have_theirs() -> None:
    desk = Desk()
    greedy = [asyncio.create_task(desk.asks(LARGE, client="10.0.0.1")) for _ in range(5)]
    await settled()
    other = asyncio.create_task(desk.asks(LARGE, LARGE, client="10.0.0.2"))
    await settled()

    assert desk.read == [LARGE, LARGE, 2 * LARGE]

    desk.opened.set()
    assert await asyncio.gather(*greedy, other) == [200] * 6


async def test_room_is_given_in_the_order_of_asking() -> None:
    desk = Desk()
    sizes = [2 * LARGE, LIMIT, 3 * LARGE, LARGE]
    asking = [asyncio.create_task(desk.asks(size, client=f"10.0.0.{size}")) for size in sizes]
    await settled()
    assert desk.read == sizes[:1]

    desk.opened.set()
    assert await asyncio.gather(*asking) == [200] * 4
    assert desk.read == sizes


async def test_a_body_that_announces_no_length_has_the_room_of_the_largest() -> None:
    desk = Desk()
    held = asyncio.create_task(desk.asks(LARGE, announced=False))
    await settled()

    assert desk.bodies.total == 2 * LIMIT

    desk.opened.set()
    assert (await held, desk.bodies.total) == (200, 0)


async def test_a_large_body_that_stops_on_its_way_gives_its_room_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "STALLS_AFTER", 0.0)
    desk = Desk()
    desk.opened.set()

    assert (await desk.asks(LARGE, stalls=True), desk.read, desk.bodies.total) == (408, [], 0)


async def test_a_large_body_that_comes_slowly_gives_its_room_to_those_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "HEAD_START", 0.0)
    monkeypatch.setattr(middleware, "LEAST_RATE", 1024 * LIMIT)
    desk = Desk()
    desk.opened.set()
    slow = [asyncio.create_task(desk.asks(2 * LARGE, client=f"10.0.0.{place}", stalls=True)) for place in range(2)]
    await settled()
    assert (desk.bodies.total, [each.done() for each in slow]) == (LIMIT, [False, False])

    assert await desk.asks(2 * LARGE, client="10.0.0.9") == 200
    assert (await asyncio.gather(*slow), desk.read, desk.bodies.total) == ([408, 408], [2 * LARGE], 0)


async def test_a_large_body_that_comes_slowly_keeps_its_room_once_no_other_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(middleware, "HEAD_START", 60.0)
    desk = Desk()
    slow = asyncio.create_task(desk.asks(LIMIT, client="10.0.0.1", stalls=True))
    await settled()
    waits = asyncio.create_task(desk.asks(LARGE, client="10.0.0.2"))
    await settled()
    monkeypatch.setattr(middleware, "HEAD_START", -60.0)

    waits.cancel()
    await settled()

    assert (slow.done(), desk.bodies.total) == (False, LIMIT)
    slow.cancel()


async def test_room_is_given_in_turn_however_much_one_client_asks_for() -> None:
    desk = Desk()
    greedy = [asyncio.create_task(desk.asks(LIMIT, client=f"10.0.0.{place % 2}")) for place in range(6)]
    await settled()
    other = asyncio.create_task(desk.asks(2 * LARGE, client="10.0.0.9"))
    await settled()

    desk.opened.set()
    assert await asyncio.gather(*greedy, other) == [200] * 7
    assert desk.read == [LIMIT, LIMIT, 2 * LARGE, *[LIMIT] * 4]


async def test_a_large_body_for_which_there_is_no_room_in_time_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()
    held = [asyncio.create_task(desk.asks(LARGE, client=f"10.0.0.{place}")) for place in range(4)]
    await settled()

    with monkeypatch.context() as patched:
        patched.setattr(middleware, "WAITS_FOR_ROOM", 0.0)
        assert await desk.asks(LARGE) == 503

    desk.opened.set()
    assert await asyncio.gather(*held) == [200] * 4
    assert await desk.asks(LARGE) == 200


async def test_those_who_are_known_to_ask_are_told_apart_behind_one_address() -> None:
    address = {"client": ("10.0.0.1", 1)}
    li, wang = (Principal.staff(name, Role.OPERATOR) for name in ("li", "wang"))
    clients = [client_of({**address, "state": {"principal": each} if each else {}}) for each in (li, wang, None)]

    assert clients == ["staff li", "staff wang", "10.0.0.1"]
