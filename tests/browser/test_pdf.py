"""Papers as PDF: made for those who may read them, with their text and as many sheets as the browser prints."""

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from looking import BY_ID, complaint, sign_in, without_violations
from playwright.async_api import Download, Page, expect
from pypdf import PdfReader
from waiting import until

from kefu_local.story.world import World
from shared.contracts.roles import Role
from shared.contracts.vocabulary import order_id_of
from tests.browser.test_aftersales import registered
from tests.browser.test_customers_and_orders import order_is_there, talk, with_order
from tests.browser.test_papers import pages_of, paper

pytestmark = pytest.mark.timeout(300)
expect.set_options(timeout=60_000)


async def sheets(download: Download) -> list[str]:
    """What is read on each sheet, without blanks."""
    return ["".join(page.extract_text().split()) for page in PdfReader(Path(await download.path())).pages]


async def downloaded(page: Page, address: str) -> tuple[str, list[str]]:
    """The PDF of the paper at this address: what the file is called, and what is read on each of its sheets.

    It has as many sheets as the browser prints of the same paper.
    """
    await page.goto(f"/pdf?paper={quote(address, safe='')}")
    async with page.expect_download(timeout=60_000) as download:
        await page.get_by_role("button", name="下载PDF").click()
    made = await download.value
    read = await sheets(made)
    await expect(page.get_by_role("status")).to_have_text(f"已下载：{made.suggested_filename}")
    await page.get_by_role("link", name="回到单据").click()
    await expect(page.get_by_role("link", name="下载PDF")).to_be_visible()
    assert await pages_of(page, f"pdf-{address.split('/')[1]}") == len(read)
    return made.suggested_filename, read


async def readings(here: World, case: dict[str, Any]) -> int:
    """How many readings of this case's form by the manager are in the audit trail."""
    trail = "/audit?kind=read&who=cs_manager-1&route=/ui/papers/complaints/{complaint_id}&limit=200"
    entries = (await here.ask("complaints", trail, role=Role.OPERATOR))["items"]
    return sum(entry["path"].endswith(case["complaint_id"]) for entry in entries)


async def test_the_internal_form_is_downloaded_with_its_mark_and_each_time_it_is_noted_who_read_it(
    page: Page, here: World
) -> None:
    case = await complaint(here)
    form = await paper(page, case, "投诉处理表")
    async with form.expect_download(timeout=60_000) as download:
        await form.get_by_role("link", name="下载PDF").click()
    made = await download.value
    assert made.suggested_filename == f"客户投诉处理表 {case['complaint_no']}.pdf"
    read = await sheets(made)
    for number, sheet in enumerate(read, start=1):
        assert "内部表不得给客户" in sheet
        assert f"第{number}页，共{len(read)}页" in sheet
    for text in ("客户投诉处理表", f"编号{case['complaint_no']}", "鼎盛装饰工程有限公司", "更换全部门框"):
        assert text in read[0]
    await expect(form.get_by_role("status")).to_have_text(f"已下载：{made.suggested_filename}")
    await without_violations(form, "pdf")

    async def noted() -> bool:
        return await readings(here, case) == 2

    await until(noted)


