"""The operators' page: how the five services are, and what failed is rehearsed, replayed and gone."""

from typing import Any
from uuid import uuid4

import pytest
from looking import BY_ID, sign_in, without_violations
from playwright.async_api import Page, expect

from kefu_local.story.world import World
from shared.contracts.departments import ProductionCompleted
from shared.contracts.roles import Role
from shared.pages.words import SERVICES

pytestmark = pytest.mark.timeout(300)

OPERATOR = BY_ID["operator-1"]
GROUP = "queue=orders.on.production.production_completed.v1&code=not_found"
"""What was reported of orders that are not there."""


async def test_all_five_services_say_how_they_are(page: Page) -> None:
    await sign_in(page, OPERATOR, scope="mine")
    await page.get_by_role("link", name="运行状况").click()
    for name, title in SERVICES.items():
        card = page.locator(f"section[aria-labelledby=h-ops-{name}]")
        await expect(card.get_by_role("heading", name=title)).to_be_visible()
        await expect(card.locator(".pill.missed")).to_have_count(0)
    await without_violations(page, "ops")


async def test_who_does_not_operate_is_not_led_there_and_sees_nothing(page: Page) -> None:
    await sign_in(page, BY_ID["cs_manager-1"])
    await expect(page.get_by_role("link", name="运行状况")).to_have_count(0)
    await page.goto("/ops")
    await expect(page.get_by_text("您的岗位不能查看这一页。")).to_have_count(len(SERVICES))


async def test_a_group_is_held_by_its_owner_with_a_note(page: Page, here: World) -> None:
    await here.report(ProductionCompleted(order_no=f"SO-{uuid4().hex.upper()}", completed_at=here.now, quantity_ok=24))

    async def waiting() -> list[dict[str, Any]]:
        listed: dict[str, list[dict[str, Any]]] = await here.find("orders", f"/dead?{GROUP}", Role.OPERATOR)
        return listed["items"]

    await here.seen("the report waits for its order", waiting)
    await sign_in(page, OPERATOR, scope="mine")
    await page.goto(f"/ops/orders?{GROUP}")
    care = page.locator("section[aria-labelledby=h-care]")
    await care.get_by_role("textbox", name="负责人").fill("zhou")
    await care.get_by_role("textbox", name="说明").fill("等订单导入")
    await care.get_by_label("先搁置").check()
    await care.get_by_role("button", name="登记").click()
    await expect(care.get_by_text("搁置，zhou负责：等订单导入")).to_be_visible()
    await expect(care.get_by_role("textbox", name="负责人")).to_have_value("zhou")
    await without_violations(page, "ops-group")
