"""What may be asked about money."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from orders.api.roles import MONEY
from orders.api.views import OrderRow
from orders.domain.account import Account
from orders.domain.decisions.account import set_credit
from orders.domain.parts.entry import Entry
from orders.store import Accounts, Orders
from shared.contracts.event import Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Price
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.store import Between


class SetCredit(RequestBody):
    """How much a customer may owe for custom orders, and how many days (000 §3.5.5)."""

    limit: Price = Field(examples=[{"amount": "300000.00", "currency": "CNY"}])
    days: int = Field(ge=0, le=365, examples=[60])


class AccountView(View):
    """What a customer owes."""

    customer_id: UUID
    name: str
    limit: Money
    days: int
    exposure: Money
    balance: Money
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        return cls(
            customer_id=account.customer.customer_id,
            name=account.customer.name,
            limit=account.limit,
            days=account.days,
            exposure=account.exposure,
            balance=account.balance,
            entries=account.entries,
        )


def routes(orders: Orders, accounts: Accounts) -> APIRouter:
    """Accounts, credit and what is overdue."""
    router = Router(readers=MONEY, tags=["payments"])

    @router.get("/customers/{customer_id}/account")
    async def read_account(customer_id: UUID) -> AccountView:
        """What this customer owes, order by order."""
        return AccountView.of(await accounts.of(customer_id))

    @router.post("/customers/{customer_id}/credit", dependencies=[allow(Role.CS_DIRECTOR, Role.SALES_VP)])
    async def decide_credit(customer_id: UUID, body: SetCredit, cause: CausedByRequest) -> AccountView:
        """Decide about a customer's credit; orders that waited for it may go on."""
        account = await accounts.of(customer_id)
        return AccountView.of(
            await accounts.apply(account.id, lambda account: set_credit(account, body.limit, body.days, cause), cause)
        )

    @router.get("/payments/overdue")
    async def list_overdue(
        since: Annotated[date | None, Query(description="Overdue since this day or later.")] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[OrderRow]:
        """Orders with an amount that is overdue, the longest first (004 四3)."""
        overdue = {"overdue_since": Between(since or date.min, None)}
        page = await orders.rows(OrderRow, overdue, sort="overdue_since", after=after, limit=limit)
        return Listing(items=list(page.items), next=page.next)

    return router
