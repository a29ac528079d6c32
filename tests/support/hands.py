"""Hands that touch the keyboard alone: to a place by Tab, a form opened, filled and sent, as a person would."""

from playwright.async_api import Locator, Page, expect

MOST_TABS = 250
"""How often Tab is pressed before a place counts as out of reach."""
MOST_CHOICES = 30
"""How often the arrow is pressed before a choice counts as missing."""


async def reach(page: Page, place: Locator) -> None:
    """Press Tab until the focus is there; AssertionError when it never comes there."""
    await expect(place).to_be_visible()
    for _ in range(MOST_TABS):
        if await place.evaluate("place => place === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"no number of Tabs leads to {place}")


async def write(page: Page, form: Locator, name: str, text: str) -> None:
    """Into one field: typed, ticked, or chosen by the arrow keys."""
    field = form.locator(f"[name='{name}']").first
    kind = await field.evaluate("field => field.type")
    if kind == "radio":
        await reach(page, field)
        await page.keyboard.press("Space")
        await choose(page, form.locator(f"[name='{name}'][value='{text}']:checked"))
    elif kind == "select-one":
        await reach(page, field)
        await choose(page, field.locator(f"option[value='{text}']:checked"))
    else:
        await reach(page, field)
        await page.keyboard.press("Control+a")
        await page.keyboard.insert_text(text)


async def choose(page: Page, chosen: Locator) -> None:
    """Press the arrow down until this is what is chosen; AssertionError when it never is."""
    for _ in range(MOST_CHOICES):
        if await chosen.count():
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"no number of arrows leads to {chosen}")


async def act(page: Page, decision: str, **said: str) -> None:
    """Open the form of a decision, say this in it, and send it; until it is done."""
    opened = page.locator(f"#act-{decision}, details[id^='act-{decision}-']")
    await reach(page, opened.locator("> summary"))
    await page.keyboard.press("Enter")
    form = opened.locator("form")
    await expect(form).to_be_visible()
    for name, text in said.items():
        await write(page, form, name.replace("__", "."), text)
    await reach(page, form.locator("button.btn").last)
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_contain_text("已")
