"""A service from the register to the customer's door: opinion, dispatch, and the technician's day on a phone."""

from datetime import datetime, time
from io import BytesIO
from typing import Any

import pytest
from looking import BY_ID, leave_picture, sign_in, without_violations
from PIL import Image
from playwright.async_api import Locator, Page, expect
from services_for_customers import priced, registered, voucher

from kefu_local.story.world import World
from shared.calendar import CHINA
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(300)

PHONE = {"width": 390, "height": 800}
INK, PAPER = (20, 31, 31), (255, 255, 255)
"""Of a signature."""


async def dispatched(here: World) -> dict[str, Any]:
    """A service with the technician of the trial, who comes tomorrow at two."""
    order = await voucher(here)
    at = await priced(here, order)
    begins, ends = (datetime.combine(here.in_days(1), time(hour), CHINA.zone) for hour in (14, 16))
    window = {"begins": begins.isoformat(), "ends": ends.isoformat(), "agreed_with": "王建国"}
    await here.ask("aftersales", f"{at}/agree-appointment", window, role=Role.CS_SPECIALIST)
    sent = {"technician": "installer-1", "technician_name": "李国栋"}
    return await here.ask("aftersales", f"{at}/dispatch", sent, role=Role.OPERATIONS_SUPERVISOR)


async def test_a_request_shows_what_it_lacks_and_is_printed(page: Page, here: World) -> None:
    entry = await registered(here)
    await sign_in(page, BY_ID["cs_specialist-1"])
    await page.goto("/desk/requests")
    row = page.locator("tr", has_text=entry["register_no"])
    await expect(row).to_be_visible()
    assert await row.evaluate("row => row.offsetHeight") <= 120, "words in a narrow column"
    await without_violations(page, "requests")
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name=f"售后{entry['register_no']}")).to_be_visible()
    await without_violations(page, "request")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="打印表1").click()
    paper = await opened.value
    await expect(paper.get_by_role("heading", name="客户信息反馈表")).to_be_visible()
    await without_violations(paper, "paper-request")


async def test_a_warranty_is_decided_and_a_voucher_opened_by_keyboard_alone(page: Page, here: World) -> None:
    entry = await registered(here)
    at = f"/service-requests/{entry['request_id']}"
    await here.ask("aftersales", f"{at}/determine-fault", {"fault": "wear"}, role=Role.OPERATIONS_SUPERVISOR)
    await sign_in(page, BY_ID["operations_supervisor-1"])
    await page.goto(f"/desk/requests/{entry['request_id']}")
    await opened_by_keyboard(page, "override")
    await page.locator("#form-override-verdict-1").focus()
    await page.keyboard.press("Space")
    await page.locator("#form-override-reason").focus()
    await page.keyboard.insert_text("合同原件载明2024年签订")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("过保")).to_be_visible()

    await page.goto("about:blank")
    await page.context.clear_cookies()
    await sign_in(page, BY_ID["cs_specialist-1"])
    await page.goto(f"/desk/requests/{entry['request_id']}")
    await opened_by_keyboard(page, "open_service_order")
    await page.locator("#form-open_service_order-type-0").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    voucher = page.get_by_role("table", name="服务凭证").get_by_role("link")
    await expect(voucher).to_be_visible()
    await voucher.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="凭证FW-")).to_be_visible()


async def opened_by_keyboard(page: Page, decision: str) -> None:
    """The form of a decision, opened with Enter."""
    await page.locator(f"#act-{decision} summary").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#form-{decision}")).to_be_visible()


async def test_the_operations_supervisor_writes_the_opinion_by_the_form_of_the_voucher(page: Page, here: World) -> None:
    order = await voucher(here)
    await sign_in(page, BY_ID["operations_supervisor-1"])
    await page.goto("/desk/dispatch")
    await expect(page.locator("tr", has_text=order["voucher_no"])).to_contain_text("运作主管")
    await without_violations(page, "dispatch")
    await page.goto(f"/desk/services/{order['service_order_id']}")
    await page.locator("#act-record_opinion summary").click()
    form = page.locator("#form-record_opinion")
    await form.get_by_label("处理意见").fill("带铰链现场更换")
    await without_violations(page, "service")
    await form.get_by_role("button", name="写处理意见").click()
    written = page.get_by_role("row", name="处理意见")
    await expect(written).to_contain_text("带铰链现场更换")
    await expect(written).to_contain_text("operations_supervisor-1")
    at = f"/service-orders/{order['service_order_id']}"
    told = await here.ask("aftersales", at, role=Role.CS_MANAGER)
    assert (told["opinion"]["opinion"], told["opinion"]["by"]) == ("带铰链现场更换", "operations_supervisor-1")


