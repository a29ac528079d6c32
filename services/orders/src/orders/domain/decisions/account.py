"""How a customer's account follows its orders: what is owed, what fits into the credit, and the month's statement."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from orders.domain.account import Account
from orders.domain.parts.entry import Entry
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.contracts.event import Money
from shared.contracts.orders import (
    ContractAmended,
    ContractSigned,
    CreditGranted,
    CreditLimitExceeded,
    OrderCancelled,
    PaymentRecorded,
    StatementIssued,
    StatementLine,
)


def enter_contract(account: Account, event: ContractSigned, rules: Rules, cause: Cause) -> Change[Account]:
    """A signed contract is on the account; a custom order needs credit before it is released (000 §3.5.5)."""
    entry = account.entry(event.order_id, event.order_no).but(on_credit=event.kind == "custom")
    entry = entry.told(cause.sequence, billed=event.total, outstanding=None)
    entered = _with_statement(account.put(entry), rules, cause)
    change = grant(entered, cause)
    if entry.on_credit and not change.state.entry(entry.order_id, entry.order_no).granted:
        return change.announcing(_exceeded(entered, entry))
    return change


def change_price(account: Account, event: ContractAmended, cause: Cause) -> Change[Account]:
    """A changed price is on the account."""
    if event.total is None:
        return Change(account)
    entry = account.entry(event.order_id, event.order_no).told(cause.sequence, billed=event.total, outstanding=None)
    return grant(account.put(entry), cause)


def enter_payment(account: Account, event: PaymentRecorded, cause: Cause) -> Change[Account]:
    """Money came in; orders that waited for credit may fit now."""
    entry = account.entry(event.order_id, event.order_no).told(cause.sequence, outstanding=event.outstanding)
    return grant(account.put(entry), cause)


def take_off(account: Account, event: OrderCancelled, cause: Cause) -> Change[Account]:
    """An order that ended is owed no more."""
    kept = tuple(entry for entry in account.entries if entry.order_id != event.order_id)
    return grant(account.but(entries=kept), cause)


def set_credit(account: Account, limit: Money, days: int, cause: Cause) -> Change[Account]:
    """The director decides about limit and period; orders that waited may fit now (000 §3.5.5)."""
    return grant(account.but(limit=limit, days=days), cause)


def grant(account: Account, cause: Cause) -> Change[Account]:
    """Grant credit to every order that waits for it and fits, in the order in which they came (000 §3.5.5)."""
    change = Change(account)
    for entry in account.entries:
        if entry.on_credit and not entry.granted and change.state.fits(entry):
            change = change.then(partial(_grant_one, entry=entry))
    return change


def _grant_one(account: Account, entry: Entry) -> Change[Account]:
    granted = account.put(entry.but(granted=True))
    event = CreditGranted(
        order_id=entry.order_id,
        order_no=entry.order_no,
        exposure=granted.exposure,
        limit=granted.limit,
        days=granted.days,
    )
    return Change(granted, (event,))


def issue_statement(account: Account, rules: Rules, cause: Cause) -> Change[Account]:
    """The month's statement; what is paid in full leaves the account with it (004 三3, 四2)."""
    if not account.entries:
        return Change(account)
    day = account.calendar.day(cause.at)
    issued = StatementIssued(
        statement_id=cause.id,
        month=f"{day.replace(day=1) - timedelta(days=1):%Y-%m}",
        balance=account.balance,
        lines=tuple(_line(entry) for entry in account.entries if entry.billed),
        customer=account.customer,
    )
    open_ = tuple(entry for entry in account.entries if entry.owed is None or entry.owed.amount > 0)
    return Change(_with_statement(account.but(entries=open_), rules, cause), (issued,))


def _with_statement(account: Account, rules: Rules, cause: Cause) -> Account:
    if not account.entries:
        return account
    return account.awaiting("statement", rules.on(cause.at).statement.due(cause.at, account.calendar))


def _exceeded(account: Account, entry: Entry) -> CreditLimitExceeded:
    owed = entry.owed.amount if entry.owed else Decimal()
    return CreditLimitExceeded(
        order_id=entry.order_id,
        order_no=entry.order_no,
        exposure=account.money(account.exposure.amount + owed),
        limit=account.limit,
        customer=account.customer,
    )


def _line(entry: Entry) -> StatementLine:
    billed = entry.billed or Money(amount=Decimal())
    owed = entry.owed or billed
    paid = Money(amount=billed.amount - owed.amount, currency=billed.currency)
    return StatementLine(order_no=entry.order_no, billed=billed, paid=paid)
