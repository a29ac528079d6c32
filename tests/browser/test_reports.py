"""A report is handed in under the headings of its form and answered, by keyboard alone, in a real browser."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from looking import BY_ID, behind_its_door, sign_in, without_violations
from playwright.async_api import Locator, Page, expect

from kefu_local.servers import Servers
from kefu_local.story.world import World
from kefu_local.system import System
from shared.contracts.roles import Role
from shared.time_source import write

pytestmark = pytest.mark.timeout(300)

AUTHOR, READER = BY_ID["account_manager-1"], BY_ID["cs_specialist-1"]
ZONE = ZoneInfo("Asia/Shanghai")
ASKED_AT = time(9)
"""When the report of a day is asked for."""
TEXTS = {"visits": "拜访恒达装饰，量了二楼", "sales": "签约一单", "next": "上午去海纳科技"}


@pytest.fixture(scope="module")
def kefu(running_servers: Servers) -> Iterator[System]:
    """A whole kefu of this file's own, because its time is moved to the morning on which a report is asked for."""
    with behind_its_door(running_servers) as built:
        yield built


async def owed(kefu: System, here: World) -> dict[str, Any]:
    """The report of tomorrow, the author's first day, once its morning has come.

    They owe none of today, whose morning may lie ahead yet and is made up for when time moves beyond it.
    """
    tomorrow = (here.now + timedelta(days=1)).astimezone(ZONE).date()
    author = {"staff": AUTHOR.id, "name": AUTHOR.name, "role": "account_manager", "since": str(tomorrow)}
    await here.ask("intake", "/colleagues", author, role=Role.CS_SUPERVISOR)
    write(kefu.around.path("TIME_FILE"), datetime.combine(tomorrow, ASKED_AT, ZONE), rate=1)

    async def asked_for() -> dict[str, Any] | None:
        found = await here.find("intake", f"/reports?staff={AUTHOR.id}&form=daily_sales", Role.CS_SPECIALIST)
        return next(iter(found["items"]), None)

    return await here.seen("the report of the day is asked for", asked_for)


def act(page: Page, title: str) -> Locator:
    """The form of what may be done with the report."""
    return page.locator("details.act", has=page.get_by_text(title, exact=True))


async def test_a_duty_leads_to_the_form_of_the_report_which_is_handed_in_and_answered(
    page: Page, kefu: System, here: World
) -> None:
    report = await owed(kefu, here)
    await sign_in(page, AUTHOR, scope="mine")
    duty = page.locator("tr[data-due]", has_text="提交销售部日销售报表")
    await duty.get_by_role("link").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="销售部日销售报表", exact=True)).to_be_visible()
    form = page.locator("#form-submit")
    await form.get_by_label("客户拜访情况").focus()
    await page.keyboard.type(TEXTS["visits"])
    await page.keyboard.press("Tab")
    await page.keyboard.type(TEXTS["sales"])
    await page.keyboard.press("Control+Enter")
    await expect(form.get_by_label("次日行程")).to_be_focused()
    await without_violations(page, "report-form")

    await page.reload()
    await expect(form.get_by_text("写下的草稿")).to_be_visible()
    await expect(form.get_by_label("销售情况")).to_have_value(TEXTS["sales"])
    await form.get_by_label("次日行程").focus()
    await page.keyboard.type("  ")
    await page.keyboard.press("Control+Enter")
    wrong = form.locator(".field.bad", has_text="次日行程")
    await expect(wrong).to_contain_text("还有必填的栏目没有填。")
    await form.get_by_label("次日行程").fill(TEXTS["next"])
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".pill")).to_have_text("待批复")
    handed_in = await here.find("intake", f"/reports/{report['report_id']}", Role.CS_SPECIALIST)
    assert (handed_in["stage"], handed_in["handed_in"]["sections"]) == ("submitted", TEXTS)
    await expect(page.get_by_text("由其他岗位办理的1项")).to_be_visible()

    await sign_in(page, READER)
    await page.goto("/desk/reports?stage=submitted")
    await page.get_by_role("link", name="销售部日销售报表", exact=True).focus()
    await page.keyboard.press("Enter")
    await act(page, "批复").locator("summary").focus()
    await page.keyboard.press("Enter")
    await act(page, "批复").get_by_label("批复内容").focus()
    await page.keyboard.type("请补充竞争对手情况")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".pill")).to_have_text("已批复")
    await expect(page.locator(".quote", has_text="请补充竞争对手情况")).to_be_visible()
    await without_violations(page, "report")
    answered = await here.find("intake", f"/reports/{report['report_id']}", Role.CS_SPECIALIST)
    assert (answered["reply"]["by"], answered["reply"]["comment"]) == (READER.id, "请补充竞争对手情况")
