"""The five services and the sinks as processes, for the whole ring; a failure shows the end of their logs."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from kefu.surroundings import SERVICES
from kefu_local.keys import Keys
from kefu_local.servers import Servers
from kefu_local.system import System, system

_LINES = 40
_IMPATIENT = {
    "PARKING_FIRST_WAIT": "0.5",
    "SEND_BUDGET": "5",
    "SEND_LEASE": "10",
}
"""Seconds of real time that a test does not wait for."""


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """The keys of every system of the ring: they share the users of one RabbitMQ."""
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def kefu(running_servers: Servers, keys: Keys) -> Iterator[System]:
    """A whole kefu of the ring's own."""
    with _whole(running_servers, keys) as built:
        yield built


@pytest.fixture(scope="module")
def fresh_kefu(running_servers: Servers, keys: Keys) -> Iterator[System]:
    """A whole kefu to which nothing has happened before this file's tests."""
    with _whole(running_servers, keys) as built:
        yield built


@contextmanager
def _whole(running_servers: Servers, keys: Keys) -> Iterator[System]:
    name = f"e2e-{uuid4().hex[:8]}"
    with TemporaryDirectory(prefix="kefu-e2e-") as folder:
        with system(running_servers, Path(folder), name, keys, **_IMPATIENT) as built:
            yield built
        with MongoClient[dict[str, object]](running_servers.mongo_url) as client:
            for service in SERVICES:
                client.drop_database(f"{name}-{service}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    whole = [each for each in getattr(item, "funcargs", {}).values() if isinstance(each, System)]
    for built in whole if report.failed else ():
        for name, process in built.services.items():
            lines = process.log.read_text(errors="replace").splitlines()
            report.sections.append((f"the end of {name}'s log", "\n".join(lines[-_LINES:])))
    return report
