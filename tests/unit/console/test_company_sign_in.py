"""People of a company sign in at its identity provider, and stay signed in while the provider lets them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Response
from openid_provider import AUTHORIZE, DISCOVERY, SIGN_IN_POLICY, OpenIdProvider
from trial_door import OURS

from console.app import console
from console.session import MARK_COOKIE, RENEWAL_COOKIE, Renewal, Sessions
from console.settings import Settings
from shared.identity.cookie import COOKIE
from shared.settings import BadSettings, load

URL = "https://kefu.example"


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with OpenIdProvider().serving() as provider:
        yield provider


@pytest.fixture
def told(provider: OpenIdProvider, tmp_path: Path) -> dict[str, Any]:
    """What the console is told by its environment."""
    (tmp_path / "sign_in.toml").write_text(SIGN_IN_POLICY, encoding="utf-8")
    (tmp_path / "revoked").write_text("")
    return {
        "http_host": "0.0.0.0",
        "rabbit_url": "amqp://nowhere",
        "console_login": "company",
        "console_url": URL,
        "session_key": "k" * 32,
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "kefu-console",
        "sign_in_policy": tmp_path / "sign_in.toml",
        "revoked_subjects_file": tmp_path / "revoked",
    }


@pytest.fixture
async def browser(told: dict[str, Any]) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(told) as client:
        yield client


def browser_of(told: dict[str, Any]) -> httpx.AsyncClient:
    return browser_on(console(Settings.model_validate(told)))


def browser_on(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL, timeout=60, trust_env=False)


async def sent_to_provider(browser: httpx.AsyncClient, **query: str) -> str:
    answer = await browser.get("/sign-in/start", params=query)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def came_back(place: str) -> str:
    """Where the provider sends the browser of one who has signed in there."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as outside:
        return (await outside.get(place)).headers["location"]


