"""The console and the gateway in front of a system of one's own, for tests and benchmarks that look at pages."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from kefu.surroundings import SERVICES
from kefu_local.gateway import write_configuration
from kefu_local.process import Process
from kefu_local.system import System

_OPENS_WITHIN = 60.0
"""Seconds until the door counts as not opening."""


@contextmanager
def in_front_of(built: System, folder: Path) -> Iterator[Process]:
    """The console and the gateway, at the address CONSOLE_URL of the system's surroundings; given is the console."""
    around = built.around
    address = httpx.URL(around.need("CONSOLE_URL"))
    ports = {name: httpx.URL(around.service_url(name)).port or 0 for name in SERVICES}
    own = int(around.need("CONSOLE_PORT"))
    configuration = write_configuration(folder / "gateway", address.port or 0, own, ports)
    env = {"PATH": f"{os.environ['PATH']}:/usr/sbin", **around.values}
    console = Process(
        "console",
        [sys.executable, "-m", "console"],
        env=env | {"HTTP_PORT": str(own)},
        log=folder / "console.log",
    )
    gateway = Process(
        "gateway", ["nginx", "-e", "stderr", "-c", str(configuration)], env=env, log=folder / "gateway.log"
    )
    try:
        for process in (console, gateway):
            process.start()
        gateway.wait_until(lambda: _answers(f"{address}/health/ready"), seconds=_OPENS_WITHIN)
        yield console
    finally:
        gateway.stop()
        console.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=60, trust_env=False).is_success
    except httpx.HTTPError:
        return False
