"""What is owed for an order, what has come in, and whether anybody may be reminded."""

from datetime import date
from decimal import Decimal

from shared.contracts.event import Instant, Money, Part
from shared.contracts.orders import PaymentKind, PaymentTerm
from shared.contracts.vocabulary import ComplaintId, Line


class Receipt(Part):
    """Money that came in; not counted when it is in another currency than the order's."""

    kind: PaymentKind
    amount: Money
    at: Instant
    no: Line | None = None
    counted: bool = True


class Due(Part):
    """An amount that has been asked for, until when, and how firmly."""

    kind: PaymentKind
    amount: Money
    on: date
    overdue: bool = False
    level: int = 0


class Receivable(Part):
    """The payment ledger of one order, by contract and shipment (004 四2)."""

    terms: tuple[PaymentTerm, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    confirmed: tuple[PaymentKind, ...] = ()
    dues: tuple[Due, ...] = ()
    held_by: tuple[ComplaintId, ...] = ()
    credit_days: int | None = None

    @property
    def currency(self) -> str:
        """The currency that the order is paid in."""
        return self.terms[0].amount.currency if self.terms else "CNY"

    @property
    def billed(self) -> Decimal:
        """Everything that the order costs."""
        return sum((term.amount.amount for term in self.terms), Decimal())

    @property
    def paid(self) -> Decimal:
        """Everything that has come in and counts."""
        return sum((receipt.amount.amount for receipt in self.receipts if receipt.counted), Decimal())

    @property
    def open(self) -> Decimal:
        """What is still owed; never below nothing."""
        return max(self.billed - self.paid, Decimal())

    @property
    def due(self) -> Due | None:
        """The oldest amount that was asked for and has not been paid."""
        asked = Decimal()
        for due in self.dues:
            asked += due.amount.amount
            if self.paid < asked and due.kind not in self.confirmed:
                return due
        return None

    @property
    def last_receipt_at(self) -> Instant | None:
        """When money last came in."""
        return max((receipt.at for receipt in self.receipts), default=None)

    def term(self, kind: PaymentKind) -> Money | None:
        """What one kind of payment comes to, if the contract names it."""
        amounts = [term.amount.amount for term in self.terms if term.kind == kind]
        return self.money(sum(amounts, Decimal())) if amounts else None

    def money(self, amount: Decimal) -> Money:
        """An amount in the order's currency."""
        return Money(amount=amount, currency=self.currency)

    def knows(self, no: str | None) -> bool:
        """Whether this receipt has been entered before."""
        return no is not None and any(receipt.no == no for receipt in self.receipts)

    def settles(self, kind: PaymentKind) -> bool:
        """Whether everything up to this kind of payment is in, by count or by finance's word."""
        if kind in self.confirmed or "balance" in self.confirmed:
            return True
        if not self.terms:
            return False
        if kind == "balance":
            return self.open == 0
        return self.paid >= sum((term.amount.amount for term in self.terms if term.kind == kind), Decimal())

    def asked(self, due: Due) -> "Receivable":
        """With one more amount asked for; asking again for the same kind changes nothing."""
        if any(each.kind == due.kind for each in self.dues):
            return self
        return self.but(dues=(*self.dues, due))

    def noted(self, due: Due, **changes: object) -> "Receivable":
        """With what has become of an amount asked for."""
        dues = tuple(each.but(**changes) if each.kind == due.kind else each for each in self.dues)
        return self.but(dues=dues)
