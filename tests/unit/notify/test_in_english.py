"""The pages of notify as they are read in English."""

from english import COOKIE, left_in_chinese
from notify_in_memory import InMemoryNotify

from notify.pages import LOCALE
from shared.contracts.roles import Role


async def test_no_page_says_in_chinese_what_the_catalogue_has_in_english(built: InMemoryNotify) -> None:
    built.forget()
    asked = {"to_department": "production", "text": "请确认 SO-2026-0412 玻璃补片到厂日期"}
    posted = await built.ask("POST", "/slips", {**asked, "acknowledge_by": "2026-11-30T08:00:00Z"})
    slip = posted.json()["id"]
    left = set()
    for role in (Role.CS_SUPERVISOR, Role.PLANT_MANAGER, Role.FINANCE):
        for path in ("/ui/slips", f"/ui/slips/{slip}", "/ui/duties?scope=all"):
            answer = await built.world.ask(role, "GET", path, headers=COOKIE)
            assert answer.status_code == 200, (path, answer.text)
            left |= {(path, text) for text in left_in_chinese(answer.text, LOCALE)}
    assert left == set()


async def test_what_a_colleague_wrote_stays_as_it_is(built: InMemoryNotify) -> None:
    built.forget()
    posted = await built.ask("POST", "/slips", {"to_department": "production", "text": "确认"})
    answer = await built.world.ask(Role.FINANCE, "GET", f"/ui/slips/{posted.json()['id']}", headers=COOKIE)
    assert '<p class="quote">确认</p>' in answer.text
    assert '<h2 id="h-text">Content</h2>' in answer.text
