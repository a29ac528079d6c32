"""Every secret is replaced while customers order and complain; nothing is lost, and those of before open nothing."""

import asyncio
from contextlib import AsyncExitStack

import aio_pika
import httpx
import pytest
from aio_pika.exceptions import ProbableAuthenticationError
from composed import NAMES, Composed
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from trade import Trade, Visitor, staff

from kefu.surroundings import SERVICES
from kefu_local.ports import LOOPBACK
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(900)

READ_KEYS_AT_START = ("intake", "notify")
"""They are asked below with keys of before; the servers themselves refuse the logins of before of every service."""


async def apply(kefu: Composed) -> None:
    """The servers know what `make secrets` has written."""
    kefu.secrets.write()
    definitions = "/run/secrets/definitions.json"
    await asyncio.to_thread(kefu, "exec", "-T", "rabbitmq", "rabbitmqctl", "import_definitions", definitions)
    await asyncio.to_thread(kefu, "run", "--rm", "--no-deps", "rights")


async def opens(kefu: Composed, user: str, password: str, database: str) -> tuple[bool, bool]:
    """Whether this login is good for the bus, and whether for the database."""
    bus, store = True, True
    try:
        await (await aio_pika.connect(f"amqp://{user}:{password}@{LOOPBACK}:{kefu.port('AMQP')}/kefu")).close()
    except ProbableAuthenticationError:
        bus = False
    url = f"mongodb://{user}:{password}@{LOOPBACK}:{kefu.port('MONGO')}/{database}"
    with MongoClient[dict[str, object]](url) as client:
        try:
            await asyncio.to_thread(client[database].command, "dbStats")
        except OperationFailure:
            store = False
    return bus, store


async def answers(kefu: Composed, api_key: str, headers: dict[str, str]) -> tuple[int, int]:
    """What intake answers to a department with this key, and to a member of staff with this token."""
    url = kefu.around.service_url("intake")
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        fact = await http.post(f"{url}/facts", headers={"X-API-Key": api_key}, json={})
        page = await http.get(f"{url}/customers", headers=headers)
    return fact.status_code, page.status_code


async def received(kefu: Composed, path: str) -> int:
    """What notify answers to a provider that calls back on this path."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        return (await http.post(f"{kefu.door}/notify{path}", json={})).status_code


async def test_every_secret_is_replaced_under_load_and_nothing_is_lost(kefu: Composed) -> None:
    secrets, around = kefu.secrets, kefu.around
    logins = {name: secrets.login(name) for name in SERVICES}
    passwords, api_key, token = secrets.passwords, secrets.keys.api_keys["sales"], staff(around, Role.CS_MANAGER)
    receipts = f"/callbacks/{secrets.keys.callback_secret}/local/receipts"
    known = await answers(kefu, api_key, token)
    assert known[1] == 200
    assert known[0] != 401
    switches = []
    async with Trade(around, "rotation") as trade:
        async with AsyncExitStack() as visitors, trade.steady():
            seen = [await visitors.enter_async_context(Visitor(around, service)) for service in SERVICES]
            secrets.rotate()
            await apply(kefu)
            assert await answers(kefu, api_key, token) == known
            assert await answers(kefu, secrets.keys.api_keys["sales"], staff(around, Role.CS_MANAGER)) == known
            for service in SERVICES:
                switches.append(await asyncio.to_thread(kefu.roll, service))
            assert await answers(kefu, api_key, token) == known
            assert await received(kefu, receipts) != 404
            await visitors.aclose()
            secrets.retire()
            await apply(kefu)
            for service in READ_KEYS_AT_START:
                await asyncio.to_thread(kefu.roll, service)
        assert await trade.wrong() == []
    assert min(visitor.served for visitor in seen) > 20
    assert max(visitor.longest_gap for visitor in seen) < max(switches) + NAMES
    assert trade.longest_wait < max(switches) + NAMES
    for name, login in logins.items():
        assert await opens(kefu, login, passwords[login], name) == (False, False)
        assert await opens(kefu, secrets.login(name), secrets.passwords[secrets.login(name)], name) == (True, True)
    assert await answers(kefu, api_key, token) == (401, 401)
    assert await answers(kefu, secrets.keys.api_keys["sales"], staff(around, Role.CS_MANAGER)) == known
    assert await received(kefu, receipts) == 404
