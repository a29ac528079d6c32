"""Step 3: goods leave with an expected arrival, are installed and accepted; the last words fit the kind of customer."""

from datetime import date, time, timedelta

from kefu_local.story.people import Customer, hears
from kefu_local.story.teller import Teller
from kefu_local.story.world import World
from shared.calendar import CHINA
from shared.contracts.departments import (
    BreakdownCompleted,
    BrokenDownPart,
    CompletionExpected,
    DesignSubmitted,
    DrawingKind,
    GoodsDispatched,
    InstallationCompleted,
    ProductionCompleted,
    ShipmentArrived,
)
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerKind

_DRAWINGS: tuple[DrawingKind, ...] = ("plan", "rendering", "elevation", "construction")
_LAST_WORDS: dict[CustomerKind, str] = {"end": "欢迎您邀请朋友参观", "intermediary": "期待与贵司再次合作"}
_PARTS = (BrokenDownPart(part_no="LC-80-2700", quantity=48, source="make"),)


async def make(world: World, teller: Teller, customer: Customer) -> None:
    """The order is designed and made: everything that has to be true before goods may leave."""
    no, path = customer.order_no, f"/orders/{customer.order_id}"
    for kind in _DRAWINGS:
        files = (f"drawings/{no}/{kind}.pdf",)
        await world.report(
            DesignSubmitted(order_no=no, drawing_kind=kind, version=1, files=files, designer="designer-04")
        )
    await world.seen(f"four drawings of {no}", lambda: _drawn(world, customer))
    for kind in _DRAWINGS:
        await world.ask("orders", f"{path}/review-drawing", {"kind": kind, **_APPROVED}, role=Role.CS_SPECIALIST)
    await world.ask("orders", f"{path}/release", {}, role=Role.PLANT_MANAGER)
    work_order = {"work_order_no": f"GD-{no}"}
    await world.ask("orders", f"{path}/issue-work-order", work_order, role=Role.ENGINEERING_REGIONAL_HEAD)
    await world.report(BreakdownCompleted(order_no=no, parts=_PARTS))
    packed = {"items": [{"item": "木箱", "quantity": 6}, {"item": "安装说明书", "quantity": 1}], "volume_litres": 4200}
    await world.ask("orders", f"{path}/pack", packed, role=Role.WAREHOUSE)
    await world.report(ProductionCompleted(order_no=no, completed_at=world.now, quantity_ok=24))
    await _reaches(world, customer, "shipping")
    teller.say(f"Order {no}: four drawings approved, parts known, goods made", world.now)


async def deliver(world: World, teller: Teller, customer: Customer, day: date) -> None:
    """The goods of one order leave on a day, arrive on the next, and are accepted on the one after that."""
    await world.until(day, time(9, 30))
    eta = CHINA.moment(day + timedelta(days=1), time(14))
    note = f"CH-{customer.order_no.removeprefix('SO-')}"
    await world.report(
        GoodsDispatched(
            order_no=customer.order_no, left_at=world.now, eta=eta, delivery_note_no=note, carrier="德邦物流"
        )
    )
    teller.say(f"Warehouse: the goods of {customer.order_no} have left", world.now)
    await hears(world, teller, customer, "货物已出发")
    await world.until(day + timedelta(days=1), time(14, 30))
    await world.report(ShipmentArrived(order_no=customer.order_no, arrived_at=world.now))
    await _reaches(world, customer, "installation")
    await _install(world, teller, customer)
    await world.until(day + timedelta(days=2), time(16))
    await world.report(
        InstallationCompleted(order_no=customer.order_no, completed_at=world.now, crew=("installer-11",))
    )
    await _reaches(world, customer, "acceptance")
    signed = {"signatory": customer.contact, "aftersales_contact": "李师傅 020-88886666"}
    await world.ask("orders", f"/orders/{customer.order_id}/pass-acceptance", signed, role=Role.ORDER_SPECIALIST)
    teller.say(f"{customer.name} accepts the work", world.now)
    await hears(world, teller, customer, _LAST_WORDS[customer.kind])


async def _install(world: World, teller: Teller, customer: Customer) -> None:
    plan = {
        "begin": (world.now + timedelta(hours=1)).isoformat(),
        "planned_finish": (world.now + timedelta(days=2)).isoformat(),
        "crew": [{"staff": "installer-11"}],
    }
    path = f"/orders/{customer.order_id}/schedule-installation"
    await world.ask("orders", path, plan, role=Role.ENGINEERING_REGIONAL_HEAD)
    expected = world.now + timedelta(days=1)
    await world.report(CompletionExpected(order_no=customer.order_no, expected_at=expected, foreman="foreman-02"))
    teller.say(f"The foreman expects to be done by {expected:%m-%d %H:%M}", world.now)
    await hears(world, teller, customer, "诚邀您于")


async def _reaches(world: World, customer: Customer, stage: str) -> None:
    await world.seen(f"{customer.order_no} in {stage}", lambda: _is_in(world, customer, stage))


async def _is_in(world: World, customer: Customer, stage: str) -> bool | None:
    order = await customer.order(world)
    return bool(order and order["stage"] == stage)


async def _drawn(world: World, customer: Customer) -> bool | None:
    order = await customer.order(world)
    return bool(order and all(each["stage"] == "submitted" for each in order["drawings"]))


_APPROVED = {"version": 1, "outcome": "approved"}
