"""Departments without AMQP report the same facts over HTTP and learn what became of them."""

import json
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from intake.domain.fact import FACTS
from intake.domain.parts.cloud_event import MOST_VALUES, MOST_VALUES_OF_A_BATCH, SIZE_LIMIT
from intake.domain.parts.reporters import REPORTERS, STAFF, departments_of
from intake.domain.parts.tolerance import Tolerance
from intake.store import Stores
from intake.subscribers import gateways
from shared.aggregate import Refused
from shared.contracts.departments import DONE_BY, OrderWithdrawn
from shared.contracts.roles import Department
from shared.parking.parked import LARGEST_KEPT
from shared.parking.store import Parking
from shared.time_source import FixedTime
from shared.wire import ingress

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
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
    assert (answer.status_code, answer.json()["stage"]) == (202, "admitted")
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
        (b'{"\\ud800": 1, "\\ud800": 2}', "application/cloudevents+json", 422, "duplicate_field"),
        (b'[{"\\udfff": 1, "\\udfff": 2}]', "application/cloudevents-batch+json", 422, "duplicate_field"),
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


@pytest.mark.parametrize("attribute", ["id", "type", "source", "time", "traceparent"])
@pytest.mark.parametrize("unseen", ["\x00", "\x07", "\t", "\r\n", "\u202e", "\u200b", "\x80"], ids=ascii)
async def test_what_nobody_can_see_in_an_attribute_is_refused(http, sales, database, attribute, unseen):
    answer = await told(http, sales, **{attribute: f"x{unseen}2"})
    assert (answer.status_code, answer.json()["code"]) == (422, "attributes")
    assert database.published == ()


@pytest.mark.parametrize("attribute", ["id", "type", "source", "time", "specversion"])
async def test_an_attribute_in_two_headers_is_refused_whichever_was_meant(http, department, database, attribute):
    headers = [*department("sales").items(), ("Content-Type", "application/json")]
    headers += [(f"ce-{name}", text) for name, text in (*EVENT.items(), (attribute, EVENT[attribute]))]
    answer = await http.post("/facts", content=json.dumps(DATA), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "duplicate_field")
    assert answer.json()["detail"] == f"the field {attribute} is there twice; say which one is meant"
    assert database.published == ()


def event_of_an_sdk(**attributes):
    """As the Python SDK makes it."""
    time = datetime(2026, 11, 20, 5, 59, tzinfo=UTC)
    return CloudEvent({"id": "sdk-1", "type": EVENT["type"], "source": "crm", "time": time, **attributes}, DATA)


@pytest.mark.parametrize("mode", [to_binary_event, to_structured_event])
@pytest.mark.parametrize(
    "attributes", [{}, {"datacontenttype": "application/json"}, {"tenant": "cn"}], ids=["bare", "typed", "extended"]
)
async def test_what_the_python_sdk_sends_is_admitted(http, department, database, mode, attributes):
    message = mode(event_of_an_sdk(**attributes))
    answer = await http.post("/facts", content=message.body, headers={**department("sales"), **message.headers})
    assert (answer.status_code, answer.json()["id"]) == (202, "sdk-1")
    assert database.published == (OrderWithdrawn(**DATA),)


BODY_OF_JS = '{"order_no":"SO-2026-0412","reason":"客户项目取消"}'
SENT_BY_JS = {
    "binary": (
        {
            "content-type": "application/json",
            "ce-id": "js-1",
            "ce-time": "2026-11-20T05:59:00.000Z",
            "ce-type": "sales.order_withdrawn.v1",
            "ce-source": "crm",
            "ce-specversion": "1.0",
            "ce-tenant": "cn",
        },
        BODY_OF_JS,
    ),
    "structured": (
        {"content-type": "application/cloudevents+json; charset=utf-8"},
        '{"id":"js-1","time":"2026-11-20T05:59:00.000Z","type":"sales.order_withdrawn.v1","source":"crm",'
        f'"specversion":"1.0","datacontenttype":"application/json","data":{BODY_OF_JS},"tenant":"cn"}}',
    ),
}
"""Recorded from npm `cloudevents` 10.0.0, `HTTP.binary` and `HTTP.structured` of one event with an extension."""


@pytest.mark.parametrize("mode", SENT_BY_JS)
async def test_what_the_javascript_sdk_sends_is_admitted(http, department, database, mode):
    headers, body = SENT_BY_JS[mode]
    answer = await http.post("/facts", content=body.encode(), headers={**department("sales"), **headers})
    assert (answer.status_code, answer.json()["id"]) == (202, "js-1")
    assert database.published == (OrderWithdrawn(**DATA),)