async def signed_in(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.get(await came_back(await sent_to_provider(browser)))


async def renewed(browser: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await browser.post("/session/renew", headers=OURS | headers)


async def test_one_who_signs_in_at_the_company_has_a_day(browser: httpx.AsyncClient, provider: OpenIdProvider) -> None:
    assert (await browser.get("/")).headers["location"] == "/sign-in"
    answer = await signed_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = (await browser.get("/")).text
    assert "张敏" in page
    assert "客服专员" in page


async def test_the_provider_is_asked_with_a_secret_that_only_this_browser_can_show(
    browser: httpx.AsyncClient, provider: OpenIdProvider
) -> None:
    place = urlsplit(await sent_to_provider(browser))
    asked = dict(parse_qsl(place.query))
    assert place.path == AUTHORIZE
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["client_id"], asked["redirect_uri"]) == ("kefu-console", f"{URL}/sign-in/done")
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert asked["scope"].split()[0] == "openid"


async def test_no_script_reads_the_tokens_and_only_a_private_line_carries_them(browser: httpx.AsyncClient) -> None:
    kept = {each.split("=")[0]: each.lower() for each in (await signed_in(browser)).headers.get_list("set-cookie")}
    for name in (COOKIE, RENEWAL_COOKIE):
        assert "httponly" in kept[name]
        assert "secure" in kept[name]
    assert "samesite=lax" in kept[COOKIE]
    assert "samesite=strict" in kept[RENEWAL_COOKIE]
    assert "path=/session" in kept[RENEWAL_COOKIE]


async def test_no_other_host_of_the_domain_can_set_what_signs_a_person_in(browser: httpx.AsyncClient) -> None:
    begun = (await browser.get("/sign-in/start")).headers.get_list("set-cookie")
    back = await came_back(await sent_to_provider(browser))
    kept = [each.lower() for each in (*begun, *(await browser.get(back)).headers.get_list("set-cookie"))]
    ours = [each for each in kept if each.startswith("__host-")]
    assert {each.split("=")[0] for each in ours} == {
        "__host-kefu-signing-in", "__host-kefu-session", "__host-kefu-renewal-mark"
    }  # fmt: skip
    for each in ours:
        assert ("path=/;" in f"{each};".replace(" ", ""), "secure" in each, "domain=" in each) == (True, True, False)


async def test_what_another_host_put_in_the_place_of_our_renewal_renews_nothing(browser: httpx.AsyncClient) -> None:
    await signed_in(browser)
    ours = browser.cookies[RENEWAL_COOKIE]
    browser.cookies.clear()
    for planted in (
        {RENEWAL_COOKIE: ours},
        {RENEWAL_COOKIE: ours, f"__Host-{MARK_COOKIE}": "ä"},
        {RENEWAL_COOKIE: ours, f"__Host-{MARK_COOKIE}": "9999999999.0"},
    ):
        cookie = "; ".join(f"{name}={value}" for name, value in planted.items()).encode("latin-1")
        answer = await browser.post("/session/renew", headers=OURS | {"Cookie": cookie})
        assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


async def test_a_code_that_another_browser_asked_for_signs_no_person_in(
    browser: httpx.AsyncClient, told: dict[str, Any]
) -> None:
    back = await came_back(await sent_to_provider(browser))
    async with browser_of(told) as other:
        answer = await other.get(back)
        assert (answer.status_code, COOKIE in other.cookies) == (400, False)
        assert "登录没有完成，请重新登录。" in answer.text


async def test_a_code_is_taken_once(browser: httpx.AsyncClient) -> None:
    back = await came_back(await sent_to_provider(browser))
    await browser.get(back)
    browser.cookies.delete(COOKIE)
    assert ((await browser.get(back)).status_code, COOKIE in browser.cookies) == (400, False)


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=x", "?code=x&state=y", "?state=y"])
async def test_one_who_comes_back_with_nothing_is_shown_the_door(browser: httpx.AsyncClient, query: str) -> None:
    answer = await browser.get(f"/sign-in/done{query}")
    assert (answer.status_code, COOKIE in browser.cookies) == (400, False)
    assert "用公司账号登录" in answer.text


@pytest.mark.parametrize("said", [{"nonce": "another"}, {"iss": "https://elsewhere.example"}, {"aud": "another"}])
async def test_a_proof_that_was_made_for_something_else_signs_no_person_in(
    browser: httpx.AsyncClient, provider: OpenIdProvider, said: dict[str, Any]
) -> None:
    provider.said = said
    answer = await signed_in(browser)
    assert (answer.status_code, COOKIE in browser.cookies) == (400, False)


async def test_one_without_a_role_is_told_so(browser: httpx.AsyncClient, provider: OpenIdProvider) -> None:
    provider.person = {"groups": ("食堂",)}
    answer = await signed_in(browser)
    assert (answer.status_code, COOKIE in browser.cookies) == (403, False)
    assert "您的公司账号在客服系统里还没有岗位，请联系系统运维。" in answer.text


async def test_one_whose_access_was_withdrawn_is_told_so(browser: httpx.AsyncClient, told: dict[str, Any]) -> None:
    told["revoked_subjects_file"].write_text("zhang.min\n")
    answer = await signed_in(browser)
    assert (answer.status_code, COOKIE in browser.cookies) == (403, False)
    assert "您的账号已停用，请联系系统运维。" in answer.text


async def test_one_whose_groups_do_not_fit_into_a_cookie_is_told_so(
    browser: httpx.AsyncClient, provider: OpenIdProvider
) -> None:
    provider.person = {"groups": ("客服部", *(f"项目组-{number}" for number in range(400)))}
    answer = await signed_in(browser)
    assert (answer.status_code, COOKIE in browser.cookies) == (403, False)
    assert "群组太多" in answer.text


@pytest.mark.parametrize("path", ["/sign-in/start", "/sign-in/done?code=x&state=y"])
async def test_a_provider_that_is_away_is_told_in_words(
    browser: httpx.AsyncClient, provider: OpenIdProvider, path: str
) -> None:
    provider.state = "broken"
    answer = await browser.get(path)
    assert answer.status_code == 503
    assert "公司登录系统暂时没有答复，请稍后再试。" in answer.text
    provider.state = "up"
    assert (await signed_in(browser)).status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"authorization_endpoint": "http://elsewhere.example/"},
        {"token_endpoint": None},
    ],
)
async def test_a_provider_that_speaks_for_another_or_over_an_open_line_is_not_asked(
    browser: httpx.AsyncClient, provider: OpenIdProvider, change: dict[str, Any]
) -> None:
    provider.documents[DISCOVERY] |= change
    assert (await browser.get("/sign-in/start")).status_code == 503


