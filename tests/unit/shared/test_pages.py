"""A day in HTML: whose duties it shows, in which part, with which words; and who a browser's cookie lets in."""

import json
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from html import unescape
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import ledger
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kitchen import NOW, Kitchen

from shared.contracts.roles import Role
from shared.identity import Principal
from shared.identity.cookie import COOKIE, LOCAL_COOKIE
from shared.pages.countdown import BANDS, Countdown, in_words, spans
from shared.settings import ServiceSettings
from shared.testing import World, in_memory, nowhere

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=2000)).map(lambda passed: NOW + passed)


@pytest.fixture
async def kitchen() -> AsyncIterator[Kitchen]:
    kitchen = Kitchen()
    async with kitchen.http:
        yield kitchen


async def shown(kitchen: Kitchen, **asked: Any) -> tuple[list[str], dict[str, int]]:
    """What the rows are about, and how many duties each part of the day has."""
    answer = await kitchen.http.get("/ui/duties", params=asked)
    assert answer.status_code == 200, answer.text
    counts = json.loads(unescape(re.search(r'data-counts="([^"]*)"', answer.text)[1]))  # type: ignore[index]
    return re.findall(r'<td class="no"[^>]*>(.*?)</td>', answer.text), counts


def forms(opened: str, id: UUID) -> list[str]:
    """The acts that an opened duty offers."""
    return re.findall(rf'data-send="/kitchen/duties/{id}/(.*?)"', opened)


async def test_my_day_has_what_is_mine_and_what_of_my_roles_nobody_has_taken(kitchen: Kitchen) -> None:
    await kitchen.start("mine", assignee="li", due_at=NOW + timedelta(days=2))
    await kitchen.start("my role's", due_at=NOW + timedelta(days=1))
    await kitchen.start("taken by another", assignee="wang", due_at=NOW + timedelta(days=3))
    assert (await shown(kitchen))[0] == ["my role&#39;s", "mine"]
    assert (await shown(kitchen, scope="roles"))[0] == ["my role&#39;s", "mine", "taken by another"]
    kitchen.asker = Principal.staff("zhao", Role.FINANCE)
    assert (await shown(kitchen))[0] == []
    assert len((await shown(kitchen, scope="all"))[0]) == 3


async def test_each_part_of_the_day_shows_and_counts_its_own(kitchen: Kitchen) -> None:
    ends = {
        "late": NOW - timedelta(minutes=1),
        "hour": NOW + timedelta(minutes=59),
        "today": NOW + timedelta(hours=13, minutes=59),
        "week": NOW + timedelta(hours=14),
        "later": NOW + timedelta(days=7),
    }
    for band, due_at in ends.items():
        await kitchen.start(band, due_at=due_at)
    for band in BANDS:
        assert await shown(kitchen, band=band) == ([band], dict.fromkeys(BANDS, 1))


async def test_a_name_that_is_markup_is_shown_as_it_is_written(kitchen: Kitchen) -> None:
    await kitchen.start("<script>alert(1)</script>")
    answer = await kitchen.http.get("/ui/duties")
    assert "<script>" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


async def test_an_opened_duty_says_why_it_is_due_and_offers_what_its_reader_may_do(kitchen: Kitchen) -> None:
    id = await kitchen.start("A-1")
    opened = (await kitchen.http.get(f"/ui/duties/{id}")).text
    assert "“烧水”的时限为6天" in opened
    assert re.findall(r'data-send="(.*?)"', opened) == [
        f"/kitchen/duties/{id}/{act}" for act in ("take", "hand-over", "hold")
    ]
    kitchen.asker = Principal.staff("zhao", Role.FINANCE)
    opened = (await kitchen.http.get(f"/ui/duties/{id}")).text
    assert "能处理的岗位：客服专员、客服部经理" in opened
    assert "data-send" not in opened


async def test_who_has_a_duty_is_not_asked_to_take_it_and_one_that_stands_still_can_go_on(kitchen: Kitchen) -> None:
    id = await kitchen.start("A-1", assignee="li")
    await kitchen.post(f"/duties/{id}/hold", reason="等样品")
    await kitchen.follow()
    opened = (await kitchen.http.get(f"/ui/duties/{id}")).text
    assert re.findall(r'data-send="(.*?)"', opened) == [
        f"/kitchen/duties/{id}/{act}" for act in ("hand-over", "resume")
    ]
    assert "暂停" in opened


@given(now=MOMENTS, due=MOMENTS)
def test_every_moment_is_in_exactly_one_part_of_the_day(now: datetime, due: datetime) -> None:
    parts = spans(now, SHANGHAI)
    held = [name for name, (low, high) in parts.items() if (low is None or low <= due) and (high is None or due < high)]
    assert held == [Countdown.of(now, due, False, now, SHANGHAI).band]
    assert all(before[1] == after[0] for before, after in pairwise(parts.values()))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "不到1分"),
        (timedelta(minutes=6, seconds=59), "6分"),
        (timedelta(hours=1, minutes=18), "1时18分"),
        (timedelta(hours=2), "2时"),
        (timedelta(days=2, hours=3, minutes=59), "2天3时"),
        (timedelta(days=400), "400天"),
    ],
)
def test_what_is_left_is_said_in_its_two_largest_units(length: timedelta, words: str) -> None:
    assert in_words(length) == words


