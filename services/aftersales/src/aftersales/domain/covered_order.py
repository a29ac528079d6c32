"""What after-sales knows about an order, so that it can answer for its warranty."""

from datetime import date
from typing import Self

from aftersales.domain.parts.warranty import Covered
from shared.aggregate import Aggregate
from shared.contracts.aftersales import WarrantyOverride
from shared.contracts.event import PreciseDate
from shared.contracts.vocabulary import (
    AboutOrder,
    ContractNo,
    CustomerId,
    CustomerSnapshot,
    Line,
    OrderNo,
    TermMonths,
    order_id_of,
)


class CoveredOrder(Aggregate):
    """An order as far as its warranty goes. Its facts may come in any order and any number of times.

    `policy_version` is that by which its customer is reminded, from its acceptance on; which rule its warranty follows
    says the date of its contract.
    """

    order_no: OrderNo
    customer: CustomerSnapshot | None = None
    goods: tuple[Line, ...] = ()
    contract_no: ContractNo | None = None
    registered_date: PreciseDate | None = None
    signed: bool = False
    closed: bool = False
    cancelled: bool = False
    months: TermMonths | None = None
    accepted_on: date | None = None
    policy_version: int | None = None
    decided: WarrantyOverride | None = None

    @classmethod
    def of(cls, order_no: OrderNo) -> Self:
        """An order of which only the number is known."""
        return cls(id=order_id_of(order_no), order_no=order_no)

    @property
    def customer_id(self) -> CustomerId | None:
        """Whose order it is, if that is known."""
        return self.customer.customer_id if self.customer else None

    @property
    def about(self) -> AboutOrder:
        """What every announcement about it says."""
        return AboutOrder(order_id=self.id, order_no=self.order_no)

    def covered(self, today: date) -> Covered:
        """What counts for the warranty, asked about on this local day."""
        return Covered(
            contract_no=self.contract_no,
            registered_date=self.registered_date,
            accepted_on=self.accepted_on,
            months=self.months,
            decided=self.decided,
            cancelled=self.cancelled,
            today=today,
        )
