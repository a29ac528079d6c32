"""A customer is found by the numbers of its orders and contracts."""

from typing import Any
from uuid import UUID

from intake.domain.decisions.enquiry import settle
from intake.domain.decisions.project import link_order
from intake.domain.decisions.revision import file_papers, keep_special_specs
from intake.domain.policy.policy import Rules
from intake.store import Stores
from intake.subscribers.care import without_care
from intake.subscribers.timeline import moments
from shared.aggregate import Cause, NotFound
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import ContractSigned
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Each number of an order or a contract is kept with the file of its customer."""

    @on(OrderPlaced)
    async def file_order_number(event: OrderPlaced, cause: Cause) -> list[Touch[Any]]:
        """Its customer is found by the number of the order (004 一㈢4); its special specs are kept (002 尾2a).

        The enquiry that it answers is settled, the project file names it, and the care before an order is over.
        """
        numbers = (event.order_no, event.contract_no) if event.contract_no else (event.order_no,)
        specs = tuple(line.special_spec for line in event.lines if line.special_spec)
        filed = await _filed(stores, event.customer.customer_id, numbers, specs, cause)
        files = await stores.customers.files_of(event.customer.customer_id)
        ended = await without_care(stores, files, rules, cause)
        return [*moments(stores, event, cause), *filed, *ended, *_ordered(stores, event, rules, cause)]

    @on(ContractSigned)
    async def file_contract_number(event: ContractSigned, cause: Cause) -> list[Touch[Any]]:
        """Its customer is found by the number of the contract (004 一㈢4)."""
        filed = await _filed(stores, event.customer.customer_id, (event.contract_no,), (), cause)
        return [*moments(stores, event, cause), *filed]


def _ordered(stores: Stores, event: OrderPlaced, rules: Rules, cause: Cause) -> list[Touch[Any]]:
    found: list[Touch[Any]] = []
    if event.enquiry_id:
        found.append(
            stores.enquiries.touch(
                event.enquiry_id, lambda enquiry: settle(enquiry, "ordered", event.order_no, rules, cause)
            )
        )
    if event.project_id:
        found.append(
            stores.projects.touch(event.project_id, lambda project: link_order(project, event.order_no, cause))
        )
    return found


async def _filed(
    stores: Stores, customer_id: UUID, numbers: tuple[str, ...], specs: tuple[str, ...], cause: Cause
) -> list[Touch[Any]]:
    """Nothing for a customer without a file; of a merged one the file that is kept is found by them, too."""
    try:
        leading = await stores.customers.leading(customer_id)
    except NotFound:
        return []
    reason = f"订单{numbers[0]}的特殊规格"[:200]
    files = dict.fromkeys((customer_id, leading.id))
    return [
        stores.customers.touch(
            file,
            lambda customer: file_papers(customer, customer_id, numbers, cause).then(
                lambda filed: keep_special_specs(filed, specs, reason, cause)
            ),
        )
        for file in files
    ]
