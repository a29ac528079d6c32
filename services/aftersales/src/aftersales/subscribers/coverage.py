"""Which facts tell after-sales when a warranty begins."""

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.policy import AftersalesPolicy
from aftersales.store import CoveredOrders
from shared.aggregate import Cause
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import AcceptancePassed, ContractSigned
from shared.store import Touch
from shared.subscriptions import Subscriptions


def listen(on: Subscriptions, orders: CoveredOrders, policy: AftersalesPolicy) -> None:
    """Keep the covered orders up with what is announced, in whatever order it comes."""

    @on(OrderPlaced)
    def cover(event: OrderPlaced, cause: Cause) -> Touch[CoveredOrder]:
        """An order may name its contract already."""
        return orders.touch(event.order_id, lambda order: order.placed(event), CoveredOrder.of(event.order_no))

    @on(ContractSigned)
    def date_contract(event: ContractSigned, cause: Cause) -> Touch[CoveredOrder]:
        """The signed contract's number and date are the ones that count."""
        return orders.touch(event.order_id, lambda order: order.contracted(event), CoveredOrder.of(event.order_no))

    @on(AcceptancePassed)
    def date_acceptance(event: AcceptancePassed, cause: Cause) -> Touch[CoveredOrder]:
        """The day of acceptance counts where a company's rule says so."""
        day = policy.calendar.day(event.accepted_at)
        return orders.touch(event.order_id, lambda order: order.accepted(event, day), CoveredOrder.of(event.order_no))
