"""What is owed for an order, what has come in, and what of it the customer may be asked for."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from orders.domain.parts.entry import Entry
from orders.domain.parts.titles import PAYMENTS
from shared.contracts.event import Instant, Money, Part
from shared.contracts.orders import EntryKind, PaymentKind, PaymentTerm
from shared.contracts.vocabulary import ComplaintId, Line, PaperNo, Prose

_IN_TURN: tuple[PaymentKind, ...] = ("initial", "progress", "balance")
_PRICE: tuple[EntryKind, ...] = ("invoice", "amendment", "credit", "cancellation")


class Confirmation(Part):
    """Finance's word that a kind of payment is in, without saying how much that is."""

    kind: PaymentKind
    at: Instant
    no: PaperNo | None = None
    shipment: Line | None = None


class Assumed(Part):
    """A receipt without an amount that was entered by what was due, and what of that stands."""

    word: Confirmation
    amount: Money


class Instalment(Part):
    """A part of the price: `number` counts those of its kind from zero. Money settles the earliest one first."""

    kind: PaymentKind
    number: int
    amount: Decimal
    paid: Decimal
    due_on: date | None = None

    @property
    def open(self) -> Decimal:
        """What of it is still to be paid."""
        return self.amount - self.paid


class Due(Part):
    """An instalment that has been asked for: how much was open then, until when, and how firmly it is asked for."""

    kind: PaymentKind
    amount: Money
    on: date
    number: int = 0
    overdue: bool = False
    level: int = 0
    told_ahead: bool = False
    overdue_on: date | None = None
    reminded_on: date | None = None


class Claim(Part):
    """A due with what of it is paid and open now."""

    due: Due
    paid: Decimal
    open: Decimal


