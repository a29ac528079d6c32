"""What every ring may ask for: the real servers, and a fresh corner of them for each test."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from infrastructure import described, in_containers, infrastructure
from pymongo import MongoClient

from kefu_local.servers import Servers
from shared.settings import ServiceSettings
from shared.testing import SEAL_KEYS

settings.register_profile("kefu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("kefu"), max_examples=10_000)
settings.load_profile("kefu")

RINGS = ("unit", "contract", "integration", "e2e", "browser", "chaos")


def pytest_sessionstart(session: pytest.Session) -> None:
    """The first line of a run, however quiet it is to be."""
    session.config.get_terminal_writer().line(f"infrastructure: {described()}, from the first test that asks for it")


def pytest_configure(config: pytest.Config) -> None:
    in_containers()
    for ring in RINGS:
        config.addinivalue_line("markers", f"{ring}: set for every test under tests/{ring}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        ring = item.path.relative_to(config.rootpath / "tests").parts[0]
        if ring in RINGS:
            item.add_marker(ring)


@pytest.fixture(scope="session")
def running_servers() -> Iterator[Servers]:
    """One RabbitMQ and one MongoDB for the whole session, on free ports."""
    with infrastructure() as running:
        yield running


@pytest.fixture
def real_servers(running_servers: Servers) -> Iterator[Servers]:
    """The session's servers; a test may kill and start them again, the next test finds them running."""
    yield running_servers
    for node in (running_servers.mongo, running_servers.rabbit):
        if node and not node.process.running:
            node.start()


@pytest.fixture
def mongo_database(real_servers: Servers) -> Iterator[str]:
    """The name of a database that is empty, and gone after the test."""
    name = f"test-{uuid4().hex[:12]}"
    yield name
    with MongoClient[dict[str, object]](real_servers.mongo_url) as client:
        client.drop_database(name)


@pytest.fixture
def rabbit_vhost(real_servers: Servers) -> Iterator[str]:
    """The address of a virtual host that is empty, and gone after the test."""
    name = f"test-{uuid4().hex[:12]}"
    real_servers.management.create_vhost(name)
    yield real_servers.vhost_url(name)
    real_servers.management.delete_vhost(name)


@pytest.fixture
def service_settings(real_servers: Servers, mongo_database: str, rabbit_vhost: str) -> ServiceSettings:
    """Settings of a service that shares its database and bus with no other test."""
    return ServiceSettings.model_validate(
        {
            "mongo_url": real_servers.mongo_url,
            "mongo_database": mongo_database,
            "rabbit_url": rabbit_vhost,
            "seal_keys": SEAL_KEYS,
            "http_port": 0,
        }
    )
