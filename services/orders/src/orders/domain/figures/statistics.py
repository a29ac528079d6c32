"""What the clerk counts: goods, regions, salesmen, customers, commission, overdue amounts, delays told in time."""

from collections import defaultdict
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import AliasPath, Field

from orders.domain.exception import OrderException
from orders.domain.order import Order
from orders.domain.parts.passage import Cancellation
from orders.domain.parts.receivable import Due
from orders.domain.parts.spending import Spending
from shared.calendar import Calendar
from shared.contracts.currencies import rounded
from shared.contracts.event import Money, Part
from shared.contracts.vocabulary import Line, OrderLine, OrderNo, StaffId
from shared.tables import Table, TableCell

Dimension = Literal["product", "region", "salesman", "customer"]

DIMENSIONS: tuple[Dimension, ...] = ("product", "region", "salesman", "customer")
LARGEST = 500
"""How many rows of a dimension a report carries; the statistics themselves have all of them."""

_UNKNOWN = "—"


@dataclass
class _Sum:
    orders: set[str] = field(default_factory=set)
    quantity: int = 0
    amount: Decimal = Decimal()


class SoldOrder(Part):
    """What statistics of sales read of an order."""

    order_no: OrderNo
    sold_on: date | None = None
    lines: tuple[OrderLine, ...]
    total: Money | None = None
    region: Line | None = None
    sales_owner: StaffId | None = None
    customer: Line = Field(validation_alias=AliasPath("customer", "name"))
    customer_id: UUID = Field(validation_alias=AliasPath("customer", "customer_id"))
    dues: tuple[Due, ...] = Field(default=(), validation_alias=AliasPath("receivable", "dues"))
    cancellation: Cancellation | None = None


@dataclass(frozen=True)
class _Sold:
    order: SoldOrder
    product: str
    quantity: int
    amount: Decimal


class Sales:
    """Sales by product, region, salesman or customer; orders not signed or cancelled do not count (004 四4).

    Orders are added one at a time, so that any number of them fits. Amounts are kept apart by currency.
    """

    def __init__(self, by: Dimension) -> None:
        self.dimension = by
        self._keys = _KEYS[by]
        self._sums: dict[tuple[str, ...], _Sum] = defaultdict(_Sum)

    def add(self, order: SoldOrder) -> None:
        """Count one more order."""
        if order.sold_on is None or order.cancellation is not None:
            return
        for sold in _sold(order):
            entry = self._sums[self._keys(sold)]
            entry.orders.add(order.order_no)
            entry.quantity += sold.quantity
            entry.amount += sold.amount

    def table(self) -> Table:
        """The figures so far, the largest amount first."""
        names = (*_COLUMNS[self.dimension], "currency")
        ranked = sorted(self._sums.items(), key=lambda item: (-item[1].amount, item[0]))
        rows = tuple(
            {
                **dict(zip(names, key, strict=True)),
                "orders": len(entry.orders),
                "quantity": entry.quantity,
                "amount": str(entry.amount),
            }
            for key, entry in ranked
        )
        orders = {no for entry in self._sums.values() for no in entry.orders}
        figures: dict[str, TableCell] = {
            "orders": len(orders),
            "quantity": sum(entry.quantity for entry in self._sums.values()),
            "amount": _sum_of((key[-1], entry.amount) for key, entry in self._sums.items()),
        }
        return Table(columns=(*names, "orders", "quantity", "amount"), rows=rows, figures=figures, money=("amount",))


