"""How a customer's account follows the ledgers of its orders: what fits into the credit, and the month's statement."""

from datetime import timedelta
from functools import partial
from uuid import uuid5

from orders.domain.account import Account
from orders.domain.parts.deadline import STATEMENT
from orders.domain.parts.entry import AccountEntry, Position
from orders.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, at_most
from shared.contracts.event import Money
from shared.contracts.orders import (
    CreditGranted,
    CreditLimitExceeded,
    LedgerEntered,
    StatementEntry,
    StatementIssued,
    StatementLine,
)


def enter(account: Account, event: LedgerEntered, rules: Rules, cause: Cause) -> Change[Account]:
    """One more entry is on the account; what it comes to does not depend on the order in which entries are heard.

    A custom order needs credit before it is released; orders that waited for credit may fit now (000 §3.5.5).
    """
    amount = event.amount
    position = _with_entry(account.position(event.order_id, event.order_no, amount.currency), event)
    if event.kind in ("invoice", "cancellation"):
        position = position.but(on_credit=event.on_credit and event.kind == "invoice")
    entry = AccountEntry(
        order_no=event.order_no, kind=event.kind, amount=amount, at=event.at, reference=event.reference
    )
    entered = _put(account, position).but(entries=(*account.entries, entry))
    if entered.deadline(STATEMENT) is None:
        entered = _with_statement(entered, rules, cause)
    change = grant(entered, cause)
    waits = position.on_credit and not change.state.position(event.order_id, event.order_no, amount.currency).granted
    return change.announcing(_exceeded(entered, position)) if waits and event.kind == "invoice" else change


def set_credit(account: Account, limit: Money, days: int, cause: Cause) -> Change[Account]:
    """The director decides about limit and period; orders that waited may fit now (000 §3.5.5)."""
    return grant(_limited(account, limit).but(days=days), cause)


def grant(account: Account, cause: Cause) -> Change[Account]:
    """Grant credit to every order that waits for it and fits, in the order in which they came (000 §3.5.5)."""
    change = Change(account)
    for position in account.positions:
        if position.on_credit and not position.granted and change.state.fits(position):
            change = change.then(partial(_grant_one, position=position))
    return change


def _grant_one(account: Account, position: Position) -> Change[Account]:
    granted = _put(account, position.but(granted=True))
    event = CreditGranted(
        order_id=position.order_id,
        order_no=position.order_no,
        exposure=granted.exposure_in(position.currency),
        limit=granted.limit_in(position.currency),
        days=granted.days,
    )
    return Change(granted, (event,))


def issue_statement(account: Account, rules: Rules, cause: Cause) -> Change[Account]:
    """The month's statement, one for each currency; what is square leaves the account with it (004 三3, 四2).

    A currency in which nothing was entered and nothing is owed has none. Each statement opens with the balance of the
    one before, so that all statements together come to the ledger.
    """
    issued = tuple(_statement(account, currency, rules, cause) for currency in account.currencies)
    told = tuple(each for each in issued if each.entries or each.lines)
    open_ = tuple(each for each in account.positions if each.owed or (each.on_credit and not each.granted))
    return Change(_with_statement(account.but(positions=open_, entries=()), rules, cause), told)


def _statement(account: Account, currency: str, rules: Rules, cause: Cause) -> StatementIssued:
    day = rules.calendar.day(cause.at)
    return StatementIssued(
        statement_id=uuid5(cause.id, currency),
        month=f"{day.replace(day=1) - timedelta(days=1):%Y-%m}",
        balance=account.balance_in(currency),
        lines=tuple(_line(each) for each in account.positions if each.currency == currency and each.moved),
        customer=account.customer,
        opening=account.opening_in(currency),
        entries=tuple(_entry(each) for each in account.entries if each.amount.currency == currency),
    )


def _limited(account: Account, limit: Money) -> Account:
    """With this limit in the place of the one in its currency."""
    if limit.currency == account.limit.currency:
        return account.but(limit=limit)
    others = tuple(each for each in account.further_limits if each.currency != limit.currency)
    return account.but(further_limits=(*others, limit))


def _put(account: Account, position: Position) -> Account:
    """With this position, new or in the place of the one before."""
    key = (position.order_id, position.currency)
    if all((each.order_id, each.currency) != key for each in account.positions):
        return account.but(positions=(*account.positions, position))
    known = tuple(position if (each.order_id, each.currency) == key else each for each in account.positions)
    return account.but(positions=known)


def _with_entry(position: Position, event: LedgerEntered) -> Position:
    """With one more entry: money that came or went is paid, everything else is billed."""
    if event.kind in ("payment", "refund"):
        return position.but(paid=position.paid - event.amount.amount)
    return position.but(billed=position.billed + event.amount.amount)


def _entry(entry: AccountEntry) -> StatementEntry:
    return StatementEntry(
        order_no=entry.order_no, kind=entry.kind, amount=entry.amount, at=entry.at, reference=entry.reference
    )


def _with_statement(account: Account, rules: Rules, cause: Cause) -> Account:
    if not account.positions:
        return account.done_with(STATEMENT)
    return account.awaiting(STATEMENT, rules.on(cause.at).statement.due(cause.at, rules.calendar))


def _exceeded(account: Account, position: Position) -> CreditLimitExceeded:
    return CreditLimitExceeded(
        order_id=position.order_id,
        order_no=position.order_no,
        exposure=at_most(account.exposure_with(position), position.currency),
        limit=account.limit_in(position.currency),
        customer=account.customer,
    )


def _line(position: Position) -> StatementLine:
    return StatementLine(
        order_no=position.order_no,
        billed=at_most(position.billed, position.currency),
        paid=at_most(position.paid, position.currency),
    )
