"""A person chooses the language in the console; what is kept in the browser is heard by every page."""

from pathlib import Path

import httpx
import pytest
from english import COOKIE, left_in_chinese
from trial_door import OURS

from console.people import PEOPLE
from shared.language import LANGUAGE_COOKIE

PAGES = ("/", "/decide", "/kept", "/figures", "/ops", "/desk/orders", "/desk/slips")
LOCALE = Path(__file__).parents[3] / "console/src/console/locale"


@pytest.fixture
async def browser(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    await browser.post("/sign-in", data={"who": "cs_manager-1"}, headers=OURS)
    return browser


async def choose(browser: httpx.AsyncClient, language: str, here: str = "/kept") -> httpx.Response:
    return await browser.post("/language", data={"language": language, "here": here}, headers=OURS)


async def test_who_chooses_english_goes_on_where_they_were_in_english_and_may_go_back(
    browser: httpx.AsyncClient,
) -> None:
    assert (await choose(browser, "en", "/desk/orders?part=late")).headers["location"] == "/desk/orders?part=late"
    assert '<html lang="en">' in (await browser.get("/")).text
    await choose(browser, "zh-CN")
    assert '<html lang="zh-CN">' in (await browser.get("/")).text


async def test_a_language_that_there_is_not_is_not_kept(browser: httpx.AsyncClient) -> None:
    await choose(browser, "fr")
    assert LANGUAGE_COOKIE not in browser.cookies


@pytest.mark.parametrize("here", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", ""])
async def test_a_choice_leads_to_no_other_address(browser: httpx.AsyncClient, here: str) -> None:
    assert (await choose(browser, "en", here)).headers["location"] == "/"


async def test_no_page_of_the_frame_says_in_chinese_what_the_catalogue_has_in_english(
    browser: httpx.AsyncClient,
) -> None:
    await choose(browser, "en")
    left = {text for path in PAGES for text in left_in_chinese((await browser.get(path)).text, LOCALE)}
    assert left - {person.name for person in PEOPLE} == set()


async def test_the_sign_in_is_in_english_too(browser: httpx.AsyncClient) -> None:
    assert left_in_chinese((await browser.get("/sign-in", headers=COOKIE)).text, LOCALE) == []


async def test_scripts_are_given_their_english(browser: httpx.AsyncClient) -> None:
    words = (await browser.get("/words/en.json")).json()
    assert words["还没有办成"] == "Not done yet"


@pytest.mark.parametrize("weakened", ["", "W/"])
async def test_a_browser_asks_each_time_whether_the_english_it_has_still_holds(
    browser: httpx.AsyncClient, weakened: str
) -> None:
    first = await browser.get("/words/en.json")
    assert first.headers["cache-control"] == "private, no-cache"
    again = await browser.get("/words/en.json", headers={"If-None-Match": weakened + first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    older = await browser.get("/words/en.json", headers={"If-None-Match": '"older"'})
    assert (older.status_code, older.content) == (200, first.content)
