"""Whatever comes in and whatever breaks, no name, address or number of a person stands in a log line."""

import asyncio
import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from fastapi.routing import iter_route_contexts
from notify_in_memory import InMemoryNotify
from pydantic import TypeAdapter, ValidationError

import aftersales.app
import aftersales.settings
import complaints.app
import complaints.settings
import intake.app
import intake.settings
import notify.app
import notify.settings
import orders.app
import orders.settings
from kefu.example import example
from notify.gateways.gateway import Outgoing, Unsendable
from shared import logs
from shared.aggregate import NotFound, Refused
from shared.contracts.complaints import ComplaintFiled
from shared.contracts.event import Event
from shared.contracts.roles import Department, Role
from shared.http import Unauthenticated
from shared.parking.parked import Overdue
from shared.runtime.consumer import Consumer
from shared.service import Service
from shared.settings import ServiceSettings
from shared.subscriptions import Listener
from shared.testing import SEAL_KEYS, World, cause, in_memory, nowhere
from shared.wire.envelope import Envelope, Malformed
from shared.wire.message import Delivery, Message

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
PEOPLE = (
    "欧阳建国",
    "广东省广州市天河区体育西路103号B座1203室",
    "Jonathan Appleseed",
    "221B Baker Street, Flat 3",
    "13812345678",
    "+86 138-1234-5678",
    "１３８１２３４５６７８",
    "020-87654321",
    "440106199001011234",
    "44010619900101123X",
    "j.appleseed@example.com",
)
TRACES = (
    *("欧阳", "建国", "天河", "体育", "Jonathan", "Appleseed", "appleseed", "Baker", "Flat 3", "12345678"),
    *("1234-5678", "１３８", "87654321", "199001011234", "19900101123X"),
)
"""Parts of them that are enough to recognise a person."""
EVERYTHING = " / ".join(PEOPLE)
SERVICES: dict[str, tuple[type[ServiceSettings], Callable[..., Service]]] = {
    "intake": (intake.settings.Settings, intake.app.service),
    "orders": (orders.settings.Settings, orders.app.service),
    "complaints": (complaints.settings.Settings, complaints.app.service),
    "aftersales": (aftersales.settings.Settings, aftersales.app.service),
    "notify": (notify.settings.Settings, notify.app.service),
}
IMPATIENT = {"parking_first_wait": 0.001, "parking_longest_wait": 0.001, "parking_max_attempts": 2, "suspect_limit": 2}
SOME = 5
"""Of the messages for one listener, each so-manyth is sent; the next listener gets the ones after these."""
INGRESS = {"ingress_url": "amqp://nowhere"}


