"""How a real process ends: quickly when something in it has broken, else after what it has in hand."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from house import Staff
from kettle import BREAK, GO_ON, IN_HAND, STUBBORN
from ledger import Deposited
from waiting import until

from kefu_local.ports import free_ports
from shared.audit.trail import EACH_MINUTE, Asked
from shared.service import GIVEN_UP

QUEUE = "ledger.on.test.deposited.v1"
SUPPORT = Path(__file__).parents[2] / "support"
COUNT = 5
HELD_UP = 10.0
"""Seconds for which half a request holds up a process that is only told to stop."""


class Kettle:
    """A ledger in a process of its own."""

    def __init__(self, bench: Any, folder: Path) -> None:
        settings = bench.settings
        self.port = next(free_ports())
        self._bench, self._folder = bench, folder
        self._env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SUPPORT),
            "KETTLE": str(folder),
            "MONGO_URL": settings.mongo_url.get_secret_value(),
            "MONGO_DATABASE": settings.mongo_database,
            "RABBIT_URL": settings.rabbit_url.get_secret_value(),
            "HTTP_PORT": str(self.port),
            "SEAL_KEYS": settings.seal_keys.get_secret_value(),
            "JWT_PUBLIC_KEY_FILE": str(Staff.hired_in(folder).public_file),
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        self.process = subprocess.Popen([sys.executable, "-m", "kettle"], env=self._env, cwd=self._folder)
        try:
            yield
        finally:
            self.process.kill()
            self.process.wait()

    def put(self, name: str) -> None:
        (self._folder / name).touch()

    async def has_deposits_in_hand(self) -> None:
        """Deposits have been published, and it has acknowledged none."""
        await until(self.is_ready)
        await self._bench.publish(*(Deposited(account=f"n{turn}", amount=1) for turn in range(COUNT)))
        await until(self._in_hand)

    async def is_ready(self) -> bool:
        try:
            async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
                return (await http.get(f"http://127.0.0.1:{self.port}/health/ready")).is_success
        except httpx.TransportError:
            return False

    async def _in_hand(self) -> bool:
        return (self._folder / IN_HAND).exists()

    async def turns_callers_away(self) -> bool:
        """Whether it has begun to end."""
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except ConnectionRefusedError:
            return True
        writer.close()
        return False

    async def ended(self) -> int:
        return await asyncio.to_thread(self.process.wait, 60)


@asynccontextmanager
async def looking_at_the_queue(bench: Any) -> AsyncIterator[Any]:
    """A function that tells how many messages wait in the queue, and how many consumers it has."""
    channel = await bench.channel()

    async def look() -> tuple[int, int]:
        counts = (await channel.declare_queue(QUEUE, passive=True)).declaration_result
        return counts.message_count, counts.consumer_count

    yield look


@pytest.fixture
def kettle(bench: Any, tmp_path: Path) -> Iterator[Kettle]:
    kettle = Kettle(bench, tmp_path)
    with kettle.running():
        yield kettle


async def all_credited(ledger: Any) -> bool:
    return {account.credits for account in (await ledger.all()).values()} == {1} and len(await ledger.all()) == COUNT


@pytest.mark.parametrize("stubborn", [False, True], ids=["all can be cancelled", "a handler cannot be cancelled"])
async def test_a_process_of_which_a_worker_breaks_waits_for_nothing_and_what_it_had_in_hand_goes_back(
    stubborn: bool, bench: Any, kettle: Kettle
) -> None:
    if stubborn:
        kettle.put(STUBBORN)
    await kettle.has_deposits_in_hand()
    _, half_a_request = await asyncio.open_connection("127.0.0.1", kettle.port)
    half_a_request.write(b"POST /accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    await half_a_request.drain()

    kettle.put(BREAK)
    began = monotonic()
    code = await kettle.ended()

    assert (code, monotonic() - began < HELD_UP) == (GIVEN_UP, True)
    half_a_request.close()
    async with looking_at_the_queue(bench) as look:

        async def gone_back() -> bool:
            return bool(await look() == (COUNT, 0))

        await until(gone_back)
    ledger = await bench.replica()
    await until(lambda: all_credited(ledger))


async def test_a_process_that_is_told_to_stop_first_ends_what_it_has_in_hand(bench: Any, kettle: Kettle) -> None:
    await kettle.has_deposits_in_hand()
    kettle.process.send_signal(signal.SIGTERM)
    await until(kettle.turns_callers_away)
    assert kettle.process.poll() is None
    kettle.put(GO_ON)

    assert await kettle.ended() == -signal.SIGTERM
    async with looking_at_the_queue(bench) as look:
        assert await look() == (0, 0)
    assert await all_credited(await bench.replica())


async def test_refusals_that_were_only_counted_are_in_the_audit_trail_before_a_process_ends(
    bench: Any, kettle: Kettle
) -> None:
    await until(kettle.is_ready)
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        for _ in range(EACH_MINUTE + 70):
            assert (await http.get(f"http://127.0.0.1:{kettle.port}/audit")).status_code == 401
    kettle.process.send_signal(signal.SIGTERM)
    assert await kettle.ended() == -signal.SIGTERM
    trail = (await bench.replica()).service.plumbing.trail
    entries = (await trail.audit.entries(Asked(kind="refused"), limit=500)).items
    assert sum(each.times for each in entries) == EACH_MINUTE + 70
    assert len(entries) < EACH_MINUTE + 70
