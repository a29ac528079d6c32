"""A bus that is away is waited for; a bus that is there and is not heard ends the process, for a new one hears it."""

from typing import Any

import ledger as ledger_module
import pytest
from proxy import Wire
from pydantic import SecretStr
from structlog.testing import capture_logs
from waiting import until
from yarl import URL

from shared.plumbing import Plumbing, ServerTimeouts

QUEUE = "ledger.on.test.deposited.v1"
IMPATIENT = ServerTimeouts(deaf_for=1.0, watch_every=0.1)


async def test_a_bus_that_is_away_for_long_ends_nobody(bench: Any) -> None:
    direct = URL(bench.settings.rabbit_url.get_secret_value())
    wire = Wire(direct.port or 5672)
    wire.lay()
    bench.stack.callback(wire.cut)
    ledger = await bench.replica(IMPATIENT, rabbit_url=SecretStr(str(direct.with_port(wire.port))))

    with capture_logs() as logs:

        async def found_away_twice() -> bool:
            return len([log for log in logs if log["event"] == "bus_away"]) > 1

        wire.cut()
        await until(found_away_twice, 30)
    ledger.service.connections.timeouts = ServerTimeouts(deaf_for=30.0)
    wire.lay()
    await until(ledger.connected, 30)

    assert ledger.service.failed is None


async def test_a_consumer_that_the_broker_has_dropped_ends_the_process(bench: Any) -> None:
    running = ledger_module.service(bench.settings, Plumbing("ledger", bench.settings, timeouts=IMPATIENT))

    async def connected() -> bool:
        return (await running.health.checks())["rabbit"] == "ok"

    async def given_up() -> bool:
        return running.failed is not None

    async def deafened() -> None:
        async with running.running():
            await until(connected, 30)
            await (await bench.channel()).queue_delete(QUEUE)
            await until(given_up, 30)

    with pytest.raises(ConnectionError, match="no working connection to RabbitMQ"):
        await deafened()
