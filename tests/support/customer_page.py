"""The customer's page as a test reads it: by a link of the tests' own key, without a sign-in."""

import re
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from html import unescape
from uuid import UUID

import httpx

from shared.identity.customer_links import CustomerLink, LinkKeys
from shared.testing import World
from shared.testing.world import LINK_KEYS

MOST_BYTES = 30_000
"""What the page may weigh before it is compressed; with its two style sheets it is a few seconds on a bad line."""


def link_of(customer: UUID, made_on: date, days: int = 90) -> str:
    """The text of a link that holds from one day on for some days."""
    return LinkKeys.read(LINK_KEYS).write(CustomerLink(customer, made_on, made_on + timedelta(days=days)))


async def opened(world: World, link: str, address: str = "192.0.2.1") -> httpx.Response:
    """What a person with this link is shown, who has signed in nowhere and asks from this address."""
    return await world.ask(None, "GET", f"/p/{link}", headers={"X-Forwarded-For": address})


async def guess_until_locked_out(send: Callable[..., Awaitable[httpx.Response]], digits: str) -> None:
    """Five wrong guesses of the digits, each refused in words, and then the right ones, which are too late."""
    wrong = "0000" if digits != "0000" else "1111"
    answers = [await send(digits=each) for each in (*[wrong] * 5, digits)]
    assert [each.status_code for each in answers] == [403] * 6
    assert "手机号后四位不对" in text(answers[0].text)
    assert "错的次数太多" in text(answers[-1].text)


def text(html: str) -> str:
    """What is read of it, without marks, its blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html.partition("<main>")[2]))).strip()
