"""Hints that something has changed: heard on the bus and told to every open page, with nothing of the event."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import aio_pika
import structlog
from aio_pika.abc import AbstractIncomingMessage

from shared.contracts.catalogue import published
from shared.pages.words import SERVICES
from shared.wire.broker import EVENTS

log = structlog.get_logger()

WAITING = 1000
"""Events that wait for the console at most; of older ones it needs no hint."""
CLOCKED = "deadline_"
"""How the names of events about clocks begin."""
AGAIN_AFTER = 2.0
"""Seconds until the bus is looked for again."""


class OpenPage:
    """An open page of a session and the hints that wait for it; the same hint waits once.

    `signed_out` says that its person has left: it is told nothing more.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self.signed_out = False
        self._waiting: dict[str, None] = {}
        self._something = asyncio.Event()

    def tell(self, hint: str) -> None:
        self._waiting[hint] = None
        self._something.set()

    def leave(self) -> None:
        self.signed_out = True
        self._something.set()

    async def take(self) -> tuple[str, ...]:
        """Waits until there is something; then all that waits, nothing once its person has signed out."""
        await self._something.wait()
        self._something.clear()
        taken, self._waiting = tuple(self._waiting), {}
        return taken


class Hints:
    """What the pages are told: `duties/orders` when a duty of orders has begun, moved or ended, `facts/orders` else.

    The queue is the console's alone and goes with its connection; what happens while the bus is away is made good by
    the pages, which ask anew when they are connected again.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._pages: set[OpenPage] = set()

    async def run(self) -> None:
        """Listen until cancelled, however often the bus goes away."""
        while True:
            try:
                await self._listen()
            except (OSError, aio_pika.exceptions.AMQPError) as error:
                log.warning("hints_wait", reason=type(error).__name__)
            await asyncio.sleep(AGAIN_AFTER)

    async def _listen(self) -> None:
        connection = await aio_pika.connect(self._url, client_properties={"connection_name": "console"})
        async with connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(EVENTS.name, ensure=False)
            queue = await channel.declare_queue(
                exclusive=True, arguments={"x-max-length": WAITING, "x-queue-type": "classic"}
            )
            for key in _keys():
                await queue.bind(exchange, key)
            await queue.consume(self._heard, no_ack=True)
            self.tell("anew")
            await connection.closed()

    async def _heard(self, message: AbstractIncomingMessage) -> None:
        self.tell(hint_of(message.routing_key or ""))

    def tell(self, hint: str) -> None:
        """Every open page hears it."""
        for page in self._pages:
            page.tell(hint)

    def sign_out(self, token: str) -> None:
        """Every open page with this token ends; one that was opened with an earlier token ends with that."""
        for page in self._pages:
            if page.token == token:
                page.leave()

    @contextmanager
    def page(self, token: str) -> Iterator[OpenPage]:
        """The hints for one open page of the session with this token, as long as it is open."""
        page = OpenPage(token)
        self._pages.add(page)
        try:
            yield page
        finally:
            self._pages.discard(page)


def hint_of(key: str) -> str:
    """What pages are told of an event with this key."""
    service, _, fact = key.partition(".")
    return f"{'duties' if fact.startswith(CLOCKED) else 'facts'}/{service}"


def _keys() -> list[str]:
    """The keys of all that the services announce."""
    return sorted(key for key in published() if key.partition(".")[0] in SERVICES)
