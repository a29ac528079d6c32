"""What one part accepts, all parts can carry: the extremes of every field go in at a door and out in a message."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest
from notify_in_memory import MORNING, TABLES, InMemoryNotify
from pydantic import BaseModel, ValidationError

from intake.api.contacts import RecordTalk
from intake.api.customers import CorrectCustomer, RegisterCustomer
from intake.api.orders import PapersNamed, TakeOrder
from intake.api.visits import ReportVisit
from intake.app import service
from intake.settings import Settings
from kefu.example import example
from notify.domain.messages.variable import Unfit
from notify.gateways.gateway import Outgoing
from notify.gateways.smtp import Mailbox, compose, must_be_mailbox
from shared.contracts.catalogue import contracts
from shared.contracts.event import Event
from shared.contracts.intake import CustomerUpdated
from shared.contracts.roles import Role
from shared.testing import World, in_memory, nowhere

TEXTS = (
    "",
    " ",
    "\u200b",
    "\u3164",
    "\x00",
    "张\x00三",
    " 首尾有空格 ",
    "两\n行",
    "【公司】",
    "http://kefu.example/a?b=1",
    "$" + "{hotline}",
    "<b>{{ 1 }}</b>",
    "👨‍👩‍👧",
    "\u202e反向",
    "\ud83d",
)
ADDRESSES = (
    "a@example.com;b@example.com",
    " a@example.com ",
    "王先生 <w@example.com>",
    "ａ＠example.com",
    "not-an-email",
    "无",
    "a@example.com\r\nBcc: b@example.com",
    "a..b@example.com",
    "王@example.com",
    f"{'a' * 64}@{'b' * 63}.example",
    f"{'a' * 65}@example.com",
)
NUMBERS = ("１３８００１３８０００", "138 0013 8000", "+86-13800138000", "12345", "-----", "+" + "9" * 20)
ZONES = (
    *("China Standard Time", "GMT+8", "UTC+08:00", "Asia/Beijing", "asia/shanghai", "Asia/Shanghai ", "", "../etc"),
    *("localtime", "posixrules", "Factory"),
)
AMOUNTS = ("1.28E+4", "-100.00", "-0.00", "0", "99999999999999.99", "1E+20", "0.001", "NaN", "Infinity", 12.3)
DAYS = ("0001-01-01", "9999-12-31", "2026-02-30", "")
MOMENTS = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-04-05T02:10:00", "2026-11-23T02:00:00-23:59")
WHOLE = (-1, 0, 1, 99_999_999, 10**19, 2**63, True, "3", 1.5)
OF_NAME = {"template": (), "email": ADDRESSES, "mobile": NUMBERS, "timezone": ZONES, "amount": AMOUNTS}
OF_FORMAT = {"date": DAYS, "date-time": MOMENTS, "uuid": ("", "x"), "time": ("24:00", "23:59:59.999999")}


def paths(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every field of an example, with the part of the schema that says what it may hold."""
    schema = resolved(schema, definitions)
    inner: dict[Any, Any] = {}
    if isinstance(value, dict):
        inner = {name: each for name, each in schema.get("properties", {}).items() if name in value}
    elif isinstance(value, list) and value:
        inner = {0: schema.get("items", {})}
    elif not isinstance(value, list):
        yield (), schema
    for step, each in inner.items():
        yield from (((step, *path), leaf) for path, leaf in paths(value[step], each, definitions))


def resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, where it is only named, and the first of several that it may be."""
    while "$ref" in schema or "anyOf" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema["anyOf"][0]
    return schema


def extremes(path: tuple[Any, ...], schema: dict[str, Any]) -> tuple[Any, ...]:
    """What a field of this kind is given: too little, the least, the most, too much, and what looks like it."""
    name = path[-1] if path else ""
    if name in OF_NAME:
        return OF_NAME[name]
    if schema.get("format") in OF_FORMAT:
        return OF_FORMAT[schema["format"]]
    if schema.get("type") == "integer":
        return WHOLE
    if schema.get("type") == "boolean" or "enum" in schema or "const" in schema:
        return ()
    longest = schema.get("maxLength", 4000)
    return (*TEXTS, "长" * longest, "长" * (longest + 1), "🏭" * longest, "W" * longest)


def variants(model: type[BaseModel], start: dict[str, Any] | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The example with one field changed, once for each extreme of each field."""
    schema = model.model_json_schema()
    body = start or json.loads(example(model).model_dump_json())
    for path, leaf in paths(body, schema, schema.get("$defs", {})):
        for extreme in extremes(path, leaf):
            changed = deepcopy(body)
            place = changed
            for step in path[:-1]:
                place = place[step]
            if path:
                place[path[-1]] = extreme
                yield f"{'.'.join(map(str, path))}={extreme!r:.40}", changed


@pytest.fixture(scope="module")
def built() -> InMemoryNotify:
    return InMemoryNotify()


@pytest.fixture
def notify(built: InMemoryNotify) -> InMemoryNotify:
    built.forget()
    return built


@pytest.fixture(scope="module")
def intake() -> World:
    settings = nowhere(Settings)
    return World(service(settings, in_memory("intake", settings, at=MORNING)), hears_itself=True)


async def must_be_sendable(notify: InMemoryNotify) -> None:
    """Every way of every message takes the words that it would be handed.

    What may not be cut is too long for an SMS: then the mail after it carries the whole.
    """
    async for message in notify.notifications.each({}):
        for step, way in enumerate(message.ways):
            try:
                words = notify.composer.words(message.but(step=step))
            except Unfit as too_long:
                if way.channel != "sms" or "are allowed" not in str(too_long) or step + 1 == len(message.ways):
                    raise
                continue
            if way.channel == "email":
                must_be_mailbox(way.address)
                compose(Outgoing(message.id, way.address, words, message.created_at), MAILBOX)


async def hear(notify: InMemoryNotify, fact: Event, what: str) -> None:
    """Notify hears a fact, alone, and can tell it; what goes wrong says of which variant."""
    notify.forget()
    try:
        await notify.hear(fact)
        await must_be_sendable(notify)
    except Exception as error:
        error.add_note(what)
        raise


MAILBOX = Mailbox(url="smtp://nowhere", address="cs@kefu.example", name="客服")
TOLD = sorted({rule.event for rule in TABLES.rules if rule.audience == "customer"})
WITH_CUSTOMER = "orders.order_released.v1"
"""The one fact whose customer is varied too; it is the same part of every other one."""


@pytest.mark.parametrize("key", TOLD)
async def test_what_a_fact_may_say_is_always_told(notify: InMemoryNotify, key: str) -> None:
    taken = 0
    for what, body in variants(contracts()[key]):
        if what.startswith("customer.") and key != WITH_CUSTOMER:
            continue
        try:
            fact = contracts()[key].model_validate(body)
        except ValidationError:
            continue
        await hear(notify, fact, what)
        taken += 1

    assert taken > 0


STANDARD = {
    "kind": "standard",
    "order_no": None,
    "verified": {"by": "cs-07", "at": "2026-11-23T01:00:00Z"},
    **dict.fromkeys(PapersNamed.model_fields),
}
"""An order that needs no papers before it is placed."""
DOORS = (
    ("/customers", RegisterCustomer),
    ("/customers/{customer}/correct", CorrectCustomer),
    ("/orders", TakeOrder),
    ("/visits", ReportVisit),
    ("/customers/{customer}/contacts", RecordTalk),
)
CONTACT = {
    "name": "王建国",
    "title": "王总",
    "mobile": "13800138000",
    "email": "wang@hengda.example",
    "timezone": "Asia/Shanghai",
}


async def _customer(intake: World, contact: dict[str, Any]) -> str:
    body = {"name": "广州恒达装饰工程有限公司", "contacts": [contact]}
    return str((await intake.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).json()["customer_id"])


