"""A shop's log is played through the five services while each of them, the bus and the database are killed in turn."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from siege import RECOVERED_WITHIN
from tally import Tally

from kefu.replay.audit import audit
from kefu.replay.olist import Log, Row
from kefu.replay.play import play
from kefu_local.servers import Servers
from kefu_local.system import System, system

ORDERS = 40
BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def log() -> Log:
    """Two orders a day; every fourth is late, every eighth never leaves."""
    return Log(tuple(_order(number) for number in range(ORDERS)), ())


def _order(number: int) -> Row:
    asked = BEGIN + timedelta(hours=12 * number)
    leaves = asked + timedelta(days=2) if number % 8 != 7 else None
    arrives = leaves + timedelta(days=8 if number % 4 == 1 else 2) if leaves else None
    promised = (asked + timedelta(days=6)).date()
    return Row(number, f"T{number:04d}", f"C{number % 9}", asked, asked + timedelta(hours=1), leaves, arrives, promised)


@pytest.mark.timeout(0)
async def test_a_log_is_played_through_five_services_that_are_killed_and_every_fact_has_its_effect_once(
    real_servers: Servers, tmp_path: Path, tally: Tally, capsys: pytest.CaptureFixture[str]
) -> None:
    played_log, since = log(), datetime.now(UTC)
    running = await asyncio.to_thread(_opened, real_servers, tmp_path)
    whole, close = running
    keeper = asyncio.create_task(_keep(whole))
    try:
        playing = asyncio.create_task(play(whole.around, played_log))
        recoveries: list[float] = []
        for what, fault in _faults(whole, real_servers):
            if playing.done():
                break
            await asyncio.to_thread(fault)
            recoveries.append(await _recovered(whole))
            with capsys.disabled():
                print(f"\n{what}: recovered in {recoveries[-1]:.1f} s", end="", flush=True)
        played = await playing
        found = await asyncio.to_thread(audit, whole.around, played_log, played.facts, since)
    finally:
        keeper.cancel()
        await asyncio.to_thread(close)
    lines = "; ".join(f"{line.what} {line.found}/{line.expected}" for line in found.lines)
    tally.lines.append(f"five services: {lines}; dead {found.dead}")
    tally.add(
        facts=len(played.facts),
        recoveries=recoveries,
        lost=sum(max(0, line.expected - line.found) for line in found.lines),
        repeated=sum("times" in wrong for line in found.lines for wrong in line.wrong),
    )
    assert found.clean, found
    assert max(recoveries) <= RECOVERED_WITHIN


def _opened(servers: Servers, folder: Path) -> tuple[System, Callable[[], None]]:
    opened = system(servers, folder, f"t{uuid4().hex[:6]}")
    return opened.__enter__(), lambda: opened.__exit__(None, None, None) and None


def _faults(whole: System, servers: Servers) -> list[tuple[str, Callable[[], None]]]:
    assert servers.rabbit
    assert servers.mongo
    faults: list[tuple[str, Callable[[], None]]] = [
        (f"kill -9 {name}", process.kill) for name, process in whole.services.items()
    ]
    faults += [(f"SIGTERM {name}", process.stop) for name, process in whole.services.items()]
    faults += [("kill -9 RabbitMQ", lambda: _restarted(servers.rabbit, settle=True))]
    faults += [("kill -9 mongod", lambda: _restarted(servers.mongo, settle=False))]
    random.shuffle(faults)
    return faults


def _restarted(node: object, settle: bool) -> None:
    if settle:
        node.settle()  # type: ignore[attr-defined]
    node.kill()  # type: ignore[attr-defined]
    node.start()  # type: ignore[attr-defined]


async def _keep(whole: System) -> None:
    """Start again whatever has ended."""
    while True:
        for process in whole.services.values():
            if not process.running:
                await asyncio.to_thread(process.start)
        await asyncio.sleep(0.2)


async def _recovered(whole: System) -> float:
    """Seconds until every service is ready; one that ends on the way is started again."""
    began = monotonic()
    while True:
        with suppress(Exception):
            await asyncio.to_thread(whole.wait_until_ready)
            return monotonic() - began
        await asyncio.sleep(0.2)
