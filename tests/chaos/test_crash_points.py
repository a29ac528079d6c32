"""Killed before and after every call that the kernel makes: nothing is lost, repeated or left over."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import get_args
from uuid import uuid4

import pytest
from crash_bench import Bench, bench
from crash_points import Point, When
from tally import Tally

from kefu_local.servers import Servers
from shared.settings import ServiceSettings
from shared.testing import SEAL_KEYS

MODES = ("alone", "delivered twice", "two replicas")
Feed = Callable[[Bench, int], Awaitable[None]]


async def nothing(bench: Bench, times: int) -> None:
    """Starting, with nothing to do."""


async def created(bench: Bench, times: int) -> None:
    name = bench.account()
    bench.request("/accounts", times, name=name)


async def applied(bench: Bench, times: int) -> None:
    name = bench.account()
    await bench.given(name)
    bench.asked[name].credits += 1
    bench.request(f"/accounts/{name}/credit", times, amount=1)


async def heard(bench: Bench, times: int) -> None:
    first, second = bench.account(), bench.account()
    await bench.given(first)
    await bench.publish(*(bench.deposit(name) for name in (first, second, first)), times=times)


async def failed(bench: Bench, times: int) -> None:
    """A message whose handler breaks until it is dead, and one that is dead at once, among others."""
    name = bench.account()
    devilish, broken = bench.deposit(name, 666), replace(bench.deposit(name, 0), body="{}")
    bench.poison |= {devilish.id, broken.id}
    await bench.publish(bench.deposit(name), devilish, broken, times=times)


async def returned(bench: Bench, times: int) -> None:
    name = bench.account()
    await bench.returned(bench.deposit(name), bench.deposit(name), times=times)


async def retried(bench: Bench, times: int) -> None:
    await bench.parked(bench.deposit(bench.account()))


async def fell_due(bench: Bench, times: int) -> None:
    name = bench.account()
    bench.asked[name].lapsed = True
    await bench.given(name, timedelta(seconds=-1))


CASES: tuple[Feed, ...] = (nothing, created, applied, heard, failed, returned, retried, fell_due)


@pytest.mark.timeout(3600)
async def test_a_crash_at_any_call_of_the_kernel_loses_repeats_and_leaves_nothing(
    real_servers: Servers, tally: Tally, tmp_path: Path
) -> None:
    async with corner(real_servers, tmp_path / "recorded") as quiet:
        points = await recorded(quiet)
    lanes = [killed_everywhere(real_servers, tmp_path / mode, points, mode) for mode in MODES]
    found = [each for lane in await asyncio.gather(*lanes) for each in lane]
    violations = [f"{run.where}: {each}" for run in found for each in run.wrong]
    reached = sum(run.reached for run in found)
    tally.lines.append(
        f"crash points: {len(points)} calls, before and after, {len(MODES)} ways: "
        f"points covered {reached}/{len(found)}, violations {len(violations)}"
    )
    assert len(points) > 30
    assert [run.where for run in found if not run.reached] == []
    assert violations == []


@dataclass(frozen=True)
class Run:
    """Where a process was to die, whether it did, and what was wrong after another took over."""

    where: str
    reached: bool
    wrong: list[str]


@asynccontextmanager
async def corner(servers: Servers, folder: Path) -> AsyncIterator[Bench]:
    """A virtual host and a database for this test alone, until the block ends."""
    folder.mkdir()  # noqa: ASYNC240
    name = f"test-{uuid4().hex[:12]}"
    servers.management.create_vhost(name)
    places = {"mongo_url": servers.mongo_url, "mongo_database": name, "rabbit_url": servers.vhost_url(name)}
    async with bench(ServiceSettings.model_validate({**places, "seal_keys": SEAL_KEYS}), folder) as running:
        yield running
    servers.management.delete_vhost(name)


async def killed_everywhere(servers: Servers, folder: Path, points: list[tuple[Feed, str]], mode: str) -> list[Run]:
    asked = [(feed, name) for feed, name in points if (feed, mode) != (nothing, "delivered twice")]
    async with corner(servers, folder) as place:
        return [await crashed(place, feed, Point(name, when), mode) for feed, name in asked for when in get_args(When)]


async def recorded(corner: Bench) -> list[tuple[Feed, str]]:
    """The calls of every use case, each name once; those of the start stand under the first case alone."""
    points: list[tuple[Feed, str]] = []
    at_rest: set[str] = set()
    for feed in CASES:
        names = dict.fromkeys(await corner.die_at(None, partial(feed, corner, 1)))
        points += [(feed, name) for name in names if name not in at_rest]
        at_rest = at_rest or set(names)
        corner.forget()
    return points


async def crashed(corner: Bench, feed: Feed, fatal: Point, mode: str) -> Run:
    fed = partial(feed, corner, 2 if mode == "delivered twice" else 1)
    async with AsyncExitStack() as stack:
        if mode == "two replicas":
            survivor = await stack.enter_async_context(corner.healthy())
            reached = await corner.die_at(fatal, fed)
        else:
            reached = await corner.die_at(fatal, fed)
            survivor = await stack.enter_async_context(corner.healthy())
        wrong = await corner.recovered(*survivor)
    corner.forget()
    return Run(f"{feed.__name__}, {mode}, {fatal.when} {fatal.name}", bool(reached), wrong)
