"""A colleague's day in a real browser: by keyboard alone, live, with one service away, for each kind of people."""

import asyncio
import re
from itertools import repeat
from typing import Any

import pytest
from looking import BY_ID, MANAGER, complain, sign_in, without_violations
from playwright.async_api import Locator, Page, expect

from console.people import PEOPLE, Person
from kefu_local.story.world import World
from kefu_local.system import System
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(300)


def row(page: Page, number: str) -> Locator:
    """The first of the rows about this number."""
    return page.locator("tr[data-due]", has_text=number).first


async def open_by_keyboard(page: Page, number: str) -> Locator:
    """To the row by j, or back to it by k, and open it by Enter; the opened duty."""
    target = row(page, number)
    await expect(target).to_be_visible()
    await page.locator("h1").click()
    for key in (*repeat("j", 100), *repeat("k", 100)):
        await page.keyboard.press(key)
        if "at" in (await target.get_attribute("class") or "").split():
            break
    await page.keyboard.press("Enter")
    opened = page.locator("tr.open")
    await expect(opened.get_by_text("开始计时")).to_be_visible()
    return opened


async def duty(here: World, page: Page, number: str) -> dict[str, Any]:
    """The duty of that row, as the service tells it."""
    address = await row(page, number).get_attribute("data-url") or ""
    found: dict[str, Any] = await here.ask("complaints", f"/duties/{address.rsplit('/', 1)[1]}", role=Role.CS_MANAGER)
    return found


async def test_the_door_asks_who_is_there(page: Page) -> None:
    await page.goto("/")
    await expect(page.get_by_role("heading", name="谁在用？")).to_be_visible()
    assert await page.locator("form.people button").count() == len(PEOPLE)
    await without_violations(page, "sign-in")


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.id)
async def test_everybody_has_a_day(page: Page, person: Person) -> None:
    await sign_in(page, person, scope="mine")
    await expect(page.locator("header.top")).to_contain_text(f"{person.name}{person.title}")
    assert "kefu-session" not in await page.evaluate("document.cookie")


async def test_a_day_breaks_no_rule_of_accessibility(page: Page, here: World) -> None:
    number = await complain(here)
    await sign_in(page)
    await open_by_keyboard(page, number)
    await without_violations(page, "my-day")


async def test_a_duty_is_taken_and_handed_on_by_keyboard_alone(page: Page, here: World) -> None:
    number = await complain(here)
    await sign_in(page)
    opened = await open_by_keyboard(page, number)
    await expect(opened.get_by_label("为什么接手")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(opened).to_have_count(0)
    await expect(row(page, number)).to_contain_text(MANAGER.id)
    assert (await duty(here, page, number))["assignee"] == MANAGER.id

    opened = await open_by_keyboard(page, number)
    await expect(opened.get_by_label("转派给（工号）")).to_be_focused()
    await page.keyboard.type("cs_specialist-7")
    await page.keyboard.press("Tab")
    await page.keyboard.type("本周休假")
    await page.keyboard.press("Enter")
    await expect(opened).to_have_count(0)
    await expect(row(page, number)).to_contain_text("cs_specialist-7")
    told = await duty(here, page, number)
    assert [(each["after"], each["reason"]) for each in told["handovers"]] == [
        (MANAGER.id, "接手"),
        ("cs_specialist-7", "本周休假"),
    ]


async def test_a_form_that_is_sent_twice_has_one_effect(page: Page, here: World) -> None:
    number = await complain(here)
    await sign_in(page)
    opened = await open_by_keyboard(page, number)
    form = opened.locator("form[data-send$=take]")
    url, key = await form.get_attribute("data-send"), await form.get_attribute("data-key")
    statuses = await page.evaluate(
        """async ([url, key]) => Promise.all([1, 2, 3].map(() => fetch(url, {
            method: "POST",
            headers: {"Content-Type": "application/json", "Idempotency-Key": key},
            body: JSON.stringify({reason: "接手"}),
        }).then((answer) => answer.status)))""",
        [url, key],
    )
    assert statuses == [200, 200, 200]
    assert len((await duty(here, page, number))["handovers"]) == 1


async def test_who_may_not_act_is_told_who_may(page: Page, here: World) -> None:
    number = await complain(here)
    await sign_in(page, BY_ID["installer-1"])
    opened = await open_by_keyboard(page, number)
    await expect(opened).to_contain_text("能处理的岗位")
    assert await opened.locator("form").count() == 0


async def test_what_happens_elsewhere_is_seen_while_typing_and_nothing_typed_is_lost(page: Page, here: World) -> None:
    number = await complain(here)
    await sign_in(page)
    opened = await open_by_keyboard(page, number)
    reason = opened.get_by_label("为什么接手")
    await reason.fill("我来处理，客户等")
    another = await complain(here)
    await expect(row(page, another)).to_be_visible()
    await expect(reason).to_have_value("我来处理，客户等")
    await expect(reason).to_be_focused()


async def test_keys_sleep_in_fields_and_while_an_input_method_composes(page: Page, here: World) -> None:
    number = await complain(here)
    await sign_in(page)
    opened = await open_by_keyboard(page, number)
    at = await page.locator("tr.at").get_attribute("id")
    reason = opened.get_by_label("为什么接手")
    await reason.fill("")
    await page.keyboard.type("jk")
    await expect(reason).to_have_value("jk")
    await page.evaluate(
        """document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "j", isComposing: true, bubbles: true}))"""
    )
    assert await page.locator("tr.at").get_attribute("id") == at


async def test_escape_closes_what_enter_opened(page: Page, here: World) -> None:
    number = await complain(here)
    await sign_in(page)
    opened = await open_by_keyboard(page, number)
    await page.keyboard.press("Escape")
    await expect(opened).to_have_count(0)
    await expect(page.locator("tr.at").get_by_role("button")).to_be_focused()


async def test_a_service_that_is_away_is_one_line_and_the_rest_goes_on(page: Page, here: World, kefu: System) -> None:
    number = await complain(here)
    await sign_in(page)
    await expect(row(page, number)).to_be_visible()
    await asyncio.to_thread(kefu.services["aftersales"].kill)
    try:
        await page.reload()
        await expect(page.get_by_text("售后暂不可用")).to_be_visible()
        await expect(row(page, number)).to_be_visible()
    finally:
        await asyncio.to_thread(kefu.services["aftersales"].start)
    await asyncio.to_thread(kefu.wait_until_ready)
    await expect(page.get_by_text("售后暂不可用")).to_have_count(0)


async def test_a_view_is_an_address_that_can_be_kept(page: Page, here: World) -> None:
    number = await complain(here)
    await sign_in(page)
    await page.locator(".views").get_by_text("七天内").click()
    await expect(page).to_have_url(re.compile("band=week"))
    await expect(page.locator("tr[data-due]:not([data-band=week])")).to_have_count(0)
    await expect(row(page, number)).to_be_visible()
    await page.reload()
    await expect(page.locator(".views [aria-current]")).to_contain_text("七天内")