async def test_a_technician_sees_the_day_on_a_phone_and_opens_a_visit(page: Page, here: World) -> None:
    order = await dispatched(here)
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await sign_in(page, BY_ID["installer-1"], scope="mine")
    await page.goto(f"/desk/visits?day={here.in_days(1)}")
    stop = page.locator("section", has_text=order["voucher_no"])
    await expect(stop).to_contain_text("14:00")
    await expect(stop).to_contain_text("珠江东路6号")
    await expect(stop.get_by_role("link", name="打电话")).to_have_attribute(
        "href", f"tel:{order['customer']['mobile']}"
    )
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await without_violations(page, "visits")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await stop.get_by_role("link", name="办理这一张").click()
    await expect(page.get_by_role("heading", name=f"凭证{order['voucher_no']}")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await leave_picture(page, "service-on-the-phone")


async def visited(here: World) -> dict[str, Any]:
    """A service after a visit that solved it, and before the customer has signed."""
    order = await dispatched(here)
    visit = {
        "started_at": order["dispatched_at"],
        "ended_at": here.now.isoformat(),
        "work": "更换两副铰链并调试",
        "resolved": True,
    }
    at = f"/service-orders/{order['service_order_id']}/complete-visit"
    return await here.ask("aftersales", at, visit, role=Role.INSTALLER)


async def sign_off_form(page: Page, order: dict[str, Any]) -> Locator:
    """The form for the customer's signature, open on a phone."""
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await sign_in(page, BY_ID["installer-1"], scope="mine")
    await page.goto(f"/desk/services/{order['service_order_id']}")
    await page.locator("#act-sign_off summary").click()
    return page.locator("#form-sign_off")


async def stroke(page: Page, pad: Locator) -> None:
    """A finger goes from the left to the right of the pad, through its middle, and up."""
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    finger = await page.context.new_cdp_session(page)
    places = [
        {"x": box["x"] + box["width"] * across, "y": box["y"] + box["height"] * down}
        for across, down in ((0.2, 0.5), (0.5, 0.5), (0.8, 0.5), (0.8, 0.1))
    ]
    await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": places[:1]})
    for place in places[1:]:
        await finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [place]})
    await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await finger.detach()


async def sign_off_note(here: World, order: dict[str, Any]) -> dict[str, Any]:
    """What the service keeps of the customer's acceptance."""
    told = await here.ask("aftersales", f"/service-orders/{order['service_order_id']}", role=Role.CS_MANAGER)
    note: dict[str, Any] = told["sign_off_note"]
    return note


async def test_a_customer_signs_with_a_finger_on_the_technicians_phone(page: Page, here: World) -> None:
    order = await visited(here)
    form = await sign_off_form(page, order)
    await form.get_by_label("签字人").fill("王建国")
    pad = form.get_by_role("img", name="签字板")
    await stroke(page, pad)
    await form.get_by_role("button", name="重写").click()
    await expect(form.locator("kefu-signature[data-unsent]")).to_have_count(0)
    await stroke(page, pad)
    await without_violations(page, "signature")
    await form.get_by_role("button", name="客户签字").click()
    await expect(form).to_have_count(0)
    await expect(page.locator(".panel .thumbs img")).to_have_count(1)
    ref = (await sign_off_note(here, order))["signature"]
    kept = Image.open(BytesIO(await (await page.request.get(f"/{ref}")).body())).convert("RGB")
    assert kept.size == (960, 320)
    assert (kept.getpixel((480, 160)), kept.getpixel((480, 40))) == (INK, PAPER)


async def drafts(page: Page) -> list[str]:
    """The forms of which this browser keeps a draft."""
    kept: list[str] = await page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('kefu-draft/'))")
    return kept


async def test_nothing_of_a_form_that_was_signed_and_sent_stays_in_the_browser(page: Page, here: World) -> None:
    form = await sign_off_form(page, await visited(here))
    await form.get_by_label("签字人").fill("王建国")
    await stroke(page, form.get_by_role("img", name="签字板"))
    assert len(await drafts(page)) == 1
    await form.get_by_role("button", name="客户签字").click()
    await expect(form).to_have_count(0)
    assert await drafts(page) == []


