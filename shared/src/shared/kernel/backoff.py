"""Waits that grow while something is away."""

import asyncio
import random

LONGEST_WAIT = 2.0
"""Seconds beyond which no wait grows."""


class Backoff:
    """Waits of `first` seconds, then twice as long each time up to LONGEST_WAIT, less up to half by chance.

    By chance, so that those who failed together do not come back together.
    """

    def __init__(self, first: float) -> None:
        self._next = first

    async def wait(self) -> None:
        """Wait once more."""
        await asyncio.sleep(random.uniform(self._next / 2, self._next))
        self._next = min(self._next * 2, LONGEST_WAIT)
