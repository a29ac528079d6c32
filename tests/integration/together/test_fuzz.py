"""Generated messages come over the real bus into every queue of each service: each has its effect or is kept."""

import importlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from generated_messages import Fuzz, publish
from house import House, house_on
from pydantic import BaseModel
from waiting import until

from kefu.example import example
from kefu_local.servers import Servers
from shared.contracts.event import Event
from shared.service import Service
from shared.testing import cause
from shared.wire.broker import EVENTS
from shared.wire.envelope import PREFIX, Envelope

COUNT = int(os.environ.get("FUZZ") or 7_000)
"""Messages for all five services; intake's gateway has 3,000 of its own (tests/integration/intake/test_fuzz)."""
SEED = int(os.environ.get("SEED") or 20261128)
WAVE = 50
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SERVICES = ("aftersales", "complaints", "intake", "notify", "orders")
NO_RETRIES = {"parking_first_wait": 3600.0, "parking_longest_wait": 3600.0}
"""What is parked stays as it was when it came, so that every failure can be counted."""


class Row(BaseModel):
    """What was kept of one message."""

    queue: str
    state: str
    code: str
    reason: str
    attempts: int


@pytest.fixture(params=SERVICES)
def house(
    request: pytest.FixtureRequest, running_servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """One service in a corner of its own."""
    monkeypatch.setenv("CALLBACK_SECRET", "known-to-tests-only")
    settings = importlib.import_module(f"{request.param}.settings").Settings
    build = importlib.import_module(f"{request.param}.app").service
    with house_on(running_servers, settings, build, tmp_path, NOW) as house:
        yield House(house.settings.model_copy(update=NO_RETRIES), build, house.staff, house.time_file)


def drawn_for(model: type[Event], seed: int) -> Fuzz:
    """Messages that are this event, of which some is made crooked."""
    data = json.loads(example(model).model_dump_json())

    def good(_: int) -> tuple[dict[str, str], dict[str, Any]]:
        headers = Envelope.of(example(model), uuid4(), uuid4(), 1, cause(NOW)).headers()
        return {name.removeprefix(PREFIX): str(value) for name, value in headers.items()}, data

    return Fuzz(seed, good, None)


async def send_all(channel: aio_pika.abc.AbstractChannel, service: Service, count: int) -> None:
    """So many messages, each queue's in waves, from every queue in turn."""
    events = [subscription.event for subscription in service.subscriptions]
    fuzzes = {event.key: drawn_for(event, SEED + place) for place, event in enumerate(events)}
    shares = Counter(islice(cycle(fuzzes), count))
    while any(shares.values()):
        for key in shares:
            wave = min(WAVE, shares[key])
            shares[key] -= wave
            await publish(channel, EVENTS.name, key, [fuzzes[key].draw() for _ in range(wave)])


@pytest.mark.timeout(600)
async def test_whatever_comes_over_the_bus_has_its_effect_or_is_kept_with_a_reason(house: House) -> None:
    url = house.settings.rabbit_url.get_secret_value()
    count = COUNT // len(SERVICES)
    async with house.replica() as replica, await aio_pika.connect(url) as bus:
        service = replica.service
        plumbing = service.plumbing
        channel = await bus.channel()
        await send_all(channel, service, count)
        queues = [
            await channel.declare_queue(subscription.queue, passive=True) for subscription in service.subscriptions
        ]

        async def all_have_an_end() -> bool:
            assert service.failed is None
            status = await service.health.status()
            if not status or status["taken"] < count or status["in_hand"] or status["outbox"]:
                return False
            return not sum([(await queue.declare()).message_count or 0 for queue in queues])

        await until(all_have_an_end, 300, every=0.2)
        rows = [Row.model_validate(each, from_attributes=True) async for each in plumbing.parking.each()]
        metrics = [plumbing.metrics.queue(queue.name) for queue in queues]
        consumed, failed = (int(sum(value(each, name) for each in metrics)) for name in ("consumed", "failed"))

    assert [row for row in rows if row.state not in ("parked", "dead") or not row.code or not row.reason] == []
    assert consumed >= count
    assert sum(row.attempts for row in rows) == failed
    assert 0 < failed < consumed
    assert {row.queue for row in rows} == {queue.name for queue in queues}
    if "FUZZ" in os.environ:
        print(house.settings.mongo_database, consumed, "taken", failed, "failed:", Counter(row.code for row in rows))


def value(metrics: Any, name: str) -> float:
    """What a counter of a queue stands at."""
    return float(getattr(metrics, name)._value.get())
