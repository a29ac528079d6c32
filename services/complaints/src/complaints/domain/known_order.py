"""What complaints knows of an order: whose it is, goods and worth, contract, and what left when."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from complaints.domain.parts.papers import PartCount
from shared.aggregate import Aggregate
from shared.calendar import Calendar
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import ContractDate, ContractNo, CustomerId, Line, OrderNo, ShipmentId


class KnownGoods(PartCount):
    """One line of an order; without a price while it is open."""

    price: Money | None = None


class KnownShipment(Part):
    """What left and when. Empty when orders did not say what it carries."""

    shipment_id: ShipmentId
    left_at: Instant
    lines: tuple[PartCount, ...] = ()


class KnownOrder(Aggregate):
    """An order as orders and intake announced it. Its id follows from its number."""

    order_no: OrderNo
    customer_id: CustomerId
    region: Line | None = None
    goods: tuple[KnownGoods, ...] = ()
    total: Money | None = None
    contract_no: ContractNo | None = None
    contract_date: ContractDate | None = None
    shipments: tuple[KnownShipment, ...] = ()

    @property
    def products(self) -> tuple[str, ...]:
        """Each product once, in the order of the form."""
        return tuple(dict.fromkeys(line.part for line in self.goods))

    @property
    def quantities(self) -> Counter[str]:
        """How many of each product were ordered."""
        return _counted(self.goods)

    @property
    def delivered(self) -> Money | None:
        """What the goods are worth that left; the order's total where prices or loads are unknown, absent without it.

        Never more than the total.
        """
        prices = {line.part: line.price for line in self.goods}
        left = _counted(line for shipment in self.shipments for line in shipment.lines)
        if self.total is None or not left or any(prices.get(part) is None for part in left):
            return self.total
        worth = sum((price.amount * left[part] for part, price in prices.items() if price), Decimal(0))
        return self.total.but(amount=min(worth, self.total.amount))

    def shipped_on(self, calendar: Calendar) -> tuple[date, ...]:
        """The local days on which something left, each once, the earliest first."""
        return tuple(sorted({calendar.day(each.left_at) for each in self.shipments}))


def _counted(lines: Iterable[PartCount]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in lines:
        counted[line.part] += line.quantity
    return counted
