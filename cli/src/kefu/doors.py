"""How departments' facts get in: through their own doors on RabbitMQ, or over intake's HTTP where there are none."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aio_pika
import aiormq
import httpx

from kefu.api import refusal
from kefu.surroundings import Surroundings
from kefu.trouble import Trouble
from shared import logs
from shared.contracts.event import Actor, Event
from shared.wire import ingress
from shared.wire.broker import properties
from shared.wire.envelope import Envelope

AT_ONCE = 200
"""Messages that are on their way unconfirmed at most."""

_PATIENCE = 180.0
"""Seconds that a broker that is away is waited for."""

_PAUSE = 0.5
"""Seconds between two tries to connect."""

_NOT_LET_IN = (aio_pika.exceptions.ProbableAuthenticationError, aiormq.exceptions.ChannelAccessRefused)
_AWAY = (OSError, TimeoutError, RuntimeError, aio_pika.exceptions.AMQPError, httpx.TransportError)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a department reports, when it happened, and the id that the department gives it.

    `case` is what everything about one order has in common.
    """

    at: datetime
    id: UUID
    case: UUID
    event: Event

    @property
    def department(self) -> str:
        """Who reports it."""
        return self.event.publisher()


class Door(Protocol):
    """Where one department's facts get in."""

    async def tell(self, facts: Sequence[Fact]) -> None:
        """Returns when every fact is taken over for good. What was told before may be told again."""


class Doors:
    """The doors of all departments that have something to tell."""

    def __init__(self, doors: dict[str, Door]) -> None:
        self._doors = doors

    async def tell(self, facts: Sequence[Fact]) -> None:
        """Returns when every fact is taken over for good, however often the other side goes away meanwhile."""
        for begin in range(0, len(facts), AT_ONCE):
            by_department: dict[str, list[Fact]] = defaultdict(list)
            for fact in facts[begin : begin + AT_ONCE]:
                by_department[fact.department].append(fact)
            await asyncio.gather(*(_insist(self._doors[name], told) for name, told in by_department.items()))


@asynccontextmanager
async def doors(around: Surroundings, departments: Sequence[str]) -> AsyncIterator[Doors]:
    """A department's door is <DEPARTMENT>_INGRESS_URL, else <DEPARTMENT>_API_KEY at intake."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=15, trust_env=False))
        opened: dict[str, Door] = {}
        for name in departments:
            url = around.get(f"{name.upper()}_INGRESS_URL")
            if url:
                opened[name] = await stack.enter_async_context(AmqpDoor(url, ingress.entrance(name)))
            else:
                opened[name] = HttpDoor(http, around.service_url("intake"), around.need(f"{name.upper()}_API_KEY"))
        yield Doors(opened)


async def _insist(door: Door, facts: Sequence[Fact]) -> None:
    until = monotonic() + _PATIENCE
    while True:
        try:
            return await door.tell(facts)
        except _AWAY as error:
            if isinstance(error, _NOT_LET_IN) or monotonic() > until:
                raise Trouble(f"the facts of {facts[0].department} are not taken: {logs.masked(repr(error))}") from None
            await asyncio.sleep(_PAUSE)


class AmqpDoor:
    """A department's exchange on the departments' own virtual host."""

    def __init__(self, url: str, exchange: str) -> None:
        self._url = url
        self._exchange = exchange
        self._user = unquote(urlsplit(url).username or "")
        self._connection: Any = None
        self._channel: Any = None

    async def __aenter__(self) -> "AmqpDoor":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def tell(self, facts: Sequence[Fact]) -> None:
        """Confirmed by the broker, each of them."""
        channel = await self._open()
        async with asyncio.timeout(15):
            await asyncio.gather(*(self._publish(channel, fact) for fact in facts))

    async def _open(self) -> Any:
        if self._connection is None or self._connection.is_closed or self._channel.is_closed:
            self._connection = await aio_pika.connect(self._url, timeout=10)
            self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        return await self._channel.get_underlay_channel()

    async def _publish(self, channel: Any, fact: Fact) -> None:
        envelope = _envelope(fact)
        sent = properties(envelope)
        sent.user_id = self._user
        await channel.basic_publish(
            envelope.body.encode(),
            exchange=self._exchange,
            routing_key=envelope.key,
            properties=sent,
            mandatory=True,
            wait=False,
        )


class HttpDoor:
    """Intake's HTTP door, one fact after the other."""

    def __init__(self, http: httpx.AsyncClient, url: str, key: str) -> None:
        self._http = http
        self._url = f"{url}/facts"
        self._headers = {"X-API-Key": key, "Content-Type": "application/cloudevents+json"}

    async def tell(self, facts: Sequence[Fact]) -> None:
        """Answered by intake, each of them. Trouble when one is refused."""
        for fact in facts:
            answer = await self._http.post(self._url, content=_structured(fact), headers=self._headers)
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                raise TimeoutError(refusal(answer))
            if answer.is_error:
                raise Trouble(f"intake refuses {fact.event.key} {fact.id}: {refusal(answer)}")


def _envelope(fact: Fact) -> Envelope:
    return Envelope(
        id=fact.id,
        key=fact.event.key,
        subject=fact.id,
        sequence=0,
        at=fact.at,
        correlation=fact.case,
        causation=fact.id,
        actor=Actor(kind="department", id=fact.department, role=fact.department),
        traceparent=None,
        body=fact.event.model_dump_json(exclude_none=True),
    )


def _structured(fact: Fact) -> bytes:
    about = {"specversion": "1.0", "id": str(fact.id), "type": fact.event.key, "source": fact.department}
    told = {
        **about,
        "correlation": str(fact.case),
        "time": fact.at.isoformat(),
        "data": fact.event.model_dump(mode="json", exclude_none=True),
    }
    return json.dumps(told).encode()
