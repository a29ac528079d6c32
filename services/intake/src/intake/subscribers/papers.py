"""A customer is found by the numbers of its orders and contracts."""

from typing import Any
from uuid import UUID

from intake.domain.decisions.revision import file_papers
from intake.store import Stores
from intake.subscribers.timeline import moments
from shared.aggregate import Cause, NotFound
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import ContractSigned
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores) -> None:
    """Each number of an order or a contract is kept with the file of its customer."""

    @on(OrderPlaced)
    async def file_order_number(event: OrderPlaced, cause: Cause) -> list[Touch[Any]]:
        """Its customer is found by the number of the order (004 一㈢4)."""
        numbers = (event.order_no, event.contract_no) if event.contract_no else (event.order_no,)
        filed = await _filed(stores, event.customer.customer_id, numbers, cause)
        return [*moments(stores, event, cause), *filed]

    @on(ContractSigned)
    async def file_contract_number(event: ContractSigned, cause: Cause) -> list[Touch[Any]]:
        """Its customer is found by the number of the contract (004 一㈢4)."""
        filed = await _filed(stores, event.customer.customer_id, (event.contract_no,), cause)
        return [*moments(stores, event, cause), *filed]


async def _filed(stores: Stores, customer_id: UUID, numbers: tuple[str, ...], cause: Cause) -> list[Touch[Any]]:
    """Nothing for a customer without a file; of a merged one the file that is kept is found by them, too."""
    try:
        leading = await stores.customers.leading(customer_id)
    except NotFound:
        return []
    files = dict.fromkeys((customer_id, leading.id))
    return [stores.customers.touch(file, lambda customer: file_papers(customer, numbers, cause)) for file in files]
