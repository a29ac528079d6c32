"""What others find out about a case and about the orders that cases concern."""

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.handling import keep_warranty
from complaints.domain.decisions.known_order import know, know_amendment, know_contract, know_shipment
from complaints.domain.known_order import KnownOrder
from complaints.store import Complaints, KnownOrders
from shared.aggregate import Cause
from shared.contracts.aftersales import WarrantyChecked
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import ContractAmended, ContractSigned, ShipmentDispatched
from shared.contracts.vocabulary import AboutCustomersOrder
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, complaints: Complaints, orders: KnownOrders) -> None:
    """Keep the cases up with what is announced."""

    @on(WarrantyChecked)
    def note_warranty(event: WarrantyChecked, cause: Cause) -> Touch[Complaint] | None:
        """What after-sales found out about the warranty is kept in the case that asked."""
        if event.complaint_id is None:
            return None
        return complaints.touch(event.complaint_id, lambda complaint: keep_warranty(complaint, event, cause))

    @on(OrderPlaced)
    def know_order(event: OrderPlaced, cause: Cause) -> Touch[KnownOrder]:
        """What was ordered, by whom and for which region, so that complaints are counted by product and region."""
        start = _unknown(event)
        return orders.touch(start.id, lambda order: know(order, event, cause), start)

    @on(ContractSigned)
    def know_signed_contract(event: ContractSigned, cause: Cause) -> Touch[KnownOrder]:
        """The contract and its worth, so that a complaint is held against them."""
        start = _unknown(event)
        return orders.touch(start.id, lambda order: know_contract(order, event, cause), start)

    @on(ContractAmended)
    def know_amended_contract(event: ContractAmended, cause: Cause) -> Touch[KnownOrder]:
        """What the contract is worth now."""
        start = _unknown(event)
        return orders.touch(start.id, lambda order: know_amendment(order, event, cause), start)

    @on(ShipmentDispatched)
    def know_dispatched_shipment(event: ShipmentDispatched, cause: Cause) -> Touch[KnownOrder]:
        """What left and when, so that a complaint is held against it."""
        start = _unknown(event)
        return orders.touch(start.id, lambda order: know_shipment(order, event, cause), start)


def _unknown(event: AboutCustomersOrder) -> KnownOrder:
    return KnownOrder(id=event.order_id, order_no=event.order_no, customer_id=event.customer.customer_id)
