"""The console of a trial, and a browser before it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from trial_door import at_the_door, trial_settings

from console.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return trial_settings(tmp_path)


@pytest.fixture
async def browser(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with at_the_door(settings) as client:
        yield client
