"""Orders on real servers: released, delayed once, early facts wait, lists and files come from MongoDB."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest
from waiting import until

from shared.contracts import departments as facts
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import (
    CreditGranted,
    OrderExceptionRaised,
    OrderReleased,
    OrdersReportPublished,
    ShipmentDelayed,
    ShipmentDispatched,
    ShipmentReady,
)
from shared.contracts.vocabulary import order_id_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 9, 30, 1, tzinfo=UTC)
NUMBERS = count(1)


def placed(kind="standard", **fields):
    """An order that intake has taken, with a number of its own."""
    no = f"SO-2026-{next(NUMBERS):04d}"
    said = {
        "order_id": order_id_of(no),
        "order_no": no,
        "customer": {"customer_id": uuid4(), "name": "广州恒达装饰", "mobile": "13800138000"},
        "kind": kind,
        "lines": [{"description": "80 款高隔断", "quantity": 24}],
        "total": {"amount": "100000.00"},
        "requested_ship_date": "2026-11-26",
        "sales_owner": "am-03",
        "region": "华南",
        "verified_by": "cs-07",
        "verified_at": NOW,
    }
    return OrderPlaced.model_validate(said | fields)


async def shown(orders, order, stage=None):
    """The order as staff see it, once it is in this stage."""

    async def found():
        answer = await orders.http.get(f"/orders/{order.order_id}", headers=orders.staff.headers("cs_specialist"))
        return answer.is_success and (stage is None or answer.json()["stage"] == stage) and answer.json()

    return await until(found)


async def untold(orders, order, day):
    """Once the customer is to be told this day, and customer service may word it."""

    async def found():
        waiting = (await shown(orders, order))["untold"]
        return waiting and waiting["new"] == day

    await until(found)


async def signed(orders, bus, order, at=NOW):
    """Placed on the bus, reviewed and signed over HTTP."""
    await bus.announce(order, at=at)
    await shown(orders, order)
    path = f"/orders/{order.order_id}"
    if order.kind == "custom":
        await orders.ask("regional_head", "POST", f"{path}/take-on")
        await orders.ask("cs_supervisor", "POST", f"{path}/submit-for-review", {"revision": 1})
    await orders.ask("planner", "POST", f"{path}/countersign", {"revision": 1, "feasible": True})
    await orders.ask("cs_director", "POST", f"{path}/review", {"revision": 1, "outcome": "approved"})
    await orders.ask("cs_supervisor", "POST", f"{path}/sign", {"revision": 1, "signed_on": {"on": "2026-09-30"}})


async def released(orders, bus, order):
    """Paid and with its three signatures."""
    await signed(orders, bus, order)
    paid = facts.PaymentReceived(
        order_no=order.order_no,
        kind="initial",
        amount={"amount": "30000.00"},
        received_at=NOW,
        receipt_no=order.order_no,
    )
    await bus.announce(paid, at=NOW)
    await shown(orders, order, "release")
    for role, sign in (("cs_specialist", "prepare"), ("cs_supervisor", "review"), ("cs_director", "approve")):
        await orders.ask(role, "POST", f"/orders/{order.order_id}/{sign}-notice", {"revision": 1})


@pytest.mark.requirement("R055.a", "R058.b")
async def test_from_the_order_to_a_delay_and_its_second_revision(orders, house, bus):
    order = placed()
    await released(orders, bus, order)
    (notice,) = await bus.expect(OrderReleased, order_no=order.order_no)
    assert (notice.prepared_by, notice.approved_by) == ("cs_specialist-01", "cs_director-01")

    behind = facts.ProductionDelayed(
        order_no=order.order_no, expected_ready_on=date(2026, 11, 30), reason_text="钢化玻璃补片尚未到厂"
    )
    await bus.announce(behind, at=NOW)
    await untold(orders, order, "2026-11-30")
    house.show(NOW + timedelta(minutes=31))
    (first,) = await bus.expect(ShipmentDelayed, order_no=order.order_no)
    await until(orders.settled)
    later = behind.model_copy(update={"expected_ready_on": date(2026, 12, 3)})
    await bus.announce(later, at=NOW + timedelta(minutes=31))
    await untold(orders, order, "2026-12-03")
    house.show(NOW + timedelta(minutes=62))
    _, second = await bus.expect(ShipmentDelayed, 2, order_no=order.order_no)

    assert (first.delay_days, first.told_before_contract_date) == (4, True)
    assert (second.revision, second.supersedes, second.delay_days) == (2, first.delay_id, 7)


async def test_the_same_fact_three_times_at_once_has_one_effect(orders, bus):
    order, id = placed(), uuid4()
    await bus.announce(order, at=NOW)
    await shown(orders, order)
    problem = facts.MaterialProblemReported(order_no=order.order_no, kind="supply", detail="断货")
    await bus.announce(problem, problem, problem, at=NOW, ids=(id, id, id))
    await bus.expect(OrderExceptionRaised, order_no=order.order_no)
    await until(orders.settled)

    assert len(await bus.expect(OrderExceptionRaised, order_no=order.order_no)) == 1
    listed = await orders.ask("cs_specialist", "GET", "/exceptions?limit=500")
    assert len([each for each in listed["items"] if each["order_no"] == order.order_no]) == 1


async def test_facts_that_come_before_their_order_wait_for_it(orders, bus):
    order = placed(requested_ship_date=None, promised_arrival_date="2026-10-10")
    left = facts.GoodsDispatched(order_no=order.order_no, left_at=NOW + timedelta(hours=1))
    paid = facts.PaymentReceived(order_no=order.order_no, kind="balance", received_at=NOW)
    await bus.announce(left, paid, at=NOW)
    await bus.announce(order, at=NOW)

    (gone,) = await bus.expect(ShipmentDispatched, order_no=order.order_no)
    assert gone.left_at == NOW + timedelta(hours=1)
    assert (await shown(orders, order, "transport"))["route"] == "stock.v1"


@pytest.mark.requirement("R025.b")
async def test_credit_is_granted_in_the_order_in_which_contracts_are_signed(orders, bus):
    customer = {"customer_id": str(uuid4()), "name": "佛山大成"}
    one = placed("custom", customer=customer, total={"amount": "150000.00"})
    two = placed("custom", customer=customer, total={"amount": "100000.00"})
    await signed(orders, bus, one)
    await bus.expect(CreditGranted, order_no=one.order_no)
    await signed(orders, bus, two)

    async def owes_both():
        account = await orders.ask("finance", "GET", f"/customers/{customer['customer_id']}/account")
        return account["balance"]["amount"] == "250000.00" and account

    assert (await until(owes_both))["exposure"]["amount"] == "150000.00"
    credit = {"limit": {"amount": "400000.00"}, "days": 90}
    await orders.ask("cs_director", "POST", f"/customers/{customer['customer_id']}/set-credit", credit)
    await bus.expect(CreditGranted, order_no=two.order_no)


async def test_lists_are_paged_and_filtered_by_the_database(orders, bus):
    customer = {"customer_id": str(uuid4()), "name": "深圳明镜"}
    wanted = [placed(customer=customer) for _ in range(5)]
    await bus.announce(*wanted, at=NOW)
    for order in wanted:
        await shown(orders, order)

    path = f"/orders?customer_id={customer['customer_id']}&limit=2"
    page = await orders.ask("cs_specialist", "GET", path)
    seen = [row["order_no"] for row in page["items"]]
    while page["next"]:
        page = await orders.ask("cs_specialist", "GET", f"{path}&after={page['next']}")
        seen += [row["order_no"] for row in page["items"]]
    assert sorted(seen) == [order.order_no for order in wanted]
    smuggled = await orders.http.get('/orders?order_no={"$gt":""}', headers=orders.staff.headers("cs_specialist"))
    assert smuggled.json()["items"] == []


@pytest.mark.requirement("R205.b")
async def test_statistics_and_exports_are_gathered_from_the_database(orders, bus):
    order = placed(region="=华北")
    await signed(orders, bus, order)
    span = "begin=2026-09-30&end=2026-10-01"
    headers = orders.staff.headers("statistics_clerk")

    table = await orders.http.get(f"/statistics?by=region&{span}&format=csv", headers=headers)
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    xes = await orders.http.get(f"/exports/orders.xes?{span}", headers=headers)
    assert {row["地区"]: row["订单数"] for row in rows}["'=华北"] == "1"
    assert order.order_no in xes.text


async def test_an_order_number_is_taken_once(orders, bus):
    order = placed()
    await bus.announce(order, order.model_copy(update={"region": "华东"}), at=NOW)
    assert (await shown(orders, order))["region"] in {"华南", "华东"}


@pytest.mark.requirement("R034.a", "R056.a")
async def test_when_time_passes_each_clock_fires_once_with_two_replicas_and_after_a_restart(orders, house, bus):
    late = placed(requested_ship_date=None, promised_arrival_date="2026-10-02")
    soon = placed(requested_ship_date="2026-10-02")
    await bus.announce(late, at=NOW)
    await shown(orders, late, "payment")
    paid = {"amount": {"amount": "100000.00"}, "received_at": NOW, "receipt_no": late.order_no}
    await bus.announce(facts.PaymentReceived(order_no=late.order_no, kind="balance", **paid), at=NOW)
    await released(orders, bus, soon)
    async with house.replica() as second:
        house.show(datetime(2026, 10, 1, 2, tzinfo=UTC))
        await untold(orders, soon, "2026-10-05")
        house.show(datetime(2026, 10, 3, 6, tzinfo=UTC))
        await bus.expect(ShipmentDelayed, order_no=soon.order_no)
        house.show(datetime(2026, 10, 3, 6, 45, tzinfo=UTC))
        await bus.expect(ShipmentDelayed, order_no=late.order_no)
        await bus.expect(OrdersReportPublished, kind="weekly_exceptions")
        await until(orders.settled)
        await until(second.settled)
    house.show(datetime(2026, 10, 3, 7, tzinfo=UTC))
    async with house.replica() as restarted:
        await until(restarted.settled)
        await until(orders.settled)

    delayed = await bus.of(ShipmentDelayed)
    assert [event.delay_days for event in delayed if event.order_no == late.order_no] == [3]
    told = [(event.revision, event.told_before_contract_date) for event in delayed if event.order_no == soon.order_no]
    assert told == [(1, True)]
    weeks = [event.period for event in await bus.of(OrdersReportPublished) if event.kind == "weekly_exceptions"]
    assert weeks == ["2026-W40"]
    assert await bus.of(ShipmentReady) == []


async def test_the_share_of_delays_told_in_time_is_a_metric(orders):
    async def measured():
        text = (await orders.http.get("/metrics")).text
        return 'kefu_orders_delays{told="in_time"}' in text

    assert await until(measured)
