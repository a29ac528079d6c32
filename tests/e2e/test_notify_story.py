"""A day of messages on real servers: one waits, one is overtaken, one is muted, one fails over, one is answered."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from customers import customer
from facts import complained, delayed, greeting, offered, released
from notify_office import CALLBACK_SECRET, Office, Sinks, notify_settings, office, sinks
from waiting import until

from kefu_local.ports import LOOPBACK, free_ports
from shared import time_source
from shared.settings import ServiceSettings

EVENING = datetime(2026, 11, 23, 22, tzinfo=ZoneInfo("Asia/Shanghai"))
MORNING = EVENING + timedelta(hours=11)


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Sinks]:
    with sinks(tmp_path / "sinks") as running:
        yield running


@pytest.mark.requirement("R058.b", "R100.a")
async def test_deferred_superseded_muted_failed_over_and_answered(
    service_settings: ServiceSettings, outside: Sinks, tmp_path: Path
) -> None:
    shown = tmp_path / "time.json"
    time_source.write(shown, EVENING, rate=1.0)
    broken = f"http://{LOOPBACK}:{next(free_ports())}/cgi-bin/sendsms"
    settings = notify_settings(
        service_settings,
        outside,
        sms_providers=("kannel", "local"),
        kannel_url=broken,
        notify_policy=None,
        time_file=shown,
    )
    waiting, unhappy, asked = (customer(number, email=None) for number in range(3))
    async with office(settings) as notify:
        await notify.announce(delayed("SO-1", waiting, days=4), at=EVENING)
        await until(_number_of(notify, 1, about="SO-1", reason="quiet_hours"))
        await notify.announce(delayed("SO-1", waiting, days=7, revision=2), at=EVENING)
        await notify.announce(complained(unhappy), at=EVENING)
        await until(_number_of(notify, 1, about="2026-11-0007", reason="quiet_hours", audience="customer"))
        await until(_number_of(notify, 1, about="SO-1", reason="superseded"))
        time_source.write(shown, MORNING, rate=1.0)
        await notify.announce(greeting("中秋", unhappy), released("SO-2", asked), offered(asked), at=MORNING)

        told = await notify.settled(6, audience="customer")

        assert {(each.revision, each.stage, each.reason) for each in told if each.about == "SO-1"} == {
            (1, "suppressed", "superseded"),
            (2, "accepted", None),
        }
        assert [each.reason for each in told if each.purpose == "care_greeting"] == ["open_complaint"]
        (placed,) = (each for each in told if each.purpose == "order_placed")
        assert [(each.provider, each.outcome) for each in placed.attempts][-1] == ("local", "accepted")
        assert "推迟7天" in "".join(
            message["text"] for message in outside.messages() if message["to"] == waiting.mobile
        )
        await _answer(notify, asked.mobile or "")
        found = await notify.http.get("/notifications")
        assert found.status_code == 401


async def _answer(notify: Office, mobile: str) -> None:
    reply = {"id": str(uuid4()), "sender": mobile, "text": "1", "at": datetime.now(UTC).isoformat()}
    for _ in range(2):
        thanked = await notify.http.post(f"/callbacks/{CALLBACK_SECRET}/local/replies", json=reply)
        assert thanked.status_code == 200
    known = [each async for each in notify.replies.each()]
    assert [(each.intent, each.choice) for each in known] == [("choice", 1)]
    refused = await notify.http.post("/callbacks/guessed/local/replies", json=reply)
    assert refused.status_code == 404


def _number_of(notify: Office, count: int, **where: object):
    async def there() -> bool:
        return len(await notify.all(**where)) >= count

    return there
