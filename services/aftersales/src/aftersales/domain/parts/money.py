"""What a service costs us, and what its customer pays (001 售后四, 003 §9, §12)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.aggregate import Refused, together
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import Line, PaperNo, StaffId

CURRENCY = "CNY"
"""Services are charged and settled in one currency."""
Mode = Literal["on_spot", "invoiced", "prepaid"]
"""How a customer pays."""


class Cost(Part):
    """What the service cost us; travel out of town counts (003 §12). Filled in anew it has another id."""

    id: UUID
    material: Money
    transport: Money
    labour: Money
    travel: Money
    filled_by_role: Literal["cs", "finance"]
    by: StaffId

    @property
    def total(self) -> Money:
        """The sum of the four amounts."""
        amounts = (self.material, self.transport, self.labour, self.travel)
        return together(each.amount for each in amounts)


class Charge(Part):
    """What the customer has to pay, and how."""

    amount: Money
    mode: Mode


class Payment(Part):
    """Money that came in, who took it and when we entered it. `late` says that the service was called off already.

    Of one that was entered before it was kept, who took it is absent.
    """

    amount: Money
    at: Instant
    invoice_no: PaperNo | None = None
    entered_at: Instant | None = None
    id: UUID | None = None
    late: bool = False
    by: StaffId | None = None

    @property
    def entered(self) -> datetime:
        """When it was entered; of one that was entered before this was kept, when it came in."""
        return self.entered_at or self.at


class Refund(Part):
    """Money that went back to the customer, and when we entered it."""

    amount: Money
    at: Instant
    reference: Line | None = None
    by: StaffId
    entered_at: Instant
    id: UUID | None = None


def must_be_payable(**amounts: Money) -> None:
    """Refused in another currency than services are settled in (`other_currency`), and below zero, by its field."""
    for field, amount in amounts.items():
        if amount.currency != CURRENCY:
            raise Refused(f"services are charged and settled in {CURRENCY}", "other_currency", field)
        if amount.amount < 0:
            raise Refused("an amount is 0 or more", "negative_amount", field)
