"""The five services as they are seen from outside: whether they are at rest, and how much they have done."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from time import monotonic
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from kefu.surroundings import SERVICES, Surroundings
from kefu.trouble import Trouble
from shared.files import NOTICED_WITHIN

_PATIENCE = 180.0
"""Seconds without any change until the system counts as never at rest."""

_LONGEST = 1800.0
"""Seconds until a system that changes all the time, but is never at rest, is given up."""

_LOOKS = 2
"""Looks in a row that must find everything at rest."""

_LOOKS_AFTER_A_FALL = 40
"""The same after a service has been restarted."""

_UNDER_WAY = ("in_hand", "outbox", "overdue", "parked")
_NAPS = (0.005, 0.01, 0.02, 0.05)


@dataclass(frozen=True, slots=True)
class Look:
    """What one service says of itself without asking a server."""

    time: datetime = field(compare=False)
    taken: int
    resting: bool


Looks = Mapping[str, Look | None]


class Running:
    """What each service says at `/health`. One that is away is waited for; Trouble when it stays away."""

    def __init__(self, around: Surroundings) -> None:
        self._pages = {service: _Pages(around.service_url(service)) for service in SERVICES}
        self._taken: dict[str, int] = {}
        self._fell = False
        self.handled = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pages in self._pages.values():
            pages.close()

    async def quiet(self) -> None:
        """Returns when every service rests and no message came in anywhere between two looks.

        After a service was away that has to last: what it had in hand comes back to it one by one.
        """
        await self._until(lambda look: look.resting, lambda: _LOOKS_AFTER_A_FALL if self._fell else _LOOKS)

    async def at_rest(self, *services: str) -> None:
        """Returns when it is quiet and the databases of these services, or of all, hold nothing left to be done.

        After a service was away all are asked: what it had written down may still have to be published.
        """
        seen: object = None
        since = changed = monotonic()
        while True:
            await self.quiet()
            before = dict(self._taken)
            asked = services if services and not self._fell else self._pages
            left = [each for each in await asyncio.gather(*map(self._left, asked)) if each]
            if not left and self._taken == before:
                self._fell = False
                return
            if seen != (left, before):
                seen, changed = (left, before), monotonic()
            if monotonic() - changed > _PATIENCE or monotonic() - since > _LONGEST:
                raise Trouble(f"the services do not come to rest: {'; '.join(left)}")
            await asyncio.sleep(_NAPS[-1])

    async def fired(self, until: datetime) -> None:
        """Returns when every service has seen the time reach this moment and rests."""
        await asyncio.sleep(NOTICED_WITHIN)
        await self._until(lambda look: look.time >= until and look.resting, lambda: 1)

    async def _until(self, holds: Callable[[Look], bool], looks: Callable[[], int]) -> None:
        before: Looks = {}
        same, changed, naps = 0, monotonic(), iter(_NAPS)
        while True:
            now = await self._look()
            if now != before:
                same, changed = 0, monotonic()
            same = same + 1 if all(look and holds(look) for look in now.values()) else 0
            if same >= looks():
                return
            if monotonic() - changed > _PATIENCE:
                raise Trouble(f"no rest for {_PATIENCE:.0f} s: {_told(now)}")
            before = now
            await asyncio.sleep(next(naps, _NAPS[-1]))

    async def _look(self) -> Looks:
        return dict(zip(self._pages, await asyncio.gather(*map(self._live, self._pages)), strict=True))

    async def _live(self, service: str) -> Look | None:
        said = await self._ask(service, "/health/live")
        return said and Look(datetime.fromisoformat(said.get("time") or said["clock"]), said["taken"], said["idle"])

    async def _left(self, service: str) -> str:
        """What is still to be done there, in words; nothing when there is nothing."""
        said = await self._ask(service, "/health/ready")
        if said is None or not said.keys() >= set(_UNDER_WAY):
            return f"{service}: away"
        left = ", ".join(f"{said[name]} {name}" for name in _UNDER_WAY if said[name])
        return f"{service}: {left}" if left else ""

    async def _ask(self, service: str, path: str) -> Any:
        """What is said there; nothing while the service is away."""
        said = await asyncio.to_thread(self._pages[service].get, path)
        if said is None:
            self._fell = True
        elif "taken" in said:
            self._count(service, said["taken"])
        return said

    def _count(self, service: str, taken: int) -> None:
        """Add what a service has taken since the last look; one that started afresh counts from nothing."""
        before = self._taken.get(service, taken)
        self._fell = self._fell or taken < before
        self.handled += taken - before if taken >= before else taken
        self._taken[service] = taken


class _Pages:
    """A service's pages over one kept connection: they are asked for thousands of times."""

    def __init__(self, url: str) -> None:
        at = urlsplit(url)
        self._connection = HTTPConnection(at.hostname or "", at.port, timeout=10)
        self._below = at.path

    def get(self, path: str) -> dict[str, Any] | None:
        """The JSON object there; None when the service does not answer, or answers something else than an object."""
        try:
            self._connection.request("GET", f"{self._below}{path}")
            said = json.loads(self._connection.getresponse().read())
        except (OSError, HTTPException, ValueError):
            self._connection.close()
            return None
        return said if isinstance(said, dict) else None

    def close(self) -> None:
        self._connection.close()


def _told(looks: Looks) -> str:
    return "; ".join(
        f"{service} {'is away' if look is None else 'rests' if look.resting else 'is busy'}"
        for service, look in looks.items()
    )
