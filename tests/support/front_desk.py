"""An intake that runs on real servers, and departments that send to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aio_pika
import httpx
from at_rest import at_rest
from waiting import until

from intake.app import service
from intake.settings import Settings
from intake.store import Stores
from kefu_local.servers import Servers, with_login
from shared.contracts.catalogue import published
from shared.contracts.event import Event
from shared.service import Service
from shared.wire import ingress

PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Desk:
    """One running replica of intake."""

    service: Service
    stores: Stores
    http: httpx.AsyncClient

    async def ready(self) -> bool:
        return all(check == "ok" for check in (await self.service.health.checks()).values())

    async def settled(self) -> bool:
        return await at_rest(self.service)


@asynccontextmanager
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    """A replica for as long as the block runs."""
    built = service(settings)
    transport = httpx.ASGITransport(built.app)
    async with built.running(), httpx.AsyncClient(transport=transport, base_url="http://intake") as http:
        running = Desk(built, Stores.on(built.plumbing.database), http)
        await until(running.ready, 90)
        yield running


def open_ingress(servers: Servers) -> str:
    """A vhost for departments that shares nothing with another test's; its name."""
    vhost = f"test-{uuid4().hex[:12]}"
    passwords = dict.fromkeys((*ingress.departments(), "intake"), PASSWORD)
    servers.management.post("/definitions", **ingress.definitions(passwords, vhost=vhost))
    return vhost


def ingress_url(servers: Servers, vhost: str, user: str) -> str:
    return with_login(servers.vhost_url(vhost), user, PASSWORD)


class Heard:
    """Everything that goes over the bus, each event once: on the wire it may come again under the same id."""

    def __init__(self, queue: aio_pika.abc.AbstractQueue) -> None:
        self._queue = queue
        self._known: set[str | None] = set()

    async def fresh(self) -> list[Event]:
        """What has come since the last time."""
        return [published()[str(each.routing_key)].model_validate_json(each.body) for each in await self.messages()]

    async def messages(self) -> list[aio_pika.abc.AbstractIncomingMessage]:
        """The same with what is around each event."""
        found = []
        while (message := await self._queue.get(fail=False, no_ack=True)) is not None:
            if message.message_id not in self._known:
                self._known.add(message.message_id)
                found.append(message)
        return found


class Department:
    """A department's system with its own connection, well-behaved unless told otherwise."""

    def __init__(self, name: str, connection: aio_pika.abc.AbstractConnection) -> None:
        self.name = name
        self.connection = connection
        self._opening = asyncio.Lock()
        self._channel: aio_pika.abc.AbstractChannel | None = None

    async def send(
        self,
        data: object,
        key: str,
        *,
        id: str | None = None,
        exchange: str | None = None,
        routing_key: str | None = None,
        headers: Mapping[str, Any] | None = None,
        time: str = "2026-11-20T05:59:00Z",
        **properties: Any,
    ) -> None:
        """Returns when the broker has confirmed; raises what the broker says."""
        attributes = {"specversion": "1.0", "id": id or str(uuid4()), "type": key, "source": self.name, "time": time}
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        said = {"content_type": "application/json", "user_id": self.name, "delivery_mode": 2, **properties}
        marked = {f"cloudEvents:{name}": value for name, value in attributes.items()}
        message = aio_pika.Message(body, headers={**marked, **(headers or {})}, **said)
        target = await (await self._open()).get_exchange(exchange or ingress.entrance(self.name), ensure=False)
        await target.publish(message, routing_key or key, timeout=30)

    async def refusals(self, count: int) -> list[dict[str, Any]]:
        """The next answers in the department's queue of refusals."""
        queue = await (await self._open()).get_queue(ingress.refusals(self.name), ensure=False)
        answers: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            while len(answers) < count:
                message = await queue.get(fail=False)
                if message is None:
                    await asyncio.sleep(0.02)
                    continue
                await message.ack()
                answers.append(json.loads(message.body))
        return answers

    async def _open(self) -> aio_pika.abc.AbstractChannel:
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                self._channel = await self.connection.channel()
            return self._channel


@asynccontextmanager
async def department(servers: Servers, vhost: str, name: str) -> AsyncIterator[Department]:
    """A department's system for as long as the block runs."""
    connection = await aio_pika.connect(ingress_url(servers, vhost, name))
    async with connection:
        yield Department(name, connection)