def _sum_of(amounts: Iterable[tuple[str, Decimal]]) -> str:
    """What amounts come to; several currencies each by themselves."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in amounts:
        sums[currency] += amount
    if len(sums) < 2:
        return str(sum(sums.values(), Decimal()))
    return " + ".join(f"{amount} {currency}" for currency, amount in sorted(sums.items()))


_COLUMNS: dict[Dimension, tuple[str, ...]] = {
    "product": ("product",),
    "region": ("region",),
    "salesman": ("salesman",),
    "customer": ("customer", "product"),
}


def _currency(sold: _Sold) -> str:
    return sold.order.total.currency if sold.order.total else "CNY"


_KEYS: dict[Dimension, Callable[[_Sold], tuple[str, ...]]] = {
    "product": lambda sold: (sold.product, _currency(sold)),
    "region": lambda sold: (sold.order.region or _UNKNOWN, _currency(sold)),
    "salesman": lambda sold: (sold.order.sales_owner or _UNKNOWN, _currency(sold)),
    "customer": lambda sold: (sold.order.customer, sold.product, _currency(sold)),
}


def prices(lines: tuple[OrderLine, ...], total: Money | None) -> tuple[Decimal, ...]:
    """What each line of an order brings; what no line has as its price is shared by quantity.

    It is shared among the lines without a price in the order's currency, or among all where each has one: then it is a
    discount or a surcharge.
    """
    currency = total.currency if total else "CNY"
    known = [line.unit_price if line.unit_price and line.unit_price.currency == currency else None for line in lines]
    priced = [price.amount * line.quantity if price else Decimal() for price, line in zip(known, lines, strict=True)]
    rest = (total.amount if total else sum(priced, Decimal())) - sum(priced, Decimal())
    open_ = [line.quantity if price is None else 0 for price, line in zip(known, lines, strict=True)]
    shares = _shared(rest, open_ if any(open_) else [line.quantity for line in lines], currency)
    return tuple(price + share for price, share in zip(priced, shares, strict=True))


def _sold(order: SoldOrder) -> Iterator[_Sold]:
    for line, price in zip(order.lines, prices(order.lines, order.total), strict=True):
        product = " ".join(filter(None, (line.sku or line.description, line.spec)))
        yield _Sold(order, product, line.quantity, price)


def sold_lines(order: SoldOrder) -> Iterator[tuple[str, str, Decimal]]:
    """Product, currency and amount of each line of an order."""
    for sold in _sold(order):
        yield sold.product, _currency(sold), sold.amount


def _shared(amount: Decimal, weights: list[int], currency: str) -> list[Decimal]:
    """An amount divided by weights into amounts of this currency, which add up to it: each goes up to what is due."""
    shares: list[Decimal] = []
    for place in range(len(weights)):
        so_far, whole = sum(weights[: place + 1]), sum(weights)
        due = rounded(amount * so_far / whole, currency) if so_far < whole else amount
        shares.append(due - sum(shares, Decimal()))
    return shares


def sales_report(sales: Iterable[Sales]) -> Table:
    """The largest of each dimension under each other, as the report of a month, quarter or year shows them."""
    tables = [(each.dimension, each.table()) for each in sales]
    rows: tuple[dict[str, TableCell], ...] = tuple(
        {
            "by": dimension,
            "of": " · ".join(str(row[name]) for name in _COLUMNS[dimension]),
            **{name: row[name] for name in ("currency", "orders", "quantity", "amount")},
        }
        for dimension, table in tables
        for row in table.rows[:LARGEST]
    )
    figures = dict(tables[0][1].figures) if tables else {}
    columns = ("by", "of", "currency", "orders", "quantity", "amount")
    return Table(columns=columns, rows=rows, figures=figures, money=("amount",))


async def earned(
    orders: AsyncIterable[Order], begin: date, end: date, calendar: Calendar
) -> dict[tuple[str, str], Decimal]:
    """Money that came in during the period less what was paid back, by salesman and currency (004 四5-6)."""
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    async for order in orders:
        for entry in order.receivable.entries:
            if entry.kind not in ("payment", "refund") or entry.amount.currency != order.receivable.currency:
                continue
            if begin <= calendar.day(entry.at) < end:
                paid[order.sales_owner or _UNKNOWN, entry.amount.currency] -= entry.amount.amount
    return paid


def commission(paid: Mapping[tuple[str, str], Decimal]) -> Table:
    """What came in, by salesman: what commission is of (004 四5-6)."""
    rows: tuple[dict[str, TableCell], ...] = tuple(
        {"salesman": salesman, "currency": currency, "received": str(amount)}
        for (salesman, currency), amount in sorted(paid.items())
    )
    figures: dict[str, TableCell] = {"salesmen": len({salesman for salesman, _ in paid})}
    return Table(columns=("salesman", "currency", "received"), rows=rows, figures=figures, money=("received",))


def costs(spent: Iterable[Spending]) -> Table:
    """What selling took, by kind, salesman and region, each currency by itself (004 四5)."""
    sums: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for each in spent:
        key = (each.kind, each.salesman or _UNKNOWN, each.region or _UNKNOWN, each.amount.currency)
        sums[key] += each.amount.amount
    names = ("kind", "salesman", "region", "currency")
    rows: tuple[dict[str, TableCell], ...] = tuple(
        {**dict(zip(names, key, strict=True)), "amount": str(amount)} for key, amount in sorted(sums.items())
    )
    figures: dict[str, TableCell] = {"amount": _sum_of((key[-1], amount) for key, amount in sums.items())}
    return Table(columns=(*names, "amount"), rows=rows, figures=figures, money=("amount",))


async def overdue(orders: AsyncIterable[Order], on: date) -> Table:
    """What should have been paid by a day and has not been, the oldest first (004 四3)."""
    rows: list[dict[str, TableCell]] = []
    async for order in orders:
        rows.extend(
            {
                "order_no": order.order_no,
                "customer": order.customer.name,
                "salesman": order.sales_owner or _UNKNOWN,
                "due_on": claim.due.on.isoformat(),
                "days": (on - claim.due.on).days,
                "amount": str(claim.open),
                "currency": claim.due.amount.currency,
                "held": "yes" if order.receivable.held_by else "no",
            }
            for claim in order.receivable.claims
            if claim.due.on < on
        )
    rows.sort(key=lambda row: str(row["due_on"]))
    columns = ("order_no", "customer", "salesman", "due_on", "days", "amount", "currency", "held")
    figures = {
        "orders": len({row["order_no"] for row in rows}),
        "amount": _sum_of((str(row["currency"]), Decimal(str(row["amount"]))) for row in rows),
    }
    return Table(columns=columns, rows=tuple(rows), figures=figures, money=("amount",))


async def told_in_time(orders: AsyncIterable[Order], begin: date, end: date, calendar: Calendar) -> Table:
    """Of the delays announced in the period, how many before the contract's date (001 售中二, 理由)."""
    rows: list[dict[str, TableCell]] = [
        {
            "order_no": order.order_no,
            "revision": delay.revision,
            "promised": delay.promised.isoformat(),
            "new": delay.new.isoformat(),
            "days": delay.days,
            "reason": delay.reason,
            "told_in_time": "yes" if delay.told_in_time else "no",
        }
        async for order in orders
        for delay in order.delays
        if begin <= calendar.day(delay.announced_at) < end
    ]
    told = sum(row["told_in_time"] == "yes" for row in rows)
    share = round(100 * told / len(rows), 1) if rows else None
    figures: dict[str, TableCell] = {"delays": len(rows), "told_in_time": told, "share_percent": share}
    columns = ("order_no", "revision", "promised", "new", "days", "reason", "told_in_time")
    return Table(columns=columns, rows=tuple(rows), figures=figures)


