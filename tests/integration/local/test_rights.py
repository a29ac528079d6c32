"""Each service with the rights it is given, and what happens when it tries to go further."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.exceptions import AMQPException
from front_desk import PASSWORD, open_ingress
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from waiting import until

from console.hints import Hints
from kefu_local.database_users import make_users
from kefu_local.mongodb import MongoDB
from kefu_local.ports import free_ports
from kefu_local.rights import CONSOLE, bus_clients, bus_definitions, database_users, logins, services
from kefu_local.servers import with_login
from shared.contracts.catalogue import published
from shared.testing import SECRETS
from shared.wire.broker import declare, safe_broker
from shared.wire.ingress import departments

PASSWORDS = dict.fromkeys((user for name in bus_clients() for user in logins(name)), PASSWORD)
ROOT = {"name": "operator", "password": PASSWORD}
UNAUTHORIZED, AUTHENTICATION_FAILED = 13, 18
SIBLING = {name: services()[place - 1] for place, name in enumerate(services())}


@pytest.fixture(scope="module")
def guarded_mongo(tmp_path_factory):
    """Where a MongoDB listens that knows the five services and asks everybody who he is."""
    port = next(free_ports())
    mongo = MongoDB(tmp_path_factory.mktemp("mongo"), port, "--auth")
    mongo.start()
    make_users(ROOT, database_users(PASSWORDS), f"127.0.0.1:{port}")
    yield f"127.0.0.1:{port}"
    mongo.kill()


@pytest.fixture(scope="module")
def core(running_servers):
    """The name of a core vhost with the exchanges of the bus and the services' rights in it."""
    name = f"test-{uuid4().hex[:12]}"
    running_servers.management.post("/definitions", **bus_definitions(PASSWORDS, vhost=name))
    running_servers.management.create_vhost(name)
    asyncio.run(exchanges(running_servers.vhost_url(name)))
    yield name
    running_servers.management.delete_vhost(name)


async def exchanges(url):
    broker = safe_broker(url, "outside")
    await broker.connect()
    await declare(broker)
    await broker.stop()


@pytest.fixture
def guarded(real_servers, core, guarded_mongo):
    """How a service is told of both."""

    def of(name, user="", **settings):
        user = user or name
        rabbit = with_login(real_servers.vhost_url(core), user, PASSWORD)
        mongo = f"mongodb://{user}:{PASSWORD}@{guarded_mongo}/{name}"
        return {"mongo_url": mongo, "rabbit_url": rabbit, **SECRETS, **settings}

    return of


@asynccontextmanager
async def running(name, settings):
    """A service of this name, once it says that nothing is missing."""
    kind = import_module(f"{name}.settings").Settings
    service = import_module(f"{name}.app").service(kind.model_validate(settings))

    async def ready():
        checks = await service.health.checks()
        return all(checks[what] == "ok" for what in ("mongo", "rabbit", "outbox"))

    async with service.running():
        await until(ready, 60)
        yield service


@asynccontextmanager
async def channel_of(url):
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(await aio_pika.connect(url))
        yield await connection.channel()


async def refused(doing):
    """Whether the broker says that this is not allowed."""
    try:
        await doing
    except AMQPException as error:
        return "ACCESS_REFUSED" in str(error)
    return False


@pytest.mark.parametrize(("name", "user"), [(name, user) for name in services() for user in logins(name)])
async def test_a_service_has_every_right_it_needs_as_either_of_its_users(guarded, name, user):
    async with running(name, guarded(name, user)) as service:
        assert await service.health.status() != {}


async def test_the_gateway_is_at_home_in_the_departments_vhost_with_the_same_user(real_servers, guarded):
    departments_vhost = open_ingress(real_servers)
    ingress_url = with_login(real_servers.vhost_url(departments_vhost), "intake", PASSWORD)
    async with running("intake", guarded("intake", ingress_url=ingress_url)) as service:
        assert (await service.health.checks())["rabbit"] == "ok"
    for name in set(services()) - {"intake"}:
        with pytest.raises(AMQPException):
            await aio_pika.connect(with_login(real_servers.vhost_url(departments_vhost), name, PASSWORD))
    real_servers.management.delete_vhost(departments_vhost)


async def read(channel, queue):
    await (await channel.get_queue(queue, ensure=False)).get(fail=False)


async def empty(channel, queue):
    await (await channel.get_queue(queue, ensure=False)).purge()


