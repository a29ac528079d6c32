"""One clock for all."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import time_source
from shared.time_source import FixedTime, Reading, TimeSource

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_systems_time_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = TimeSource().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_a_reading_runs_at_its_rate_from_its_anchor() -> None:
    assert Reading(NOON, 1_000_000.0, 3600).shows(1_000_010.0) == NOON + timedelta(hours=10)
    assert Reading(NOON, 1_000_000.0, 0).shows(1_000_010.0) == NOON


def test_two_that_follow_one_file_have_the_same_time(tmp_path: Path) -> None:
    time_source.write(tmp_path / "time.json", NOON, rate=0)
    first, second = (TimeSource.from_file(tmp_path / "time.json") for _ in range(2))
    assert (first.now(), second.now(), first.rate) == (NOON, NOON, 0)


def test_until_its_file_is_there_the_time_is_the_systems(tmp_path: Path) -> None:
    following = TimeSource.from_file(tmp_path / "time.json")
    assert abs(following.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert following.rate == 1


async def test_a_broken_file_does_not_disturb_the_time(tmp_path: Path) -> None:
    path = tmp_path / "time.json"
    time_source.write(path, NOON, rate=0)
    following = TimeSource.from_file(path)
    assert following.now() == NOON
    path.write_text('{"at": "noon"}', encoding="utf-8")
    await asyncio.sleep(0.05)
    assert following.now() == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        '{"at": "2026-03-02T12:00:00", "anchor": 0, "rate": 1}',
        '{"at": "2026-03-02T12:00:00Z", "anchor": 0, "rate": -1}',
        '{"at": "2026-03-02T12:00:00Z", "anchor": NaN, "rate": 1}',
        '{"at": "2026-03-02T12:00:00Z", "anchor": null, "rate": 1}',
    ],
)
def test_a_file_that_is_no_reading_is_not_followed(tmp_path: Path, text: str) -> None:
    (tmp_path / "time.json").write_text(text, encoding="utf-8")
    assert abs(TimeSource.from_file(tmp_path / "time.json").now() - datetime.now(UTC)) < timedelta(seconds=1)


async def test_whoever_waits_notices_within_moments_that_the_time_was_set_forward(tmp_path: Path) -> None:
    path = tmp_path / "time.json"
    time_source.write(path, NOON, rate=0)
    following = TimeSource.from_file(path)
    waiting = asyncio.create_task(following.wait_until(NOON + timedelta(days=6)))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    time_source.write(path, NOON + timedelta(days=7), rate=0)
    await asyncio.wait_for(waiting, 5)


async def test_a_fast_time_makes_a_month_pass_in_moments(tmp_path: Path) -> None:
    time_source.write(tmp_path / "time.json", NOON, rate=30 * 86400 / 0.1)
    following = TimeSource.from_file(tmp_path / "time.json")
    await asyncio.wait_for(following.sleep(30 * 86400), 5)
    assert following.now() >= NOON + timedelta(days=30)


async def test_a_fixed_time_wakes_whoever_waits_for_the_moment_it_is_set_to() -> None:
    fixed = FixedTime(NOON)
    waiting = asyncio.create_task(fixed.wait_until(NOON + timedelta(minutes=30)))
    fixed.advance(timedelta(minutes=29))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    fixed.advance(timedelta(minutes=1))
    await asyncio.wait_for(waiting, 1)
    assert fixed.now() == NOON + timedelta(minutes=30)


async def test_a_moment_that_has_passed_is_not_waited_for() -> None:
    await asyncio.wait_for(FixedTime(NOON).wait_until(NOON - timedelta(seconds=1)), 1)


@pytest.mark.parametrize("rate", [-1.0, float("inf"), float("nan")])
def test_time_cannot_run_backwards_or_without_end(tmp_path: Path, rate: float) -> None:
    with pytest.raises(ValueError, match="rate of 0 or more"):
        time_source.write(tmp_path / "time.json", NOON, rate)


def test_a_time_without_an_offset_is_not_accepted() -> None:
    with pytest.raises(ValueError, match=r"\+08:00"):
        FixedTime(NOON.replace(tzinfo=None))
