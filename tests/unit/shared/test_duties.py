"""Running clocks are one list of duties in every service: sorted, counted, taken over, handed on, and explained."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from kitchen import BOIL, CLOCKS, NOW, POLICY, Kettle, Kitchen

from shared.calendar import Calendar, Daily, Holidays, Monthly, Term, Weekly, Within, Yearly
from shared.clocks import ENDED_KEPT, Clocks, GivenEnd, Matter
from shared.contracts.event import Actor
from shared.contracts.roles import Role
from shared.duties.board import rows_of
from shared.duties.explanation import explanation, term_in_words
from shared.duties.following import CalendarFollower
from shared.identity import Principal
from shared.policy import Policies
from shared.testing import cause
from shared.time_source import FixedTime


@pytest.fixture
async def kitchen() -> AsyncIterator[Kitchen]:
    kitchen = Kitchen()
    async with kitchen.http:
        yield kitchen


async def test_duties_are_listed_by_their_end(kitchen: Kitchen) -> None:
    for about, days in (("c", 3), ("a", 1), ("b", 2)):
        await kitchen.start(about, due_at=NOW + timedelta(days=days))
    assert await kitchen.abouts() == ["a", "b", "c"]


async def test_a_page_goes_on_where_the_one_before_ended(kitchen: Kitchen) -> None:
    for number in range(5):
        await kitchen.start(str(number), due_at=NOW + timedelta(days=number + 1))
    first = (await kitchen.http.get("/duties", params={"limit": 3})).json()
    second = (await kitchen.http.get("/duties", params={"limit": 3, "after": first["next"]})).json()
    assert [item["about"] for item in (*first["items"], *second["items"])] == ["0", "1", "2", "3", "4"]
    assert second["next"] is None


async def test_duties_are_found_by_person_role_kind_matter_and_end(kitchen: Kitchen) -> None:
    await kitchen.start("a", assignee="li")
    await kitchen.start("b", BOIL.but(name="clean", role=Role.FINANCE), due_at=NOW + timedelta(days=1))
    assert await kitchen.abouts(assignee="li") == ["a"]
    assert await kitchen.abouts(role="finance") == ["b"]
    assert await kitchen.abouts(kind="boil") == ["a"]
    assert await kitchen.abouts(about="b") == ["b"]
    assert await kitchen.abouts(due_before=(NOW + timedelta(days=2)).isoformat()) == ["b"]
    assert await kitchen.abouts(assignee="wang") == []


async def test_what_is_done_is_no_duty_any_more(kitchen: Kitchen) -> None:
    await kitchen.start("a")
    (id,) = kitchen.database.collections["kettles"].rows
    because = cause(NOW + timedelta(days=1))
    await kitchen.kettles.apply(id, CLOCKS.stop("boil", cause=because), because)
    await kitchen.follow()
    assert await kitchen.abouts() == []
    (row,) = (await kitchen.duties.find({})).items
    assert (row.running, row.outcome) == (False, "in_time")


async def test_an_older_state_never_takes_the_place_of_a_newer_one(kitchen: Kitchen) -> None:
    await kitchen.start("a")
    (id,) = kitchen.database.collections["kettles"].rows
    old = (await kitchen.kettles.documents.read((id,)))[id]
    because = cause(NOW + timedelta(days=1))
    await kitchen.kettles.apply(id, CLOCKS.stop("boil", cause=because), because)
    await kitchen.follow()
    await kitchen.duties.documents.derive(rows_of("kettles", old))
    assert await kitchen.abouts() == []


async def test_duties_are_counted_with_those_that_are_overdue(kitchen: Kitchen) -> None:
    await kitchen.start("a", due_at=NOW + timedelta(days=1))
    await kitchen.start("b", due_at=NOW + timedelta(days=3))
    asked = {"asked_at": (NOW + timedelta(days=2)).isoformat()}
    assert (await kitchen.http.get("/duties/count", params=asked)).json() == {"count": 2, "overdue": 1}


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"assignee": "li"}, {"count": 1, "overdue": 1}),
        ({"about": "b"}, {"count": 1, "overdue": 0}),
        ({"kind": "boil"}, {"count": 2, "overdue": 1}),
        ({"kind": "other"}, {"count": 0, "overdue": 0}),
        ({"due_before": (NOW + timedelta(days=2)).isoformat()}, {"count": 1, "overdue": 1}),
        ({"due_before": (NOW + timedelta(hours=20)).isoformat()}, {"count": 0, "overdue": 0}),
        ({"due_before": (NOW + timedelta(days=9)).isoformat()}, {"count": 2, "overdue": 1}),
    ],
)
async def test_a_count_has_the_filters_of_the_list(
    kitchen: Kitchen, filters: dict[str, str], count: dict[str, int]
) -> None:
    await kitchen.start("a", assignee="li", due_at=NOW + timedelta(days=1))
    await kitchen.start("b", due_at=NOW + timedelta(days=3))
    asked = {"asked_at": (NOW + timedelta(days=2)).isoformat(), **filters}
    assert (await kitchen.http.get("/duties/count", params=asked)).json() == count
    assert len(await kitchen.abouts(**filters)) == count["count"]


async def test_a_duty_that_stands_still_is_not_overdue(kitchen: Kitchen) -> None:
    id = await kitchen.start("a", assignee="li", due_at=NOW + timedelta(days=1))
    await kitchen.post(f"/duties/{id}/hold", reason="等待客户")
    await kitchen.follow()
    asked = {"asked_at": (NOW + timedelta(days=2)).isoformat()}
    assert (await kitchen.http.get("/duties/count", params=asked)).json() == {"count": 1, "overdue": 0}
    assert (await kitchen.http.get("/duties/count")).json() == {"count": 1, "overdue": 0}


async def test_a_person_takes_over_a_duty_of_their_role(kitchen: Kitchen) -> None:
    id = await kitchen.start("a")
    answer = await kitchen.post(f"/duties/{id}/take", reason="我来处理")
    assert (answer.status_code, answer.json()["assignee"]) == (200, "li")
    await kitchen.follow()
    assert await kitchen.abouts(assignee="li") == ["a"]


async def test_a_duty_of_another_role_is_not_taken(kitchen: Kitchen) -> None:
    id = await kitchen.start("a", BOIL.but(role=Role.FINANCE, ladder=()))
    answer = await kitchen.post(f"/duties/{id}/take", reason="我来处理")
    assert answer.status_code == 403
    assert "needs one of the roles finance" in answer.json()["detail"]


async def test_a_supervisor_on_the_ladder_hands_a_duty_to_another_person_with_a_reason(kitchen: Kitchen) -> None:
    id = await kitchen.start("a", assignee="li")
    kitchen.asker = Principal.staff("zhao", Role.CS_MANAGER)
    answer = await kitchen.post(f"/duties/{id}/hand-over", to="wang", reason="李休假")
    assert answer.json()["assignee"] == "wang"
    assert answer.json()["explanation"][-1] == "2026年11月20日10:00由li转给wang，原因：李休假。"


async def test_a_clock_is_held_and_goes_on_where_its_policy_allows_that(kitchen: Kitchen) -> None:
    id = await kitchen.start("a", assignee="li")
    assert (await kitchen.post(f"/duties/{id}/hold", reason="等待客户")).json()["held"]
    assert not (await kitchen.post(f"/duties/{id}/resume")).json()["held"]
    other = await kitchen.start("b", BOIL.but(may_be_held=False))
    refused = await kitchen.post(f"/duties/{other}/hold", reason="等待客户")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_holdable")


async def test_what_is_no_duty_cannot_be_taken(kitchen: Kitchen) -> None:
    assert (await kitchen.post(f"/duties/{uuid4()}/take", reason="我来处理")).status_code == 404


async def test_duties_counted_by_another_calendar_are_found(kitchen: Kitchen) -> None:
    await kitchen.start("a", BOIL.but(term=Within(days=3, working=True)))
    await kitchen.start("b")
    now = CLOCKS.calendar.version
    assert [duty.about async for duty in kitchen.duties.on_other_calendars(now)] == []
    for other in ("a newer one", "0"):
        assert [duty.about async for duty in kitchen.duties.on_other_calendars(other)] == ["a"]


async def test_a_service_that_starts_with_another_calendar_counts_its_running_clocks_again(kitchen: Kitchen) -> None:
    await kitchen.start("worked", BOIL.but(term=Within(days=3, working=True)))
    await kitchen.start("plain")
    own = Holidays(
        name="holidays", version=2, in_force_from=date(2026, 1, 1), approved_by="gm",
        days_off=frozenset({date(2026, 11, 24)}),
    )  # fmt: skip
    clocks = Clocks(CLOCKS._announce, Calendar(holidays=Policies([own])))
    stores = {"kettles": kitchen.kettles}
    follower = CalendarFollower(kitchen.duties, stores, clocks, kitchen.database.group_commit, FixedTime(NOW))
    before = {duty.about: duty.due_at async for duty in kitchen.duties.each()}

    assert await follower.follow() == 1
    await kitchen.follow()

    after = {duty.about: duty.due_at async for duty in kitchen.duties.each()}
    assert after == before | {"worked": before["worked"] + timedelta(days=1)}
    assert await follower.follow() == 0


def test_a_clock_explains_itself() -> None:
    li = Actor(kind="staff", id="li", role="cs_specialist")
    because = cause(NOW, actor=li)
    kettle = CLOCKS.start(BOIL, Matter(about="a"), because, policy=POLICY)(Kettle(id=uuid4())).state
    held = CLOCKS.hold("boil", "等待客户", cause(NOW + timedelta(days=1), actor=li))(kettle).state
    resumed = CLOCKS.resume("boil", cause(NOW + timedelta(days=2), actor=li))(held).state
    assert explanation(resumed.clocks[0], CLOCKS.calendar) == (
        "2026年11月20日10:00开始计时：li（客服专员）的操作。",
        "按制度“kettle”第3版，“烧水”的时限为6天，依据 003 §26.1。",
        "按自然日计算。",
        "2026年11月21日10:00由li（客服专员）暂停，2026年11月22日10:00恢复，原因：等待客户。",
        "到期时间为2026年11月27日10:00。",
    )


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        (NOW + timedelta(days=2), "到期时间由人工指定"),
        (GivenEnd(NOW + timedelta(days=2), "发货前一天早上"), "到期时间取自发货前一天早上"),
    ],
)
def test_an_end_that_is_not_that_of_the_term_says_where_it_comes_from(due_at: datetime | GivenEnd, said: str) -> None:
    clock = BOIL.but(term=Within(days=3, working=True))
    start = CLOCKS.start(clock, Matter(about="a"), cause(NOW), policy=POLICY, due_at=due_at)
    run = start(Kettle(id=uuid4())).state.clocks[0]
    assert explanation(run, CLOCKS.calendar)[1:] == (
        f"按制度“kettle”第3版，“烧水”的{said}，依据 003 §26.1。",
        "到期时间为2026年11月22日10:00。",
    )


def test_a_year_without_holiday_data_is_said_in_the_explanation() -> None:
    clock = BOIL.but(term=Within(days=3, working=True))
    start = CLOCKS.start(clock, Matter(about="a"), cause(datetime(2071, 3, 2, 2, tzinfo=UTC)), policy=POLICY)
    run = start(Kettle(id=uuid4())).state.clocks[0]
    assert explanation(run, CLOCKS.calendar)[2] == (
        f"按工作日计算，节假日数据为 {CLOCKS.calendar.version}；2071年的节假日尚无数据，暂以周一至周五为工作日。"
    )


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (Within(minutes=30), "30分钟"),
        (Within(months=12), "12个月"),
        (Within(days=6, working=True), "6个工作日"),
        (Within(days=1, end_of_day=True), "1天（至当日24:00）"),
        (Within(hours=4), "4小时"),
        (Daily(at=time(9)), "每天09:00"),
        (Daily(working=True), "每个工作日24:00"),
        (Weekly(weekday=5, at=time(12)), "每周六12:00"),
        (Monthly(day=5, at=time(12)), "每月5日12:00"),
        (Monthly(day=30, at=time(12)), "每月30日（当月不足则为最后一天）12:00"),
        (Monthly(day=31), "每月最后一天24:00"),
        (Yearly(month=3, day=25, at=time(18)), "每年3月25日18:00"),
    ],
)
def test_a_term_is_told_as_people_say_it(term: Term, words: str) -> None:
    assert term_in_words(term) == words


async def test_a_run_that_its_matter_has_forgotten_is_not_found(kitchen: Kitchen) -> None:
    id = await kitchen.start("a")
    (kettle,) = kitchen.database.collections["kettles"].rows
    for days in range(ENDED_KEPT + 1):
        because = cause(NOW + timedelta(days=days))
        again = CLOCKS.start(BOIL, Matter(about="a"), because, policy=POLICY)
        await kitchen.kettles.apply(kettle, again, because)
    await kitchen.follow()
    kitchen.asker = Principal.staff("zhao", Role.CS_MANAGER)
    for path in (f"/duties/{id}", f"/ui/duties/{id}"):
        assert (await kitchen.http.get(path)).status_code == 404


async def test_one_who_may_not_read_a_matter_does_not_hear_whose_duty_it_is(kitchen: Kitchen) -> None:
    id = await kitchen.start("a", assignee="li")
    kitchen.kettles.confidential_to = frozenset({Role.GM})
    assert (await kitchen.http.get(f"/duties/{id}")).status_code == 404
    for path, said in (
        ("take", {}),
        ("hand-over", {"to": "wang", "reason": "x"}),
        ("hold", {"reason": "x"}),
        ("resume", {}),
    ):
        assert (await kitchen.post(f"/duties/{id}/{path}", **said)).status_code == 404