class Receivable(Part):
    """The ledger of one order, by contract and shipment (004 四2).

    What is billed, paid, open and asked for is derived from the terms and the entries, and kept nowhere else. Entries
    in another currency than the order's stand in the ledger and count for nothing here. `unbooked` are receipts without
    an amount for which nothing was due, or of which nothing stands any more, each once.
    """

    terms: tuple[PaymentTerm, ...] = ()
    currency: str | None = None
    entries: tuple[Entry, ...] = ()
    pending: tuple[Confirmation, ...] = ()
    unbooked: tuple[Confirmation, ...] = ()
    dues: tuple[Due, ...] = ()
    held_by: tuple[ComplaintId, ...] = ()
    closed_complaints: tuple[ComplaintId, ...] = ()
    credit_days: int | None = None

    def sums(self, *kinds: EntryKind) -> dict[str, Decimal]:
        """What the entries of these kinds come to, by currency."""
        sums: dict[str, Decimal] = {}
        for entry in self.entries:
            if entry.kind in kinds:
                sums[entry.amount.currency] = sums.get(entry.amount.currency, Decimal()) + entry.amount.amount
        return sums

    def _sum(self, *kinds: EntryKind) -> Decimal:
        return self.sums(*kinds).get(self.currency or "", Decimal())

    @property
    def billed(self) -> Decimal:
        """What the order costs by its terms, less what was credited; nothing once it is cancelled."""
        if any(entry.kind == "cancellation" for entry in self.entries):
            return Decimal()
        return max(sum((term.amount.amount for term in self.terms), Decimal()) + self._sum("credit"), Decimal())

    @property
    def paid(self) -> Decimal:
        """What has come in, less what was paid back."""
        return -self._sum("payment", "refund")

    @property
    def open(self) -> Decimal:
        """What is still owed; never below nothing."""
        return max(self.billed - self.paid, Decimal())

    @property
    def surplus(self) -> Decimal:
        """What has come in beyond what the order costs; never below nothing."""
        return max(self.paid - self.billed, Decimal())

    def spare(self, currency: str) -> Decimal:
        """What may be paid back in a currency: what came in beyond the price, in another currency than its own all."""
        if currency == self.currency:
            return self.surplus
        return max(-self.sums("payment", "refund").get(currency, Decimal()), Decimal())

    @property
    def overdrawn(self) -> bool:
        """Whether more was paid back in a currency than has come in."""
        return any(amount > 0 for amount in self.sums("payment", "refund").values())

    @property
    def refundable(self) -> bool:
        """Whether there is anything to pay back, in any currency."""
        return any(self.spare(currency) > 0 for currency in self.sums("payment"))

    @property
    def invoiced(self) -> dict[str, Decimal]:
        """What the ledger asks for the order, by currency, whatever of it is paid."""
        return self.sums(*_PRICE)

    @property
    def credited_in_full(self) -> bool:
        """Whether it was billed, and all of that was credited again."""
        return bool(self.invoiced) and self.billed == 0

    @property
    def instalments(self) -> tuple[Instalment, ...]:
        """The parts of the price in the order in which they are settled; a credit lessens the last ones first."""
        return self._settled_by(self.paid)

    def _settled_by(self, money: Decimal) -> tuple[Instalment, ...]:
        left, found = self.billed, list[Instalment]()
        numbers = dict.fromkeys(_IN_TURN, 0)
        for term in sorted(self.terms, key=lambda term: (_IN_TURN.index(term.kind), term.due_on or date.max)):
            amount = min(term.amount.amount, left)
            paid = min(max(money, Decimal()), amount)
            found.append(
                Instalment(kind=term.kind, number=numbers[term.kind], amount=amount, paid=paid, due_on=term.due_on)
            )
            numbers[term.kind] += 1
            left, money = left - amount, money - paid
        return tuple(found)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Everything that was asked for and is not paid, the earliest day first."""
        parts = {(each.kind, each.number): each for each in self.instalments}
        asked = ((due, parts.get((due.kind, due.number))) for due in self.dues)
        open_ = [Claim(due=due, paid=part.paid, open=part.open) for due, part in asked if part and part.open > 0]
        return tuple(sorted(open_, key=lambda claim: (claim.due.on, _IN_TURN.index(claim.due.kind))))

    @property
    def due(self) -> Due | None:
        """The oldest amount that was asked for and has not been paid."""
        return next((claim.due for claim in self.claims), None)

    @property
    def last_receipt_at(self) -> Instant | None:
        """When money last came in or was paid back."""
        return max((entry.at for entry in self.entries if entry.kind in ("payment", "refund")), default=None)

    def asked(self, instalment: Instalment) -> Due | None:
        """The due by which this instalment was asked for, if it was."""
        return next((due for due in self.dues if (due.kind, due.number) == (instalment.kind, instalment.number)), None)

    def asked_of(self, kind: PaymentKind) -> Decimal:
        """What was asked for of this kind and is still open."""
        return sum((claim.open for claim in self.claims if claim.due.kind == kind), Decimal())

    def due_by(self, word: Confirmation) -> Decimal:
        """What finance confirms by its word alone: everything open up to this kind, of progress up to the first.

        The word speaks of its own moment: money that came in later, or for a later kind of payment, has not settled
        what was due then. Together it is never more than the order costs.
        """
        before = min(self._due_of(word.kind, self._confirmed(word)), self.open)
        return max(self._due_of(word.kind, self.paid), before)

    def _due_of(self, kind: PaymentKind, money: Decimal) -> Decimal:
        last = _IN_TURN.index(kind)
        open_ = [each for each in self._settled_by(money) if each.open > 0 and _IN_TURN.index(each.kind) <= last]
        if kind == "progress":
            first = next((each.number for each in open_ if each.kind == "progress"), 0)
            asked = {due.number for due in self.dues if due.kind == "progress"}
            open_ = [each for each in open_ if each.kind == "initial" or each.number in {first, *asked}]
        return sum((each.open for each in open_), Decimal())

    def _confirmed(self, word: Confirmation) -> Decimal:
        """What came in by the moment of this word for its kind and those before it, also by an earlier word."""
        payments = (each for each in self._payments if each.at <= word.at)
        known = (each for each in payments if _up_to(each, word.kind) or (each.assumed and each.at < word.at))
        return -sum((each.amount.amount for each in known), Decimal())

    def beyond(self, kind: PaymentKind) -> Decimal:
        """What came in for this kind of payment and those before it beyond what they come to; below zero what lacks."""
        due = (each.amount for each in self.instalments if _IN_TURN.index(each.kind) <= _IN_TURN.index(kind))
        came_in = (each.amount.amount for each in self._payments if _up_to(each, kind))
        return -sum(came_in, Decimal()) - sum(due, Decimal())

    @property
    def _payments(self) -> Iterator[Entry]:
        mine = (each for each in self.entries if each.amount.currency == self.currency)
        return (each for each in mine if each.kind == "payment")

    @property
    def assumed(self) -> tuple[Assumed, ...]:
        """The receipts without an amount of which something stands, in the order of their moments."""
        sums = dict[tuple[Confirmation, str], Decimal]()
        for each in self.entries:
            if each.assumed:
                place = _word_of(each), each.amount.currency
                sums[place] = sums.get(place, Decimal()) - each.amount.amount
        standing = sorted(
            ((place, amount) for place, amount in sums.items() if amount > 0), key=lambda each: _turn(each[0][0])
        )
        return tuple(
            Assumed(word=word, amount=Money(amount=amount, currency=currency)) for (word, currency), amount in standing
        )

    def assumed_after(self, word: Confirmation) -> tuple[Assumed, ...]:
        """The receipts without an amount whose words come after this one."""
        return tuple(each for each in self._assumed_beside(word) if _turn(each.word) > _turn(word))

    def assumed_with(self, counted: Confirmation) -> tuple[Assumed, ...]:
        """The receipts without an amount whose words include the money of this one, whose amount is known."""
        return tuple(
            each
            for each in self._assumed_beside(counted)
            if each.word.at >= counted.at and _IN_TURN.index(each.word.kind) >= _IN_TURN.index(counted.kind)
        )

    def _assumed_beside(self, word: Confirmation) -> Iterator[Assumed]:
        mine = (each for each in self.assumed if each.amount.currency == self.currency)
        return (each for each in mine if word.no is None or (word.no, word.kind) != (each.word.no, each.word.kind))

    def money(self, amount: Decimal) -> Money:
        """An amount in the order's currency."""
        return Money(amount=amount, currency=self.currency or "CNY")

    def entered(self, no: str | None) -> tuple[Entry, ...]:
        """The payments that were entered under this receipt number."""
        payments = (each for each in self.entries if no is not None and each.kind == "payment")
        return tuple(each for each in payments if each.reference == no)

    def stands_for(self, kind: PaymentKind, no: str | None) -> Assumed | None:
        """What was assumed for this line of a receipt, as far as it stands."""
        return next((each for each in self.assumed if no and (each.word.kind, each.word.no) == (kind, no)), None)

    def knows(self, word: Confirmation) -> bool:
        """Whether this line of a receipt was entered, or found nothing due, before."""
        entered = any(each.pays == word.kind for each in self.entered(word.no))
        return entered or any((each.no, each.kind) == (word.no, word.kind) for each in self.unbooked)

    def settles(self, kind: PaymentKind) -> bool:
        """Whether everything up to this kind of payment is in, by count or by finance's word."""
        if any(each.kind in (kind, "balance") for each in self.pending):
            return True
        last = _IN_TURN.index(kind)
        return bool(self.terms) and all(
            each.open == 0 for each in self.instalments if _IN_TURN.index(each.kind) <= last
        )


