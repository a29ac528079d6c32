"""`kefu dead` and `kefu verify` against a real service that was sent something it cannot handle."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import httpx
import pytest
from pymongo import MongoClient
from typer.testing import CliRunner

from kefu.app import app
from kefu.example import example
from kefu_local.ports import free_ports
from kefu_local.process import Process
from shared.contracts.intake import OrderPlaced
from shared.identity import create_key_pair
from shared.settings import ServiceSettings
from shared.wire.broker import EVENTS


@dataclass(frozen=True)
class Operator:
    """An operator at a keyboard next to a running orders service."""

    env: dict[str, str]

    def says(self, *words: str, said: str = "", **env: str) -> Any:
        return CliRunner().invoke(app, ["dead", *words], input=said, env=self.env | env)

    def shows(self, id: str) -> Any:
        return json.loads(self.says("show", id, "--service", "orders").stdout)

    def dead(self) -> list[list[str]]:
        return [line.split("\t") for line in self.says("list", "--service", "orders").stdout.splitlines()]

    def send(self, body: bytes) -> None:
        asyncio.run(self._send(body))

    async def _send(self, body: bytes) -> None:
        headers: dict[str, Any] = {
            "cloudEvents:specversion": "1.0",
            "cloudEvents:id": str(uuid4()),
            "cloudEvents:type": OrderPlaced.key,
            "cloudEvents:source": "intake",
            "cloudEvents:time": "2026-03-02T04:00:00Z",
        }
        async with await aio_pika.connect(self.env["RABBIT_URL"]) as connection:
            exchange = await (await connection.channel()).get_exchange(EVENTS.name, ensure=False)
            await exchange.publish(aio_pika.Message(body, headers=headers), OrderPlaced.key)


def wait_until(there: Any) -> Any:
    limit = monotonic() + 60
    while not (found := there()) and monotonic() < limit:
        sleep(0.1)
    return found


@pytest.fixture
def operator(service_settings: ServiceSettings, tmp_path: Path) -> Iterator[Operator]:
    create_key_pair(tmp_path / "staff.pem", tmp_path / "staff.pub")
    port = next(free_ports())
    url = f"http://127.0.0.1:{port}"
    env = {
        "MONGO_URL": service_settings.mongo_url.get_secret_value(),
        "MONGO_DATABASE": str(service_settings.mongo_database),
        "SEAL_KEYS": service_settings.seal_keys.get_secret_value(),
        "RABBIT_URL": service_settings.rabbit_url.get_secret_value(),
        "HTTP_PORT": str(port),
        "JWT_PUBLIC_KEY_FILE": str(tmp_path / "staff.pub"),
    }
    orders = Process(
        "orders", [sys.executable, "-m", "orders"], env={"PATH": os.environ["PATH"], **env}, log=tmp_path / "log"
    )
    orders.start()
    try:
        orders.wait_until(lambda: ready(url), seconds=60)
        yield Operator({**env, "ORDERS_URL": url, "JWT_PRIVATE_KEY_FILE": str(tmp_path / "staff.pem")})
    finally:
        orders.stop()


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=60, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def test_what_is_dead_is_listed_explained_repaired_by_two_people_and_tried_again(operator: Operator) -> None:
    operator.send(b'{"lines": 7}')
    ((id, _, queue, key, tries, why),) = wait_until(operator.dead)
    assert (queue, key, tries) == (f"orders.on.{OrderPlaced.key}", OrderPlaced.key, "1")
    assert why.startswith("invalid: ")
    assert operator.says("groups", "--service", "orders").stdout.split("\t")[0] == "1"
    shown = json.loads(operator.says("show", id, "--service", "orders").stdout)
    assert (shown["state"], shown["body"]) == ("dead", '{"lines": 7}')

    right = example(OrderPlaced).model_dump_json()
    assert operator.says("edit", id, "-", "--service", "orders", said=right).exit_code == 0
    edit = operator.shows(id)["proposed"]["id"]
    refused = operator.says("confirm", id, edit, "--service", "orders")
    assert (refused.exit_code, "another person" in refused.stderr) == (1, True)
    other = CliRunner().invoke(app, ["token", "--role", "operator", "--subject", "li"], env=operator.env)
    confirmed = operator.says("confirm", id, edit, "--service", "orders", KEFU_TOKEN=other.stdout.strip())
    assert (confirmed.exit_code, confirmed.stderr) == (0, "")
    assert wait_until(lambda: not operator.dead())
    assert wait_until(lambda: operator.shows(id)["state"] == "settled")
    assert [note["what"] for note in operator.shows(id)["history"]] == ["edit proposed", "edit confirmed"]


def test_what_is_not_wanted_is_dropped_with_a_reason_and_stays_readable(operator: Operator) -> None:
    operator.send(b"this is no JSON")
    ((id, *_),) = wait_until(operator.dead)
    rehearsed = operator.says("rehearse", id, "--service", "orders")
    assert (rehearsed.exit_code, "orders says 409: " in rehearsed.stderr) == (1, True)
    told = operator.says("rehearse", "--all", "--service", "orders").stdout.splitlines()
    assert (told[0], told[1].partition("invalid")[0]) == ("orders: 0 would settle", "orders: 1 would meet ")
    assert operator.says("replay", "--all", "--service", "orders").stdout == "orders: 1 will be tried again\n"
    assert wait_until(lambda: [line[0] for line in operator.dead()]) == [id]
    assert operator.says("drop", id, "--service", "orders", "--reason", "a test sent it").stdout == f"{id} is dropped\n"
    assert operator.dead() == []
    shown = json.loads(operator.says("show", id, "--service", "orders").stdout)
    assert (shown["state"], shown["history"][-1]["what"]) == ("dropped", "dropped: a test sent it")


def test_what_was_removed_behind_the_services_back_is_named_with_its_version(operator: Operator) -> None:
    def verified() -> Any:
        return CliRunner().invoke(app, ["verify", "--service", "orders"], env=operator.env)

    operator.send(b"this is no JSON")
    ((id, *_),) = wait_until(operator.dead)
    assert wait_until(lambda: "checkpoint 1 of " in verified().stdout)
    whole = verified()
    assert (whole.exit_code, whole.stdout.splitlines()[-1]) == (0, "Everything is as it was left.")
    assert whole.stdout.startswith("orders: sealed with "), "it counts the documents of each key"

    with MongoClient[dict[str, Any]](operator.env["MONGO_URL"], uuidRepresentation="standard") as client:
        client[operator.env["MONGO_DATABASE"]]["parked"].update_one(
            {"_id": UUID(id)}, {"$set": {"state.reason": "none"}}
        )
    broken = verified()
    assert broken.exit_code == 1
    assert broken.stdout.splitlines()[-1].split("\t") == ["orders", "parked", id, "1", "it is not what was sealed"]
