"""The papers of complaints as A4 pages, each for those who may read what it is drawn from."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from complaints.api.customer_view import CustomerView
from complaints.api.readers import CASES, PAPERS
from complaints.domain.policy.policy import Rules
from complaints.domain.roles import PENALTY_READERS
from complaints.pages.papers.form import complaint_form, letter
from complaints.pages.papers.money_and_goods import certificate, return_note
from complaints.pages.papers.notice import penalty_notice
from complaints.store import Stores
from shared.http import AskedBy, Router
from shared.pages.papers import Press


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """A page for each paper."""
    press = Press("complaints", rules.calendar)
    return (_cases(stores, rules, press), _money_and_goods(stores, press), _penalties(stores, press))


def _cases(stores: Stores, rules: Rules, press: Press) -> APIRouter:
    router = Router(readers=CASES, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/complaints/{complaint_id}", response_class=HTMLResponse)
    async def print_form(complaint_id: UUID, request: Request, asker: AskedBy) -> Response:
        """The internal complaint form (003 §25), marked as not for the customer."""
        case = await stores.complaints.get(complaint_id)
        authority = rules.of(case).authority if case.policy_version else None
        return press(complaint_form(case, authority, press), request, asker)

    @router.get("/letters/{complaint_id}", response_class=HTMLResponse)
    async def print_letter(complaint_id: UUID, request: Request, asker: AskedBy) -> Response:
        """What a customer is given in writing: their own view of the case and no more (003 §25.6)."""
        return press(letter(CustomerView.of(await stores.complaints.get(complaint_id)), press), request, asker)

    return router


def _money_and_goods(stores: Stores, press: Press) -> APIRouter:
    router = Router(readers=PAPERS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/allowances/{allowance_id}", response_class=HTMLResponse)
    async def print_certificate(allowance_id: UUID, request: Request, asker: AskedBy) -> Response:
        """A discount certificate in its two copies (003 §29.1(1))."""
        return press(certificate(await stores.allowances.get(allowance_id), press), request, asker)

    @router.get("/returns/{return_id}", response_class=HTMLResponse)
    async def print_return_note(return_id: UUID, request: Request, asker: AskedBy) -> Response:
        """A product return note in its four copies (003 §29.1(2))."""
        return press(return_note(await stores.returns.get(return_id), press), request, asker)

    return router


def _penalties(stores: Stores, press: Press) -> APIRouter:
    router = Router(readers=PENALTY_READERS, tags=["pages"], prefix="/ui/papers", include_in_schema=False)

    @router.get("/penalties/{penalty_id}", response_class=HTMLResponse)
    async def print_notice(penalty_id: UUID, request: Request, asker: AskedBy) -> Response:
        """A reward and penalty notice (003 §28)."""
        return press(penalty_notice(await stores.penalties.get(penalty_id), press), request, asker)

    return router
