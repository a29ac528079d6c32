"""What departments send: read without good faith, refused by name, admitted once."""

import json
from datetime import UTC, date, datetime

import pytest

from intake.domain.decisions.admission import admit
from intake.domain.fact import Fact, understand
from intake.domain.parts.cloud_event import MOST_VALUES, SIZE_LIMIT, CloudEvent, Sent, Unfit, read
from intake.domain.parts.tolerance import Tolerance
from shared.aggregate import Change, Refused
from shared.contracts.departments import ProductionDelayed
from shared.testing import cause as asked

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TOLERANCE = Tolerance()
DATA = {"order_no": "SO-2026-0412", "expected_ready_on": "2026-11-30", "reason_text": "钢化玻璃补片尚未到厂"}
ATTRIBUTES = {
    "specversion": "1.0",
    "id": "mes-1",
    "type": "production.production_delayed.v1",
    "source": "production",
    "time": "2026-11-22T09:59:00+08:00",
}


def binary(data=DATA, content_type="application/json", **attributes):
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read(Sent(content_type, {**ATTRIBUTES, **attributes}, body))


def structured(**fields):
    body = json.dumps({**ATTRIBUTES, "data": DATA, **fields}).encode()
    return read(Sent("application/cloudevents+json", {}, body))


def fact_of(told, department="production"):
    return Fact.blank(department, told), understand(department, told, NOW, TOLERANCE)


def test_both_modes_say_the_same():
    expected = CloudEvent(
        id="mes-1",
        type="production.production_delayed.v1",
        source="production",
        time=datetime(2026, 11, 22, 1, 59, tzinfo=UTC),
        data=DATA,
    )
    assert binary() == expected
    assert structured() == expected


@pytest.mark.parametrize(
    "time", [1_795_312_740_000, datetime(2026, 11, 22, 1, 59, tzinfo=UTC)], ids=["milliseconds", "AMQP's timestamp"]
)
def test_a_moment_may_come_in_the_types_that_amqp_has_for_it(time):
    assert binary(time=time) == binary()


@pytest.mark.parametrize("time", [True, None, 10**15, -(10**15), 2**70, {}])
def test_what_is_no_moment_in_any_type_is_refused(time):
    with pytest.raises(Unfit) as unfit:
        binary(time=time)
    assert unfit.value.code == "attributes"


def test_in_structured_mode_a_moment_is_a_text():
    with pytest.raises(Unfit) as unfit:
        structured(time=1_795_312_740_000)
    assert unfit.value.code == "attributes"


def test_the_content_type_may_name_its_charset():
    assert binary(content_type="application/json; charset=utf-8") == binary()


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"{", "application/json", "malformed_json"),
        (b"", "application/json", "malformed_json"),
        (b"\xff\xfe", "application/json", "malformed_json"),
        (b"[1]", "application/json", "malformed_json"),
        (b'{"a": NaN}', "application/json", "malformed_json"),
        (b'{"a": 9223372036854775808}', "application/json", "malformed_json"),
        (b'{"a": [-1' + b"0" * 400 + b"]}", "application/json", "malformed_json"),
        (b"[" * 10_000, "application/json", "malformed_json"),
        (b"[" * 100_000, "application/json", "too_large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json", "malformed_json"),
        (b'{"order_no": "A", "order_no": "B"}', "application/json", "duplicate_field"),
        (b'{"a": {"b": 1, "b": 2}}', "application/json", "duplicate_field"),
        (b"{}", "text/plain", "content_type"),
        (b"<xml/>", "application/xml", "content_type"),
        (b" " * (SIZE_LIMIT + 1), "application/json", "too_large"),
        (b'{"a": [0' + b",0" * MOST_VALUES + b"]}", "application/json", "too_large"),
        (b'{"a": ["",0' + b',",",0' * (MOST_VALUES // 2) + b"]}", "application/json", "too_large"),
    ],
)
def test_what_is_no_json_object_is_refused_by_name(body, content_type, code):
    with pytest.raises(Unfit) as unfit:
        read(Sent(content_type, ATTRIBUTES, body))
    assert unfit.value.code == code


@pytest.mark.parametrize(
    "body",
    [b'{"id": "mes-1", "a": 1, "a": 2}', b'{"id": "mes-1", "a": NaN}', b'{"id": "mes-1", "a": 9223372036854775808}'],
)
def test_the_id_of_what_is_refused_is_known_from_the_one_time_that_its_body_is_read(monkeypatch, body):
    loads, bodies = json.loads, []
    monkeypatch.setattr(json, "loads", lambda text, **hooks: bodies.append(text) or loads(text, **hooks))
    sent = Sent("application/cloudevents+json", {}, body)
    for _ in range(2):
        with pytest.raises(Unfit):
            read(sent)

    assert (sent.claimed, bodies) == ("mes-1", [body.decode()])


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("specversion", "0.3", "specversion must be 1.0, not '0.3'"),
        ("id", "", "id must be a text of 1 to 200 characters, not ''"),
        ("id", 7, "id must be a text of 1 to 200 characters, not 7"),
        ("type", {"$gt": ""}, "type must be a text of 1 to 200 characters, not {'$gt': ''}"),
        ("time", "yesterday", "time must be as RFC 3339 writes it, 2026-11-28T08:00:00Z, not 'yesterday'"),
        (
            "time",
            "2026-11-22T09:59:00",
            "time needs an offset from UTC: 2026-11-22T09:59:00Z or 2026-11-22T09:59:00+08:00",
        ),
        ("correlation", "none", "correlation must be a UUID, not 'none'"),
    ],
)
def test_an_attribute_that_is_missing_or_wrong_is_named(name, value, told):
    with pytest.raises(Unfit) as unfit:
        binary(**{name: value})
    assert (unfit.value.code, unfit.value.detail) == ("attributes", told)


