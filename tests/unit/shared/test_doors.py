"""What comes in over HTTP: strangers cost nothing, JSON is read strictly, no invented cursor breaks a list."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import ledger
import pytest
from pydantic import ValidationError

from shared.contracts.event import PreciseDate
from shared.contracts.roles import Department, Role
from shared.http import MOST_VALUES, Allowed, Readers, RequestBody, Router, allow
from shared.identity import Principal
from shared.settings import ServiceSettings
from shared.testing import World, in_memory, nowhere


@pytest.fixture
def world() -> World:
    settings = nowhere(ServiceSettings)
    service = ledger.service(settings, in_memory("ledger", settings, at=datetime(2026, 11, 28, tzinfo=UTC)))
    return World(service)


async def sent(world: World, content: bytes, who: Role | Department | None = Role.OPERATOR) -> Any:
    """A body as it is, to the route that drops a dead message."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    if who is not None:
        principal = Principal.system(who) if isinstance(who, Department) else Principal.staff("li", who)
        headers["Authorization"] = world._introductions.introduce(principal)
    return await world._http.post(f"/dead/{uuid4()}/drop", content=content, headers=headers)


async def test_a_stranger_is_turned_away_before_the_body_is_read(world: World) -> None:
    answer = await sent(world, b"{broken", who=None)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("guard", [allow, lambda: Router(readers=()), lambda: Allowed(()), lambda: Readers(())])
def test_a_guard_says_whom_it_lets_in(guard: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="names at least one role or department"):
        guard()


@pytest.mark.parametrize("who", [Role.FINANCE, Department.FINANCE])
async def test_one_who_may_not_is_turned_away_before_the_body_is_read(world: World, who: Role | Department) -> None:
    answer = await sent(world, b"{broken", who=who)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"reason":"first","reason":"second"}', "the field 'reason' stands there twice"),
        (b'{"reason":NaN}', "NaN is not JSON"),
        ('{"reason":"好"}'.encode("utf-16"), "not UTF-8"),
        (b"\xff", "not UTF-8"),
        (b"[" * 40_000, "nested too deeply"),
        (b'{"reason":' + b"9" * 5000 + b"}", "a number of 5000 digits"),
        (b'{"reason":', "Expecting value"),
    ],
)
async def test_json_that_is_not_plain_is_refused_with_what_is_wrong(world: World, content: bytes, said: str) -> None:
    answer = await sent(world, content)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    assert said in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


async def test_of_many_things_to_correct_the_answer_lists_the_first_and_says_how_many_there_are(world: World) -> None:
    answer = await sent(world, json.dumps({f"field_{n}": n for n in range(500)}).encode())
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 100)
    assert answer.json()["detail"].startswith("501 thing(s) to correct: ")


class Plan(RequestBody):
    """Days at every depth."""

    on: date | None = None
    at: datetime | None = None
    contract: PreciseDate | None = None
    days: tuple[date, ...] = ()
    by: Mapping[str, date] = {}


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_in_a_body_can_be_reckoned_with_however_deep_it_stands(day: str) -> None:
    places = {"on": day, "at": f"{day}T00:00:00Z", "contract": {"on": day}, "days": [day], "by": {"li": day}}
    with pytest.raises(ValidationError) as refused:
        Plan.model_validate(places)
    assert {(each["loc"], each["type"]) for each in refused.value.errors()} == {
        ((place,), "beyond_calendar") for place in places
    }


@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
def test_a_day_within_three_centuries_is_taken(day: str) -> None:
    plan = Plan.model_validate({"on": day, "contract": {"on": day}, "days": [day]})
    assert (plan.on, plan.days) == (date.fromisoformat(day), (date.fromisoformat(day),))


def cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "forged",
    [
        cursor(["x", 5]),
        cursor(["x", []]),
        cursor(["x", {}]),
        cursor([{"$gt": ""}, str(uuid4())]),
        cursor(["\ud800", str(uuid4())]),
        cursor(["x" * 30_000, str(uuid4())]),
        cursor(["x", str(uuid4())]),
        cursor(["x", str(uuid4()), "more"]),
        cursor(["x", str(uuid4()), "0" * 16, "more"]),
        cursor(["x", 5, "0" * 16]),
        cursor([{"$gt": ""}, str(uuid4()), "0" * 16]),
        cursor("x"),
        cursor(None),
        base64.urlsafe_b64encode(b"[" * 6000).decode(),
        base64.urlsafe_b64encode(b"[1e999," + b'"' + str(uuid4()).encode() + b'"]').decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        "ä",
        "%%%",
        "x",
        " ",
    ],
)
async def test_a_cursor_that_no_list_has_returned_is_refused(world: World, forged: str) -> None:
    answer = await world._http.get(
        "/dead", params={"after": forged}, headers={"Authorization": (await operator(world))}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize("number", [2**63, 2**70, -(2**64), 10**300])
async def test_a_number_that_no_column_holds_is_beyond_every_row(world: World, number: int) -> None:
    headers = {"Authorization": await operator(world)}
    beyond = world.service.plumbing.parking.cursor(number, uuid4(), sort="first_at")
    answer = await world._http.get("/dead", params={"after": beyond}, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})


