"""What happens to orders when time passes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import date, datetime, time

from orders.domain.account import Account
from orders.domain.decisions.account import issue_statement
from orders.domain.decisions.entry import ask_for_what_is_due
from orders.domain.decisions.miss import follow_up
from orders.domain.decisions.payment import fall_overdue, remind, tell_ahead
from orders.domain.decisions.report import publish
from orders.domain.decisions.shipment import assess
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
from orders.domain.order import Order
from orders.domain.parts.period import ReportKind, ReportPeriod, of_month, of_week
from orders.domain.policy.policy import OrdersPolicy, Rules
from orders.domain.report import Report
from orders.store import Orders, Stores
from shared.aggregate import Cause, Change
from shared.calendar import Calendar, months_later
from shared.clocks import CLOCKS, ClockRun
from shared.erasure import follow_late
from shared.store import Between, Touch
from shared.tables import Table
from shared.timers import Occurrence, Timers


def timers(stores: Stores, rules: Rules) -> Timers:
    """Every decision that waits for its time."""
    at = Timers()
    _clocks(at, stores.orders, rules)
    at(stores.exceptions, CLOCKS)(rules.clocks.tick())
    at(stores.stock_checks, CLOCKS)(rules.clocks.tick())
    _orders(at, stores.orders, rules)

    @at(stores.accounts, "statement")
    def state_account(account: Account, cause: Cause) -> Change[Account]:
        """On the first of the month accounts are compared with the customer (004 三3, 四2)."""
        return issue_statement(account, rules, cause)

    _reports(at, stores, rules)
    follow_late(at, stores.erased_customers, stores.personal())
    return at


def _clocks(at: Timers, orders: Orders, rules: Rules) -> None:
    def on_miss(order: Order, run: ClockRun, cause: Cause) -> Change[Order]:
        return follow_up(order, run, rules, cause)

    at(orders, CLOCKS)(rules.clocks.tick(on_miss))


def _orders(at: Timers, orders: Orders, rules: Rules) -> None:
    @at(orders, "readiness")
    def assess_readiness(order: Order, cause: Cause) -> Change[Order]:
        """Goods and installers are looked at before the customer asks (001 售中二a)."""
        return assess(order, rules, cause)

    @at(orders, "asking")
    def ask_for_payment(order: Order, cause: Cause) -> Change[Order]:
        """An instalment that has a day of its own is asked for some days before it (001 售中一)."""
        return ask_for_what_is_due(order, rules, cause)

    @at(orders, "upcoming")
    def tell_payment_ahead(order: Order, cause: Cause) -> Change[Order]:
        """What falls due in a few days is told (004 三3(1))."""
        return tell_ahead(order, rules, cause)

    @at(orders, "overdue")
    def note_overdue(order: Order, cause: Cause) -> Change[Order]:
        """An amount was not paid by the end of its day (004 三3)."""
        return fall_overdue(order, rules, cause)

    @at(orders, "dunning")
    def remind_customer(order: Order, cause: Cause) -> Change[Order]:
        """The customer is reminded of what is owed (004 四2)."""
        return remind(order, rules, cause)


def _reports(at: Timers, stores: Stores, rules: Rules) -> None:
    """Each report is made on its day from the figures of its period, and told to its readers."""
    calendar = rules.calendar

    async def made(periods: Iterable[ReportPeriod], occurrence: Occurrence, cause: Cause) -> list[Touch[Report]]:
        clerk = Clerk(stores, calendar, rules.on(occurrence.at))
        return [stores.reports.birth(publish(period, await clerk.table(period), cause)) for period in periods]

    @at.every(lambda moment: rules.on(moment).weekly_reports)
    async def weekly_reports(occurrence: Occurrence, cause: Cause) -> list[Touch[Report]]:
        """On Saturday at 13:00 the meeting wants the week's exceptions and what is overdue (000 §4.2, 004 四3)."""
        return await made(of_week(calendar.day(occurrence.at)), occurrence, cause)

    @at.every(lambda moment: rules.on(moment).monthly_reports)
    async def monthly_reports(occurrence: Occurrence, cause: Cause) -> list[Touch[Report]]:
        """On the first of the month the clerk's figures are due (004 四4 to 四6)."""
        return await made(of_month(calendar.day(occurrence.at)), occurrence, cause)


class Clerk:
    """Gathers what a report is made of."""

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
        return commission(await earned(self._orders.paid_since(self._midnight(due.begin)), due.begin, due.end))

    async def _told(self, due: ReportPeriod) -> Table:
        return await told_in_time(self._orders.delayed_since(self._midnight(due.begin)), due.begin, due.end)

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
        return await delivery_times(self._orders.arrived(self._midnight(due.begin), self._midnight(due.end)))

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
