"""Departments on a real broker: what fits is on the bus once, what does not is answered and kept."""

import asyncio
import json
from uuid import uuid4

import aio_pika
import pytest
from aiormq.exceptions import ChannelAccessRefused
from waiting import until

from intake.domain.parts.cloud_event import SIZE_LIMIT
from shared.contracts.departments import ProductionCompleted
from shared.wire import ingress
from shared.wire.message import LARGEST_BODY

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = ProductionCompleted.key


@pytest.fixture
def id():
    """An id that no message had before."""
    return f"mes-{uuid4().hex[:12]}"


def completed(number=412, ok=24):
    return {"order_no": f"SO-2026-{number:04}", "completed_at": "2026-11-20T05:00:00Z", "quantity_ok": ok}


async def announced(intake, heard, count):
    """What is on the bus when as many events have come as are expected and intake has nothing left to do."""
    found = []

    async def enough():
        found.extend(await heard.fresh())
        return len(found) >= count and await intake.settled()

    await until(enough)
    return [event for event in found if isinstance(event, ProductionCompleted)]


async def announced_so_far(intake, production, heard):
    """The same when it is not known how many there are: up to a last fact that is sent for the purpose."""
    last = ProductionCompleted.model_validate(completed(9999))
    await production.send(completed(9999), KEY)
    found = []
    while last not in found:
        found += await announced(intake, heard, 1)
    return [event for event in found if event != last]


async def test_a_fact_of_a_department_goes_onto_the_bus_in_its_name(intake, production, heard, id):
    await production.send(completed(), KEY, id=id)
    (message,) = await until(heard.messages)
    said = {name: message.headers[f"cloudEvents:{name}"] for name in ("source", "actorkind", "actorid", "time")}
    assert message.routing_key == KEY
    assert ProductionCompleted.model_validate_json(message.body) == ProductionCompleted.model_validate(completed())
    assert said == {
        "source": "production",
        "actorkind": "department",
        "actorid": "production",
        "time": "2026-11-20T05:59:00.000000Z",
    }


async def test_the_same_message_three_times_is_one_fact(intake, production, heard, id):
    await asyncio.gather(*(production.send(completed(), KEY, id=id) for _ in range(3)))
    assert await announced_so_far(intake, production, heard) == [ProductionCompleted.model_validate(completed())]


async def test_three_hundred_facts_are_admitted_once_each_although_the_connection_is_lost(
    intake, production, heard, running_servers, ingress_vhost
):
    management = running_servers.management

    async def connections():
        found = await asyncio.to_thread(management.get, f"/vhosts/{ingress_vhost}/connections")
        return [each["name"] for each in found if each["user"] == "intake"]

    await asyncio.gather(*(production.send(completed(number), KEY) for number in range(150)))
    for name in await until(connections):
        await asyncio.to_thread(management.delete, f"/connections/{name}")
    await asyncio.gather(*(production.send(completed(number), KEY) for number in range(150, 300)))
    found = await announced(intake, heard, 300) + await announced_so_far(intake, production, heard)
    assert sorted(event.order_no for event in found) == [f"SO-2026-{number:04}" for number in range(300)]


