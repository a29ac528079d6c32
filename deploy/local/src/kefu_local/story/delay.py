"""Step 2: production will be late, twice; each time the customer hears it from us before the contract's day."""

from datetime import date, time, timedelta
from functools import partial
from typing import Any

from kefu.trouble import Trouble
from kefu_local.story.people import Customer, hears
from kefu_local.story.teller import Teller
from kefu_local.story.world import World
from shared.contracts.departments import DelayReason, ProductionDelayed
from shared.contracts.roles import Role

_SLIPS: tuple[tuple[int, DelayReason, str], ...] = (
    (4, "goods_incomplete", "钢化玻璃补片尚未到厂"),
    (6, "supply", "五金件供应延误"),
)
LATE_BY = timedelta(days=_SLIPS[-1][0])


async def slip_twice(world: World, teller: Teller, customer: Customer, contract_day: date) -> None:
    """Two delays are announced, the second in place of the first."""
    for revision, (days, reason, why) in enumerate(_SLIPS, start=1):
        await world.until(world.in_days(2), time(10))
        if revision == 1:
            teller.step(2, "Production is late, and the customer hears first", world.now)
        ready = contract_day + timedelta(days=days)
        report = ProductionDelayed(order_no=customer.order_no, expected_ready_on=ready, reason=reason, reason_text=why)
        await world.report(report)
        teller.say(f"Production: ready on {ready:%m-%d}, not by the contract's {contract_day:%m-%d}: {why}", world.now)
        order = await world.seen("a delay that waits for its words", partial(_untold, world, customer, ready))
        words = {"new_ship_date": str(ready), "reason_text": None if reason == "supply" else why}
        await world.ask("orders", f"/orders/{order['order_id']}/word-delay", words, role=Role.CS_SPECIALIST)
        teller.say("Customer service has read the reason, and the customer may hear it", world.now)
        delay = await world.seen(f"delay {revision}", partial(_delay, world, customer, revision))
        _judge(delay, ready, superseding=revision > 1)
        await hears(world, teller, customer, sms=f"推迟{days}天", mail=f"推迟{days}天")


async def _untold(world: World, customer: Customer, ready: date) -> dict[str, Any] | None:
    order = await customer.order(world)
    return order if order and order["untold"] and order["untold"]["new"] == str(ready) else None


async def _delay(world: World, customer: Customer, number: int) -> dict[str, Any] | None:
    order = await customer.order(world)
    delays: list[dict[str, Any]] = order["delays"] if order else []
    return delays[number - 1] if len(delays) >= number else None


def _judge(delay: dict[str, Any], ready: date, *, superseding: bool) -> None:
    revision = 2 if superseding else 1
    if not delay["told_in_time"] or delay["new"] != str(ready) or delay["revision"] != revision:
        raise Trouble(f"Delay {revision} should be told in time and name {ready}; it is {delay}.")
