"""What may be asked about money."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from orders.api.readers import MONEY, WHOLE
from orders.api.views import ListedOrder, OrderRow, OrderView
from orders.domain.account import Account
from orders.domain.decisions.account import set_credit
from orders.domain.decisions.ledger import credit, refund
from orders.domain.lifecycle import deciders
from orders.domain.parts.entry import AccountEntry, Position
from orders.domain.policy.policy import Rules
from orders.domain.roles import MONEY_HEADS
from orders.store import Accounts, Orders
from shared.contracts.event import Money
from shared.contracts.vocabulary import PaidAmount, Price, Prose
from shared.http import After, CausedByRequest, Limit, Listing, RequestBody, Router, View, allow
from shared.store import Between


class SetCredit(RequestBody):
    """How much a customer may owe for custom orders, and how many days (000 §3.5.5)."""

    limit: Price = Field(examples=[{"amount": "300000.00", "currency": "CNY"}])
    days: int = Field(ge=0, le=365, examples=[60])


class MoveMoney(RequestBody):
    """What is credited or paid back, and why."""

    amount: PaidAmount = Field(examples=[{"amount": "1200.00", "currency": "CNY"}])
    reason: Prose = Field(examples=["退回一樘门，按合同价冲减"])


class AccountView(View):
    """What a customer owes: by currency, order by order, and every entry since the last statement."""

    customer_id: UUID
    name: str
    limit: Money
    days: int
    exposure: Money
    balance: Money
    balances: tuple[Money, ...]
    orders: tuple[Position, ...]
    entries: tuple[AccountEntry, ...]

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        return cls(
            customer_id=account.customer.customer_id,
            name=account.customer.name,
            limit=account.limit,
            days=account.days,
            exposure=account.exposure,
            balance=account.balance,
            balances=tuple(account.balance_in(currency) for currency in account.currencies),
            orders=account.positions,
            entries=account.entries,
        )


def routes(orders: Orders, accounts: Accounts, rules: Rules) -> APIRouter:
    """Accounts, credit and what is overdue."""
    router = Router(readers=MONEY, whole=WHOLE, tags=["payments"])

    @router.get("/customers/{customer_id}/account")
    async def show_account(customer_id: UUID) -> AccountView:
        """What this customer owes, order by order."""
        return AccountView.of(await accounts.of(customer_id))

    @router.post("/customers/{customer_id}/set-credit", dependencies=[allow(*MONEY_HEADS)])
    async def set_customer_credit(customer_id: UUID, body: SetCredit, cause: CausedByRequest) -> AccountView:
        """Decide about a customer's credit; orders that waited for it may go on."""
        account = await accounts.of(customer_id)
        return AccountView.of(
            await accounts.apply(account.id, lambda account: set_credit(account, body.limit, body.days, cause), cause)
        )

    @router.post("/orders/{order_id}/credit", dependencies=[allow(*deciders("credit"))])
    async def credit_order(order_id: UUID, body: MoveMoney, cause: CausedByRequest) -> OrderView:
        """Credit the customer for an order: goods that came back, or an allowance. It owes that much less."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: credit(order, body.amount, body.reason, rules, cause), cause),
            rules,
        )

    @router.post("/orders/{order_id}/refund", dependencies=[allow(*deciders("refund"))])
    async def refund_order(order_id: UUID, body: MoveMoney, cause: CausedByRequest) -> OrderView:
        """Pay back what came in beyond what the order costs."""
        return OrderView.of(
            await orders.apply(order_id, lambda order: refund(order, body.amount, body.reason, rules, cause), cause),
            rules,
        )

    @router.get("/payments/overdue")
    async def list_overdue(
        since: Annotated[date | None, Query(description="Overdue since this day or later.")] = None,
        after: After = None,
        limit: Limit = 50,
    ) -> Listing[OrderRow]:
        """Orders with an amount that is overdue, the longest first (004 四3)."""
        overdue = {"overdue_since": Between(since or date.min, None)}
        page = await orders.rows(ListedOrder, overdue, sort="overdue_since", after=after, limit=limit)
        return Listing(items=[OrderRow.of(order, rules) for order in page.items], next=page.next)

    return router