@pytest.mark.parametrize(("path", "model"), DOORS, ids=[path for path, _ in DOORS])
async def test_what_a_door_takes_every_listener_understands(
    notify: InMemoryNotify, intake: World, path: str, model: type[BaseModel]
) -> None:
    intake.forget()
    customer = await _customer(intake, CONTACT)
    start = {"reason": "更正"} if model is CorrectCustomer else json.loads(example(model).model_dump_json())
    start |= {"contacts": [CONTACT]} if "contacts" in model.model_fields else {}
    start |= {"customer_id": customer} if "customer_id" in start else {}
    start |= STANDARD if model is TakeOrder else {}
    listened, taken = {each.event.key for each in notify.on}, 0

    for what, body in variants(model, start):
        before = len(intake.announced)
        answer = await intake.ask(Role.CS_SPECIALIST, "POST", path.format(customer=customer), body)
        assert answer.status_code < 500, what
        taken += answer.is_success
        for fact in intake.announced[before:]:
            if fact.key in listened:
                await hear(notify, fact, what)

    assert taken > 0


async def test_every_address_that_a_file_takes_can_be_used_in_an_order(intake: World) -> None:
    intake.forget()
    answers = []
    for address in ADDRESSES:
        given = {**CONTACT, "email": address}
        opened = await intake.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "恒达", "contacts": [given]})
        if opened.is_success:
            lines = [{"description": "隔断", "quantity": 1}]
            body = {"customer_id": opened.json()["customer_id"], "lines": lines}
            ordered = await intake.ask(Role.CS_SPECIALIST, "POST", "/orders", body)
            answers.append((address, ordered.status_code))

    assert answers == [(" a@example.com ", 201), ("ａ＠example.com", 201), (f"{'a' * 64}@{'b' * 63}.example", 201)]


@pytest.mark.parametrize("zone", ZONES)
async def test_a_zone_that_does_not_exist_is_refused_at_the_door(intake: World, zone: str) -> None:
    intake.forget()
    body = {"name": "恒达", "contacts": [{**CONTACT, "timezone": zone}]}

    answer = await intake.ask(Role.CS_SPECIALIST, "POST", "/customers", body)

    assert answer.status_code == (201 if zone.strip().casefold() == "asia/shanghai" else 422)
    if answer.is_success:
        assert answer.json()["particulars"]["contacts"][0]["timezone"] == "Asia/Shanghai"


async def test_a_file_keeps_an_old_name_of_a_zone_when_it_is_opened_and_when_it_is_corrected(intake: World) -> None:
    intake.forget()
    contact = {**CONTACT, "timezone": "japan"}

    opened = await intake.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "恒达", "contacts": [contact]})
    kept = opened.json()["particulars"]["contacts"]
    where = f"/customers/{opened.json()['customer_id']}/correct"
    corrected = await intake.ask(
        Role.CS_SPECIALIST, "POST", where, {"reason": "客户来电更正", "name": "恒达装饰", "contacts": kept}
    )

    assert (opened.status_code, corrected.status_code) == (201, 200)
    assert [each["timezone"] for each in (*kept, *corrected.json()["particulars"]["contacts"])] == ["Japan", "Japan"]


async def test_staff_hear_once_of_a_zone_that_does_not_exist_and_the_house_s_own_holds(notify: InMemoryNotify) -> None:
    customer = uuid4()

    def file(revision: int) -> CustomerUpdated:
        contact = {**CONTACT, "timezone": "China Standard Time"}
        return CustomerUpdated(customer_id=customer, name="恒达", contacts=(contact,), revision=revision)

    await notify.tell(file(2))
    for event in [each for each in notify.world.announced if each.key == "notify.time_zone_unknown.v1"]:
        await notify.tell(event)
    await notify.tell(file(3))
    await notify.later(minutes=2)

    assert [event.timezone for event in notify.world.announced if event.key == "notify.time_zone_unknown.v1"] == [
        "China Standard Time"
    ]
    (told,) = notify.chat.words
    assert "恒达的档案中时区填写为“China Standard Time”" in told.text