async def test_a_session_that_ends_soon_is_renewed_and_another_one_left_alone(
    browser: httpx.AsyncClient, provider: OpenIdProvider
) -> None:
    await signed_in(browser)
    first = browser.cookies[COOKIE]
    assert (await renewed(browser)).json()["seconds"] > 60
    assert browser.cookies[COOKIE] == first
    provider.person = {"life": timedelta(seconds=50)}
    await signed_in(browser)
    short = browser.cookies[COOKIE]
    provider.person = {}
    assert (await renewed(browser)).json()["seconds"] > 60
    assert browser.cookies[COOKIE] != short
    assert (await browser.get("/")).status_code == 200


async def test_a_session_whose_provider_gives_no_more_ends(
    browser: httpx.AsyncClient, provider: OpenIdProvider
) -> None:
    provider.person = {"life": timedelta(seconds=50)}
    await signed_in(browser)
    provider.renewals.clear()
    answer = await renewed(browser)
    assert (answer.status_code, answer.json()) == (401, {"detail": "登录已过期，请重新登录。"})


async def test_what_renewed_the_session_of_one_person_does_not_renew_that_of_the_next(
    browser: httpx.AsyncClient, provider: OpenIdProvider
) -> None:
    await signed_in(browser)
    provider.person, provider.renews = {"subject": "li.lei", "life": timedelta(seconds=50)}, False
    await signed_in(browser)
    provider.person = {}
    assert (await renewed(browser)).status_code == 401


async def test_a_provider_that_takes_a_renewal_again_is_asked_with_the_same(
    browser: httpx.AsyncClient, provider: OpenIdProvider
) -> None:
    provider.person = {"life": timedelta(seconds=50)}
    await signed_in(browser)
    renewal, provider.renews = browser.cookies[RENEWAL_COOKIE], False
    assert (await renewed(browser)).status_code == 200
    assert browser.cookies[RENEWAL_COOKIE] == renewal


async def test_a_session_is_renewed_for_a_working_day_from_signing_in(
    browser: httpx.AsyncClient, provider: OpenIdProvider, told: dict[str, Any]
) -> None:
    def end() -> str:
        return browser.cookies[f"__Host-{MARK_COOKIE}"].partition(".")[0]

    provider.person = {"life": timedelta(seconds=50)}
    await signed_in(browser)
    first = end()
    assert (await renewed(browser)).status_code == 200
    assert end() == first
    (renewal,) = provider.renewals
    over = Response()
    Sessions(Settings.model_validate(told)).keep_renewal(Renewal(renewal, int(time()) - 1), over)
    kept = [each.partition(";")[0] for each in over.headers.getlist("set-cookie")]
    browser.cookies.clear()
    answer = await browser.post("/session/renew", headers=OURS | {"Cookie": "; ".join(kept)})
    assert (answer.status_code, provider.renewals) == (401, {renewal})


