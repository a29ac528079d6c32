"""The customer's own page: each service draws its part for the person whom a link names, without a sign-in.

A person who has the link sees the part; so it says nothing that a stranger could harm the customer with: no telephone
number, no address, no amount, and no word or name from inside the house.
"""

from time import monotonic
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from shared.calendar import Calendar
from shared.http import OpenRouter, leave_evidence
from shared.identity.customer_links import BadLink, CustomerLink, LinkKeys
from shared.identity.guesses import Guesses
from shared.pages.rendering import Renderer

CustomerPart = Literal["orders", "complaints", "aftersales", "intake"]
PARTS: dict[CustomerPart, str] = {
    "orders": "订单进度",
    "complaints": "反映的问题",
    "aftersales": "维修与保修",
    "intake": "评价",
}
"""What the page consists of: the services by their names at the gateway, and what each part is called."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
"""No script, nothing from elsewhere; the link is told to no other page and to no search engine."""


class CustomerDoor:
    """Lets in a person who has a link, and draws what a service shows to its customer."""

    def __init__(
        self, part: CustomerPart, keys: LinkKeys | None, hotline: str, calendar: Calendar, render: Renderer
    ) -> None:
        self._part = part
        self._keys = keys
        self._hotline = hotline
        self._calendar = calendar
        self._render = render
        self._guesses = Guesses()

    @property
    def calendar(self) -> Calendar:
        """The company's calendar, by which days are shown."""
        return self._calendar

    def router(self) -> APIRouter:
        """For routes under /p/{link}, which ask for no other identity."""
        return OpenRouter(tags=["pages"], prefix="/p", include_in_schema=False)

    def opened(self, text: str, request: Request) -> CustomerLink | HTMLResponse:
        """The link, or the one page for all that do not hold: guessed, ended, cut off.

        It leaves evidence. An address that goes on guessing is told to wait, which holds up no good link.
        """
        try:
            if self._keys is None:
                raise BadLink("no link is given out here")
            return self._keys.read_link(text, self._calendar.day(request.app.state.time.now()))
        except BadLink:
            pass
        address = request.headers.get("x-forwarded-for") or (request.client.host if request.client else "unknown")
        if self._guesses.too_many(address, now := monotonic()):
            return self._closed(429)
        self._guesses.wrong(address, now)
        leave_evidence(request, "unproved_link")
        return self._closed(404)

    def show(self, template: str, text: str, link: CustomerLink, **values: object) -> HTMLResponse:
        """The service's part in the frame of the customer's page."""
        page = self._render(
            template, part=self._part, parts=PARTS, link=text, ends=link.ends_on, hotline=self._hotline, **values
        )
        page.headers.update(HEADERS)
        return page

    def _closed(self, status: int) -> HTMLResponse:
        page = self._render("customer-closed.html", hotline=self._hotline)
        page.status_code = status
        page.headers.update(HEADERS)
        return page
