"""A running notify with the development sinks behind it, and everything a test wants to do to it from outside."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import httpx
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelClosed
from sleepless import without_rest
from waiting import is_ready, until

from kefu_local.ports import LOOPBACK, free_ports
from kefu_local.process import Process
from notify.app import service
from notify.domain.notification import Notification
from notify.settings import Settings
from notify.store import Notifications, Replies
from shared.contracts.event import Event
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing import cause
from shared.wire.broker import EventPublisher, safe_broker
from shared.wire.envelope import Envelope

CALLBACK_SECRET = "known-to-tests-only"


@dataclass(frozen=True)
class Sinks:
    """Where SMS, mails and chat end."""

    folder: Path
    url: str
    smtp_url: str

    def messages(self) -> list[dict[str, Any]]:
        return self._get("messages")

    def mails(self) -> list[dict[str, Any]]:
        return self._get("mails")

    def chat(self) -> list[dict[str, Any]]:
        return self._get("chat")

    def _get(self, what: str) -> list[dict[str, Any]]:
        return list(httpx.get(f"{self.url}/{what}", timeout=60, trust_env=False).raise_for_status().json())


@contextmanager
def sinks(folder: Path) -> Iterator[Sinks]:
    """The sinks of `make run`, in a process of their own."""
    ports = free_ports()
    sms_port, smtp_port = next(ports), next(ports)
    env = {
        **os.environ,
        "SINKS_FOLDER": str(folder),
        "SMS_PORT": str(sms_port),
        "SMTP_PORT": str(smtp_port),
    }
    running = Sinks(folder, f"http://{LOOPBACK}:{sms_port}", f"smtp://{LOOPBACK}:{smtp_port}")
    process = Process("sinks", [sys.executable, "-m", "kefu_local.sinks"], env=env, log=folder / "sinks.log")
    process.start()
    try:
        process.wait_until(lambda: is_ready(running.url), seconds=60)
        yield running
    finally:
        process.stop()


def notify_settings(base: ServiceSettings, sinks: Sinks, **changes: Any) -> Settings:
    """Settings of a notify that sends to these sinks and is impatient enough for tests."""
    known = base.model_dump()
    return Settings.model_validate(
        {
            **known,
            "sms_gateway_url": sinks.url,
            "smtp_url": sinks.smtp_url,
            "chat_groups": {"default": [sinks.url.replace("http", "json") + "/chat"]},
            "notify_policy": without_rest(sinks.folder),
            "ask_after": (0.3, 0.3, 0.3),
            "callback_secret": CALLBACK_SECRET,
            "send_budget": 15.0,
            "send_lease": 30.0,
            **changes,
        }
    )


class Office:
    """One replica of notify, listened to and talked to from outside."""

    def __init__(self, running: Service, http: httpx.AsyncClient, wire: EventPublisher, stack: AsyncExitStack) -> None:
        self._stack = stack
        self.service = running
        self.notifications = Notifications(running.plumbing.database)
        self.replies = Replies(running.plumbing.database)
        self.http = http
        self._wire = wire

    async def announce(self, *events: Event, ids: list[UUID] | None = None, at: datetime | None = None) -> list[UUID]:
        """Publish facts as their services would; returns the ids they went out with."""
        ids = ids or [uuid4() for _ in events]
        at = at or datetime.now(UTC)
        pairs = zip(events, ids, strict=True)
        await self._wire.publish([Envelope.of(event, id, uuid4(), 1, cause(at)) for event, id in pairs])
        return ids

    async def listened_to(self, *keys: str) -> None:
        """Wait until these facts have a queue of notify's bound to them, so that nothing announced is unheard."""
        queues = [f"notify.on.{key}" for key in keys]
        channel = await self._channel()

        async def bound() -> bool:
            try:
                for queue in queues:
                    found = await channel.get_queue(queue, ensure=True)
                    if not found.declaration_result.consumer_count:
                        return False
            except ChannelClosed:
                await channel.reopen()
                return False
            return True

        await until(bound, seconds=60)

    async def _channel(self) -> AbstractChannel:
        connection = await aio_pika.connect(self.service.plumbing.settings.rabbit_url.get_secret_value())
        self._stack.push_async_callback(connection.close)
        return await connection.channel()

    async def all(self, **where: Any) -> list[Notification]:
        """The messages that fit, oldest first."""
        return [each async for each in self.notifications.each(where, sort="created_at")]

    async def settled(self, count: int, **where: Any) -> list[Notification]:
        """All messages that fit, once there are so many and none is on its way."""
        moving = {"queued", "sending", "unknown"}

        async def done() -> list[Notification] | None:
            found = await self.all(**where)
            return found if len(found) >= count and not any(each.stage in moving for each in found) else None

        try:
            return await until(done)
        except TimeoutError:
            left = [(each.purpose, each.stage, each.reason, each.check_at) for each in await self.all(**where)]
            raise AssertionError(f"not settled: {left}") from None


@asynccontextmanager
async def office(settings: Settings) -> AsyncIterator[Office]:
    """A notify that runs in this process."""
    async with AsyncExitStack() as stack:
        running = service(settings)
        broker = safe_broker(settings.rabbit_url.get_secret_value(), "outside")
        transport = httpx.ASGITransport(app=running.app)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://notify"))
        await stack.enter_async_context(running.running())
        await broker.connect()
        stack.push_async_callback(broker.stop)

        async def connected() -> bool:
            return settings.role == "http" or (await running.health.checks())["rabbit"] == "ok"

        await until(connected)
        yield Office(running, http, EventPublisher(broker), stack)
