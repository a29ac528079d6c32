"""Intake over a database in memory, asked over HTTP without a server."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from intake.app import service
from intake.settings import Settings
from shared import ingress
from shared.clock import FixedClock
from shared.identity import add_api_key, create_key_pair, issue_token
from shared.service import Service
from shared.testing import InMemoryDatabase

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    create_key_pair(tmp_path / "private.pem", tmp_path / "public.pem")
    return tmp_path


@pytest.fixture
def api_keys(keys: Path) -> Mapping[str, str]:
    """The key of every department."""
    return {name: add_api_key(keys / "api-keys.json", name) for name in ingress.departments()}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def intake(keys: Path, api_keys: Mapping[str, str], clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr("shared.service.Database", lambda *_: InMemoryDatabase())
    monkeypatch.setattr("shared.service.Clock", lambda: clock)
    settings = {
        "mongo_url": "mongodb://127.0.0.1",
        "rabbit_url": "amqp://127.0.0.1",
        "ingress_url": "amqp://127.0.0.1/ingress",
        "jwt_public_key_file": keys / "public.pem",
        "api_keys_file": keys / "api-keys.json",
    }
    return service(Settings.model_validate(settings))


@pytest.fixture
def http(intake: Service) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(intake.app, raise_app_exceptions=False), base_url="http://intake"
    )


@pytest.fixture
def staff(keys: Path) -> Callable[..., Mapping[str, str]]:
    """Headers of a member of staff with these roles, and of a request that was never made before."""
    private = (keys / "private.pem").read_text()

    def headers(*roles: str, id: str = "cs-07", key: str | None = None) -> dict[str, str]:
        token = issue_token(private, id, *(roles or ("cs_specialist",)))
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4())}

    return headers


@pytest.fixture
def department(api_keys: Mapping[str, str]) -> Callable[[str], Mapping[str, str]]:
    """Headers of a department's system."""
    return lambda name: {"X-API-Key": api_keys[name]}