async def delivery_times(orders: AsyncIterable[Order], calendar: Calendar) -> Table:
    """How many days orders took from the placing to the arrival of the last goods, by route (003 §30-34)."""
    days: dict[str, list[int]] = defaultdict(list)
    async for order in orders:
        if order.shipment.arrived_at is not None:
            days[order.route_name].append((calendar.day(order.shipment.arrived_at) - order.placed_on).days)
    rows: tuple[dict[str, TableCell], ...] = tuple(
        {
            "route": route,
            "orders": len(each),
            "median_days": _percentile(each, 50),
            "p80_days": _percentile(each, 80),
            "longest_days": max(each),
        }
        for route, each in sorted(days.items())
    )
    figures: dict[str, TableCell] = {"orders": sum(map(len, days.values()))}
    return Table(columns=("route", "orders", "median_days", "p80_days", "longest_days"), rows=rows, figures=figures)


def _percentile(days: list[int], share: int) -> int:
    """The smallest number of days within which this share of orders, in percent, was delivered."""
    return sorted(days)[-(-len(days) * share // 100) - 1]


def digest(exceptions: Iterable[OrderException]) -> Table:
    """The week's exceptions for Saturday's meeting: what is open, whenever it came, and what was solved (000 §4.2)."""
    rows: tuple[dict[str, TableCell], ...] = tuple(
        {
            "order_no": each.order_no,
            "kind": each.kind,
            "detail": each.detail,
            "raised_at": each.raised_at.isoformat(),
            "raised_by": each.raised_by,
            "stage": each.stage,
            "resolution": each.resolution,
        }
        for each in exceptions
    )
    open_ = sum(row["stage"] == "open" for row in rows)
    columns = ("order_no", "kind", "detail", "raised_at", "raised_by", "stage", "resolution")
    return Table(columns=columns, rows=rows, figures={"open": open_, "resolved": len(rows) - open_})
