"""How operators bring back what is dead: some or all, at a limited rate, after a rehearsal."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from ledger import Accounts, Deposited, account_id, opened, subscriptions

from shared.aggregate import Change, Refused
from shared.parking.parked import RETRY, Parked, RetryPolicy
from shared.parking.retries import Retries
from shared.parking.store import Parking
from shared.telemetry import Metrics
from shared.testing import InMemoryDatabase, cause
from shared.wire.envelope import Envelope
from shared.wire.message import Message

QUEUE = "ledger.on.test.deposited.v1"


async def _not_now(_: object) -> Exception | None:
    raise AssertionError("nothing is tried again in these tests")


class Morgue:
    """A ledger's parking and who tries again what is in it."""

    def __init__(self) -> None:
        self.database = InMemoryDatabase()
        self.accounts = Accounts(self.database)
        self.parking = Parking(self.database)
        self.metrics = Metrics()
        listeners = {each.queue: each for each in subscriptions(self.accounts)}
        self.retries = Retries(
            self.parking,
            listeners,
            handle=_not_now,
            fire=_not_now,
            group_commit=self.database.group_commit,
            policy=RetryPolicy(),
            metrics=self.metrics,
        )

    async def receives(self, account: str, amount: int = 1, body: str | None = None, queue: str = QUEUE) -> Parked:
        envelope = Envelope.of(Deposited(account=account, amount=amount), uuid4(), uuid4(), 1, cause())
        message = Message(queue, envelope.key, envelope.headers(), (body or envelope.body).encode())
        died = self.parking.message_failed(message, Refused("no such account"), RetryPolicy())
        return await self.database.group_commit.commit(cause(), died)

    async def waits(self) -> Sequence[Parked]:
        return (await self.parking.find({"state": "parked"}, sort="first_at")).items


@pytest.fixture
def morgue() -> Morgue:
    return Morgue()


async def test_all_the_dead_are_tried_again_at_a_limited_rate_with_an_entry_for_each(morgue: Morgue) -> None:
    for name in ("a", "b", "c"):
        await morgue.receives(name)
    asked = cause()

    assert await morgue.retries.replay({}, asked, per_second=2) == 3

    waiting = await morgue.waits()
    due = [each.deadline(RETRY) for each in waiting]
    assert [at and at - (due[0] or at) for at in due] == [timedelta(0), timedelta(seconds=0.5), timedelta(seconds=1)]
    assert [(note.what, note.by) for each in waiting for note in each.history] == [("replayed", asked.actor)] * 3


async def test_those_of_one_consumer_are_tried_again_and_no_others(morgue: Morgue) -> None:
    await morgue.receives("a")
    other = await morgue.receives("b", queue="ledger.on.test.other.v1")

    assert await morgue.retries.replay({"queue": other.queue}, cause(), per_second=50) == 1

    assert [each.id for each in await morgue.waits()] == [other.id]


async def test_a_rehearsal_of_all_tells_how_many_would_settle_and_what_stops_the_others(morgue: Morgue) -> None:
    shut = opened("shut").but(status="closed")
    await morgue.accounts.create(Change(shut), cause())
    await morgue.receives("a")
    await morgue.receives("shut")
    await morgue.receives("b", body='{"account": "b"}')

    met = await morgue.retries.rehearse_all({}, limit=10)

    assert met == {
        None: 1,
        ("account_closed", "account shut is closed; open another one"): 1,
        ("invalid", "amount: Field required"): 1,
    }
    assert (await morgue.accounts.get(account_id("shut"))).credits == 0
    assert await morgue.accounts.count() == 1


async def test_a_rehearsal_ends_at_its_limit(morgue: Morgue) -> None:
    for name in ("a", "b", "c"):
        await morgue.receives(name)

    assert (await morgue.retries.rehearse_all({}, limit=2)).total() == 2


async def test_the_age_of_the_oldest_dead_message_is_told(morgue: Morgue) -> None:
    died = await morgue.receives("a")
    aged = replace(cause(), at=datetime.now(UTC))
    hour_ago = died.first_at - timedelta(hours=1)
    await morgue.parking.apply(died.id, lambda parked: Change(parked.but(first_at=hour_ago)), aged)

    await morgue.retries._count()

    told = morgue.metrics.registry.get_sample_value("kefu_dead_age_seconds")
    assert told is not None
    assert 3600 <= told < 3700
