"""What orders does in the background for as long as it runs."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from prometheus_client import CollectorRegistry, Gauge

from orders.store import Orders
from shared.aggregate import Unavailable
from shared.service import Task
from shared.time_source import TimeSource

MEASURED = timedelta(days=30)
"""Over which time before now the share is measured."""
MEASURE_EVERY = 15.0
"""Seconds."""


def measuring(orders: Orders, time: TimeSource, registry: CollectorRegistry) -> Task:
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
                    told.labels(label).set(await orders.told(in_time, time.now() - MEASURED))
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), MEASURE_EVERY)

    return measure
