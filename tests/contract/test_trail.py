"""Each route of each service leaves in the audit trail what it has to: refusals, readings of people, acts, exports."""

import importlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter

from shared.audit import trail as audit
from shared.contracts.event import Actor
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Email, Phone
from shared.http import Allowed, Readers
from shared.identity import Principal
from shared.identity.reach import REACH
from shared.service import Service
from shared.testing import in_memory, nowhere
from shared.testing.world import Introductions
from tests.contract.conftest import NOW
from tests.contract.test_rights import NAMES, filled

NAMING = {"customer", "customer_name", "contact", "contact_name", "complainant"}
"""Fields of answers that name a customer; what reaches one is found by its type."""
DIALLED, POSTED = (TypeAdapter(kind).json_schema()["pattern"] for kind in (Phone, Email))


@pytest.fixture(scope="module", params=NAMES)
def service(request: pytest.FixtureRequest) -> Service:
    """Each service over memory, whose askers are introduced."""
    name = request.param
    settings = nowhere(importlib.import_module(f"{name}.settings").Settings)
    return importlib.import_module(f"{name}.app").service(settings, in_memory(name, settings, at=NOW))  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def each_alone(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept, and no refusal is only counted."""
    service.plumbing.database.forget()
    monkeypatch.setattr(audit, "EACH_MINUTE", 10**6)
    monkeypatch.setattr(audit, "ALL_MINUTE", 10**6)


@asynccontextmanager
async def asking(service: Service) -> AsyncIterator[tuple[httpx.AsyncClient, Introductions]]:
    """Over HTTP, as anybody who is introduced."""
    before, introductions = service.app.state.authenticator, Introductions()
    service.app.state.authenticator = introductions
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", trust_env=False) as client:
        yield client, introductions
    service.app.state.authenticator = before


def guarded(service: Service) -> Iterator[tuple[str, Any, frozenset[Role]]]:
    """Each route that asks who it is: its method, itself, and the members of staff whom it lets in."""
    for route in iter_route_contexts(service.app.routes):
        guards = [each.dependency for each in getattr(route, "dependencies", None) or ()]
        for method in route.methods if guards else ():
            kinds = (Allowed, Readers) if method == "GET" else (Allowed,)
            lets_in = [set(guard.roles) for guard in guards if isinstance(guard, kinds)]
            if lets_in:
                staff = frozenset.intersection(*map(frozenset, lets_in))
                yield method, route, frozenset(role for role in staff if isinstance(role, Role))


async def noted(service: Service) -> list[audit.AuditEntry]:
    service.plumbing.trail.flush()
    await service.plumbing.database.inline.catch_up()
    return list((await service.plumbing.trail.audit.entries(audit.Asked(), limit=10**5)).items)


async def test_each_route_leaves_a_refusal_of_a_stranger_and_of_one_whom_it_does_not_let_in(service: Service) -> None:
    expected = set()
    async with asking(service) as (client, introductions):
        for method, route, roles in guarded(service):
            await client.request(method, filled(route.path))
            expected.add(("refused", "unknown", method, route.path, 401))
            if other := next((role for role in Role if role not in roles), None):
                headers = {"Authorization": introductions.introduce(Principal.staff("li", other))}
                await client.request(method, filled(route.path), headers=headers)
                expected.add(("refused", "li", method, route.path, 403))
    entries = await noted(service)
    assert {(each.kind, each.who, each.method, each.route, each.status) for each in entries} == expected
    assert len(entries) == len(expected)


def says_who(schema: Any) -> bool:
    """Whether something of this schema names a customer, reaches one by telephone or mail, or may say anything."""
    if isinstance(schema, list):
        return any(map(says_who, schema))
    if not isinstance(schema, dict):
        return False
    fields = set(schema.get("properties", ()))
    told = fields & (NAMING | REACH) or schema.get("pattern") in (DIALLED, POSTED) or schema.get("x-personal")
    return bool(told) or schema.get("additionalProperties") is True or any(map(says_who, schema.values()))


def is_personal(route: Any) -> bool:
    """Whether what a route answers may be about a person: a page may, what has a model says so."""
    if getattr(route, "response_model", None) is None:
        return "/ui" in route.path or route.path.endswith("/page")
    schema = TypeAdapter(route.response_model).json_schema(mode="serialization")
    return not schema or says_who(schema) or "JsonValue" in schema.get("$defs", ())


async def test_each_reading_of_people_and_each_export_that_answers_leaves_an_entry_and_no_other_does(
    service: Service,
) -> None:
    expected, seen = {}, 0
    async with asking(service) as (client, introductions):
        for method, route, roles in guarded(service):
            if method != "GET" or not roles or "/papers/" in route.path:
                continue
            headers = {"Authorization": introductions.introduce(Principal.staff("li", *roles))}
            answer = await client.get(filled(route.path), headers=headers)
            if answer.status_code >= 400:
                continue
            seen += 1
            kind = answer.headers.get("content-type", "")
            if kind.startswith(("text/csv", "application/vnd")) or "/exports/" in route.path:
                expected[route.path] = "export"
            elif is_personal(route):
                expected[route.path] = "read"
    assert seen > 10
    assert {each.route: each.kind for each in await noted(service)} == expected


def scope_of(method: str, route: Any, actor: Actor, principal: Principal) -> dict[str, Any]:
    return {"method": method, "route": route, "state": {"actor": actor, "principal": principal}}


def test_each_answer_about_people_is_a_reading_and_each_act_of_an_operator_is_evidence(service: Service) -> None:
    wrong = []
    root = Principal.staff("root", Role.OPERATOR)
    for method, route, roles in guarded(service):
        actor = Actor(kind="staff", id="root", role=Role.OPERATOR)
        kind = audit.noted(scope_of(method, route.original_route, actor, root), 200, "application/json")
        expected = ("read" if is_personal(route) else None) if method == "GET" else "act"
        if kind != expected:
            wrong.append((method, route.path, kind, expected, sorted(roles)[:1]))
    assert wrong == []
