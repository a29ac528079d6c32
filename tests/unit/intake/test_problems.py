"""The day's problems are raised, fed back and solved, and the heads read them at its end."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.contracts.intake import DeadlineMetByIntake, DeadlineMissedByIntake, ReportPublished
from shared.contracts.roles import Role

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
"""18:00 in Shanghai."""


async def raised(world, text):
    answer = await world.ask(Role.CS_SPECIALIST, "POST", "/problems", {"text": text})
    assert answer.status_code == 201, answer.text
    return answer.json()["problem_id"]


async def decided(world, problem, decision, **said):
    return await world.ask(Role.CS_SPECIALIST, "POST", f"/problems/{problem}/{decision}", said)


@pytest.mark.requirement("R173.a")
async def test_the_day_s_problems_are_collected_as_raised_fed_back_and_solved(world):
    await world.until(NOW)
    first, second, third = [await raised(world, text) for text in ("导航定位有误", "图册缺页", "电话占线")]
    for problem in (first, second):
        told = await decided(world, problem, "tell-department", department="sales", words="请更正")
        assert (told.status_code, told.json()["stage"]) == (200, "fed_back")
    solved = await decided(world, first, "solve", solution="地图已更正")
    assert (solved.status_code, solved.json()["stage"], solved.json()["possible"]) == (200, "solved", [])

    events = await world.until(EVENING)

    (report,) = [each for each in events if isinstance(each, ReportPublished)]
    assert (report.kind, report.period, report.audience) == (
        "daily_problems",
        "2026-11-20",
        ("cs_supervisor", "cs_manager"),
    )
    assert report.figures == {"raised": 3, "fed_back": 2, "solved": 1, "open": 2}
    day = (await world.ask(Role.CS_SUPERVISOR, "GET", report.path)).json()
    assert {name: set(day[name]) for name in ("raised", "fed_back", "solved", "still_open")} == {
        "raised": {first, second, third},
        "fed_back": {first, second},
        "solved": {first},
        "still_open": {second, third},
    }


async def test_the_next_day_s_list_has_what_happened_on_that_day_and_what_is_still_open(world):
    await world.until(NOW)
    old, new = await raised(world, "图册缺页"), None
    await world.until(EVENING + timedelta(hours=12))
    new = await raised(world, "电话占线")
    await decided(world, old, "solve", solution="已补印")

    events = await world.until(EVENING + timedelta(days=1))

    (report,) = [each for each in events if isinstance(each, ReportPublished)]
    day = (await world.ask(Role.CS_SUPERVISOR, "GET", report.path)).json()
    assert (day["raised"], day["solved"], day["still_open"]) == ([new], [old], [new])


async def test_a_problem_has_a_term_and_its_solution_ends_it(world):
    await world.until(NOW)
    late, soon = await raised(world, "图册缺页"), await raised(world, "电话占线")
    await decided(world, soon, "solve", solution="已增加线路")

    events = await world.until(NOW + timedelta(days=4))

    assert [each.outcome for each in world.announced if isinstance(each, DeadlineMetByIntake)] == ["in_time"]
    missed = [each for each in events if isinstance(each, DeadlineMissedByIntake)]
    assert [(each.kind, each.about) for each in missed] == [("problem", f"问题 {late[:8]}")]
    assert UUID(late)


async def test_a_solved_problem_is_neither_fed_back_nor_solved_again(world):
    problem = await raised(world, "图册缺页")
    await decided(world, problem, "solve", solution="已补印")
    for decision, said in (
        ("solve", {"solution": "再补印"}),
        ("tell-department", {"department": "sales", "words": "请补"}),
    ):
        answer = await decided(world, problem, decision, **said)
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
