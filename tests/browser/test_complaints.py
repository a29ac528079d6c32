"""A complaint's pages in a real browser: found, decided on, and what was typed kept when another person was first."""

from typing import Any

import pytest
from looking import BY_ID, complaint, propose, proposed, sign_in, without_violations
from playwright.async_api import Locator, Page, expect

from kefu_local.story.world import World
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(300)


async def fill(page: Page, decision: str, said: dict[str, str | bool]) -> Locator:
    """Opens the form of this decision and fills in its fields by their labels; the form."""
    act = page.locator("details.act", has=page.get_by_text(decision, exact=True))
    if await act.get_attribute("open") is None:
        await act.locator("summary").click()
    for label, value in said.items():
        field = act.get_by_label(label, exact=value is True)
        if isinstance(value, bool):
            await field.first.set_checked(value)
        elif await field.evaluate("field => field.nodeName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)
    return act.locator("form")


async def act(page: Page, decision: str, said: dict[str, str | bool]) -> None:
    """Makes this decision by its form."""
    await (await fill(page, decision, said)).get_by_role("button", name=decision).click()


async def case_of(here: World, id: str) -> dict[str, Any]:
    """The case as the service tells it."""
    case: dict[str, Any] = await here.ask("complaints", f"/complaints/{id}", role=Role.CS_MANAGER)
    return case


async def opened(page: Page, who: str, case: dict[str, Any]) -> None:
    """The page of this case, signed in as this person."""
    await sign_in(page, BY_ID[who])
    await page.goto(f"/desk/complaints/{case['complaint_id']}")
    await expect(page.get_by_role("heading", name=f"投诉{case['complaint_no']}")).to_be_visible()


async def test_a_case_is_found_and_opened_by_keyboard_alone(page: Page, here: World) -> None:
    case = await proposed(here)
    await sign_in(page, BY_ID["cs_manager-1"])
    await page.get_by_role("link", name="客诉").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="客诉")).to_be_visible()
    await page.get_by_label("搜索").focus()
    await page.keyboard.type(case["complaint_no"])
    await page.keyboard.press("Enter")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("tbody tr")).to_contain_text(case["complaint_no"])
    await without_violations(page, "complaints")
    await page.locator("tbody a").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=f"投诉{case['complaint_no']}")).to_be_visible()
    await expect(page.locator(".head .pill")).to_have_text("待核决")


async def test_a_case_breaks_no_rule_of_accessibility(page: Page, here: World) -> None:
    await opened(page, "deputy_gm-1", await proposed(here))
    await page.locator(".clocks summary").first.click()
    await without_violations(page, "complaint")


async def test_who_has_the_authority_approves_what_was_seen(page: Page, here: World) -> None:
    case = await proposed(here)
    await opened(page, "cs_manager-1", case)
    await expect(page.get_by_role("radio").nth(1)).to_be_disabled()
    await page.get_by_label("核准意见").fill("同意，请补做末检")
    await page.get_by_role("button", name="核准方案").click()
    await expect(page.locator(".head .pill")).to_have_text("待客户确认")
    await expect(page.get_by_role("row", name="方案 更换4樘门框")).to_contain_text("更换4樘门框，重新调校闭门器")
    verdicts = (await case_of(here, case["complaint_id"]))["verdicts"]
    assert [(each["approver"], each["proposal_id"], each["note"]) for each in verdicts] == [
        ("cs_manager-1", case["proposals"][-1]["proposal_id"], "同意，请补做末检")
    ]


async def test_who_sends_it_back_says_why(page: Page, here: World) -> None:
    case = await proposed(here)
    await opened(page, "deputy_gm-1", case)
    await page.get_by_label("退回原因").fill("请核实数量后再报")
    await page.get_by_role("button", name="退回方案").click()
    await expect(page.locator(".head .pill")).to_have_text("待拟方案")
    verdicts = (await case_of(here, case["complaint_id"]))["verdicts"]
    assert [(each["option"], each["note"]) for each in verdicts] == [(None, "请核实数量后再报")]


async def test_another_proposal_is_not_approved_and_what_was_typed_stays(page: Page, here: World) -> None:
    case = await proposed(here)
    await opened(page, "deputy_gm-1", case)
    note = page.get_by_label("核准意见")
    await note.fill("同意方案")
    seen = case["proposals"][-1]["proposal_id"]
    sent_back = {"proposal": seen, "note": "金额不对"}
    await here.ask("complaints", f"/complaints/{case['complaint_id']}/reject", sent_back, role=Role.GM)
    fresh = (await propose(here, case["complaint_id"]))["proposals"][-1]["proposal_id"]
    await page.get_by_role("button", name="核准方案").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("方案已经换过了")
    await expect(alert).to_contain_text(fresh)
    await expect(note).to_have_value("同意方案")
    await expect(page.locator("table[data-proposal]")).to_have_count(2)
    await page.get_by_role("button", name="看新的").click()
    await expect(note).to_have_value("")
    await page.get_by_role("button", name="核准方案").click()
    await expect(page.locator(".head .pill")).to_have_text("待客户确认")
    assert (await case_of(here, case["complaint_id"]))["verdicts"][-1]["proposal_id"] == fresh


