"""What each shipment of an order costs and what of it is paid: the progress of payments by contract and shipment."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from orders.domain.figures.statistics import prices
from orders.domain.order import Order
from orders.domain.parts.shipment import Consignment
from shared.contracts.currencies import rounded
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import PaperNo


class ShipmentPayments(Part):
    """A shipment with what it costs and what of that is paid (004 四2).

    `price` is absent while it was not said what a part of the goods carries: the last shipment has what remains.
    """

    delivery_note_no: PaperNo | None
    left_at: Instant | None
    price: Decimal | None
    paid: Decimal

    @property
    def open(self) -> Decimal:
        """What of it is to be paid yet."""
        return max((self.price or Decimal()) - self.paid, Decimal())


def by_shipment(order: Order) -> tuple[ShipmentPayments, ...]:
    """The shipments in the order in which they left.

    Money that came in for a delivery note is that shipment's; all other money pays for the earliest first. Together the
    shipments of a complete dispatch cost what is billed for the order.
    """
    ledger = order.receivable
    named = _named(order)
    left = ledger.paid - sum(named.values(), Decimal())
    found = list[ShipmentPayments]()
    for each, price in _prices(order):
        paid = named.get(each.delivery_note_no or "", Decimal())
        more = min(max((price or Decimal()) - paid, Decimal()), max(left, Decimal()))
        left -= more
        found.append(
            ShipmentPayments(
                delivery_note_no=each.delivery_note_no, left_at=each.left_at, price=price, paid=paid + more
            )
        )
    return tuple(found)


def _named(order: Order) -> dict[str, Decimal]:
    """What came in for each delivery note of the order, in the order's currency."""
    notes = {each.delivery_note_no for each in order.shipment.under_way}
    sums = dict[str, Decimal]()
    for entry in order.receivable.entries:
        no = entry.shipment
        if no and no in notes and entry.amount.currency == order.receivable.currency:
            sums[no] = sums.get(no, Decimal()) - entry.amount.amount
    return sums


def _prices(order: Order) -> Iterator[tuple[Consignment, Decimal | None]]:
    """Each shipment with the price of what it carries; the one that completes them has what is left of the bill."""
    units, left, currency = _units(order), order.receivable.billed, order.receivable.currency
    for each in sorted(order.shipment.under_way, key=lambda each: (not each.partial, each.left_at or order.since)):
        price = left if not each.partial else _price(each, units, currency or "CNY")
        if price is not None:
            price = min(price, left)
            left -= price
        yield each, price


def _units(order: Order) -> dict[str, Decimal]:
    """What one piece of each kind of goods costs."""
    sums, counts = defaultdict[str, Decimal](Decimal), defaultdict[str, int](int)
    for line, price in zip(order.lines, prices(order.lines, order.total), strict=True):
        sums[line.description] += price
        counts[line.description] += line.quantity
    return {what: amount / counts[what] for what, amount in sums.items()}


def _price(consignment: Consignment, units: dict[str, Decimal], currency: str) -> Decimal | None:
    if not consignment.parts or any(part.what not in units for part in consignment.parts):
        return None
    price = sum((units[part.what] * part.quantity for part in consignment.parts), Decimal())
    return rounded(price, currency)
