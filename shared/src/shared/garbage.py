"""When garbage is collected: Python counts objects, and a few of them may hold very much."""

import gc
from collections.abc import Callable

LARGE = 64 * 1024
"""Bytes from which on a body counts."""
COLLECT_AFTER = 8 * 1024 * 1024
"""Bytes of large messages after which what they may have left behind is collected."""
COLLECT_AFTER_REQUESTS = 2 * 1024 * 1024
"""The same of requests' bodies: refusing one leaves behind all that was read of it, which is many times as large."""


class Garbage:
    """Collects after so many bytes of large bodies: an error and its frames name each other, and may hold one each.

    Ordinary bodies count for nothing, so that a collection is as rare as Python's own rule makes it.
    """

    def __init__(self, limit: int = COLLECT_AFTER, collect: Callable[[], object] = gc.collect) -> None:
        self._limit = limit
        self._collect = collect
        self._bytes = 0

    def left_by(self, size: int) -> None:
        """A body of so many bytes has been dealt with."""
        if size < LARGE:
            return
        self._bytes += size
        if self._bytes >= self._limit:
            self._bytes = 0
            self._collect()


def collect_rarely() -> None:
    """Look no more at what the process has now, and at what comes less often than Python does by itself.

    Two batches under way are tens of thousands of objects that all go by themselves: a collection that meets them looks
    at each for nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
