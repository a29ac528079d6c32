"""The board of a department: whose terms are kept, over all services, in a real browser."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from looking import BY_ID, complain, sign_in, without_violations
from playwright.async_api import Locator, Page, expect

from kefu_local.story.world import World

pytestmark = pytest.mark.timeout(300)

GM_S_DEPUTY = BY_ID["deputy_gm-1"]
"""Who sees how everybody's terms are kept."""
ZONE = ZoneInfo("Asia/Shanghai")
"""Where the company's days and months begin."""
RUNNING = """(row) => {
  const running = (each) => Number(each.cells[2].textContent);
  const {key} = row.querySelector("button").dataset;
  return [running(row), [...row.parentElement.rows].filter((each) => each.dataset.of === key).map(running)];
}"""
"""How many duties of a person run, and how many of each kind, at one moment of a board that is drawn anew."""


def person(page: Page) -> Locator:
    """The row of what the manager's role has and no person has taken."""
    return page.locator("tr.person", has=page.get_by_role("button", name="客服部经理", exact=True))


async def opened(page: Page, here: World) -> int:
    """The board of the month in which the first duty of a complaint of now falls due; how many of its duties do so."""
    number = await complain(here)
    await sign_in(page, GM_S_DEPUTY)
    duties = page.locator("tr[data-due]", has_text=number)
    await expect(duties.first).to_be_visible()
    dues = [datetime.fromisoformat(await duty.get_attribute("data-due") or "") for duty in await duties.all()]
    months = [due.astimezone(ZONE).strftime("%Y-%m") for due in dues]
    month = months[0]
    await page.get_by_role("link", name="时限看板").click()
    await page.get_by_label("月份").fill(month)
    await page.get_by_label("月份").dispatch_event("change")
    await expect(page.locator("kefu-kept")).to_have_attribute("aria-busy", "false")
    await expect(person(page)).to_be_visible()
    return months.count(month)


async def test_a_head_sees_whose_terms_are_kept_and_of_what_kind(page: Page, here: World) -> None:
    await opened(page, here)
    kinds = page.locator("tr[data-of]:visible")
    await expect(kinds).to_have_count(0)
    await person(page).get_by_role("button").focus()
    await page.keyboard.press("Enter")
    await expect(kinds).not_to_have_count(0)
    running, of_kinds = await person(page).evaluate(RUNNING)
    assert sum(of_kinds) == running > 0
    await page.keyboard.press("Enter")
    await expect(kinds).to_have_count(0)


async def test_the_board_follows_what_happens(page: Page, here: World) -> None:
    more = await opened(page, here)
    running = person(page).locator("td").nth(2)
    before = int(await running.inner_text())
    await complain(here)
    await expect(running).to_have_text(str(before + more))


async def test_the_board_is_exported_with_every_row(page: Page, here: World) -> None:
    await opened(page, here)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="投诉", exact=True).click()
    assert (await download.value).suggested_filename.endswith(".xlsx")


async def test_the_board_breaks_no_rule_of_accessibility(page: Page, here: World) -> None:
    await opened(page, here)
    await page.locator("tr.person").first.get_by_role("button").click()
    await without_violations(page, "kept")
