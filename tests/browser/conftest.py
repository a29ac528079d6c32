"""A whole kefu behind its gateway, with the console in front, and a browser to look at it with."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from pymongo import MongoClient

from kefu.surroundings import SERVICES
from kefu_local.door import in_front_of
from kefu_local.servers import Servers
from kefu_local.story.world import World, world
from kefu_local.system import System, system

CHROMIUM = "/usr/bin/chromium-headless-shell"


@pytest.fixture(scope="session")
def kefu(running_servers: Servers) -> Iterator[System]:
    """Everything that `make run` starts, on servers of the session."""
    name = f"browser-{uuid4().hex[:8]}"
    with TemporaryDirectory(prefix="kefu-browser-") as folder:
        with system(running_servers, Path(folder), name) as built, in_front_of(built, Path(folder)):
            yield built
        with MongoClient[dict[str, object]](running_servers.mongo_url) as client:
            for service in SERVICES:
                client.drop_database(f"{name}-{service}")


@pytest.fixture
async def here(kefu: System) -> AsyncIterator[World]:
    """What colleagues do by other ways than by the pages that are looked at."""
    async with world(kefu.around) as here:
        yield here


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
