"""A customer who was erased is named nowhere else at intake."""

from functools import partial
from typing import Any

from intake.domain.decisions.erasure import erase_along
from intake.domain.policy.policy import Rules
from intake.store import Stores
from intake.subscribers.timeline import moments
from shared.aggregate import Cause
from shared.contracts.intake import CustomerErased
from shared.erasure import erasing
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """What stands outside of the customer's file follows it."""

    @on(CustomerErased)
    async def erase_customer(event: CustomerErased, cause: Cause) -> list[Touch[Any]]:
        """Talks, visits, calls, orders and the timeline have the pseudonym, and so have the files merged into this one.

        Calls that are owed to the customer and enquiries that are open are withdrawn (003 二1-7).
        """
        erase = partial(erase_along, legal_basis=event.legal_basis, rules=rules, cause=cause)
        merged = [
            stores.customers.touch(each.id, erase)
            async for each in stores.customers.each({"merged_into": event.customer_id})
        ]
        kept = await erasing(event, stores.erased_customers, stores.personal(rules), cause)
        return [*moments(stores, event, cause), *kept, *merged]
