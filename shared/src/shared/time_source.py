"""What tells the time: the system, a file that several processes follow, or a time set by hand for tests."""

import asyncio
import json
import math
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from shared.files import NOTICED_WITHIN, WatchedFile, replace_file

_LONGEST_NAP = 3600.0
"""Seconds."""


class Reading(NamedTuple):
    """It was `at` at the system's `anchor` (epoch seconds); since then `rate` seconds pass in each real one."""

    at: datetime
    anchor: float
    rate: float

    def shows(self, wall: float) -> datetime:
        """The time when the system's is `wall` (epoch seconds)."""
        return self.at + timedelta(seconds=(wall - self.anchor) * self.rate)


class TimeSource:
    """Tells the time, UTC and aware. This one is the system's, which its keeper may step."""

    def now(self) -> datetime:
        """The current time."""
        return datetime.now(UTC)

    @property
    def rate(self) -> float:
        """How many of its seconds pass in a real one; 0 when it stands still."""
        return 1.0

    async def wait_until(self, at: datetime) -> None:
        """Return as soon as it is `at` or later, however that comes about."""
        while (ahead := (at - self.now()).total_seconds()) > 0:
            await self._nap(ahead)

    async def sleep(self, seconds: float) -> None:
        """Wait for so many of its seconds."""
        await self.wait_until(self.now() + timedelta(seconds=seconds))

    async def _nap(self, ahead: float) -> None:
        await asyncio.sleep(min(ahead, _LONGEST_NAP))

    @staticmethod
    def from_file(path: Path) -> "TimeSource":
        """The time that `path` says, as `write` leaves it: the same in several processes, after restarts too.

        Until the file is there it is the system's. A change is noticed within 20 ms; a broken file is reported once
        and the time goes on as it went before.
        """
        return _FollowedTime(path)


class _FollowedTime(TimeSource):
    def __init__(self, path: Path) -> None:
        self._file = WatchedFile(path, _parse, initial=Reading(datetime.now(UTC), time.time(), 1.0))

    def now(self) -> datetime:
        return self._file.value().shows(time.time())

    @property
    def rate(self) -> float:
        return self._file.value().rate

    async def _nap(self, ahead: float) -> None:
        rate = self.rate
        await asyncio.sleep(min(ahead / rate, NOTICED_WITHIN) if rate else NOTICED_WITHIN)


class FixedTime(TimeSource):
    """Stands still until it is told otherwise; what waits for a moment goes on when the time is set to it."""

    def __init__(self, at: datetime) -> None:
        self._now = _aware(at)
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    @property
    def rate(self) -> float:
        return 0.0

    def set(self, at: datetime) -> None:
        """It is `at` from now on, which may lie in the past."""
        self._now = _aware(at)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def advance(self, by: timedelta) -> None:
        """It is later by `by`."""
        self.set(self._now + by)

    async def _nap(self, ahead: float) -> None:
        await self._moved.wait()


def write(path: Path, at: datetime, rate: float) -> None:
    """Make it `at` for all who follow `path`, and pass at `rate` from here on; 0 stops it."""
    if not (math.isfinite(rate) and rate >= 0):
        raise ValueError(f"time passes at a rate of 0 or more, not {rate}")
    reading = {"at": _aware(at).isoformat(), "anchor": time.time(), "rate": rate}
    replace_file(path, json.dumps(reading) + "\n")


def _parse(text: str) -> Reading:
    try:
        fields = json.loads(text)
        reading = Reading(_aware(datetime.fromisoformat(fields["at"])), float(fields["anchor"]), float(fields["rate"]))
    except (KeyError, TypeError) as error:
        raise ValueError('expected {"at": ISO time with offset, "anchor": epoch seconds, "rate": number}') from error
    if not (math.isfinite(reading.anchor) and math.isfinite(reading.rate) and reading.rate >= 0):
        raise ValueError("anchor and rate must be finite, and rate at least 0")
    return reading


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} says no offset from UTC; write for example {at.isoformat()}+08:00")
    return at.astimezone(UTC)
