"""Departments' systems and subscribers on official SDKs, on a generated client and on command-line tools."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pika
import pytest
from cloudevents.core.bindings import amqp
from cloudevents.core.bindings import http as over_http
from cloudevents.core.bindings.http import HTTPMessage
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from waiting import until

from kefu.surroundings import Surroundings
from kefu_local.system import System

KEY = "production.production_completed.v1"
ROOT = Path(__file__).parents[2]
JAVASCRIPT = Path(__file__).with_name("javascript")
MODULES = JAVASCRIPT / "node_modules"
PATH = "/usr/local/bin:/usr/bin:/bin"

pytestmark = pytest.mark.timeout(400)


def attributes(around: Surroundings) -> dict[str, Any]:
    """Those of a fact that happened now, under an id of its own that is not ASCII."""
    now = around.time().now()
    return {"specversion": "1.0", "id": f"完工-{uuid4()}", "type": KEY, "source": "mes", "time": now}


def data(around: Surroundings) -> dict[str, Any]:
    return {
        "order_no": f"SO-{uuid4().hex[:8].upper()}",
        "completed_at": around.time().now().isoformat(),
        "quantity_ok": 24,
    }


def event(around: Surroundings, **fields: Any) -> CloudEvent:
    return CloudEvent({**attributes(around), **fields}, data(around))


@pytest.fixture(scope="module")
def modules() -> Path:
    """The clients from npm, which `make e2e` installs."""
    if shutil.which("node", path=PATH) is None or not MODULES.exists():
        pytest.fail("the clients from npm are missing: deploy/local/test-servers installs them")
    return MODULES


def said_by(*command: str, **options: Any) -> str:
    """What a command prints; AssertionError, with all that it said, when it fails or complains."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, **options)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


async def became(around: Surroundings, id: str) -> dict[str, Any]:
    """What a department is told of a fact once intake has looked at it."""
    headers = {"X-API-Key": around.need("PRODUCTION_API_KEY")}
    async with httpx.AsyncClient(base_url=around.service_url("intake"), timeout=60, trust_env=False) as http:

        async def shown() -> dict[str, Any] | None:
            answer = await http.get(f"/facts/{id}", headers=headers)
            return dict(answer.json()) if answer.is_success else None

        return await until(shown)


async def posted(around: Surroundings, headers: Mapping[str, str], body: bytes) -> httpx.Response:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        said = {**headers, "X-API-Key": around.need("PRODUCTION_API_KEY")}
        return await http.post(f"{around.service_url('intake')}/facts", content=body, headers=said)


