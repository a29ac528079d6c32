"""The audit trail: refusals, readings of personal data, acts of operators and exports leave who, what and when."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from shared.aggregate import Overstepped, Refused
from shared.audit.trail import ALL_MINUTE, EACH_MINUTE, AuditEntry, Floods, answers_personally
from shared.contracts.event import Actor
from shared.contracts.roles import Department, Role
from shared.http import CausedByRequest, RequestBody, Router, View, allow
from shared.retention import AuditPolicy, audit_policies
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing import World, in_memory, nowhere

NOW = datetime(2026, 11, 28, tzinfo=UTC)


class Person(View):
    """Personal data, somewhere inside."""

    mobile: str = "13800138000"


class Thing(View):
    """No personal data."""

    colour: str = "red"


class Say(RequestBody):
    """Anything."""

    what: str


def routes() -> Any:
    router = Router(readers=(Role.CS_SPECIALIST, Role.OPERATOR, Department.SALES), tags=["people"])

    @router.get("/people/{name}")
    async def show_person(name: str, colour: str = "") -> Person:
        return Person()

    @router.get("/ui/people/{name}", response_class=HTMLResponse)
    async def person_page(name: str) -> Response:
        return HTMLResponse("<p>138****8000</p>")

    @router.get("/things")
    async def list_things() -> list[Thing]:
        return [Thing()]

    @router.get("/exports/people.csv")
    async def export_people() -> Response:
        return Response("name", media_type="text/csv; charset=utf-8")

    @router.post("/people/{name}/judge", dependencies=[allow(Role.CS_SPECIALIST, Role.OPERATOR)])
    async def judge(name: str, body: Say, cause: CausedByRequest) -> Thing:
        if body.what == "beyond":
            raise Overstepped("this needs the general manager", "authority_exceeded")
        if body.what == "closed":
            raise Refused("the case is closed", "closed")
        return Thing()

    return router


@pytest.fixture
def world() -> World:
    settings = nowhere(ServiceSettings)
    return World(Service(in_memory("people", settings, at=NOW), routes=routes()))


async def entries(world: World) -> list[tuple[str, str, str, int, str | None]]:
    found = await world.service.plumbing.trail.audit.find({}, sort="at", limit=500)
    return sorted((each.kind, each.who, each.route, each.status, each.code) for each in found.items)


async def test_a_stranger_s_request_is_a_refusal(world: World) -> None:
    await world.ask(None, "GET", "/people/wang")
    assert await entries(world) == [("refused", "unknown", "/people/{name}", 401, "unauthenticated")]


async def test_asking_for_what_is_not_one_s_own_is_a_refusal_with_the_name(world: World) -> None:
    await world.ask(Role.FINANCE, "GET", "/people/wang", by="li")
    await world.ask(Department.SALES, "POST", "/people/wang/judge", {"what": "x"})
    assert await entries(world) == [
        ("refused", "li", "/people/{name}", 403, "forbidden"),
        ("refused", "sales", "/people/{name}/judge", 403, "forbidden"),
    ]


async def test_overstepping_one_s_authority_is_a_refusal_and_a_stage_that_forbids_is_none(world: World) -> None:
    await world.ask(Role.CS_SPECIALIST, "POST", "/people/wang/judge", {"what": "beyond"}, by="li")
    await world.ask(Role.CS_SPECIALIST, "POST", "/people/wang/judge", {"what": "closed"}, by="li")
    assert await entries(world) == [("refused", "li", "/people/{name}/judge", 409, "authority_exceeded")]


@pytest.mark.requirement("R171.b")
async def test_reading_personal_data_leaves_who_what_when_whence_and_why(world: World) -> None:
    await world.ask(
        Role.CS_SPECIALIST, "GET", "/people/wang?colour=red", by="li",
        headers={"Reason": "callback", "X-Forwarded-For": "10.1.2.3"},
    )  # fmt: skip
    (entry,) = (await world.service.plumbing.trail.audit.find({})).items
    assert entry == AuditEntry(
        id=entry.id,
        at=NOW,
        kind="read",
        actor=Actor(kind="staff", id="li", role="cs_specialist"),
        who="li",
        method="GET",
        route="/people/{name}",
        path="/people/wang",
        asked_by=("colour",),
        status=200,
        code=None,
        origin="127.0.0.1",
        forwarded_for="10.1.2.3",
        reason="callback",
    )


@pytest.mark.requirement("R171.b")
async def test_reading_a_page_leaves_a_trace_as_well(world: World) -> None:
    await world.ask(Role.CS_SPECIALIST, "GET", "/ui/people/wang", by="li")

    (entry,) = (await world.service.plumbing.trail.audit.find({})).items
    assert (entry.kind, entry.who, entry.path) == ("read", "li", "/ui/people/wang")


async def test_what_holds_no_personal_data_and_a_department_s_own_reading_leave_nothing(world: World) -> None:
    await world.ask(Role.CS_SPECIALIST, "GET", "/things")
    await world.ask(Department.SALES, "GET", "/people/wang")
    await world.ask(Role.CS_SPECIALIST, "POST", "/people/wang/judge", {"what": "x"})
    assert await entries(world) == []


async def test_an_operator_s_act_and_an_export_leave_an_entry(world: World) -> None:
    await world.ask(Role.OPERATOR, "POST", "/people/wang/judge", {"what": "x"}, by="root")
    await world.ask(Role.CS_SPECIALIST, "GET", "/exports/people.csv", by="li")
    assert await entries(world) == [
        ("act", "root", "/people/{name}/judge", 200, None),
        ("export", "li", "/exports/people.csv", 200, None),
    ]


async def test_whatever_stands_in_headers_and_path_is_kept_in_a_form_that_can_be(world: World) -> None:
    await world.ask(
        Role.CS_SPECIALIST, "GET", "/people/" + "%00%0a%E2%80%AE" + "x" * 900, by="li",
        headers={"Reason": "\x01" + "y" * 900},
    )  # fmt: skip
    (entry,) = (await world.service.plumbing.trail.audit.find({})).items
    assert (len(entry.path), len(entry.reason or "")) == (300, 300)
    assert entry.path.isprintable()


async def test_the_trail_is_looked_up_by_person_kind_and_time_the_latest_first(world: World) -> None:
    await world.ask(Role.CS_SPECIALIST, "GET", "/people/wang", by="li")
    world.clock.advance(timedelta(hours=1))
    await world.ask(Role.CS_SPECIALIST, "GET", "/people/zhao", by="wang")
    await world.ask(Role.FINANCE, "GET", "/people/zhao", by="li")

    async def paths(**asked: str) -> list[str]:
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        answer = await world.ask(Role.GM, "GET", f"/audit?{query}")
        assert answer.status_code == 200, answer.text
        return [f"{item['who']} {item['kind']} {item['path']}" for item in answer.json()["items"]]

    assert await paths(who="li") == ["li refused /people/zhao", "li read /people/wang"]
    assert await paths(kind="read") == ["wang read /people/zhao", "li read /people/wang"]
    assert await paths(until="2026-11-28T00:30:00Z") == ["li read /people/wang"]
    assert (await world.ask(Role.CS_SPECIALIST, "GET", "/audit")).status_code == 403


async def test_an_entry_is_removed_when_its_time_is_over_by_the_version_in_force_on_its_day(tmp_path: Path) -> None:
    said = 'name = "audit"\nversion = {}\nin_force_from = {}\napproved_by = "general manager"\nkept_days = {}\n'
    for version, day, days in ((1, "2026-01-01", 10), (2, "2026-12-01", 5)):
        (tmp_path / f"v{version}.toml").write_text(said.format(version, day, days))
    settings = nowhere(ServiceSettings, audit_policy=tmp_path)
    world = World(Service(in_memory("people", settings, at=NOW), routes=routes()))
    trail = world.service.plumbing.trail

    async def left_on(day: datetime) -> list[str]:
        world.clock.set(day)
        await trail.sweep()
        return [each.path for each in (await trail.audit.find({}, sort="at")).items]

    await world.ask(Role.CS_SPECIALIST, "GET", "/people/wang", by="li")
    world.clock.set(NOW + timedelta(days=2, hours=16))
    await world.ask(Role.CS_SPECIALIST, "GET", "/people/zhao", by="li")
    assert await left_on(NOW + timedelta(days=7, hours=16)) == ["/people/wang", "/people/zhao"]
    assert await left_on(NOW + timedelta(days=7, hours=17)) == ["/people/wang"]
    assert await left_on(NOW + timedelta(days=10)) == ["/people/wang"]
    assert await left_on(NOW + timedelta(days=10, seconds=1)) == []


def test_how_long_the_trail_is_kept_is_a_policy_that_says_who_approved_it(tmp_path: Path) -> None:
    (shipped,) = audit_policies()
    assert shipped == AuditPolicy(
        name="audit",
        version=1,
        in_force_from=date(2026, 1, 1),
        approved_by="the product's defaults, to be approved by the company",
        kept_days=1095,
    )
    wrong = tmp_path / "audit.toml"
    wrong.write_text('name = "audit"\nversion = 1\nin_force_from = 2026-01-01\nkept_days = 90\n')
    with pytest.raises(ValidationError, match="approved_by: Field required"):
        nowhere(ServiceSettings, audit_policy=wrong)


@pytest.mark.requirement("R171.b")
def test_whether_an_answer_is_personal_follows_from_its_model() -> None:
    personal = {route.path: answers_personally(route) for route in routes().routes}
    assert personal["/people/{name}"]
    assert personal["/ui/people/{name}"]
    assert not personal["/things"]


async def test_a_flood_of_refusals_has_some_entries_and_a_count_of_the_others(world: World) -> None:
    for _ in range(EACH_MINUTE + 70):
        await world.ask(None, "GET", "/people/wang")
    trail = world.service.plumbing.trail
    assert await entries(world) == [("refused", "unknown", "/people/{name}", 401, "unauthenticated")] * EACH_MINUTE
    trail.flush()
    await world.follow()
    counts = sorted(each.times for each in (await trail.audit.find({}, limit=500)).items)
    assert counts == [1] * EACH_MINUTE + [70]


async def test_a_flood_hides_no_other_s_refusal(world: World) -> None:
    for _ in range(EACH_MINUTE + 5):
        await world.ask(None, "GET", "/people/wang")
    await world.ask(Role.FINANCE, "GET", "/people/wang", by="li")
    assert ("refused", "li", "/people/{name}", 403, "forbidden") in await entries(world)


def test_refusals_from_ever_other_places_fill_neither_the_trail_nor_the_memory() -> None:
    floods = Floods()
    entry = AuditEntry(
        id=uuid4(), at=NOW, kind="refused", actor=None, who="unknown", method="GET", route="/x", path="/x",
        status=401, code=None, origin="o", forwarded_for=None, reason=None,
    )  # fmt: skip
    written = [each for place in range(5000) for each in floods.admit(entry, f"place {place}")]
    counted = floods.flush()
    assert (len(written), len(counted), sum(each.times for each in (*written, *counted))) == (ALL_MINUTE, 1, 5000)


async def test_a_message_that_is_refused_to_a_department_leaves_an_entry(world: World) -> None:
    world.service.plumbing.trail.note_refused_message("sales", "sales.order_requested.v1", "schema", "in.sales")
    await world.follow()
    (entry,) = (await world.service.plumbing.trail.audit.find({})).items
    told = (entry.kind, entry.who, entry.method, entry.route, entry.path, entry.code, entry.origin)
    assert told == ("refused", "sales", "AMQP", "in.sales", "sales.order_requested.v1", "schema", "in.sales")
