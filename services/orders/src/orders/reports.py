"""What each report of orders is made of."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, time

from orders.domain.exception import OrderException
from orders.domain.figures.sales_analysis import FORECAST_MONTHS, Months, Standings, demand, supply
from orders.domain.figures.statistics import (
    DIMENSIONS,
    Sales,
    commission,
    costs,
    delivery_times,
    digest,
    earned,
    overdue,
    sales_report,
    told_in_time,
)
from orders.domain.parts.period import ReportKind, ReportPeriod
from orders.domain.policy.policy import OrdersPolicy
from orders.store import Stores
from shared.calendar import Calendar, months_later
from shared.store import Between
from shared.tables import Table


class Clerk:
    """Gathers what a report is made of, from the stores and by one version of the policy."""

    def __init__(self, stores: Stores, calendar: Calendar, policy: OrdersPolicy) -> None:
        self._orders = stores.orders
        self._exceptions = stores.exceptions
        self._costs = stores.costs
        self._calendar = calendar
        self._policy = policy

    async def table(self, due: ReportPeriod) -> Table:
        """The figures of the report that is due."""
        makers: dict[ReportKind, Callable[[ReportPeriod], Awaitable[Table]]] = {
            "weekly_exceptions": self._week,
            "overdue_payments": self._owed,
            "sales_stats": self._sold,
            "commission_basis": self._earned,
            "told_in_time": self._told,
            "plan_completion": self._planned,
            "demand": self._wanted,
            "customer_grades": self._graded,
            "sales_analysis": self._compared,
            "sales_forecast": self._expected,
            "supply_problems": self._supplied,
            "sales_costs": self._spent,
            "delivery_times": self._delivered,
        }
        return await makers[due.kind](due)

    async def _week(self, due: ReportPeriod) -> Table:
        open_ = await _all(self._exceptions.each({"stage": "open"}, sort="raised_at"))
        during = Between(self._midnight(due.begin), self._midnight(due.end))
        solved = await _all(self._exceptions.each({"resolved_at": during}, sort="resolved_at"))
        return digest([*open_, *solved])

    async def _owed(self, due: ReportPeriod) -> Table:
        return await overdue(self._orders.overdue(), due.end)

    async def _sold(self, due: ReportPeriod) -> Table:
        sales = [Sales(by) for by in DIMENSIONS]
        async for order in self._orders.sold(due.begin, due.end):
            for each in sales:
                each.add(order)
        return sales_report(sales)

    async def _earned(self, due: ReportPeriod) -> Table:
        paid = self._orders.paid_since(self._midnight(due.begin))
        return commission(await earned(paid, due.begin, due.end, self._calendar))

    async def _told(self, due: ReportPeriod) -> Table:
        delayed = self._orders.delayed_since(self._midnight(due.begin))
        return await told_in_time(delayed, due.begin, due.end, self._calendar)

    async def _planned(self, due: ReportPeriod) -> Table:
        months = await self._months(due.begin, due.end)
        return months.plan(self._policy.sales_plans, due.begin, due.end)

    async def _wanted(self, due: ReportPeriod) -> Table:
        return await demand(self._orders.to_send())

    async def _graded(self, due: ReportPeriod) -> Table:
        standings = Standings()
        async for order in self._orders.sold(months_later(due.end, -12), due.end):
            standings.add(order)
        return standings.table(self._policy.grades)

    async def _compared(self, due: ReportPeriod) -> Table:
        return (await self._months(months_later(due.begin, -12), due.end)).comparison(due.begin)

    async def _expected(self, due: ReportPeriod) -> Table:
        return (await self._months(months_later(due.end, -FORECAST_MONTHS), due.end)).forecast(due.end)

    async def _supplied(self, due: ReportPeriod) -> Table:
        during = Between(self._midnight(due.begin), self._midnight(due.end))
        states = ("open", "resolved")
        found = [
            await _all(self._exceptions.each({"stage": each, "raised_at": during}, sort="raised_at")) for each in states
        ]
        return supply(each for state in found for each in state)

    async def _delivered(self, due: ReportPeriod) -> Table:
        arrived = self._orders.arrived(self._midnight(due.begin), self._midnight(due.end))
        return await delivery_times(arrived, self._calendar)

    async def _spent(self, due: ReportPeriod) -> Table:
        return costs([each.spending async for each in self._costs.spent(due.begin, due.end)])

    async def _months(self, begin: date, end: date) -> Months:
        months = Months()
        async for order in self._orders.sold(begin, end):
            months.add(order)
        return months

    def _midnight(self, day: date) -> datetime:
        return self._calendar.moment(day, time())


async def _all(found: AsyncIterator[OrderException]) -> list[OrderException]:
    return [each async for each in found]
