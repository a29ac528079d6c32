"""Which ports of the loopback interface are ours to take."""

import random
import socket
from collections.abc import Iterator

from kefu.trouble import Trouble

LOOPBACK = "127.0.0.1"
_BELOW_OUTGOING = range(20_000, 32_000)
"""Linux gives outgoing connections ports from 32768 up, so a port found free here stays free until it is bound."""


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def accepts(port: int) -> bool:
    """Whether a process listens on this port and takes connections."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def free_ports() -> Iterator[int]:
    """Free ports, never the same one twice from one iterator, far apart from those of another process."""
    for port in random.sample(_BELOW_OUTGOING, len(_BELOW_OUTGOING)):
        if is_free(port):
            yield port


def claim(port: int, user: str, variable: str) -> int:
    """The port itself if it is free, else Trouble naming who wanted it and the variable that moves it."""
    if is_free(port):
        return port
    raise Trouble(f"Port {port} for {user} is taken: stop what listens there, or set {variable} to move it.")
