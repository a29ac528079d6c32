"""What an entry of the ledger is, and what the entries of one order in one currency come to."""

from decimal import Decimal
from uuid import UUID

from shared.contracts.event import Instant, Money, Part
from shared.contracts.orders import EntryKind, PaymentKind
from shared.contracts.vocabulary import OrderNo, PaperNo, Prose, StaffId


class Entry(Part):
    """One entry of an order's ledger: `amount` is what it adds to the debt, below zero what it takes away.

    An entry is never changed or removed. `number` counts the order's entries from one; `shipment` is the delivery note
    for which the money came in, if finance names one; `by` is the colleague who entered it, where one did; `decided_by`
    are the colleagues who decided on the paper of which it comes. `assumed` says that a receipt named no amount: this
    is what was due by its word.
    """

    number: int
    kind: EntryKind
    amount: Money
    at: Instant
    pays: PaymentKind | None = None
    reference: PaperNo | None = None
    shipment: PaperNo | None = None
    note: Prose | None = None
    by: StaffId | None = None
    decided_by: tuple[StaffId, ...] = ()
    assumed: bool = False


class AccountEntry(Part):
    """An entry that is on the account since its last statement."""

    order_no: OrderNo
    kind: EntryKind
    amount: Money
    at: Instant
    reference: PaperNo | None = None


class Position(Part):
    """What the entries of one order in one currency come to on the account, and whether it was released on credit."""

    order_id: UUID
    order_no: OrderNo
    currency: str
    billed: Decimal = Decimal()
    paid: Decimal = Decimal()
    on_credit: bool = False
    granted: bool = False

    @property
    def owed(self) -> Decimal:
        """What the customer owes for the order; below zero what we owe the customer."""
        return self.billed - self.paid

    @property
    def moved(self) -> bool:
        """Whether anything is billed or paid."""
        return bool(self.billed or self.paid)
