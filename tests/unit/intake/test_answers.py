"""A department is told what the services behind made of its fact, where it looks for that."""

import json
from datetime import UTC, datetime
from uuid import uuid4

from intake.api.facts import AdmittedRow, ServiceView
from intake.domain.decisions.answers import keep_answer
from intake.domain.fact import Fact
from intake.domain.parts.cloud_event import CloudEvent
from intake.domain.parts.service_answer import ServiceAnswer
from intake.subscribers import for_its_department
from shared.audit.trail import Asked
from shared.contracts.orders import FactAnsweredByOrders
from shared.contracts.roles import Department
from shared.testing import cause as asked

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
DELAY = {"order_no": "SO-2026-0412", "expected_ready_on": "2026-11-30", "reason_text": "钢化玻璃补片尚未到厂"}
TOLD = CloudEvent(id="mes-1", type="production.production_delayed.v1", source="production", time=NOW, data=DELAY)
FACT = Fact.blank("production", TOLD)
REASON = "the goods left on 2026-11-18; nothing is left to delay"
REFUSED = ServiceAnswer(service="orders", outcome="refused", sequence=2, code="left_already", reason=REASON, at=NOW)
SAID = "订单：货物已经发出，不能再报延期"


def answered(outcome="refused", code="left_already", reason=REASON, fact=FACT.id):
    said = {"outcome": outcome, "code": code, "reason": reason}
    return FactAnsweredByOrders.model_validate({"fact_id": fact, "fact": TOLD.type, "answered_at": NOW, **said})


async def reported(world):
    headers = {"Content-Type": "application/cloudevents+json"}
    told = {"id": TOLD.id, "type": TOLD.type, "source": TOLD.source, "time": TOLD.time.isoformat(), "data": TOLD.data}
    content = {"specversion": "1.0", **told}
    answer = await world.ask(Department.PRODUCTION, "POST", "/facts", content, headers=headers)
    assert answer.status_code == 202
    return answer.json()


async def shown(world):
    return (await world.ask(Department.PRODUCTION, "GET", "/facts/mes-1")).json()["services"]


async def test_a_fact_that_no_service_has_heard_of_yet_is_pending_there(world):
    pending = ServiceView(service="orders", outcome="pending", said="订单：尚未处理").model_dump(mode="json")
    assert (await reported(world))["services"] == [pending]


async def test_a_department_reads_that_orders_refused_its_fact_and_why(world):
    await reported(world)
    await world.hear(answered(), sequence=2)
    assert await shown(world) == [
        {
            "service": "orders",
            "outcome": "refused",
            "code": "left_already",
            "reason": REASON,
            "said": SAID,
            "at": "2026-11-20T06:00:00.000000Z",
        }
    ]


async def test_the_latest_answer_counts_in_whichever_order_they_are_heard(world):
    await reported(world)
    await world.hear(answered("taken", None, None), sequence=3)
    await world.hear(answered("waiting", "not_found", "there is no order"), sequence=2)
    assert [each["outcome"] for each in await shown(world)] == ["taken"]


async def test_an_answer_about_a_fact_that_did_not_come_in_here_changes_nothing(world):
    assert await world.hear(answered(fact=uuid4())) == ()


def test_an_answer_heard_twice_is_kept_once():
    once = keep_answer(FACT, "orders", answered(), 2, asked(NOW)).state
    assert once.answers == (REFUSED,)
    assert keep_answer(once, "orders", answered(), 2, asked(NOW)).state == once


def test_each_service_has_its_own_answer():
    fact = keep_answer(FACT, "orders", answered(), 2, asked(NOW)).state
    both = keep_answer(fact, "intake", answered("taken", None, None), None, asked(NOW)).state
    taken = ServiceAnswer(service="intake", outcome="taken", sequence=1, at=NOW)
    assert both.answers == (REFUSED, taken)


def test_a_fact_that_no_service_acts_on_says_so():
    row = AdmittedRow(event_id="x-1", type="production.forgotten.v1", at=NOW, id=FACT.id)
    assert (row.view().services, row.view().said) == ([], "此类事实目前没有系统处理，仅存档备查")


def test_what_was_refused_behind_goes_to_the_queue_of_its_department():
    fact = FACT.but(answers=(REFUSED,))
    answer = for_its_department(fact)
    assert answer is not None
    assert (answer.exchange, answer.routing_key) == ("refused", "production")
    assert json.loads(answer.body) == {
        "id": "mes-1",
        "type": "production.production_delayed.v1",
        "service": "orders",
        "outcome": "refused",
        "code": "left_already",
        "reason": REASON,
        "said": SAID,
        "at": NOW.isoformat(),
    }


def test_what_was_taken_with_an_objection_goes_to_the_queue_of_its_department():
    told = REFUSED.but(outcome="taken", code="looked_into", reason="客户多付500.00 CNY，请核对")
    answer = for_its_department(FACT.but(answers=(told,)))
    assert answer is not None
    body = json.loads(answer.body)
    assert (body["outcome"], body["code"], body["said"]) == (
        "taken",
        "looked_into",
        "订单：已受理，但有疑点，已列入异常清单待核实，详见 reason",
    )


def test_what_was_taken_or_is_tried_again_is_not_in_the_queue_of_refusals():
    for outcome in ("taken", "waiting"):
        assert for_its_department(FACT.but(answers=(REFUSED.but(outcome=outcome, code=None),))) is None
    assert for_its_department(FACT) is None


async def test_a_fact_that_is_refused_at_the_door_is_in_the_audit_trail(world):
    headers = {"Content-Type": "application/cloudevents+json"}
    await world.ask(Department.PRODUCTION, "POST", "/facts", {"specversion": "1.0"}, headers=headers)
    (entry,) = (await world.service.plumbing.trail.audit.entries(Asked())).items
    assert (entry.kind, entry.who, entry.route, entry.status, entry.code) == (
        "refused",
        "production",
        "/facts",
        422,
        "attributes",
    )
