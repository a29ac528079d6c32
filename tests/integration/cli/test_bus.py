"""The `kefu` command against real servers."""

import asyncio
import json
import os
import subprocess
import sys
from typing import Any
from uuid import UUID

import aio_pika
import pytest
from typer.testing import CliRunner

from intake.domain.parts.tolerance import Tolerance
from intake.store import Facts
from intake.subscribers.ingress import gateways
from kefu.app import app
from kefu.example import example
from kefu_local.servers import Servers, vhost_of, with_login
from shared.contracts.departments import ProductionDelayed
from shared.testing import InMemoryDatabase
from shared.time_source import TimeSource
from shared.wire import ingress
from shared.wire.broker import declare, safe_broker
from shared.wire.envelope import Envelope
from shared.wire.message import Message

ID = UUID("3f0e4a52-6a0e-4f4e-9a57-6f0d6b0a8c11")
FACT = example(ProductionDelayed)


def run(*words: str, said: str = "", **env: str) -> Any:
    return CliRunner().invoke(app, list(words), input=said, env=env)


@pytest.fixture
async def bus(rabbit_vhost: str) -> str:
    broker = safe_broker(rabbit_vhost, "test")
    await broker.connect()
    await declare(broker)
    await broker.stop()
    return rabbit_vhost


def test_an_event_published_by_an_admin_is_seen_by_whoever_watches_and_masked(bus: str) -> None:
    watching = subprocess.Popen(
        [sys.executable, "-m", "kefu", "events", "tail", "production.#", "--count", "1", "--json"],
        env=os.environ | {"RABBIT_URL": bus},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watching.stderr is not None
    assert watching.stderr.readline() == "watching production.#; Ctrl-C ends it\n"
    fact = FACT.model_copy(update={"reason_text": "请致电 13800138000"})
    words = ("publish", FACT.key, "--admin", "--id", str(ID), "--at", "2026-03-02T12:00")
    sent = run(*words, said=fact.model_dump_json(), RABBIT_URL=bus)
    assert (sent.stdout, sent.stderr) == (f"sent {FACT.key} as {ID}\n", "")
    told, _ = watching.communicate(timeout=100)
    event = json.loads(told)
    assert (event["type"], event["id"], event["time"]) == (FACT.key, str(ID), "2026-03-02T04:00:00.000000Z")
    assert event["data"] == {**fact.model_dump(mode="json"), "reason_text": "请致电 138****8000"}


async def test_a_departments_fact_arrives_at_its_own_door_and_the_gateway_takes_it(
    real_servers: Servers, rabbit_vhost: str
) -> None:
    (gateway,) = (
        each
        for each in gateways(Facts(InMemoryDatabase()), TimeSource(), Tolerance())
        if each.department == "production"
    )
    passwords = dict.fromkeys((*ingress.departments(), "intake"), "secret")
    real_servers.management.post("/definitions", **ingress.definitions(passwords, vhost=vhost_of(rabbit_vhost)))
    mine = with_login(rabbit_vhost, "production", "secret")
    words = ("publish", FACT.key, "--id", str(ID))
    sent = await asyncio.to_thread(run, *words, said=FACT.model_dump_json(), PRODUCTION_INGRESS_URL=mine)
    assert (sent.stdout, sent.stderr) == (f"sent {FACT.key} as {ID}\n", "")
    async with await aio_pika.connect(with_login(rabbit_vhost, "intake", "secret")) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(ingress.entrance("production"), ensure=False)
        message = await queue.get(no_ack=True, timeout=10)
    assert message is not None
    assert (message.user_id, message.routing_key, message.content_type) == ("production", FACT.key, "application/json")
    envelope = Envelope.parse(message.headers, message.body)
    assert (envelope.id, envelope.key, envelope.body) == (ID, FACT.key, FACT.model_dump_json())
    told, _ = await gateway.hear(
        Message(
            queue=gateway.queue,
            routing_key=str(message.routing_key),
            headers=message.headers,
            body=message.body,
            content_type=message.content_type,
            user_id=message.user_id,
        )
    )
    assert (told.actor.id, told.correlation) == ("production", ID)


def test_a_department_that_is_not_let_in_is_told_so_without_its_password(bus: str) -> None:
    wrong = with_login(bus, "production", "not-the-password")
    sent = run("publish", FACT.key, said=FACT.model_dump_json(), PRODUCTION_INGRESS_URL=wrong)
    assert sent.exit_code == 1
    assert "RabbitMQ did not take it" in sent.stderr
    assert "not-the-password" not in sent.stderr


def test_the_doctor_knows_how_old_the_servers_are(real_servers: Servers) -> None:
    result = run("doctor", RABBIT_URL=real_servers.rabbit_url, MONGO_URL=real_servers.mongo_url)
    findings = {line.split("\t")[1]: line.split("\t") for line in result.stdout.splitlines()}
    assert (findings["rabbitmq"][0], findings["mongodb"][0]) == ("ok", "ok")
    assert all(findings[server][2][0].isdigit() for server in ("rabbitmq", "mongodb"))


def test_the_doctor_says_which_server_is_away() -> None:
    result = run("doctor", RABBIT_URL="amqp://u:secret@127.0.0.1:9/", MONGO_URL="mongodb://u:secret@127.0.0.1:9/")
    findings = {line.split("\t")[1]: line.split("\t") for line in result.stdout.splitlines()}
    assert (findings["rabbitmq"][0], findings["mongodb"][0], result.exit_code) == ("bad", "bad", 1)
    assert "secret" not in result.stdout + result.stderr
