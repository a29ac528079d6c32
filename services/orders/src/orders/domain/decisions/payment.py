"""How money comes in: counted, asked for again, held back while a complaint is open."""

from uuid import UUID

from orders.domain.decisions.clock import follow_complaints
from orders.domain.decisions.entry import collecting
from orders.domain.decisions.exception import raise_exception
from orders.domain.decisions.stage import reach
from orders.domain.order import Order
from orders.domain.parts.receivable import Receipt, Receivable
from orders.domain.policy.policy import Rules
from orders.domain.route import Milestone
from shared.aggregate import Cause, Change
from shared.contracts.departments import PaymentReceived
from shared.contracts.event import Money
from shared.contracts.orders import (
    CreditGranted,
    DunningHeld,
    DunningIssued,
    DunningReleased,
    PaymentOverdue,
    PaymentRecorded,
)

_M = Milestone


def receive(order: Order, fact: PaymentReceived, rules: Rules, cause: Cause) -> Change[Order]:
    """Money has come in: in part, in full or too much; in another currency it is not counted but looked into.

    Source: 001 售中一, 000 §3.4.5, §3.5.5. A receipt number counts once; money for an ended order is looked into.
    """
    if order.receivable.knows(fact.receipt_no):
        return Change(order)
    counted = fact.amount is None or fact.amount.currency == order.receivable.currency
    receivable = _entered(order, fact, counted)
    entered = order.but(receivable=receivable, last_receipt_at=receivable.last_receipt_at)
    if not counted:
        return raise_exception(entered, "payment", f"paid in another currency: {_told(fact.amount)}", cause)
    if order.ended:
        detail = f"paid for an order that is {order.stage}: {_told(fact.amount)}"
        return raise_exception(entered, "payment", detail, cause)
    change = Change(collecting(entered, rules), (_recorded(entered, fact),))
    over = receivable.paid - receivable.billed
    if receivable.terms and over > 0:
        detail = f"paid too much: {over} {receivable.currency}"
        change = change.then(lambda order: raise_exception(order, "payment", detail, cause))
    return change.then(lambda order: reach(order, *_settled(order), since=fact.received_at, rules=rules, cause=cause))


def _entered(order: Order, fact: PaymentReceived, counted: bool) -> Receivable:
    ledger = order.receivable
    if fact.amount is None:
        return ledger.but(confirmed=(*ledger.confirmed, fact.kind))
    receipt = Receipt(kind=fact.kind, amount=fact.amount, at=fact.received_at, no=fact.receipt_no, counted=counted)
    return ledger.but(receipts=(*ledger.receipts, receipt))


def _settled(order: Order) -> tuple[Milestone, ...]:
    initial = (_M.INITIAL_PAID,) if order.receivable.settles("initial") else ()
    return (*initial, _M.PAID) if order.receivable.settles("balance") else initial


def _recorded(order: Order, fact: PaymentReceived) -> PaymentRecorded:
    return PaymentRecorded(
        **order.about(),
        contract_no=order.contract.no,
        kind=fact.kind,
        amount=fact.amount,
        outstanding=order.receivable.money(order.receivable.open),
        received_at=fact.received_at,
    )


def _told(amount: Money | None) -> str:
    return f"{amount.amount} {amount.currency}" if amount else "an amount that finance has not named"


def fall_overdue(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """An amount was not paid by the end of its day; who has to collect it hears so (000 §3.5.5, 004 三3)."""
    due = order.receivable.due
    if order.ended or due is None:
        return Change(order)
    late = order.receivable.noted(due, overdue=True)
    overdue = PaymentOverdue(
        **order.about(),
        amount=order.receivable.money(min(due.amount.amount, order.receivable.open)),
        due_on=due.on,
        days_overdue=max((order.day(cause.at) - due.on).days, 1),
        collector_role=order.route.collector,
        collector=order.sales_owner,
    )
    since = order.overdue_since or due.on
    return Change(collecting(order.but(receivable=late, overdue_since=since), rules), (overdue,))


def remind(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The customer is reminded, more firmly each time (004 四2)."""
    due = order.receivable.due
    if order.ended or due is None:
        return Change(order)
    reminded = order.but(receivable=order.receivable.noted(due, level=due.level + 1))
    issued = DunningIssued(
        **order.about(),
        level=due.level + 1,
        amount=order.receivable.money(min(due.amount.amount, order.receivable.open)),
        due_on=due.on,
    )
    return Change(collecting(reminded, rules), (issued,))


def hold(order: Order, complaint_id: UUID, rules: Rules, cause: Cause) -> Change[Order]:
    """While a complaint is open nobody is dunned for its order (003 §25.8)."""
    if order.ended or complaint_id in order.receivable.held_by:
        return Change(order)
    held = order.receivable.but(held_by=(*order.receivable.held_by, complaint_id))
    event = DunningHeld(**order.named(), complaint_id=complaint_id)
    change = Change(collecting(order.but(receivable=held), rules), (event,))
    return change.then(lambda order: follow_complaints(order, rules, cause))


def resume(order: Order, complaint_id: UUID, rules: Rules, cause: Cause) -> Change[Order]:
    """The complaint was not upheld or is closed: what is owed is collected again, once no other one is open.

    Source: 003 §25.8.
    """
    if complaint_id not in order.receivable.held_by:
        return Change(order)
    others = tuple(each for each in order.receivable.held_by if each != complaint_id)
    freed = order.but(receivable=order.receivable.but(held_by=others))
    event = DunningReleased(**order.named(), complaint_id=complaint_id)
    change = Change(freed if order.ended else collecting(freed, rules), (event,))
    return change.then(lambda order: follow_complaints(order, rules, cause))


def grant_credit(order: Order, granted: CreditGranted, rules: Rules, cause: Cause) -> Change[Order]:
    """The order fits into the customer's credit, limit and period (000 §3.5.5)."""
    if order.ended:
        return Change(order)
    agreed = order.but(receivable=order.receivable.but(credit_days=granted.days))
    return reach(agreed, _M.CREDIT_GRANTED, since=cause.at, rules=rules, cause=cause)
