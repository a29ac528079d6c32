"""The customer's own page in a browser that no person has signed in at: by a good link, and by a bad one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from looking import complaint, without_violations
from playwright.async_api import Page, Response, expect

from kefu_local.story.world import World
from kefu_local.system import System
from shared.identity.customer_links import CustomerLink, LinkKeys

pytestmark = pytest.mark.timeout(300)
expect.set_options(timeout=30_000)

KILOBYTE = 1000
LARGEST = 30 * KILOBYTE
"""What a part of the page weighs at most, with its style sheets."""


@pytest.fixture
async def case(here: World) -> dict[str, Any]:
    """A complaint of a customer."""
    return await complaint(here)


def link(kefu: System, here: World, case: dict[str, Any], days: int = 90) -> str:
    """The text of a link for the complaint's customer, made yesterday, which holds so many days."""
    keys, made = LinkKeys.read(kefu.around.need("LINK_KEYS")), here.in_days(-1)
    customer = UUID(case["form"]["customer"]["customer_id"])
    return keys.write(CustomerLink(customer, made, made + timedelta(days=days)))


async def test_the_page_opens_by_its_link_without_a_script_and_leads_to_each_part(
    page: Page, kefu: System, here: World, case: dict[str, Any]
) -> None:
    await page.goto(f"/complaints/p/{link(kefu, here, case)}")
    await expect(page.get_by_role("heading", name=case["complaint_no"])).to_be_visible()
    await expect(page.get_by_text(case["form"]["content"])).to_be_visible()
    assert await page.locator("script").count() == 0
    assert await page.get_by_text(case["form"]["customer"]["name"]).count() == 0
    await without_violations(page, "customer-complaints")
    await page.get_by_role("link", name="订单进度").click()
    await expect(page.get_by_text("您现在没有进行中的订单。")).to_be_visible()
    await without_violations(page, "customer-orders")
    await page.get_by_role("link", name="维修与保修").click()
    await expect(page.get_by_text("您还没有保修或上门服务的记录。")).to_be_visible()
    await without_violations(page, "customer-aftersales")


async def test_the_page_is_light(page: Page, kefu: System, here: World, case: dict[str, Any]) -> None:
    loaded: list[Response] = []
    page.on("response", lambda answer: loaded.append(answer))  # noqa: PLW0108
    await page.goto(f"/complaints/p/{link(kefu, here, case)}", wait_until="networkidle")
    assert 0 < sum([len(await answer.body()) for answer in loaded]) <= LARGEST


async def test_a_link_that_was_guessed_or_has_ended_opens_nothing(
    page: Page, kefu: System, here: World, case: dict[str, Any]
) -> None:
    good, ended = link(kefu, here, case), link(kefu, here, case, days=0)
    other = "B" if good[0] == "A" else "A"
    for text in ("A" * 48, f"{other}{good[1:]}", good[:-1], ended):
        answer = await page.goto(f"/complaints/p/{text}")
        assert answer is not None
        assert answer.status == 404
        await expect(page.get_by_role("heading", name="这个链接已失效")).to_be_visible()
        await expect(page.get_by_text(case["complaint_no"])).to_have_count(0)
    await without_violations(page, "customer-closed")
