"""How long refused messages are kept: so many of each sender, so many days, the oldest go first and are counted."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from pydantic import BaseModel

from shared.aggregate import Unavailable
from shared.parking.parked import ParkedState
from shared.parking.store import Parking
from shared.store import Between, OneOf
from shared.telemetry import Metrics

log = structlog.get_logger()

SWEEP_PARKED_EVERY = 5.0
"""Seconds between two sweeps."""
MESSAGES_SWEPT = 1000
"""Messages that one step of a sweep removes at most."""

CLOSED: tuple[ParkedState, ...] = ("dead", "dropped", "settled")
"""What may be removed: what will not be tried again by itself."""


class _Row(BaseModel):
    id: UUID
    first_at: datetime


@dataclass(frozen=True, slots=True)
class Keeping:
    """Bounds what the parking keeps of senders outside the house, by their queues.

    A message that is removed was refused, its sender was told why, and a log line and a metric say how many went.
    """

    parking: Parking
    queues: Collection[str]
    metrics: Metrics
    count: int
    age: timedelta

    async def run(self) -> None:
        """Sweep now and then, until cancelled."""
        while True:
            try:
                await self.sweep()
            except Unavailable as error:
                log.warning("refusals_wait", reason=error)
            await asyncio.sleep(SWEEP_PARKED_EVERY)

    async def sweep(self) -> None:
        """Remove what is older than `age`, then the oldest of those beyond `count`, for each queue."""
        for queue in self.queues:
            where = {"queue": queue, "state": OneOf(*CLOSED)}
            old = Between(high=datetime.now(UTC) - self.age)
            while await self._remove(queue, {**where, "last_at": old}, MESSAGES_SWEPT, "too old"):
                pass
            beyond = await self.parking.count(where) - self.count
            while beyond > 0:
                removed = await self._remove(queue, where, min(beyond, MESSAGES_SWEPT), "too many")
                beyond -= max(removed, 1)

    async def _remove(self, queue: str, where: dict[str, object], limit: int, why: str) -> int:
        """How many of those that match were removed, the oldest first."""
        found = (await self.parking.rows(_Row, where, sort="first_at", limit=limit)).items
        if found:
            await self.parking.remove([row.id for row in found])
            self.metrics.forgotten(queue, len(found))
            log.warning("refusals_forgotten", queue=queue, count=len(found), why=why, upto=found[-1].first_at)
        return len(found)