class Written:
    """What has been logged."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    def events(self) -> set[str]:
        return {json.loads(line)["event"] for line in self._stream.getvalue().splitlines()}

    def about_people(self) -> list[str]:
        """Lines in which somebody can be recognised."""
        return [line for line in self._stream.getvalue().splitlines() if any(each in line for each in TRACES)]


@pytest.fixture
def written() -> Iterator[Written]:
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("test", "DEBUG", stream)
    yield Written(stream)
    root.handlers, root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def world_of(name: str) -> World:
    kind, build = SERVICES[name]
    settings = nowhere(kind, **IMPATIENT, **(INGRESS if name == "intake" else {}))
    return World(build(settings, in_memory(name, settings, at=AT)))


def peopled(value: Any, person: str) -> Any:
    """The same with this person in every text."""
    if isinstance(value, dict):
        return {key: peopled(each, person) for key, each in value.items()}
    if isinstance(value, list):
        return [peopled(each, person) for each in value]
    return person if isinstance(value, str) else value


def one_by_one(body: dict[str, Any], person: str) -> Iterator[dict[str, Any]]:
    """The same with this person in one field each."""
    for name in body:
        yield {**body, name: person}
        yield {**body, name: {person: person}}


def bodies(model: type[Event]) -> Iterator[bytes]:
    good = json.loads(example(model).model_dump_json())
    yield json.dumps(peopled(good, EVERYTHING)).encode()
    yield json.dumps({**good, EVERYTHING: EVERYTHING}).encode()
    yield json.dumps({**good, "Jonathan": "Appleseed"}).encode()
    for changed in one_by_one(good, EVERYTHING):
        yield json.dumps(changed).encode()
    yield EVERYTHING.encode()
    yield f'{{"{EVERYTHING}": '.encode()
    yield f'{{"{EVERYTHING}": 1, "{EVERYTHING}": 2}}'.encode()
    yield json.dumps([EVERYTHING]).encode()
    yield json.dumps(EVERYTHING).encode()
    yield EVERYTHING.encode("utf-16")


def messages(listener: Listener, model: type[Event]) -> Iterator[Message]:
    """Messages for one listener with people in the body, in each attribute, and in each property."""
    envelope = Envelope.of(example(model), uuid4(), uuid4(), 1, cause(AT))
    good, body = envelope.headers(), envelope.body.encode()
    for each in bodies(model):
        yield Message(listener.queue, model.key, {**good, "cloudEvents:id": str(uuid4())}, each)
    for name in (*good, EVERYTHING, "cloudEvents:subject"):
        yield Message(listener.queue, model.key, {**good, name: EVERYTHING}, body)
    structured = {**envelope_attributes(good), "data": json.loads(body)}
    for name in structured:
        said = json.dumps({**structured, name: EVERYTHING}).encode()
        yield Message(listener.queue, model.key, {}, said, content_type="application/cloudevents+json")
    for name in ("message_id", "content_type", "user_id", "reply_to", "expiration"):
        yield Message(listener.queue, model.key, {}, body, **{name: EVERYTHING})
    yield Message(listener.queue, EVERYTHING, good, body)


def envelope_attributes(headers: Any) -> dict[str, Any]:
    return {
        name.removeprefix("cloudEvents:"): value for name, value in headers.items() if name.startswith("cloudEvents:")
    }


class Channel:
    """A channel that takes every acknowledgement."""

    is_closed = False

    async def basic_ack(self, upto: int, **_: Any) -> None:
        return


class Arrivals:
    """Hands messages to the consumers of a service as the broker would, and waits until each has an end."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._tags: dict[int, int] = {}
        self._channels: dict[int, Channel] = {}

    def __call__(self, consumer: Consumer, message: Message) -> None:
        key = id(consumer)
        channel = self._channels.setdefault(key, Channel())
        self._tags[key] = self._tags.get(key, 0) + 1
        consumer._collect(Delivery(message, channel, self._tags[key], len(message.body)))

    async def settle(self) -> None:
        consumers = [bus.consumer for bus in self.service._buses]
        workers = [self.service.plumbing.group_commit, *consumers]
        running = [asyncio.create_task(worker.run()) for worker in workers]
        async with asyncio.timeout(60):
            for consumer in consumers:
                await consumer.drain()
        for _ in range(3):
            await asyncio.sleep(0.002)  # the wait of what is parked, which is real time
            while await self.service.retries.retry_due():
                pass
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def errors() -> Iterator[Exception]:
    """Every kind of failure, with people in its text and in what led to it."""
    yield RuntimeError(EVERYTHING)
    yield Refused(EVERYTHING, "not_now")
    yield NotFound("person", EVERYTHING)
    yield Malformed(EVERYTHING)
    yield KeyError(EVERYTHING)
    yield ExceptionGroup(EVERYTHING, [ValueError(EVERYTHING)])
    yield UnicodeDecodeError("utf-8", EVERYTHING.encode(), 0, 1, EVERYTHING)
    yield ConnectionRefusedError(111, EVERYTHING)
    try:
        TypeAdapter(dict[str, int]).validate_python({EVERYTHING: EVERYTHING})
    except ValidationError as error:
        yield error
    try:
        try:
            raise KeyError(EVERYTHING)
        except KeyError as error:
            raise LookupError(EVERYTHING) from error
    except LookupError as error:
        yield error


class Breaking:
    """A listener that fails in one way."""

    def __init__(self, listener: Any, error: Exception) -> None:
        self._listener, self._error = listener, error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listener, name)

    async def hear(self, message: Message) -> Any:
        raise self._error


@pytest.mark.parametrize("name", SERVICES)
async def test_people_in_messages_of_every_kind_are_not_logged(name: str, written: Written) -> None:
    service = world_of(name).service
    arrive = Arrivals(service)
    for bus in service._buses:
        for turn, listener in enumerate(bus.consumer.listeners.values()):
            model = getattr(listener, "event", ComplaintFiled)
            for message in islice(messages(listener, model), turn % SOME, None, SOME):
                arrive(bus.consumer, message)
    await arrive.settle()

    assert written.about_people() == []
    assert {"message_not_handled"} <= written.events()


