"""Photographs that are handed in with a form, and seen on the page afterwards, in a real browser."""

import os
from io import BytesIO
from typing import Any

import pytest
from looking import MANAGER, complain, sign_in, without_violations
from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from kefu_local.story.world import World
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(300)


def photo(width: int, height: int) -> FilePayload:
    """A file as a phone makes it, of many bytes."""
    out = BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(out, "JPEG", quality=95)
    return {"name": "frame.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


async def under_investigation(here: World) -> dict[str, Any]:
    """A case whose investigation is to be completed."""
    await complain(here)
    (case,) = (await here.find("complaints", "/complaints?limit=1", Role.CS_MANAGER) or {})["items"]
    at = f"/complaints/{case['complaint_id']}"
    judged = {
        "upheld": True,
        "grounds": "门框公差超差",
        "demand_reasonable": True,
        "responsible_department": "production",
    }
    await here.ask("complaints", f"{at}/assign-owner", {"owner": "cs_specialist-1"}, role=Role.CS_MANAGER)
    await here.ask("complaints", f"{at}/judge", judged, role=Role.COMPLAINT_HANDLER)
    await here.ask(
        "complaints", f"{at}/assign-investigation", {"department": "production"}, role=Role.COMPLAINT_HANDLER
    )
    return case


async def test_a_photograph_of_a_phone_is_handed_in_and_seen_on_the_case(page: Page, here: World) -> None:
    case = await under_investigation(here)
    await sign_in(page, MANAGER)
    await page.goto(f"/desk/complaints/{case['complaint_id']}")
    act = page.locator("details.act", has=page.get_by_text("完成调查", exact=True))
    await act.locator("summary").click()
    large = photo(2600, 1300)
    assert len(large["buffer"]) > 1024 * 1024
    chooser = act.get_by_label("拍照或选图")
    await chooser.set_input_files([large])
    await expect(act.locator(".thumbs img")).to_have_count(1)
    await chooser.set_input_files([{"name": "no.jpg", "mimeType": "image/jpeg", "buffer": b"<svg onload=alert(1)>"}])
    await expect(act.get_by_text("这不是能读的图片")).to_be_visible()
    await act.get_by_label("查明的原因").fill("门框加工公差超差")
    await act.get_by_label("责任人或班组").fill("门框组")
    await act.get_by_role("button", name="完成调查").click()
    shown = page.locator(".panel .thumbs img")
    await expect(shown).to_have_count(1)
    assert await shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    await without_violations(page, "case-with-picture")
