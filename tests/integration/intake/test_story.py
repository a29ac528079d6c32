"""Intake on real servers: a file, an order, a timeline, a forgery, and the call that was not made."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from front_desk import desk
from pymongo import MongoClient
from talks import PRESALES_TALK
from waiting import until

from shared import time_source
from shared.contracts.deadline import RunningDeadline
from shared.contracts.intake import (
    CallbackDue,
    DeadlineApproachingAtIntake,
    DeadlineMissedByIntake,
    DeadlineSetByIntake,
    OrderPlaced,
)
from shared.contracts.orders import AcceptancePassed
from shared.contracts.vocabulary import CustomerSnapshot, order_id_of
from shared.testing import cause
from shared.wire.broker import EventPublisher, safe_broker
from shared.wire.envelope import Envelope

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
HENGDA = {
    "name": "广州恒达装饰工程有限公司",
    "contacts": [{"name": "王建国", "title": "王总", "mobile": "13800138000"}],
    "source": "sales",
}

TALK = PRESALES_TALK | {"content": "玻璃门有异响"}


async def post(intake, path, body, headers):
    answer = await intake.http.post(path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


async def heard_until(heard, kind):
    """Everything that was announced up to an event of this kind, and that one."""
    found = []

    async def there():
        found.extend(await heard.fresh())
        return any(isinstance(event, kind) for event in found)

    await until(there)
    return found, next(event for event in found if isinstance(event, kind))


async def timeline(intake, keys, customer_id):
    answer = await intake.http.get(f"/customers/{customer_id}/timeline", headers=keys.staff())
    return [moment["key"] for moment in answer.json()["items"]]


async def duties(intake, keys, customer_id):
    params = {"customer_id": str(customer_id)}
    answer = await intake.http.get("/duties", params=params, headers=keys.staff())
    return [(duty["kind"], duty["due_at"]) for duty in answer.json()["items"]]


@pytest.mark.requirement("R123.b")
async def test_a_verified_order_travels_with_its_customer(intake, heard, keys):
    customer_id = (await post(intake, "/customers", HENGDA, keys.staff()))["customer_id"]
    order_no = f"SO-{uuid4().hex[:8].upper()}"
    order = {
        "customer_id": customer_id,
        "order_no": order_no,
        "lines": [{"description": "高隔断", "quantity": 2}],
        "verified": {"by": "cs-07", "at": "2026-11-20T05:00:00Z"},
    }
    await post(intake, "/orders", order, keys.staff())
    _, placed = await heard_until(heard, OrderPlaced)
    assert (placed.order_id, placed.customer.mobile, placed.verified_by) == (
        order_id_of(order_no),
        "13800138000",
        "cs-07",
    )


@pytest.mark.requirement("R192.a")
async def test_what_other_services_say_is_in_the_customers_timeline(intake, settings, keys):
    customer_id = UUID((await post(intake, "/customers", HENGDA, keys.staff()))["customer_id"])
    accepted = AcceptancePassed(
        order_id=order_id_of("SO-1"),
        order_no="SO-1",
        accepted_at=NOW,
        signatory="王建国",
        customer_kind="end",
        customer=CustomerSnapshot(customer_id=customer_id, name=HENGDA["name"]),
    )
    async with safe_broker(settings.rabbit_url.get_secret_value(), "orders") as broker:
        later = cause(NOW + timedelta(minutes=1))
        await EventPublisher(broker).publish([Envelope.of(accepted, uuid4(), accepted.order_id, 1, later)])

    async def complete():
        return len(await timeline(intake, keys, customer_id)) == 3

    await until(complete)
    assert sorted(await timeline(intake, keys, customer_id)) == [
        "intake.callback_due.v1",
        "intake.customer_registered.v1",
        "orders.acceptance_passed.v1",
    ]


@pytest.mark.requirement("R043.b")
async def test_a_talk_that_was_altered_in_the_database_is_found(intake, running_servers, settings, keys):
    customer_id = (await post(intake, "/customers", HENGDA, keys.staff()))["customer_id"]
    path = f"/customers/{customer_id}"
    for _ in range(3):
        await post(intake, f"{path}/contacts", TALK, keys.staff())
    before = (await intake.http.get(f"{path}/verify", headers=keys.staff())).json()
    with MongoClient(running_servers.mongo_url) as client:
        logs = client[settings.mongo_database]["contact_logs"]
        found = {"state.customer_id": customer_id}
        assert (
            logs.update_one(found, {"$set": {"state.entries.1.content.talk.content": "一切正常"}}).modified_count == 1
        )
    after = (await intake.http.get(f"{path}/verify", headers=keys.staff())).json()
    assert before == {"whole": True, "altered": []}
    assert [(each["record"], each["entry"]) for each in after["altered"]] == [("contacts", 2)]


@pytest.mark.requirement("R043.b")
async def test_a_talk_that_was_removed_from_the_database_is_missed(intake, running_servers, settings, keys):
    customer_id = (await post(intake, "/customers", HENGDA, keys.staff()))["customer_id"]
    await post(intake, f"/customers/{customer_id}/contacts", TALK, keys.staff())

    async def remembered():
        return "intake.contact_recorded.v1" in await timeline(intake, keys, customer_id)

    await until(remembered)
    with MongoClient(running_servers.mongo_url) as client:
        logs = client[settings.mongo_database]["contact_logs"]
        assert logs.delete_one({"state.customer_id": customer_id}).deleted_count == 1
    after = (await intake.http.get(f"/customers/{customer_id}/verify", headers=keys.staff())).json()
    assert [(each["record"], each["entry"]) for each in after["altered"]] == [("contacts", 1)]


@pytest.mark.requirement("R027.b", "R027.c")
async def test_a_visit_that_nobody_calls_about_is_missed_once_by_two_replicas(intake, settings, heard, keys, time_file):
    report = {
        "shop_name": "明镜眼镜店",
        "customer_name": "陈先生",
        "mobile": "13700137000",
        "left_at": "2026-11-20T05:59:00Z",
    }
    async with desk(settings) as second:
        await post(second, "/visits", report, keys.staff("account_manager", id="am-03"))
        heard_first, due = await heard_until(heard, CallbackDue)
        time_source.write(time_file, NOW + timedelta(minutes=21), 0)
        reminded, _ = await heard_until(heard, DeadlineApproachingAtIntake)
        time_source.write(time_file, NOW + timedelta(minutes=31), 0)
        heard_then, missed = await heard_until(heard, DeadlineMissedByIntake)
        await until(intake.settled)
        await until(second.settled)
    assert (due.kind, due.due_at) == ("visit_30min", NOW + timedelta(minutes=30))
    heard_in_all = (*heard_first, *reminded, *heard_then, *await heard.fresh())
    clock_events = [each for each in heard_in_all if isinstance(each, RunningDeadline)]
    assert Counter(type(event) for event in clock_events) == {
        DeadlineSetByIntake: 1,
        DeadlineApproachingAtIntake: 1,
        DeadlineMissedByIntake: 1,
    }, "each replica announces by itself, in no common order"
    assert {event.deadline_id for event in clock_events} == {missed.deadline_id}
    assert await duties(intake, keys, due.customer.customer_id) == [("callback_visit", "2026-11-20T06:30:00.000000Z")]
