"""What others may ask of orders."""

from collections.abc import Sequence

from fastapi import APIRouter

from orders.api import contracts, disposals, installation, loads, making, orders, payments, shipping, statistics
from orders.store import Stores


def routes(stores: Stores) -> Sequence[APIRouter]:
    """Every route of orders."""
    return (
        orders.routes(stores.orders, stores.exceptions),
        contracts.routes(stores.orders),
        making.routes(stores.orders),
        shipping.routes(stores.orders),
        installation.routes(stores.orders),
        payments.routes(stores.orders, stores.accounts),
        loads.routes(stores),
        disposals.routes(stores.disposals),
        statistics.routes(stores),
    )
