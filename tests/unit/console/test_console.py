"""The console's door: who signs in and how, what a page may load, and that only those who signed in hear the hints."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from trial_door import OURS

from console.app import POLICY, console
from console.hints import Hints, hint_of
from console.people import PEOPLE
from console.settings import Settings
from shared.contracts.roles import Role
from shared.files import replace_file
from shared.identity import LocalKey, StaffTokens, create_key_pair, issue_token
from shared.identity.cookie import LOCAL_COOKIE as COOKIE
from shared.settings import BadSettings, load


async def sign_in(browser: httpx.AsyncClient, who: str = "cs_specialist-1", **headers: str) -> httpx.Response:
    return await browser.post("/sign-in", data={"who": who}, headers=OURS | headers)


def test_the_eleven_kinds_of_people_can_be_chosen_each_once() -> None:
    assert len({person.id for person in PEOPLE}) == len({person.name for person in PEOPLE}) == len(PEOPLE) == 11


async def test_one_who_has_not_signed_in_is_shown_the_door(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert (await browser.get("/events")).status_code == 401


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
async def test_no_address_of_the_console_shows_a_stranger_anything_or_heeds_another_site(
    settings: Settings, browser: httpx.AsyncClient, site: str
) -> None:
    seen = {}
    for route in iter_route_contexts(console(settings).routes):
        for method in route.methods or ():
            path = re.sub(r"{(\w+)}", lambda part: {"name": "complaints"}.get(part[1], str(uuid4())), route.path)
            answer = await browser.request(method, path, headers={"Sec-Fetch-Site": site} if site else {})
            shut = answer.status_code in {401, 403} or answer.headers.get("location", "").startswith("/sign-in")
            seen[method, route.path] = (shut, "set-cookie" in answer.headers)
    open_ = {asked for asked, (shut, _) in seen.items() if not shut}
    assert open_ == {("GET", "/sign-in"), ("GET", "/health/ready")}
    assert not any(kept for _, kept in seen.values())


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.id)
async def test_each_person_who_signs_in_has_a_day_and_a_token_that_the_services_take(
    browser: httpx.AsyncClient, tmp_path: Path, person: object
) -> None:
    answer = await sign_in(browser, person.id)  # type: ignore[attr-defined]
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = (await browser.get("/")).text
    assert person.name in page  # type: ignore[attr-defined]
    token = browser.cookies[COOKIE]
    principal = await StaffTokens(LocalKey(tmp_path / "public.pem", "kefu", "kefu")).verify(token)
    assert (principal.id, principal.roles) == (person.id, frozenset(person.roles))  # type: ignore[attr-defined]


async def test_no_script_reads_the_token_and_no_other_site_sends_it(browser: httpx.AsyncClient) -> None:
    said = (await sign_in(browser)).headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said


async def test_another_site_signs_no_person_in(browser: httpx.AsyncClient) -> None:
    for site in ("cross-site", "same-site", "none"):
        answer = await sign_in(browser, **{"Sec-Fetch-Site": site})
        assert (answer.headers["location"], "set-cookie" in answer.headers) == ("/sign-in", False)


@pytest.mark.parametrize("who", ["", "nobody", "cs_specialist-2", "\x00", "陈佳"])
async def test_one_who_is_not_of_the_trial_does_not_get_in(browser: httpx.AsyncClient, who: str) -> None:
    assert (await sign_in(browser, who)).headers["location"] == "/sign-in"
    assert COOKIE not in browser.cookies


async def test_a_token_of_another_key_opens_no_page(browser: httpx.AsyncClient, tmp_path: Path) -> None:
    create_key_pair(tmp_path / "other.pem", tmp_path / "other.pub.pem")
    token = issue_token((tmp_path / "other.pem").read_text(), "cs_specialist-1", "cs_specialist")
    browser.cookies.set(COOKIE, token)
    assert (await browser.get("/")).headers["location"] == "/sign-in"


async def test_one_who_signs_out_is_shown_the_door(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    await browser.post("/sign-out", headers=OURS)
    assert (await browser.get("/")).headers["location"] == "/sign-in"


async def test_another_site_signs_no_person_out(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    await browser.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert (await browser.get("/")).status_code == 200


async def test_every_page_says_what_it_may_load(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    for path in ("/", "/sign-in", "/assets/day.js", "/nowhere"):
        assert (await browser.get(path)).headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("asset", ["tokens.css", "kefu.css", "day.js", "hints.js", "send.js", "session.js"])
async def test_styles_and_scripts_come_from_the_console(browser: httpx.AsyncClient, asset: str) -> None:
    assert (await browser.get(f"/assets/{asset}")).status_code == 200


async def test_signing_in_without_a_password_is_for_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HTTP_HOST": "0.0.0.0",
        "RABBIT_URL": "amqp://nowhere",
        "CONSOLE_LOGIN": "personas",
        "JWT_PRIVATE_KEY_FILE": "key.pem",
        "JWT_PUBLIC_KEY_FILE": "public.pem",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match="HTTP_HOST has to be of this machine alone"):
        load(Settings)


async def test_every_open_page_hears_each_hint_once_until_it_has_taken_it() -> None:
    hints = Hints("amqp://nowhere")
    with hints.page("a") as one, hints.page("b") as other:
        for hint in ("duties/orders", "duties/orders", "duties/intake"):
            hints.tell(hint)
        assert await one.take() == await other.take() == ("duties/orders", "duties/intake")
        hints.tell("duties/orders")
        assert await one.take() == ("duties/orders",)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await one.take()


class Stream:
    """One open page's stream of hints, asked of the application itself, which hands on each word as it comes."""

    def __init__(self, app: FastAPI, token: str) -> None:
        self.opened = asyncio.Event()
        self.said = b""
        scope = {
            "type": "http", "method": "GET", "path": "/events", "raw_path": b"/events", "query_string": b"",
            "headers": [(b"cookie", f"{COOKIE}={token}".encode()), (b"host", b"127.0.0.1")], "scheme": "http",
            "http_version": "1.1", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "root_path": "",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
        }  # fmt: skip
        self.ended = asyncio.create_task(app(scope, self._receive, self._send))  # type: ignore[arg-type]

    async def _receive(self) -> dict[str, object]:
        await self.ended
        return {"type": "http.disconnect"}

    async def _send(self, told: dict[str, object]) -> None:
        if body := told.get("body"):
            self.said += body  # type: ignore[operator]
            self.opened.set()