ATTEMPTS = {
    "read": read,
    "empty": empty,
    "delete": lambda channel, queue: channel.queue_delete(queue),
    "declare": lambda channel, queue: channel.declare_queue(f"{queue}.too", durable=True),
    "fill": lambda channel, queue: channel.default_exchange.publish(aio_pika.Message(b"{}"), queue),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("name", services())
async def test_no_service_gets_at_a_siblings_queue(real_servers, core, guarded, name, attempt):
    queue = f"{SIBLING[name]}.on.test.something_happened.v1"
    async with channel_of(real_servers.vhost_url(core)) as ours:
        await ours.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})
        async with channel_of(guarded(name)["rabbit_url"]) as theirs:
            assert await refused(ATTEMPTS[attempt](theirs, queue))
        await ours.queue_delete(queue)


@pytest.mark.parametrize("name", services())
async def test_a_service_announces_its_own_events_and_intake_those_of_departments_too(guarded, name):
    own = {name, *departments()} if name == "intake" else {name}
    publishers = {event.publisher(): key for key, event in published().items()}
    stopped = set()
    for publisher, key in publishers.items():
        async with channel_of(guarded(name)["rabbit_url"]) as channel:
            exchange = await channel.get_exchange("events", ensure=False)
            if await refused(exchange.publish(aio_pika.Message(b"{}"), key)):
                stopped.add(publisher)
    assert publishers.keys() - stopped == own


async def listens(hints):
    """Returns when these hear the bus: the streams that were open before end then, and their pages come again."""
    with hints.page("earlier") as page:
        assert (await asyncio.wait_for(page.take(), 20), page.signed_out) == ((), True)


@pytest.mark.parametrize("user", logins(CONSOLE))
async def test_the_console_hears_what_becomes_of_duties_as_either_of_its_users(real_servers, core, guarded, user):
    hints = Hints(guarded(CONSOLE, user)["rabbit_url"])
    listening = asyncio.create_task(hints.run())
    await listens(hints)
    with hints.page("") as page:
        async with channel_of(real_servers.vhost_url(core)) as ours:
            events = await ours.get_exchange("events", ensure=False)
            await events.publish(aio_pika.Message(b"{}"), "orders.deadline_set.v1")
        assert await asyncio.wait_for(page.take(), 20) == ("duties/orders",)
    listening.cancel()


async def test_who_signs_out_at_one_replica_of_the_console_has_left_every_other(guarded):
    here, there = (Hints(guarded(CONSOLE, user)["rabbit_url"]) for user in logins(CONSOLE))
    with here.page("before the bus was there") as early:
        there.sign_out("before the bus was there")
        running = [asyncio.create_task(here.run())]
        await asyncio.wait_for(early.take(), 20)
    with here.page("before the bus was there") as early, here.page("a") as left, here.page("b") as stays:
        running.append(asyncio.create_task(there.run()))
        assert (await asyncio.wait_for(early.take(), 20), early.signed_out) == ((), True)
        there.sign_out("a")
        assert (await asyncio.wait_for(left.take(), 20), left.signed_out) == ((), True)
        assert not stays.signed_out
    for each in running:
        each.cancel()


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_the_console_gets_at_no_queue_of_a_service(real_servers, core, guarded, attempt):
    queue = "orders.on.test.something_happened.v1"
    async with channel_of(real_servers.vhost_url(core)) as ours:
        await ours.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})
        async with channel_of(guarded(CONSOLE)["rabbit_url"]) as theirs:
            assert await refused(ATTEMPTS[attempt](theirs, queue))
        await ours.queue_delete(queue)


async def test_the_console_announces_nothing(guarded):
    for key in {event.publisher(): key for key, event in published().items()}.values():
        async with channel_of(guarded(CONSOLE)["rabbit_url"]) as channel:
            exchange = await channel.get_exchange("events", ensure=False)
            assert await refused(exchange.publish(aio_pika.Message(b"{}"), key))


@pytest.mark.parametrize("name", services())
def test_a_database_opens_for_nobody_but_its_service(guarded, guarded_mongo, name):
    with MongoClient(guarded(name)["mongo_url"]) as client:
        client[name]["kept"].insert_one({})
        for forbidden in (SIBLING[name], "admin"):
            with pytest.raises(OperationFailure) as stopped:
                client[forbidden]["kept"].find_one()
            assert stopped.value.code == UNAUTHORIZED
    with MongoClient(f"mongodb://{guarded_mongo}") as anybody, pytest.raises(OperationFailure):
        anybody[name]["kept"].find_one()


def test_users_are_made_as_often_as_one_likes_and_the_last_password_counts(guarded, guarded_mongo):
    changed = PASSWORDS | {"notify": "another one"}
    make_users(ROOT, database_users(changed), guarded_mongo)
    with MongoClient(guarded("notify")["mongo_url"]) as client, pytest.raises(OperationFailure) as stopped:
        client["notify"]["kept"].find_one()
    assert stopped.value.code == AUTHENTICATION_FAILED
    make_users(ROOT, database_users(PASSWORDS), guarded_mongo)
    with MongoClient(guarded("notify")["mongo_url"]) as client:
        client["notify"]["kept"].find_one()
