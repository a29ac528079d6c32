"""What is kept of refused messages is bounded by number and age, and what goes is counted."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.aggregate import Change, Refused
from shared.parking.keeping import Keeping
from shared.parking.parked import RetryPolicy
from shared.parking.store import Parking
from shared.telemetry import Metrics
from shared.testing import InMemoryDatabase, cause
from shared.wire.message import Message

INBOX, OWN = "in.production", "orders.on.production.production_completed.v1"


@pytest.fixture
def parking() -> Parking:
    return Parking(InMemoryDatabase())


async def refused(parking: Parking, queue: str, number: int, *, days_ago: int = 0) -> None:
    touch = parking.message_failed(Message(queue, "key", {}, b"%d" % number), Refused("no"), RetryPolicy())
    parked = await parking.group_commit.commit(cause(), touch)
    at = datetime.now(UTC) - timedelta(days=days_ago, minutes=-number)
    await parking.group_commit.commit(
        cause(), parking.touch(parked.id, lambda parked: Change(parked.but(first_at=at, last_at=at)))
    )


async def kept(parking: Parking, queue: str) -> list[str]:
    return [parked.letter.body async for parked in parking.each({"queue": queue}, sort="first_at") if parked.letter]


def keeping(parking: Parking, metrics: Metrics, count: int = 3) -> Keeping:
    return Keeping(parking, (INBOX,), metrics, count, timedelta(days=90))


async def test_the_oldest_refusals_of_a_department_go_first_and_are_counted(parking: Parking) -> None:
    metrics = Metrics()
    for number in range(5):
        await refused(parking, INBOX, number)

    await keeping(parking, metrics).sweep()

    assert await kept(parking, INBOX) == ["2", "3", "4"]
    assert f'kefu_refusals_forgotten_total{{queue="{INBOX}"}} 2.0' in metrics.exposition().decode()


async def test_refusals_go_when_they_are_too_old_and_what_is_our_own_stays(parking: Parking) -> None:
    for queue in (INBOX, OWN):
        await refused(parking, queue, 1, days_ago=91)
        await refused(parking, queue, 2, days_ago=89)

    await keeping(parking, Metrics()).sweep()

    assert (await kept(parking, INBOX), await kept(parking, OWN)) == (["2"], ["1", "2"])


async def test_what_is_still_to_be_tried_again_is_not_removed(parking: Parking) -> None:
    for number in range(4):
        message = Message(INBOX, "key", {}, b"%d" % number)
        touch = parking.message_failed(message, RuntimeError("once"), RetryPolicy())
        await parking.group_commit.commit(cause(), touch)

    await keeping(parking, Metrics(), count=1).sweep()

    assert len(await kept(parking, INBOX)) == 4
