"""A session that is over says so on the page that is open, and leaves there what was being typed."""

import pytest
from playwright.async_api import Page, Route, expect

from console.people import PEOPLE

pytestmark = pytest.mark.timeout(300)

OVER = "登录已过期"
ANOTHER = "已有另一位同事在这个浏览器登录"


async def signed_in(page: Page) -> None:
    """At the day of the first person of the trial, whose browser believes in a clock that the test moves."""
    await page.clock.install()
    await page.goto("/sign-in")
    await page.locator(f"button[value='{PEOPLE[0].id}']").click()
    await expect(page.get_by_text("实时")).to_be_visible()


async def test_a_session_that_is_over_says_so_above_the_page(page: Page) -> None:
    await signed_in(page)
    await page.clock.fast_forward("11:00:00")
    await expect(page.get_by_text(OVER)).to_have_count(0)
    await page.clock.fast_forward("01:01:00")
    await expect(page.get_by_text(OVER)).to_be_visible()
    await expect(page.get_by_role("link", name="重新登录")).to_have_attribute("href", "/sign-in")
    await expect(page.get_by_role("heading", name="我的一天")).to_be_visible()


async def test_a_session_that_was_renewed_goes_on(page: Page) -> None:
    async def renew(route: Route) -> None:
        await route.fulfill(json={"seconds": 12 * 3600})

    await page.route("**/session/renew", renew)
    await signed_in(page)
    async with page.expect_request("**/session/renew"):
        await page.clock.fast_forward("11:59:30")
    await page.clock.fast_forward("01:00:00")
    await expect(page.get_by_text(OVER)).to_have_count(0)


async def test_who_signs_out_in_one_tab_has_left_the_others(page: Page) -> None:
    await signed_in(page)
    other = await page.context.new_page()
    await other.goto("/desk/orders")
    await expect(other.get_by_role("button", name="退出")).to_be_visible()
    await page.get_by_role("button", name="退出").click()
    for left in (page, other):
        await expect(left.locator("form[action='/sign-in'], button[name='who']").first).to_be_visible()


async def test_a_page_of_one_person_does_nothing_as_another_who_signs_in_beside_it(page: Page) -> None:
    await signed_in(page)
    second = PEOPLE[1]
    beside = await page.context.new_page()
    await beside.goto("/sign-in")
    await beside.locator(f"button[value='{second.id}']").click()
    await expect(beside.get_by_role("button", name=f"{second.name}，")).to_be_visible()
    await expect(page.get_by_text(ANOTHER)).to_be_visible()
    await expect(beside.get_by_text(ANOTHER)).to_have_count(0)

    statuses = [
        await each.evaluate("async () => (await (await import('/assets/ask.js')).ask('/orders/duties')).status")
        for each in (page, beside)
    ]
    assert statuses == [403, 200]
    await page.get_by_role("link", name="重新打开本页").click()
    await expect(page.get_by_role("button", name=f"{second.name}，")).to_be_visible()
    await expect(page.get_by_text(ANOTHER)).to_have_count(0)
