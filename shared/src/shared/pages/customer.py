"""The customer's own page: each service draws its part for the person whom a link names, without a sign-in.

A person who has the link sees the part; so it says nothing that a stranger could harm the customer with: no telephone
number, no address, no amount, and no word or name from inside the house. Who acts on it proves who they are first.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import StringConstraints, ValidationError

from shared.aggregate import Cause, Refused
from shared.calendar import Calendar
from shared.contracts.event import Actor, Part
from shared.contracts.vocabulary import Line
from shared.http import OpenRouter, leave_evidence
from shared.identity.customer_links import BadLink, CustomerLink, LinkKeys
from shared.identity.guesses import Guesses
from shared.pages.proofs import CustomerProofs, TooManyTries
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


FORM_FIELDS = 20
"""Fields that a form of the page has at most."""
LONGEST_FORM = 100_000
"""Bytes that a form of the page has at most; a Chinese character takes nine."""


class NotProved(Exception):
    """The person who has the link has not shown that they are the customer; the text says in Chinese what helps."""


class CustomersAct(Part):
    """What each form of the page says with which a customer decides: `key` makes it count once."""

    key: UUID
    name: Line
    digits: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


A = TypeVar("A", bound=CustomersAct)


@dataclass(frozen=True, slots=True)
class ActWords:
    """What the page says, in the customer's words, where a form cannot be read, and where things have changed."""

    unread: str
    changed: str


@dataclass(frozen=True, slots=True)
class ActTrouble:
    """Why an act was not taken, in the customer's words."""

    status: HTTPStatus
    words: str


class CustomerDoor:
    """Lets in a person who has a link, and draws what a service shows to its customer.

    With `proofs` the customer may act on the page too.
    """

    def __init__(
        self,
        part: CustomerPart,
        keys: LinkKeys | None,
        hotline: str,
        calendar: Calendar,
        render: Renderer,
        proofs: CustomerProofs | None = None,
    ) -> None:
        self._part = part
        self._keys = keys
        self._hotline = hotline
        self._calendar = calendar
        self._render = render
        self._proofs = proofs
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

    async def said(self, request: Request) -> dict[str, str]:
        """What a form of the page says, each field once; nothing of one that another page has sent or that is too long.

        A browser without a script sends it, as `application/x-www-form-urlencoded`.
        """
        length = int(request.headers.get("content-length") or 0)
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin" or length > LONGEST_FORM:
            return {}
        try:
            body = (await request.body()).decode()
            return {name: text.strip() for name, text in parse_qsl(body, max_num_fields=FORM_FIELDS)}
        except ValueError:
            return {}

    def cause(self, link: CustomerLink, key: str, request: Request) -> Cause:
        """The cause that an act of the customer is: the same key of the same customer is the same cause."""
        id = uuid5(link.customer_id, f"{self._part}:{key}")
        customer = Actor(kind="customer", id=str(link.customer_id))
        return Cause(id=id, correlation=id, actor=customer, at=request.app.state.time.now())

    async def prove(self, link: CustomerLink, digits: str, number: str | None, request: Request) -> None:
        """That who acts is the customer: they know the last digits of the telephone number on file. Else NotProved.

        A wrong try leaves evidence; after some of them no further one counts for a day.
        """
        if self._proofs is None or not number:
            raise NotProved(f"请致电{self._hotline}，我们为您办理。")
        try:
            if await self._proofs.prove(link.customer_id, digits, number, self.cause(link, str(uuid4()), request)):
                return
        except TooManyTries:
            leave_evidence(request, "too_many_tries")
            raise NotProved(f"手机号后四位错的次数太多，请致电{self._hotline}，我们为您办理。") from None
        leave_evidence(request, "unproved_customer")
        raise NotProved("手机号后四位不对，请再看一下。")

    async def take(
        self,
        form: type[A],
        link: CustomerLink,
        about: UUID,
        number: str | None,
        decide: Callable[[A, Cause], Awaitable[object]],
        words: ActWords,
        request: Request,
    ) -> ActTrouble | None:
        """Take what the customer decides about a thing of theirs, once they have proved who they are.

        `number` is the telephone number on file; what is wrong is returned.
        """
        try:
            said = form.model_validate(await self.said(request))
            await self.prove(link, said.digits, number, request)
            await decide(said, self.cause(link, f"{about}:{said.key}", request))
        except ValidationError:
            return ActTrouble(HTTPStatus.UNPROCESSABLE_ENTITY, words.unread)
        except NotProved as error:
            return ActTrouble(HTTPStatus.FORBIDDEN, str(error))
        except Refused:
            return ActTrouble(HTTPStatus.CONFLICT, words.changed)
        return None

    def show(self, template: str, text: str, link: CustomerLink, **values: object) -> HTMLResponse:
        """The service's part in the frame of the customer's page."""
        page = self._render(
            template, part=self._part, parts=PARTS, link=text, ends=link.ends_on, hotline=self._hotline, **values
        )
        page.headers.update(HEADERS)
        return page

    def nothing(self) -> HTMLResponse:
        """What the link does not lead to."""
        return self._closed(404)

    def _closed(self, status: int) -> HTMLResponse:
        page = self._render("customer-closed.html", hotline=self._hotline)
        page.status_code = status
        page.headers.update(HEADERS)
        return page
