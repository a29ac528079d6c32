"""A log of real orders played through a whole system: each delay is told once, whichever service is killed."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shop_log import ROWS, UNREADABLE, late_orders, write_log
from waiting import until

from kefu.replay.audit import Audit, audit
from kefu.replay.olist import Log, read
from kefu.replay.play import play
from kefu.surroundings import SERVICES
from kefu_local.system import System
from shared.time_source import TimeSource

pytestmark = pytest.mark.timeout(300)

WHOLE_FILE = os.environ.get("KEFU_OLIST")


async def replayed(kefu: System, log: Log) -> Audit:
    since = datetime.now(UTC)
    played = await play(kefu.around, log)
    return audit(kefu.around, log, played.facts, since)


def faults(found: Audit) -> list[str]:
    return [f"{line.what}: {line.found} of {line.expected}; {line.wrong}" for line in found.lines if not line.clean]


@pytest.mark.timeout(2400)
async def test_as_many_orders_are_late_as_a_few_lines_over_the_file_count(kefu: System, tmp_path: Path) -> None:
    file = Path(WHOLE_FILE) if WHOLE_FILE else write_log(tmp_path / "orders.csv", "few-lines")
    log = read(file)

    found = await replayed(kefu, log)

    assert faults(found) == []
    assert (found.placed, found.delayed, found.dead) == (len(log.rows), late_orders(file), 0)


async def test_a_log_that_is_played_again_repeats_nothing(kefu: System, tmp_path: Path) -> None:
    log = read(write_log(tmp_path / "orders.csv", "again"))

    first = await replayed(kefu, log)
    second = await replayed(kefu, log)

    assert faults(second) == []
    assert second == first


@pytest.mark.parametrize("service", SERVICES)
async def test_killing_a_service_in_the_middle_changes_nothing_in_the_audit(
    kefu: System, tmp_path: Path, service: str
) -> None:
    log = read(write_log(tmp_path / "orders.csv", f"kill-{service}"))
    playing = asyncio.create_task(replayed(kefu, log))
    clock = TimeSource.from_file(kefu.around.path("TIME_FILE"))
    middle = log.rows[0].requested_at.replace(day=3)

    async def half_played() -> bool:
        return middle <= clock.now() <= log.end or playing.done()

    await until(half_played, seconds=120)
    await asyncio.to_thread(kefu.services[service].kill)
    await asyncio.to_thread(kefu.services[service].start)

    found = await playing

    assert faults(found) == []
    assert (found.placed, found.delayed, found.dead) == (len(log.rows), 3, 0)


def test_rows_that_cannot_be_read_are_named_with_line_and_reason_and_stop_nothing(tmp_path: Path) -> None:
    log = read(write_log(tmp_path / "orders.csv", "bad"))

    first = 2 + len(ROWS)
    assert len(log.rows) == len(ROWS)
    assert [row.line for row in log.unreadable] == list(range(first, first + len(UNREADABLE)))
    assert [row.reason for row in log.unreadable] == [
        "order_purchase_timestamp must be a time as M/D/YYYY H:MM, not '13/32/2018 9:15'",
        "order_id must be a number of 1 to 64 characters, not ''",
        "order BAD-IN-TIME was on line 2 already",
    ]
