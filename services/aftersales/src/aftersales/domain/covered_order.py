"""What after-sales knows about an order, so that it can answer for its warranty."""

from datetime import date
from typing import Self

from aftersales.domain.warranty import Covered
from shared.aggregate import Aggregate, Change
from shared.contracts.event import PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import AcceptancePassed, ContractSigned
from shared.contracts.vocabulary import ContractNo, CustomerId, OrderNo, order_id_of


class CoveredOrder(Aggregate):
    """An order as far as its warranty goes. Its facts may come in any order and any number of times."""

    order_no: OrderNo
    customer_id: CustomerId | None = None
    contract_no: ContractNo | None = None
    registered_date: PreciseDate | None = None
    signed: bool = False
    months: int | None = None
    accepted_on: date | None = None

    @classmethod
    def of(cls, order_no: OrderNo) -> Self:
        """An order of which only the number is known."""
        return cls(id=order_id_of(order_no), order_no=order_no)

    @property
    def covered(self) -> Covered:
        """What counts for the warranty."""
        return Covered(
            contract_no=self.contract_no,
            registered_date=self.registered_date,
            accepted_on=self.accepted_on,
            months=self.months,
        )

    def placed(self, event: OrderPlaced) -> Change[Self]:
        """The order is placed; what it says about the contract holds until the contract is signed."""
        known = self.but(customer_id=event.customer.customer_id)
        if self.signed:
            return Change(known)
        contract_no = event.contract_no or self.contract_no
        return Change(known.but(contract_no=contract_no, registered_date=event.contract_date))

    def contracted(self, event: ContractSigned) -> Change[Self]:
        """The contract is signed: its number, date and months are the ones that count (001 售后四b)."""
        return Change(
            self.but(
                customer_id=event.customer.customer_id,
                contract_no=event.contract_no,
                registered_date=event.signed_on,
                months=event.warranty_months,
                signed=True,
            )
        )

    def accepted(self, event: AcceptancePassed, on: date) -> Change[Self]:
        """The customer accepted the work on this local day."""
        known = self.but(customer_id=event.customer.customer_id, accepted_on=on)
        return Change(known if self.contract_no else known.but(contract_no=event.contract_no))