def published(url: str, message: amqp.AMQPMessage) -> None:
    """Returns when RabbitMQ has confirmed it, raises when no queue takes it."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        properties = pika.BasicProperties(
            content_type=message.properties["content-type"], headers=message.application_properties, delivery_mode=2
        )
        channel.basic_publish("in.production", KEY, message.application_data, properties, mandatory=True)


@pytest.mark.parametrize("mode", ["binary", "structured", "binary without a data content type"])
async def test_what_the_python_sdk_sends_over_http_is_admitted(kefu: System, mode: str) -> None:
    told = event(kefu.around, **({} if "without" in mode else {"datacontenttype": "application/json"}))
    make = over_http.to_structured_event if mode == "structured" else over_http.to_binary_event
    message = make(told)
    answer = await posted(kefu.around, message.headers, message.body)
    assert (answer.status_code, answer.json()["stage"], answer.json()["id"]) == (202, "admitted", told.get_id())


async def test_a_batch_of_the_python_sdks_events_is_admitted_event_by_event(kefu: System) -> None:
    batch = [event(kefu.around), event(kefu.around, type="production.sun_shone.v1"), event(kefu.around)]
    body = b"[" + b",".join(JSONFormat().write(each) for each in batch) + b"]"
    answer = await posted(kefu.around, {"Content-Type": "application/cloudevents-batch+json"}, body)
    assert answer.status_code == 207
    assert [(each["id"], each["stage"], each["code"]) for each in answer.json()["items"]] == [
        (batch[0].get_id(), "admitted", None),
        (batch[1].get_id(), "refused", "unknown_key"),
        (batch[2].get_id(), "admitted", None),
    ]


@pytest.mark.parametrize("mode", ["binary", "structured"])
async def test_what_the_python_sdk_sends_over_amqp_is_admitted(kefu: System, mode: str) -> None:
    """Its binary mode writes the time as a number of milliseconds, as the AMQP binding says for a timestamp."""
    told = event(kefu.around, datacontenttype="application/json")
    make = amqp.to_structured_event if mode == "structured" else amqp.to_binary_event
    await asyncio.to_thread(published, kefu.around.need("PRODUCTION_INGRESS_URL"), make(told))
    assert (await became(kefu.around, told.get_id()))["stage"] == "admitted"


async def test_over_amqp_a_batch_is_refused_and_the_department_is_told(kefu: System) -> None:
    told = event(kefu.around)
    batch = amqp.AMQPMessage(
        {"content-type": "application/cloudevents-batch+json"}, {}, b"[" + JSONFormat().write(told) + b"]"
    )
    url = kefu.around.need("PRODUCTION_INGRESS_URL")
    await asyncio.to_thread(published, url, batch)

    def told_of_it() -> bool:
        with pika.BlockingConnection(pika.URLParameters(url)) as connection:
            method, _, body = connection.channel().basic_get("refused.production", auto_ack=True)
            return method is not None and json.loads(body)["code"] == "content_type"

    assert await until(lambda: asyncio.to_thread(told_of_it))


async def test_what_the_javascript_sdk_sends_is_admitted_in_every_mode_and_it_reads_what_we_announce(
    kefu: System, modules: Path
) -> None:
    around = kefu.around
    events = [{**attributes(around), "data": data(around)} for _ in range(6)]
    for ascii_only in (events[0], events[4]):
        ascii_only["id"] = f"done-{uuid4()}"  # the SDK leaves the percent-encoding of headers to its caller
    env = {
        "INTAKE_URL": around.service_url("intake"),
        "API_KEY": around.need("PRODUCTION_API_KEY"),
        "INGRESS_URL": around.need("PRODUCTION_INGRESS_URL"),
        "RABBIT_URL": around.need("RABBIT_URL"),
        "DEPARTMENT": "production",
    }
    said = await asyncio.to_thread(
        said_by,
        *("node", str(JAVASCRIPT / "department.mjs")),
        input=json.dumps(events, default=lambda time: time.isoformat()),
        env={**env, "PATH": PATH},
    )
    assert json.loads(said) == {"answers": [202, 202, 207], "returned": [], "heard": 6}
    states = [(await became(around, str(each["id"])))["stage"] for each in events]
    assert states == ["admitted"] * 6


async def test_amqp_publish_of_debian_reports_a_fact(kefu: System) -> None:
    around, id = kefu.around, f"done-{uuid4()}"
    headers = {**attributes(around), "id": id}
    said = [f"--header=cloudEvents_{name}: {value}" for name, value in headers.items()]
    command = ["amqp-publish", f"--url={around.need('PRODUCTION_INGRESS_URL')}", "--exchange=in.production"]
    told = [f"--routing-key={KEY}", "--content-type=application/json", "--persistent", *said]
    assert await asyncio.to_thread(said_by, *command, *told, input=json.dumps(data(around))) == ""
    assert (await became(around, id))["stage"] == "admitted"


async def test_a_client_generated_from_the_openapi_document_tells_facts_apart_and_reports_one(
    kefu: System, modules: Path, tmp_path: Path
) -> None:
    around, id = kefu.around, f"完工-{uuid4()}"
    document, tools = ROOT / "docs" / "openapi" / "intake.json", modules / ".bin"
    (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(JAVASCRIPT / "reports.ts", tmp_path)
    generate = (str(tools / "openapi-typescript"), "--default-non-nullable=false", str(document), "-o", "intake.d.ts")
    compile = (str(tools / "tsc"), "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022")
    said_by(*generate, cwd=tmp_path)
    said_by(*compile, "reports.ts", cwd=tmp_path)
    env = {
        "INTAKE_URL": around.service_url("intake"),
        "API_KEY": around.need("PRODUCTION_API_KEY"),
        "ID": id,
        "TIME": around.time().now().isoformat(),
        "ORDER_NO": f"SO-{uuid4().hex[:8].upper()}",
        "PATH": PATH,
    }
    said = await asyncio.to_thread(said_by, "node", "reports.js", cwd=tmp_path, env=env)
    assert json.loads(said) == {"status": 202, "stage": "admitted"}
    assert (await became(around, id))["type"] == KEY


async def test_the_python_sdk_reads_what_we_announce(kefu: System) -> None:
    """A subscriber on a queue of its own, which reads one event in the binding of AMQP and in that of HTTP."""
    around, told = kefu.around, event(kefu.around)
    with pika.BlockingConnection(pika.URLParameters(around.need("RABBIT_URL"))) as connection:
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, "events", KEY)
        message = over_http.to_structured_event(told)
        assert (await posted(around, message.headers, message.body)).status_code == 202

        async def the_one_told() -> tuple[Any, bytes] | None:
            """Others, admitted before, may be announced meanwhile."""
            method, properties, body = await asyncio.to_thread(channel.basic_get, queue, auto_ack=True)
            ours = method and json.loads(body)["order_no"] == told.get_data()["order_no"]
            return (properties, body) if ours else None

        properties, body = await until(the_one_told)
    read = amqp.from_amqp_event(amqp.AMQPMessage({"content-type": properties.content_type}, properties.headers, body))
    assert (read.get_type(), read.get_source(), read.get_time()) == (KEY, "production", told.get_time())
    said = read.get_data()
    assert (said["order_no"], said["quantity_ok"]) == (told.get_data()["order_no"], 24)
    as_http = {name.replace("cloudEvents:", "ce-"): str(text) for name, text in properties.headers.items()}
    again = over_http.from_http_event(HTTPMessage({**as_http, "content-type": "application/json"}, body))
    assert (again.get_id(), again.get_data()) == (read.get_id(), said)
