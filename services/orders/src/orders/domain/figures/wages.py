"""What the clerk pays salesmen: their base and the commission on what came in."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from orders.domain.policy.policy import Wages
from shared.contracts.currencies import rounded
from shared.tables import Table, TableCell


def wages(received: Mapping[tuple[str, str], Decimal], terms: Wages, begin: date, end: date) -> Table:
    """Base for each month and commission on what came in less what was paid back, by salesman and currency (004 四6).

    A salesman from whom more was paid back than came in has a commission below zero. The base is paid in its currency.
    """
    months = (end.year - begin.year) * 12 + end.month - begin.month
    bases = {(each.staff, each.base.currency): each.base.amount * months for each in terms.salaries}
    rows = list[dict[str, TableCell]]()
    for salesman, currency in sorted({*received, *bases}):
        came_in = received.get((salesman, currency), Decimal())
        base = bases.get((salesman, currency), Decimal())
        rate = terms.rate_of(salesman)
        commission = rounded(came_in * rate, currency)
        rows.append(
            {
                "salesman": salesman,
                "currency": currency,
                "received": str(came_in),
                "rate": str(rate),
                "commission": str(commission),
                "base": str(base),
                "wage": str(base + commission),
            }
        )
    columns = ("salesman", "currency", "received", "rate", "commission", "base", "wage")
    figures: dict[str, TableCell] = {"salesmen": len({row["salesman"] for row in rows})}
    return Table(columns=columns, rows=tuple(rows), figures=figures, money=("received", "commission", "base", "wage"))
