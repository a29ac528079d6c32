"""What others may ask of after-sales."""

from collections.abc import Sequence

from fastapi import APIRouter

from aftersales.api import (
    blocks,
    candidates,
    day,
    form,
    money,
    orders,
    passport,
    requests,
    settlements,
    supply,
    trip,
    visits,
    warranty,
)
from aftersales.domain.policy.policy import Rules
from aftersales.store import Stores


def routes(stores: Stores, rules: Rules, passport_url: str | None) -> Sequence[APIRouter]:
    """Every route of after-sales; the QR code of a printed passport leads to `passport_url`, if there is one."""
    return (
        warranty.routes(stores, rules),
        warranty.answers(stores.warranty_checks),
        passport.routes(stores.covered_orders, rules, passport_url),
        requests.routes(stores, rules),
        orders.routes(stores, rules),
        candidates.routes(stores.service_orders, rules),
        form.routes(stores),
        blocks.routes(stores.service_orders, rules),
        supply.routes(stores.service_orders, rules),
        trip.routes(stores.service_orders, rules),
        visits.routes(stores.service_orders, rules),
        visits.endings(stores.service_orders, rules),
        money.routes(stores.service_orders, rules),
        money.payments(stores.service_orders, rules),
        day.routes(stores.service_orders),
        settlements.tables(stores, rules),
        settlements.routes(stores.settlements, rules),
    )
