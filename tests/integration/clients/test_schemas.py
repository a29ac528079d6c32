"""Each service as a stranger's generated client meets it: what its OpenAPI document says is what it does."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from door_keys import Keys
from front_desk import ingress_url, open_ingress
from generated_requests import Outcome, ask_everything, running
from pymongo import MongoClient

from kefu_local.servers import Servers
from shared.contracts.roles import Role
from shared.testing import SECRETS

ROOT = Path(__file__).parents[3]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/src/*/app.py"))

pytestmark = pytest.mark.timeout(900)


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
def url(service: str, keys: Keys, running_servers: Servers, log: Path) -> Iterator[str]:
    """Where the service answers, alone in a database and a virtual host of its own."""
    name = f"test-{uuid4().hex[:12]}"
    running_servers.management.create_vhost(name)
    vhost = open_ingress(running_servers)
    places = {
        "mongo_url": running_servers.mongo_url,
        "mongo_database": name,
        "rabbit_url": running_servers.vhost_url(name),
        "ingress_url": ingress_url(running_servers, vhost, "intake"),
        **SECRETS,
    }
    with running(service, {**places, **keys.settings}, log) as url:
        yield url
    for each in (name, vhost):
        running_servers.management.delete_vhost(each)
    with MongoClient[Mapping[str, object]](running_servers.mongo_url) as client:
        client.drop_database(name)


def operations(service: str) -> int:
    document = json.loads((ROOT / "docs" / "openapi" / f"{service}.json").read_text())
    return sum(len(methods) for methods in document["paths"].values())


def broken(log: Path) -> list[str]:
    """What the service has logged of requests that failed in it."""
    return [line for line in log.read_text().splitlines() if '"request_failed"' in line]


def test_every_answer_is_as_documented_to_one_who_may_ask_everything(
    service: str, url: str, keys: Keys, log: Path, tmp_path: Path
) -> None:
    staff = keys.staff(*(role.value for role in Role))
    outcome = ask_everything(
        url,
        tmp_path,
        phases="examples,coverage,fuzzing",
        headers={"Authorization": staff["Authorization"]},
        department=keys.department("production"),
    )
    print(f"{service}: {outcome.cases} cases")
    assert outcome == Outcome(operations(service), outcome.cases, "")
    assert broken(log) == []


def test_every_answer_is_as_documented_to_a_stranger(service: str, url: str, log: Path, tmp_path: Path) -> None:
    outcome = ask_everything(url, tmp_path, phases="examples,fuzzing")
    print(f"{service}: {outcome.cases} cases")
    assert outcome == Outcome(operations(service), outcome.cases, "")
    assert broken(log) == []
