"""How money comes in: counted, asked for again, held back while a complaint is open."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from orders.domain.decisions.clock import follow_complaints
from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.entry import set_reminders
from orders.domain.decisions.exception import look_into
from orders.domain.decisions.ledger import assume_anew, book, follow_ledger, post, take_back
from orders.domain.decisions.stage import lose_payments, reach
from orders.domain.order import Order
from orders.domain.parts.receivable import Assumed, Confirmation, Due, Receivable, not_booked, with_dues
from orders.domain.parts.titles import PAYMENTS
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
    PaymentApproaching,
    PaymentOverdue,
    PaymentRecorded,
)

_M = Milestone


def receive(order: Order, fact: PaymentReceived, rules: Rules, cause: Cause) -> Change[Order]:
    """Money has come in: in part, in full or too much; without an amount it is what was due at its moment.

    Source: 001 售中一, 000 §3.4.5, §3.5.5. A receipt has one line for each kind of payment: the same line again is a
    repetition, with another amount it is looked into and not entered; a line of another kind is entered and looked
    into. So is money in another currency than the order's, money beyond the price, money for an ended order, an amount
    for a line that was entered without one, where it is another one, and once a receipt without an amount where nothing
    is due: it is not entered. Nor is an amount for such a line that is less than what was paid back of it.
    """
    lines = [entry for entry in order.receivable.entered(fact.receipt_no) if entry.pays == fact.kind]
    counted = next((entry.amount for entry in lines if not entry.assumed), None)
    if counted is not None:
        return _said_again(order, counted.but(amount=-counted.amount), fact, cause)
    if lines and fact.amount is None:
        return Change(order)
    known = order.receivable.stands_for(fact.kind, fact.receipt_no)
    if known is None:
        return _taken(order, Change(order), fact, rules, cause)
    if fact.amount == known.amount:
        return _confirmed(order, known, fact, cause)
    taken = _taken(order, take_back(order, known, known.amount.amount, fact.receipt_no, cause), fact, rules, cause)
    return _said_again(order, known.amount, fact, cause) if taken.state.receivable.overdrawn else taken


def _taken(order: Order, change: Change[Order], fact: PaymentReceived, rules: Rules, cause: Cause) -> Change[Order]:
    """The money is entered after this change of the order, and what is odd about it is looked into."""
    change = change.then(lambda order: _entered(order, fact, cause))
    for detail in _odd(change.state, order, fact):
        look = partial(look_into, kind="payment", outcome="taken", code="looked_into", detail=detail, cause=cause)
        change = change.then(look)
    change = change.then(lambda order: lose_payments(order, rules, cause))
    return change.then(lambda order: follow_ledger(order, fact.received_at, rules, cause))


def _confirmed(order: Order, known: Assumed, fact: PaymentReceived, cause: Cause) -> Change[Order]:
    """The amount is what its word was taken for: from now on it is counted, and no other receipt takes of it."""
    word, less = known.word, known.amount.but(amount=-known.amount.amount)
    taken = take_back(order, known, known.amount.amount, fact.receipt_no, cause)
    return taken.then(
        lambda order: post(
            order, "payment", less, word.at, pays=word.kind, reference=word.no, shipment=word.shipment, cause=cause
        )
    )


def _said_again(order: Order, known: Money, fact: PaymentReceived, cause: Cause) -> Change[Order]:
    if fact.amount in (None, known):
        return Change(order)
    detail = f"收据{fact.receipt_no}已入账{_told(known)}，现报{_told(fact.amount)}，未入账，请核对"
    return look_into(order, "payment", "refused", "receipt_differs", detail, cause)


def _entered(order: Order, fact: PaymentReceived, cause: Cause) -> Change[Order]:
    word = Confirmation(kind=fact.kind, at=fact.received_at, no=fact.receipt_no, shipment=fact.delivery_note_no)
    change = book(order, word, cause) if fact.amount is None else _counted(order, word, fact.amount, cause)
    booked = change.state.receivable.entries[len(order.receivable.entries) :]
    amount = Money(amount=-booked[0].amount.amount, currency=booked[0].amount.currency) if booked else None
    return change.announcing(_recorded(change.state, fact, amount))


def _counted(order: Order, word: Confirmation, amount: Money, cause: Cause) -> Change[Order]:
    less = amount.but(amount=-amount.amount)
    counted = post(
        order, "payment", less, word.at, pays=word.kind, reference=word.no, shipment=word.shipment, cause=cause
    )
    if amount.currency != order.receivable.currency:
        return counted
    later = order.receivable.assumed_with(word)
    return counted.then(lambda order: assume_anew(order, later, amount.amount, word.no, cause))


def _odd(order: Order, before: Order, fact: PaymentReceived) -> Iterator[str]:
    """What has to be looked into about a payment that was entered."""
    ledger, known = order.receivable, before.receivable
    moved = ledger.sums("payment") != known.sums("payment") or ledger.entries == known.entries
    if fact.amount is not None and ledger.currency is not None and fact.amount.currency != ledger.currency:
        yield f"收到其他币种的款项：{_told(fact.amount)}，请核对"
    elif order.ended and moved:
        yield f"订单{order.stage_title}后收到款项：{_told(fact.amount)}，请核对"
    elif ledger.terms and ledger.surplus > known.surplus:
        yield f"客户多付{ledger.surplus} {ledger.currency}，请核对"
    elif (
        ledger.terms
        and ledger.beyond(fact.kind) > max(known.beyond(fact.kind), Decimal())
        and _assumed_of(ledger, fact)
    ):
        title = PAYMENTS[fact.kind]
        yield f"{title}有收据未注明金额、已按应收入账，连同收据{fact.receipt_no}已超出该项应收，请核对是否为同一笔款"
    if not (order.ended and moved):
        yield from (not_booked(ledger, word) for word in ledger.unbooked[len(known.unbooked) :])
    yield from _odd_beside_earlier_lines(known, fact)


def _odd_beside_earlier_lines(known: Receivable, fact: PaymentReceived) -> Iterator[str]:
    """What has to be looked into about further words of a receipt that was entered before."""
    supposed = known.stands_for(fact.kind, fact.receipt_no)
    if supposed is not None:
        wording = (
            f"先前未注明金额，按应收{_told(supposed.amount)}入账；现报{_told(fact.amount)}，已改按所报入账，请核对"
        )
        yield f"收据{fact.receipt_no}{wording}"
    if any(entry.pays != fact.kind for entry in known.entered(fact.receipt_no)):
        title = PAYMENTS[fact.kind]
        yield f"收据{fact.receipt_no}此前已入账，现又作为{title}入账：{_told(fact.amount)}，请核对"


def _assumed_of(ledger: Receivable, fact: PaymentReceived) -> bool:
    return any(each.word.kind == fact.kind for each in ledger.assumed)


def _recorded(order: Order, fact: PaymentReceived, amount: Money | None) -> PaymentRecorded:
    return PaymentRecorded.of(
        order.about,
        contract_no=order.contract.no,
        kind=fact.kind,
        amount=amount,
        outstanding=order.receivable.money(order.receivable.open),
        left=order.receivable.money(order.receivable.asked_of(fact.kind)) if order.receivable.terms else None,
        received_at=fact.received_at,
    )


def _told(amount: Money | None) -> str:
    return f"{amount.amount} {amount.currency}" if amount else "金额未注明"


def tell_ahead(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """What falls due in a few days is told once before it does (004 三3(1))."""
    today = rules.calendar.day(cause.now)
    near = today + timedelta(days=rules.of(order).notice_days)
    found = [each for each in order.receivable.claims if not each.due.told_ahead and each.due.on <= near]
    told = with_dues(order.receivable, (each.due.but(told_ahead=True) for each in found))
    events = tuple(
        PaymentApproaching.of(
            order.about,
            kind=each.due.kind,
            amount=order.receivable.money(each.open),
            due_on=each.due.on,
            collector_role=order.route.collector,
            collector=order.sales_owner,
        )
        for each in found
        if each.due.on >= today
    )
    change = Change(order.but(receivable=told), () if order.ended else events)
    return change.then(lambda order: set_reminders(order, rules, cause))


def fall_overdue(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """Amounts were not paid by the end of their days; who has to collect them hears so (000 §3.5.5, 004 三3)."""
    today = rules.calendar.day(cause.now)
    late = [each for each in order.receivable.claims if not each.due.overdue and each.due.on < today]
    if order.ended or not late:
        return Change(order) if order.ended else set_reminders(order, rules, cause)
    noted = with_dues(order.receivable, (each.due.but(overdue=True, overdue_on=today) for each in late))
    events = tuple(
        PaymentOverdue.of(
            order.about,
            kind=each.due.kind,
            amount=order.receivable.money(each.open),
            due_on=each.due.on,
            days_overdue=(today - each.due.on).days,
            collector_role=order.route.collector,
            collector=order.sales_owner,
        )
        for each in late
    )
    since = order.overdue_since or late[0].due.on
    change = Change(order.but(receivable=noted, overdue_since=since), events)
    return change.then(lambda order: set_reminders(order, rules, cause))


def remind(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The customer is reminded of what is open, more firmly each time (004 四2).

    What several instalments are to be reminded of on one day is one reminder: the sum, from the earliest day, as firmly
    as the firmest of them. After a standstill one reminder is sent, and the next one only after the days that lie
    between two reminders.
    """
    found = [each for each in order.receivable.claims if _to_remind_of(order, each.due, rules, cause)]
    if order.ended or not found:
        return Change(order) if order.ended else set_reminders(order, rules, cause)
    today = rules.calendar.day(cause.now)
    dues = (each.due.but(level=each.due.level + 1, reminded_on=today) for each in found)
    reminded = order.but(receivable=with_dues(order.receivable, dues))
    issued = DunningIssued.of(
        order.about,
        level=max(each.due.level for each in found) + 1,
        amount=order.receivable.money(sum((each.open for each in found), Decimal())),
        due_on=min(each.due.on for each in found),
    )
    return Change(reminded, (issued,)).then(lambda order: set_reminders(order, rules, cause))


