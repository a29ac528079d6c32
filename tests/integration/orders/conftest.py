"""Orders on real servers, in a database and a virtual host of its own, started once per module."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import pytest_asyncio
from house import Bus, House, Replica, built
from pymongo import MongoClient

from kefu_local.servers import Servers
from orders.app import service
from orders.settings import Settings

NOW = datetime(2026, 9, 30, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    name = f"test-{uuid4().hex[:12]}"
    running_servers.management.create_vhost(name)
    places = {
        "mongo_url": running_servers.mongo_url,
        "mongo_database": name,
        "rabbit_url": running_servers.vhost_url(name),
    }
    yield built(Settings, service, places, tmp_path_factory.mktemp("house"), NOW)
    running_servers.management.delete_vhost(name)
    with MongoClient[dict[str, object]](running_servers.mongo_url) as client:
        client.drop_database(name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def orders(house: House) -> AsyncIterator[Replica]:
    async with house.replica() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def bus(orders: Replica, house: House) -> AsyncIterator[Bus]:
    async with house.bus() as listening:
        yield listening
