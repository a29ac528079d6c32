"""What a service says of itself while its database does not answer."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import ledger

from shared.files import replace_file
from shared.identity import LocalKey, StaffTokens
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


async def test_readiness_warns_of_a_line_in_the_file_of_the_revoked_that_names_no_person(tmp_path: Path) -> None:
    replace_file(tmp_path / "revoked", "li.si\n-\u200b-\n")
    settings = nowhere(ServiceSettings)
    plumbing = in_memory("ledger", settings, at=datetime(2026, 11, 28, tzinfo=UTC))
    plumbing.authenticator.tokens = StaffTokens(LocalKey(None, "kefu", "kefu"), revoked=tmp_path / "revoked")

    said = (await World(ledger.service(settings, plumbing)).ask(None, "GET", "/health/ready")).json()

    why = "the subject has a character that cannot be seen, U+200B"
    assert said["warning"] == (
        f"REVOKED_SUBJECTS_FILE: line 2 names no person ({why}); who was out stays out until it does"
    )
