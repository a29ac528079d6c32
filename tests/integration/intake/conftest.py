"""Intake on real servers, started once per module: it has a queue for every fact about a customer."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import aio_pika
import pytest
import pytest_asyncio
from door_keys import Keys
from front_desk import Department, Desk, Heard, department, desk, ingress_url, open_ingress
from pymongo import MongoClient

from intake.settings import Settings
from kefu_local.servers import Servers
from shared import time_source
from shared.testing import SEAL_KEYS
from shared.wire.broker import EVENTS

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def time_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clock that stands still at NOW until a test sets it."""
    file = tmp_path_factory.mktemp("time") / "time.json"
    time_source.write(file, NOW, 0)
    return file


@pytest.fixture(scope="module")
def ingress_vhost(running_servers: Servers) -> Iterator[str]:
    vhost = open_ingress(running_servers)
    yield vhost
    running_servers.management.delete_vhost(vhost)


@pytest.fixture(scope="module")
def settings(running_servers: Servers, ingress_vhost: str, keys: Keys, time_file: Path) -> Iterator[Settings]:
    """Intake with the departments' gateway, in a database and a vhost of its own."""
    name = f"test-{uuid4().hex[:12]}"
    running_servers.management.create_vhost(name)
    places = {
        "mongo_url": running_servers.mongo_url,
        "mongo_database": name,
        "rabbit_url": running_servers.vhost_url(name),
        "ingress_url": ingress_url(running_servers, ingress_vhost, "intake"),
        "time_file": time_file,
        "seal_keys": SEAL_KEYS,
        "parking_first_wait": 0.3,
    }
    yield Settings.model_validate({**places, **keys.settings})
    running_servers.management.delete_vhost(name)
    with MongoClient[dict[str, object]](running_servers.mongo_url) as client:
        client.drop_database(name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def intake(settings: Settings) -> AsyncIterator[Desk]:
    async with desk(settings) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def production(running_servers: Servers, ingress_vhost: str) -> AsyncIterator[Department]:
    async with department(running_servers, ingress_vhost, "production") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def heard(intake: Desk, settings: Settings) -> AsyncIterator[Heard]:
    """Everything that goes over the bus from now on."""
    async with AsyncExitStack() as stack:
        url = settings.rabbit_url.get_secret_value()
        connection = await stack.enter_async_context(await aio_pika.connect(url))
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS.name, "#")
        yield Heard(queue)
