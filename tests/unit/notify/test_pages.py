"""The pages of notify: liaison slips that are written, read and confirmed, and what is printed of them."""

import re
from html import unescape

import pytest
from notify_in_memory import InMemoryNotify
from on_paper import BLANK, MARK, cells, lines, printing, text

from shared.contracts.roles import Role

SLIP = {"to_department": "production", "text": "请确认 SO-2026-0412 玻璃补片到厂日期"}


@pytest.fixture
def notify(built: InMemoryNotify) -> InMemoryNotify:
    """As at the beginning, and built once for all tests here."""
    built.forget()
    return built


async def posted(notify: InMemoryNotify, **more: str) -> str:
    """The id of a slip to production."""
    answer = await notify.ask("POST", "/slips", {**SLIP, **more})
    assert answer.status_code == 201, answer.text
    id: str = answer.json()["id"]
    return id


async def page(notify: InMemoryNotify, path: str, role: Role = Role.CS_SUPERVISOR) -> str:
    """What stands on a page, as a person in this role reads it."""
    answer = await notify.world.ask(role, "GET", f"/ui/slips{path}")
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


async def test_slips_are_listed_by_department_and_a_new_one_is_written_there(notify: InMemoryNotify) -> None:
    slip = await posted(notify)
    html = await page(notify, "?to=production")
    assert re.findall(r'href="/desk/slips/(.*?)"', html) == [slip]
    assert re.findall(r'data-send="(.*?)"', html) == ["/notify/slips"]
    assert re.findall(r'href="/desk/slips/(.*?)"', await page(notify, "?to=finance")) == []


async def test_a_reader_of_the_department_confirms_a_slip_by_its_form_and_others_see_who_may(
    notify: InMemoryNotify,
) -> None:
    slip = await posted(notify, acknowledge_by="2026-11-30T08:00:00Z")
    address = f"/notify/slips/{slip}/acknowledge"
    assert re.findall(r'data-send="(.*?)"', await page(notify, f"/{slip}", Role.PLANT_MANAGER)) == [address]
    other = await page(notify, f"/{slip}", Role.FINANCE)
    assert re.findall(r'data-send="(.*?)"', other) == []
    assert "由其他岗位办理的1项" in other


async def test_a_slip_to_one_colleague_says_whose_it_is_until_that_colleague_confirmed_it(
    notify: InMemoryNotify,
) -> None:
    slip = await posted(notify, to_staff="pl-02")
    readers = ((Role.PLANT_MANAGER, "pl-01"), (Role.CS_SUPERVISOR, "cs-07"))

    async def told() -> list[list[str]]:
        pages = [(await notify.world.ask(role, "GET", f"/ui/slips/{slip}", by=by)).text for role, by in readers]
        return [re.findall(r'<p class="note">(.*?)</p>', html) for html in pages]

    assert await told() == [["须由pl-02本人确认。"]] * 2
    await notify.world.ask(Role.PLANNER, "POST", f"/slips/{slip}/acknowledge", by="pl-02")
    assert await told() == [["这张联络单已办完。"]] * 2


async def test_a_slip_is_printed_in_two_copies_with_room_for_a_pen_and_then_with_who_read_it(
    notify: InMemoryNotify,
) -> None:
    slip, printed = await posted(notify), printing(notify.world.ask)
    before = await printed(Role.FINANCE, f"slips/{slip}")
    copies = re.findall(r'<p class="sub"><span>.*?</span><span>(.*?)</span>', before)
    assert copies == ["第一联　发出人存", "第二联　接收部门存"]
    assert f">{MARK}</text>" in before
    found = cells(before)
    assert [found[each] for each in ("发出人", "接收部门", "内容", "要求确认", "接收确认")] == [
        ["cs-07"],
        ["生产部"],
        [SLIP["text"]],
        ["不要求"],
        ["", BLANK],
    ]
    await notify.world.ask(Role.PLANT_MANAGER, "POST", f"/slips/{slip}/acknowledge")
    after = cells(await printed(Role.FINANCE, f"slips/{slip}"))
    assert re.sub(r" .*", "", after["接收确认"][1]) == "plant_manager-1"


async def test_a_roster_is_printed_by_its_hours_without_how_to_reach_its_people(notify: InMemoryNotify) -> None:
    def shift(staff: str, name: str, begin: str, end: str) -> dict[str, str]:
        return {
            "staff": staff,
            "name": name,
            "role": "cs_specialist",
            "begin": f"2026-11-23T{begin}:00+08:00",
            "end": f"2026-11-23T{end}:00+08:00",
            "mobile": "13800138000",
        }

    duties = [shift("cs-2", "何静", "13:00", "18:00"), shift("cs-1", "李敏", "09:00", "13:00")]
    asked = {"first_day": "2026-11-23", "last_day": "2026-11-23", "duties": duties}
    roster = (await notify.ask("POST", "/rosters", asked)).json()["id"]
    assert f'href="/notify/ui/papers/rosters/{roster}"' in await page(notify, "")
    assert f"rosters/{roster}" not in await page(notify, "", Role.WAREHOUSE)
    html = await printing(notify.world.ask)(Role.CS_SPECIALIST, f"rosters/{roster}")
    assert text(html).startswith("排班表 2026-11-23至2026-11-23")
    assert lines(html) == [
        ["2026-11-23 09:00", "2026-11-23 13:00", "客服专员", "李敏", "cs-1"],
        ["2026-11-23 13:00", "2026-11-23 18:00", "客服专员", "何静", "cs-2"],
    ]
    found = cells(html)
    assert (found["开始日期"], found["结束日期"]) == (["2026-11-23"], ["2026-11-23"])
    assert "同一天有多份时，以最后发布的为准。" in html
    assert "13800138000" not in html
    assert (await notify.world.ask(Role.WAREHOUSE, "GET", f"/ui/papers/rosters/{roster}")).status_code == 403
