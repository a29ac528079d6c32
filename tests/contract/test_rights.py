"""Who may ask what: every route of every service is asked as each role and each department; docs/rights.md holds."""

import importlib
import re
from collections import defaultdict
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from door_keys import Keys
from fastapi import Request
from fastapi.routing import iter_route_contexts
from rights_page import NAMES, TABLE, name

from shared.contracts.event import Actor
from shared.contracts.roles import Department, Role
from shared.http import Allowed, Readers, authenticated, caused_by_request
from shared.identity import Principal
from shared.plumbing import Plumbing
from shared.testing import SECRETS, InMemoryDatabase, nowhere
from shared.time_source import FixedTime

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
OPEN_TO_DEPARTMENTS = {
    ("intake", "POST", "/facts"),
    ("intake", "GET", "/facts"),
    ("intake", "GET", "/facts/{event_id:path}"),
    ("intake", "GET", "/refusals"),
    ("aftersales", "POST", "/warranty-checks"),
    ("aftersales", "GET", "/warranty-answers"),
}
"""A department's own facts and refusals, and the one question that its work needs, with its answers (001 售后四)."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return Keys.made_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def headers(keys):
    """For each asker what proves who it is: a signed token, or a department's key."""
    staff = {name(role): keys.staff(role.value) for role in Role}
    return staff | {name(department): keys.department(department.value) for department in Department}


@pytest.fixture(scope="module")
def built(keys):
    """The five services as they are deployed, with real tokens and keys, over memory."""

    def build(service):
        settings = nowhere(importlib.import_module(f"{service}.settings").Settings, **keys.settings)
        plumbing = Plumbing(service, settings, time=FixedTime(NOW), database=InMemoryDatabase())
        return importlib.import_module(f"{service}.app").service(settings, plumbing)

    return {service: build(service) for service in NAMES}


def routes(app):
    """Every route beside the API's documentation: method, path, and what guards it."""
    for route in iter_route_contexts(app.routes):
        dependencies = getattr(route, "dependencies", None)
        if dependencies is None or route.path.startswith("/docs"):
            continue
        for method in route.methods:
            yield method, route.path, [each.dependency for each in dependencies]


def filled(path):
    """A path of the right form to something that does not exist."""
    some = {"month": "2026-11", "complaint_no": "2026-11-0007"}
    return re.sub(r"{(\w+)(:path)?}", lambda part: some.get(part[1], str(UUID(int=7))), path)


def test_the_page_names_every_route_of_every_service_and_no_other(built):
    assert {(service, *route[:2]) for service in NAMES for route in routes(built[service].app)} == TABLE.keys()


