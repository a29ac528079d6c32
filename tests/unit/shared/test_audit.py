"""The audit trail: refusals, readings of personal data, acts of operators and exports leave who, what and when."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from fastapi import Response
from fastapi.responses import HTMLResponse
from pydantic import JsonValue, ValidationError

from shared.aggregate import Overstepped, Refused
from shared.audit.trail import ALL_MINUTE, EACH_MINUTE, FULL, Asked, AuditEntry, AuditPage, Floods, answers_personally
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
    return sorted((each.kind, each.who, each.route, each.status, each.code) for each in await noted(world))


async def noted(world: World) -> tuple[AuditEntry, ...]:
    return (await world.service.plumbing.trail.audit.entries(Asked(), limit=500)).items


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
    (entry,) = await noted(world)
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

    (entry,) = await noted(world)
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
    (entry,) = await noted(world)
    assert (len(entry.path), len(entry.reason or "")) == (300, 300)
    assert entry.path.isprintable()


async def test_the_trail_is_looked_up_by_person_kind_and_time_the_latest_first(world: World) -> None:
    await world.ask(Role.CS_SPECIALIST, "GET", "/people/wang", by="li")
    world.time.advance(timedelta(hours=1))
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
        world.time.set(day)
        await trail.sweep()
        return [each.path for each in reversed(await noted(world))]

    await world.ask(Role.CS_SPECIALIST, "GET", "/people/wang", by="li")
    world.time.set(NOW + timedelta(days=2, hours=16))
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


@pytest.mark.parametrize("answer", [list[dict[str, JsonValue]], dict[str, Any], JsonValue])
def test_an_answer_that_may_hold_anything_may_hold_personal_data(answer: Any) -> None:
    router = Router(readers=(Role.OPERATOR,))
    router.add_api_route("/happenings", lambda: None, response_model=answer)
    assert [answers_personally(route) for route in router.routes] == [True]


async def test_a_flood_of_refusals_has_some_entries_and_a_count_of_the_others(world: World) -> None:
    for _ in range(EACH_MINUTE + 70):
        await world.ask(None, "GET", "/people/wang")
    assert await entries(world) == [("refused", "unknown", "/people/{name}", 401, "unauthenticated")] * EACH_MINUTE
    world.service.plumbing.trail.flush()
    await world.follow()
    counts = sorted(each.times for each in await noted(world))
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
    (entry,) = await noted(world)
    told = (entry.kind, entry.who, entry.method, entry.route, entry.path, entry.code, entry.origin)
    assert told == ("refused", "sales", "AMQP", "in.sales", "sales.order_requested.v1", "schema", "in.sales")


async def looked_up(world: World, limit: int, **asked: str) -> list[str]:
    """All entries in pages of this size: their paths."""
    paths: list[str] = []
    after = None
    while True:
        query = {"limit": str(limit), **asked, **({"after": after} if after else {})}
        answer = await world.ask(Role.GM, "GET", f"/audit?{urlencode(query)}")
        assert answer.status_code == 200, answer.text
        items = answer.json()["items"]
        assert len(items) == limit or answer.json()["next"] is None
        paths += [item["path"] for item in items]
        after = answer.json()["next"]
        if after is None:
            return paths


async def noted_together(world: World, *readings: tuple[str, str]) -> None:
    """Readings by these people that are written in one page."""
    trail = world.service.plumbing.trail
    for who, path in readings:
        trail._write(entry_of(who, path, world.time.now()))
        world.time.advance(timedelta(seconds=1))
    await world.follow()


def entry_of(who: str, path: str, at: datetime) -> AuditEntry:
    return AuditEntry(
        id=uuid4(), at=at, kind="read", actor=None, who=who, method="GET", route="/people/{name}", path=path,
        status=200, code=None, origin="o", forwarded_for=None, reason=None,
    )  # fmt: skip


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 50])
async def test_the_trail_is_turned_over_from_page_to_page_without_a_gap_whatever_is_written_meanwhile(
    world: World, limit: int
) -> None:
    await noted_together(world, ("li", "/1"), ("wang", "/2"), ("li", "/3"))
    await noted_together(world, ("wang", "/4"))
    await noted_together(world, ("li", "/5"), ("li", "/6"))
    assert await looked_up(world, limit) == ["/6", "/5", "/4", "/3", "/2", "/1"]
    assert await looked_up(world, limit, who="li") == ["/6", "/5", "/3", "/1"]
    assert await looked_up(world, limit, kind="export") == []
    begun = (await world.ask(Role.GM, "GET", "/audit?limit=1&who=li")).json()["next"]
    await noted_together(world, ("li", "/7"))
    assert await looked_up(world, limit, who="li", after=begun) == ["/5", "/3", "/1"]


async def test_a_place_in_the_trail_is_one_of_those_who_were_looked_up(world: World) -> None:
    await noted_together(world, ("li", "/1"), ("li", "/2"), ("wang", "/3"))
    await noted_together(world, ("li", "/4"), ("wang", "/5"))
    for limit in (1, 2, 3):
        begun = (await world.ask(Role.GM, "GET", f"/audit?limit={limit}")).json()["next"]
        answer = await world.ask(Role.GM, "GET", f"/audit?{urlencode({'after': begun, 'who': 'li'})}")
        assert (answer.status_code, answer.json()["code"]) == (422, "other_list")


@pytest.mark.parametrize("cursor", ["x.1.", f"{uuid4()}.x.y", f"{uuid4()}.-1.y", f"{uuid4()}.1.%00", "..", "1.2.3"])
async def test_a_place_in_the_trail_that_no_list_has_made_is_refused(world: World, cursor: str) -> None:
    answer = await world.ask(Role.GM, "GET", f"/audit?{urlencode({'after': cursor})}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_what_is_noted_together_is_written_together(world: World) -> None:
    for number in range(FULL + 1):
        world.service.plumbing.trail._write(entry_of("li", f"/{number}", NOW))
    await world.follow()
    pages = (await world.service.plumbing.trail.audit.find()).items
    assert sorted(len(page.entries) for page in pages) == [1, FULL]


async def test_an_entry_that_was_written_by_itself_before_there_were_pages_is_still_found(world: World) -> None:
    audit = world.service.plumbing.trail.audit
    old = entry_of("li", "/old", NOW)
    assert audit.revive(old.model_dump(mode="json") | {"deadlines": []}) == AuditPage.of((old,))