async def test_a_case_goes_its_whole_way_by_the_forms_of_its_page(page: Page, here: World) -> None:
    filed = await complaint(here)
    await opened(page, "cs_manager-1", filed)
    await act(page, "指定负责人", {"负责人（工号）": "cs_manager-1", "负责人须走访客户": False})
    await expect(page.locator(".head")).to_contain_text("负责人cs_manager-1")
    await act(page, "判定是否成立", {"成立": True, "判定理由": "门框公差超差", "是": True, "责任部门": "production"})
    await expect(page.locator(".head .pill")).to_have_text("判定成立")
    await act(page, "交办调查", {"调查部门": "production", "研发组": True})
    await expect(page.locator(".head .pill")).to_have_text("调查中")
    await act(
        page,
        "完成调查",
        {"查明的原因": "门框加工公差超差", "凭证": "photos/frame.jpg", "责任人或班组": "门框组\n质检组"},
    )
    await expect(page.locator(".head .pill")).to_have_text("待拟方案")
    await fill(page, "呈报方案", {})
    form = page.locator("#form-propose")
    await form.get_by_role("button", name="再加一项").click()
    for row, (kind, amount, words) in enumerate((("replace", "1850", "更换门框"), ("allowance", "4200.50", "折让"))):
        entry = form.locator(".entry").nth(row)
        await entry.get_by_label("方式").select_option(kind)
        await entry.get_by_label("金额").fill(amount)
        await entry.get_by_label("方案内容").fill(words)
    await form.get_by_role("button", name="呈报方案").click()
    await expect(page.locator(".head .pill")).to_have_text("待核决")
    case = await case_of(here, filed["complaint_id"])
    assert case["investigation"]["responsible"] == ["门框组", "质检组"]
    assert case["investigation"]["joint_with"] == ["rd"]
    assert [(each["kind"], each["amount"]["amount"]) for each in case["proposals"][-1]["options"]] == [
        ("replace", "1850.00"),
        ("allowance", "4200.50"),
    ]


async def test_what_was_being_typed_is_there_again_after_the_browser_crashed(page: Page, here: World) -> None:
    case = await complaint(here)
    await opened(page, "cs_manager-1", case)
    await fill(page, "判定是否成立", {"成立": True, "判定理由": "经查崩角为出厂包装不足所致"})
    key = await page.locator("#form-judge").get_attribute("data-key")
    again = await page.context.new_page()
    await page.close()
    await again.goto(f"/desk/complaints/{case['complaint_id']}")
    await expect(again.get_by_label("判定理由")).to_have_value("经查崩角为出厂包装不足所致")
    await expect(again.get_by_label("成立", exact=True)).to_be_checked()
    await expect(again.get_by_text("已恢复")).to_be_visible()
    assert await again.locator("#form-judge").get_attribute("data-key") == key
    await again.get_by_role("button", name="清空重写").click()
    await expect(again.get_by_label("判定理由")).to_have_value("")
    await again.reload()
    await expect(again.get_by_text("已恢复")).to_have_count(0)


async def test_what_happens_to_a_case_is_seen_while_a_form_is_filled_in(page: Page, here: World) -> None:
    case = await complaint(here)
    await opened(page, "cs_manager-1", case)
    await fill(page, "分类", {"类别": "玻璃破"})
    category = page.get_by_label("类别")
    await category.focus()
    owner = {"owner": "cs_specialist-9"}
    await here.ask("complaints", f"/complaints/{case['complaint_id']}/assign-owner", owner, role=Role.CS_MANAGER)
    await expect(page.locator(".head")).to_contain_text("负责人cs_specialist-9")
    await expect(category).to_be_focused()
    await expect(category).to_have_value("玻璃破")


async def test_an_error_stands_at_its_field_in_chinese(page: Page, here: World) -> None:
    case = await complaint(here)
    await opened(page, "cs_manager-1", case)
    await fill(page, "分类", {"质量": True, "类别": "玻璃破损"})
    await page.locator("#form-classify").evaluate("form => form.elements.category.value = '\u0007'")
    await page.locator("#form-classify").get_by_role("button", name="分类").click()
    bad = page.locator("#form-classify .field.bad")
    await expect(bad).to_have_count(1)
    await expect(bad).to_contain_text("内容不符合要求")
    await expect(page.get_by_role("alert")).to_contain_text("类别：内容不符合要求")


async def test_what_the_service_refuses_stands_at_its_field_and_what_was_typed_stays(page: Page, here: World) -> None:
    case = await complaint(here)
    owner = {"owner": "cs_manager-1", "visit_required": True}
    await here.ask("complaints", f"/complaints/{case['complaint_id']}/assign-owner", owner, role=Role.CS_MANAGER)
    await opened(page, "cs_manager-1", case)
    form = await fill(page, "记录走访", {"走访时间": "2099-01-01T10:00", "走访记录": "已到现场"})
    await form.get_by_role("button", name="记录走访").click()
    bad = page.locator("#form-record_visit .field.bad")
    await expect(bad).to_have_count(1)
    await expect(bad).to_contain_text("走访时间")
    await expect(bad).to_contain_text("请填已经发生的时间")
    await expect(form.get_by_label("走访时间")).to_have_value("2099-01-01T10:00")
    await expect(form.get_by_label("走访记录")).to_have_value("已到现场")
    assert (await case_of(here, case["complaint_id"]))["visits"] == []


async def test_who_may_not_read_cases_is_told_so(page: Page) -> None:
    await sign_in(page, BY_ID["installer-1"])
    await page.goto("/desk/complaints")
    await expect(page.get_by_text("您的岗位不能查看这一页。")).to_be_visible()
