"""How the ledger of an order is kept: what it costs, what comes in, what is credited and paid back."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial

from orders.domain.decisions.entry import ask_for_what_is_due
from orders.domain.decisions.exception import raise_exception
from orders.domain.decisions.stage import reach
from orders.domain.order import Order
from orders.domain.parts.entry import Entry
from orders.domain.parts.receivable import Assumed, Confirmation, in_turn, not_booked, without
from orders.domain.policy.policy import Rules
from orders.domain.route import CANCELLED, Milestone
from orders.domain.standing import hands_in
from shared.aggregate import Cause, Change, Refused, must_be_another
from shared.contracts.event import Money
from shared.contracts.orders import EntryKind, LedgerEntered, PaymentKind
from shared.contracts.vocabulary import Line, PaperNo, Prose, StaffId

_M = Milestone

PAID_BACK_BY = "money is paid back by another person than those who made the customer owe less"
"""Who decides that money goes back, as a refusal says it."""


def post(
    order: Order,
    kind: EntryKind,
    amount: Money,
    moment: datetime,
    *,
    pays: PaymentKind | None = None,
    reference: PaperNo | None = None,
    shipment: Line | None = None,
    note: Prose | None = None,
    decided_by: tuple[StaffId, ...] = (),
    assumed: bool = False,
    cause: Cause,
) -> Change[Order]:
    """One more entry in the ledger; the customer's account has it too as soon as the account hears of it (004 四2)."""
    entries = order.receivable.entries
    entry = Entry(
        number=len(entries) + 1,
        kind=kind,
        amount=amount,
        at=moment,
        pays=pays,
        reference=reference,
        shipment=shipment,
        note=note,
        by=cause.actor.id if cause.kind == "request" else None,
        decided_by=decided_by,
        assumed=assumed,
    )
    receivable = order.receivable.but(entries=(*entries, entry))
    event = LedgerEntered.of(
        order.about,
        number=entry.number,
        kind=kind,
        amount=amount,
        at=moment,
        reference=reference,
        note=note,
        on_credit=order.route.credit,
    )
    return Change(order.but(receivable=receivable, last_receipt_at=receivable.last_receipt_at), (event,))


def post_price(order: Order, kind: EntryKind, cause: Cause) -> Change[Order]:
    """The ledger asks for what the order costs now: what was entered before is made up to it, by currency."""
    price = order.receivable
    wanted = {price.currency: price.billed} if price.currency else {}
    return _made_up(order, kind, wanted, cause)


def write_off(order: Order, cause: Cause) -> Change[Order]:
    """A cancelled order costs nothing: what the ledger asks for it is taken back; what came in stays in the ledger."""
    return _made_up(order, "cancellation", {}, cause)


def _made_up(order: Order, kind: EntryKind, wanted: Mapping[str, Decimal], cause: Cause) -> Change[Order]:
    change, before = Change(order), order.receivable.invoiced
    for currency in sorted({*wanted, *before}):
        missing = wanted.get(currency, Decimal()) - before.get(currency, Decimal())
        if missing:
            more = Money(amount=missing, currency=currency)
            change = change.then(partial(post, kind=kind, amount=more, moment=cause.at, cause=cause))
    return change


def book_confirmed(order: Order, cause: Cause) -> Change[Order]:
    """What finance has confirmed before the price was known is booked: as much as is due now of that kind.

    The earliest one is booked first. A receipt for which nothing is due any more is looked into; one that was said
    twice is booked once.
    """
    change = Change(order.but(receivable=order.receivable.but(pending=())))
    for word in in_turn(order.receivable.pending):
        change = change.then(partial(book, word=word, cause=cause))
    for word in change.state.receivable.unbooked[len(order.receivable.unbooked) :]:
        detail = not_booked(change.state.receivable, word)
        change = change.then(partial(raise_exception, kind="payment", detail=detail, cause=cause))
    return change


def book(order: Order, word: Confirmation, cause: Cause) -> Change[Order]:
    """A confirmation without an amount books what was due at its moment; before the price is known it waits for it.

    Where nothing was due, a receipt with a number is noted the first time.
    """
    receivable = order.receivable
    if not receivable.terms and not order.ended:
        return Change(order.but(receivable=receivable.but(pending=(*receivable.pending, word))))
    if any(each.pays == word.kind for each in receivable.entered(word.no)):
        return Change(order)
    later = receivable.assumed_after(word)
    due = without(receivable, later).due_by(word)
    if not due:
        noted = () if word.no is None or receivable.knows(word) else (word,)
        return Change(order.but(receivable=receivable.but(unbooked=(*receivable.unbooked, *noted))))
    booked = _assume(order, word, receivable.money(-due), None, cause)
    return booked.then(lambda order: assume_anew(order, later, due, word.no, cause))


def assume_anew(
    order: Order, later: tuple[Assumed, ...], amount: Decimal, receipt_no: str | None, cause: Cause
) -> Change[Order]:
    """This amount of an earlier moment arrives late: what these later words took for it is taken back, and no more.

    So the ledger says the same in whatever order receipts arrive. A receipt of which nothing stands any more is noted
    as one for which nothing was due.
    """
    change, left = Change(order), amount
    for place, each in enumerate(later):
        due = without(change.state.receivable, later[place:]).due_by(each.word)
        part = min(each.amount.amount - due, left)
        if part > 0:
            left -= part
            change = change.then(partial(take_back, assumed=each, part=part, receipt_no=receipt_no, cause=cause))
    return change


