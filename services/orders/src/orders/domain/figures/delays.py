"""How many delays were announced in each month, and how many of them in time (001 售中二, 理由)."""

from collections import Counter
from collections.abc import AsyncIterable
from datetime import date

from orders.domain.parts.delay import Delay
from shared.calendar import Calendar
from shared.contracts.event import Part
from shared.tables import Table, TableCell


class DelayedOrder(Part):
    """What is read of an order whose day moved."""

    delays: tuple[Delay, ...]


async def delays_by_month(orders: AsyncIterable[DelayedOrder], begin: date, end: date, calendar: Calendar) -> Table:
    """The delays that were announced from one day up to another, excluded: in time is before the contract's day."""
    announced, in_time = Counter[str](), Counter[str]()
    async for order in orders:
        for delay in order.delays:
            day = calendar.day(delay.announced_at)
            if begin <= day < end:
                announced[f"{day:%Y-%m}"] += 1
                in_time[f"{day:%Y-%m}"] += delay.told_in_time
    rows: tuple[dict[str, TableCell], ...] = tuple(
        {"month": month, "delays": announced[month], "told_in_time": in_time[month]} for month in sorted(announced)
    )
    figures: dict[str, TableCell] = {"delays": announced.total(), "told_in_time": in_time.total()}
    return Table(columns=("month", "delays", "told_in_time"), rows=rows, figures=figures)
