"""The largest messages over every queue and slow clients at the door: memory and patience have bounds."""

import os
from pathlib import Path

import pytest
from flood import SLOW_CLIENTS, flooded
from tally import Tally

from kefu_local.servers import Servers

MESSAGES = int(os.environ.get("FLOOD") or 600)
MEMORY = 256.0
"""MB that a service may have."""
LIVES_WITHIN = 0.2
"""Seconds in which it says that it lives."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("service", ["aftersales", "complaints", "intake", "notify", "orders"])
async def test_a_flood_of_the_largest_messages_fills_no_memory_and_the_service_answers_meanwhile(
    service: str, running_servers: Servers, tmp_path: Path, tally: Tally
) -> None:
    async with flooded(service, running_servers, tmp_path / "flooded") as besieged:
        reading = await besieged.bear(MESSAGES)
    answers = f"95 % of answers within {reading.usual * 1e3:.0f} ms, all within {max(reading.answers) * 1e3:.0f} ms"
    flood = f"{service}, {MESSAGES} of the largest messages and {SLOW_CLIENTS} slow clients"
    tally.lines.append(f"{flood}: {reading.most:.0f} MB at most, {answers}")
    assert reading.most < MEMORY
    assert reading.usual <= LIVES_WITHIN