async def batch(http, department, *events):
    headers = {**department("sales"), "Content-Type": "application/cloudevents-batch+json"}
    return await http.post("/facts", content=json.dumps(events), headers=headers)


async def test_each_event_of_a_batch_is_admitted_or_refused_by_itself(http, department, database):
    good, wrong = {**EVENT, "data": DATA}, {**EVENT, "id": "crm-2", "data": {"order_no": "SO-1"}}
    answer = await batch(http, department, good, wrong, {**good, "id": "crm-3"}, good)
    assert answer.status_code == 207
    assert [(each["id"], each["stage"], each["code"]) for each in answer.json()["items"]] == [
        ("crm-1", "admitted", None),
        ("crm-2", "refused", "schema"),
        ("crm-3", "admitted", None),
        ("crm-1", "admitted", None),
    ]
    assert database.published == (OrderWithdrawn(**DATA),) * 2


async def test_an_empty_batch_has_no_answers(http, department):
    answer = await batch(http, department)
    assert (answer.status_code, answer.json()) == (207, {"items": []})


async def test_a_batch_that_is_too_long_is_refused_as_a_whole(http, department, database):
    answer = await batch(http, department, *({**EVENT, "id": f"crm-{n}", "data": DATA} for n in range(101)))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert database.published == ()


async def test_a_refused_fact_is_kept_listed_and_found_by_its_id(http, sales):
    refused = (await told(http, sales, data={"order_no": "SO-1"})).json()
    shown = (await http.get("/facts/crm-1", headers=sales)).json()
    listed = (await http.get("/refusals", headers=sales)).json()["items"]
    assert (shown["id"], shown["type"], shown["stage"]) == ("crm-1", EVENT["type"], "refused")
    assert (shown["code"], shown["reason"]) == (refused["code"], refused["detail"])
    assert listed == [shown]


async def test_what_was_refused_may_be_told_right_under_the_same_id(http, sales, database):
    await told(http, sales, data={"order_no": "SO-1"})
    await told(http, sales)
    assert (await http.get("/facts/crm-1", headers=sales)).json()["stage"] == "admitted"
    assert database.published == (OrderWithdrawn(**DATA),)


async def test_a_fact_that_was_never_told_is_unknown_by_the_id_that_was_asked_for(http, sales):
    answer = await http.get("/facts/nothing", headers=sales)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "nothing" in answer.json()["detail"]


async def test_utf_16_is_no_json(http, sales):
    answer = await http.post("/facts", content=json.dumps({**EVENT, "data": DATA}).encode("utf-16"), headers=sales)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


def in_person(staff, *roles):
    return {**staff(*roles), **STRUCTURED}


async def test_a_colleague_tells_a_fact_of_the_own_department_in_person(http, staff, sales, database):
    answer = await told(http, in_person(staff, "account_manager"))

    assert (answer.status_code, answer.json()["stage"]) == (202, "admitted")
    assert database.published == (OrderWithdrawn(**DATA),)
    (envelope,) = database.outbox.envelopes
    assert (envelope.source, envelope.actor.kind, envelope.actor.role) == ("sales", "staff", "account_manager")
    assert (await http.get("/facts/crm-1", headers=sales)).json() == answer.json()


async def test_what_the_system_and_a_colleague_tell_under_one_id_is_one_fact(http, staff, sales, database):
    await told(http, sales)
    again = await told(http, in_person(staff, "account_manager"))
    other = await told(http, in_person(staff, "account_manager"), data={**DATA, "reason": "客户另有安排"})

    assert (again.status_code, other.status_code, other.json()["code"]) == (202, 409, "fact_differs")
    assert database.published == (OrderWithdrawn(**DATA),)


@pytest.mark.parametrize(
    ("role", "type", "code"),
    [
        ("warehouse", "sales.order_withdrawn.v1", "foreign_key"),
        ("warehouse", "design.goods_inspected.v1", "foreign_key"),
        ("rd_team", "design.sample_judged.v1", "foreign_key"),
        ("plant_manager", "production.breakdown_completed.v1", "foreign_key"),
        ("installation_foreman", "engineering.crew_reported.v1", "foreign_key"),
        ("finance", "nobody.nothing.v1", "foreign_key"),
        ("finance", "finance.nothing.v1", "unknown_key"),
    ],
)
async def test_a_fact_that_another_role_knows_is_refused_and_kept_for_the_tellers_department(
    http, staff, database, role, type, code
):
    answer = await told(http, in_person(staff, role), type=type)
    listed = (await http.get("/refusals", headers=staff(role))).json()["items"]

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [(each["id"], each["type"], each["stage"]) for each in listed] == [("crm-1", type, "refused")]
    assert database.published == ()


