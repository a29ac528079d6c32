"""The warranty passport of a contract over HTTP."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from aftersales.api.passport_page import print_passport
from aftersales.api.passport_view import Passport
from aftersales.api.readers import READERS
from aftersales.domain.parts.finding import assess
from aftersales.domain.parts.warranty import must_carry_a_plausible_date
from aftersales.domain.policy.policy import Rules
from aftersales.store import CoveredOrders
from shared.aggregate import NotFound
from shared.contracts.vocabulary import ContractNo
from shared.http import Router


def routes(orders: CoveredOrders, rules: Rules, url: str | None) -> APIRouter:
    """The routes under /warranties; the QR code of a printed passport leads to `url`, if there is one.

    A contract number may have slashes in it, so that the page stands before the passport itself.
    """
    router = Router(readers=READERS, tags=["warranty"], prefix="/warranties")

    async def passport(request: Request, contract_no: ContractNo, as_of: date | None) -> Passport:
        order = await orders.known(None, contract_no)
        now = request.app.state.time.now()
        today = rules.calendar.day(now)
        if order is None:
            must_carry_a_plausible_date(contract_no, None, today)
            raise NotFound("contract", contract_no)
        day = as_of or today
        return Passport.of(contract_no, order, day, assess(rules.on(now).warranty, order.covered(today), day))

    @router.get("/{contract_no:path}/page", response_class=HTMLResponse)
    async def show_passport_page(request: Request, contract_no: ContractNo, as_of: date | None = None) -> HTMLResponse:
        """The same passport as a page to print, with a QR code of the contract's number or of its address."""
        return print_passport(await passport(request, contract_no, as_of), url)

    @router.get("/{contract_no:path}")
    async def show_passport(request: Request, contract_no: ContractNo, as_of: date | None = None) -> Passport:
        """A contract's warranty passport, today or as of another day; nothing is recorded or announced."""
        return await passport(request, contract_no, as_of)

    return router
