"""Running clocks that count working days follow the company's calendar when it has changed."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import structlog

from shared.aggregate import Cause, Unavailable
from shared.clocks import Clocks
from shared.duties.board import Duties, Duty
from shared.kernel.group_commit import GroupCommit
from shared.store import Store
from shared.time_source import TimeSource
from shared.timers import TIME

log = structlog.get_logger()

FOLLOW_AGAIN_SECONDS = 5.0
"""Seconds until a database that was away is asked again."""


class CalendarFollower:
    """Runs once when a service starts: what runs by another calendar than the present one is counted again."""

    def __init__(
        self,
        duties: Duties,
        stores: Mapping[str, Store[Any]],
        clocks: Clocks,
        group_commit: GroupCommit,
        time: TimeSource,
    ) -> None:
        self._duties = duties
        self._stores = stores
        self._clocks = clocks
        self._group_commit = group_commit
        self._time = time

    async def run(self) -> None:
        """Until every duty has been looked at; a database that is away is waited for."""
        while True:
            try:
                followed = await self.follow()
            except Unavailable as error:
                log.warning("calendar_waits", reason=error)
                await asyncio.sleep(FOLLOW_AGAIN_SECONDS)
                continue
            if followed:
                log.info("calendar_followed", aggregates=followed, calendar=self._clocks.calendar.version)
            return

    async def follow(self) -> int:
        """Count all of them again, once; how many aggregates were concerned."""
        version = self._clocks.calendar.version
        seen: set[UUID] = set()
        async for duty in self._duties.on_other_calendars(version):
            if duty.aggregate not in seen and duty.collection in self._stores:
                seen.add(duty.aggregate)
                await self._follow(duty)
        return len(seen)

    async def _follow(self, duty: Duty) -> None:
        """One aggregate. What its decision raises is logged: its other clocks and the other aggregates go on."""
        cause = Cause(
            id=uuid4(), correlation=duty.aggregate, actor=TIME, at=self._time.now(), kind="deadline", what="calendar"
        )
        touch = self._stores[duty.collection].touch(duty.aggregate, self._clocks.follow_calendar(cause))
        try:
            await self._group_commit.commit_or_wait(cause, touch)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001
            log.warning("calendar_not_followed", collection=duty.collection, aggregate=duty.aggregate, error=error)
