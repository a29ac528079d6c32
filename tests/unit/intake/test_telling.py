"""Staff of a department tell in person what is theirs to know, by a form for each fact, and see what became of it."""

import json
from uuid import uuid4

import pytest

from intake.api.telling import BODIES
from intake.domain.fact import FACTS
from intake.domain.parts.reporters import REPORTERS, STAFF, WITHOUT_A_FORM
from intake.pages.words import TOLD
from kefu.example import example
from shared.contracts.departments import DONE_BY
from shared.contracts.event import HAPPENED
from shared.contracts.roles import TELLERS, Role

KEYS = sorted(BODIES)
TELLER = "cs-07"


def said(key):
    """What a colleague would say of their own work that is done."""
    fields = FACTS[key].model_fields.items()
    own = {name: TELLER for name, field in fields if DONE_BY in field.metadata}
    done = {name: "2026-11-20T05:00:00.000000Z" for name, field in fields if HAPPENED in field.metadata}
    return json.loads(example(FACTS[key]).model_dump_json()) | own | done


async def tell(http, headers, key, body, again=None):
    return await http.post(f"/facts/{key}", json=body, headers={**headers, "Idempotency-Key": str(again or uuid4())})


def test_every_fact_that_staff_tell_has_a_form_but_those_that_are_recorded_elsewhere():
    assert set(BODIES) | WITHOUT_A_FORM == set(REPORTERS)
    assert set(TOLD) == set(BODIES)


def test_other_services_know_who_tells_facts_in_person():
    assert set(TELLERS) == set(STAFF)
    assert len(TELLERS) == len(STAFF)


@pytest.mark.parametrize("key", KEYS)
async def test_each_fact_is_admitted_once_in_the_name_of_who_tells_it(http, staff, database, key):
    body, again, role = said(key), uuid4(), REPORTERS[key][0]
    answers = [await tell(http, staff(role), key, body, again) for _ in range(2)]

    assert [(each.status_code, each.json()["stage"], each.json()["type"]) for each in answers] == [
        (202, "admitted", key)
    ] * 2
    assert answers[0].json() == answers[1].json()
    (envelope,) = database.outbox.envelopes
    assert (envelope.key, envelope.actor.id, envelope.actor.role) == (key, TELLER, role)
    assert database.published == (FACTS[key].model_validate(body),)


@pytest.mark.parametrize("key", KEYS)
async def test_no_fact_is_told_by_another_role_or_with_a_field_too_many_or_too_few(http, staff, database, key):
    body, role = said(key), REPORTERS[key][0]
    first = next(iter(body))
    other = next(each for each in Role if each not in REPORTERS[key])
    answers = [
        await tell(http, staff(other), key, body),
        await tell(http, staff(role), key, body | {"colour": "blue"}),
        await tell(http, staff(role), key, {name: each for name, each in body.items() if name != first}),
    ]

    assert [each.status_code for each in answers] == [403, 422, 422]
    assert [each.json()["errors"][0]["where"] for each in answers[1:]] == ["body.colour", f"body.{first}"]
    assert database.published == ()


async def test_what_a_colleague_has_done_is_not_told_for_them(http, staff, database):
    key = "design.sample_judged.v1"
    answer = await tell(http, staff("design_director"), key, said(key) | {"judged_by": "cs-08"})

    assert (answer.status_code, answer.json()["code"]) == (409, "another_person")
    assert database.published == ()


async def test_the_page_of_each_role_has_exactly_the_forms_of_its_facts(http, staff):
    for role in STAFF:
        page = (await http.get("/ui/facts", headers=staff(role))).text
        offered = {key for key in KEYS if f'data-send="/intake/facts/{key}"' in page}
        assert offered == {key for key in KEYS if role in REPORTERS[key]}


async def test_the_page_says_what_became_of_what_was_told_and_of_what_was_refused(http, staff):
    key = "production.production_delayed.v1"
    await tell(http, staff("plant_manager"), key, said(key) | {"order_no": "SO-77"})
    event = {"specversion": "1.0", "id": "erp-1", "type": key, "source": "erp", "time": "2026-11-20T05:59:00Z"}
    headers = {**staff("plant_manager"), "Content-Type": "application/cloudevents+json"}
    await http.post("/facts", content=json.dumps({**event, "data": {"order_no": "SO-78"}}), headers=headers)

    admitted = (await http.get("/ui/facts", headers=staff("planner"))).text
    refused = (await http.get("/ui/facts?stage=refused", headers=staff("planner"))).text
    elsewhere = (await http.get("/ui/facts", headers=staff("warehouse"))).text

    assert "SO-77" in admitted
    assert "订单：尚未处理" in admitted
    assert "erp-1" in refused
    assert "expected_ready_on" in refused
    assert "SO-77" not in elsewhere


async def test_the_forms_begin_with_the_order_from_whose_page_one_comes(http, staff):
    page = (await http.get("/ui/facts?about=SO-77", headers=staff("warehouse"))).text
    assert 'value="SO-77"' in page
