"""What the departments would have reported: the facts of each order of a log, in the log's own order."""

import hashlib
from collections.abc import Iterable, Iterator
from uuid import NAMESPACE_URL, uuid5

from kefu.doors import Fact
from kefu.replay.olist import Row
from shared.contracts.departments import (
    GoodsDispatched,
    IntroducedCustomer,
    OrderRequested,
    PaymentReceived,
    ShipmentArrived,
)
from shared.contracts.vocabulary import OrderLine, order_id_of

SALES_OWNER = "web-shop"
_REPLAYED = uuid5(NAMESPACE_URL, "urn:kefu:replay:olist")


def facts_of(rows: Iterable[Row]) -> list[Fact]:
    """All facts of these orders, by the time at which they happened."""
    return sorted((fact for row in rows for fact in _facts(row)), key=lambda fact: fact.at)


def _facts(row: Row) -> Iterator[Fact]:
    no = row.order_no
    for at, event in (
        (row.requested_at, _requested(row)),
        (row.paid_at, row.paid_at and PaymentReceived(order_no=no, kind="balance", received_at=row.paid_at)),
        (row.handed_over_at, row.handed_over_at and GoodsDispatched(order_no=no, left_at=row.handed_over_at)),
        (row.arrived_at, row.arrived_at and ShipmentArrived(order_no=no, arrived_at=row.arrived_at)),
    ):
        if at and event:
            yield Fact(at, uuid5(_REPLAYED, f"{event.key}/{no}"), order_id_of(no), event)


def _requested(row: Row) -> OrderRequested:
    return OrderRequested(
        order_no=row.order_no,
        customer=_customer(row.customer_no),
        lines=(OrderLine(description="网店商品", quantity=1),),
        promised_arrival_date=row.promised,
        sales_owner=SALES_OWNER,
        verified_with_customer_at=row.requested_at,
    )


def _customer(no: str) -> IntroducedCustomer:
    """A customer under this number. The log has no names, so name, mobile and e-mail are made up from the number."""
    digits = int.from_bytes(hashlib.sha256(no.encode()).digest()[:8], "big")
    return IntroducedCustomer(
        customer_no=no,
        name=f"顾客 {no[:8]}",
        mobile=f"1{3 + digits % 7}{digits // 7 % 10**9:09d}",
        email=f"{digits:016x}@customers.example",
    )