async def test_a_cursor_of_another_list_is_refused_and_the_right_one_named(world: World) -> None:
    headers = {"Authorization": await operator(world)}
    parking = world.service.plumbing.parking
    moment = "2026-11-28T00:00:00.000000Z"
    for after in (
        parking.cursor(moment, uuid4(), sort="-first_at"),
        parking.cursor(moment, uuid4(), sort="key"),
        parking.cursor(moment, uuid4(), {"state": "dead"}, sort="first_at"),
        world.service.plumbing.trail.audit.cursor(moment, uuid4(), sort="first_at"),
    ):
        answer = await world._http.get("/dead", params={"after": after}, headers=headers)
        said = (
            "this cursor goes on with another list; give it to the list that has returned it, in the same order and "
            "with the same conditions, or start without one"
        )
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json() == {
            "type": "about:blank",
            "title": "Unprocessable Entity",
            "status": 422,
            "code": "other_list",
            "detail": said,
            "errors": [{"where": "query.after", "what": said, "rule": "other_list"}],
        }


async def operator(world: World) -> str:
    return world._introductions.introduce(Principal.staff("li", Role.OPERATOR))


async def test_a_method_that_a_client_invents_makes_no_label(world: World) -> None:
    for number in range(50):
        await world._http.request(f"M{number}", "/x")
    exposition = (await world._http.get("/metrics")).text
    assert "M17" not in exposition
    assert 'method="other"' in exposition


async def test_the_page_of_the_api_loads_nothing_from_elsewhere(world: World) -> None:
    page = (await world._http.get("/docs")).text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert [address for address in addresses if not address.startswith("/")] == []
    for address in addresses:
        assert (await world._http.get(address)).status_code == 200


async def test_the_document_says_how_to_be_known_and_what_errors_are(world: World) -> None:
    document = (await world._http.get("/openapi.json")).json()
    assert set(document["components"]["securitySchemes"]) == {"staff", "department"}
    assert document["servers"]
    listed = document["paths"]["/dead"]["get"]
    assert listed["operationId"] == "list_dead"
    assert set(listed["responses"]["403"]["content"]) == {"application/problem+json"}
    assert [each["name"] for each in listed["parameters"] if "anyOf" in each["schema"]] == []


@pytest.mark.parametrize("name", ["Authorization", "X-API-Key", "Idempotency-Key", "Content-Type", "Sec-Fetch-Site"])
async def test_a_header_of_which_only_one_value_can_count_stands_there_once(world: World, name: str) -> None:
    headers = [("Authorization", await operator(world)), ("Idempotency-Key", "k"), (name, "x"), (name.lower(), "y")]
    answer = await world._http.post(f"/dead/{uuid4()}/drop", json={"reason": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "headers")
    assert name.lower() in answer.json()["detail"]


async def test_a_header_that_says_the_same_twice_is_heard(world: World) -> None:
    headers = [("Authorization", await operator(world))] * 2
    assert (await world._http.get("/dead", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        [(f"X-{number}", "x") for number in range(120)],
        [("X-Long", "x" * 40_000)],
        [("Content-Length", "4"), ("Transfer-Encoding", "chunked")],
    ],
)
async def test_headers_that_are_too_many_or_contradict_each_other_are_refused_and_the_line_is_closed(
    world: World, headers: list[tuple[str, str]]
) -> None:
    answer = await world.ask(None, "GET", "/health/live", headers=dict(headers))
    assert (answer.status_code, answer.json()["code"]) == (400, "headers")
    assert answer.headers["connection"] == "close"


async def test_a_body_of_too_many_values_is_too_large(world: World) -> None:
    answer = await sent(world, b'{"reason":[0' + b",0" * MOST_VALUES + b"]}")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.json()["detail"] == f"a body may have at most {MOST_VALUES} values"
