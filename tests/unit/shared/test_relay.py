"""The relay: everything that is written gets out, an aggregate's events in their order, however little it may hold."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from waiting import until

from shared.aggregate import Aggregate, Change, Unavailable
from shared.contracts.event import Event
from shared.kernel.batch import Work
from shared.kernel.documents import Document
from shared.kernel.group_commit import GroupCommit
from shared.kernel.relay import Handed, Relay
from shared.store import Store
from shared.telemetry import Metrics
from shared.testing import InMemoryDatabase, cause
from shared.wire.broker import EventsRefused
from shared.wire.envelope import Envelope


class Rolled(Event, key="mill.rolled.v1"):
    """A barrel was rolled on."""

    turn: int


class Barrel(Aggregate):
    turns: int = 0

    def roll(self) -> Change["Barrel"]:
        return Change(self.but(turns=self.turns + 1), (Rolled(turn=self.turns + 1),))


class Barrels(Store[Barrel]):
    collection = "barrels"
    kind = Barrel


NEVER = 3600.0
"""Seconds between two sweeps by the clock: no test lasts as long."""


class Mill:
    """Barrels, and a bus that can be shut, refuses what it is told to, and has barrels rolled on while it publishes."""

    def __init__(self, limit: int, sweep_every: float = NEVER) -> None:
        self.database = InMemoryDatabase()
        self.derived: list[UUID] = []
        self.away = 0
        self.broken = False
        metrics = Metrics()
        self.relay = Relay(
            self,
            self.database.collections.values,
            metrics,
            limit=limit,
            size=10,
            derive=self.derive,
            sweep_every=sweep_every,
        )
        self.database.group_commit = self.group_commit = GroupCommit(self.relay)
        self.barrels = Barrels(self.database)
        self.open = asyncio.Event()
        self.open.set()
        self.out: dict[UUID, list[int]] = defaultdict(list)
        self.refused: set[UUID] = set()
        self.rolled_on: list[UUID] = []

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        await self.open.wait()
        refused = [each for each in envelopes if each.subject in self.refused]
        if refused:
            raise EventsRefused([(each, ValueError("no")) for each in refused])
        for each in envelopes:
            turn = Rolled.model_validate_json(each.body).turn
            if turn not in self.out[each.subject]:
                self.out[each.subject].append(turn)
        if self.rolled_on:
            await self.roll(self.rolled_on.pop())

    async def derive(self, batch: Sequence[Handed]) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("the database is away")
        if self.broken:
            raise ValueError("not derivable")
        self.derived += [handed.id for handed in batch]

    async def roll(self, *barrels: UUID) -> None:
        works = [
            Work(cause(), (self.barrels.touch(id, lambda barrel: barrel.roll(), start=Barrel(id=id)),), lambda _: None)
            for id in barrels
        ]
        await self.group_commit.commit_all(works)

    async def all_out(self) -> bool:
        return not self.relay.waiting and not self.relay.behind

    async def shut(self) -> bool:
        return self.relay.full


async def test_what_is_more_than_memory_may_hold_gets_out_as_soon_as_there_is_room() -> None:
    mill = Mill(limit=5)
    barrels = [uuid4() for _ in range(30)]
    for _ in range(3):
        await mill.roll(*barrels)

    running = asyncio.create_task(mill.relay.run())
    await until(mill.all_out, 10)
    running.cancel()

    assert mill.out == {barrel: [1, 2, 3] for barrel in barrels}
    assert [row.outbox for row in mill.database.collections["barrels"].rows.values()] == [[]] * 30


async def test_an_aggregates_events_keep_their_order_while_memory_overflows() -> None:
    mill = Mill(limit=5)
    barrels = [uuid4() for _ in range(4)]
    mill.open.clear()
    running = asyncio.create_task(mill.relay.run())
    for turn in range(50):
        await mill.roll(*barrels)
        await asyncio.sleep(0)
        if turn == 20:
            mill.open.set()
    await until(mill.all_out, 10)
    running.cancel()

    assert mill.out == {barrel: list(range(1, 51)) for barrel in barrels}


async def test_an_aggregates_events_keep_their_order_while_several_sweeps_find_what_overflowed() -> None:
    mill = Mill(limit=30)
    *barrels, last = (uuid4() for _ in range(60))
    await mill.roll(*barrels, last)
    mill.rolled_on = [last] * 8

    running = asyncio.create_task(mill.relay.run())
    await until(mill.all_out, 10)
    running.cancel()

    assert mill.out == {barrel: [1] for barrel in barrels} | {last: list(range(1, 10))}


async def test_writers_may_go_on_as_soon_as_there_is_room_again_and_all_of_it_gets_out() -> None:
    mill = Mill(limit=5)
    mill.open.clear()
    await mill.roll(*(uuid4() for _ in range(9)))
    running = asyncio.create_task(mill.relay.run())
    await until(mill.shut, 10)
    mill.open.set()
    async with asyncio.timeout(10):
        await mill.relay.room()
    await until(mill.all_out, 10)
    running.cancel()

    assert not mill.relay.full
    assert len(mill.out) == 9


async def test_a_database_that_is_away_during_a_sweep_is_asked_for_the_same_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mill = Mill(limit=5, sweep_every=0.02)
    barrels = [uuid4() for _ in range(9)]
    await mill.roll(*barrels)
    documents = mill.database.collections["barrels"]
    unpublished, away = documents.unpublished, iter(range(2))

    async def away_at_first(before: datetime, limit: int) -> list[Document]:
        if next(away, None) is not None:
            raise Unavailable("away")
        return await unpublished(before, limit)

    monkeypatch.setattr(documents, "unpublished", away_at_first)
    running = asyncio.create_task(mill.relay.run())
    await until(mill.all_out, 3)
    running.cancel()

    assert mill.out == {barrel: [1] for barrel in barrels}


async def test_what_the_broker_refuses_stays_written_and_holds_up_no_other() -> None:
    mill = Mill(limit=5)
    refused, *others = (uuid4() for _ in range(4))
    mill.refused = {refused}
    await mill.roll(refused, *others)
    running = asyncio.create_task(mill.relay.run())
    await until(mill.all_out, 10)
    running.cancel()

    assert set(mill.out) == set(others)
    assert [len(row.outbox) for id, row in mill.database.collections["barrels"].rows.items() if id == refused] == [1]


async def test_what_follows_within_the_service_is_written_before_the_events_are_forgotten() -> None:
    mill, id = Mill(limit=100), uuid4()
    mill.away = 2
    running = asyncio.create_task(mill.relay.run())
    await mill.roll(id)
    await until(mill.all_out)
    running.cancel()
    assert mill.derived == [id]
    assert mill.out == {id: [1]}
    assert (await mill.barrels.documents.read((id,)))[id].outbox == []


async def test_what_cannot_be_derived_is_logged_and_holds_up_neither_the_events_nor_the_relay() -> None:
    mill, id = Mill(limit=100), uuid4()
    mill.broken = True
    running = asyncio.create_task(mill.relay.run())
    await mill.roll(id)
    await until(mill.all_out)
    await mill.roll(id)
    await until(mill.all_out)
    running.cancel()
    assert mill.out == {id: [1, 2]}
