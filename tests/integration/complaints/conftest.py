"""Complaints on real servers, in a database and a virtual host of its own, started once per module."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from house import Bus, House, Replica, house_on

from complaints.app import service
from complaints.settings import Settings
from kefu_local.servers import Servers

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_on(running_servers, Settings, service, tmp_path_factory.mktemp("house"), NOW) as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def complaints(house: House) -> AsyncIterator[Replica]:
    async with house.replica() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def bus(complaints: Replica, house: House) -> AsyncIterator[Bus]:
    async with house.bus() as listening:
        yield listening
