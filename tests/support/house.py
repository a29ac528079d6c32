"""A corner of the real servers for one service: replicas of it, its clock, its staff, and the bus around it."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import httpx
from at_rest import at_rest
from pymongo import MongoClient
from waiting import until

from kefu_local.servers import Servers
from shared import time_source
from shared.contracts.catalogue import published
from shared.contracts.event import Event
from shared.identity import create_key_pair, issue_token
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing import SEAL_KEYS, cause
from shared.wire.broker import EVENTS, EventPublisher, safe_broker
from shared.wire.envelope import Envelope


@dataclass(frozen=True)
class Staff:
    """The key that signs the tokens of everybody who works here."""

    private: str
    public_file: Path

    @classmethod
    def hired_in(cls, folder: Path) -> "Staff":
        create_key_pair(folder / "private.pem", folder / "public.pem")
        return cls((folder / "private.pem").read_text(), folder / "public.pem")

    def headers(self, role: str, key: str | None = None) -> dict[str, str]:
        """Headers of a person in this role, and of a request that was never made before."""
        token = issue_token(self.private, f"{role}-01", role)
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": key or str(uuid4())}


@dataclass(frozen=True)
class Replica:
    """One running replica of the service."""

    service: Service
    http: httpx.AsyncClient
    staff: Staff

    async def ask(self, role: str, method: str, path: str, body: object = None, key: str | None = None) -> Any:
        """The good answer that a person in this role gets."""
        answer = await self.http.request(method, path, json=body, headers=self.staff.headers(role, key))
        assert answer.is_success, answer.text
        return answer.json()

    async def ready(self) -> bool:
        return all(check == "ok" for check in (await self.service.health.checks()).values())

    async def settled(self) -> bool:
        return await at_rest(self.service)


@dataclass
class Bus:
    """What goes over the bus: everything since the test began, and a way to say something."""

    wire: EventPublisher
    queue: aio_pika.abc.AbstractQueue
    heard: list[tuple[UUID, Event]] = field(default_factory=list)

    async def announce(self, *events: Event, at: datetime, ids: Sequence[UUID] = ()) -> None:
        """Publish as another service would; with `ids` the events are those that had these ids before."""
        said = cause(at)
        stamps = ids or [uuid4() for _ in events]
        await self.wire.publish(
            [Envelope.of(event, id, uuid4(), 1, said) for event, id in zip(events, stamps, strict=True)]
        )

    async def expect(self, type_: type[Event], count: int = 1, /, **fields: object) -> list[Any]:
        """The events of this kind with these field values, once there are so many."""

        async def enough() -> list[Event]:
            found = [event for event in await self.of(type_) if _has(event, fields)]
            return found if len(found) >= count else []

        return await until(enough)

    async def of(self, kind: type[Event]) -> list[Any]:
        """The events of this kind so far, each once however often it was published."""
        while (message := await self.queue.get(fail=False, no_ack=True)) is not None:
            event = published()[message.routing_key or ""].model_validate_json(message.body)
            self.heard.append((UUID(str(message.message_id)), event))
        return list({id: event for id, event in self.heard if type(event) is kind}.values())


def _has(event: Event, fields: Mapping[str, object]) -> bool:
    return all(getattr(event, name) == value for name, value in fields.items())


@dataclass(frozen=True)
class House:
    """Everything that the replicas share."""

    settings: ServiceSettings
    build: Callable[[Any], Service]
    staff: Staff
    time_file: Path

    def show(self, at: datetime) -> None:
        """Set the clock; it stands still."""
        time_source.write(self.time_file, at, 0)

    @asynccontextmanager
    async def replica(self) -> AsyncIterator[Replica]:
        """A replica for as long as the block runs."""
        service = self.build(self.settings)
        transport = httpx.ASGITransport(service.app)
        async with service.running(), httpx.AsyncClient(transport=transport, base_url="http://house") as http:
            running = Replica(service, http, self.staff)
            await until(running.ready)
            yield running

    @asynccontextmanager
    async def bus(self) -> AsyncIterator[Bus]:
        """The bus from now on."""
        url = self.settings.rabbit_url.get_secret_value()
        async with safe_broker(url, "test") as broker, await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(exclusive=True)
            await queue.bind(EVENTS.name, "#")
            yield Bus(EventPublisher(broker), queue)


@contextmanager
def house_on(
    servers: Servers, kind: type[ServiceSettings], build: Callable[[Any], Service], folder: Path, at: datetime
) -> Iterator[House]:
    """A house whose clock shows `at`, in a database and a virtual host of its own that are gone afterwards."""
    staff = Staff.hired_in(folder)
    time_file = folder / "time.json"
    time_source.write(time_file, at, 0)
    name = f"test-{uuid4().hex[:12]}"
    servers.management.create_vhost(name)
    settings = kind.model_validate(
        {
            "mongo_url": servers.mongo_url,
            "mongo_database": name,
            "rabbit_url": servers.vhost_url(name),
            "time_file": time_file,
            "seal_keys": SEAL_KEYS,
            "jwt_public_key_file": staff.public_file,
            "parking_first_wait": 0.3,
        }
    )
    yield House(settings, build, staff, time_file)
    servers.management.delete_vhost(name)
    with MongoClient[dict[str, object]](servers.mongo_url) as client:
        client.drop_database(name)