@pytest.mark.parametrize(
    ("said", "second"),
    [
        ("2026-11-22t01:59:07z", "07"),
        ("2026-11-22 01:59:07Z", "07"),
        ("2026-11-22T09:59:07.123456789+08:00", "07.123456"),
        ("2026-11-22T01:59:60Z", "59.999999"),
    ],
)
def test_a_time_is_read_in_each_way_that_rfc_3339_writes_it(said, second):
    assert binary(time=said).time == datetime.fromisoformat(f"2026-11-22T01:59:{second}+00:00")


@pytest.mark.parametrize(
    "said", ["2026-W47-7T01:59:07Z", "20261122T015907Z", "2026-11-22T01:59Z", "2026-11-22T01:59:61Z"]
)
def test_a_time_in_another_notation_is_refused(said):
    with pytest.raises(Unfit) as unfit:
        binary(time=said)
    assert unfit.value.code == "attributes"


def test_structured_data_must_be_an_object():
    with pytest.raises(Unfit) as unfit:
        structured(data="text")
    assert unfit.value.detail == "data must be a JSON object"


def test_a_fact_that_fits_is_the_event_it_says():
    _, event = fact_of(binary())
    assert event == ProductionDelayed(
        order_no="SO-2026-0412",
        expected_ready_on=date(2026, 11, 30),
        reason_text="钢化玻璃补片尚未到厂",
    )


@pytest.mark.parametrize(
    ("department", "changed", "code", "told"),
    [
        ("sales", {}, "foreign_key", "production.production_delayed.v1 is not a fact of sales"),
        ("production", {"type": "production.sun_shone.v1"}, "unknown_key", "production.breakdown_completed.v1"),
        ("orders", {"type": "orders.order_closed.v1"}, "unknown_key", "those of orders: none"),
        ("production", {"time": "2026-11-22T03:00:00Z"}, "time_ahead", "lies ahead"),
        ("production", {"time": "2024-11-22T03:00:00Z"}, "time_past", "more than 366 days ago"),
    ],
)
def test_a_fact_that_is_not_theirs_or_not_of_now_is_refused(department, changed, code, told):
    with pytest.raises(Unfit) as unfit:
        understand(department, binary(**changed), NOW, TOLERANCE)
    assert unfit.value.code == code
    assert told in unfit.value.detail


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"colour": "blue"}, "colour: Extra inputs are not permitted"),
        ({"ready_percent": "80"}, "ready_percent: Input should be a valid integer"),
        ({"ready_percent": 101}, "ready_percent: Input should be less than or equal to 100"),
        ({"reason": "laziness"}, "reason: Input should be"),
        ({"order_no": {"$gt": ""}}, "order_no: Input should be a valid string"),
        ({"order_no": None}, "order_no: Input should be a valid string"),
    ],
)
def test_a_field_that_does_not_fit_is_named(changed, named):
    with pytest.raises(Unfit) as unfit:
        fact_of(binary({**DATA, **changed}))
    assert unfit.value.code == "schema"
    assert named in unfit.value.detail


def test_unknown_fields_are_refused_however_deep_they_are():
    told = binary(
        {"order_no": "A", "parts": [{"part_no": "LC", "quantity": 1, "source": "make", "hidden": True}]},
        type="production.breakdown_completed.v1",
    )
    with pytest.raises(Unfit) as unfit:
        fact_of(told)
    assert "parts.0.hidden: Extra inputs are not permitted" in unfit.value.detail


def test_a_fact_is_announced_when_it_is_told_first():
    fact, event = fact_of(binary())
    change = admit(fact, fact, event, asked(NOW))
    assert change == Change(fact.but(stage="admitted"), (event,))
    assert admit(change.state, fact, event, asked(NOW)) == Change(change.state)


def test_the_same_fact_told_with_another_time_is_still_the_same():
    fact, event = fact_of(binary())
    again, _ = fact_of(binary(time="2026-11-22T01:59:30Z"))
    assert admit(admit(fact, fact, event, asked(NOW)).state, again, event, asked(NOW)).events == ()


def test_another_fact_under_the_same_id_is_refused():
    fact, event = fact_of(binary())
    other, changed = fact_of(binary({**DATA, "expected_ready_on": "2026-12-05"}))
    admitted = admit(fact, fact, event, asked(NOW)).state
    with pytest.raises(Refused) as refused:
        admit(admitted, other, changed, asked(NOW))
    assert refused.value.code == "fact_differs"


def test_two_departments_may_use_the_same_id():
    assert Fact.blank("sales", binary()).id != Fact.blank("production", binary()).id


def test_the_department_is_who_did_it():
    told = binary(correlation="018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01")
    fact, _ = fact_of(told)
    cause = fact.cause(told)
    assert (cause.actor.kind, cause.actor.id, cause.actor.role) == ("department", "production", "production")
    assert (cause.at, cause.correlation) == (told.time, told.correlation)
