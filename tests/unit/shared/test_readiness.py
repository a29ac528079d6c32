"""What a service says of itself while its database does not answer."""

import asyncio
from datetime import UTC, datetime

import ledger

from shared.plumbing import ServerTimeouts
from shared.settings import ServiceSettings
from shared.testing import InMemoryDatabase, World, in_memory, nowhere


class SilentDatabase(InMemoryDatabase):
    """Takes every question and answers none."""

    async def ping(self) -> None:
        await asyncio.Event().wait()


async def test_readiness_answers_soon_though_the_database_does_not() -> None:
    settings, timeouts = nowhere(ServiceSettings), ServerTimeouts(answer=0.01)
    plumbing = in_memory(
        "ledger", settings, at=datetime(2026, 11, 28, tzinfo=UTC), database=SilentDatabase(), timeouts=timeouts
    )
    world = World(ledger.service(settings, plumbing))

    async with asyncio.timeout(5):
        answer = await world.ask(None, "GET", "/health/ready")

    said = answer.json()
    assert (answer.status_code, said["checks"]["mongo"]) == (503, "no answer within 0 s")
    assert said.keys() == {"service", "version", "checks"}
