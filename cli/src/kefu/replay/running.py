"""The five services as they are seen from outside: whether they are at rest, and how much they have done."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from types import TracebackType
from typing import Self

import httpx

from kefu.surroundings import SERVICES, Surroundings
from kefu.trouble import Trouble

_PATIENCE = 180.0
_LOOKS_AFTER_A_FALL = 20
_NAPS = (0.01, 0.02, 0.05)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one service has under way, what its clock shows, and how many messages it has taken since it began."""

    clock: datetime = field(compare=False)
    taken: int
    in_hand: int
    outbox: int
    overdue: int
    parked: int

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not (self.in_hand or self.outbox or self.overdue or self.parked)

    def __str__(self) -> str:
        return f"{self.in_hand} in hand, {self.outbox} in outboxes, {self.overdue} overdue, {self.parked} parked"


Looks = Mapping[str, Figures | None]


class Running:
    """What `/health/ready` of each service says. A service that is away is waited for; Trouble when it stays away."""

    def __init__(self, around: Surroundings) -> None:
        self._urls = {service: around.service_url(service) for service in SERVICES}
        self._http = httpx.AsyncClient(timeout=10, trust_env=False)
        self._seen: dict[str, int] = {}
        self.handled = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def at_rest(self) -> None:
        """Returns when nothing is under way in any service and nothing arrived between two looks.

        After a service was away that has to last: what it had in hand comes back to it one by one.
        """
        await self._until(lambda each: each.idle, looks=2)

    async def fired(self, until: datetime) -> None:
        """Returns when every service has seen the clock reach this moment, and no deadline before it is left."""
        await self._until(lambda each: each.clock >= until and not each.overdue, looks=1)

    async def _until(self, holds: Callable[[Figures], bool], looks: int) -> None:
        before: Looks = {}
        same, changed, naps = 0, monotonic(), iter(_NAPS)
        while True:
            now = await self._look()
            if None in now.values():
                looks = max(looks, _LOOKS_AFTER_A_FALL)
            if now != before:
                same, changed = 0, monotonic()
            same = same + 1 if all(figures and holds(figures) for figures in now.values()) else 0
            if same >= looks:
                return
            if monotonic() - changed > _PATIENCE:
                raise Trouble(f"the services do not come to rest since {_PATIENCE:.0f} s: {_told(now)}")
            before = now
            await asyncio.sleep(_NAPS[0] if same else next(naps, _NAPS[-1]))

    async def _look(self) -> Looks:
        return dict(zip(self._urls, await asyncio.gather(*map(self._figures, self._urls)), strict=True))

    async def _figures(self, service: str) -> Figures | None:
        """What the service says of itself; nothing while it is away, or cannot say."""
        try:
            answer = await self._http.get(f"{self._urls[service]}/health/ready")
            said = answer.raise_for_status().json()
            counts = {name: int(said[name]) for name in ("taken", "in_hand", "outbox", "overdue", "parked")}
            figures = Figures(clock=datetime.fromisoformat(said["clock"]), **counts)
        except (httpx.HTTPError, ValueError, KeyError):
            return None
        self._count(service, figures.taken)
        return figures

    def _count(self, service: str, taken: int) -> None:
        """Add what a service has taken since the last look; one that started afresh counts from nothing."""
        before = self._seen.get(service, taken)
        self.handled += taken - before if taken >= before else taken
        self._seen[service] = taken


def _told(looks: Looks) -> str:
    return "; ".join(f"{service}: {figures or 'away'}" for service, figures in looks.items())
