"""Staff of a department report what is theirs to know by a form, by keyboard alone, and see what became of it."""

import pytest
from looking import BY_ID, order_is_there, sign_in, with_order, without_violations
from playwright.async_api import Page, expect

from kefu_local.story.world import World
from shared.contracts.roles import Role
from shared.contracts.vocabulary import order_id_of

pytestmark = pytest.mark.timeout(300)


async def test_the_plant_manager_reports_a_delay_and_sees_what_orders_made_of_it(page: Page, here: World) -> None:
    _, number = await with_order(here)
    await order_is_there(here, number)
    await sign_in(page, BY_ID["plant_manager-1"])
    await page.goto(f"/desk/orders/{order_id_of(number)}")
    await page.get_by_role("link", name="上报这张单的情况").press("Enter")
    act = page.locator("details", has_text="报告生产延期").last
    await act.locator("summary").press("Enter")
    form = act.locator("form")
    await expect(form.get_by_label("订单编号")).to_have_value(number)
    await form.get_by_label("预计备齐日期").fill(str(here.in_days(60)))
    await form.get_by_label("延期原因").press_sequentially("钢化玻璃补片尚未到厂")
    await without_violations(page, "facts")
    await page.keyboard.press("Control+Enter")

    row = page.get_by_role("row", name=number)
    await expect(row).to_contain_text("报告生产延期")
    await expect(row).to_contain_text("订单：已受理")
    works = (await here.ask("orders", f"/orders/{order_id_of(number)}", role=Role.CS_MANAGER))["works"]
    assert works["expected_ready_on"] == str(here.in_days(60))


async def test_what_is_wrong_with_a_report_stands_at_its_field_and_nothing_is_told(page: Page, here: World) -> None:
    await sign_in(page, BY_ID["plant_manager-1"])
    await page.goto("/desk/facts?about=SO-404")
    act = page.locator("details", has_text="报告生产完成").last
    await act.locator("summary").click()
    form = act.locator("form")
    await expect(form.get_by_label("订单编号")).to_have_value("SO-404")
    await form.get_by_label("合格数量").fill("24")
    await form.get_by_label("完成时间").fill(f"{here.in_days(2)}T09:00")
    await form.get_by_role("button", name="报告生产完成").click()
    await expect(form.get_by_text("时间还没有到，请在发生之后填报。")).to_be_visible()
    await expect(page.get_by_role("row", name="SO-404")).to_have_count(0)
