"""How money and closed jobs reach the books."""

from aftersales.domain.policy import AftersalesPolicy
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.settlement import Settlement
from aftersales.domain.voucher import Payment
from aftersales.store import Records
from shared.aggregate import Cause
from shared.contracts.aftersales import ServiceOrderClosed
from shared.contracts.departments import ServiceChargeReceived
from shared.store import Touch
from shared.subscriptions import Subscriptions


def listen(on: Subscriptions, records: Records, policy: AftersalesPolicy) -> None:
    """Keep service orders and settlements up with what is announced."""

    @on(ServiceChargeReceived)
    def book_payment(event: ServiceChargeReceived, cause: Cause) -> Touch[ServiceOrder]:
        """Finance reports money for a service; a job that waited for it may be dispatched."""
        payment = Payment(amount=event.amount, at=event.received_at, invoice_no=event.invoice_no)
        return records.service_orders.touch(
            event.service_order_id, lambda order: order.receive(payment, policy, cause.at)
        )

    @on(ServiceOrderClosed)
    def settle_later(event: ServiceOrderClosed, cause: Cause) -> Touch[Settlement]:
        """Every closed job is handed to finance by the next settlement day."""
        empty = Settlement.at(event.closed_at, policy)
        return records.settlements.touch(empty.id, lambda settlement: settlement.add(event, policy), empty)
