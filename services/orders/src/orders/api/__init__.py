"""What others may ask of orders."""

from collections.abc import Sequence

from fastapi import APIRouter

from orders.api import contracts, installation, making, orders, payments, shipping
from orders.store import Accounts, Exceptions, Orders


def routes(store: Orders, exceptions: Exceptions, accounts: Accounts) -> Sequence[APIRouter]:
    """Every route of orders."""
    return (
        orders.routes(store, exceptions),
        contracts.routes(store),
        making.routes(store),
        shipping.routes(store),
        installation.routes(store),
        payments.routes(store, accounts),
    )
