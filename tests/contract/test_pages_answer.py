"""Pages, which no OpenAPI document describes, answer whatever they are asked, and show it as text."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import iter_route_contexts

from shared.contracts.roles import Role
from shared.identity import Principal
from shared.service import Service
from shared.testing.world import Introductions

MARK = "x7"
HOSTILE = (
    "",
    " ",
    f"\"'><{MARK} on{MARK}=1></script><script>{MARK}()</script>",
    "{{ 7 * 7 }}${7 * 7}",
    "\x00",
    "\u202e\ufffe",
    "$where",
    "-1",
    "9" * 30,
    "NaN",
    "0001-01-01",
    "9999-12-31",
    "2026-13",
    "9999-12",
    "../../etc/passwd",
    "eyJ",
    "WyJ4Iiw1XQ==",
    "W251bGwsIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMSJd",
    "长" * 4000,
)
"""Texts of no, little, too much and wrong content; markup, templates, operators, cursors that no list has made."""


class Marked(HTMLParser):
    """Finds an element or an attribute that came out of a value."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [each for each in (tag, *(name for name, _ in attrs)) if MARK in each]


def pages(service: Service) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The path of each route that is in no document, and the names of what its address may ask."""
    for route in iter_route_contexts(service.app.routes):
        if "GET" in (route.methods or ()) and route.include_in_schema is False and hasattr(route, "dependant"):
            asked = [field.alias for field in get_flat_params(route.dependant) if isinstance(field.field_info, Query)]
            yield route.path, tuple(asked)


def addresses(path: str, asked: tuple[str, ...]) -> Iterator[str]:
    """The page with each hostile value in each place of its address; elsewhere stands what could be there."""
    usual = re.sub(r"{month}", "2026-11", path)
    filled = re.sub(r"{\w+}", str(UUID(int=7)), usual)
    for value in HOSTILE:
        for name in asked:
            yield f"{filled}?{name}={quote(value, safe='')}"
        for place in re.findall(r"{\w+}", path):
            yield re.sub(r"{\w+}", str(UUID(int=7)), path.replace(place, quote(value, safe="") or "-"))


@pytest.mark.parametrize("name", ["aftersales", "complaints", "intake", "notify", "orders"])
async def test_a_page_answers_whatever_it_is_asked(name: str, built_services: tuple[Service, ...]) -> None:
    service = next(each for each in built_services if each.name == name)
    introductions = service.plumbing.authenticator
    assert isinstance(introductions, Introductions)
    headers = {"Authorization": introductions.introduce(Principal.staff("chen", *Role))}
    wrong = set()
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{name}", trust_env=False) as http:
        for path, asked in pages(service):
            for address in addresses(path, asked):
                answer = await http.get(address, headers=headers)
                marked = Marked()
                marked.feed(answer.text if "html" in answer.headers["content-type"] else "")
                if answer.status_code >= 500 or marked.found:
                    wrong.add((address[:200], answer.status_code, tuple(marked.found)))
    assert wrong == set()
