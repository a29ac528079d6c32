"""What happens to orders when time passes."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from prometheus_client import CollectorRegistry, Gauge

from orders.domain.decisions.account import issue_statement
from orders.domain.decisions.delay import miss_arrival, miss_shipping
from orders.domain.decisions.payment import fall_overdue, remind
from orders.domain.decisions.promise import break_promise
from orders.domain.decisions.shipment import assess
from orders.domain.decisions.stage import miss_stage
from orders.domain.desk import DESK, Desk
from orders.domain.order import Order
from orders.store import Desks, Orders, Stores
from shared.aggregate import Cause, Change, Unavailable
from shared.clock import Clock
from shared.contracts.event import Actor
from shared.service import Task
from shared.timers import Timers

MEASURED = timedelta(days=30)
MEASURE_EVERY = 15.0
TRY_AGAIN_AFTER = 1.0


def timers(stores: Stores) -> Timers:
    """Every decision that waits for its time."""
    at = Timers()
    _orders(at, stores.orders)
    at(stores.accounts, "statement")(issue_statement)

    @at(stores.desks, "week")
    def ask_for_weekly_reports(desk: Desk, cause: Cause) -> Change[Desk]:
        """On Saturday at 13:00 the meeting wants the week's exceptions (000 §4.2)."""
        return desk.week(cause)

    @at(stores.desks, "month")
    def ask_for_monthly_reports(desk: Desk, cause: Cause) -> Change[Desk]:
        """On the first of the month the clerk's figures are due (004 四4)."""
        return desk.month(cause)

    return at


def _orders(at: Timers, orders: Orders) -> None:
    at(orders, "stage")(miss_stage)
    at(orders, "readiness")(assess)
    at(orders, "ship_by")(miss_shipping)
    at(orders, "arrive_by")(miss_arrival)
    at(orders, "overdue")(fall_overdue)
    at(orders, "dunning")(remind)

    @at(orders, "install_by")
    def miss_installation(order: Order, cause: Cause) -> Change[Order]:
        """Installers did not begin on the promised day."""
        return break_promise(order, "install", cause)

    @at(orders, "complete_by")
    def miss_completion(order: Order, cause: Cause) -> Change[Order]:
        """The installation was not done on the promised day."""
        return break_promise(order, "complete", cause)

    @at(orders, "accept_by")
    def miss_acceptance(order: Order, cause: Cause) -> Change[Order]:
        """The customer did not accept on the day of the invitation."""
        return break_promise(order, "accept", cause)


def opening(desks: Desks, zone: str, clock: Clock) -> Task:
    """A task that opens the desk, once for ever, when a first service starts."""

    async def open_desk(stopping: asyncio.Event) -> None:
        first = Cause(id=DESK, correlation=DESK, actor=Actor(kind="service", id="orders"), at=clock.now())
        while not stopping.is_set():
            with suppress(Unavailable):
                await desks.apply(DESK, Change, first, start=Desk.opened(zone, first.at))
                return
            await _pause(stopping, TRY_AGAIN_AFTER)

    return open_desk


def measuring(orders: Orders, clock: Clock, registry: CollectorRegistry) -> Task:
    """A task that keeps the share of delays told before the contract's date up to date as a metric (001 售中 理由)."""
    told = Gauge(
        "kefu_orders_delays",
        f"Orders delayed in the last {MEASURED.days} days, by whether it was told in time.",
        ["told"],
        registry=registry,
    )

    async def measure(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            for in_time, label in ((True, "in_time"), (False, "too_late")):
                with suppress(Unavailable):
                    told.labels(label).set(await orders.told(in_time, clock.now() - MEASURED))
            await _pause(stopping, MEASURE_EVERY)

    return measure


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