@pytest.mark.parametrize(
    ("data", "changes", "code"),
    [
        (b"this is not JSON", {}, "malformed_json"),
        (b"\x80\x81", {}, "malformed_json"),
        (b'{"order_no": "A", "order_no": "B"}', {}, "duplicate_field"),
        (completed(), {"headers": {"CC": ["production.sample_made.v1"]}}, "headers"),
        (completed(), {"reply_to": "somewhere"}, "headers"),
        (completed(), {"expiration": 60}, "headers"),
        (completed(), {"content_type": "text/plain"}, "content_type"),
        (completed(), {"routing_key": "production.sample_made.v1"}, "key"),
        (completed(), {"headers": {"cloudEvents:specversion": "0.1"}}, "attributes"),
        ({**completed(), "colour": "blue"}, {}, "schema"),
        ({**completed(), "order_no": {"$gt": ""}}, {}, "schema"),
        (completed(), {"time": "2031-01-01T00:00:00Z"}, "time_ahead"),
        (b" " * (SIZE_LIMIT + 1), {}, "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_does_not_fit_is_answered_and_kept(intake, production, heard, keys, id, data, changes, code):
    await production.send(data, KEY, id=id, **changes)
    (answer,) = await production.refusals(1)
    listed = (await intake.http.get("/refusals", headers=keys.department("production"))).json()["items"]
    shown = (await intake.http.get(f"/facts/{id}", headers=keys.department("production"))).json()
    assert (answer["id"], answer["code"]) == (id, code)
    assert (shown["stage"], shown["code"], shown["reason"]) == ("refused", code, answer["reason"])
    assert shown in listed
    assert await announced_so_far(intake, production, heard) == []


async def test_another_fact_under_a_used_id_is_refused_and_the_first_one_stands(intake, production, heard, keys, id):
    await production.send(completed(), KEY, id=id)
    await production.send(completed(ok=23), KEY, id=id)
    assert [answer["code"] for answer in await production.refusals(1)] == ["fact_differs"]
    shown = (await intake.http.get(f"/facts/{id}", headers=keys.department("production"))).json()
    assert shown["stage"] == "admitted"
    assert [event.quantity_ok for event in await announced_so_far(intake, production, heard)] == [24]


async def test_a_refused_fact_is_repaired_by_two_operators_and_then_admitted(intake, production, heard, keys, id):
    await production.send({**completed(), "quantity_ok": "24"}, KEY, id=id)
    (answer,) = await production.refusals(1)
    path = f"/dead/{answer['refusal']}"
    repaired = {"body": '{"order_no": "SO-2026-0412", "completed_at": "2026-11-20T05:00:00Z", "quantity_ok": 24}'}
    edited = await intake.http.post(f"{path}/edit", json=repaired, headers=keys.staff("operator", id="ops-1"))
    seen = {"edit": edited.json()["proposed"]["id"]}
    alone = await intake.http.post(f"{path}/confirm", json=seen, headers=keys.staff("operator", id="ops-1"))
    both = await intake.http.post(f"{path}/confirm", json=seen, headers=keys.staff("operator", id="ops-2"))
    assert (edited.status_code, alone.json()["code"], both.status_code) == (200, "four_eyes", 202)
    assert await announced(intake, heard, 1) == [ProductionCompleted.model_validate(completed())]
    shown = (await intake.http.get(f"/facts/{id}", headers=keys.department("production"))).json()
    assert shown["stage"] == "admitted"


async def test_the_same_fact_over_both_doors_is_one(intake, production, heard, keys, id):
    attributes = {"specversion": "1.0", "id": id, "type": KEY, "source": "production"}
    event = {**attributes, "time": "2026-11-20T05:59:00Z", "data": completed()}
    headers = {**keys.department("production"), "Content-Type": "application/cloudevents+json"}
    await production.send(completed(), KEY, id=id)
    assert (await intake.http.post("/facts", json=event, headers=headers)).status_code == 202
    assert await announced_so_far(intake, production, heard) == [ProductionCompleted.model_validate(completed())]


async def test_the_broker_refuses_what_is_larger_than_anything_here_handles(production, id):
    with pytest.raises(aio_pika.exceptions.AMQPException) as stopped:
        await production.send(b"x" * (LARGEST_BODY + 1), KEY, id=id)
    assert "PRECONDITION_FAILED" in str(stopped.value)


async def test_headers_that_are_too_large_are_refused_without_being_read(intake, production, heard, id):
    await production.send(completed(), KEY, id=id, headers={"note": "y" * 9000})
    (answer,) = await production.refusals(1)
    assert (answer["code"], answer["id"]) == ("too_large", None)
    assert await announced_so_far(intake, production, heard) == []


async def test_each_wrong_fact_under_one_id_is_kept_and_told_and_a_dropped_one_says_so(
    intake, production, heard, keys, id
):
    mine = keys.department("production")
    await production.send({**completed(), "first": 1}, KEY, id=id)
    (first,) = await production.refusals(1)
    reason = {"reason": "the test system sent it"}
    await intake.http.post(f"/dead/{first['refusal']}/drop", json=reason, headers=keys.staff("operator"))
    shown = (await intake.http.get(f"/facts/{id}", headers=mine)).json()
    await production.send({**completed(), "second": 2}, KEY, id=id)
    await production.send({**completed(), "first": 1}, KEY, id=id)
    answers = await production.refusals(2)
    listed = (await intake.http.get("/refusals", headers=mine)).json()["items"]
    assert shown["stage"] == "dropped"
    assert {answer["id"] for answer in answers} == {id}
    assert len({answer["refusal"] for answer in answers}) == 2
    assert sorted(each["stage"] for each in listed if each["id"] == id) == ["dropped", "refused"]


@pytest.mark.parametrize("mode", ["structured", "underscores"])
async def test_a_refused_fact_is_found_by_its_id_in_whichever_mode_it_was_sent(intake, production, keys, id, mode):
    attributes = {"specversion": "1.0", "id": id, "type": KEY, "source": "mes", "time": "2026-11-20T05:59:00Z"}
    wrong = {**completed(), "colour": "blue"}
    exchange = await (await production.connection.channel()).get_exchange(ingress.entrance("production"), ensure=False)
    if mode == "structured":
        said = {"content_type": "application/cloudevents+json"}
        body = {**attributes, "data": wrong}
    else:
        headers = {f"cloudEvents_{name}": value for name, value in attributes.items()}
        said = {"content_type": "application/json", "headers": headers}
        body = wrong
    await exchange.publish(aio_pika.Message(json.dumps(body).encode(), user_id="production", **said), KEY)
    (answer,) = await production.refusals(1)
    shown = (await intake.http.get(f"/facts/{id}", headers=keys.department("production"))).json()
    assert (answer["id"], answer["code"], shown["stage"], shown["id"]) == (id, "schema", "refused", id)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"user_id": "sales"}, "PRECONDITION_FAILED"),
        ({"routing_key": "sales.order_withdrawn.v1"}, "ACCESS_REFUSED"),
        ({"exchange": "in.sales"}, "ACCESS_REFUSED"),
        ({"exchange": "refused"}, "ACCESS_REFUSED"),
    ],
)
async def test_the_broker_itself_stops_who_pretends_or_goes_elsewhere(production, changes, refusal):
    with pytest.raises(aio_pika.exceptions.AMQPException) as stopped:
        await production.send(completed(), KEY, **changes)
    assert refusal in str(stopped.value)