def take_back(order: Order, assumed: Assumed, part: Decimal, receipt_no: str | None, cause: Cause) -> Change[Order]:
    """A part of what was assumed of a receipt is not entered under it any more: it came in under this other one."""
    word = assumed.word
    note = f"此款已按收据{receipt_no}入账，冲减原按应收的入账" if receipt_no else "此款已另行入账，冲减原按应收的入账"
    taken = _assume(order, word, assumed.amount.but(amount=part), note, cause)
    if part < assumed.amount.amount or word.no in (None, receipt_no):
        return taken
    ledger = taken.state.receivable
    return taken.then(lambda order: Change(order.but(receivable=ledger.but(unbooked=(*ledger.unbooked, word)))))


def _assume(order: Order, word: Confirmation, amount: Money, note: Prose | None, cause: Cause) -> Change[Order]:
    return post(
        order,
        "payment",
        amount,
        word.at,
        pays=word.kind,
        reference=word.no,
        shipment=word.shipment,
        note=note,
        assumed=True,
        cause=cause,
    )


def follow_ledger(order: Order, since: datetime, rules: Rules, cause: Cause) -> Change[Order]:
    """After the ledger has changed: what is settled opens its gates, and what is due is asked for."""
    if order.ended:
        return Change(order)
    change = reach(order, *order.payments_in, since=since, rules=rules, cause=cause)
    return change.then(lambda order: ask_for_what_is_due(order, rules, cause))


def credit(order: Order, amount: Money, reason: Prose, rules: Rules, cause: Cause) -> Change[Order]:
    """The customer has to pay less: for goods that came back, or as an allowance; also when the order is closed.

    Refused: `nothing_billed` before a contract is signed or after it is cancelled, `wrong_amount` for more than the
    order costs or in another currency.
    """
    if (refused := _why_not(order, amount)) is not None:
        raise refused
    return _credited(order, amount, reason, (), rules, cause)


def credit_by_paper(
    order: Order, amount: Money, paper: Line, decided_by: tuple[StaffId, ...], rules: Rules, cause: Cause
) -> Change[Order]:
    """A complaint's discount certificate or posted return note lessens what the order costs (003 §29).

    What cannot be credited is an exception about the order's money, which finance clears up with the paper at hand.
    `decided_by` are those who decided on the paper.
    """
    if (refused := _why_not(order, amount)) is not None:
        told = f"{paper} 的 {amount.amount} {amount.currency} 无法冲减本单应收，请财务核对（{refused.detail}）"
        return raise_exception(order, "payment", told, cause)
    return _credited(order, amount, paper, decided_by, rules, cause)


def _credited(
    order: Order, amount: Money, reason: Prose, decided_by: tuple[StaffId, ...], rules: Rules, cause: Cause
) -> Change[Order]:
    less = order.receivable.money(-amount.amount)
    credited = post(order, "credit", less, cause.at, note=reason, decided_by=decided_by, cause=cause)
    return credited.then(lambda order: follow_ledger(order, cause.at, rules, cause))


def _why_not(order: Order, amount: Money) -> Refused | None:
    """What speaks against this credit, if anything."""
    receivable = order.receivable
    if order.stage == CANCELLED or not receivable.invoiced:
        return Refused("nothing is billed for this order, so there is nothing to credit", "nothing_billed")
    if amount.currency != receivable.currency or not 0 < amount.amount <= receivable.billed:
        price = f"{receivable.billed} {receivable.currency}"
        return Refused(
            f"the order costs {price}; a credit is above nothing and not above that", "wrong_amount", "amount"
        )
    return None


def refund(order: Order, amount: Money, reason: Prose, rules: Rules, cause: Cause) -> Change[Order]:
    """Money goes back to the customer: what came in beyond what the order costs; also when the order has ended.

    Refused with `refund_too_high` for more than that, in whatever currency, and with `four_eyes` to one who credited
    the customer, decided on the paper of a credit, prepared or approved a lower price, or ended the order.
    """
    must_be_another(PAID_BACK_BY, *hands_in(order)["refund"], cause=cause)
    return pay_back(order, amount, reason, rules, cause)


def pay_back(order: Order, amount: Money, reason: Prose, rules: Rules, cause: Cause) -> Change[Order]:
    """What is paid back is in the ledger, and what follows from that is done. Refused with `refund_too_high`."""
    return _paid_back(order, amount, reason, cause).then(lambda order: follow_ledger(order, cause.at, rules, cause))


def _paid_back(order: Order, amount: Money, reason: Prose, cause: Cause) -> Change[Order]:
    spare = order.receivable.spare(amount.currency)
    if not 0 < amount.amount <= spare:
        raise Refused(
            f"{spare} {amount.currency} came in beyond the price; credit the customer first",
            "refund_too_high",
            "amount",
        )
    return post(order, "refund", amount, cause.at, note=reason, cause=cause)