def test_what_is_not_in_the_page_is_documentation(built):
    others = [
        route.path
        for service in built.values()
        for route in iter_route_contexts(service.app.routes)
        if getattr(route, "dependencies", None) is None or route.path.startswith("/docs")
    ]
    assert set(others) == {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/static-offline-docs"}


def test_every_route_says_whom_it_lets_in(built):
    def says(method, guards):
        kinds = (Allowed, Readers) if method == "GET" else Allowed
        return any(isinstance(guard, kinds) and guard.roles for guard in guards)

    silent = [
        f"{service} {method} {path}"
        for service in NAMES
        for method, path, guards in routes(built[service].app)
        if authenticated in guards and not says(method, guards)
    ]
    assert silent == []


def test_what_anybody_may_ask_is_what_has_no_identity_to_ask_for():
    assert {path for (_, _, path), askers in TABLE.items() if askers is None} == {
        "/health/live",
        "/health/ready",
        "/metrics",
        "/callbacks/{secret}/{provider}/receipts",
        "/callbacks/{secret}/{provider}/replies",
        "/p/{link}",
        "/p/{link}/{complaint_id}/answer",
        "/p/{link}/{order_id}/acceptance",
    }


def test_a_department_has_its_facts_and_refusals_and_the_question_that_its_work_needs():
    departments = {name(department) for department in Department}
    opened = {key: askers & departments for key, askers in TABLE.items() if askers and askers & departments}
    assert opened == dict.fromkeys(OPEN_TO_DEPARTMENTS, departments)


@pytest.mark.parametrize("service", NAMES)
async def test_each_route_lets_in_those_whom_the_page_names_and_turns_all_others_away(service, built, headers):
    wrong = defaultdict(list)
    transport = httpx.ASGITransport(built[service].app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{service}", trust_env=False) as client:
        for (of, method, path), askers in TABLE.items():
            if of != service:
                continue
            stranger = (await client.request(method, filled(path))).status_code
            if (stranger == 401) is not (askers is not None):
                wrong[method, path].append(("a stranger", stranger))
            for asker, proof in headers.items():
                status = (await client.request(method, filled(path), headers=proof)).status_code
                if status == 401 or (status == 403) is not (askers is not None and asker not in askers):
                    wrong[method, path].append((asker, status))
    assert wrong == {}


CONTESTED = ("sales", "finance", "warehouse", "production", "operator", "local", "kannel")
"""Names that are a department's, a role's, an operator's or a provider's at the same time."""


@pytest.mark.parametrize("service", NAMES)
async def test_a_member_of_staff_is_let_in_by_their_role_whatever_their_name_is(service, built, keys):
    wrong = defaultdict(list)
    transport = httpx.ASGITransport(built[service].app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{service}", trust_env=False) as client:
        for id in CONTESTED:
            for (of, method, path), askers in TABLE.items():
                if of != service or askers is None:
                    continue
                proof = keys.staff(Role.INSTALLER.value, id=id)
                status = (await client.request(method, filled(path), headers=proof)).status_code
                if status == 401 or (status == 403) is (name(Role.INSTALLER) in askers):
                    wrong[method, path].append((id, status))
    assert wrong == {}


@pytest.mark.parametrize("service", NAMES)
async def test_what_proves_one_kind_of_principal_proves_no_other(service, built, keys):
    """A provider's secret, a department's key and a staff token, each handed in where another one is asked for."""
    secret = str(SECRETS["callback_secret"])
    token = keys.staff("operator")["Authorization"].removeprefix("Bearer ")
    key = keys.departments["sales"]
    wrong = [
        {"Authorization": f"Bearer {secret}"},
        {"Authorization": f"Bearer {key}"},
        {"X-API-Key": secret},
        {"X-API-Key": token},
        {"X-API-Key": f"operator.{key.partition('.')[2]}"},
        {"X-API-Key": f"local.{secret}"},
    ]
    transport = httpx.ASGITransport(built[service].app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{service}", trust_env=False) as client:
        assert {(await client.get("/audit", headers=proof)).status_code for proof in wrong} == {401}
        both = {"X-API-Key": key, "Authorization": f"Bearer {token}"}
        assert (await client.get("/audit", headers=both)).status_code == 403, (
            "the operator's token lends the key nothing"
        )
        for given in (token, key, "operator", "local"):
            address = f"/callbacks/{given}/local/replies"
            assert (await client.post(address, json={})).status_code == 404, given


async def test_a_department_and_a_member_of_staff_of_one_name_are_two_actors_whose_keys_never_meet(built):
    async def cause_of(principal):
        async def receive():
            return {"type": "http.request", "body": b"{}", "more_body": False}

        address = {"method": "POST", "path": "/x", "query_string": b"", "scheme": "http", "server": ("x", 80)}
        request = Request({"type": "http", "headers": [], "app": built["orders"].app, **address}, receive)
        request.state.principal = principal
        return await caused_by_request(request, "the same key")

    system = await cause_of(Principal.system(Department.FINANCE))
    person = await cause_of(Principal.staff("finance", Role.FINANCE))
    assert (system.actor, person.actor) == (
        Actor(kind="department", id="finance", role="finance"),
        Actor(kind="staff", id="finance", role="finance"),
    )
    assert system.id != person.id
