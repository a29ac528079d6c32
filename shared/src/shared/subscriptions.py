"""What a service listens to, and how it reacts: one function for each event."""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from faststream.rabbit import RabbitExchange, RabbitQueue

from shared.aggregate import Cause
from shared.contracts import departments
from shared.contracts.event import Event
from shared.store import Touch, Wanted
from shared.wire.broker import EVENTS, durable_queue
from shared.wire.envelope import PREFIX, Envelope, Malformed
from shared.wire.message import Message

E = TypeVar("E", bound=Event)
Reaction = Callable[[E, Cause], Wanted | Awaitable[Wanted]]
Heard = tuple[Cause, Sequence[Touch[Any]]]


class Dead(Protocol):
    """A message that is given up: where it is kept, what it was, why, and since when."""

    @property
    def id(self) -> UUID: ...

    @property
    def key(self) -> str: ...

    @property
    def claimed(self) -> str | None: ...

    @property
    def code(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def last_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """One reaction of one service to one event."""

    queue: str
    event: type[Event]
    react: Reaction[Any]

    @property
    def of_a_department(self) -> bool:
        """Whether it hears a department's fact, whose sender is told what became of it."""
        return self.event.__module__ == departments.__name__

    def declared(self) -> tuple[RabbitQueue, RabbitExchange]:
        """The queue that feeds it, bound to the event's key."""
        return durable_queue(self.queue, self.event.key), EVENTS

    async def hear(self, message: Message) -> Heard:
        """What this message makes the service want. Raises Malformed or ValidationError for a broken contract."""
        envelope = Envelope.parse(message.headers, message.body)
        if envelope.key != self.event.key:
            raise Malformed(f"{self.queue} expects {self.event.key}, this is {envelope.key!r}")
        event = self.event.model_validate_json(envelope.body)
        cause = envelope.cause()
        return cause, await touches(self.react(event, cause))

    def claimed(self, message: Message) -> str | None:
        """The event's id, as far as it is a text."""
        return text_or_none(message.headers.get(PREFIX + "id"))

    def answer(self, message: Message, dead: Dead) -> None:
        """Nothing: the service that announced the event is not told what became of it here."""


async def touches(wanted: Wanted | Awaitable[Wanted]) -> Sequence[Touch[Any]]:
    """What a reaction returned, as a sequence."""
    if inspect.isawaitable(wanted):
        wanted = await wanted
    if wanted is None:
        return ()
    return (wanted,) if isinstance(wanted, Touch) else tuple(wanted)


def text_or_none(value: object) -> str | None:
    """A header's value where it is a text."""
    return value if isinstance(value, str) else None


class Subscriptions:
    """`on = Subscriptions("orders")`, then `@on(ComplaintUpheld)`: queue `orders.on.complaints.complaint_upheld.v1`.

    A reaction names aggregates and decisions and does no writing itself. It may be `async` when it has to look
    something up first.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self._subscriptions: dict[str, Subscription] = {}

    def __call__(self, event: type[E]) -> Callable[[Reaction[E]], Reaction[E]]:
        queue = f"{self.service}.on.{event.key}"

        def subscribe(react: Reaction[E]) -> Reaction[E]:
            if queue in self._subscriptions:
                raise ValueError(f"{self.service} reacts to {event.key} already: one reaction per event")
            self._subscriptions[queue] = Subscription(queue, event, react)
            return react

        return subscribe

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self._subscriptions.values())


@dataclass(frozen=True, slots=True)
class AnswerToSender:
    """What the sender of a refused message is told, and where it looks for that."""

    exchange: str
    routing_key: str
    body: bytes


class Listener(Protocol):
    """Something with a queue: a subscription, or the gateway for one department."""

    @property
    def queue(self) -> str:
        """The name of its queue."""
        ...

    def declared(self) -> tuple[RabbitQueue, RabbitExchange]:
        """The queue as it is declared, and the exchange that it is bound to."""
        ...

    async def hear(self, message: Message) -> Heard:
        """What follows from one message. Raises what is wrong with it; then it is parked."""
        ...

    def claimed(self, message: Message) -> str | None:
        """The id that the sender gave the message and will ask by, if it can be read. Never raises."""
        ...

    def answer(self, message: Message, dead: Dead) -> AnswerToSender | None:
        """What the sender is told of a message that is dead; None when the sender expects no answer."""
        ...
