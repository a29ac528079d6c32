"""What happens to orders when time passes."""

from collections.abc import Iterable

from orders.domain.account import Account
from orders.domain.decisions.account import issue_statement
from orders.domain.decisions.entry import ask_for_what_is_due
from orders.domain.decisions.miss import follow_up
from orders.domain.decisions.payment import fall_overdue, remind, tell_ahead
from orders.domain.decisions.report import publish
from orders.domain.decisions.shipment import assess
from orders.domain.order import Order
from orders.domain.parts.deadline import ASKING, DUNNING, OVERDUE, READINESS, STATEMENT, UPCOMING
from orders.domain.parts.period import ReportPeriod, of_month, of_week
from orders.domain.policy.policy import Rules
from orders.domain.report import Report
from orders.reports import Clerk
from orders.store import Orders, Stores
from shared.aggregate import Cause, Change
from shared.clocks import CLOCKS, ClockRun
from shared.erasure import follow_late
from shared.store import Touch
from shared.timers import Occurrence, Timers


def timers(stores: Stores, rules: Rules) -> Timers:
    """Every decision that waits for its time."""
    at = Timers()
    _clocks(at, stores.orders, rules)
    at(stores.exceptions, CLOCKS)(rules.clocks.tick())
    at(stores.stock_checks, CLOCKS)(rules.clocks.tick())
    _orders(at, stores.orders, rules)

    @at(stores.accounts, STATEMENT)
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
    @at(orders, READINESS)
    def assess_readiness(order: Order, cause: Cause) -> Change[Order]:
        """Goods and installers are looked at before the customer asks (001 售中二a)."""
        return assess(order, rules, cause)

    @at(orders, ASKING)
    def ask_for_payment(order: Order, cause: Cause) -> Change[Order]:
        """An instalment that has a day of its own is asked for some days before it (001 售中一)."""
        return ask_for_what_is_due(order, rules, cause)

    @at(orders, UPCOMING)
    def tell_payment_ahead(order: Order, cause: Cause) -> Change[Order]:
        """What falls due in a few days is told (004 三3(1))."""
        return tell_ahead(order, rules, cause)

    @at(orders, OVERDUE)
    def note_overdue(order: Order, cause: Cause) -> Change[Order]:
        """An amount was not paid by the end of its day (004 三3)."""
        return fall_overdue(order, rules, cause)

    @at(orders, DUNNING)
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
