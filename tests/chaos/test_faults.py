"""Every fault alone and then in mixtures, under load: nothing lost, nothing repeated, and back within 30 seconds."""

import os
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from time import monotonic
from uuid import uuid4

import pytest
from faults import FAULTS, Fault, mounted, the_disk_of_the_database_is_full
from siege import RECOVERED_WITHIN, Siege
from tally import Tally
from waiting import until

from kefu_local.servers import ServerPorts, servers

DISK = 700
"""Megabytes; a mongod's journal alone takes three times 100."""


@pytest.fixture
def small_disk() -> Iterator[tuple[Path, bool]]:
    """A folder for the servers, whose database has a small disk of its own where this user may mount one."""
    with TemporaryDirectory(prefix="kefu-chaos-") as folder:
        disk = Path(folder) / "mongodb"
        small = mounted(disk, DISK)
        yield Path(folder), small
        if small:
            run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture
async def siege(small_disk: tuple[Path, bool], tmp_path: Path) -> AsyncIterator[Siege]:
    folder, small = small_disk
    with servers(folder, ServerPorts.free(), disposable=True, env={}) as running:
        besieged = Siege(running, f"chaos-{uuid4().hex[:8]}", tmp_path, folder / "mongodb" if small else None)
        async with besieged:
            yield besieged


@pytest.mark.timeout(0)
async def test_every_fact_has_its_effect_once_whatever_fails(
    siege: Siege, tally: Tally, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = [*FAULTS, *([the_disk_of_the_database_is_full] if siege.disk else [])]
    if only := os.environ.get("FAULT"):
        chosen = [fault for fault in chosen if fault.__name__ in only.replace(" ", "_").split(",")]
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    with capsys.disabled():
        print(f"\nseed {seed}; disk full of the database: {'tried' if siege.disk else 'not tried, may not mount'}")
    recoveries: list[float] = []
    for fault in course(chosen, random.Random(seed), float(os.environ.get("MINUTES") or 0)):
        await fault(siege)
        recoveries.append(await siege.recovered())
        with capsys.disabled():
            print(f"{fault.__name__.replace('_', ' ')}: recovered in {recoveries[-1]:.1f} s", flush=True)
    wrong = await books(siege)
    tally.lines += [f"{what}: {len(breaches)} {breaches[:5] or ''}".rstrip() for what, breaches in wrong.items()]
    lost, repeated = len(wrong["lost"]), len(wrong["repeated"])
    tally.add(facts=siege.books.facts, recoveries=recoveries, lost=lost, repeated=repeated)
    assert not any(wrong.values()), wrong
    assert max(recoveries) <= RECOVERED_WITHIN


def course(faults: list[Fault], drawn: random.Random, minutes: float) -> Iterator[Fault]:
    """Each fault once, in random order; then, while there is time, whatever is drawn."""
    until = monotonic() + minutes * 60
    yield from drawn.sample(faults, len(faults))
    while monotonic() < until:
        yield drawn.choice(faults)


async def books(siege: Siege) -> dict[str, list[str]]:
    await siege.hush()
    await until(siege.settled, 120, every=0.2)
    await siege.let_everything_lapse()
    await siege.recovered()
    await until(siege.settled, 120, every=0.2)
    return await siege.audit()
