"""A service over memory as a test finds it; each service's own conftest says how it is `built`."""

from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from shared.contracts.roles import Role
from shared.subscriptions import Subscriptions
from shared.testing import InMemoryDatabase, World


@pytest.fixture
def world(built: World) -> World:
    """The service as at the beginning."""
    built.forget()
    return built


@pytest.fixture
def database(world: World) -> InMemoryDatabase:
    return world.database


@pytest.fixture
def on(world: World) -> Subscriptions:
    return world.service.subscriptions


@pytest.fixture
def ask(world: World) -> Callable[..., Coroutine[Any, Any, httpx.Response]]:
    """`await ask("cs_manager", "POST", path, body)` asks as a person in that role."""

    async def asked(role: str, method: str, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        return await world.ask(Role(role), method, path, body, by=f"{role}-01", key=key)

    return asked