async def test_a_paper_of_each_service_has_its_text_and_as_many_sheets_as_the_browser_prints(
    page: Page, here: World
) -> None:
    customer, number = await with_order(here)
    spoken = f"/customers/{customer['customer_id']}/contacts"
    await here.ask("intake", spoken, talk("问80款隔断何时发货"), role=Role.CS_SPECIALIST)
    await order_is_there(here, number)
    case, entry = await complaint(here), await registered(here)
    said = {"to_department": "production", "text": "请核对十二月排产计划"}
    slip = await here.ask("notify", "/slips", said, role=Role.CS_SPECIALIST)
    await sign_in(page, BY_ID["cs_manager-1"])

    name, (letter,) = await downloaded(page, f"/complaints/ui/papers/letters/{case['complaint_id']}")
    assert name == f"客户投诉答复函 {case['complaint_no']}.pdf"
    assert "玻璃门闭合有异响" in letter
    assert "内部表" not in letter
    name, (notice,) = await downloaded(page, f"/orders/ui/papers/notices/{order_id_of(number)}")
    assert name == f"下单通知书 {number}.pdf"
    assert "80款双玻百叶高隔断" in notice
    assert "内部表不得给客户" in notice
    name, (talks,) = await downloaded(page, f"/intake/ui/papers/contacts/{customer['customer_id']}")
    assert name.startswith("客户服务记录 ")
    assert "问80款隔断何时发货" in talks
    name, (form,) = await downloaded(page, f"/aftersales/ui/papers/service-requests/{entry['request_id']}")
    assert name == f"客户信息反馈表 {entry['register_no']}.pdf"
    assert "门铰链松动，闭合有异响" in form
    name, copies = await downloaded(page, f"/notify/ui/papers/slips/{slip['id']}")
    assert name == f"事务联络单 {slip['slip_no']}.pdf"
    assert ["请核对十二月排产计划" in copy for copy in copies] == [True, True]


async def test_who_may_not_read_a_paper_gets_no_pdf_and_is_told_so(page: Page, here: World) -> None:
    case = await complaint(here)
    address = f"/pdf?paper=/complaints/ui/papers/complaints/{case['complaint_id']}"
    await page.goto(address)
    await expect(page).to_have_url("/sign-in")
    await sign_in(page, BY_ID["installer-1"], scope="mine")
    await page.goto(address)
    await page.get_by_role("button", name="下载PDF").click()
    await expect(page.get_by_role("status")).to_have_text("您的岗位不能查看这张单据。")
    await page.goto("/pdf?paper=/complaints/ui/papers/complaints/00000000-0000-0000-0000-000000000007")
    await sign_in(page, BY_ID["cs_manager-1"])
    await page.goto("/pdf?paper=/complaints/ui/papers/complaints/00000000-0000-0000-0000-000000000007")
    await page.get_by_role("button", name="下载PDF").click()
    await expect(page.get_by_role("status")).to_have_text("没有这张单据。")
    assert (await page.goto("/pdf?paper=/complaints/complaints")).status == 404  # type: ignore[union-attr]


async def test_a_service_that_is_away_is_named_and_the_paper_is_made_when_it_is_back(page: Page, here: World) -> None:
    case = await complaint(here)
    await sign_in(page, BY_ID["cs_manager-1"])
    address = f"/complaints/ui/papers/letters/{case['complaint_id']}"

    def asked(url: str) -> bool:
        return urlsplit(url).path == address

    await page.route(asked, lambda route: route.fulfill(status=502))
    await page.goto(f"/pdf?paper={address}")
    await page.get_by_role("button", name="下载PDF").click()
    await expect(page.get_by_role("status")).to_have_text("投诉暂不可用，请稍后再试。")
    await page.unroute(asked)
    async with page.expect_download(timeout=60_000):
        await page.get_by_role("button", name="下载PDF").click()


async def test_a_pdf_that_does_not_arrive_is_said_and_may_be_asked_for_again(page: Page, here: World) -> None:
    case = await complaint(here)
    await sign_in(page, BY_ID["cs_manager-1"])

    def making(url: str) -> bool:
        return urlsplit(url).path == "/pdf"

    await page.goto(f"/pdf?paper=/complaints/ui/papers/letters/{case['complaint_id']}")
    await page.route(making, lambda route: route.fulfill(status=200, body=b"%PDF"))
    await page.get_by_role("button", name="下载PDF").click()
    await expect(page.get_by_role("status")).to_have_text("PDF没有生成，请稍后再试。")
    await page.unroute(making)
    async with page.expect_download(timeout=60_000):
        await page.get_by_role("button", name="下载PDF").click()
