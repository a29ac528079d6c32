"""Deliveries are taken straight off the socket; whatever else the broker says is aiormq's to read.

aiormq reads a delivery as three frames, through two queues and three tasks; that costs a service more than what it does
with the message (ADR 21).
"""

import asyncio
from dataclasses import dataclass, field
from struct import Struct
from typing import Any

import aiormq
from aio_pika import RobustConnection
from aiormq.connection import TransportFactory

from shared.wire.amqp_codec import BODY, DELIVER, END, HEADER, HEARTBEAT, METHOD, START, read_header
from shared.wire.message import Delivery, Message, Take

ALIVE = b"\x08\x00\x00\x00\x00\x00\x00\xce"
"""A heartbeat: tells aiormq that the broker was heard, when nothing else was for it."""

ALIVE_EVERY = 5.0
"""Seconds between two of them while nothing is read because of our own choice."""

_ENVELOPE = Struct(">QB")
_AROUND = START.size + len(END)


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes the deliveries of one consumer, and the queue they come from."""

    queue: str
    take: Take


@dataclass(slots=True)
class _Begun:
    """A delivery of which the header or some of the body is still to come."""

    taker: Taker
    channel: Any
    tag: int
    redelivered: bool
    routing_key: str
    properties: dict[str, Any] = field(default_factory=dict)
    missing: int = 0
    size: int = 0
    parts: list[bytes] = field(default_factory=list)

    def end(self) -> None:
        """Hand it over whole."""
        message = Message(
            self.taker.queue,
            self.routing_key,
            body=b"".join(self.parts),
            redelivered=self.redelivered,
            **self.properties,
        )
        self.taker.take(Delivery(message, self.channel, self.tag, self.size))


class Socket(asyncio.StreamReader):
    """Reads a connection's bytes: deliveries for our consumers are handed over whole, other frames are passed on."""

    def __init__(self, takers: dict[bytes, Taker]) -> None:
        super().__init__()
        self._takers = takers
        self._rest = b""
        self._begun: dict[int, _Begun] = {}
        self.connection: Any = None
        """The aiormq connection over this socket; there are no deliveries before it is known."""

    def feed_data(self, data: Any) -> None:
        data = self._rest + data
        passed: list[bytes] = []
        at = 0
        while len(data) - at >= _AROUND:
            kind, channel, size = START.unpack_from(data, at)
            if kind not in (METHOD, HEADER, BODY, HEARTBEAT):
                passed.append(data[at:])
                at = len(data)
                break
            after: int = at + size + _AROUND
            if after > len(data):
                break
            if not self._takes(kind, channel, data[at + START.size : after - len(END)]):
                passed.append(data[at:after])
            at = after
        self._rest = data[at:]
        if at:
            super().feed_data(b"".join(passed) or ALIVE)

    def pause(self) -> None:
        """Leave what comes to the broker's side of the line."""
        if self._transport is not None and self._transport.is_reading():  # type: ignore[attr-defined]
            self._transport.pause_reading()  # type: ignore[attr-defined]

    def resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():  # type: ignore[attr-defined]
            self._transport.resume_reading()  # type: ignore[attr-defined]

    def seem_alive(self) -> None:
        """Tell aiormq that the broker was heard: it would take a line that is not read for a dead one."""
        super().feed_data(ALIVE)

    def _takes(self, kind: int, channel: int, payload: bytes) -> bool:
        if kind == METHOD:
            self._begun.pop(channel, None)
            return payload.startswith(DELIVER) and self._begins(channel, payload)
        begun = self._begun.get(channel)
        if begun is None:
            return False
        begun.size += len(payload)
        if kind == HEADER:
            begun.missing, begun.properties = read_header(payload)
        else:
            begun.parts.append(payload)
            begun.missing -= len(payload)
        if begun.missing <= 0:
            del self._begun[channel]
            begun.end()
        return True

    def _begins(self, channel: int, payload: bytes) -> bool:
        at = 5 + payload[4]
        taker = self._takers.get(payload[5:at])
        if taker is None:
            return False
        tag, redelivered = _ENVELOPE.unpack_from(payload, at)
        at += _ENVELOPE.size
        at += 2 + payload[at]
        key = payload[at : at + payload[at - 1]].decode(errors="replace")
        through = self.connection.channels[channel]
        self._begun[channel] = _Begun(taker, through, tag, bool(redelivered), key)
        return True


class _Sockets(TransportFactory):
    def __init__(self) -> None:
        self.takers: dict[bytes, Taker] = {}
        self.latest: Socket
        self._paused: asyncio.TimerHandle | None = None

    def pause(self) -> None:
        """Read no further, on a connection that came back meanwhile neither."""
        self.latest.pause()
        if self._paused is None:
            self._keep_alive()

    def resume(self) -> None:
        if self._paused is not None:
            self._paused.cancel()
            self._paused = None
        self.latest.resume()

    def _keep_alive(self) -> None:
        self.latest.seem_alive()
        self._paused = asyncio.get_running_loop().call_later(ALIVE_EVERY, self._keep_alive)

    async def create(self, url: Any, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        provider = kwargs.pop("ssl_context_provider")
        ssl = await provider.get_context() if url.scheme == "amqps" else None
        loop = asyncio.get_running_loop()
        self.latest = Socket(self.takers)
        protocol = asyncio.StreamReaderProtocol(self.latest)
        try:
            transport, _ = await loop.create_connection(lambda: protocol, url.host, url.port, ssl=ssl, **kwargs)
        except OSError as error:
            raise aiormq.exceptions.AMQPConnectionError(*error.args) from error
        return self.latest, asyncio.StreamWriter(transport, protocol, self.latest, loop)


class Connection(RobustConnection):
    """aio-pika's connection, which comes back by itself, with consumers that may take deliveries off the socket."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sockets = _Sockets()
        self.kwargs["transport_factory"] = self._sockets

    def take(self, consumer_tag: str, queue: str, take: Take) -> None:
        """Hand every delivery for this tag over, in order of arrival. Say so before the consumer begins."""
        self._sockets.takers[consumer_tag.encode()] = Taker(queue, take)

    def pause(self) -> None:
        """Read no further until `resume`. What has been read is handed over still, and acknowledgements go out.

        Beware: no answer of the broker is heard meanwhile, so that nothing may be published over this connection.
        """
        self._sockets.pause()

    def resume(self) -> None:
        """Read on."""
        self._sockets.resume()

    async def _on_connected(self) -> None:
        assert self.transport
        self._sockets.latest.connection = self.transport.connection
        await super()._on_connected()
