"""What others may ask of orders."""

from collections.abc import Sequence

from fastapi import APIRouter

from orders.api import (
    contracts,
    costs,
    disposals,
    installation,
    loads,
    making,
    orders,
    payments,
    shipping,
    statistics,
    stock_checks,
)
from orders.domain.policy.policy import Rules
from orders.store import Stores


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """Every route of orders."""
    return (
        orders.routes(stores, rules),
        contracts.routes(stores.orders, rules),
        making.routes(stores.orders, rules),
        shipping.routes(stores.orders, rules),
        installation.routes(stores.orders, rules),
        payments.routes(stores.orders, stores.accounts, rules),
        loads.routes(stores),
        disposals.routes(stores.disposals),
        stock_checks.routes(stores.stock_checks, rules),
        *costs.routes(stores, rules),
        statistics.routes(stores, rules.calendar),
        statistics.forecasts(stores.paces),
    )
