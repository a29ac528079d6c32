"""What happens to orders when time passes."""

from orders.domain.account import Account
from orders.domain.advancing import miss_stage
from orders.domain.collecting import fall_overdue, remind
from orders.domain.delaying import miss_arrival, miss_shipping
from orders.domain.order import Order
from orders.domain.promising import break_promise
from orders.domain.shipping import assess
from orders.store import Accounts, Orders
from shared.aggregate import Cause, Change
from shared.deadlines import Timers


def timers(orders: Orders, accounts: Accounts) -> Timers:
    """Every decision that waits for its time."""
    at = Timers()
    at(orders, "stage")(miss_stage)
    at(orders, "readiness")(assess)
    at(orders, "ship_by")(miss_shipping)
    at(orders, "arrive_by")(miss_arrival)
    at(orders, "overdue")(fall_overdue)
    at(orders, "dunning")(remind)

    @at(orders, "install_by")
    def miss_installation(order: Order, cause: Cause) -> Change[Order]:
        """Installers did not begin on the promised day."""
        return break_promise(order, "install", cause)

    @at(orders, "complete_by")
    def miss_completion(order: Order, cause: Cause) -> Change[Order]:
        """The installation was not done on the promised day."""
        return break_promise(order, "complete", cause)

    @at(orders, "accept_by")
    def miss_acceptance(order: Order, cause: Cause) -> Change[Order]:
        """The customer did not accept on the day of the invitation."""
        return break_promise(order, "accept", cause)

    @at(accounts, "statement")
    def issue_statement(account: Account, cause: Cause) -> Change[Account]:
        """On the first of the month accounts are compared with the customer (004 三3, 四2)."""
        return account.state(cause)

    return at
