"""The five services of this ring: built as they are deployed, over a database in memory, connected to nothing."""

import importlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.service import Service
from shared.testing import in_memory, nowhere

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)


@pytest.fixture(scope="session")
def built_services() -> tuple[Service, ...]:
    """Every service under `services/`."""
    names = sorted(path.parent.name for path in ROOT.glob("services/*/src/*/app.py"))
    return tuple(_built(name) for name in names)


@pytest.fixture
async def services(built_services: tuple[Service, ...]) -> tuple[Service, ...]:
    """Every service, knowing nothing yet."""
    for service in built_services:
        service.plumbing.database.forget()
    return built_services


def _built(name: str) -> Service:
    settings = nowhere(importlib.import_module(f"{name}.settings").Settings)
    built: Service = importlib.import_module(f"{name}.app").service(settings, in_memory(name, settings, at=NOW))
    return built
