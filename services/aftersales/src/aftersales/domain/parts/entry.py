"""A line of a month's settlement."""

from decimal import Decimal
from typing import Self

from shared.contracts.aftersales import ServiceOrderClosed
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import Line, ServiceOrderId


class Entry(Part):
    """One closed service order: what it cost us free of charge, or what the customer was charged."""

    service_order_id: ServiceOrderId
    voucher_no: Line
    free: Money
    paid: Money
    settled_at: Instant | None = None

    @classmethod
    def of(cls, closed: ServiceOrderClosed) -> Self:
        """The entry of a closed service order."""
        nothing = Money(amount=Decimal(0))
        return cls(
            service_order_id=closed.service_order_id,
            voucher_no=closed.voucher_no,
            free=nothing if closed.charged else closed.cost or nothing,
            paid=closed.charged or nothing,
        )
