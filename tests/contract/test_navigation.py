"""The navigation of the console leads each person to what their roles may read, and to nothing else."""

import json
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from trial_door import OURS, at_the_door, trial_settings

from console.frame import COUNTED, SCREENS
from console.people import PEOPLE, Person
from shared.identity import Principal
from shared.service import Service
from shared.testing.world import Introductions


class Shown(HTMLParser):
    """The places of a page's navigation, and the addresses of the services from which the browser fills it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.places: list[str] = []
        self.parts: list[str] = []
        self._in_navigation = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "nav":
            self._in_navigation = said.get("aria-label") == "主导航"
        elif tag == "a" and self._in_navigation:
            self.places.append(said["href"])
        elif tag == "kefu-page":
            self.parts.append(said["data-url"])
        elif tag in {"kefu-day", "kefu-kept"}:
            page = {"kefu-day": "duties", "kefu-kept": "kept?month=2026-11"}[tag]
            self.parts += [f"/{service}/ui/{page}" for service in json.loads(said["data-services"])]

    def handle_endtag(self, tag: str) -> None:
        if tag == "nav":
            self._in_navigation = False


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with at_the_door(trial_settings(tmp_path)) as client:
        yield client


async def ask(services: tuple[Service, ...], address: str, person: Person) -> int:
    """What the service behind this address answers the person."""
    name, path = re.fullmatch(r"/(\w+)(/ui/.*)", address).groups()  # type: ignore[union-attr]
    service = next(each for each in services if each.name == name)
    introductions = service.plumbing.authenticator
    assert isinstance(introductions, Introductions)
    headers = {"Authorization": introductions.introduce(Principal.staff(person.id, *person.roles))}
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{name}", trust_env=False) as http:
        return (await http.get(path, headers=headers)).status_code


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.id)
async def test_each_place_of_the_navigation_and_every_part_of_it_answers_the_person_who_sees_it(
    browser: httpx.AsyncClient, services: tuple[Service, ...], person: Person
) -> None:
    await browser.post("/sign-in", data={"who": person.id}, headers=OURS)
    places = Shown((await browser.get("/")).text).places
    answers = {}
    for place in places:
        page = await browser.get(place)
        answers[place] = page.status_code
        parts = Shown(page.text).parts
        assert parts, place
        answers |= {part: await ask(services, part, person) for part in parts}
    assert {address: status for address, status in answers.items() if status != 200} == {}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.id)
async def test_what_the_navigation_does_not_show_a_person_is_refused_to_them(
    browser: httpx.AsyncClient, services: tuple[Service, ...], person: Person
) -> None:
    await browser.post("/sign-in", data={"who": person.id}, headers=OURS)
    places = Shown((await browser.get("/")).text).places
    hidden = [screen.path for name, screen in SCREENS.items() if screen.in_rail and f"/desk/{name}" not in places]
    figures = Shown((await browser.get("/figures")).text).parts
    hidden += [path for path in COUNTED.values() if path not in figures]
    if "/ops" not in places:
        hidden.append("/intake/ui/ops")
    assert {path: await ask(services, path, person) for path in hidden} == dict.fromkeys(hidden, 403)
