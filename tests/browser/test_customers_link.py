"""The customer's own page in a browser that no person has signed in at: by a good link, and by a bad one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from looking import PICTURES, complaint, proposed, without_violations
from playwright.async_api import Browser, Page, Response, expect

from kefu_local.story.world import World
from kefu_local.system import System
from shared.contracts.roles import Role
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


@pytest.fixture
async def offered(here: World) -> dict[str, Any]:
    """A case with two approved solutions, between which its customer chooses."""
    case = await proposed(here)
    verdict = {"proposal": case["proposals"][-1]["proposal_id"], "option": 0, "also": [1], "note": "可由客户选"}
    return await here.ask("complaints", f"/complaints/{case['complaint_id']}/approve", verdict, role=Role.GM)


async def test_the_customer_chooses_and_signs_without_a_script_and_a_forwarded_link_does_not_sign(
    browser: Browser, kefu: System, here: World, offered: dict[str, Any]
) -> None:
    async def told() -> dict[str, Any]:
        return await here.ask("complaints", f"/complaints/{offered['complaint_id']}", role=Role.CS_MANAGER)

    phone = await browser.new_context(
        base_url=kefu.around.need("CONSOLE_URL"), viewport={"width": 390, "height": 800}, java_script_enabled=False
    )
    page = await phone.new_page()

    async def answer(digits: str) -> None:
        await page.get_by_label("接受第2个方案").check()
        await page.get_by_label("您的姓名").fill("陈先生")
        await page.get_by_label("手机号后四位").fill(digits)
        await page.get_by_role("button", name="签名并答复").click()

    await page.goto(f"/complaints/p/{link(kefu, here, offered)}")
    await page.screenshot(path=PICTURES / "customer-answers-phone.png", full_page=True)
    await answer("0000")
    await expect(page.get_by_role("alert")).to_contain_text("手机号后四位不对")
    assert (await told())["stage"] == "approved"

    await answer((await told())["form"]["customer"]["mobile"][-4:])
    await expect(page.get_by_text("方案执行中")).to_be_visible()
    await expect(page.locator("form")).to_have_count(0)
    await phone.close()
    after = await told()
    assert (after["stage"], after["answer"]["choice"]["description"]) == ("accepted", "按4樘单价的一成折让")
