"""How orders makes a report when its calendar asks for one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, time

from orders.domain.decisions.report import publish
from orders.domain.desk import ReportKind
from orders.domain.exception import OrderException
from orders.domain.report import Report, Table
from orders.domain.statistics import DIMENSIONS, Sales, commission, digest, overdue, sales_report, told_in_time
from orders.store import Stores
from shared.aggregate import Cause
from shared.calendar import Calendar
from shared.contracts.orders import ReportDue
from shared.store import Between, Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, zone: str) -> None:
    """Each kind of report has its maker."""
    clerk = Clerk(stores, Calendar(zone))

    @on(ReportDue)
    async def make_report(event: ReportDue, cause: Cause) -> Touch[Report]:
        """The figures are gathered and the report is told to its readers (000 §4.2, 004 四3 to 四6)."""
        return stores.reports.birth(publish(event, await clerk.table(event), cause))


class Clerk:
    """Gathers what a report is made of."""

    def __init__(self, stores: Stores, calendar: Calendar) -> None:
        self._orders = stores.orders
        self._exceptions = stores.exceptions
        self._calendar = calendar

    async def table(self, due: ReportDue) -> Table:
        """The figures of the report that is due."""
        makers: dict[ReportKind, Callable[[ReportDue], Awaitable[Table]]] = {
            "weekly_exceptions": self._week,
            "overdue_payments": self._owed,
            "sales_stats": self._sold,
            "commission_basis": self._earned,
            "told_in_time": self._told,
        }
        return await makers[due.report](due)

    async def _week(self, due: ReportDue) -> Table:
        open_ = await _all(self._exceptions.each({"status": "open"}, sort="raised_at"))
        during = Between(self._midnight(due.begin), self._midnight(due.end))
        solved = await _all(self._exceptions.each({"resolved_at": during}, sort="resolved_at"))
        return digest([*open_, *solved])

    async def _owed(self, due: ReportDue) -> Table:
        return await overdue(self._orders.overdue(), due.end)

    async def _sold(self, due: ReportDue) -> Table:
        sales = [Sales(by) for by in DIMENSIONS]
        async for order in self._orders.placed(due.begin, due.end):
            for each in sales:
                each.add(order)
        return sales_report(sales)

    async def _earned(self, due: ReportDue) -> Table:
        return await commission(self._orders.paid_since(self._midnight(due.begin)), due.begin, due.end)

    async def _told(self, due: ReportDue) -> Table:
        return await told_in_time(self._orders.delayed_since(self._midnight(due.begin)), due.begin, due.end)

    def _midnight(self, day: date) -> datetime:
        return self._calendar.moment(day, time())


async def _all(found: AsyncIterator[OrderException]) -> list[OrderException]:
    return [each async for each in found]
