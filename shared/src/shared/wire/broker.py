"""How a service is connected to RabbitMQ: the one place that builds a broker, with every unsafe default turned off."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import time
from typing import Any

import aio_pika
from aiormq.abc import ChannelFrame
from faststream import AckPolicy
from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue
from pamqp.commands import Basic

from shared.aggregate import Unavailable
from shared.wire.amqp_codec import publication
from shared.wire.delivery_reader import Connection
from shared.wire.envelope import Envelope

EVENTS = RabbitExchange("events", type=ExchangeType.TOPIC, durable=True, arguments={"alternate-exchange": "unheard"})
UNHEARD = RabbitExchange("unheard", type=ExchangeType.FANOUT, durable=True)
DELIVERY_LIMIT = 1_000_000
"""Crashes are counted in the database, message by message; the broker's own limit would take innocents with it."""

PUBLISHED = "published"
"""The header that tells when a message was sent: milliseconds of real time."""

ANSWERS_WITHIN = 5.0
"""Seconds in which a bus that works takes a new connection."""
PUBLISH_TIMEOUT = 10.0
"""Seconds in which the broker confirms a batch."""
HEARTBEAT = 10
"""Seconds between two heartbeats."""


class EventsRefused(Exception):
    """Some events of a batch were refused by the broker; the others were confirmed."""

    def __init__(self, refused: Sequence[tuple[Envelope, BaseException]]) -> None:
        super().__init__(f"{len(refused)} events were refused, the first because {refused[0][1]!r}")
        self.refused = refused


def safe_broker(url: str, name: str, *, fast_delivery: bool = True) -> RabbitBroker:
    """A FastStream broker that loses nothing: persistent, confirmed, returned messages raise, nothing is answered.

    `name` shows in RabbitMQ's list of connections. Reconnects by itself; a dead peer is noticed within two
    heartbeats of 10 s. With `fast_delivery` what it consumes comes straight off the socket (`shared.wire.consuming`).
    """
    broker = RabbitBroker(
        f"{url}{'&' if '?' in url else '?'}heartbeat={HEARTBEAT}&name={name}",
        logger=None,
        default_channel=Channel(on_return_raises=True, publisher_confirms=True),
        ack_policy=AckPolicy.MANUAL,
        app_id=name,
        graceful_timeout=15.0,
        apply_types=False,
    )
    if fast_delivery:
        broker._connection_kwargs["connection_class"] = Connection
    return broker


def durable_queue(name: str, routing_key: str = "", arguments: Mapping[str, Any] | None = None) -> RabbitQueue:
    """A durable quorum queue, bound by `routing_key` where a subscription gives it to an exchange."""
    all_arguments: Any = {"x-delivery-limit": DELIVERY_LIMIT, **(arguments or {})}
    return RabbitQueue(
        name, queue_type=QueueType.QUORUM, durable=True, routing_key=routing_key, arguments=all_arguments
    )


async def declare(broker: RabbitBroker) -> None:
    """The exchanges of the bus, and a bounded queue that keeps the latest events that no queue is bound to."""
    unheard = await broker.declare_exchange(UNHEARD)
    await broker.declare_exchange(EVENTS)
    kept = await broker.declare_queue(durable_queue(UNHEARD.name, arguments={"x-max-length": 10_000}))
    await kept.bind(unheard)


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """How many messages wait in a queue, and how many consumers it has."""

    messages: int
    consumers: int


class QueueDepths:
    """Asks the broker how deep queues are, among them that of the events that no queue is bound to.

    Beware: a call to the broker that is cut off closes its channel, so this one has a channel of its own that lasts.
    """

    def __init__(self, broker: RabbitBroker) -> None:
        self._broker = broker
        self._channel: Any = None

    async def of(self, queue: str) -> QueueDepth:
        """Waits while the connection is away; an empty one where there was never a connection."""
        if self._channel is None or self._channel.is_closed:
            connection = self._broker._connection
            if connection is None:
                return QueueDepth(0, 0)
            self._channel = await connection.channel()
        underlay = await self._channel.get_underlay_channel()
        declared = await underlay.queue_declare(queue, passive=True)
        return QueueDepth(int(declared.message_count or 0), int(declared.consumer_count or 0))

    async def close(self) -> None:
        """Give its channel back."""
        if self._channel is not None and not self._channel.is_closed:
            await self._channel.close()


