"""What an account's entry is: one order, what it costs and what of it is still owed."""

from uuid import UUID

from shared.contracts.event import Money, Part
from shared.contracts.vocabulary import OrderNo


class Entry(Part):
    """One order on the account. `seen` is the order's version that the figures are from: older news changes nothing."""

    order_id: UUID
    order_no: OrderNo
    billed: Money | None = None
    outstanding: Money | None = None
    on_credit: bool = False
    granted: bool = False
    seen: int = 0

    @property
    def owed(self) -> Money | None:
        """What is still to be paid, as far as it is known."""
        return self.outstanding or self.billed

    def told(self, sequence: int, **news: object) -> "Entry":
        """With newer figures."""
        return self.but(**news, seen=sequence) if sequence >= self.seen else self
