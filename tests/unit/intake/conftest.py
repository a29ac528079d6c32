"""Intake over a database in memory, asked over HTTP without a server."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx
import pytest
from door_keys import Keys

from intake.app import service
from intake.settings import Settings
from shared.clock import FixedClock
from shared.plumbing import Plumbing
from shared.service import Service
from shared.testing import InMemoryDatabase, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def built(keys: Keys) -> Service:
    settings = nowhere(Settings, ingress_url="amqp://nowhere/ingress", **keys.settings)
    return service(settings, Plumbing("intake", settings, clock=FixedClock(NOW), database=InMemoryDatabase()))


@pytest.fixture
async def intake(built: Service) -> Service:
    """Intake, knowing nothing yet, at six in the morning UTC."""
    built.plumbing.database.forget()
    built.plumbing.clock.set(NOW)
    return built


@pytest.fixture
def clock(intake: Service) -> FixedClock:
    return intake.plumbing.clock


@pytest.fixture
def http(intake: Service) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(intake.app, raise_app_exceptions=False), base_url="http://intake"
    )


@pytest.fixture
def staff(keys: Keys) -> Callable[..., Mapping[str, str]]:
    return keys.staff


@pytest.fixture
def department(keys: Keys) -> Callable[[str], Mapping[str, str]]:
    return keys.department
