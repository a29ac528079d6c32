"""What happens to orders when time passes."""

from orders.domain.account import Account
from orders.domain.decisions.account import issue_statement
from orders.domain.decisions.entry import ask_for_what_is_due
from orders.domain.decisions.miss import follow_up
from orders.domain.decisions.payment import fall_overdue, remind, tell_ahead
from orders.domain.decisions.shipment import assess
from orders.domain.order import Order
from orders.domain.policy.policy import Rules
from orders.store import Orders, Stores
from orders.timers import reports
from shared.aggregate import Cause, Change
from shared.clocks import CLOCKS, ClockRun
from shared.timers import Timers


def timers(stores: Stores, rules: Rules) -> Timers:
    """Every decision that waits for its time."""
    at = Timers()
    _clocks(at, stores.orders, rules)
    at(stores.exceptions, CLOCKS)(rules.clocks.tick())
    _orders(at, stores.orders, rules)

    @at(stores.accounts, "statement")
    def state_account(account: Account, cause: Cause) -> Change[Account]:
        """On the first of the month accounts are compared with the customer (004 三3, 四2)."""
        return issue_statement(account, rules, cause)

    reports.schedule(at, stores, rules)
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
