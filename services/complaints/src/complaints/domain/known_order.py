"""What complaints knows of an order: whose it is, goods and worth, contract, and what left when."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeGuard

from complaints.domain.parts.form import Form
from complaints.domain.parts.papers import PartCount, added_up
from shared.aggregate import Aggregate
from shared.calendar import Calendar
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import (
    ComplaintNo,
    ContractDate,
    ContractNo,
    CustomerId,
    Line,
    OrderNo,
    ReturnNo,
    ShipmentId,
)


class KnownGoods(PartCount):
    """One line of an order; without a price while it is open."""

    price: Money | None = None


class KnownShipment(Part):
    """What left and when. Empty when orders did not say what it carries."""

    shipment_id: ShipmentId
    left_at: Instant
    lines: tuple[PartCount, ...] = ()


class Returning(Part):
    """What a return note takes back of the order, and how often that note had been sent back by then."""

    return_no: ReturnNo
    attempt: int
    lines: tuple[PartCount, ...]


class Granting(Part):
    """What a case grants of the order's worth at most: its dearest approved solution."""

    complaint_no: ComplaintNo
    amount: Money


class KnownOrder(Aggregate):
    """An order as orders and intake announced it, with what cases grant and return notes take back of it.

    Its id follows from its number.
    """

    order_no: OrderNo
    customer_id: CustomerId
    region: Line | None = None
    goods: tuple[KnownGoods, ...] = ()
    total: Money | None = None
    contract_no: ContractNo | None = None
    contract_date: ContractDate | None = None
    shipments: tuple[KnownShipment, ...] = ()
    returning: tuple[Returning, ...] = ()
    granting: tuple[Granting, ...] = ()

    @property
    def products(self) -> tuple[str, ...]:
        """Each product once, in the order of the form."""
        return tuple(dict.fromkeys(line.part for line in self.goods))

    @property
    def quantities(self) -> Counter[str]:
        """How many of each product were ordered."""
        return added_up(self.goods)

    @property
    def delivered(self) -> Money | None:
        """What the goods are worth that left; the order's total where prices or loads are unknown, absent without it.

        Never more than the total. Of a product with several prices the dearest left first.
        """
        left = added_up(line for shipment in self.shipments for line in shipment.lines)
        worth = [self._worth(part, count) for part, count in left.items()]
        known = [each for each in worth if each is not None]
        if self.total is None or not left or len(known) < len(worth):
            return self.total
        return self.total.but(amount=min(sum(known, Decimal(0)), self.total.amount))

    def shipped_on(self, calendar: Calendar) -> tuple[date, ...]:
        """The local days on which something left, each once, the earliest first."""
        return tuple(sorted({calendar.day(each.left_at) for each in self.shipments}))

    def taken_back(self, by_another_than: ReturnNo) -> Mapping[ReturnNo, Counter[str]]:
        """How many of each part, as the order lists it, the other notes take back, by the number of the note."""
        others = (each for each in self.returning if each.return_no != by_another_than)
        return {each.return_no: added_up(each.lines, self.products) for each in others}

    def _counts(self, price: Money | None) -> TypeGuard[Money]:
        """Whether it is in the currency of the order's total."""
        return price is not None and (self.total is None or price.currency == self.total.currency)

    def _worth(self, part: str, count: int) -> Decimal | None:
        lines = [line for line in self.goods if line.part == part]
        prices = ((line.price, line.quantity) for line in lines)
        priced = sorted(((price.amount, quantity) for price, quantity in prices if self._counts(price)), reverse=True)
        if not priced or len(priced) < len(lines):
            return None
        worth = Decimal(0)
        for price, quantity in priced:
            worth += price * min(quantity, count)
            count -= min(quantity, count)
        return worth + priced[0][0] * count


def filled_in(form: Form, order: KnownOrder, calendar: Calendar) -> Form:
    """What the form leaves out and the order knows, its number too; a shipping day only where it left on one day.

    The form of another customer stays as it is.
    """
    if form.customer.customer_id != order.customer_id:
        return form
    days = order.shipped_on(calendar)
    return form.but(
        order_no=form.order_no or order.order_no,
        contract_no=form.contract_no or order.contract_no,
        contract_date=form.contract_date or order.contract_date,
        shipped_on=form.shipped_on or (days[0] if len(days) == 1 else None),
    )
