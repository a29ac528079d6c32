"""Intake over a database in memory, asked over HTTP without a server."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from intake.app import service
from intake.settings import Settings
from shared import ingress
from shared.clock import FixedClock
from shared.identity import add_api_key, create_key_pair, issue_token
from shared.service import Service
from shared.testing import InMemoryDatabase, Outbox

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Keys:
    """What opens intake's doors."""

    private: str
    departments: Mapping[str, str]
    settings: Mapping[str, object]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    private, public, hashes = folder / "private.pem", folder / "public.pem", folder / "api-keys.json"
    create_key_pair(private, public)
    departments = {name: add_api_key(hashes, name) for name in ingress.departments()}
    return Keys(private.read_text(), departments, {"jwt_public_key_file": public, "api_keys_file": hashes})


@pytest.fixture(scope="session")
def built(keys: Keys) -> Iterator[Service]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.service.Database", lambda *_: InMemoryDatabase())
        patch.setattr("shared.service.Clock", lambda: FixedClock(NOW))
        where = {"mongo_url": "mongodb://127.0.0.1", "rabbit_url": "amqp://127.0.0.1"}
        yield service(Settings.model_validate({**where, "ingress_url": "amqp://127.0.0.1/ingress", **keys.settings}))


@pytest.fixture
async def intake(built: Service) -> Service:
    """Intake, knowing nothing yet, at six in the morning UTC."""
    for documents in built.database.collections.values():
        await documents.remove(list(documents.rows))
    built.database.outbox = built.database.rounds.outlet = Outbox()
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
    """Headers of a member of staff with these roles, and of a request that was never made before."""

    def headers(*roles: str, id: str = "cs-07", key: str | None = None) -> dict[str, str]:
        token = issue_token(keys.private, id, *(roles or ("cs_specialist",)))
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4())}

    return headers


@pytest.fixture
def department(keys: Keys) -> Callable[[str], Mapping[str, str]]:
    """Headers of a department's system."""
    return lambda name: {"X-API-Key": keys.departments[name]}
