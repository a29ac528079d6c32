"""Well-behaved traffic beside a flood, and how late each of its messages is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from statistics import median
from time import perf_counter

from waiting import until

Send = Callable[[str], Awaitable[None]]
EVERY = 0.02
"""Seconds between two messages."""


class Neighbours:
    """Sends one good message after the other under a name of its own and learns when each has had its effect."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._number = 0
        self._sent: dict[str, float] = {}
        self._seconds: list[float] = []

    def arrived(self, name: str) -> None:
        """This one has had its effect."""
        began = self._sent.pop(name, None)
        if began is not None:
            self._seconds.append(perf_counter() - began)

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[list[float]]:
        """Traffic for as long as the block runs; its seconds are in the list once every message has arrived."""
        seconds: list[float] = []
        self._seconds = seconds
        traffic = asyncio.create_task(self._go_on())
        try:
            yield seconds
        finally:
            traffic.cancel()
            await asyncio.gather(traffic, return_exceptions=True)
        await until(self._all_arrived)

    async def _all_arrived(self) -> bool:
        return not self._sent

    async def _go_on(self) -> None:
        while True:
            self._number += 1
            name = f"GOOD-{self._number}"
            self._sent[name] = perf_counter()
            await asyncio.shield(self._send(name))
            await asyncio.sleep(EVERY)


def not_later(seconds: list[float], usual: list[float]) -> bool:
    """Whether the middle one of these is about as late as usual; behind a flood it would wait for seconds."""
    return median(seconds) <= 3 * median(usual) + 0.5
