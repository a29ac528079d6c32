"""The departments' gateway: sender, key, headers and content are verified before anything is believed."""

import json
from datetime import UTC, datetime

import pytest

from intake.domain.parts.cloud_event import SIZE_LIMIT
from intake.domain.parts.tolerance import Tolerance
from intake.store import Stores
from intake.subscribers import gateways
from shared.aggregate import Refused
from shared.contracts.departments import ProductionCompleted
from shared.parking.parked import RetryPolicy
from shared.parking.store import Parking
from shared.service import Service
from shared.testing import InMemoryDatabase
from shared.time_source import FixedTime
from shared.wire import ingress
from shared.wire.message import Message

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
KEY = "production.production_completed.v1"
DATA = {"order_no": "SO-2026-0412", "completed_at": "2026-11-20T05:00:00Z", "quantity_ok": 24}
HEADERS = {
    "cloudEvents:specversion": "1.0",
    "cloudEvents:id": "mes-1",
    "cloudEvents:type": KEY,
    "cloudEvents:source": "production",
    "cloudEvents:time": "2026-11-20T05:59:00Z",
}


@pytest.fixture
def database():
    return InMemoryDatabase()


@pytest.fixture
def production(database):
    doors = gateways(Stores.on(database).facts, FixedTime(NOW), Tolerance())
    return next(door for door in doors if door.department == "production")


def message(data=DATA, **fields):
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    said = {
        "queue": "in.production",
        "routing_key": KEY,
        "headers": HEADERS,
        "body": body,
        "content_type": "application/json",
        "user_id": "production",
    }
    return Message(**{**said, **fields})


async def admit(gateway, sent):
    cause, touches = await gateway.hear(sent)
    for touch in touches:
        await touch.collection.group_commit.commit(cause, touch)


async def test_a_fact_of_the_department_goes_onto_the_bus(database, production):
    await admit(production, message())
    assert database.published == (ProductionCompleted.model_validate(DATA),)


async def test_the_other_spelling_of_cloudevents_headers_is_understood(database, production):
    headers = {name.replace(":", "_"): value for name, value in HEADERS.items()}
    await admit(production, message(headers=headers))
    assert len(database.published) == 1


async def test_the_same_message_three_times_is_one_fact(database, production):
    for _ in range(3):
        await admit(production, message())
    assert len(database.published) == 1


async def test_another_fact_under_the_same_id_is_refused(database, production):
    await admit(production, message())
    with pytest.raises(Refused) as refused:
        await admit(production, message({**DATA, "quantity_ok": 23}))
    assert refused.value.code == "fact_differs"
    assert len(database.published) == 1


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({"user_id": "sales"}, "sender", "name your own user, production"),
        ({"routing_key": "production.sample_made.v1"}, "key", "must equal the type"),
        ({"headers": {**HEADERS, "CC": ["orders.order_closed.v1"]}}, "headers", "leave out CC"),
        ({"headers": {**HEADERS, "bcc": ["x"]}}, "headers", "leave out bcc"),
        ({"reply_to": "amq.gen-1"}, "headers", "leave out reply_to"),
        ({"expiration": "1000"}, "headers", "leave out expiration"),
        ({"content_encoding": "gzip"}, "content_type", "without content_encoding 'gzip'"),
        ({"headers": {}}, "attributes", "specversion"),
        ({"headers": {**HEADERS, "cloudEvents:id": None}}, "attributes", "id must be"),
        ({"headers": {**HEADERS, "cloudEvents:id": "a\x00b"}}, "attributes", "characters that can be seen: 'a\\x00b'"),
        ({"headers": {**HEADERS, "cloudEvents_id": "another"}}, "duplicate_field", "the field id is there twice"),
        ({"content_type": "text/plain"}, "content_type", "not text/plain"),
        ({"data": b"not json"}, "malformed_json", "the body is not JSON"),
        ({"data": b"\x80"}, "malformed_json", "the body is not JSON"),
        ({"data": b'"' + b"x" * SIZE_LIMIT + b'"'}, "too_large", "at most"),
        ({"data": {**DATA, "$where": "1"}}, "schema", "$where: Extra inputs are not permitted"),
    ],
)
async def test_what_cannot_be_believed_is_refused_by_name(database, production, fields, code, named):
    with pytest.raises(Refused) as refused:
        await admit(production, message(**fields))
    assert refused.value.code == code
    assert named in refused.value.detail
    assert database.published == ()


@pytest.mark.parametrize("left_out", ["user_id", "content_type"])
async def test_what_the_exchange_and_the_mode_tell_already_may_be_left_out(database, production, left_out):
    await admit(production, message(**{left_out: None}))
    assert len(database.published) == 1


DRAWN = {"order_no": "SO-2026-0412", "drawing_kind": "plan", "version": 1, "files": ["drawings/plan-v1.pdf"]}


@pytest.mark.parametrize("designer", ["designer-\u043e4", "designer\u200b-04", "ｄesigner-04", " "])
async def test_a_colleague_in_letters_that_look_like_others_is_no_colleague(database, designer):
    with pytest.raises(Refused) as refused:
        await admit(*drawn(database, designer))
    assert refused.value.code == "schema"
    assert "designer: Value error, the subject has" in refused.value.detail
    assert database.published == ()


async def test_a_colleague_in_a_fact_is_an_identity(database):
    await admit(*drawn(database, " ren\u0065\u0301 "))
    assert [event.designer for event in database.published] == ["ren\u00e9"]


def drawn(database, designer):
    doors = gateways(Stores.on(database).facts, FixedTime(NOW), Tolerance())
    design = next(door for door in doors if door.department == "design")
    key = "design.design_submitted.v1"
    headers = {**HEADERS, "cloudEvents:type": key, "cloudEvents:source": "design"}
    said = {"routing_key": key, "headers": headers, "user_id": "design"}
    return design, message({**DRAWN, "designer": designer}, **said)


async def test_a_department_does_not_speak_for_another(production):
    foreign = {**HEADERS, "cloudEvents:type": "sales.order_withdrawn.v1"}
    with pytest.raises(Refused) as refused:
        await admit(production, message(headers=foreign, routing_key="sales.order_withdrawn.v1"))
    assert refused.value.code == "foreign_key"


async def test_the_department_is_told_what_was_refused_and_why(database, production):
    sent = message(user_id="sales")
    with pytest.raises(Refused) as refused:
        await production.hear(sent)
    parking = Parking(database)
    touch = parking.message_failed(sent, refused.value, RetryPolicy(), production.claimed(sent))
    change = touch.decide(touch.start)
    answer = production.answer(sent, change.state)
    said = json.loads(answer.body)
    assert (answer.exchange, answer.routing_key) == ("refused", "production")
    assert (said["id"], said["type"], said["code"]) == ("mes-1", KEY, "sender")
    assert "name your own user, production" in said["reason"]


def test_there_is_a_gateway_for_every_department():
    doors = gateways(Stores.on(InMemoryDatabase()).facts, FixedTime(NOW), Tolerance())
    assert [door.queue for door in doors] == [f"in.{name}" for name in ingress.departments()]


def test_refusals_go_out_over_another_line_than_facts_come_in_by(guarded: Service) -> None:
    """A line that is left unread for the bytes in hand hears no confirm."""
    [_, gateway] = guarded.connections.buses

    assert (gateway.core, len({id(broker) for broker in gateway.brokers})) == (False, 2)
