"""Waiting for a condition instead of for a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

T = TypeVar("T")


async def until(condition: Callable[[], Awaitable[T]], seconds: float = 60, every: float = 0.02) -> T:
    """The first true answer, asked for `every` so many seconds. TimeoutError when there is none in time.

    The limit is looked at besides: `asyncio.wait_for` of Python 3.11 loses a cancellation that meets its result.
    """
    async with asyncio.timeout(seconds) as limit:
        while not (answer := await condition()):
            if limit.expired():
                raise TimeoutError
            await asyncio.sleep(every)
    return answer


def is_ready(url: str) -> bool:
    """Whether the process at this address says that it can do its work."""
    try:
        return httpx.get(f"{url}/health/ready", timeout=60, trust_env=False).is_success
    except httpx.HTTPError:
        return False
