"""A complaint's pages in a real browser: found, decided on, and what was typed kept when another person was first."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from kefu_local.story.world import World, world
from kefu_local.system import System
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(300)
expect.set_options(timeout=30_000)

PICTURES = Path(".run/pictures")
HANDLER = Role.COMPLAINT_HANDLER
OPTIONS = [
    {"kind": "replace", "amount": {"amount": "1850.00"}, "description": "更换4樘门框，重新调校闭门器"},
    {"kind": "allowance", "amount": {"amount": "4200.00"}, "description": "按4樘单价的一成折让"},
]


@pytest.fixture
async def here(kefu: System) -> AsyncIterator[World]:
    async with world(kefu.around) as here:
        yield here


async def proposed(here: World) -> dict[str, Any]:
    """A case that waits for approval, with two solutions."""
    said = {
        "customer": {"customer_id": str(uuid4()), "name": "鼎盛装饰工程有限公司", "mobile": "13900002031"},
        "complainant": "陈先生",
        "channel": "phone",
        "content": "玻璃门闭合有异响，门缝最大6 mm",
        "demand": "更换全部门框",
        "nature": "quality",
    }
    filed = await here.ask("complaints", "/complaints", said, role=HANDLER)
    at = f"/complaints/{filed['complaint_id']}"
    upheld = {
        "upheld": True,
        "grounds": "门框公差超差",
        "demand_reasonable": True,
        "responsible_department": "production",
    }
    await here.ask("complaints", f"{at}/assign-owner", {"owner": "cs_specialist-1"}, role=Role.CS_MANAGER)
    await here.ask("complaints", f"{at}/judge", upheld, role=HANDLER)
    await here.ask("complaints", f"{at}/assign-investigation", {"department": "production"}, role=HANDLER)
    found = {"cause": "门框加工公差超差1.5 mm", "responsible": ["门框组"]}
    await here.ask("complaints", f"{at}/complete-investigation", found, role=Role.RD_TEAM)
    return await propose(here, filed["complaint_id"])


async def propose(here: World, id: str) -> dict[str, Any]:
    case: dict[str, Any] = await here.ask("complaints", f"/complaints/{id}/propose", {"options": OPTIONS}, role=HANDLER)
    return case


async def case_of(here: World, id: str) -> dict[str, Any]:
    """The case as the service tells it."""
    case: dict[str, Any] = await here.ask("complaints", f"/complaints/{id}", role=Role.CS_MANAGER)
    return case


async def sign_in(page: Page, who: str) -> None:
    await page.goto("/sign-in")
    await page.locator(f"button[value='{who}']").click()
    await expect(page.get_by_role("heading", name="我的一天")).to_be_visible()


async def opened(page: Page, who: str, case: dict[str, Any]) -> None:
    """The page of this case, signed in as this person."""
    await sign_in(page, who)
    await page.goto(f"/desk/complaints/{case['complaint_id']}")
    await expect(page.get_by_role("heading", name=f"投诉{case['complaint_no']}")).to_be_visible()


async def without_violations(page: Page, name: str) -> None:
    """No accessibility rule is broken, in light and in dark; pictures of both are left, and of the phone's."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = await Axe().run(page)
        assert found.response["violations"] == [], found.generate_report()
        await page.screenshot(path=PICTURES / f"{name}-{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 390, "height": 800})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.screenshot(path=PICTURES / f"{name}-phone.png", full_page=True)
    await page.set_viewport_size({"width": 1280, "height": 800})


async def test_a_case_is_found_and_opened_by_keyboard_alone(page: Page, here: World) -> None:
    case = await proposed(here)
    await sign_in(page, "cs_manager-1")
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
    await page.get_by_label("批示（只在内部）").fill("同意，请补做末检")
    await page.get_by_role("button", name="核准所选方案").click()
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
    await page.get_by_role("button", name="退回这份方案").click()
    await expect(page.locator(".head .pill")).to_have_text("待拟方案")
    verdicts = (await case_of(here, case["complaint_id"]))["verdicts"]
    assert [(each["option"], each["note"]) for each in verdicts] == [(None, "请核实数量后再报")]


async def test_another_proposal_is_not_approved_and_what_was_typed_stays(page: Page, here: World) -> None:
    case = await proposed(here)
    await opened(page, "deputy_gm-1", case)
    note = page.get_by_label("批示（只在内部）")
    await note.fill("同意方案")
    seen = case["proposals"][-1]["proposal_id"]
    sent_back = {"proposal": seen, "note": "金额不对"}
    await here.ask("complaints", f"/complaints/{case['complaint_id']}/reject", sent_back, role=Role.GM)
    fresh = (await propose(here, case["complaint_id"]))["proposals"][-1]["proposal_id"]
    await page.get_by_role("button", name="核准所选方案").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("方案已经换过了")
    await expect(alert).to_contain_text(fresh)
    await expect(note).to_have_value("同意方案")
    await page.get_by_role("button", name="看新的").click()
    await expect(page.locator("table[data-proposal]")).to_have_count(2)
    await page.get_by_role("button", name="核准所选方案").click()
    await expect(page.locator(".head .pill")).to_have_text("待客户确认")
    assert (await case_of(here, case["complaint_id"]))["verdicts"][-1]["proposal_id"] == fresh


async def test_who_may_not_read_cases_is_told_so(page: Page) -> None:
    await sign_in(page, "installer-1")
    await page.goto("/desk/complaints")
    await expect(page.get_by_text("您的岗位不能查看这一页。")).to_be_visible()