def without(receivable: Receivable, assumed: Iterable[Assumed]) -> Receivable:
    """The ledger as it would be without these receipts."""
    words = {each.word for each in assumed}
    kept = (each for each in receivable.entries if not each.assumed or _word_of(each) not in words)
    return receivable.but(entries=tuple(kept))


def with_dues(receivable: Receivable, dues: Iterable[Due]) -> Receivable:
    """With what has become of these amounts, each in the place of an earlier asking for the same instalment."""
    noted = {(each.kind, each.number): each for each in dues}
    others = (each for each in receivable.dues if (each.kind, each.number) not in noted)
    return receivable.but(dues=(*others, *noted.values()))


def _up_to(entry: Entry, kind: PaymentKind) -> bool:
    return entry.pays is None or _IN_TURN.index(entry.pays) <= _IN_TURN.index(kind)


def _word_of(entry: Entry) -> Confirmation:
    return Confirmation(kind=entry.pays or "balance", at=entry.at, no=entry.reference, shipment=entry.shipment)


def _turn(word: Confirmation) -> tuple[Instant, int]:
    return word.at, _IN_TURN.index(word.kind)


def in_turn(words: Iterable[Confirmation]) -> tuple[Confirmation, ...]:
    """Words without an amount by their moments, those of one moment by what is paid first."""
    return tuple(sorted(words, key=_turn))


def not_booked(receivable: Receivable, word: Confirmation) -> Prose:
    """What is said of a receipt for which nothing was due: it may be of what came in under another one."""
    known = tuple(dict.fromkeys(each.reference for each in receivable.entries if each.kind == "payment"))
    others = "、".join(f"收据{each}" for each in known[-3:] if each not in (None, word.no))
    look = f"请核对是否与{others}为同一笔款" if others else "请核对"
    return f"收据{word.no}报{PAYMENTS[word.kind]}已收，未注明金额；本单此项已无应收，未另行入账，{look}"
