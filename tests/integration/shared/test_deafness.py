"""A bus that is away is waited for; a bus that is there and is not heard ends the process, for a new one hears it."""

from typing import Any

import ledger as ledger_module
import pytest
from proxy import Wire
from pydantic import SecretStr
from waiting import until
from yarl import URL

from shared import service as service_module

QUEUE = "ledger.on.test.deposited.v1"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "DEAF_FOR", 1.0)
    monkeypatch.setattr(service_module, "WATCH_EVERY", 0.1)


async def test_a_bus_that_is_away_for_long_ends_nobody(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    direct = URL(bench.settings.rabbit_url.get_secret_value())
    wire = Wire(direct.port or 5672)
    wire.lay()
    bench.stack.callback(wire.cut)
    ledger = await bench.replica(rabbit_url=SecretStr(str(direct.with_port(wire.port))))
    looks: list[bool] = []

    async def answers(broker: Any) -> bool:
        looks.append(await answering(broker))
        return looks[-1]

    async def looked_twice() -> bool:
        return len(looks) > 1

    answering = service_module.answers
    monkeypatch.setattr(service_module, "answers", answers)
    wire.cut()
    await until(looked_twice, 30)
    monkeypatch.setattr(service_module, "DEAF_FOR", 30.0)
    wire.lay()
    await until(ledger.connected, 30)

    assert not any(looks)
    assert ledger.service.failed is None


async def test_a_consumer_that_the_broker_has_dropped_ends_the_process(bench: Any) -> None:
    running, _ = ledger_module.service(bench.settings)

    async def connected() -> bool:
        return (await running.checks())["rabbit"] == "ok"

    async def given_up() -> bool:
        return running.failed is not None

    async def deafened() -> None:
        async with running.running():
            await until(connected, 30)
            await (await bench.channel()).queue_delete(QUEUE)
            await until(given_up, 30)

    with pytest.raises(ConnectionError, match="no working connection to RabbitMQ"):
        await deafened()
