"""What can be done to a service, its bus and its database: each fault begins, lasts, and ends."""

import asyncio
import os
import random
import signal
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ledger import Deposited
from siege import Siege, said

from shared import time_source

Fault = Callable[[Siege], Awaitable[None]]
_BODIES = (b"\xff\xfe", b"not json", b'{"account": "p"}', b'{"account": "p", "amount": 1e400}', b"[" * 2000, b"")
_HEADERS: tuple[dict[str, object], ...] = (
    {"cloudEvents:time": "yesterday"},
    {"cloudEvents:sequence": "many"},
    {"a\0b": "x"},
    {"long": "x" * 100_000},
    {"nested": {"a": [1, {"b": None}]}},
)


async def _away(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def a_replica_is_killed(siege: Siege) -> None:
    random.choice(siege.replicas).kill()


async def both_replicas_are_killed(siege: Siege) -> None:
    for replica in siege.replicas:
        replica.kill()


async def a_replica_is_told_to_stop(siege: Siege) -> None:
    await asyncio.to_thread(random.choice(siege.replicas).stop)


async def both_are_away_for_long(siege: Siege) -> None:
    siege.held |= {0, 1}
    for replica in siege.replicas:
        await asyncio.to_thread(replica.stop)
    await _away(10)
    siege.held.clear()


async def the_bus_is_killed(siege: Siege) -> None:
    await asyncio.to_thread(siege.rabbit.settle)
    await asyncio.to_thread(siege.rabbit.kill)
    await asyncio.to_thread(siege.rabbit.start)


async def the_database_is_killed(siege: Siege) -> None:
    await asyncio.to_thread(siege.mongo.kill)
    await _away(3)
    await asyncio.to_thread(siege.mongo.start)


async def the_bus_is_cut_off(siege: Siege) -> None:
    siege.to_rabbit.cut()
    await _away(2)
    await asyncio.to_thread(siege.to_rabbit.lay)


async def the_database_is_cut_off(siege: Siege) -> None:
    siege.to_mongo.cut()
    await _away(2)
    await asyncio.to_thread(siege.to_mongo.lay)


async def the_bus_falls_silent(siege: Siege) -> None:
    """Half-open: longer than two heartbeats, then what was silent is gone."""
    siege.to_rabbit.freeze()
    await _away(25)
    siege.to_rabbit.cut()
    await asyncio.to_thread(siege.to_rabbit.lay)


async def the_bus_is_silent_for_a_while(siege: Siege) -> None:
    siege.to_rabbit.freeze()
    await _away(6)
    siege.to_rabbit.thaw()


async def the_database_falls_silent(siege: Siege) -> None:
    siege.to_mongo.freeze()
    await _away(12)
    siege.to_mongo.cut()
    await asyncio.to_thread(siege.to_mongo.lay)


async def the_database_is_slow(siege: Siege) -> None:
    """It runs for 20 ms of every 120."""
    pid = siege.mongo.process.pid
    for _ in range(60):
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(0.1)
        os.kill(pid, signal.SIGCONT)
        await asyncio.sleep(0.02)


async def the_bus_has_no_memory_left(siege: Siege) -> None:
    await asyncio.to_thread(siege.rabbit.control, "set_vm_memory_high_watermark", "absolute", "1MB")
    await _away(12)
    await asyncio.to_thread(siege.rabbit.control, "set_vm_memory_high_watermark", "0.4")


async def the_outbox_is_full(siege: Siege) -> None:
    """The bus is away and more is asked for than may wait to be published, until people are told to wait."""
    siege.to_rabbit.cut()
    crowds = []
    before = siege.told_to_wait
    while siege.told_to_wait == before:
        crowds.append(asyncio.create_task(siege.crowd(10)))
        await _away(0.5)
    await asyncio.to_thread(siege.to_rabbit.lay)
    await asyncio.gather(*crowds)


async def facts_come_twice_and_out_of_order(siege: Siege) -> None:
    again = list(siege.books.recent)
    random.shuffle(again)
    await siege.insist(*again)


async def poison_comes(siege: Siege) -> None:
    """Bodies and headers that break their contract, and a handler that breaks over and over."""
    deposit = Deposited(account="p", amount=1)
    await siege.insist(said(Deposited(account="p", amount=666)))
    poison = [(said(deposit), body, {}) for body in _BODIES]
    poison += [(said(deposit), b"{}", headers) for headers in _HEADERS]
    await siege.insist_raw(*poison)
    siege.books.poison += 1 + len(poison)


async def the_clock_jumps(siege: Siege) -> None:
    time_source.write(siege.time_file, datetime.now(UTC) + timedelta(hours=3), 1)
    await _away(1)
    time_source.write(siege.time_file, datetime.now(UTC) - timedelta(hours=3), 1)
    await _away(1)
    time_source.write(siege.time_file, datetime.now(UTC), 1)


async def the_disk_of_the_database_is_full(siege: Siege) -> None:
    """A mongod that cannot write a checkpoint ends itself; it is started again when there is room."""
    assert siege.disk
    filler = siege.disk / "filler"
    await asyncio.to_thread(_fill, filler)
    for _ in range(40):
        if not siege.mongo.process.running:
            break
        await siege.checkpoint()
        await _away(0.5)
    filler.unlink()
    if not siege.mongo.process.running:
        await asyncio.to_thread(siege.mongo.start)


def _fill(filler: Path) -> None:
    for size in (1 << 20, 1 << 10):
        with suppress(OSError), filler.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(size))


FAULTS: tuple[Fault, ...] = (
    a_replica_is_killed,
    both_replicas_are_killed,
    a_replica_is_told_to_stop,
    both_are_away_for_long,
    the_bus_is_killed,
    the_database_is_killed,
    the_bus_is_cut_off,
    the_database_is_cut_off,
    the_bus_falls_silent,
    the_bus_is_silent_for_a_while,
    the_database_falls_silent,
    the_database_is_slow,
    the_bus_has_no_memory_left,
    the_outbox_is_full,
    facts_come_twice_and_out_of_order,
    poison_comes,
    the_clock_jumps,
)


def mounted(folder: Path, megabytes: int) -> bool:
    """Put a small disk of its own under a folder; whether this user may."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