@pytest.mark.parametrize("name", SERVICES)
async def test_people_in_what_handlers_and_deadlines_fail_at_are_not_logged(name: str, written: Written) -> None:
    service = world_of(name).service
    arrive = Arrivals(service)
    for bus in service._buses:
        queue, listener = next(iter(bus.consumer.listeners.items()))
        for error in errors():
            broken: Any = Breaking(listener, error)
            bus.consumer.listeners[queue] = broken  # type: ignore[index]
            service.retries._listeners[queue] = broken  # type: ignore[index]
            body, headers = f"{EVERYTHING} {error!r}".encode(), {"cloudEvents:id": EVERYTHING}
            for redelivered in (False, True, True, True, True):
                arrive(bus.consumer, Message(queue, "x", headers, body, redelivered=redelivered))
                await arrive.settle()
    for error in errors():
        overdue = Overdue(collection="things", aggregate=uuid4(), kind="lapse", at=AT)
        await service.deadlines._park(overdue, error)
        await service._watched("task", _raising(error))

    assert written.about_people() == []
    assert {"message_not_handled", "retry_failed", "message_dead", "deadline_not_fired", "worker_failed"} <= (
        written.events()
    )


async def _raising(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("name", SERVICES)
async def test_people_in_requests_of_every_kind_are_not_logged(name: str, written: Written) -> None:
    world = world_of(name)
    app = world.service.app
    found = iter(errors())

    @app.get("/breaks")
    async def breaks() -> None:
        raise next(found)

    @app.get("/strangers")
    async def strangers() -> None:
        raise Unauthenticated(EVERYTHING)

    headers = {"Reason": "Jonathan Appleseed", "X-Forwarded-For": "Jonathan Appleseed", "Traceparent": "13812345678"}
    for _ in errors():
        await world.ask(Role.OPERATOR, "GET", "/breaks")
    await world.ask(None, "GET", "/strangers")
    statuses = set()
    askers = (None, Role.OPERATOR, Role.CS_DIRECTOR, Department.SALES)
    routes = [
        route
        for route in iter_route_contexts(app.routes)
        if getattr(route, "dependencies", None) is not None and route.path not in ("/health/ready", "/breaks")
    ]
    for turn, route in enumerate(routes):
        for method in route.methods or ():
            asker, person = askers[turn % len(askers)], PEOPLE[turn % len(PEOPLE)].replace("/", "")
            for who, body in ((asker, {person: person}), (Role.CS_DIRECTOR, [EVERYTHING]), (asker, EVERYTHING)):
                path = f"{_filled(route.path or '', person)}?{person}={person}&cursor={person}"
                answer = await world.ask(
                    who, method, path, body, by="Jonathan Appleseed", key=f"k{turn}", headers=headers
                )
                statuses.add(answer.status_code)

    assert written.about_people() == []
    assert {"request_failed", "refused"} <= written.events()
    assert {401, 403, 422} <= statuses


def _filled(path: str, person: str) -> str:
    """The path to this person, and where it has a second part to fill, to something of theirs."""
    return re.sub(r"{\w+(:path)?}", str(uuid4()), re.sub(r"{\w+(:path)?}", person, path, count=1))


async def test_people_in_what_providers_answer_and_gateways_fail_at_are_not_logged(written: Written) -> None:
    office = InMemoryNotify()
    failing = [*errors(), Unsendable(EVERYTHING)]
    office.sms.send = office.email.send = office.chat.send = lambda _: _raising(failing[0])  # type: ignore

    def prepare(_: Outgoing) -> None:
        if isinstance(failing[0], Unsendable):
            raise failing[0]

    office.sms.prepare = office.email.prepare = office.chat.prepare = prepare  # type: ignore[method-assign]
    while failing:
        fact = example(ComplaintFiled)
        await office.tell(fact)
        failing.pop(0)
        await office.later(hours=1) if failing else None

    assert written.about_people() == []
    assert {"gateway_broke", "message_unsendable"} <= written.events()


def test_people_in_what_a_service_cannot_start_for_are_not_printed(tmp_path: Path) -> None:
    program = """
from shared.service import main
from shared.settings import ServiceSettings

def build(settings):
    person = open("person").read()
    raise RuntimeError(person)

main(build, ServiceSettings)
"""
    (tmp_path / "person").write_text(EVERYTHING)
    nowhere = {"MONGO_URL": "mongodb://127.0.0.1:1", "RABBIT_URL": "amqp://127.0.0.1:1", "SEAL_KEYS": SEAL_KEYS}
    env = {**nowhere, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "RuntimeError" in done.stderr
    assert [each for each in TRACES if each in done.stdout + done.stderr] == []