BREAKING = {
    "no picture can be made": "HTMLCanvasElement.prototype.toBlob = () => { throw new Error('none') }",
    "the page is not secure": "Crypto.prototype.randomUUID = undefined",
}
"""What keeps a signature from being handed in, and a script that brings it about."""


@pytest.mark.parametrize("broken", BREAKING)
async def test_a_signature_that_could_not_be_handed_in_says_so_and_is_sent_again(
    page: Page, here: World, broken: str
) -> None:
    form = await sign_off_form(page, await visited(here))
    await form.get_by_label("签字人").fill("王建国")
    await stroke(page, form.get_by_role("img", name="签字板"))
    target = BREAKING[broken].split(" = ")[0]
    await page.evaluate(f"window.whole = {target}; {BREAKING[broken]}; null")
    await form.get_by_role("button", name="客户签字").click()
    await expect(form.get_by_role("alert")).to_contain_text("没有送到：网络或服务暂不可用")
    await page.evaluate(f"{target} = window.whole; null")
    await form.get_by_role("button", name="客户签字").click()
    await expect(form).to_have_count(0)
    await expect(page.locator(".panel .thumbs img")).to_have_count(1)


async def test_a_signature_on_paper_is_chosen_by_keyboard_in_place_of_what_was_drawn(page: Page, here: World) -> None:
    order = await visited(here)
    form = await sign_off_form(page, order)
    await form.get_by_label("签字人").fill("王建国")
    await stroke(page, form.get_by_role("img", name="签字板"))
    photo = BytesIO()
    Image.new("RGB", (64, 32), PAPER).save(photo, "PNG")
    chooser = form.locator("kefu-signature").get_by_label("拍照或选图")
    async with page.expect_file_chooser() as opened:
        await chooser.press("Enter")
    await (await opened.value).set_files([{"name": "s.png", "mimeType": "image/png", "buffer": photo.getvalue()}])
    await expect(form.locator(".thumbs img")).to_have_count(1)
    await form.get_by_label("签字人").press("Enter")
    await expect(form).to_have_count(0)
    await expect(page.locator(".panel .thumbs img")).to_have_count(1)
    ref = (await sign_off_note(here, order))["signature"]
    kept = Image.open(BytesIO(await (await page.request.get(f"/{ref}")).body()))
    assert kept.size == (64, 32)


async def test_a_service_that_was_called_off_says_so_and_its_money_stands_in_the_month(page: Page, here: World) -> None:
    order = await voucher(here)
    await priced(here, order)
    why = {"reason": "客户已自行修好"}
    await here.ask("aftersales", f"/service-requests/{order['request_id']}/withdraw", why, role=Role.CS_SPECIALIST)
    at = f"/service-orders/{order['service_order_id']}"

    async def called_off() -> bool:
        found = await here.find("aftersales", at, Role.CS_MANAGER)
        return bool(found["stage"] == "called_off")

    await here.seen("the service is called off", called_off)
    await sign_in(page, BY_ID["finance-1"])
    await page.goto(f"/desk/services/{order['service_order_id']}")
    await expect(page.locator(".banner")).to_contain_text("这次服务已取消：客户已自行修好（cs_specialist-1")
    await expect(page.locator(".banner")).to_contain_text("已付的¥300.00待财务退款")
    await without_violations(page, "called-off")

    async def month() -> str | None:
        for each in {f"{here.in_days(days):%Y-%m}" for days in (0, 20)}:
            found = await here.find("aftersales", f"/settlements/{each}", Role.FINANCE)
            if found and order["voucher_no"] in {entry["voucher_no"] for entry in found["entries"]}:
                return each
        return None

    settled = await here.seen("the money stands in its month", month)
    await page.goto("/desk/settlements")
    await page.get_by_role("link", name=settled, exact=True).focus()
    await without_violations(page, "settlements")
    await page.get_by_role("link", name=settled, exact=True).press("Enter")
    await expect(page.locator("tr", has_text=order["voucher_no"])).to_contain_text("¥300.00")
    await without_violations(page, "settlement")


async def test_the_voucher_is_printed_for_the_technician_to_take_along(page: Page, here: World) -> None:
    order = await dispatched(here)
    await sign_in(page, BY_ID["installer-1"], scope="mine")
    await page.goto(f"/desk/services/{order['service_order_id']}")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="打印凭证").click()
    paper = await opened.value
    await expect(paper.get_by_role("heading", name="服务凭证")).to_have_count(2)
    await expect(paper.locator(".sub").first).to_contain_text(order["voucher_no"])
    await without_violations(paper, "paper-voucher")