@pytest.mark.parametrize(
    ("due", "held", "words", "state", "gone", "exact"),
    [
        (NOW + timedelta(hours=3), False, "还剩3时", "", 25, "13:00"),
        (NOW + timedelta(minutes=30), False, "还剩30分", "near", 67, "10:30"),
        (NOW - timedelta(hours=2), False, "逾期2时", "missed", 100, "08:00"),
        (NOW + timedelta(days=1), True, "暂停", "held", 4, "明天10:00"),
        (NOW + timedelta(days=60), False, "还剩60天", "", 0, "2027-01-19"),
        (NOW + timedelta(days=9), False, "还剩9天", "", 0, "11-29 10:00"),
    ],
)
def test_a_clock_is_told_by_words_shape_and_bar(
    due: datetime, held: bool, words: str, state: str, gone: int, exact: str
) -> None:
    started = NOW - timedelta(hours=1)
    found = Countdown.of(started, due, held, NOW, SHANGHAI)
    assert (found.words, found.state, found.gone, found.exact) == (words, state, gone, exact)


@pytest.fixture
def world() -> World:
    settings = nowhere(ServiceSettings)
    return World(ledger.service(settings, in_memory("ledger", settings, at=NOW)))


def token_of(world: World) -> str:
    return world._introductions.introduce(Principal.staff("li", Role.OPERATOR)).removeprefix("Bearer ")


async def by_cookie(
    world: World, method: str, site: str | None, drawn_for: str | None = None
) -> tuple[int, str | None]:
    """What a browser is told whose page at `site`, drawn for this person, makes it ask."""
    headers = {"Cookie": f"{COOKIE}={token_of(world)}", "Idempotency-Key": str(uuid4())}
    if site is not None:
        headers["Sec-Fetch-Site"] = site
    if drawn_for is not None:
        headers["Kefu-Person"] = drawn_for
    path = "/dead" if method == "GET" else f"/dead/{uuid4()}/drop"
    body = None if method == "GET" else {"reason": "checked"}
    answer = await world.ask(None, method, path, body, headers=headers)
    return answer.status_code, answer.json().get("code")


@pytest.mark.parametrize("site", ["same-origin", "none", None])
async def test_a_browser_that_signed_in_may_read(world: World, site: str | None) -> None:
    assert await by_cookie(world, "GET", site) == (200, None)


async def test_a_browser_that_signed_in_may_act_from_our_own_pages(world: World) -> None:
    assert await by_cookie(world, "POST", "same-origin") == (404, "not_found")


@pytest.mark.parametrize(("method", "answered"), [("GET", (200, None)), ("POST", (404, "not_found"))])
async def test_a_page_acts_and_reads_only_as_the_person_for_whom_it_was_drawn(
    world: World, method: str, answered: tuple[int, str | None]
) -> None:
    assert await by_cookie(world, method, "same-origin", drawn_for="li") == answered
    for other in ("wang", "", "%E6%9D%8E", "LI", "li%00"):
        assert await by_cookie(world, method, "same-origin", drawn_for=other) == (403, "drawn_for_another")


@pytest.mark.parametrize(
    ("host", "name", "status"),
    [
        ("kefu.example", COOKIE, 200),
        ("127.0.0.1:8080", COOKIE, 200),
        ("127.0.0.1:8080", LOCAL_COOKIE, 200),
        ("localhost", LOCAL_COOKIE, 200),
        ("[::1]:8080", LOCAL_COOKIE, 200),
        ("kefu.example", LOCAL_COOKIE, 401),
        ("127.0.0.1.kefu.example", LOCAL_COOKIE, 401),
        ("127.0.0.1@kefu.example", LOCAL_COOKIE, 401),
        ("[", LOCAL_COOKIE, 401),
        ("", LOCAL_COOKIE, 401),
        ("kefu.example", COOKIE.lower(), 401),
        ("kefu.example", f"\xa0{COOKIE}", 401),
        ("kefu.example", f"\x85{COOKIE}", 401),
        ("kefu.example", f"__Secure-{LOCAL_COOKIE}", 401),
    ],
)
async def test_a_session_is_read_from_a_cookie_that_no_other_host_can_set(
    world: World, host: str, name: str, status: int
) -> None:
    headers = {"Host": host, "Cookie": f"theme=dark; {name}={token_of(world)}".encode("latin-1")}
    assert (await world.ask(None, "GET", "/dead", headers=headers)).status_code == status


async def test_of_two_sessions_in_one_request_neither_counts(world: World) -> None:
    twice = f"{COOKIE}={token_of(world)}"
    answer = await world.ask(None, "GET", "/dead", headers={"Host": "kefu.example", "Cookie": f"{twice}; {twice}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
async def test_a_page_of_another_address_can_make_a_browser_do_nothing(world: World, site: str | None) -> None:
    assert await by_cookie(world, "POST", site) == (403, "forbidden")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_page_of_another_address_reads_nothing(world: World, site: str) -> None:
    assert await by_cookie(world, "GET", site) == (403, "forbidden")
