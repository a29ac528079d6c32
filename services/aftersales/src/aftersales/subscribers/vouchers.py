"""How vouchers reach the register, and end with a request that is withdrawn."""

from aftersales.domain.decisions.closing import call_off
from aftersales.domain.decisions.request import note_resolution, note_voucher
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.service_request import ServiceRequest
from aftersales.store import Stores
from shared.aggregate import Cause, Change
from shared.contracts.aftersales import ServiceOrderOpened, ServiceRequestWithdrawn, ServiceVisitCompleted
from shared.contracts.vocabulary import Prose, ServiceOrderId, StaffId
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Keep the register and its vouchers at one."""

    @on(ServiceOrderOpened)
    async def enter_voucher(
        event: ServiceOrderOpened, cause: Cause
    ) -> tuple[Touch[ServiceRequest] | Touch[ServiceOrder], ...]:
        """The register says which voucher a request has; internal work is in no register.

        A voucher that was opened while its request was withdrawn is called off.
        """
        if event.request_id is None:
            return ()
        noted = stores.service_requests.touch(
            event.request_id, lambda asking: note_voucher(asking, event, rules, cause)
        )
        asked = await stores.service_requests.get(event.request_id)
        if asked.withdrawn is None:
            return (noted,)
        over = asked.withdrawn
        return noted, calling_off(event.service_order_id, over.reason, over.by, stores, rules, cause)

    @on(ServiceVisitCompleted)
    async def enter_resolution(event: ServiceVisitCompleted, cause: Cause) -> tuple[Touch[ServiceRequest], ...]:
        """The register says what a technician has resolved; internal work is in no register."""
        order = await stores.service_orders.get(event.service_order_id)
        if order.request_id is None:
            return ()
        return (stores.service_requests.touch(order.request_id, lambda asking: note_resolution(asking, event, cause)),)

    @on(ServiceRequestWithdrawn)
    async def call_off_vouchers(event: ServiceRequestWithdrawn, cause: Cause) -> tuple[Touch[ServiceOrder], ...]:
        """The vouchers of a request that was withdrawn are called off; what a technician has resolved is finished."""
        vouchers = stores.service_orders.each({"request_id": event.request_id})
        return tuple([calling_off(order.id, event.reason, event.by, stores, rules, cause) async for order in vouchers])


def calling_off(
    id: ServiceOrderId, reason: Prose, by: StaffId, stores: Stores, rules: Rules, cause: Cause
) -> Touch[ServiceOrder]:
    """Calls the voucher off, unless a technician has resolved it."""

    def decide(order: ServiceOrder) -> Change[ServiceOrder]:
        if not order.lifecycle.allows(order.stage, "call_off"):
            return Change(order)
        return call_off(order, reason, by, rules, cause)

    return stores.service_orders.touch(id, decide)
