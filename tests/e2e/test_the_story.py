"""The story of two orders on a whole system, and a deadline that passes while nobody is there to see it."""

import asyncio
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from kefu.replay.running import Running
from kefu_local.story import play
from kefu_local.story.complaint import alerts, complain, told_to_staff
from kefu_local.story.people import customers, register
from kefu_local.story.teller import Teller
from kefu_local.story.world import world
from kefu_local.system import System
from shared.clock import Clock, write

pytestmark = pytest.mark.timeout(300)


async def test_the_story_is_true_from_the_order_to_the_alert(kefu: System) -> None:
    told = StringIO()
    await play(kefu.around, Console(file=told, width=200))

    for words in ("正在为您下单", "推迟4天", "推迟6天", "货物已出发", "诚邀您于", "邀请朋友参观", "期待与贵司再次合作"):
        assert words in told.getvalue()


async def test_a_deadline_that_passes_while_nobody_runs_fires_once_however_often_all_restart(kefu: System) -> None:
    teller = Teller(Console(file=StringIO(), width=200))
    async with world(kefu.around) as here, Running(kefu.around) as running:
        customer, _ = customers(here)
        await register(here, customer)
        case = await complain(here, teller, customer)
        for days in (7, 0):
            await asyncio.to_thread(kefu.stop)
            file = kefu.around.path("CLOCK_FILE")
            write(file, Clock.from_file(file).now() + timedelta(days=days), rate=1)
            await asyncio.to_thread(kefu.start)
            await told_to_staff(here, teller, case)
            await running.quiet()

        missed = await alerts(here, case["complaint_no"], "complaints.deadline_missed.v1") or []
        told = [(alert["role"], alert["pieces"][0]["values"]["until"]) for alert in missed]
        assert len(told) == len(set(told))