async def test_a_department_declares_nothing(production):
    channel = await production.connection.channel()
    with pytest.raises(ChannelAccessRefused):
        await channel.declare_queue("mine")


@pytest.mark.parametrize("name", [ingress.entrance("production"), ingress.entrance("sales"), ingress.refusals("sales")])
async def test_a_department_reads_nothing_but_its_own_refusals(production, name):
    channel = await production.connection.channel()
    queue = await channel.get_queue(name, ensure=False)
    with pytest.raises(ChannelAccessRefused):
        await queue.get(fail=False)


async def test_a_blind_copy_reaches_nobody_else(intake, production, heard, running_servers, ingress_vhost):
    """RabbitMQ 4 refuses the message together with its copy; 3.10 lets it in, and the copy goes nowhere."""
    try:
        await production.send(completed(), KEY, headers={"BCC": ["sales.order_withdrawn.v1", "in.sales"]})
        admitted = 1
    except ChannelAccessRefused:
        admitted = 0
    assert len(await announced_so_far(intake, production, heard)) == admitted
    async with await aio_pika.connect(running_servers.vhost_url(ingress_vhost)) as connection:
        channel = await connection.channel()
        for name in ingress.departments():
            for queue in (ingress.entrance(name), ingress.refusals(name)):
                there = await channel.declare_queue(queue, passive=True)
                assert (queue, there.declaration_result.message_count) == (queue, 0)
