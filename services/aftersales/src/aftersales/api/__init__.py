"""What others may ask of after-sales."""

from collections.abc import Sequence

from fastapi import APIRouter

from aftersales.api import blocks, form, money, orders, requests, settlements, supply, trip, visits, warranty
from aftersales.domain.policy.policy import Rules
from aftersales.store import Stores


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """Every route of after-sales."""
    return (
        warranty.routes(stores, rules),
        requests.routes(stores.service_requests, rules),
        orders.routes(stores, rules),
        form.routes(stores),
        blocks.routes(stores.service_orders, rules),
        supply.routes(stores.service_orders, rules),
        trip.routes(stores.service_orders, rules),
        visits.routes(stores.service_orders, rules),
        money.routes(stores.service_orders, rules),
        settlements.routes(stores.settlements, rules),
    )
