"""`python -m bench.console [--looks 15] [--cases 40] [--consoles 200]`: what the console costs people and machine.

A whole kefu stands behind the gateway, with `--cases` complaints in it. Debian's Chromium opens pages, each time
by a fresh browser context on a slowed machine and line (processor ÷ 4, 10 Mbit/s, 40 ms): when the first content is
painted, when everything is there, and what travels. Then complaints are filed over HTTP while a page is open: how long
until their row is seen. Last, `--consoles` streams of hints are held open at one console process.
"""

import asyncio
import os
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import uuid4

import httpx
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright, expect
from rich.progress import Progress
from rich.table import Table

from bench.questions import out
from kefu.surroundings import Surroundings
from kefu_local.door import in_front_of
from kefu_local.servers import ServerPorts, servers
from kefu_local.story.world import World, world
from kefu_local.system import system
from shared.contracts.roles import Role
from shared.identity.cookie import LOCAL_COOKIE

CHROMIUM = "/usr/bin/chromium-headless-shell"
WHO = "cs_manager-1"
PROCESSOR = 4
"""How many times slower the browser's processor is made."""
LINE = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8}
"""Milliseconds, and bytes a second."""
KINDS = {"Script": "script", "Stylesheet": "style", "Document": "page", "Fetch": "page", "XHR": "page"}
IDLE = 10.0
"""Seconds over which idling is measured."""
PAGES = {"我的一天": "/?scope=all", "客诉": "/desk/complaints"}


async def complain(here: World, number: int) -> str:
    """A customer complains by phone; the complaint's number."""
    said = {
        "customer": {
            "customer_id": str(uuid4()),
            "name": f"恒达装饰{number}",
            "contact_name": "李敏",
            "mobile": "13900000000",
        },
        "complainant": "李敏",
        "channel": "phone",
        "content": "送货晚了半天，没有人打电话",
        "demand": "说明原因",
        "nature": "non_quality",
    }
    return str((await here.ask("complaints", "/complaints", said, role=Role.CS_MANAGER))["complaint_no"])


async def signed_in(browser: Browser, address: str) -> str:
    """The session of the one who looks."""
    context = await browser.new_context(base_url=address)
    page = await context.new_page()
    await page.goto("/sign-in")
    await page.locator(f"button[value='{WHO}']").click()
    await expect(page.get_by_role("heading", name="我的一天")).to_be_visible()
    found = next(each["value"] for each in await context.cookies() if each["name"] == LOCAL_COOKIE)
    await context.close()
    return found


@asynccontextmanager
async def fresh(browser: Browser, address: str, session: str) -> AsyncIterator[BrowserContext]:
    """A browser that has seen nothing yet but its session."""
    context = await browser.new_context(base_url=address, viewport={"width": 1280, "height": 800}, locale="zh-CN")
    await context.add_cookies([{"name": LOCAL_COOKIE, "value": session, "url": address}])
    yield context
    await context.close()


async def slowed(context: BrowserContext, page: Page) -> CDPSession:
    """Its processor and its line made slow."""
    devtools = await context.new_cdp_session(page)
    await devtools.send("Network.enable")
    await devtools.send("Network.emulateNetworkConditions", LINE)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR})
    return devtools


async def look(context: BrowserContext, path: str) -> tuple[float, float, dict[str, int]]:
    """Milliseconds until the first content and until everything is there, and bytes that travelled by kind."""
    page = await context.new_page()
    devtools = await slowed(context, page)
    kinds: dict[str, str] = {}
    travelled: dict[str, int] = defaultdict(int)
    devtools.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))

    def count(told: dict[str, Any]) -> None:
        travelled[KINDS.get(kinds.get(told["requestId"], ""), "other")] += int(told["encodedDataLength"])

    devtools.on("Network.loadingFinished", count)
    began = perf_counter()
    await page.goto(path)
    await page.locator("tr[data-due], tbody tr").first.wait_for()
    whole = (perf_counter() - began) * 1000
    painted = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return float(painted), whole, dict(travelled)