DESIGNERS = ("project_team", "rd_team")
DRAWN = {"order_no": "SO-1", "drawing_kind": "plan", "version": 1, "files": ["a.pdf"]}
JUDGED = {"order_no": "SO-1", "sample_no": "DY-1", "outcome": "confirmed"}
INSPECTED = {"order_no": "SO-1", "outcome": "passed"}
COUNTED = {"return_no": "TH-2026-11-0007", "lines": [{"part": "门锁", "quantity": 1}], "received_at": EVENT["time"]}
DONE = {
    "design.design_submitted.v1": (DESIGNERS, "designer", DRAWN),
    "design.sample_judged.v1": (("design_director",), "judged_by", JUDGED),
    "design.goods_inspected.v1": ((*DESIGNERS, "design_director"), "inspector", INSPECTED),
    "warehouse.return_received.v1": (("warehouse",), "signed_by", COUNTED),
}
"""By its key a fact that says whose work it is: the roles that do it, the field that names who did, and the rest."""


@pytest.mark.parametrize(("key", "role"), [(key, role) for key, (roles, _, _) in DONE.items() for role in roles])
async def test_whoever_draws_judges_inspects_or_signs_tells_the_own_work_in_person_and_no_colleague_s(
    http, staff, database, key, role
):
    _, field, rest = DONE[key]
    colleagues = await told(http, in_person(staff, role), type=key, data={**rest, field: "cs-08"})
    own = await told(http, in_person(staff, role), type=key, id="crm-2", data={**rest, field: "CS-07"})

    assert (colleagues.status_code, colleagues.json()["code"]) == (422, "another_person")
    assert (own.status_code, own.json()["stage"]) == (202, "admitted")
    assert [getattr(event, field) for event in database.published] == ["CS-07"]


async def test_what_a_colleague_has_told_for_another_stays_refused_when_an_operator_replays_it(http, staff, database):
    (role,), field, rest = DONE["design.sample_judged.v1"]
    await told(http, in_person(staff, role), type="design.sample_judged.v1", data={**rest, field: "cs-08"})

    with pytest.raises(Refused) as refused:
        await replay(database, "design", await kept(database, "design"))

    assert (refused.value.code, database.published) == ("another_person", ())


def test_every_fact_that_says_whose_work_it_is_is_told_in_person_by_that_person_alone():
    marked = {
        (key, name)
        for key, kind in FACTS.items()
        for name, field in kind.model_fields.items()
        if DONE_BY in field.metadata
    }

    assert marked == {(key, field) for key, (_, field, _) in DONE.items()}


async def test_who_is_in_two_departments_tells_each_fact_in_the_name_of_its_own(http, staff, database):
    both = in_person(staff, "warehouse", "account_manager")
    await told(http, both)

    assert [envelope.source for envelope in database.outbox.envelopes] == ["sales"]
    assert (await http.get("/facts/crm-1", headers=both)).json()["stage"] == "admitted"
    assert [each["id"] for each in (await http.get("/facts", headers=both)).json()["items"]] == ["crm-1"]


async def test_a_colleague_tells_several_facts_at_once_each_by_itself(http, staff, database):
    mine, other = {**EVENT, "data": DATA}, {**EVENT, "id": "crm-2", "type": "finance.payment_received.v1", "data": DATA}
    headers = {**staff("sales_assistant"), "Content-Type": "application/cloudevents-batch+json"}
    answer = await http.post("/facts", content=json.dumps([other, mine]), headers=headers)

    assert [(each["id"], each["stage"], each["code"]) for each in answer.json()["items"]] == [
        ("crm-2", "refused", "foreign_key"),
        ("crm-1", "admitted", None),
    ]
    assert database.published == (OrderWithdrawn(**DATA),)


@pytest.mark.parametrize("role", ["account_manager", "warehouse"])
async def test_a_colleague_sees_the_facts_of_the_own_department_alone(http, staff, sales, role):
    await told(http, sales)
    seen = (await http.get("/facts", headers=staff(role))).json()["items"]
    assert [each["id"] for each in seen] == (["crm-1"] if role == "account_manager" else [])
    assert (await http.get("/facts/crm-1", headers=staff(role))).status_code == (200 if seen else 404)


