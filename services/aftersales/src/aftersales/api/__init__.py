"""What others may ask of after-sales."""

from collections.abc import Sequence

from fastapi import APIRouter

from aftersales.api import money, orders, requests, settlements, visits, warranty
from aftersales.domain.policy import AftersalesPolicy
from aftersales.store import Records


def routes(records: Records, policy: AftersalesPolicy) -> Sequence[APIRouter]:
    """Every route of after-sales."""
    return (
        warranty.routes(records, policy),
        requests.routes(records, policy),
        orders.routes(records, policy),
        visits.routes(records, policy),
        money.routes(records, policy),
        settlements.routes(records),
    )