async def test_the_streams_of_a_session_end_when_its_person_signs_out_and_no_others(settings: Settings) -> None:
    app = console(settings)
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as one,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as other,
    ):
        await sign_in(one)
        await sign_in(other, "cs_manager-1")
        first, second, others = (Stream(app, each.cookies[COOKIE]) for each in (one, one, other))
        async with asyncio.timeout(60):
            for stream in (first, second, others):
                await stream.opened.wait()
            await one.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
            await one.post("/sign-out", headers=OURS)
            await asyncio.gather(first.ended, second.ended)
        assert not others.ended.done()
        others.ended.cancel()


async def test_a_stream_ends_with_its_session(settings: Settings, tmp_path: Path) -> None:
    key = (tmp_path / "private.pem").read_text()
    stream = Stream(console(settings), issue_token(key, "cs-07", "cs_specialist", lifetime=timedelta(seconds=5)))
    async with asyncio.timeout(60):
        await stream.ended
    assert stream.said.replace(b": still here\n\n", b"") == b": here\n\n"


async def test_a_stream_ends_when_its_person_is_out(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    replace_file(out, "")
    key = (tmp_path / "private.pem").read_text()
    app = console(settings.model_copy(update={"revoked_subjects_file": out}), still_there_seconds=0.05)
    gone, stays = (Stream(app, issue_token(key, who, "cs_specialist")) for who in ("cs-07", "cs-08"))
    async with asyncio.timeout(60):
        await asyncio.gather(gone.opened.wait(), stays.opened.wait())
        replace_file(out, "CS-07\n")
        await gone.ended
    assert not stays.ended.done()
    stays.ended.cancel()


def test_the_people_of_the_trial_have_roles_of_their_own_kind() -> None:
    assert {role for person in PEOPLE for role in person.roles} <= set(Role)


async def test_a_screen_is_framed_for_those_who_have_signed_in(browser: httpx.AsyncClient) -> None:
    opened = "/desk/complaints/00000000-0000-0000-0000-000000000007"
    for path in ("/desk/complaints", opened):
        assert (await browser.get(path)).headers["location"] == "/sign-in"
    await sign_in(browser)
    for path, url in (
        ("/desk/complaints", "/complaints/ui/complaints"),
        (opened, "/complaints/ui/complaints/00000000-0000-0000-0000-000000000007"),
    ):
        page = (await browser.get(path)).text
        assert f'<kefu-page data-url="{url}" data-service="complaints">' in page
        assert '<a class="p" href="/desk/complaints" aria-current="page">客诉</a>' in page
    assert (await browser.get("/desk/nothing")).status_code == 404
    assert (await browser.get("/desk/complaints/nothing")).status_code == 422


@pytest.mark.parametrize(
    ("key", "hint"),
    [("orders.deadline_set.v1", "duties/orders"), ("intake.contact_recorded.v1", "facts/intake")],
)
def test_a_hint_says_whether_a_duty_or_something_else_has_changed_and_in_which_service(key: str, hint: str) -> None:
    assert hint_of(key) == hint
