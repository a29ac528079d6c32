"""What a service says of itself while its database does not answer."""

import asyncio

import httpx
import ledger
import pytest

from shared.settings import ServiceSettings
from shared.testing import InMemoryDatabase

NOWHERE = {"mongo_url": "mongodb://127.0.0.1", "rabbit_url": "amqp://127.0.0.1"}


class SilentDatabase(InMemoryDatabase):
    """Takes every question and answers none."""

    async def ping(self) -> None:
        await asyncio.Event().wait()


async def test_readiness_answers_soon_though_the_database_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.service.Database", lambda *_: SilentDatabase())
    monkeypatch.setattr("shared.service.ANSWERS_WITHIN", 0.01)
    service, _ = ledger.service(ServiceSettings.model_validate({**NOWHERE, "mongo_database": "silent"}))
    transport = httpx.ASGITransport(service.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as http, asyncio.timeout(5):
        answer = await http.get("/health/ready")
    said = answer.json()
    assert (answer.status_code, said["checks"]["mongo"]) == (503, "no answer within 0 s")
    assert said.keys() == {"service", "version", "checks"}
