"""Thousands of generated messages come into a department's gateway: each is kept with its reason, no other waits."""

import json
import os
from uuid import UUID

import aio_pika
import pytest
from front_desk import department, desk
from generated_messages import Crooked, Fuzz, publish, text
from neighbours import Neighbours, not_later
from pydantic import BaseModel
from waiting import until

from shared.contracts.departments import ProductionCompleted, ShipmentArrived
from shared.wire import ingress
from shared.wire.broker import EVENTS

pytestmark = pytest.mark.asyncio(loop_scope="module")

COUNT = int(os.environ.get("FUZZ") or 3_000)
SEED = int(os.environ.get("SEED") or 20261128)
WAVE = 250
KEY = ProductionCompleted.key


class Row(BaseModel):
    id: UUID
    state: str
    code: str
    reason: str


def good(number, name="fuzz"):
    attributes = {
        "specversion": "1.0", "id": f"{name}-{number}", "type": KEY, "source": "mes", "time": "2026-11-20T05:59:00Z"
    }  # fmt: skip
    return attributes, {"order_no": f"SO-{number}", "completed_at": "2026-11-20T05:00:00Z", "quantity_ok": 1}


def whole(number):
    attributes, data = good(number, "whole")
    headers = tuple((f"cloudEvents:{name}".encode(), text(value)) for name, value in attributes.items())
    said = {"content_type": "application/json", "user_id": "production", "delivery_mode": 2}
    return Crooked(said, headers, json.dumps(data).encode())


async def send_all(channel, messages):
    for start in range(0, len(messages), WAVE):
        await publish(channel, ingress.entrance("production"), KEY, messages[start : start + WAVE])


@pytest.mark.timeout(240)
async def test_whatever_a_department_sends_is_admitted_or_kept_and_told_and_the_neighbours_do_not_wait(
    settings, running_servers, ingress_vhost
):
    fuzz = Fuzz(SEED, good, "production")
    generous = settings.model_copy(update={"refusals_kept": 10 * COUNT})
    told = set()
    async with (
        desk(generous) as intake,
        department(running_servers, ingress_vhost, "production") as production,
        department(running_servers, ingress_vhost, "engineering") as engineering,
        await aio_pika.connect(settings.rabbit_url.get_secret_value()) as bus,
    ):
        neighbours = Neighbours(
            lambda name: engineering.send(
                {"order_no": name, "arrived_at": "2026-11-20T05:00:00Z"}, ShipmentArrived.key, id=name
            )
        )

        async def hear(message):
            neighbours.arrived(ShipmentArrived.model_validate_json(message.body).order_no)

        async def be_told(message):
            told.add(json.loads(message.body)["refusal"])

        listening = await (await bus.channel()).declare_queue(exclusive=True)
        await listening.bind(EVENTS.name, ShipmentArrived.key)
        await listening.consume(hear, no_ack=True)
        answers = await (await production.connection.channel()).get_queue(ingress.refusals("production"), ensure=False)
        await answers.consume(be_told, no_ack=True)
        channel = await production.connection.channel()

        async def all_have_an_end():
            facts = await intake.stores.facts.count({"department": "production"})
            parked = await intake.service.plumbing.parking.count({"queue": "in.production"})
            return facts + parked >= expected

        expected = COUNT // 5
        async with neighbours.beside() as usual:
            await send_all(channel, [whole(number) for number in range(expected)])
            await until(all_have_an_end)
        expected += COUNT
        async with neighbours.beside() as seconds:
            await send_all(channel, [fuzz.draw() for _ in range(COUNT)])
            await until(all_have_an_end, 150)
        await until(intake.settled)
        rows = [
            Row.model_validate(each, from_attributes=True)
            async for each in intake.service.plumbing.parking.each({"queue": "in.production"})
        ]

        async def all_told():
            return told >= {str(row.id) for row in rows}

        await until(all_told)
        admitted = await intake.stores.facts.count({"department": "production"}) - COUNT // 5
        assert intake.service.failed is None
    assert len(rows) + admitted == COUNT
    assert [row for row in rows if row.state != "dead" or not row.code or not row.reason] == []
    assert len(told) == len(rows)
    assert not_later(seconds, usual)
