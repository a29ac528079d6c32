"""What happens when time passes: jobs that nobody was sent to, and months that were not settled."""

from aftersales.domain.policy import AftersalesPolicy
from aftersales.domain.service_order import DISPATCH, ServiceOrder
from aftersales.domain.settlement import SETTLEMENT, Settlement
from aftersales.store import Records
from shared.aggregate import Cause, Change
from shared.timers import Timers


def timers(records: Records, policy: AftersalesPolicy) -> Timers:
    """The clocks of after-sales."""
    at = Timers()

    @at(records.service_orders, DISPATCH)
    def carry_over(order: ServiceOrder, cause: Cause) -> Change[ServiceOrder]:
        """The day is over and nobody was sent."""
        return order.carry_over(policy, cause.at)

    @at(records.settlements, SETTLEMENT)
    def miss_settlement(settlement: Settlement, cause: Cause) -> Change[Settlement]:
        """The settlement day is over and something was not handed over."""
        return settlement.miss(policy, cause.at)

    return at
