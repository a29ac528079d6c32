"""What leaves the screen on paper: each paper is reached from its page, is A4 and is whole."""

import re
from typing import Any

import pytest
from looking import BY_ID, PICTURES, complaint, sign_in, without_violations
from playwright.async_api import Page, expect

from kefu_local.story.world import World
from shared.contracts.vocabulary import order_id_of
from tests.browser.test_customers_and_orders import order_is_there, with_order

pytestmark = pytest.mark.timeout(300)


async def paper(page: Page, case: dict[str, Any], title: str) -> Page:
    """The paper with this title, opened from the page of its case."""
    await sign_in(page, BY_ID["cs_manager-1"])
    await page.goto(f"/desk/complaints/{case['complaint_id']}")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name=title).click()
    return await opened.value


async def pages_of(page: Page, name: str) -> int:
    """How many sheets its PDF has, which is left beside the pictures."""
    pdf = await page.pdf(prefer_css_page_size=True, path=PICTURES / f"{name}.pdf")
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


async def test_the_internal_form_says_on_each_sheet_that_it_stays_in_the_house(page: Page, here: World) -> None:
    case = await complaint(here)
    form = await paper(page, case, "投诉处理表")
    await expect(form.get_by_role("heading", name="客户投诉处理表")).to_be_visible()
    await expect(form.locator("svg.mark")).to_have_text("内部表　不得给客户")
    await expect(form.locator(".sub")).to_contain_text(case["complaint_no"])
    await without_violations(form, "paper-complaint")
    assert 1 <= await pages_of(form, "paper-complaint") <= 2


async def test_the_letter_to_the_customer_is_one_sheet_without_the_mark(page: Page, here: World) -> None:
    case = await complaint(here)
    letter = await paper(page, case, "答复函")
    await expect(letter.get_by_role("heading", name="客户投诉答复函")).to_be_visible()
    assert await letter.locator("svg.mark").count() == 0
    await without_violations(letter, "paper-letter")
    assert await pages_of(letter, "paper-letter") == 1


async def test_the_papers_of_a_customer_and_an_order_are_reached_from_their_pages(page: Page, here: World) -> None:
    customer, number = await with_order(here)
    await order_is_there(here, number)
    await sign_in(page, BY_ID["cs_specialist-1"])
    await page.goto(f"/desk/customers/{customer['customer_id']}")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="客户服务记录").click()
    record = await opened.value
    await expect(record.get_by_role("heading", name="客户服务记录")).to_be_visible()
    await without_violations(record, "paper-talks")
    assert await pages_of(record, "paper-talks") == 1

    await page.goto(f"/desk/orders/{order_id_of(number)}")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="下单通知书").click()
    notice = await opened.value
    await expect(notice.locator("svg.mark")).to_have_text("内部表　不得给客户")
    await without_violations(notice, "paper-notice")
    assert await pages_of(notice, "paper-notice") == 1

    await page.goto("/desk/orders?part=all")
    await expect(page.get_by_role("link", name="工程登记表")).to_be_visible()
    await without_violations(page, "orders-papers")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="工程登记表").click()
    register = await opened.value
    await expect(register.get_by_role("heading", name="工程登记表")).to_be_visible()
    await without_violations(register, "paper-register")


async def test_a_slip_is_written_found_in_its_list_and_printed(page: Page) -> None:
    await sign_in(page, BY_ID["cs_specialist-1"])
    await page.goto("/desk/slips")
    await page.locator("#act-post summary").click()
    form = page.locator("#form-post")
    await form.get_by_label("发往部门").select_option("production")
    await form.get_by_label("联络内容").fill("请确认SO-2026-0412玻璃补片到厂日期")
    await without_violations(page, "slips")
    await form.get_by_role("button", name="发联络单").click()
    row = page.locator("tr", has_text="SO-2026-0412")
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name="联络单LL-")).to_be_visible()
    await without_violations(page, "slip")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="打印联络单").click()
    slip = await opened.value
    await expect(slip.get_by_role("heading", name="事务联络单")).to_have_count(2)
    await without_violations(slip, "paper-slip")
    assert await pages_of(slip, "paper-slip") == 2

    await page.goto("/desk/reports")
    await expect(page.get_by_role("heading", name="工作报告")).to_be_visible()
    await without_violations(page, "reports")
