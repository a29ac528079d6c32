"""How the C library keeps memory that Python has freed: by itself it keeps most of what a flood took."""

import ctypes

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""Of glibc's malloc.h."""

OWN_PAGES = 384 * 1024
"""Bytes of an allocation from which on it has pages of its own, which go back to the system as soon as it is freed.

More than the 256 KiB into which a socket is read, less than the largest message.
"""

ARENAS = 2
"""Heaps that all threads share; each thread that talks to the database would have one of its own."""


def bound_heap() -> bool:
    """Before threads are started. Whether the C library takes it: glibc does, others keep their own ways."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_MMAP_THRESHOLD, OWN_PAGES) and mallopt(_ARENA_MAX, ARENAS))
