"""Step 1: customers get a file, orders are taken, contracts reviewed and signed, and the customers hear of it."""

from collections.abc import Sequence
from datetime import time, timedelta

from kefu_local.story.people import Customer, hears, register
from kefu_local.story.teller import Teller
from kefu_local.story.world import World
from shared.contracts.departments import PaymentReceived
from shared.contracts.event import Money
from shared.contracts.roles import Role

SHIP_IN = timedelta(days=12)
_TOTAL = "100000.00"
_DEPOSIT = Money.model_validate({"amount": "30000.00"})
_SIGNATURES = (("prepare", "cs-07"), ("review", "cs-08"), ("approve", "cs-09"))


async def order(world: World, teller: Teller, customers: Sequence[Customer]) -> None:
    """Both orders are placed, and both customers know it."""
    await world.until(world.in_days(1), time(9, 30))
    teller.step(1, "Two customers order", world.now)
    for customer in customers:
        await register(world, customer)
        await _take(world, customer)
        teller.say(f"Intake takes order {customer.order_no} of {customer.name} ({customer.kind} customer)", world.now)
    for customer in customers:
        await _sign(world, customer)
        teller.say(f"Contract of {customer.order_no} reviewed, signed and sealed; the deposit is in", world.now)
    for customer in customers:
        await _release(world, customer)
        await hears(world, teller, customer, "正在为您下单")


async def _take(world: World, customer: Customer) -> None:
    ordered = {
        "customer_id": customer.id,
        "order_no": customer.order_no,
        "lines": [{"description": "80 款双玻百叶高隔断", "spec": "3000×2700 mm", "quantity": 24, "unit": "樘"}],
        "total": {"amount": _TOTAL},
        "requested_ship_date": str(world.now.date() + SHIP_IN),
        "site_address": "广州市天河区珠江东路 6 号 32 楼",
        "sales_owner": "am-03",
        "verified": {"by": "cs-07", "at": (world.now - timedelta(minutes=10)).isoformat()},
    }
    await world.ask("intake", "/orders", ordered, role=Role.CS_SPECIALIST)
    await world.seen(f"{customer.order_no} known to orders", lambda: customer.order(world))


async def _sign(world: World, customer: Customer) -> None:
    path = f"/orders/{customer.order_id}"
    await world.ask("orders", f"{path}/countersign", {"revision": 1, "feasible": True}, role=Role.PLANNER)
    await world.ask("orders", f"{path}/review", {"revision": 1, "outcome": "approved"}, role=Role.CS_SPECIALIST)
    signed = {"revision": 1, "signed_on": {"on": str(world.in_days(0))}}
    await world.ask("orders", f"{path}/sign", signed, role=Role.CS_SUPERVISOR)
    await world.report(
        PaymentReceived(order_no=customer.order_no, kind="initial", amount=_DEPOSIT, received_at=world.now)
    )


async def _release(world: World, customer: Customer) -> None:
    """The order notice leaves with three signatures of three people."""
    for sign, who in _SIGNATURES:
        role = Role.CS_SUPERVISOR if sign == "review" else Role.CS_SPECIALIST
        await world.ask("orders", f"/orders/{customer.order_id}/{sign}-notice", {"revision": 1}, role=role, who=who)
