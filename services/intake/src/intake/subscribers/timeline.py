"""Every fact about a customer goes into the customer's timeline."""

from collections.abc import Awaitable, Callable
from typing import Any

from intake.domain.decisions.timeline import remember
from intake.domain.moment import Moment, customer_of, facts_about_customers, facts_about_orders
from intake.store import Stores
from shared.aggregate import Cause, NotFound
from shared.contracts.event import Event
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores) -> None:
    """Subscribe to every fact that names its customer or an order, and that no other reaction of intake keeps."""
    kept = {subscription.event for subscription in on}
    for fact in facts_about_customers():
        if fact not in kept:
            on(fact)(_keeping(stores, fact))
    for fact in facts_about_orders():
        on(fact)(_keeping_by_order(stores, fact))


def moments(stores: Stores, event: Event, cause: Cause) -> list[Touch[Moment]]:
    """The fact's place in the timeline; none for a fact that names no customer."""
    customer_id = customer_of(event)
    return [stores.moments.birth(remember(event, customer_id, cause))] if customer_id else []


def _keeping(stores: Stores, fact: type[Event]) -> Callable[[Any, Cause], list[Touch[Moment]]]:
    def keep_in_timeline(event: Event, cause: Cause) -> list[Touch[Moment]]:
        return moments(stores, event, cause)

    keep_in_timeline.__doc__ = f"Into the customer's timeline (004 一㈢4): {fact.__doc__}"
    return keep_in_timeline


def _keeping_by_order(stores: Stores, fact: type[Event]) -> Callable[[Any, Cause], Awaitable[list[Touch[Moment]]]]:
    async def keep_in_timeline_of_its_order(event: Any, cause: Cause) -> list[Touch[Moment]]:
        try:
            order = await stores.orders.get(event.order_id)
        except NotFound:
            return []
        return [stores.moments.birth(remember(event, order.customer_id, cause))]

    keep_in_timeline_of_its_order.__doc__ = f"Into the timeline of the order's customer (004 一㈢4): {fact.__doc__}"
    return keep_in_timeline_of_its_order
