"""Departments' systems on pika, as docs/departments.md tells them, and as command-line tools can at most."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pika
import pytest
from front_desk import ingress_url
from waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "production.production_completed.v1"
BODY = json.dumps({"order_no": "SO-2026-0412", "completed_at": "2026-11-20T05:00:00Z", "quantity_ok": 24}).encode()
AS_TOLD: dict[str, Any] = {"content_type": "application/json", "delivery_mode": 2, "user_id": "production"}
AT_MOST: dict[str, Any] = {"content_type": "application/json"}


@pytest.fixture
def url(running_servers, ingress_vhost):
    return ingress_url(running_servers, ingress_vhost, "production")


def attributes(prefix: str, id: str) -> dict[str, str]:
    time = datetime(2026, 11, 20, 5, 59, tzinfo=UTC).isoformat()
    said = {"specversion": "1.0", "id": id, "type": KEY, "source": "mes", "time": time}
    return {f"{prefix}{name}": value for name, value in said.items()}


def publish(url: str, body: bytes, headers: Mapping[str, str], properties: Mapping[str, Any]) -> None:
    """Returns when RabbitMQ has confirmed the message, raises when no queue takes it."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.confirm_delivery()
    said = pika.BasicProperties(headers=dict(headers), **properties)
    channel.basic_publish("in.production", KEY, body, said, mandatory=True)
    connection.close()


def refusals(url: str) -> list[dict[str, Any]]:
    """What stands in the department's queue, acknowledged."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    found = []
    while (got := channel.basic_get("refused.production"))[0] is not None:
        found.append(json.loads(got[2]))
        channel.basic_ack(got[0].delivery_tag)
    connection.close()
    return found


@pytest.mark.parametrize(
    ("prefix", "properties"),
    [("cloudEvents:", AS_TOLD), ("cloudEvents_", AT_MOST)],
    ids=["as the document says", "without user_id, underscored"],
)
async def test_a_fact_that_pika_sends_is_admitted(intake, keys, url, prefix, properties):
    id = f"pika-{uuid4().hex}"
    await asyncio.to_thread(publish, url, BODY, attributes(prefix, id), properties)

    async def answer():
        shown = await intake.http.get(f"/facts/{id}", headers=keys.department("production"))
        return shown.json() if shown.status_code == 200 else None

    assert (await until(answer))["stage"] == "admitted"


@pytest.mark.parametrize("prefix", ["cloudEvents:", "cloudEvents_"])
async def test_what_is_refused_stands_in_the_queue_and_at_the_address_under_the_id_it_was_sent_with(
    intake, keys, url, prefix
):
    id = f"pika-{uuid4().hex}"
    await asyncio.to_thread(publish, url, b'{"colour": "blue"}', attributes(prefix, id), AT_MOST)
    (answer,) = await until(lambda: asyncio.to_thread(refusals, url))
    shown = (await intake.http.get(f"/facts/{id}", headers=keys.department("production"))).json()
    assert (answer["id"], answer["code"]) == (id, "schema")
    assert (shown["stage"], shown["reason"]) == ("refused", answer["reason"])
