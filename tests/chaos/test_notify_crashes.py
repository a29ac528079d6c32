"""kill -9 at every step of sending: the sink's own log shows what the promises are worth."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from customers import customer
from dying_notify import STEPS
from facts import ready, released
from notify_office import Office, Sinks, notify_settings, office, sinks
from tally import Tally
from waiting import until

from kefu_local.process import Process
from notify.settings import Settings
from shared.settings import ServiceSettings

MESSAGES = 5
PATIENCE = {"ask_after": (0.5, 0.5, 0.5), "send_budget": 1.0, "send_lease": 2.0}


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Sinks]:
    with sinks(tmp_path / "sinks") as running:
        yield running


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("point", "places"), STEPS)
async def test_a_crash_while_sending_keeps_both_promises(
    point: str, places: str, service_settings: ServiceSettings, outside: Sinks, tally: Tally, tmp_path: Path
) -> None:
    settings = notify_settings(service_settings, outside, **PATIENCE)
    doomed = Process(
        "notify",
        [sys.executable, "-m", "dying_notify", point, places],
        env=_environment(settings, outside),
        log=tmp_path / "notify.log",
    )
    doomed.start()
    async with office(settings.model_copy(update={"role": "http"})) as outsider:
        await _announce_when_somebody_listens(outsider)
        await until(_dead(doomed), seconds=60)
    async with office(settings) as running:
        told = await running.settled(2 * MESSAGES, audience="customer")

    sent = Counter(message["id"] for message in outside.messages())
    at_most_once = [each for each in told if each.purpose == "order_placed"]
    at_least_once = [each for each in told if each.purpose == "shipment_ready"]
    most, least = max(sent[str(each.id)] for each in at_most_once), min(sent[str(each.id)] for each in at_least_once)
    stages = ", ".join(f"{count} {stage}" for stage, count in sorted(Counter(each.stage for each in told).items()))
    where = f"notify killed at {point}, places {places}"
    tally.lines.append(f"{where}: at most once ≤ {most}, at least once ≥ {least}; {stages}")
    assert (len(at_most_once), len(at_least_once)) == (MESSAGES, MESSAGES)
    assert all(sent[str(each.id)] <= 1 for each in at_most_once)
    assert all(sent[str(each.id)] >= 1 for each in at_least_once)
    assert {each.stage for each in told} <= {"accepted", "delivered", "unresolved"}
    assert all(sent[str(each.id)] for each in told if each.stage == "accepted")


async def _announce_when_somebody_listens(outsider: Office) -> None:
    people = [customer(number, email=None) for number in range(MESSAGES)]
    facts = [fact(f"SO-{place}", person) for place, person in enumerate(people) for fact in (released, ready)]
    await outsider.listened_to("orders.order_released.v1", "orders.shipment_ready.v1")
    await outsider.announce(*facts)


def _dead(process: Process):
    async def dead() -> bool:
        return not process.running

    return dead


def _environment(settings: Settings, outside: Sinks) -> dict[str, str]:
    told = {
        "CALLBACK_SECRET": settings.callback_secret.get_secret_value(),
        "MONGO_URL": settings.mongo_url.get_secret_value(),
        "SEAL_KEYS": settings.seal_keys.get_secret_value(),
        "MONGO_DATABASE": str(settings.mongo_database),
        "RABBIT_URL": settings.rabbit_url.get_secret_value(),
        "HTTP_PORT": "0",
        "SMS_GATEWAY_URL": outside.url,
        "SMTP_URL": outside.smtp_url,
        "NOTIFY_POLICY": str(settings.notify_policy),
        "SEND_BUDGET": str(settings.send_budget),
        "SEND_LEASE": str(settings.send_lease),
        "ASK_AFTER": str(list(settings.ask_after)),
        "PYTHONPATH": str(Path(__file__).parents[1] / "support"),
    }
    return {**os.environ, **told}
