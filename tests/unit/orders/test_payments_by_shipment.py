"""Payments are kept by shipment: what each costs, and what of it is paid."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.contracts import departments as facts
from shared.contracts.event import Money
from shared.contracts.vocabulary import OrderLine

LINES = (
    OrderLine(description="高隔断", quantity=20, unit_price=Money(amount=Decimal("4000.00"))),
    OrderLine(description="门", quantity=4, unit_price=Money(amount=Decimal("5000.00"))),
)


async def sent_in_two(company):
    """Ten of twenty partitions leave first, on note A; everything else on note B."""
    await company.place(lines=LINES)
    await company.run_to("shipping")
    parts = ({"what": "高隔断", "quantity": 10},)
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="A", partial=True, parts=parts)
    company.later(days=1)
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="B")


async def shipments(company, ask):
    order = await company.order()
    shown = (await ask("finance", "GET", f"/orders/{order.id}")).json()["payment"]["shipments"]
    return [(each["delivery_note_no"], each["price"], each["paid"], each["open"]) for each in shown]


@pytest.mark.requirement("R203.c")
async def test_each_shipment_costs_what_it_carries_and_money_pays_for_the_earliest_first(company, ask):
    await sent_in_two(company)
    assert await shipments(company, ask) == [
        ("A", "40000.00", "30000.00", "10000.00"),
        ("B", "60000.00", "0.00", "60000.00"),
    ]
    await company.pay("progress", "25000.00")
    assert await shipments(company, ask) == [
        ("A", "40000.00", "40000.00", "0.00"),
        ("B", "60000.00", "15000.00", "45000.00"),
    ]


@pytest.mark.requirement("R203.c")
async def test_money_that_comes_in_for_a_delivery_note_is_that_shipment_s(company, ask):
    await sent_in_two(company)
    await company.pay("progress", "20000.00", delivery_note_no="B")
    assert await shipments(company, ask) == [
        ("A", "40000.00", "30000.00", "10000.00"),
        ("B", "60000.00", "20000.00", "40000.00"),
    ]
    entry = (await company.order()).receivable.entries[-1]
    assert (entry.kind, entry.shipment) == ("payment", "B")


async def test_a_shipment_of_which_no_one_said_what_it_carries_has_no_price_until_all_have_left(company, ask):
    await company.place(lines=LINES)
    await company.run_to("shipping")
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="A", partial=True)
    assert await shipments(company, ask) == [("A", None, "0", "0")]
    company.now += timedelta(days=1)
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="B")
    assert await shipments(company, ask) == [("A", None, "0", "0"), ("B", "100000.00", "30000.00", "70000.00")]
