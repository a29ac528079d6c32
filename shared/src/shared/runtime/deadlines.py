"""Fires deadlines and recurrences when their time has come, each once however many replicas run."""

import asyncio
import random
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4, uuid5

import structlog

from shared.aggregate import Cause, Deadline, Unavailable
from shared.calendar import CHINA, Calendar
from shared.kernel.documents import Document
from shared.kernel.group_commit import GroupCommit
from shared.parking.parked import Overdue, RetryPolicy
from shared.parking.store import Parking
from shared.store import Store
from shared.subscriptions import touches
from shared.telemetry import Metrics
from shared.time_source import TimeSource
from shared.timers import OCCUR, TIME, Occurrence, Recurrence, Recurrences, Schedule, Timers

log = structlog.get_logger()

DEADLINES_NAP = 1.0
"""Seconds of real time after which the due deadlines are looked for again, whatever was expected."""


class Deadlines:
    """Fires what is due, in order of time. A decision that fails is parked and does not hold up the others."""

    def __init__(
        self,
        service: str,
        timers: Timers,
        time: TimeSource,
        group_commit: GroupCommit,
        parking: Parking,
        policy: RetryPolicy,
        metrics: Metrics,
        *,
        recurrences: Recurrences | None = None,
        calendar: Calendar = CHINA,
        size: int = 200,
    ) -> None:
        self._service = service
        self.timers = timers
        self._time = time
        self._group_commit = group_commit
        self._parking = parking
        self._policy = policy
        self._metrics = metrics
        self._recurrences = recurrences
        self._calendar = calendar
        self._schedules = {each.id: each for each in timers.schedules.values()}
        self._size = size
        self._until: datetime | None = None
        self._waiting = False
        self._earlier = asyncio.Event()
        group_commit.noticed = self._notice
        timers.punctual(time.now)

    def _notice(self, due: datetime) -> None:
        if self._until is None or due < self._until:
            self._until = due
            self._earlier.set()

    @property
    def idle(self) -> bool:
        """Whether it waits, and for nothing that is due by now."""
        due = self._until is not None and self._until <= self._time.now()
        return self._waiting and not due and not self._earlier.is_set()

    async def run(self) -> None:
        """Fire until cancelled."""
        planned = False
        while True:
            try:
                await self._group_commit.outlet.room()
                if not planned:
                    await self.plan()
                    planned = True
                upcoming = await self.next_due()
                if upcoming is None or upcoming > self._time.now():
                    self._metrics.deadlines_overdue.set(0)
                    await self._wait(upcoming)
                else:
                    await self.fire_due()
            except Unavailable as error:
                log.warning("deadlines_wait", reason=error)
                await asyncio.sleep(random.uniform(DEADLINES_NAP / 2, DEADLINES_NAP))

    async def plan(self) -> None:
        """Give every schedule its recurrence; one that has it goes on where it was."""
        if self._recurrences is None:
            return
        now = self._time.now()
        for schedule in self.timers.schedules.values():
            start = Recurrence(id=schedule.id, name=schedule.name, rule=schedule.rule(now))
            touch = self._recurrences.touch(schedule.id, schedule.planned(now, self._calendar), start)
            cause = Cause(id=uuid4(), correlation=schedule.id, actor=TIME, at=now, kind="deadline")
            await self._group_commit.commit_or_wait(cause, touch)

    async def fire_due(self) -> int:
        """Fire everything that is due now, once; how many were."""
        now = self._time.now()
        fired = 0
        for store in self.timers.stores:
            found = await store.documents.due(now, self._size)
            works = [self._fire(store, document) for document in found]
            await asyncio.gather(*works)
            fired += len(works)
        fired += await self._occur_due(now)
        self._metrics.deadlines_overdue.set(fired)
        return fired

    async def overdue(self) -> int:
        """How many aggregates have a deadline that is past and has not fired."""
        now = self._time.now()
        recurring = len(await self._recurring(now))
        return recurring + sum([len(await store.documents.due(now, 10_000)) for store in self.timers.stores])

    async def _occur_due(self, now: datetime) -> int:
        """Let every schedule that has come round occur, one occurrence of each."""
        due = await self._recurring(now)
        for schedule, at in due:
            assert self._recurrences is not None
            await self._occur(self._recurrences, schedule, at)
        return len(due)

    async def _recurring(self, now: datetime) -> list[tuple[Schedule, datetime]]:
        """What of this release has come round, in order of time; the schedules of another one are its processes'."""
        if self._recurrences is None or not self._schedules:
            return []
        found = await self._recurrences.documents.due(now, len(self._schedules), among=self._schedules)
        moments = [(each.id, self._recurrences.revive(each.state).deadline(OCCUR)) for each in found]
        return [(self._schedules[id], at) for id, at in moments if at is not None]

    async def _occur(self, recurrences: Recurrences, schedule: Schedule, at: datetime) -> None:
        error = await self._attempt(schedule, at)
        if error is None:
            self._metrics.fired(schedule.name)
        else:
            overdue = Overdue(collection=recurrences.collection, aggregate=schedule.id, kind=schedule.name, at=at)
            await self._park(overdue, error)
        cause, go_on = schedule.passed(at, self._calendar)
        await self._group_commit.commit_or_wait(cause, recurrences.touch(schedule.id, go_on))

    async def _attempt(self, schedule: Schedule, at: datetime) -> Exception | None:
        """Let one occurrence have its effect; what has had it already is recognised by its cause.

        Returns the first error of those whom it concerns; the others have their effect all the same.
        """
        try:
            occurrences = await schedule.occurrences(at)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001
            return error
        results = await asyncio.gather(*(self._react(schedule, *each) for each in occurrences))
        return next((error for error in results if error is not None), None)

    async def _react(self, schedule: Schedule, occurrence: Occurrence, cause: Cause) -> Exception | None:
        try:
            for touch in await touches(schedule.react(occurrence, cause)):
                await self._group_commit.commit_or_wait(cause, touch)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001
            return error
        return None

    async def _fire(self, store: Store[Any], document: Document) -> None:
        """Fire the earliest deadline of one aggregate."""
        deadlines = [Deadline.model_validate(each) for each in document.state["deadlines"]]
        deadline = min(deadlines, key=lambda each: each.at)
        overdue = Overdue(
            collection=store.collection,
            aggregate=document.id,
            kind=deadline.kind,
            at=deadline.at,
            version=document.version,
        )
        error = await self.retry(overdue)
        if error is None:
            self._metrics.fired(deadline.kind)
            return
        await self._park(overdue, error)
        await store.documents.postpone(document.id, document.version, _after(deadlines, deadline))

    async def _park(self, overdue: Overdue, error: Exception) -> None:
        queue = f"{self._service}.at.{overdue.collection}.{overdue.kind}"
        id = uuid5(overdue.aggregate, f"{overdue.kind}@{overdue.at.isoformat()}")
        touch = self._parking.deadline_failed(id, overdue, queue, error, self._policy)
        now = self._time.now()
        cause = Cause(id=uuid5(id, now.isoformat()), correlation=overdue.aggregate, actor=TIME, at=now)
        parked = await self._group_commit.commit_or_wait(cause, touch)
        why = {"code": parked.code, "reason": error, "parked": parked.id}
        log.warning("deadline_not_fired", state=parked.state, queue=queue, **why)

    async def retry(self, overdue: Overdue) -> Exception | None:
        """Make the decision of one deadline; returns what went wrong."""
        try:
            if overdue.collection == Recurrences.collection:
                return await self._attempt(self.timers.schedules[overdue.kind], overdue.at)
            timer = self.timers.of(overdue.collection, overdue.kind)
            fired = timer.fire(overdue.aggregate, overdue.at, overdue.version, self._time.now())
            await self._group_commit.commit_or_wait(*fired)
        except Exception as error:  # noqa: BLE001
            return error
        return None

    async def next_due(self) -> datetime | None:
        """When the next deadline or recurrence is due."""
        found = [await store.documents.next_due() for store in self.timers.stores]
        if self._recurrences is not None and self._schedules:
            found.append(await self._recurrences.documents.next_due(among=self._schedules))
        return min(filter(None, found), default=None)

    async def _wait(self, until: datetime | None) -> None:
        """Until the next deadline or the news of an earlier one; a nap at most, for others may set one too."""
        if self._earlier.is_set():
            self._earlier.clear()
            self._until = None
            return
        self._until = until
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(self._earlier.wait())]
        if until is not None:
            waits.append(asyncio.create_task(self._time.wait_until(until)))
        self._waiting = True
        try:
            await asyncio.wait(waits, timeout=DEADLINES_NAP, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting = False
            for wait in waits:
                wait.cancel()


def _after(deadlines: Iterable[Deadline], failed: Deadline) -> datetime | None:
    """When the next deadline but the failed one is due."""
    return min((each.at for each in deadlines if each != failed), default=None)
