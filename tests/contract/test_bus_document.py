"""What docs/asyncapi.json tells strangers is what RabbitMQ is told: places, who may use them, under which keys."""

import json
import re
from pathlib import Path

import pytest

from kefu_local.rights import CORE, bus_definitions, services
from shared.wire import ingress
from shared.wire.broker import EVENTS

ROOT = Path(__file__).parents[2]
BUS = json.loads((ROOT / "docs" / "asyncapi.json").read_text())
DOORS = ingress.definitions(dict.fromkeys((*ingress.departments(), "intake"), "x"))
INSIDE = bus_definitions(dict.fromkeys(services(), "x"))


def found(reference):
    node = BUS
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def operations(action, kind):
    """The operations of that action and kind, as (who, name, AMQP binding, routing key)."""
    for name, operation in BUS["operations"].items():
        who, word, _ = name.split(".", 2)
        channel = found(operation["channel"]["$ref"])
        if (operation["action"], word) == (action, kind):
            yield who, name, channel["bindings"]["amqp"], channel["address"]


def right(definitions, user, vhost):
    (permission,) = [each for each in definitions["permissions"] if (each["user"], each["vhost"]) == (user, vhost)]
    return permission


def keys(definitions, user, vhost, exchange):
    (permission,) = [
        each
        for each in definitions["topic_permissions"]
        if (each["user"], each["vhost"], each["exchange"]) == (user, vhost, exchange)
    ]
    return permission["write"]


def test_a_department_may_report_what_the_document_says_where_it_says():
    exchanges = {each["name"]: (each["type"], each["durable"], each["vhost"]) for each in DOORS["exchanges"]}
    reports = list(operations("send", "reports"))
    assert {who for who, *_ in reports} == set(ingress.departments())
    for who, name, binding, key in reports:
        exchange = binding["exchange"]
        assert exchanges[exchange["name"]] == (exchange["type"], exchange["durable"], exchange["vhost"]), name
        assert re.search(right(DOORS, who, ingress.VHOST)["write"], exchange["name"]), name
        assert re.search(keys(DOORS, who, ingress.VHOST, exchange["name"]), key), name


def test_a_service_may_announce_what_the_document_says_and_nothing_that_is_another_ones():
    announced = list(operations("send", "announces"))
    assert {who for who, *_ in announced} == set(services())
    for who, name, binding, key in announced:
        exchange = binding["exchange"]
        described = (exchange["name"], exchange["type"], exchange["vhost"])
        assert described == (EVENTS.name, EVENTS.type.value, CORE), name
        may = [each for each in services() if re.search(keys(INSIDE, each, CORE, EVENTS.name), key)]
        assert may == [who], name


def test_every_operation_that_hears_is_named_as_its_queue_which_its_reader_alone_may_read():
    inside, doors = list(operations("receive", "on")), []
    for who, name, binding, key in inside:
        if "queue" in binding:
            doors.append((who, binding["queue"]["name"], binding["queue"]["durable"]))
            continue
        assert name == f"{who}.on.{key}"
        assert [each for each in services() if re.search(right(INSIDE, each, CORE)["read"], name)] == [who]
    queues = {each["name"]: each["durable"] for each in DOORS["queues"]}
    told = [(who, ingress.refusals(who), queues[ingress.refusals(who)]) for who in ingress.departments()]
    assert sorted(doors) == sorted(told)
    for who, queue, _ in doors:
        readers = [
            each for each in ingress.departments() if re.search(right(DOORS, each, ingress.VHOST)["read"], queue)
        ]
        assert readers == [who]


@pytest.mark.parametrize("name", BUS["servers"])
def test_a_server_asks_for_a_user_by_a_scheme_that_the_document_has(name):
    server = BUS["servers"][name]
    assert [found(each["$ref"])["type"] for each in server["security"]] == ["userPassword"]
    vhosts = {each["name"] for each in (*DOORS["vhosts"], *INSIDE["vhosts"])}
    assert server["pathname"].removeprefix("/") in vhosts
