"""Departments without AMQP report the same facts over HTTP and learn what became of them."""

import json

import pytest

from intake.domain.parts.cloud_event import SIZE_LIMIT
from shared.contracts.departments import OrderWithdrawn
from shared.wire import ingress

DATA = {"order_no": "SO-2026-0412", "reason": "客户项目取消"}
EVENT = {
    "specversion": "1.0",
    "id": "crm-1",
    "type": "sales.order_withdrawn.v1",
    "source": "sales",
    "time": "2026-11-20T05:59:00Z",
}
STRUCTURED = {"Content-Type": "application/cloudevents+json"}


async def told(http, headers, **fields):
    return await http.post("/facts", content=json.dumps({**EVENT, "data": DATA, **fields}), headers=headers)


@pytest.fixture
def sales(department):
    return {**department("sales"), **STRUCTURED}


async def test_a_fact_in_structured_mode_is_admitted(http, sales, database):
    answer = await told(http, sales)
    shown = await http.get("/facts/crm-1", headers=sales)
    assert (answer.status_code, answer.json()["state"]) == (202, "admitted")
    assert database.published == (OrderWithdrawn(**DATA),)
    assert shown.json() == answer.json()


async def test_a_fact_in_binary_mode_is_admitted(http, sales, database):
    headers = {**sales, "Content-Type": "application/json", **{f"ce-{name}": text for name, text in EVENT.items()}}
    answer = await http.post("/facts", content=json.dumps(DATA), headers=headers)
    assert answer.status_code == 202
    assert database.published == (OrderWithdrawn(**DATA),)


async def test_a_fact_is_announced_in_the_departments_name(http, sales, database):
    await told(http, sales)
    (envelope,) = database.outbox.envelopes
    assert (envelope.key, envelope.source, envelope.actor.kind, envelope.actor.id) == (
        "sales.order_withdrawn.v1",
        "sales",
        "department",
        "sales",
    )


async def test_the_same_fact_three_times_is_announced_once(http, sales, database):
    answers = [(await told(http, sales)).status_code for _ in range(3)]
    assert answers == [202, 202, 202]
    assert len(database.published) == 1


async def test_another_fact_under_the_same_id_is_refused(http, sales, database):
    await told(http, sales)
    answer = await told(http, sales, data={**DATA, "reason": "别的原因"})
    assert (answer.status_code, answer.json()["code"]) == (409, "fact_differs")
    assert len(database.published) == 1


@pytest.mark.parametrize(
    ("fields", "status", "code", "named"),
    [
        ({"type": "finance.payment_received.v1"}, 422, "foreign_key", "yours begin with sales."),
        ({"type": "sales.sun_shone.v1"}, 422, "unknown_key", "sales.order_requested.v1"),
        ({"data": {**DATA, "colour": "blue"}}, 422, "schema", "colour: Extra inputs are not permitted"),
        ({"data": {"order_no": {"$gt": ""}, "reason": "x"}}, 422, "schema", "order_no"),
        ({"time": "2026-11-20T07:00:00Z"}, 422, "time_ahead", "lies ahead"),
        ({"id": ""}, 422, "attributes", "id must be"),
        ({"specversion": None}, 422, "attributes", "specversion"),
        ({"data": {**DATA, "reason": "x" * SIZE_LIMIT}}, 413, "too_large", "at most"),
    ],
)
async def test_a_fact_that_does_not_fit_is_answered_with_the_reason(http, sales, database, fields, status, code, named):
    answer = await told(http, sales, **fields)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert named in answer.json()["detail"]
    assert database.published == ()


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"{", "application/cloudevents+json", 400, "malformed_json"),
        (b"not json", "text/plain", 415, "content_type"),
        (b'{"id": "a", "id": "b"}', "application/cloudevents+json", 422, "duplicate_field"),
    ],
)
async def test_what_is_no_fact_at_all_is_refused(http, sales, content, content_type, status, code):
    answer = await http.post("/facts", content=content, headers={**sales, "Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("key", ["forged", "sales.forged", "finance.forged", ""])
async def test_a_forged_key_admits_nothing(http, key, database):
    answer = await told(http, {**STRUCTURED, "X-API-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert database.published == ()


async def test_staff_do_not_report_in_a_departments_name(http, staff):
    answer = await told(http, {**staff("cs_director"), **STRUCTURED})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_department_sees_its_own_facts_only(http, department, sales):
    await told(http, sales)
    theirs = department("finance")
    assert (await http.get("/facts/crm-1", headers=theirs)).status_code == 404
    assert (await http.get("/facts", headers=theirs)).json()["items"] == []
    assert [each["id"] for each in (await http.get("/facts", headers=sales)).json()["items"]] == ["crm-1"]


@pytest.mark.parametrize("name", ingress.departments())
async def test_every_department_may_report(http, department, name):
    assert (await http.get("/facts", headers=department(name))).status_code == 200


@pytest.mark.parametrize("attribute", ["id", "type", "source", "time", "traceparent"])
async def test_half_a_character_in_an_attribute_is_refused(http, sales, attribute):
    answer = await told(http, sales, **{attribute: "x2\ud83d"})
    assert (answer.status_code, answer.json()["code"]) == (422, "attributes")