def _to_remind_of(order: Order, due: Due, rules: Rules, cause: Cause) -> bool:
    day = rules.of(order).reminder_day(due)
    return day is not None and rules.of(order).morning(rules.calendar, day) <= cause.now


def hold(order: Order, complaint_id: UUID, rules: Rules, cause: Cause) -> Change[Order]:
    """While a complaint is open the customer is not dunned for its order (003 §25.8).

    One that is closed holds nothing, in whatever order its announcements arrive.
    """
    known = (*order.receivable.held_by, *order.receivable.closed_complaints)
    if order.ended or complaint_id in known:
        return Change(order)
    held = order.receivable.but(held_by=(*order.receivable.held_by, complaint_id))
    event = DunningHeld.of(order.named, complaint_id=complaint_id)
    change = Change(order.but(receivable=held), (event,)).then(lambda order: set_reminders(order, rules, cause))
    followed = change.then(lambda order: follow_complaints(order, rules, cause))
    return followed.then(lambda order: follow_duties(order, rules, cause))


def resume(order: Order, complaint_id: UUID, rules: Rules, cause: Cause) -> Change[Order]:
    """The complaint was not upheld or is closed: what is owed is collected again, once no other one is open.

    Source: 003 §25.8.
    """
    if complaint_id not in order.receivable.held_by:
        return Change(order)
    others = tuple(each for each in order.receivable.held_by if each != complaint_id)
    freed = order.but(receivable=order.receivable.but(held_by=others))
    event = DunningReleased.of(order.named, complaint_id=complaint_id)
    change = Change(freed, (event,))
    if not order.ended:
        change = change.then(lambda order: set_reminders(order, rules, cause))
    followed = change.then(lambda order: follow_complaints(order, rules, cause))
    return followed.then(lambda order: follow_duties(order, rules, cause))


def settle_complaint(order: Order, complaint_id: UUID, rules: Rules, cause: Cause) -> Change[Order]:
    """The complaint is closed: it holds nothing back, now and later (003 §25.8)."""
    if complaint_id in order.receivable.closed_complaints:
        return Change(order)
    closed = order.receivable.but(closed_complaints=(*order.receivable.closed_complaints, complaint_id))
    return resume(order.but(receivable=closed), complaint_id, rules, cause)


def grant_credit(order: Order, granted: CreditGranted, rules: Rules, cause: Cause) -> Change[Order]:
    """The order fits into the customer's credit, limit and period (000 §3.5.5)."""
    if order.ended:
        return Change(order)
    agreed = order.but(receivable=order.receivable.but(credit_days=granted.days))
    return reach(agreed, _M.CREDIT_GRANTED, since=cause.at, rules=rules, cause=cause)