async def kept(database, department, **changed):
    """The message that was refused, as an operator replays it, with another body where one is given."""
    (parked,) = [each async for each in Parking(database).each({"queue": ingress.entrance(department)})]
    return parked.letter.but(**changed).message(parked.queue)


async def replay(database, department, message):
    doors = gateways(Stores.on(database).facts, FixedTime(NOW), Tolerance())
    cause, touches = await next(door for door in doors if door.department == department).hear(message)
    for touch in touches:
        await touch.collection.group_commit.commit(cause, touch)


@pytest.mark.parametrize("media_type", ["application/cloudevents+json", "application/cloudevents-batch+json"])
async def test_what_a_colleague_may_not_tell_stays_refused_when_an_operator_replays_it(
    http, staff, database, media_type
):
    told = {**EVENT, "type": "design.sample_judged.v1", "data": DATA}
    headers = {**staff("project_team"), "Content-Type": media_type}
    await http.post("/facts", content=json.dumps([told] if "batch" in media_type else told), headers=headers)

    with pytest.raises(Refused) as refused:
        await replay(database, "design", await kept(database, "design"))

    assert refused.value.code == "foreign_key"
    assert database.published == ()


async def test_what_a_colleague_told_is_announced_as_theirs_once_an_operator_has_repaired_it(http, staff, database):
    await told(http, in_person(staff, "account_manager"), data={**DATA, "colour": "blue"})
    repaired = json.dumps({**EVENT, "data": DATA})

    await replay(database, "sales", await kept(database, "sales", body=repaired))

    assert database.published == (OrderWithdrawn(**DATA),)
    (envelope,) = database.outbox.envelopes
    assert (envelope.source, envelope.actor.kind, envelope.actor.id, envelope.actor.role) == (
        "sales",
        "staff",
        "cs-07",
        "account_manager",
    )


async def test_what_a_system_told_is_announced_as_the_departments_once_an_operator_has_repaired_it(
    http, sales, database
):
    await told(http, sales, data={**DATA, "colour": "blue"})
    await replay(database, "sales", await kept(database, "sales", body=json.dumps({**EVENT, "data": DATA})))

    assert [(each.actor.kind, each.actor.id) for each in database.outbox.envelopes] == [("department", "sales")]


def test_every_fact_has_roles_that_tell_it_in_person():
    assert set(REPORTERS) == set(FACTS)
    assert all(REPORTERS.values())
    assert departments_of(frozenset(STAFF)) == tuple(Department)


async def test_an_event_of_a_batch_is_no_larger_than_a_fact_that_comes_alone(http, department, database):
    lines = [{"description": "80 款双玻百叶高隔断", "special_spec": "宽" * 3000, "quantity": 1}] * 30
    large = {**EVENT, "id": "crm-2", "data": {**DATA, "lines": lines}}

    answer = await batch(http, department, {**EVENT, "data": DATA}, large)

    assert [(each["id"], each["code"]) for each in answer.json()["items"]] == [("crm-1", None), ("crm-2", "too_large")]
    assert database.published == (OrderWithdrawn(**DATA),)


async def test_an_event_of_a_batch_has_no_more_values_than_a_fact_that_comes_alone(http, department, database):
    many = {**EVENT, "id": "crm-2", "data": {**DATA, "values": [0] * MOST_VALUES}}

    answer = await batch(http, department, {**EVENT, "data": DATA}, many)

    assert [(each["id"], each["code"]) for each in answer.json()["items"]] == [("crm-1", None), ("crm-2", "too_large")]
    assert database.published == (OrderWithdrawn(**DATA),)


TOO_MANY_VALUES = f"a fact has at most {MOST_VALUES} values, all of a batch {MOST_VALUES_OF_A_BATCH}"


@pytest.mark.parametrize("repeated", [",0", ',{"a":0}', ',""', ",0.5", ",[[0]]"])
async def test_a_fact_of_too_many_values_is_refused_and_the_beginning_is_kept(http, sales, database, repeated):
    values = "[0" + repeated * MOST_VALUES + "]"
    body = json.dumps({**EVENT, "data": DATA})[:-1] + f', "values": {values}}}'

    answer = await http.post("/facts", content=body, headers=sales)

    refused = {"status": 413, "code": "too_large", "detail": TOO_MANY_VALUES}
    assert answer.json().items() >= refused.items()
    (parked,) = [each async for each in Parking(database).each({"queue": ingress.entrance("sales")})]
    assert parked.letter.body == body[:LARGEST_KEPT]
    assert database.published == ()
