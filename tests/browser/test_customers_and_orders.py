"""A caller is found, the customer's page has every service's card, and an order is followed and decided on."""

import asyncio

import pytest
from looking import BY_ID, order_is_there, sign_in, with_order, without_violations
from playwright.async_api import Page, expect

from kefu_local.story.world import World
from kefu_local.system import System
from shared.contracts.roles import Role
from shared.contracts.vocabulary import order_id_of

pytestmark = pytest.mark.timeout(300)


def talk(content: str) -> dict[str, str]:
    """The record of a call."""
    return {
        "subject": "客户来电",
        "service_type": "售后",
        "service_method": "电话",
        "status": "已完成",
        "contact_name": "周工",
        "on": "2026-11-20",
        "at": "13:50",
        "started_at": "2026-11-20T05:50:00Z",
        "content": content,
    }


async def test_a_caller_is_found_by_keyboard_and_the_page_has_every_card(page: Page, here: World) -> None:
    customer, number = await with_order(here)
    await order_is_there(here, number)
    await sign_in(page, BY_ID["cs_specialist-1"])
    await expect(page.get_by_text("实时")).to_be_visible()
    await page.keyboard.press("/")
    await expect(page.locator("#find")).to_be_focused()
    await page.keyboard.type(number[-4:])
    await page.keyboard.press("Enter")
    found = page.get_by_role("link", name=customer["particulars"]["name"])
    await expect(found).to_be_visible()
    await without_violations(page, "customers")
    await found.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=customer["particulars"]["name"])).to_be_visible()
    await expect(page.get_by_role("link", name=number).first).to_be_visible()
    await expect(page.get_by_text("没有投诉。")).to_be_visible()
    await page.get_by_text("记录通话", exact=True).first.click()
    await page.locator("#form-contacts-content").fill("问什么时候发货，已告知")
    await without_violations(page, "customer")
    await page.get_by_role("button", name="记录通话").click()
    await expect(page.locator(".line").get_by_text("问什么时候发货，已告知")).to_be_visible()


async def test_a_complaint_is_filed_while_the_customer_is_on_the_telephone(page: Page, here: World) -> None:
    customer, _ = await with_order(here)
    await sign_in(page, BY_ID["cs_specialist-1"])
    await page.goto(f"/desk/customers/{customer['customer_id']}")
    card = page.locator("#card-complaints")
    await card.get_by_text("登记投诉", exact=True).first.click()
    await expect(card.get_by_label("名称")).to_have_value(customer["particulars"]["name"])
    await expect(card.get_by_label("投诉人")).to_have_value("周工")
    await card.get_by_label("反映的问题").fill("三樘玻璃边缘崩角")
    await card.get_by_label("合同日期").fill("2026-11")
    await here.ask(
        "intake", f"/customers/{customer['customer_id']}/contacts", talk("打来投诉"), role=Role.CS_SPECIALIST
    )
    await expect(page.locator(".line").get_by_text("打来投诉")).to_be_visible()
    await expect(card.get_by_label("反映的问题")).to_have_value("三樘玻璃边缘崩角")
    await without_violations(page, "filing")
    await card.get_by_role("button", name="登记投诉").click()
    await expect(card.locator("tbody tr")).to_have_count(1)
    await expect(card.locator("tbody tr")).to_contain_text("三樘玻璃边缘崩角")
    number = await card.get_by_role("link").first.inner_text()
    await card.get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name=f"投诉{number}")).to_be_visible()


async def test_a_service_is_registered_while_the_customer_is_on_the_telephone(page: Page, here: World) -> None:
    customer, _ = await with_order(here)
    await sign_in(page, BY_ID["cs_specialist-1"])
    await page.goto(f"/desk/customers/{customer['customer_id']}")
    card = page.locator("#card-aftersales")
    await card.get_by_text("登记售后", exact=True).first.click()
    await card.get_by_label("反馈内容").fill("门铰链松动，闭合有异响")
    await card.get_by_label("合同日期").fill("十一月")
    await card.get_by_role("button", name="登记售后").click()
    await expect(card.locator("tbody tr")).to_have_count(0)
    await card.get_by_label("合同日期").fill("2026-10-09")
    await card.get_by_role("button", name="登记售后").click()
    await expect(card.locator("tbody tr")).to_contain_text("门铰链松动，闭合有异响")


async def test_what_was_begun_for_one_customer_does_not_stand_in_the_form_of_another(page: Page, here: World) -> None:
    (one, _), (other, _) = await with_order(here), await with_order(here)
    await sign_in(page, BY_ID["cs_specialist-1"])
    for customer, expected in ((one, ""), (other, ""), (one, "门关不上")):
        await page.goto(f"/desk/customers/{customer['customer_id']}")
        card = page.locator("#card-complaints")
        await expect(card.get_by_text("没有投诉。")).to_be_visible()
        await expect(card.locator("textarea[name=content]")).to_have_value(expected)
        if customer is one and not expected:
            await card.get_by_text("登记投诉", exact=True).first.click()
            await card.get_by_label("反映的问题").fill("门关不上")


async def test_a_service_that_is_away_is_a_grey_card(page: Page, here: World, kefu: System) -> None:
    customer, number = await with_order(here)
    await order_is_there(here, number)
    await sign_in(page, BY_ID["cs_specialist-1"])
    await asyncio.to_thread(kefu.services["complaints"].kill)
    try:
        await page.goto(f"/desk/customers/{customer['customer_id']}")
        await expect(page.locator("#card-complaints")).to_contain_text("暂不可用")
        await expect(page.get_by_role("link", name=number).first).to_be_visible()
    finally:
        await asyncio.to_thread(kefu.services["complaints"].start)
    await asyncio.to_thread(kefu.wait_until_ready)
    await expect(page.locator("#card-complaints")).to_contain_text("没有投诉。")


async def test_an_order_is_reviewed_by_its_form_and_goes_on(page: Page, here: World) -> None:
    _, number = await with_order(here)
    await order_is_there(here, number)
    planned = {"revision": 1, "feasible": True}
    await here.ask("orders", f"/orders/{order_id_of(number)}/countersign", planned, role=Role.PLANNER)
    await sign_in(page, BY_ID["cs_specialist-1"])
    await page.goto("/desk/orders?part=mine")
    row = page.locator("tr", has_text=number)
    await expect(row).to_contain_text("等您")
    await without_violations(page, "orders")
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name=f"订单{number}")).to_be_visible()
    await page.get_by_text("评审合同", exact=True).first.click()
    form = page.locator("#form-review")
    await form.get_by_label("通过", exact=True).check()
    await without_violations(page, "order")
    await form.get_by_role("button", name="评审合同").click()
    await expect(page.locator(".head .pill")).to_have_text("合同签订")
    order = await here.ask("orders", f"/orders/{order_id_of(number)}", role=Role.CS_MANAGER)
    assert order["stage"] == "signing"


async def test_a_row_of_the_day_names_its_customer_and_opens_its_matter(page: Page, here: World) -> None:
    customer, number = await with_order(here)
    await order_is_there(here, number)
    await sign_in(page, BY_ID["cs_specialist-1"])
    await page.goto("/?scope=all")
    row = page.locator("tr[data-due]", has_text=number).first
    await expect(row).to_contain_text(customer["particulars"]["name"])
    await row.get_by_role("link", name=number).click()
    await expect(page.get_by_role("heading", name=f"订单{number}")).to_be_visible()
