"""What is a duty has a page, with what is known of it and the forms of what comes next."""

from uuid import UUID

import pytest

from shared.contracts.roles import Role

TEXT = "客户反映展厅导航定位有误，两位来访客户走错路口"


@pytest.fixture
async def problem(world):
    raised = await world.ask(Role.CS_SPECIALIST, "POST", "/problems", {"text": TEXT, "order_no": "SO-7"})
    return UUID(raised.json()["problem_id"])


async def page(world, role, path):
    answer = await world.ask(role, "GET", path)
    assert answer.status_code == 200
    return answer.text


async def test_a_problem_is_shown_with_its_clock_and_the_forms_of_those_who_may_solve_it(world, problem):
    shown = await page(world, Role.CS_SUPERVISOR, f"/ui/problems/{problem}")
    read = await page(world, Role.MARKET_SUPERVISOR, f"/ui/problems/{problem}")

    for each in (
        TEXT,
        "SO-7",
        "待反馈",
        f"/intake/problems/{problem}/solve",
        f"/intake/problems/{problem}/tell-department",
    ):
        assert each in shown
    assert "data-send" not in read
    assert "由其他岗位办理的2项" in read


async def test_a_problem_that_is_solved_says_how_and_has_no_form(world, problem):
    told = {"department": "sales", "words": "已转市场中心"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/problems/{problem}/tell-department", told)
    await world.ask(Role.CS_SPECIALIST, "POST", f"/problems/{problem}/solve", {"solution": "地图标注已更正"})
    shown = await page(world, Role.CS_SPECIALIST, f"/ui/problems/{problem}")

    for each in ("已解决", "地图标注已更正", "销售部", "已转市场中心", "这件事已办完。"):
        assert each in shown
    assert "data-send" not in shown


async def test_a_thing_that_there_is_not_has_no_page(world):
    answer = await world.ask(Role.CS_SPECIALIST, "GET", "/ui/problems/9a74bf65-86a1-4bbe-bdc1-5ea666159399")
    assert answer.status_code == 404
