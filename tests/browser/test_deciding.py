"""One page with everything that waits for a person's signature, also on a phone: signed as it was seen, then gone."""

from typing import Any

import pytest
from looking import BY_ID, leave_picture, proposed, sign_in, without_violations
from playwright.async_api import Locator, Page, expect

from kefu_local.story.world import World
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(300)

PHONE = {"width": 390, "height": 800}


async def opened(page: Page, who: str, case: dict[str, Any]) -> Locator:
    """The page of what waits for this person, and this case on it."""
    await sign_in(page, BY_ID[who])
    await page.goto("/decide")
    await expect(page.get_by_role("heading", name="订单", exact=True)).to_be_visible()
    return page.locator("article", has=page.get_by_role("link", name=case["complaint_no"]))


async def told(here: World, case: dict[str, Any]) -> dict[str, Any]:
    """The case as the service tells it."""
    return await here.ask("complaints", f"/complaints/{case['complaint_id']}", role=Role.CS_MANAGER)


async def test_a_manager_approves_within_their_limit_by_keyboard_alone(page: Page, here: World) -> None:
    case = await proposed(here)
    matter = await opened(page, "cs_manager-1", case)
    await expect(page.get_by_text("您可核决至¥2,000.00")).to_be_visible()
    await matter.locator("summary", has_text="核准方案").focus()
    await page.keyboard.press("Enter")
    await expect(matter.get_by_role("radio").nth(1)).to_be_disabled()
    await without_violations(page, "decide")
    await matter.get_by_label("核准意见").focus()
    await page.keyboard.type("同意")
    await page.keyboard.press("Control+Enter")
    await expect(matter).to_have_count(0)
    after = await told(here, case)
    seen = case["proposals"][-1]["proposal_id"]
    verdicts = [(each["approver"], each["proposal_id"], each["note"]) for each in after["verdicts"]]
    assert (after["stage"], verdicts) == ("approved", [("cs_manager-1", seen, "同意")])


async def test_the_deputy_gm_sends_one_back_on_a_phone(page: Page, here: World) -> None:
    case = await proposed(here)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    matter = await opened(page, "deputy_gm-1", case)
    await matter.locator("summary", has_text="退回方案").click()
    await matter.get_by_label("退回原因").fill("请核实数量")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await leave_picture(page, "decide-on-the-phone")
    await matter.get_by_role("button", name="退回方案").click()
    await expect(matter).to_have_count(0)
    assert (await told(here, case))["stage"] == "investigated"


async def test_what_another_person_has_signed_goes_by_itself(page: Page, here: World) -> None:
    case = await proposed(here)
    matter = await opened(page, "deputy_gm-1", case)
    await expect(matter).to_be_visible()
    verdict = {"proposal": case["proposals"][-1]["proposal_id"], "note": "不同意"}
    await here.ask("complaints", f"/complaints/{case['complaint_id']}/reject", verdict, role=Role.GM)
    await expect(matter).to_have_count(0)


async def test_who_signs_nothing_sees_that_nothing_waits(page: Page) -> None:
    await sign_in(page, BY_ID["installer-1"], scope="mine")
    await page.goto("/decide")
    await expect(page.get_by_text("没有等您签批的")).to_have_count(3)