async def pages(browser: Browser, address: str, session: str, looks: int) -> None:
    """Print what opening each page costs."""
    table = Table(
        "page", "first content, p75 ms", "all of it, p75 ms", "script KB", "style KB", "page KB", title="opened cold"
    )
    for name, path in PAGES.items():
        seen = []
        for _ in range(looks):
            async with fresh(browser, address, session) as context:
                seen.append(await look(context, path))
        painted, whole = [each[0] for each in seen], [each[1] for each in seen]
        weight = seen[-1][2]
        sizes = (f"{weight.get(kind, 0) / 1000:.1f}" for kind in ("script", "style", "page"))
        table.add_row(name, _p75(painted), _p75(whole), *sizes)
    out.print(table)


def _p75(milliseconds: Sequence[float]) -> str:
    return f"{quantiles(milliseconds, n=4)[-1]:.0f}"


async def live(browser: Browser, here: World, address: str, session: str, changes: int) -> None:
    """Print how long it takes until a change is seen on a page that is open."""
    waited = []
    async with fresh(browser, address, session) as context:
        page = await context.new_page()
        await page.goto("/?scope=all")
        await expect(page.get_by_text("实时")).to_be_visible()
        for number in range(changes):
            filed = await complain(here, number)
            began = perf_counter()
            await page.locator("tr[data-due]", has_text=filed).first.wait_for()
            waited.append((perf_counter() - began) * 1000)
    out.print(
        f"from the answer to a complaint filed until its row is seen: median {median(waited):.0f} ms, "
        f"p95 {quantiles(waited, n=20)[-1]:.0f} ms ({changes} times)"
    )


async def held_open(address: str, session: str, consoles: int, pid: int) -> None:
    """Print what a console process needs that holds this many open pages."""
    before = _resident(pid)
    limits = httpx.Limits(max_connections=None)
    async with AsyncExitStack() as stack:
        cookies = {LOCAL_COOKIE: session}
        asking = await stack.enter_async_context(
            httpx.AsyncClient(base_url=address, cookies=cookies, limits=limits, timeout=30, trust_env=False)
        )
        for _ in range(consoles):
            stream = await stack.enter_async_context(asking.stream("GET", "/events"))
            stream.raise_for_status()
        worked = _worked(pid)
        await asyncio.sleep(IDLE)
        share = (_worked(pid) - worked) / IDLE
        out.print(
            f"{consoles} open consoles at one process: {_resident(pid):.0f} MB ({before:.0f} before them), "
            f"{share:.1%} of a core while nothing happens"
        )


def _resident(pid: int) -> float:
    """Megabytes of memory that a process has."""
    (line,) = (each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def _worked(pid: int) -> float:
    """Seconds that a process has worked since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def bench(around: Surroundings, pid: int, looks: int, cases: int, consoles: int) -> None:
    """Fill, look, change, hold, print."""
    address = around.need("CONSOLE_URL")
    async with world(around) as here, async_playwright() as playwright:
        with Progress(console=out) as progress:
            for number in progress.track(range(cases), description="complaints"):
                await complain(here, number)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        session = await signed_in(browser, address)
        await pages(browser, address, session, looks)
        await live(browser, here, address, session, 20)
        await browser.close()
    await held_open(address, session, consoles, pid)


def main() -> None:
    """Read the arguments and run on servers of its own."""
    asked = ArgumentParser(description="What the console costs its people and its machine.")
    asked.add_argument("--looks", type=int, default=15)
    asked.add_argument("--cases", type=int, default=40)
    asked.add_argument("--consoles", type=int, default=200)
    given = asked.parse_args()
    with TemporaryDirectory(prefix="kefu-bench-") as name:
        folder = Path(name)
        with (
            servers(folder, ServerPorts.free(), disposable=True) as running,
            system(running, folder, "bench-console") as built,
            in_front_of(built, folder) as console,
        ):
            asyncio.run(bench(built.around, console.pid, given.looks, given.cases, given.consoles))


if __name__ == "__main__":
    main()
