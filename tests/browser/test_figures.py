"""The figures of a period, drawn by each service, in a real browser."""

import pytest
from looking import BY_ID, complain, sign_in, without_violations
from playwright.async_api import Locator, Page, expect

from kefu_local.story.world import World

pytestmark = pytest.mark.timeout(300)

DIRECTOR = BY_ID["cs_manager-1"]


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=f"{title}统计", exact=True)


async def test_a_head_sees_the_figures_of_every_service_and_exports_what_is_seen(page: Page, here: World) -> None:
    await complain(here)
    await sign_in(page, DIRECTOR)
    await page.get_by_role("link", name="统计", exact=True).click()
    months = panel(page, "投诉").locator(".drawing", has_text="投诉按月份")
    await expect(months.locator("tbody tr")).not_to_have_count(0)
    counted = int(await months.locator("tbody td.num").first.inner_text())
    async with page.expect_download() as download:
        await months.get_by_role("link").click()
    assert ((await download.value).suggested_filename.endswith(".xlsx"), counted > 0) == (True, True)
    await expect(panel(page, "订单").get_by_role("heading", name="逾期货款按账龄（今天）")).to_be_visible()
    await without_violations(page, "figures")


async def test_figures_of_other_days_have_an_address_of_their_own(page: Page, here: World) -> None:
    await complain(here)
    await sign_in(page, DIRECTOR)
    await page.goto("/figures?begin=2001-01-01&until=2001-12-31")
    months = panel(page, "投诉").locator(".drawing", has_text="投诉按月份")
    await expect(months.get_by_text("这段时间没有可统计的。")).to_be_visible()
    assert await page.get_by_label("从").input_value() == "2001-01-01"
