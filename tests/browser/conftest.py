"""A whole kefu behind its gateway, with the console in front, and a browser to look at it with."""

from collections.abc import AsyncIterator, Iterator

import pytest
from looking import behind_its_door
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from kefu_local.servers import Servers
from kefu_local.story.world import World, world
from kefu_local.system import System

CHROMIUM = "/usr/bin/chromium-headless-shell"
PATIENCE = 60_000
"""Milliseconds until what should be seen counts as missing, on a machine that has much else to do."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def kefu(running_servers: Servers) -> Iterator[System]:
    """Everything that `make run` starts, on servers of the session."""
    with behind_its_door(running_servers) as built:
        yield built


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
    context.set_default_timeout(PATIENCE)
    troubles: list[str] = []
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    yield context
    await context.close()
    assert troubles == []


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """A page of that browser."""
    return await context.new_page()
