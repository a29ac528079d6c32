"""Which facts tell after-sales when a warranty begins."""

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions.coverage import complete_order, cover, date_acceptance, date_contract, end_coverage
from aftersales.domain.policy.policy import Rules
from aftersales.store import Stores
from shared.aggregate import Cause
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import AcceptancePassed, ContractSigned, OrderCancelled, OrderClosed
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Keep the covered orders up with what is announced, in whatever order it comes."""
    orders = stores.covered_orders

    @on(OrderPlaced)
    def cover_order(event: OrderPlaced, cause: Cause) -> Touch[CoveredOrder]:
        """An order may name its contract already."""
        unknown = CoveredOrder.of(event.order_no)
        return orders.touch(event.order_id, lambda order: cover(order, event, rules, cause), unknown)

    @on(ContractSigned)
    def take_contract(event: ContractSigned, cause: Cause) -> Touch[CoveredOrder]:
        """The signed contract's number and date are the ones that count."""
        unknown = CoveredOrder.of(event.order_no)
        return orders.touch(event.order_id, lambda order: date_contract(order, event, rules, cause), unknown)

    @on(AcceptancePassed)
    def take_acceptance(event: AcceptancePassed, cause: Cause) -> Touch[CoveredOrder]:
        """The day of acceptance counts where a company's rule says so."""
        unknown = CoveredOrder.of(event.order_no)
        return orders.touch(event.order_id, lambda order: date_acceptance(order, event, rules, cause), unknown)

    @on(OrderClosed)
    def take_completion(event: OrderClosed, cause: Cause) -> Touch[CoveredOrder]:
        """An order that is installed, accepted and paid is followed by after-sales."""
        unknown = CoveredOrder.of(event.order_no)
        return orders.touch(event.order_id, lambda order: complete_order(order, event, cause), unknown)

    @on(OrderCancelled)
    def take_cancellation(event: OrderCancelled, cause: Cause) -> Touch[CoveredOrder]:
        """The customer of an order that was cancelled is reminded of nothing any more."""
        unknown = CoveredOrder.of(event.order_no)
        return orders.touch(event.order_id, lambda order: end_coverage(order, event, rules, cause), unknown)
