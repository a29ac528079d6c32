"""The five services of this ring: built as they are deployed, over a database in memory, connected to nothing."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from shared.service import Service
from shared.testing import InMemoryDatabase

ROOT = Path(__file__).parents[2]
NOWHERE = {"mongo_url": "mongodb://127.0.0.1", "rabbit_url": "amqp://127.0.0.1"}


@pytest.fixture(scope="session")
def built_services() -> tuple[Service, ...]:
    """Every service under `services/`. The patch ends with the building: other rings want the real database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.service.Database", lambda *_: InMemoryDatabase())
        names = sorted(path.parent.name for path in ROOT.glob("services/*/src/*/app.py"))
        return tuple(_built(name) for name in names)


@pytest.fixture
async def services(built_services: tuple[Service, ...]) -> tuple[Service, ...]:
    """Every service, knowing nothing yet."""
    for service in built_services:
        for documents in service.database.collections.values():
            await documents.remove(list(_rows(documents)))
    return built_services


def _built(name: str) -> Service:
    settings = importlib.import_module(f"{name}.settings").Settings
    built: Service = importlib.import_module(f"{name}.app").service(settings.model_validate(NOWHERE))
    return built


def _rows(documents: Any) -> Any:
    return documents.rows
