"""What the clerk makes of the sales for the sales vice-president: plan, demand, grades, comparison and forecast."""

from collections import defaultdict
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from orders.domain.exception import OrderException
from orders.domain.figures.statistics import SoldOrder, sold_lines
from orders.domain.order import Order
from orders.domain.policy.policy import Grade, SalesPlan
from shared.calendar import months_later
from shared.contracts.currencies import rounded
from shared.tables import Table, TableCell

_UNKNOWN = "—"
_CENT = Decimal("0.01")
FORECAST_MONTHS = 3
"""The forecast for a month is the mean of so many months before it; its table has a column for each of them."""

Key = tuple[str, str, str]
_DIMENSIONS: Mapping[str, Callable[[SoldOrder, str], str]] = MappingProxyType(
    {
        "product": lambda order, product: product,
        "region": lambda order, product: order.region or _UNKNOWN,
        "salesman": lambda order, product: order.sales_owner or _UNKNOWN,
        "customer": lambda order, product: order.customer,
    }
)


class Months:
    """What was signed in each month, by product, region, salesman and customer; each currency by itself.

    Orders are added one at a time, so that any number of them fits; cancelled ones do not count.
    """

    def __init__(self) -> None:
        self._amounts: dict[Key, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def add(self, order: SoldOrder) -> None:
        """Count one more order."""
        if order.sold_on is None or order.cancellation is not None:
            return
        month = order.sold_on.replace(day=1)
        for product, currency, amount in sold_lines(order):
            for dimension, of in _DIMENSIONS.items():
                self._amounts[dimension, of(order, product), currency][month] += amount

    def plan(self, plans: Iterable[SalesPlan], begin: date, end: date) -> Table:
        """How far the plan of the months from `begin` up to `end` is attained, by region (004 一㈣3)."""
        signed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        planned: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for (dimension, region, currency), months in self._amounts.items():
            if dimension == "region":
                signed[region, currency] += sum((each for at, each in months.items() if begin <= at < end), Decimal())
        for plan in plans:
            planned[plan.region or _UNKNOWN, plan.amount.currency] += plan.between(begin, end)
        rows: tuple[dict[str, TableCell], ...] = tuple(
            {
                "region": region,
                "currency": currency,
                "plan": str(planned[region, currency]) if planned[region, currency] else None,
                "signed": str(signed[region, currency].quantize(_CENT)),
                "percent": _percent(signed[region, currency], planned[region, currency]),
            }
            for region, currency in sorted({*signed, *planned})
            if signed[region, currency] or planned[region, currency]
        )
        columns = ("region", "currency", "plan", "signed", "percent")
        missed = sum(planned[each] > signed[each] for each in planned)
        figures: dict[str, TableCell] = {"plans": sum(row["plan"] is not None for row in rows), "below_plan": missed}
        return Table(columns=columns, rows=rows, figures=figures, money=("plan", "signed"))

    def comparison(self, month: date) -> Table:
        """The month beside the one before and the same one of last year, the largest first (004 一㈣3)."""
        before, year_before = months_later(month, -1), months_later(month, -12)
        rows: list[dict[str, TableCell]] = []
        for dimension in _DIMENSIONS:
            found = [(of, currency, at) for (each, of, currency), at in self._amounts.items() if each == dimension]
            found = [each for each in found if any(each[2].get(at) for at in (month, before, year_before))]
            totals: dict[str, Decimal] = defaultdict(Decimal)
            for _, currency, at in found:
                totals[currency] += at.get(month, Decimal())
            for of, currency, at in sorted(found, key=lambda each: (-each[2].get(month, Decimal()), each[:2])):
                now = at.get(month, Decimal())
                rows.append(
                    {
                        "by": dimension,
                        "of": of,
                        "currency": currency,
                        "amount": str(now.quantize(_CENT)),
                        "share_percent": _percent(now, totals[currency]),
                        "month_before": str(at.get(before, Decimal()).quantize(_CENT)),
                        "year_before": str(at.get(year_before, Decimal()).quantize(_CENT)),
                        "of_month_before_percent": _percent(now, at.get(before, Decimal())),
                        "of_year_before_percent": _percent(now, at.get(year_before, Decimal())),
                    }
                )
        columns = (
            "by",
            "of",
            "currency",
            "amount",
            "share_percent",
            "month_before",
            "of_month_before_percent",
            "year_before",
            "of_year_before_percent",
        )
        money = ("amount", "month_before", "year_before")
        return Table(columns=columns, rows=tuple(rows), figures={"rows": len(rows)}, money=money)

    def forecast(self, month: date) -> Table:
        """What is expected to be signed in a month, by product: the mean of the three months before (004 一㈣3)."""
        earlier = [months_later(month, -back) for back in range(FORECAST_MONTHS, 0, -1)]
        names = ("three_months_ago", "two_months_ago", "last_month")
        rows: list[dict[str, TableCell]] = []
        for (dimension, of, currency), at in self._amounts.items():
            amounts = [at.get(each, Decimal()) for each in earlier]
            if dimension != "product" or not any(amounts):
                continue
            mean = rounded(sum(amounts, Decimal()) / FORECAST_MONTHS, currency, ROUND_HALF_UP)
            known = dict(zip(names, (str(each.quantize(_CENT)) for each in amounts), strict=True))
            rows.append(
                {"month": f"{month:%Y-%m}", "product": of, "currency": currency, **known, "forecast": str(mean)}
            )
        rows.sort(key=lambda row: (-Decimal(str(row["forecast"])), str(row["product"]), str(row["currency"])))
        columns = ("month", "product", "currency", *names, "forecast")
        return Table(columns=columns, rows=tuple(rows), figures={"products": len(rows)}, money=(*names, "forecast"))


class Standings:
    """How each customer stands by what was signed and what was paid late, for its grade (004 一㈣3)."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._amounts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._orders: dict[tuple[str, str], int] = defaultdict(int)
        self._late: dict[str, int] = defaultdict(int)

    def add(self, order: SoldOrder) -> None:
        """Count one more order; a cancelled one does not count."""
        if order.sold_on is None or order.cancellation is not None or order.total is None:
            return
        key = (str(order.customer_id), order.total.currency)
        self._names[key] = order.customer
        self._amounts[key] += order.total.amount
        self._orders[key] += 1
        self._late[key[0]] += sum(due.overdue_on is not None for due in order.dues)

    def table(self, grades: Iterable[Grade]) -> Table:
        """Every customer with its grade, the first of the policy's whose conditions it fulfils; the largest first."""
        bands = tuple(grades)
        rows: list[dict[str, TableCell]] = []
        for key, amount in sorted(self._amounts.items(), key=lambda item: (-item[1], item[0])):
            late = self._late[key[0]]
            grade = next((band.grade for band in bands if band.fits(amount, late)), bands[-1].grade)
            rows.append(
                {
                    "customer": self._names[key],
                    "currency": key[1],
                    "orders": self._orders[key],
                    "amount": str(amount),
                    "late_payments": late,
                    "grade": grade,
                }
            )
        figures: dict[str, TableCell] = {band.grade: sum(row["grade"] == band.grade for row in rows) for band in bands}
        columns = ("customer", "currency", "orders", "amount", "late_payments", "grade")
        return Table(columns=columns, rows=tuple(rows), figures=figures, money=("amount",))


async def demand(orders: AsyncIterable[Order]) -> Table:
    """What is still to be delivered of each product, by the month in which it was promised to leave (004 一㈣3)."""
    wanted: dict[tuple[str, str, str], int] = defaultdict(int)
    numbers: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    async for order in orders:
        if order.ended or order.dispatched_on or order.ship_on is None:
            continue
        for line in order.lines:
            product = " ".join(filter(None, (line.sku or line.description, line.spec)))
            key = (f"{order.ship_on:%Y-%m}", product, line.unit)
            wanted[key] += line.quantity
            numbers[key].add(order.order_no)
    rows: tuple[dict[str, TableCell], ...] = tuple(
        {
            "month": month,
            "product": product,
            "unit": unit,
            "quantity": count,
            "orders": len(numbers[month, product, unit]),
        }
        for (month, product, unit), count in sorted(wanted.items())
    )
    figures: dict[str, TableCell] = {
        "products": len({row["product"] for row in rows}),
        "orders": len({no for each in numbers.values() for no in each}),
    }
    return Table(columns=("month", "product", "unit", "quantity", "orders"), rows=rows, figures=figures)


def supply(exceptions: Iterable[OrderException]) -> Table:
    """The trouble with supply of a period, and how many days it took to solve it; without who supplies (003 三5)."""
    rows: tuple[dict[str, TableCell], ...] = tuple(
        {
            "order_no": each.order_no,
            "detail": each.detail,
            "raised_at": each.raised_at.isoformat(),
            "stage": each.stage,
            "resolution": each.resolution,
            "days": (each.resolved_at - each.raised_at).days if each.resolved_at else None,
        }
        for each in sorted(exceptions, key=lambda each: each.raised_at)
        if each.kind == "supply"
    )
    open_ = sum(row["stage"] == "open" for row in rows)
    figures: dict[str, TableCell] = {
        "problems": len(rows),
        "open": open_,
        "resolved": len(rows) - open_,
        "orders": len({row["order_no"] for row in rows}),
    }
    columns = ("order_no", "detail", "raised_at", "stage", "resolution", "days")
    return Table(columns=columns, rows=rows, figures=figures)


def _percent(part: Decimal, whole: Decimal) -> float | None:
    return round(float(100 * part / whole), 1) if whole else None
