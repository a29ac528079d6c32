"""How orders reacts to intake."""

from orders.domain.customer_file import CustomerFile
from orders.domain.decisions.customer_file import keep
from orders.domain.decisions.opening import open_order
from orders.domain.order import Order
from orders.domain.policy.policy import Rules
from orders.store import Stores
from shared.aggregate import Cause
from shared.contracts.intake import CustomerRegistered, CustomerUpdated, OrderPlaced
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """An order that intake has taken is ours from now on; of its customer we keep whom to reach now."""
    files = stores.files

    @on(OrderPlaced)
    def open_contract(event: OrderPlaced, cause: Cause) -> Touch[Order]:
        """The order goes on its route and its contract waits for review (000 §3.4.1, §3.5.1, 004 一㈡1a)."""
        return stores.orders.birth(open_order(event, rules, cause))

    @on(CustomerRegistered)
    def keep_file(event: CustomerRegistered, cause: Cause) -> Touch[CustomerFile]:
        """Staff see the present contacts beside the one of then (001 售前二b)."""
        blank = CustomerFile.blank(event.customer_id)
        return files.touch(blank.id, lambda file: keep(file, event, cause), blank)

    @on(CustomerUpdated)
    def follow_file(event: CustomerUpdated, cause: Cause) -> Touch[CustomerFile]:
        """A number that was corrected or removed is no longer shown as the present one (001 售前二b)."""
        blank = CustomerFile.blank(event.customer_id)
        return files.touch(blank.id, lambda file: keep(file, event, cause), blank)
