"""A page that is drawn anew around a person at work, whatever has moved on it."""

import pytest
from looking import sign_in
from playwright.async_api import Page

pytestmark = pytest.mark.timeout(300)

DRAWN = """async ([shown, fresh]) => {
  const {morph} = await import("/assets/morph.js");
  const [page, wanted] = [shown, fresh].map((html) => Object.assign(document.createElement("div"), {innerHTML: html}));
  document.body.append(page);
  const field = page.querySelector("input");
  field.focus();
  field.setSelectionRange(1, 2);
  morph(page, wanted, (node) => node.nodeName === "FORM");
  const found = [page.innerHTML, document.activeElement === field, field.selectionStart, field.selectionEnd];
  page.remove();
  return found;
}"""
"""What is shown after a page was drawn anew, whether the field still has the focus, and what of its text is marked."""

FORM = '<form id="f"><input value="签字"></form>'
ABOVE, BELOW = '<p id="a">已上门</p>', '<p id="b">待签字</p>'


@pytest.mark.parametrize(
    ("shown", "fresh"),
    [
        (f"{FORM}{BELOW}", f"{ABOVE}{FORM}{BELOW}"),
        (f"{ABOVE}{FORM}", f"{FORM}{ABOVE}"),
        (f"{BELOW}{ABOVE}{FORM}", f"{ABOVE}{FORM}{BELOW}"),
        (f"{ABOVE}{FORM}{BELOW}", FORM),
    ],
)
async def test_what_has_the_focus_keeps_it_where_its_form_moves(page: Page, shown: str, fresh: str) -> None:
    await sign_in(page)
    assert await page.evaluate(DRAWN, [shown, fresh]) == [fresh, True, 1, 2]
