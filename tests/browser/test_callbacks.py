"""A customer is called back: found in the list, rung by the script, the answers recorded, by keyboard alone."""

from typing import Any

import pytest
from looking import BY_ID, sign_in, without_violations
from playwright.async_api import Page, expect

from kefu_local.story.world import World
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(300)

CALLER = BY_ID["cs_specialist-1"]
NAME = "瑞丰装饰工程有限公司"
ANSWERS = {"ability": "讲解清楚", "professionalism": "熟悉隔断做法", "etiquette": "守时有礼貌"}
"""What the customer says to the questions that cannot be left out."""


async def owed(here: World) -> str:
    """The id of the call after a visit, of which the account manager has told already."""
    contact = {"name": "赵敏", "title": "赵总", "mobile": "13800002099"}
    file = {"name": NAME, "contacts": [contact]}
    customer = (await here.ask("intake", "/customers", file, role=Role.CS_SPECIALIST))["customer_id"]
    visit = {
        "shop_name": NAME,
        "customer_id": customer,
        "customer_name": contact["name"],
        "mobile": contact["mobile"],
        "left_at": here.now.isoformat(),
    }
    await here.ask("intake", "/visits", visit, role=Role.ACCOUNT_MANAGER)

    async def found() -> dict[str, Any] | None:
        calls = (await here.find("intake", f"/callbacks?customer_id={customer}", Role.CS_SPECIALIST))["items"]
        return next(iter(calls), None)

    call: str = (await here.seen("a call is owed after the visit", found))["callback_id"]
    told = {"said": "客户对方案满意"}
    await here.ask("intake", f"/callbacks/{call}/hear-manager", told, role=Role.CS_SPECIALIST, who=CALLER.id)
    return call


async def test_a_call_is_made_by_its_script_and_what_was_said_recorded_by_keyboard(page: Page, here: World) -> None:
    call = await owed(here)
    await sign_in(page, CALLER)
    await page.goto("/desk/callbacks")
    listed = page.get_by_role("link", name=NAME, exact=True)
    await expect(listed).to_be_visible()
    await without_violations(page, "callbacks")
    await listed.press("Enter")
    await expect(page.get_by_role("heading", name="话术", exact=True)).to_be_visible()
    await expect(page.get_by_text("您好，请问是赵总吗？")).to_be_visible()
    await without_violations(page, "callback")

    form = page.locator("#form-complete")
    await form.locator("[name='branch'][value='satisfied']").press("Space")
    await form.locator("[name='ratings.ability']").focus()
    for answer in ANSWERS.values():
        await page.keyboard.type(answer)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Control+Enter")

    await expect(page.locator(".pill")).to_have_text("已回访")
    await expect(form).to_have_count(0)
    await expect(page.locator(".said", has_text=ANSWERS["etiquette"])).to_be_visible()
    kept = await here.find("intake", f"/callbacks/{call}", Role.CS_SPECIALIST)
    assert kept["stage"] == "completed"
    await without_violations(page, "callback-made")
