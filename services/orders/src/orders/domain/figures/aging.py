"""What customers owe by how long it has been overdue (004 四3)."""

from collections import defaultdict
from collections.abc import AsyncIterable
from datetime import date
from decimal import Decimal

from orders.domain.parts.receivable import Receivable
from shared.contracts.event import Part
from shared.contracts.vocabulary import OrderNo
from shared.tables import Table, TableCell

AGES = (30, 60, 90)
"""Days after which an amount is counted with the older ones."""


class OverdueOrder(Part):
    """What is read of an order with an amount that is overdue."""

    order_no: OrderNo
    receivable: Receivable


async def aged(orders: AsyncIterable[OverdueOrder], on: date) -> Table:
    """Overdue amounts by age and currency, the youngest first: `days` is the age at least, `up_to` at most."""
    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    owing: dict[tuple[int, str], set[str]] = defaultdict(set)
    async for order in orders:
        for claim in order.receivable.claims:
            if (days := (on - claim.due.on).days) > 0:
                place = sum(days > age for age in AGES), claim.due.amount.currency
                sums[place] += claim.open
                owing[place].add(order.order_no)
    rows: tuple[dict[str, TableCell], ...] = tuple(
        {
            "days": AGES[age - 1] + 1 if age else 1,
            "up_to": AGES[age] if age < len(AGES) else None,
            "currency": currency,
            "orders": len(owing[age, currency]),
            "amount": str(amount),
        }
        for (age, currency), amount in sorted(sums.items())
    )
    figures: dict[str, TableCell] = {"orders": len({no for each in owing.values() for no in each})}
    return Table(
        columns=("days", "up_to", "currency", "orders", "amount"), rows=rows, figures=figures, money=("amount",)
    )
