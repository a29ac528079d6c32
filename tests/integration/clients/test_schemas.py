"""Each service as a stranger's generated client meets it: what its OpenAPI document says is what it does."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from door_keys import Keys
from front_desk import ingress_url, open_ingress
from generated_requests import Outcome, ask_everything, running
from left_behind import left_behind, settle
from other_cursors import changed, conditions, lists_in, made_up
from pymongo import MongoClient

from kefu_local.servers import Servers
from shared import time_source
from shared.contracts.roles import Role
from shared.testing import SECRETS

ROOT = Path(__file__).parents[3]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/src/*/app.py"))
NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
STORIES = {
    "aftersales": ("test_possible.py", "test_api.py", "test_settlement.py", "test_warranty.py"),
    "complaints": (
        "test_possible.py",
        "test_api.py",
        "test_appeal_and_choice.py",
        "test_panel.py",
        "test_what_follows.py",
        "test_papers.py",
    ),
    "intake": (
        "test_api.py",
        "test_ordering.py",
        "test_presales.py",
        "test_showroom.py",
        "test_calling.py",
        "test_callback_form.py",
        "test_campaigns.py",
        "test_surveys.py",
        "test_problems.py",
        "test_fines.py",
        "test_visit_texts.py",
    ),
    "notify": ("test_api.py", "test_inbound.py", "test_staff.py"),
    "orders": ("test_api.py", "test_around_gates.py", "test_costs_and_wages.py", "test_stock_checks.py"),
}
"""Tests of a service that leave its things behind in their stages, on which requests then decide."""
REACHED = {"aftersales": 45, "complaints": 65, "intake": 110, "notify": 20, "orders": 50}
"""How many operations do what they are asked for, at least (one run: 56 of 81, 84 of 115, 140 of 179, 29 of 52 and 69
of 104)."""
REFUSED = {(422, "bad_cursor"), (422, "other_list"), (422, "invalid")}
"""How a list says no to a cursor: to one that no list has returned, to one of another list, and to one that is longer
than any of its own."""

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Asked:
    """Where a service answers, and what it keeps, as it is stored."""

    url: str
    kept: Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service") / "service.log"


@pytest.fixture(scope="module")
def asked(service: str, keys: Keys, running_servers: Servers, log: Path) -> Iterator[Asked]:
    """The service alone in a database and a virtual host of its own, with what its stories leave behind."""
    name = f"test-{uuid4().hex[:12]}"
    running_servers.management.create_vhost(name)
    vhost = open_ingress(running_servers)
    places: dict[str, Any] = {
        "mongo_url": running_servers.mongo_url,
        "mongo_database": name,
        "rabbit_url": running_servers.vhost_url(name),
        "ingress_url": ingress_url(running_servers, vhost, "intake"),
        **SECRETS,
    }
    left = left_behind(service, STORIES[service], log.parent)
    kept = asyncio.run(settle(left, running_servers.mongo_url, service, name))
    places["time_file"] = log.with_name("time")
    time_source.write(places["time_file"], NOW, rate=1)
    with running(service, {**places, **keys.settings}, log) as url:
        yield Asked(url, kept)
    for each in (name, vhost):
        running_servers.management.delete_vhost(each)
    with MongoClient[Mapping[str, object]](running_servers.mongo_url) as client:
        client.drop_database(name)


def shown(asked: Asked, headers: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """What the service keeps by the first part of its address: as it is shown there, else as it is stored.

    What a service works out from other things, such as duties, is what the list at that address shows.
    """
    document = httpx.get(f"{asked.url}/openapi.json", timeout=60).json()
    found = {}
    with httpx.Client(base_url=asked.url, headers=headers, timeout=60) as http:
        for part in {path.split("/")[1] for path in document["paths"]}:
            noun = part.replace("-", "_")
            kept = [each for name in sorted(asked.kept) if f"_{name}".endswith(f"_{noun}") for each in asked.kept[name]]
            if not kept:
                found[part] = listed(http.get(f"/{part}"))
            for each in kept:
                answer = http.get(f"/{part}/{each['id']}")
                found.setdefault(part, []).append({**each, **(answer.json() if answer.is_success else {})})
    return found


def listed(answer: httpx.Response) -> list[dict[str, Any]]:
    """What a list names by an id; nothing where the answer is none."""
    if not answer.is_success or answer.headers["content-type"] != "application/json":
        return []
    said = answer.json()
    return [each for each in said.get("items", ()) if "id" in each] if isinstance(said, dict) else []


def operations(service: str) -> int:
    document = json.loads((ROOT / "docs" / "openapi" / f"{service}.json").read_text())
    return sum(len(methods) for methods in document["paths"].values())


def broken(log: Path) -> list[str]:
    """What the service has logged of requests that failed in it."""
    return [line for line in log.read_text().splitlines() if '"request_failed"' in line]


def test_every_answer_is_as_documented_to_one_who_may_ask_everything(
    service: str, asked: Asked, keys: Keys, log: Path, tmp_path: Path
) -> None:
    headers = {"Authorization": keys.staff(*(role.value for role in Role))["Authorization"]}
    outcome = ask_everything(
        asked.url,
        tmp_path,
        phases="examples,coverage,fuzzing",
        headers=headers,
        department=keys.department("production"),
        at_hand=shown(asked, headers),
        now=NOW,
    )
    print(f"{service}: {outcome.cases} cases, {len(outcome.reached)} of {outcome.operations} operations reached")
    assert outcome == Outcome(operations(service), outcome.cases, "")
    assert broken(log) == []
    assert len(outcome.reached) >= REACHED[service]


def test_every_answer_is_as_documented_to_a_stranger(service: str, asked: Asked, log: Path, tmp_path: Path) -> None:
    outcome = ask_everything(asked.url, tmp_path, phases="examples,fuzzing")
    print(f"{service}: {outcome.cases} cases")
    assert outcome == Outcome(operations(service), outcome.cases, "")
    assert broken(log) == []


def test_every_list_answers_whatever_cursor_it_is_given(asked: Asked, keys: Keys, log: Path) -> None:
    staff, department = keys.staff(*(role.value for role in Role)), keys.department("production")
    document = httpx.get(f"{asked.url}/openapi.json", timeout=60).json()
    with httpx.Client(base_url=asked.url, timeout=60) as http:
        readers = {
            (path, tuple(query.items())): who
            for path, query in lists_in(document)
            for who in (staff, department)
            if http.get(path, params=query, headers=who).status_code != 403
        }
        firsts = [http.get(path, params=dict(query), headers=who) for (path, query), who in readers.items()]
        returned = [answer.json()["next"] for answer in firsts if answer.json().get("next")]
        cursors = dict.fromkeys([*made_up(), *(each for cursor in returned for each in changed(cursor))])
        wrong = [
            (path, cursor[:80], answer.status_code, answer.text[:200])
            for (path, query), who in readers.items()
            for cursor in cursors
            if (answer := http.get(path, params={**dict(query), "after": cursor}, headers=who)).status_code != 200
            and (answer.status_code, answer.json()["code"]) not in REFUSED
        ]
    assert {path for path, _ in readers} == {path for path, _ in lists_in(document)}
    assert returned
    assert wrong == []
    assert broken(log) == []


def test_every_list_refuses_its_own_cursor_under_another_condition(asked: Asked, keys: Keys) -> None:
    headers = keys.staff(*(role.value for role in Role))
    document = httpx.get(f"{asked.url}/openapi.json", timeout=60).json()
    taken, tried = [], 0
    with httpx.Client(base_url=asked.url, timeout=60, headers=headers) as http:
        for path, query in lists_in(document):
            answer = http.get(path, params=query)
            if answer.is_success and (cursor := answer.json().get("next")):
                for name, value in conditions(document, path):
                    if not http.get(path, params={**query, name: value}).is_success:
                        continue
                    other = http.get(path, params={**query, name: value, "after": cursor})
                    tried += 1
                    if (other.status_code, other.json().get("code")) != (422, "other_list"):
                        taken.append((path, name, value, other.text[:200]))
    print(f"{tried} conditions")
    assert taken == []
    assert tried
