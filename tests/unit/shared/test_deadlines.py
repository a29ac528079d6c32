"""Deadlines: what time decides, once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.aggregate import Aggregate, Cause, Change
from shared.contracts.event import Event, Instant
from shared.kernel.group_commit import GroupCommit
from shared.parking.parked import Overdue, RetryPolicy
from shared.parking.store import Parking
from shared.runtime.deadlines import Deadlines
from shared.store import Store
from shared.testing import InMemoryDatabase, cause, fire
from shared.time_source import TimeSource
from shared.timers import Timers

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class Rang(Event, key="tower.rang.v1"):
    """A bell rang."""

    at: Instant


class Bell(Aggregate):
    rung: int = 0


class Bells(Store[Bell]):
    collection = "bells"
    kind = Bell


def timers(bells: Bells) -> Timers:
    at = Timers()

    @at(bells, "ring")
    def ring(bell: Bell, cause: Cause) -> Change[Bell]:
        return Change(bell.but(rung=bell.rung + 1), (Rang(at=cause.at),))

    return at


async def hung(bells: Bells, *times: datetime) -> Bell:
    bell = Bell(id=uuid4())
    for at in times:
        bell = bell.awaiting("ring", at)
    return await bells.create(Change(bell), cause())


async def test_a_deadline_fires_at_its_own_time_and_is_gone() -> None:
    bells = Bells(InMemoryDatabase())
    bell = await hung(bells, NOON)

    assert await fire(timers(bells), until=NOON - timedelta(seconds=1)) == ()
    assert await fire(timers(bells), until=NOON + timedelta(days=9)) == (Rang(at=NOON),)
    assert await bells.get(bell.id) == bell.but(rung=1, deadlines=())


async def test_a_deadline_that_was_moved_fires_only_where_it_was_moved_to() -> None:
    bells = Bells(InMemoryDatabase())
    await hung(bells, NOON, NOON + timedelta(hours=1))

    assert await fire(timers(bells), until=NOON + timedelta(days=1)) == (Rang(at=NOON + timedelta(hours=1)),)


async def test_a_deadline_set_again_for_the_moment_at_which_it_fired_fires_again() -> None:
    bells = Bells(InMemoryDatabase())
    bell = await hung(bells, NOON)
    await fire(timers(bells), until=NOON)

    await bells.apply(bell.id, lambda bell: Change(bell.awaiting("ring", NOON)), cause())

    assert await fire(timers(bells), until=NOON) == (Rang(at=NOON),)


async def test_the_same_deadline_found_twice_fires_once() -> None:
    database = InMemoryDatabase()
    bells = Bells(database)
    bell = await hung(bells, NOON)
    timer = timers(bells).of("bells", "ring")

    for _ in range(2):
        because, touch = timer.fire(bell.id, NOON, version=1)
        await database.group_commit.commit(because, touch)

    assert (await bells.get(bell.id)).rung == 1
    assert database.published == (Rang(at=NOON),)


async def test_a_deadline_that_somebody_else_has_put_off_changes_nothing() -> None:
    database = InMemoryDatabase()
    bells = Bells(database)
    bell = await hung(bells, NOON)
    because, touch = timers(bells).of("bells", "ring").fire(bell.id, NOON, version=1)
    await bells.apply(bell.id, lambda bell: Change(bell.awaiting("ring", NOON + timedelta(days=1))), cause())

    await database.group_commit.commit(because, touch)

    assert (await bells.get(bell.id)).deadline("ring") == NOON + timedelta(days=1)
    assert database.published == ()


async def test_a_process_that_ends_while_a_deadline_is_decided_still_settles_the_rest() -> None:
    database = InMemoryDatabase()
    bells = Bells(database)
    bell = await hung(bells, NOON)
    group_commit = database.group_commit = GroupCommit(database.outbox)
    none: Any = None
    deadlines = Deadlines("tower", timers(bells), TimeSource(), group_commit, Parking(database), RetryPolicy(), none)
    overdue = Overdue(collection="bells", aggregate=bell.id, kind="ring", at=NOON, version=1)

    waiting = asyncio.create_task(deadlines.retry(overdue))
    await asyncio.sleep(0)
    waiting.cancel()
    running = asyncio.create_task(group_commit.run())
    await asyncio.wait([running, asyncio.create_task(group_commit.idle.wait())], return_when=asyncio.FIRST_COMPLETED)
    survived = running.cancel()

    assert survived
    assert waiting.cancelled()
    assert (await bells.get(bell.id)).rung == 1


def test_a_kind_has_one_decision() -> None:
    bells = Bells(InMemoryDatabase())
    at = timers(bells)

    with pytest.raises(ValueError, match="has a decision for 'ring' already"):
        at(bells, "ring")(lambda bell, cause: Change(bell))
    with pytest.raises(LookupError, match="no decision is named"):
        at.of("bells", "crack")
