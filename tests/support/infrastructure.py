"""What the rings stand on: containers or nodes of our own; KEFU_TEST_INFRA=containers|local forces one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kefu_local.servers import ServerPorts, Servers, servers

VARIABLE = "KEFU_TEST_INFRA"


@cache
def in_containers() -> bool:
    """Whether the real servers run in containers. UsageError when they are asked for and cannot."""
    wish = os.environ.get(VARIABLE, "")
    if wish not in {"", "containers", "local"}:
        raise pytest.UsageError(f"{VARIABLE}={wish} is neither containers nor local")
    if wish == "local" or os.environ.get("RABBIT_URL") or os.environ.get("MONGO_URL"):
        return False
    from contained import missing

    trouble = missing()
    if trouble and wish == "containers":
        raise pytest.UsageError(f"{VARIABLE}=containers: {trouble}")
    return not trouble


def described() -> str:
    """The same in words."""
    if in_containers():
        from contained import MONGO, RABBITMQ

        return f"containers, {RABBITMQ} and {MONGO}"
    rabbit = "RABBIT_URL" if os.environ.get("RABBIT_URL") else "a RabbitMQ node of its own"
    mongo = "MONGO_URL" if os.environ.get("MONGO_URL") else "a mongod of its own"
    return f"{rabbit}, {mongo}"


@contextmanager
def infrastructure() -> Iterator[Servers]:
    """One RabbitMQ and one MongoDB, on free ports, for as long as the block runs."""
    with TemporaryDirectory(prefix="kefu-servers-") as folder:
        if in_containers():
            from contained import contained_servers

            with contained_servers(Path(folder)) as running:
                yield running
        else:
            with servers(Path(folder), ServerPorts.free(), disposable=True) as running:
                yield running
