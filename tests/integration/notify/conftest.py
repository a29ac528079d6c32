"""A notify on real servers, with the sinks of `make run` behind it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from notify_office import Office, Sinks, notify_settings, office, sinks

from shared.settings import ServiceSettings


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Sinks]:
    """Where everything sent ends."""
    with sinks(tmp_path / "sinks") as running:
        yield running


@pytest.fixture
async def notify(service_settings: ServiceSettings, outside: Sinks) -> AsyncIterator[Office]:
    """One running replica."""
    async with office(notify_settings(service_settings, outside)) as running:
        yield running
