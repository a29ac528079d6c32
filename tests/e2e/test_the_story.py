"""The story of two orders on a whole system, and a deadline that passes while no service runs."""

import asyncio
from io import StringIO

import pytest
from rich.console import Console

from kefu.replay.running import Running
from kefu_local.story import play
from kefu_local.story.complaint import LEFT_LYING, MISSED, alerts, complain, told_to_staff
from kefu_local.story.people import customers, register
from kefu_local.story.teller import Teller
from kefu_local.story.world import world
from kefu_local.system import System
from shared.time_source import TimeSource, write

pytestmark = pytest.mark.timeout(300)


@pytest.mark.requirement("R055.a", "R058.b", "R060.a", "R064.a", "R064.b")
async def test_the_story_is_true_from_the_order_to_the_alert(fresh_kefu: System) -> None:
    told = StringIO()
    await play(fresh_kefu.around, Console(file=told, width=400))

    for words in (
        "正在为您下单",
        "因钢化玻璃补片尚未到厂，货物将推迟4天",
        "因部分配件到货延迟，货物将推迟6天",
        "非常抱歉",
        "货物已出发，预计",
        "诚邀您于",
        "感谢您的支持，欢迎您邀请朋友参观",
        "感谢您的支持，期待与贵司再次合作",
        "Alert to gm, complaints.complaint_escalated.v1",
    ):
        assert words in told.getvalue()


async def test_a_deadline_that_passes_while_nobody_runs_fires_once_however_often_all_restart(
    fresh_kefu: System,
) -> None:
    teller = Teller(Console(file=StringIO(), width=200))
    async with world(fresh_kefu.around) as here, Running(fresh_kefu.around) as running:
        customer, _ = customers(here)
        await register(here, customer)
        case = await complain(here, teller, customer)
        await asyncio.to_thread(fresh_kefu.stop)
        file = fresh_kefu.around.path("TIME_FILE")
        write(file, TimeSource.from_file(file).now() + LEFT_LYING, rate=1)
        await asyncio.to_thread(fresh_kefu.start)
        await told_to_staff(here, teller, case)
        await asyncio.to_thread(fresh_kefu.restart, "complaints", "notify")
        await running.quiet()
        await told_to_staff(here, teller, case)

        missed = await alerts(here, case["complaint_no"], MISSED)
        told = [(alert["role"], alert["values"]["until"]) for alert in missed]
        assert len(told) == len(set(told))