def connected(broker: RabbitBroker) -> bool:
    """Whether the connection stands, as far as this side knows."""
    connection = broker._connection
    return connection is not None and connection.connected.is_set()


async def answers(broker: RabbitBroker) -> bool:
    """Whether the bus takes a new connection, whatever has become of ours. Within five seconds."""
    connection = broker._connection
    if connection is None:
        return False
    try:
        async with asyncio.timeout(ANSWERS_WITHIN), await aio_pika.connect(connection.url):
            return True
    except Exception:  # noqa: BLE001
        return False


class Unwritable(ValueError):
    """An event that AMQP has no form for: refused, so that it keeps no other event from being published."""


class EventPublisher:
    """Publishes batches of events, each batch in one go and confirmed as a whole."""

    def __init__(self, broker: RabbitBroker, exchange: str = EVENTS.name) -> None:
        self._broker = broker
        self._exchange = exchange
        self._channel: Any = None

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Returns when the broker has confirmed every event.

        Raises Unavailable when that is not known, and EventsRefused when the broker refused some of them.
        """
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT):
                confirmations = await self._send(await self._open(), envelopes)
                outcomes = await asyncio.gather(*confirmations, return_exceptions=True)
        except (TimeoutError, ConnectionError, aio_pika.exceptions.AMQPError, RuntimeError) as error:
            raise Unavailable(f"RabbitMQ did not confirm {len(envelopes)} events: {error!r}") from error
        results = zip(envelopes, outcomes, strict=True)
        failed = [(envelope, error) for envelope, error in results if isinstance(error, BaseException)]
        if failed:
            self._judge(failed)

    async def _send(self, channel: Any, envelopes: Sequence[Envelope]) -> list[asyncio.Future[Any]]:
        """Put a whole batch on the wire in one write; a third of the cost of publishing one by one.

        Beware: this repeats what aiormq's `basic_publish` does with its channel, hence the narrow pin of its version.
        """
        confirmations: list[asyncio.Future[Any]] = []
        frames: list[bytes] = []
        async with channel.lock:
            for envelope in envelopes:
                confirmation = channel.create_future()
                confirmations.append(confirmation)
                try:
                    message, body = properties(envelope), envelope.body.encode()
                    written = [*publication(channel.number, self._exchange, message, body, channel.max_content_size)]
                except Exception as error:  # noqa: BLE001
                    confirmation.set_exception(Unwritable(type(error).__name__))
                    continue
                frames += written
                channel.delivery_tag += 1
                channel.confirmations[channel.delivery_tag] = confirmation
                message_id = str(message.message_id)
                channel.message_id_delivery_tag[message_id] = channel.delivery_tag
                confirmation.add_done_callback(partial(_forget, channel, message_id))
            if frames:
                await channel.write_queue.put(ChannelFrame(b"".join(frames), should_close=False))
        return confirmations

    def _judge(self, failed: Sequence[tuple[Envelope, BaseException]]) -> None:
        refusals = (aio_pika.exceptions.DeliveryError, aio_pika.exceptions.PublishError, ValueError, TypeError)
        refused = [pair for pair in failed if isinstance(pair[1], refusals)]
        if len(refused) < len(failed):
            unknown = next(error for _, error in failed if not isinstance(error, refusals))
            raise Unavailable(f"RabbitMQ went away while publishing: {unknown!r}") from unknown
        raise EventsRefused(refused)

    async def _open(self) -> Any:
        if self._channel is None or self._channel.is_closed:
            connection = self._broker._connection
            if connection is None:
                raise ConnectionError("not connected")
            self._channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        return await self._channel.get_underlay_channel()


def _forget(channel: Any, message_id: str, _: asyncio.Future[Any]) -> None:
    channel.message_id_delivery_tag.pop(message_id, None)


def properties(envelope: Envelope) -> Any:
    """The AMQP properties of an event: persistent, JSON, its id as the message id."""
    return Basic.Properties(
        content_type="application/json",
        delivery_mode=2,
        message_id=str(envelope.id),
        correlation_id=str(envelope.correlation),
        message_type=envelope.key,
        timestamp=envelope.at,
        headers=envelope.headers() | {PUBLISHED: int(time() * 1000)},
    )
