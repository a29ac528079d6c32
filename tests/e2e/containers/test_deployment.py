"""Ops at work: services are replaced, doubled, stopped and cut off, and what customers get stays the same."""

import asyncio
from datetime import UTC, datetime
from io import StringIO

import httpx
import pytest
from rich.console import Console
from shop_log import late_orders, write_log
from waiting import until

from kefu.replay.audit import audit
from kefu.replay.olist import read
from kefu.replay.play import play
from kefu.surroundings import SERVICES
from kefu_local.story import play as tell
from shared.clock import Clock

pytestmark = pytest.mark.timeout(900)

READY = dict.fromkeys(SERVICES, 200)


class Day:
    """A log that is being played through the containers, and what is to happen meanwhile."""

    def __init__(self, kefu, file):
        self._kefu = kefu
        self._log = read(file)
        self._late = late_orders(file)

    async def __aenter__(self):
        self._since = datetime.now(UTC)
        self._playing = asyncio.create_task(play(self._kefu.around, self._log))
        await until(self._half_played, seconds=300)
        return self

    async def __aexit__(self, *_):
        """Everything has its effect, and none has it twice."""
        played = await self._playing
        found = audit(self._kefu.around, self._log, played.facts, self._since)
        assert [f"{line.what}: {line.found} of {line.expected}" for line in found.lines if not line.clean] == []
        assert (found.placed, found.delayed, found.dead) == (len(self._log.rows), self._late, 0)

    async def _half_played(self):
        now = Clock.from_file(self._kefu.around.path("CLOCK_FILE")).now()
        middle = self._log.rows[0].requested_at.replace(day=3)
        return middle <= now <= self._log.end or self._playing.done()


class Visitors:
    """Who asks a service through the gateway, again and again, and what went wrong for how long."""

    def __init__(self, url):
        self._url = f"{url}/health/live"
        self.asked = 0
        self.longest_gap = 0.0

    async def __aenter__(self):
        self._leaving = asyncio.Event()
        self._asking = asyncio.create_task(self._ask())
        return self

    async def __aexit__(self, *_):
        self._leaving.set()
        await self._asking

    async def _ask(self):
        clock = asyncio.get_running_loop().time
        served = clock()
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            while not self._leaving.is_set():
                answer = await http.get(self._url)
                self.asked += 1
                if answer.is_success:
                    self.longest_gap, served = max(self.longest_gap, clock() - served), clock()


async def test_the_story_is_true_in_containers(kefu):
    told = StringIO()
    await tell(kefu.around, Console(file=told, width=200))
    for words in ("正在为您下单", "推迟4天", "推迟6天", "货物已出发"):
        assert words in told.getvalue()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_is_replaced_under_load_and_nobody_waits_longer_than_the_switch(kefu, tmp_path, service):
    day = Day(kefu, write_log(tmp_path / "orders.csv", f"roll-{service}"))
    async with day, Visitors(kefu.around.service_url(service)) as visitors:
        await asyncio.to_thread(kefu.roll, service)
    assert visitors.asked > 100
    assert visitors.longest_gap < 5
    assert kefu.readiness() == READY


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_that_was_stopped_catches_up(kefu, tmp_path, service):
    async with Day(kefu, write_log(tmp_path / "orders.csv", f"stop-{service}")):
        await asyncio.to_thread(kefu, "stop", service)
        await asyncio.to_thread(kefu.up, service)
    assert kefu.readiness() == READY


async def test_two_replicas_of_each_service_share_the_work(kefu):
    for service in SERVICES:
        await asyncio.to_thread(kefu.scale, service, 2)
    await tell(kefu.around, Console(file=StringIO(), width=200))
    taken = {service: await asyncio.to_thread(kefu.taken, service) for service in SERVICES}
    for service in SERVICES:
        await asyncio.to_thread(kefu.scale, service, 1)
    assert [service for service in SERVICES if len(taken[service]) != 2 or not all(taken[service])] == []


@pytest.mark.parametrize("server", ["rabbitmq", "mongo"])
async def test_readiness_tells_that_a_server_is_away_and_all_go_on_when_it_is_back(kefu, server):
    async def all_say(code):
        return set((await asyncio.to_thread(kefu.readiness)).values()) == {code}

    await asyncio.to_thread(kefu, "stop", server)
    await until(lambda: all_say(503), seconds=60)
    await asyncio.to_thread(kefu, "start", server)
    await until(lambda: all_say(200), seconds=120)
