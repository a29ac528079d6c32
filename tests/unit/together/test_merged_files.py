"""A merge that intake announces is followed where orders and after-sales keep the customer's id."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

import aftersales.app
import aftersales.settings
import orders.app
import orders.settings
from shared.contracts.intake import CustomersMerged, CustomersSeparated, OrderPlaced
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of
from shared.testing import World, in_memory, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
KEPT, OTHER = UUID(int=1), UUID(int=2)
MERGED = CustomersMerged(customer_id=KEPT, duplicate_id=OTHER, revision=2, reason="同一人以两个手机号登记")
SEPARATED = CustomersSeparated(customer_id=KEPT, separated_id=OTHER, revision=3, reason="经核实为两位客户")


async def ordered(world, number, customer_id):
    placed = OrderPlaced(
        order_id=order_id_of(number),
        order_no=number,
        customer=CustomerSnapshot(customer_id=customer_id, name="恒达"),
        kind="standard",
        lines=(OrderLine(description="高隔断", quantity=2),),
        verified_by="cs-01",
        verified_at=NOW,
    )
    await world.hear(placed)


async def requested(world, number, customer_id):
    body = {"customer": {"customer_id": str(customer_id), "name": "恒达"}, "content": number}
    assert (await world.ask(Role.CS_SPECIALIST, "POST", "/service-requests", body)).status_code == 201


SERVICES = {
    "orders": (orders, ordered, "/orders", "order_no"),
    "aftersales": (aftersales, requested, "/service-requests", "content"),
}


@pytest.mark.parametrize("name", SERVICES)
async def test_a_list_by_customer_shows_what_belongs_to_any_file_of_that_person(name):
    package, write, path, field = SERVICES[name]
    settings = nowhere(package.settings.Settings)
    world = World(package.app.service(settings, in_memory(name, settings, at=NOW)))
    await write(world, "SO-1", KEPT)
    await write(world, "SO-2", OTHER)

    async def listed(customer):
        rows = (await world.ask(Role.CS_SPECIALIST, "GET", f"{path}?customer_id={customer}")).json()["items"]
        return sorted(row[field] for row in rows)

    assert await listed(KEPT) == ["SO-1"]
    await world.hear(MERGED)
    assert (await listed(KEPT), await listed(OTHER)) == (["SO-1", "SO-2"], ["SO-1", "SO-2"])
    await world.hear(SEPARATED)
    await world.hear(MERGED)
    assert (await listed(KEPT), await listed(OTHER)) == (["SO-1"], ["SO-2"])
