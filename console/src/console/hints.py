"""Hints that something has changed: heard on the bus and told to every open page, with nothing of the event."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256

import aio_pika
import structlog
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage

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
SIGN_OUTS = "amq.fanout"
"""RabbitMQ's own exchange by which the replicas of the console tell one another who has signed out."""
REMEMBERED = 10_000
"""Sign-outs that wait for the bus, and that are remembered, at most."""


class OpenPage:
    """An open page of a session and the hints that wait for it; the same hint waits once.

    `signed_out` says that its person has left: it is told nothing more.
    """

    def __init__(self, token: str) -> None:
        self.session = _digest(token)
        self.signed_out = False
        self._waiting: dict[str, None] = {}
        self._something = asyncio.Event()

    def tell(self, hint: str) -> None:
        """The page hears this next; a hint that waits already waits once."""
        self._waiting[hint] = None
        self._something.set()

    def leave(self) -> None:
        """Its person has signed out: `take` returns at once."""
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
    the pages, which ask anew when they are connected again. They all are when the bus is back, because a sign-out at
    another replica may have been missed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._pages: set[OpenPage] = set()
        self._left: deque[bytes] = deque(maxlen=REMEMBERED)
        self._some_left = asyncio.Event()
        self._gone: deque[bytes] = deque(maxlen=REMEMBERED)

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
            sign_outs = await channel.get_exchange(SIGN_OUTS, ensure=False)
            await queue.bind(sign_outs)
            await queue.consume(self._heard, no_ack=True)
            for page in self._pages:
                page.leave()
            passing_on, closed = (
                asyncio.create_task(self._pass_on(sign_outs)),
                asyncio.ensure_future(connection.closed()),
            )
            try:
                await asyncio.wait((passing_on, closed), return_when=asyncio.FIRST_COMPLETED)
            finally:
                passing_on.cancel()
                closed.cancel()

    async def _pass_on(self, sign_outs: AbstractExchange) -> None:
        """Tell the other replicas who has signed out, until the line breaks; what is not confirmed is told again."""
        with suppress(OSError, aio_pika.exceptions.AMQPError):
            while True:
                await self._some_left.wait()
                while self._left:
                    await sign_outs.publish(aio_pika.Message(self._left[0]), "")
                    self._left.popleft()
                self._some_left.clear()

    async def _heard(self, message: AbstractIncomingMessage) -> None:
        if message.exchange == SIGN_OUTS:
            self._leave(message.body)
        else:
            self.tell(hint_of(message.routing_key or ""))

    def tell(self, hint: str) -> None:
        """Every open page hears it."""
        for page in self._pages:
            page.tell(hint)

    def sign_out(self, *shown: str) -> None:
        """Who shows one of these has left: open pages with such a token end, at each replica, and nothing renews it.

        A page that was opened with an earlier token ends with that. The other replicas hear digests over the bus; while
        the bus is away, no page hears anything.
        """
        for each in map(_digest, shown):
            self._leave(each)
            self._left.append(each)
        self._some_left.set()

    def has_left(self, *shown: str) -> bool:
        """Whether one who shows one of these has signed out."""
        return any(_digest(each) in self._gone for each in shown)

    def _leave(self, session: bytes) -> None:
        if session not in self._gone:
            self._gone.append(session)
        for page in self._pages:
            if page.session == session:
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


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def hint_of(key: str) -> str:
    """What pages are told of an event with this key."""
    service, _, fact = key.partition(".")
    return f"{'duties' if fact.startswith(CLOCKED) else 'facts'}/{service}"


def _keys() -> list[str]:
    """The keys of all that the services announce."""
    return sorted(key for key in published() if key.partition(".")[0] in SERVICES)
