"""Ops at work: services are doubled, stopped and cut off, and what customers get stays the same."""

import asyncio
from contextlib import contextmanager
from functools import partial
from io import StringIO

import httpx
import pytest
from rich.console import Console
from trade import Trade
from waiting import until

from kefu.surroundings import SERVICES
from kefu_local.story import play as tell

pytestmark = pytest.mark.timeout(600)

READY = dict.fromkeys(SERVICES, 200)
HOUR = 60
"""Orders of a busy hour, one a minute, each with four facts and a complaint."""


@contextmanager
def away(take, bring_back):
    """Something is taken away for as long as the block runs, and comes back whatever happens in it."""
    take()
    try:
        yield
    finally:
        bring_back()


async def ready(kefu, expected):
    return await asyncio.to_thread(kefu.readiness) == expected


async def test_the_story_is_true_in_containers(kefu):
    told = StringIO()
    await tell(kefu.around, Console(file=told, width=200))
    for words in ("正在为您下单", "推迟4天", "推迟6天", "货物已出发"):
        assert words in told.getvalue()


async def test_two_replicas_of_each_service_share_the_work(kefu):
    async def shared():
        taken = [await asyncio.to_thread(kefu.taken, service) for service in SERVICES]
        return all(len(each) == 2 and all(each) for each in taken)

    await asyncio.to_thread(kefu.scale, 2, *SERVICES)
    async with Trade(kefu.around, "two") as trade:
        async with trade.steady():
            await until(shared, seconds=120, every=1)
        await asyncio.to_thread(kefu.scale, 1, *SERVICES)
        assert await trade.wrong() == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_that_was_stopped_catches_up_with_an_hour(kefu, service):
    async def backlog():
        return await asyncio.to_thread(kefu.waiting, service) >= HOUR

    await asyncio.to_thread(kefu, "stop", service)
    async with Trade(kefu.around, f"hour-{service}") as trade:
        await trade.orders(HOUR)
        await trade.complaints()
        await until(backlog, seconds=120, every=1)
        await asyncio.to_thread(kefu.up, service)
        assert await trade.wrong() == []
    assert kefu.readiness() == READY


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_without_its_database_says_so_and_the_others_go_on(kefu, service):
    async with Trade(kefu.around, f"cut-{service}") as trade:
        with away(lambda: kefu.cut(service, "databases"), lambda: kefu.mend(service, "databases")):
            await until(partial(ready, kefu, READY | {service: 503}), seconds=120, every=0.5)
            await trade.orders(20)
            await trade.complaints()
            await until(partial(ready, kefu, READY | {service: 503}), seconds=120, every=0.5)
        await until(partial(ready, kefu, READY), seconds=120, every=0.5)
        assert await trade.wrong() == []


async def test_without_the_broker_requests_are_answered_and_what_follows_from_them_happens_later(kefu):
    async with Trade(kefu.around, "no-broker") as trade:
        await trade.orders(20)
        with away(lambda: kefu("stop", "rabbitmq"), lambda: kefu("start", "rabbitmq")):
            await until(partial(ready, kefu, dict.fromkeys(SERVICES, 503)), seconds=120, every=0.5)
            await trade.file_complaints()
        await until(partial(ready, kefu, READY), seconds=120, every=0.5)
        assert await trade.wrong() == []


async def test_without_any_database_all_say_so_and_go_on_when_it_is_back(kefu):
    async with Trade(kefu.around, "no-database") as trade:
        with away(lambda: kefu("stop", "mongo"), lambda: kefu("start", "mongo")):
            await until(partial(ready, kefu, dict.fromkeys(SERVICES, 503)), seconds=120, every=0.5)
            await trade.orders(20)
        await until(partial(ready, kefu, READY), seconds=120, every=0.5)
        assert await trade.wrong() == []


async def heard_by_one(kefu):
    return await asyncio.to_thread(kefu.on_the_bus, "console") == 1


async def test_people_reach_the_console_by_the_same_address_once_there_is_a_provider_to_sign_in_at(kefu):
    def opened(path):
        return httpx.get(f"{kefu.door}{path}", timeout=60, trust_env=False)

    async def there():
        page = opened("/sign-in")
        return page if page.is_success else None

    assert opened("/sign-in").status_code == 404
    with kefu.console("https://identity.invalid"):
        page = await until(there, every=0.5)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert opened("/assets/kefu.css").status_code == 200
        assert (opened("/").status_code, opened("/").headers["location"]) == (303, "/sign-in")
        assert [opened(path).status_code for path in ("/health/ready", "/events", "/no/such/page")] == [404, 401, 404]
        await until(partial(heard_by_one, kefu), seconds=120, every=0.5)

    async def closed():
        return opened("/sign-in").status_code == 404

    await until(closed, seconds=120, every=0.5)


def test_each_service_is_asked_through_one_gateway_which_tells_strangers_nothing_of_its_inside(kefu):
    def said(url, service, path):
        return httpx.get(f"{url}/{service}{path}", timeout=60, trust_env=False)

    operators = kefu.around.service_url("intake").removesuffix("/intake")
    titles = {name: said(operators, name, "/openapi.json").json()["info"]["title"] for name in SERVICES}
    assert titles == {name: f"kefu {name}" for name in SERVICES}
    for name in SERVICES:
        assert said(kefu.door, name, "/duties").status_code == 401
        inside = ("/metrics", "/health/ready", "/health/live", "/openapi.json", "/docs")
        assert [said(kefu.door, name, path).status_code for path in inside] == [404] * 5
