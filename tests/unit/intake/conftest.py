"""Intake over a database in memory, asked over HTTP without a server."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx
import pytest
from door_keys import Keys

from intake.app import service
from intake.settings import Settings
from shared.clock import FixedClock
from shared.service import Service
from shared.testing import InMemoryDatabase, Outbox

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def built(keys: Keys) -> Service:
    where = {"mongo_url": "mongodb://127.0.0.1", "rabbit_url": "amqp://127.0.0.1"}
    settings = Settings.model_validate({**where, "ingress_url": "amqp://127.0.0.1/ingress", **keys.settings})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.service.Database", lambda *_: InMemoryDatabase())
        patch.setattr("shared.service.Clock", lambda: FixedClock(NOW))
        return service(settings)


@pytest.fixture
async def intake(built: Service) -> Service:
    """Intake, knowing nothing yet, at six in the morning UTC."""
    for documents in built.database.collections.values():
        await documents.remove(list(documents.rows))
    built.database.outbox = built.database.group_commit.outlet = Outbox()
    built.clock.set(NOW)
    return built


@pytest.fixture
def clock(intake: Service) -> FixedClock:
    return intake.clock


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
