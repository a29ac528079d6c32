"""What the people of a story can do: ask as staff, report as a department, wait for a day, read what arrived."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from kefu.api import refusal
from kefu.doors import Doors, Fact, doors
from kefu.surroundings import Surroundings
from kefu.tokens import local_token
from kefu.trouble import Trouble
from shared import time_source
from shared.calendar import CHINA
from shared.contracts.event import Event
from shared.contracts.roles import Role
from shared.contracts.vocabulary import OrderFact
from shared.files import NOTICED_WITHIN
from shared.wire import ingress

T = TypeVar("T")

_STRIDE = timedelta(hours=2)
_PATIENCE = 60.0
"""Seconds until an effect counts as missing."""

_NAP = 0.05
"""Seconds between two looks."""


class World:
    """A running system, seen by those who work with it."""

    def __init__(self, around: Surroundings, http: httpx.AsyncClient, departments: Doors) -> None:
        self._around = around
        self._http = http
        self._departments = departments
        self._file = around.path("TIME_FILE")
        self._time = time_source.TimeSource.from_file(self._file)

    @property
    def now(self) -> datetime:
        """The services' time, told as people there tell it."""
        return CHINA.local(self._time.now())

    def in_days(self, days: int) -> date:
        """The day so many days from today."""
        return self.now.date() + timedelta(days=days)

    async def ask(
        self, service: str, path: str, body: dict[str, Any] | None = None, *, role: Role, who: str = ""
    ) -> dict[str, Any]:
        """What a service answers to a member of staff: to a question without a body, to a wish with one.

        Trouble when it refuses.
        """
        token = local_token(self._around, role, subject=who or f"{role}-1")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        url = f"{self._around.service_url(service)}{path}"
        answer = await self._http.request("GET" if body is None else "POST", url, json=body, headers=headers)
        if answer.is_error:
            raise Trouble(f"{service} says {answer.status_code} to {path}: {refusal(answer)}")
        told: dict[str, Any] = answer.json()
        return told

    async def report(self, fact: Event) -> None:
        """A department reports a fact through its own door; RabbitMQ has it for good when this returns."""
        id = uuid4()
        case = fact.order_id if isinstance(fact, OrderFact) else id
        await self._departments.tell([Fact(self._time.now(), id, case, fact)])

    async def until(self, day: date, at: time) -> None:
        """Time passes, two hours at a stride, until it is exactly that hour of that day, or later when it is already.

        The time is set, not sped up: on a machine that is busy the days take longer, and none is overshot.
        """
        moment = CHINA.moment(day, at)
        while (now := self._time.now()) < moment:
            time_source.write(self._file, min(now + _STRIDE, moment), rate=1)
            await asyncio.sleep(NOTICED_WITHIN)

    async def seen(self, what: str, look: Callable[[], Awaitable[T | None]]) -> T:
        """The first answer that is something. Trouble, naming what was waited for, when there is none in a minute."""
        until = monotonic() + _PATIENCE
        while not (answer := await look()):
            if monotonic() > until:
                raise Trouble(f"This has not happened within {_PATIENCE:.0f} s: {what}.")
            await asyncio.sleep(_NAP)
        return answer

    async def find(self, service: str, path: str, role: Role) -> Any:
        """What is there, or nothing while there is no such thing."""
        headers = {"Authorization": f"Bearer {local_token(self._around, role)}"}
        answer = await self._http.get(f"{self._around.service_url(service)}{path}", headers=headers)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return answer.raise_for_status().json()

    async def messages(self, mobile: str) -> Sequence[dict[str, Any]]:
        """The SMS that this number got, oldest first."""
        return await self._sunk("/messages", mobile)

    async def mails(self, address: str) -> Sequence[dict[str, Any]]:
        """The e-mails that this address got, oldest first."""
        return await self._sunk("/mails", address)

    async def _sunk(self, path: str, to: str) -> Sequence[dict[str, Any]]:
        answer = await self._http.get(f"{self._around.need('SINKS_URL')}{path}", params={"to": to})
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found


@asynccontextmanager
async def world(around: Surroundings) -> AsyncIterator[World]:
    """The running system around us, for as long as the block runs."""
    departments = [name for name in ingress.departments() if around.get(f"{name.upper()}_INGRESS_URL")]
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http, doors(around, departments) as opened:
        yield World(around, http, opened)
