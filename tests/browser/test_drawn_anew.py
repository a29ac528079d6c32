"""A page that is drawn anew around a person at work, whatever has moved on it."""

import asyncio

import pytest
from looking import BY_ID, complaint, proposed, sign_in
from playwright.async_api import Page, Route, expect

from kefu_local.story.world import World
from shared.contracts.roles import Role

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


BEGUN = """async () => {
  const {morph} = await import("/assets/morph.js");
  const [page, wanted] = [0, 1].map(() => Object.assign(document.createElement("div"), {innerHTML: "<input>"}));
  const field = page.querySelector("input");
  field.defaultValue = "鼎盛装饰";
  morph(page, wanted, () => false);
  field.defaultValue = "鼎盛装饰";
  return field.value;
}"""
"""What stands in a field that a card has begun, after the card was drawn anew and has begun it again."""


async def test_what_a_card_has_begun_stands_in_its_field_after_the_card_is_drawn_anew(page: Page) -> None:
    await sign_in(page)
    assert await page.evaluate(BEGUN) == "鼎盛装饰"


TYPED = """async ([shown, fresh]) => {
  const {morph} = await import("/assets/morph.js");
  const [page, wanted] = [shown, fresh].map((html) => Object.assign(document.createElement("div"), {innerHTML: html}));
  page.querySelector("input").value = "2026-11";
  morph(page, wanted, () => false);
  return page.querySelector("input").value;
}"""
"""What stands in the field of a form that was typed into, after its page was drawn anew."""


@pytest.mark.parametrize(
    ("shown", "fresh", "stands"),
    [
        ("<input>", "<input>", "2026-11"),
        ('<input value="2026">', '<input value="2026">', "2026-11"),
        ('<input value="2026">', '<input value="2025">', "2025"),
        ('<input value="2026">', "<input>", ""),
        ('<input name="begin">', '<input name="until">', ""),
        ('<input type="month">', '<input type="text">', ""),
        ('<input name="begin">', '<input name="until" value="2025">', "2025"),
    ],
)
async def test_what_was_typed_into_a_search_stays_unless_something_else_is_drawn_there(
    page: Page, shown: str, fresh: str, stands: str
) -> None:
    await sign_in(page)
    assert await page.evaluate(TYPED, [shown, fresh]) == stands


WITHOUT_A_TIMER = """
  window.setInterval = () => 0;
  performance.now = () => 0;
  window.EventSource = class extends EventSource {
    constructor(...how) {
      super(...how);
      this.addEventListener("open", () => document.documentElement.setAttribute("data-stands", ""));
    }
  };
"""
"""A page that never looks by itself after a time nor rests after a look, and that tells when its stream stands."""


async def test_what_happens_between_a_page_s_first_look_and_its_stream_of_hints_is_shown(
    page: Page, here: World
) -> None:
    """The service has drawn the page, which is still under way; the case changes; only then the stream opens.

    The page asks once more, and not before it has what it asked for first.
    """
    case = await complaint(here)
    address = f"/complaints/ui/complaints/{case['complaint_id']}"
    shown = f"/desk/complaints/{case['complaint_id']}"
    await sign_in(page, BY_ID["cs_manager-1"])
    live = await page.context.new_page()
    await live.goto(shown)
    drawn, happened, stands = asyncio.Event(), asyncio.Event(), asyncio.Event()
    course: list[str] = []

    async def under_way(route: Route) -> None:
        course.append("asked")
        answer = await route.fetch()
        if course == ["asked"]:
            drawn.set()
            await stands.wait()
            course.append("answered")
        await route.fulfill(response=answer)

    async def not_yet(route: Route) -> None:
        await happened.wait()
        await route.continue_()

    await page.add_init_script(WITHOUT_A_TIMER)
    await page.route(f"**{address}", under_way)
    await page.route("**/events", not_yet)
    await page.goto(shown)
    await drawn.wait()
    assigned = {"owner": "complaint_handler-7"}
    await here.ask("complaints", f"/complaints/{case['complaint_id']}/assign-owner", assigned, role=Role.CS_MANAGER)
    await expect(live.get_by_text("complaint_handler-7").first).to_be_visible()
    happened.set()
    await expect(page.locator("html[data-stands]")).to_be_attached()
    stands.set()
    await expect(page.get_by_text("complaint_handler-7").first).to_be_visible()
    assert course[:3] == ["asked", "answered", "asked"]


async def test_a_row_that_was_added_stays_while_the_page_is_drawn_anew(page: Page, here: World) -> None:
    case = await proposed(here)
    at = f"/complaints/{case['complaint_id']}"

    async def meanwhile(owner: str) -> None:
        await here.ask("complaints", f"{at}/assign-owner", {"owner": owner}, role=Role.CS_MANAGER)
        await expect(page.get_by_text(owner).first).to_be_visible()

    sent_back = {"proposal": case["proposals"][-1]["proposal_id"], "note": "请再拟一个方案"}
    await here.ask("complaints", f"{at}/reject", sent_back, role=Role.GM)
    await sign_in(page, BY_ID["cs_manager-1"])
    await page.goto(f"/desk{at}")
    form = page.locator("details.act", has=page.get_by_text("呈报方案", exact=True))
    await form.locator("summary").click()
    await form.get_by_role("button", name="再加一项").click()
    await meanwhile("complaint_handler-7")
    await expect(form.locator(".entry")).to_have_count(2)
    await form.get_by_role("button", name="去掉这一项").last.click()
    await meanwhile("complaint_handler-8")
    await expect(form.locator(".entry")).to_have_count(1)


async def test_a_list_whose_place_is_no_longer_known_leads_to_its_first_page(page: Page) -> None:
    await sign_in(page, BY_ID["cs_manager-1"])
    await page.goto("/desk/complaints?part=all&after=gone")
    await page.get_by_role("link", name="回到第一页").click()
    await expect(page).to_have_url("/desk/complaints?part=all")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def test_a_list_whose_place_is_no_longer_known_at_a_later_look_is_shown_from_its_beginning(page: Page) -> None:
    await sign_in(page, BY_ID["cs_manager-1"])

    async def as_if_known(route: Route) -> None:
        await route.fulfill(body="<h1>第二页</h1>", content_type="text/html;charset=utf-8")

    await page.add_init_script(WITHOUT_A_TIMER)
    await page.route("**/complaints/ui/complaints?after=gone", as_if_known, times=1)
    await page.goto("/desk/complaints?after=gone")
    await expect(page).to_have_url("/desk/complaints")
    await expect(page.get_by_role("heading", level=1)).to_have_text("客诉")
