"""A whole kefu behind its gateway, with the console in front, and a browser to look at it with."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from pymongo import MongoClient

from kefu.surroundings import SERVICES
from kefu_local.gateway import write_configuration
from kefu_local.process import Process
from kefu_local.servers import Servers
from kefu_local.system import System, system

CHROMIUM = "/usr/bin/chromium-headless-shell"


@pytest.fixture(scope="session")
def kefu(running_servers: Servers) -> Iterator[System]:
    """Everything that `make run` starts, on servers of the session."""
    name = f"browser-{uuid4().hex[:8]}"
    with TemporaryDirectory(prefix="kefu-browser-") as folder:
        with system(running_servers, Path(folder), name) as built, _in_front_of(built, Path(folder)):
            yield built
        with MongoClient[dict[str, object]](running_servers.mongo_url) as client:
            for service in SERVICES:
                client.drop_database(f"{name}-{service}")


@contextmanager
def _in_front_of(built: System, folder: Path) -> Iterator[None]:
    """The console and the gateway."""
    around = built.around
    address = httpx.URL(around.need("CONSOLE_URL"))
    ports = {name: httpx.URL(around.service_url(name)).port or 0 for name in SERVICES}
    own = int(around.need("CONSOLE_PORT"))
    configuration = write_configuration(folder / "gateway", address.port or 0, own, ports)
    env = {"PATH": f"{os.environ['PATH']}:/usr/sbin", **around.values}
    console = Process(
        "console",
        [sys.executable, "-m", "console"],
        env=env | {"HTTP_PORT": str(own)},
        log=folder / "console.log",
    )
    gateway = Process(
        "gateway", ["nginx", "-e", "stderr", "-c", str(configuration)], env=env, log=folder / "gateway.log"
    )
    try:
        for process in (console, gateway):
            process.start()
        gateway.wait_until(lambda: _answers(f"{address}/health/ready"), seconds=60)
        yield
    finally:
        gateway.stop()
        console.stop()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield started
        await started.close()


@pytest.fixture
async def context(browser: Browser, kefu: System) -> AsyncIterator[BrowserContext]:
    """One person's browser, not yet signed in. An error on a page fails the test."""
    context = await browser.new_context(
        base_url=kefu.around.need("CONSOLE_URL"),
        viewport={"width": 1280, "height": 800},
        locale="zh-CN",
        reduced_motion="reduce",
    )
    context.set_default_timeout(30_000)
    troubles: list[str] = []
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    yield context
    await context.close()
    assert troubles == []


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """A page of that browser."""
    return await context.new_page()