async def test_no_browser_moves_the_end_of_its_working_day(
    browser: httpx.AsyncClient, provider: OpenIdProvider, told: dict[str, Any]
) -> None:
    await signed_in(browser)
    kept, mark = browser.cookies[RENEWAL_COOKIE], f"__Host-{MARK_COOKIE}"
    ends, _, signature = browser.cookies[mark].partition(".")
    later, without_key = str(int(ends) + 86_400), Response()
    Sessions(Settings.model_validate(told | {"session_key": "o" * 32})).keep_renewal(
        Renewal(unquote(kept), int(later)), without_key
    )
    digest = sha256(f"{later}.{kept}".encode()).hexdigest()
    signed = without_key.headers.getlist("set-cookie")[1].partition(";")[0].partition("=")[2]
    browser.cookies.clear()
    for planted in (f"{later}.{signature}", f"{later}.{digest}", signed):
        cookies = f"{RENEWAL_COOKIE}={kept}; {mark}={planted}"
        answer = await browser.post("/session/renew", headers=OURS | {"Cookie": cookies})
        assert (answer.status_code, provider.renewals) == (401, {unquote(kept)})


@pytest.mark.parametrize("leaves", ["signs out", "another signs in"])
async def test_a_renewal_that_is_under_way_signs_no_person_in_who_has_left_meanwhile(
    provider: OpenIdProvider, told: dict[str, Any], leaves: str
) -> None:
    app = console(Settings.model_validate(told))
    async with browser_on(app) as browser, browser_on(app) as tab:
        provider.person = {"life": timedelta(seconds=50)}
        await signed_in(browser)
        tab.cookies = browser.cookies
        provider.goes_on.clear()
        renewal = asyncio.create_task(renewed(tab))
        await asyncio.to_thread(provider.in_hand.wait, 60)
        if leaves == "signs out":
            await browser.post("/sign-out", headers=OURS)
        else:
            provider.person = {"subject": "li.lei"}
            await signed_in(browser)
        provider.goes_on.set()
        answer = await renewal
        assert (answer.status_code, answer.headers.get_list("set-cookie")) == (401, [])


async def test_a_page_that_was_drawn_for_another_person_renews_nothing_for_itself(browser: httpx.AsyncClient) -> None:
    await signed_in(browser)
    answers = [await renewed(browser, **{"Kefu-Person": person}) for person in ("zhang.min", "li.lei")]
    assert [each.status_code for each in answers] == [200, 403]
    assert answers[1].json() == {"code": "drawn_for_another"}


async def test_another_site_renews_no_session(browser: httpx.AsyncClient) -> None:
    await signed_in(browser)
    assert (await renewed(browser, **{"Sec-Fetch-Site": "cross-site"})).status_code == 403


async def test_one_who_signs_out_is_asked_for_the_password_again(browser: httpx.AsyncClient) -> None:
    await signed_in(browser)
    answer = await browser.post("/sign-out", headers=OURS)
    assert (COOKIE in browser.cookies, RENEWAL_COOKIE in browser.cookies) == (False, False)
    page = await browser.get(answer.headers["location"])
    assert '"/sign-in/start?again=yes"' in page.text
    assert 'name="here" value="/sign-in?again=yes"' in page.text
    asked = dict(parse_qsl(urlsplit(await sent_to_provider(browser, again="yes")).query))
    assert asked["prompt"] == "login"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"session_key": "short"}, "SESSION_KEY"),
        ({"session_key": ""}, "needs SESSION_KEY"),
        ({"oidc_client_id": "", "console_url": ""}, "needs OIDC_CLIENT_ID, CONSOLE_URL"),
        ({"oidc_issuer": ""}, "needs OIDC_ISSUER"),
        ({"console_url": "http://kefu.example"}, "https://host"),
        ({"console_url": "https://kefu.example/kefu"}, "without a path"),
        ({"sign_in_policy": ""}, "SIGN_IN_POLICY is not set"),
    ],
)
def test_what_signing_in_needs_is_said_at_the_start(
    told: dict[str, Any], change: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (told | change).items():
        monkeypatch.setenv(name.upper(), str(value))
    with pytest.raises(BadSettings, match=said):
        load(Settings)
