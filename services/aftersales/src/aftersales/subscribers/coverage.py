"""Which facts tell after-sales when a warranty begins."""

from collections.abc import Callable

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions.coverage import complete_order, cover, date_acceptance, date_contract, end_coverage
from aftersales.domain.decisions.warranty import answer_anew
from aftersales.domain.policy.policy import Rules
from aftersales.domain.warranty_check import WarrantyCheck
from aftersales.store import Stores
from shared.aggregate import Cause, Change
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import AcceptancePassed, ContractSigned, OrderCancelled, OrderClosed
from shared.contracts.vocabulary import OrderNo
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Keep the covered orders up with what is announced, in whatever order it comes."""
    orders = stores.covered_orders

    @on(OrderPlaced)
    async def cover_order(event: OrderPlaced, cause: Cause) -> tuple[Touch[CoveredOrder] | Touch[WarrantyCheck], ...]:
        """An order may name its contract already; who asked about it before hears what is known now."""
        return await _kept(event.order_no, lambda order: cover(order, event, rules, cause), stores, rules, cause)

    @on(ContractSigned)
    async def take_contract(
        event: ContractSigned, cause: Cause
    ) -> tuple[Touch[CoveredOrder] | Touch[WarrantyCheck], ...]:
        """The signed contract's number and date are the ones that count, also for what was uncertain before."""
        return await _kept(
            event.order_no, lambda order: date_contract(order, event, rules, cause), stores, rules, cause
        )

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


async def _kept(
    order_no: OrderNo,
    decide: Callable[[CoveredOrder], Change[CoveredOrder]],
    stores: Stores,
    rules: Rules,
    cause: Cause,
) -> tuple[Touch[CoveredOrder] | Touch[WarrantyCheck], ...]:
    """What is heard is kept, and what was uncertain before is answered by it."""
    unknown = CoveredOrder.of(order_no)
    order = decide(await stores.covered_orders.known(order_no, None) or unknown).state
    touches: list[Touch[CoveredOrder] | Touch[WarrantyCheck]] = [
        stores.covered_orders.touch(unknown.id, decide, unknown)
    ]
    for uncertain in await stores.warranty_checks.uncertain(order):
        if await _counts(uncertain, stores):
            touches.append(
                stores.warranty_checks.touch(uncertain.id, lambda check: answer_anew(check, order, rules, cause))
            )
    return tuple(touches)


async def _counts(check: WarrantyCheck, stores: Stores) -> bool:
    """Whether it answers what is asked now: a request whose contract was named anew has another answer."""
    if check.checked.service_request_id is None:
        return True
    asking = await stores.service_requests.get(check.checked.service_request_id)
    return asking.warranty is None or asking.warranty.check_id == check.id
