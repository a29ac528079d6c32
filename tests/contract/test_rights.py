"""Who may ask what: every route of every service is asked as each role and each department; docs/rights.md holds."""

import importlib
import re
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from door_keys import Keys
from fastapi.routing import iter_route_contexts

from shared.clock import FixedClock
from shared.contracts.roles import Department, Role
from shared.http import Allowed, Readers, authenticated
from shared.plumbing import Plumbing
from shared.testing import InMemoryDatabase, nowhere

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
NAMES = sorted(path.parent.name for path in ROOT.glob("services/*/src/*/app.py"))
OPEN_TO_DEPARTMENTS = {
    ("intake", "POST", "/facts"),
    ("intake", "GET", "/facts"),
    ("intake", "GET", "/facts/{event_id:path}"),
    ("intake", "GET", "/refusals"),
    ("aftersales", "POST", "/warranty-checks"),
    ("aftersales", "GET", "/warranty-answers"),
}
"""A department's own facts and refusals, and the one question that its work needs, with its answers (001 售后四)."""

CHINESE = {role.chinese: role for role in Role}
LINE = re.compile(r"\| `(?P<method>[A-Z]+) (?P<path>/\S*)` \| [^|]* \| (?P<staff>[^|]*) \| (?P<departments>[^|]*) \|")


def name(asker):
    """A role and a department of one name have equal texts, so that a set would take them for one."""
    return f"{type(asker).__name__} {asker.value}"


def read(staff, departments):
    """The askers of one line; None for anybody."""
    if staff == departments == "anybody":
        return None
    roles = Role if staff == "every role" else [CHINESE[each] for each in staff.split(" · ") if each != "none"]
    systems = Department if departments == "every department" else departments.split(" · ")
    return {name(role) for role in roles} | {name(Department(each)) for each in systems if each != "none"}


def table():
    """What the page says: by service, method and path, who may ask."""
    found = {}
    section = ""
    for line in (ROOT / "docs" / "rights.md").read_text(encoding="utf-8").splitlines():
        section = line.removeprefix("## ") if line.startswith("## ") else section
        if said := LINE.fullmatch(line):
            for service in NAMES if section == "Every service" else [section]:
                found[service, said["method"], said["path"]] = read(said["staff"], said["departments"])
    return found


TABLE = table()


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
        plumbing = Plumbing(service, settings, clock=FixedClock(NOW), database=InMemoryDatabase())
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
        return any(isinstance(guard, Allowed) or (method == "GET" and isinstance(guard, Readers)) for guard in guards)

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
