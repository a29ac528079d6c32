"""How money and closed jobs reach the register and the books."""

from datetime import timedelta

from aftersales.domain.decisions.money import receive_payment
from aftersales.domain.decisions.request import note_called_off, note_service
from aftersales.domain.decisions.settlement import add, add_money
from aftersales.domain.parts.entry import Entry
from aftersales.domain.parts.money import Payment, Refund
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.service_request import ServiceRequest
from aftersales.domain.settlement import Settlement
from aftersales.store import Stores
from shared.aggregate import Cause, Change
from shared.contracts.aftersales import (
    CalledOffServicePaid,
    CustomerChargeRefunded,
    CustomerOverpaymentRefunded,
    ServiceOrderCalledOff,
    ServiceOrderClosed,
)
from shared.contracts.departments import ServiceChargeReceived
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Keep service orders and settlements up with what is announced."""

    @on(ServiceChargeReceived)
    def book_payment(event: ServiceChargeReceived, cause: Cause) -> Touch[ServiceOrder]:
        """Finance reports money for a service; a job that waited for it may be dispatched."""

        def decide(order: ServiceOrder) -> Change[ServiceOrder]:
            return receive_payment(order, event.amount, event.received_at, event.invoice_no, rules, cause)

        return stores.service_orders.touch(event.service_order_id, decide)

    @on(ServiceOrderClosed)
    async def settle_later(
        event: ServiceOrderClosed, cause: Cause
    ) -> tuple[Touch[Settlement] | Touch[ServiceRequest], ...]:
        """Every closed job is handed to finance by the next settlement day, and what was done is in the register."""
        empty = Settlement.at(event.closed_at, rules)
        days = rules.of(empty).repeated_within_days
        files = await stores.merged_files.all_of(event.customer.customer_id if event.customer else None)
        of_customer = {} if files is None else {"customer.customer_id": files}
        repeated = await stores.service_orders.closed_before(event, of_customer, timedelta(days=days))
        settled = stores.settlements.touch(
            empty.id, lambda settlement: add(settlement, event, repeated, rules, cause), empty
        )
        if event.request_id is None:
            return (settled,)
        return (
            settled,
            stores.service_requests.touch(event.request_id, lambda asking: note_service(asking, event, cause)),
        )

    _called_off(on, stores, rules)


def _called_off(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    @on(ServiceOrderCalledOff)
    async def end_voucher(
        event: ServiceOrderCalledOff, cause: Cause
    ) -> tuple[Touch[Settlement] | Touch[ServiceRequest], ...]:
        """The register says that a voucher was called off; what had been paid for it and what it cost go to finance.

        That is by the next settlement day.
        """
        order = await stores.service_orders.get(event.service_order_id)
        touches: list[Touch[Settlement] | Touch[ServiceRequest]] = []
        if order.request_id is not None:
            touches.append(
                stores.service_requests.touch(
                    order.request_id, lambda asking: note_called_off(asking, order, rules, cause)
                )
            )
        before = tuple(each for each in order.payments if not each.late)
        told = Entry.of_money(event, before, None)
        if before or order.worked:
            touches.append(settling(_spent(order, told) if order.worked else told, stores, rules, cause))
        return tuple(touches)

    @on(CalledOffServicePaid)
    def settle_late_payment(event: CalledOffServicePaid, cause: Cause) -> Touch[Settlement]:
        """What came in afterwards goes to finance by the next settlement day."""
        paid = Payment(
            amount=event.amount,
            at=event.received_at,
            invoice_no=event.invoice_no,
            entered_at=cause.at,
            id=event.payment_id,
            late=True,
            by=event.by,
        )
        return settling(Entry.of_money(event, (paid,), None), stores, rules, cause)

    @on(CustomerChargeRefunded)
    def settle_refund(event: CustomerChargeRefunded, cause: Cause) -> Touch[Settlement]:
        """What was paid back goes to finance by the next settlement day as well."""
        return settling(Entry.of_money(event, (), _refund(event, cause)), stores, rules, cause)

    @on(CustomerOverpaymentRefunded)
    def settle_overpayment(event: CustomerOverpaymentRefunded, cause: Cause) -> Touch[Settlement]:
        """What was paid above a charge and went back goes to finance by the next settlement day."""
        return settling(Entry.of_money(event, (), _refund(event, cause)), stores, rules, cause)


def _spent(order: ServiceOrder, told: Entry) -> Entry:
    """With what it cost us: its customer gets back what was paid, so it was free."""
    cost = order.cost.total if order.cost else told.free
    return told.but(
        free=cost,
        cost=cost,
        type=order.type,
        type_label=order.type_label,
        item=order.item,
        fault=order.fault,
        verdict=order.verdict,
        technician=order.technician,
        visits=len(order.visits),
        technicians=tuple(dict.fromkeys(each.technician for each in order.visits)),
    )


def _refund(event: CustomerChargeRefunded | CustomerOverpaymentRefunded, cause: Cause) -> Refund:
    return Refund(
        amount=event.amount,
        at=event.refunded_at,
        reference=event.reference,
        by=event.by,
        entered_at=cause.at,
        id=cause.id,
    )


def settling(money: Entry, stores: Stores, rules: Rules, cause: Cause) -> Touch[Settlement]:
    """Enters money that was paid for a service that was called off, or that went back, in the month of this moment."""
    empty = Settlement.at(cause.at, rules)
    return stores.settlements.touch(empty.id, lambda month: add_money(month, money, rules, cause), empty)
