"""People of the trial at a real browser: signing in, filing what pages show, and whether a page breaks a rule."""

from pathlib import Path
from uuid import uuid4

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from console.people import PEOPLE, Person
from kefu_local.story.world import World
from shared.contracts.roles import Role

BY_ID = {person.id: person for person in PEOPLE}
MANAGER = BY_ID["cs_manager-1"]
"""Who judges a complaint, and so has its first duty."""
PICTURES = Path(".run/pictures")
"""Where the ring leaves a picture of every screen, to be looked at."""


async def complain(here: World) -> str:
    """A customer complains by phone; the complaint's number, under which its duties stand."""
    said = {
        "customer": {"customer_id": str(uuid4()), "name": "恒达装饰", "contact_name": "李敏", "mobile": "13900000000"},
        "complainant": "李敏",
        "channel": "phone",
        "content": "送货晚了半天，没有人打电话",
        "demand": "说明原因",
        "nature": "non_quality",
    }
    filed = await here.ask("complaints", "/complaints", said, role=Role.CS_MANAGER)
    number: str = filed["complaint_no"]
    return number


async def sign_in(page: Page, person: Person = MANAGER, scope: str = "all") -> None:
    """By keyboard: to the person's button, then Enter; then the day with this scope, once its page is live."""
    await page.goto("/sign-in")
    await page.locator(f"button[value='{person.id}']").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="我的一天")).to_be_visible()
    await page.goto(f"/?scope={scope}")
    await expect(page.get_by_text("实时")).to_be_visible()


async def without_violations(page: Page, name: str) -> None:
    """No accessibility rule is broken, in light and in dark; both are left as pictures, and the phone's too."""
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
