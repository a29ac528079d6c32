"""How orders reacts to intake."""

from orders.domain.decisions.opening import open_order
from orders.domain.order import Order
from orders.domain.policy.policy import Rules
from orders.store import Stores
from shared import customer_files
from shared.aggregate import Cause
from shared.contracts.intake import OrderPlaced
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """An order that intake has taken is ours from now on; of its customer we keep whom to reach now."""
    customer_files.follow(on, stores.files)

    @on(OrderPlaced)
    def open_contract(event: OrderPlaced, cause: Cause) -> Touch[Order]:
        """The order goes on its route and its contract waits for review (000 §3.4.1, §3.5.1, 004 一㈡1a)."""
        return stores.orders.birth(open_order(event, rules, cause))
