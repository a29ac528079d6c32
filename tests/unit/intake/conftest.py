"""Intake over a database in memory: a world to decide in, and the door with real tokens and keys."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx
import pytest
from door_keys import Keys

from intake.app import service
from intake.settings import Settings
from shared.plumbing import Plumbing
from shared.service import Service
from shared.testing import InMemoryDatabase, World, in_memory, nowhere
from shared.time_source import FixedTime

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def built_world() -> World:
    settings = nowhere(Settings)
    return World(service(settings, in_memory("intake", settings, at=NOW)))


@pytest.fixture
def world(built_world: World) -> World:
    """Intake, knowing nothing yet, at six in the morning UTC."""
    built_world.forget()
    return built_world


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def guarded(keys: Keys) -> Service:
    """Intake as it is deployed: it believes signed tokens and departments' keys alone."""
    settings = nowhere(Settings, ingress_url="amqp://nowhere/ingress", **keys.settings)
    return service(settings, Plumbing("intake", settings, time=FixedTime(NOW), database=InMemoryDatabase()))


@pytest.fixture
def database(guarded: Service) -> InMemoryDatabase:
    """What the guarded intake keeps and announces: nothing yet."""
    database = guarded.plumbing.database
    assert isinstance(database, InMemoryDatabase)
    database.forget()
    return database


@pytest.fixture
def http(guarded: Service, database: InMemoryDatabase) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(guarded.app, raise_app_exceptions=False), base_url="http://intake"
    )


@pytest.fixture
def staff(keys: Keys) -> Callable[..., Mapping[str, str]]:
    return keys.staff


@pytest.fixture
def department(keys: Keys) -> Callable[[str], Mapping[str, str]]:
    return keys.department
