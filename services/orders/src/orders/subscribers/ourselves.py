"""How orders reacts to its own announcements where another aggregate has to know."""

from typing import Any

from orders.domain.account import Account
from orders.domain.decisions.account import enter
from orders.domain.decisions.exception import lapse, register_exception
from orders.domain.decisions.pace import learn, warn
from orders.domain.decisions.payment import grant_credit
from orders.domain.exception import OrderException
from orders.domain.order import Order
from orders.domain.pace import Pace
from orders.domain.policy.policy import Rules
from orders.store import Accounts, Exceptions, Orders, Paces, Stores
from shared.aggregate import Cause, NotFound
from shared.contracts.orders import (
    CreditGranted,
    LedgerEntered,
    OrderCancelled,
    OrderExceptionRaised,
    OrderStageChanged,
)
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Accounts, exceptions and paces follow from what orders announce."""
    _account(on, stores.accounts, rules)
    _order(on, stores.orders, stores.exceptions, rules)
    _pace(on, stores.orders, stores.paces, rules)


def _account(on: Subscriptions, accounts: Accounts, rules: Rules) -> None:
    @on(LedgerEntered)
    def put_on_account(event: LedgerEntered, cause: Cause) -> Touch[Account]:
        """What is billed, paid, credited or paid back for an order is on its customer's account (004 四2)."""
        blank = Account.blank(event.customer, rules, cause.at)
        return accounts.touch(blank.id, lambda account: enter(account, event, rules, cause), blank)


def _order(on: Subscriptions, orders: Orders, exceptions: Exceptions, rules: Rules) -> None:
    @on(CreditGranted)
    def open_credit_gate(event: CreditGranted, cause: Cause) -> Touch[Order]:
        """An order within the customer's credit may be released (000 §3.5.5)."""
        return orders.touch(event.order_id, lambda order: grant_credit(order, event, rules, cause))

    @on(OrderExceptionRaised)
    def list_exception(event: OrderExceptionRaised, cause: Cause) -> Touch[OrderException]:
        """What is wrong is on the list until it is resolved (000 §4.1c)."""
        return exceptions.birth(register_exception(event, rules, cause))

    @on(OrderCancelled)
    async def drop_exceptions(event: OrderCancelled, cause: Cause) -> list[Touch[OrderException]]:
        """What was wrong with a cancelled order leaves the Saturday list, all but its money (000 §4.1c)."""
        listed = exceptions.each({"order_no": event.order_no})
        return [
            exceptions.touch(each.id, lambda exception: lapse(exception, rules, cause))
            async for each in listed
            if each.stage == "open"
        ]


def _pace(on: Subscriptions, orders: Orders, paces: Paces, rules: Rules) -> None:
    @on(OrderStageChanged)
    async def learn_pace(event: OrderStageChanged, cause: Cause) -> list[Touch[Any]]:
        """Durations are learned; a promised day that has become unlikely is a warning to staff (001 售中二a)."""
        if event.route is None:
            return []
        blank = Pace.blank(event.route)
        learned = paces.touch(blank.id, lambda pace: learn(pace, event, cause), blank)
        if event.ship_on is None:
            return [learned]
        planned = rules.on(cause.at).planned_days.get(blank.route_name, {})
        expected = (await _known(blank)).forecast(event.after, event.at, planned)
        if expected.safe <= rules.calendar.moment(event.ship_on):
            return [learned]
        return [learned, orders.touch(event.order_id, lambda order: warn(order, rules, cause))]

    async def _known(blank: Pace) -> Pace:
        try:
            return await paces.get(blank.id)
        except NotFound:
            return blank
