"""Messages that no well-behaved client would send, drawn from a seed, as the frames in which they reach the broker.

All of them pass RabbitMQ: what it takes for a broken frame, such as a float that is no number, goes no further.
"""

import json
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aio_pika
from aiormq.abc import ChannelFrame
from pamqp import frame
from pamqp.commands import Basic

from shared.wire.amqp_codec import BODY, END, HEADER, START

NAMES = (
    "id",
    "type",
    "source",
    "time",
    "specversion",
    "subject",
    "sequence",
    "correlation",
    "traceparent",
    "actorkind",
)
STRUCTURED = "application/cloudevents+json"
HOSTILE = (
    "",
    "\0",
    "$where",
    "a.b.c",
    "$",
    "名" * 60,
    "\u202e1390",
    "'; drop",
    "../..",
    "x" * 120,
    "{{7*7}}",
    "\ufeff",
)
TIMES = (
    "2026-11-20T05:59:00Z", "2026-11-20T05:59:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    "2026-W47-5", "2026-11-20T05:59:00.123456789Z", "292277026596-12-04", "yesterday",
)  # fmt: skip
MOMENTS = (0, 1, 2**31, 2**40, 2**62, 2**64 - 1)
NUMBERS = ("1" * 5000, "-0", "1e400", "NaN", "Infinity", str(2**63), str(2**70), "1.0", "true", "null")
_BITS = {"content_type": 15, "content_encoding": 14, "headers": 13, "delivery_mode": 12, "priority": 11,
         "correlation_id": 10, "reply_to": 9, "expiration": 8, "message_id": 7, "timestamp": 6, "type": 5,
         "user_id": 4, "app_id": 3}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Crooked:
    """One message: its properties as they stand on the wire, without pamqp's good manners, and its body."""

    properties: dict[str, Any] = field(default_factory=dict)
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    def frames(self, channel: int, exchange: str, key: str, largest: int) -> Iterator[bytes]:
        """What is written to the socket to publish it."""
        yield frame.marshal(Basic.Publish(exchange=exchange, routing_key=key), channel)
        yield from _framed(HEADER, channel, struct.pack(">HHQ", 60, 0, len(self.body)) + self._properties())
        for start in range(0, len(self.body), largest):
            yield from _framed(BODY, channel, self.body[start : start + largest])

    def _properties(self) -> bytes:
        said = {**self.properties, **({"headers": self.headers} if self.headers else {})}
        names = sorted(said, key=lambda name: -_BITS[name])
        flags = sum(1 << _BITS[name] for name in names)
        return struct.pack(">H", flags) + b"".join(_property(name, said[name]) for name in names)


def _framed(kind: int, channel: int, payload: bytes) -> tuple[bytes, bytes, bytes]:
    return START.pack(kind, channel, len(payload)), payload, END


def _property(name: str, value: Any) -> bytes:
    if name == "headers":
        entries = b"".join(_short(key) + typed for key, typed in value)
        return struct.pack(">I", len(entries)) + entries
    if name == "timestamp":
        return struct.pack(">Q", value)
    if name in ("delivery_mode", "priority"):
        return struct.pack(">B", value)
    return _short(value if isinstance(value, bytes) else value.encode())


def _short(text: bytes) -> bytes:
    return struct.pack(">B", len(text[:255])) + text[:255]


def text(value: str | bytes) -> bytes:
    """A header's value: a text."""
    encoded = value if isinstance(value, bytes) else value.encode()
    return b"S" + struct.pack(">I", len(encoded)) + encoded


def table(*entries: tuple[bytes, bytes]) -> bytes:
    """A header's value: a table."""
    inside = b"".join(_short(name) + value for name, value in entries)
    return b"F" + struct.pack(">I", len(inside)) + inside


class Fuzz:
    """Draws messages from a seed: each is a good one of which some is made crooked."""

    def __init__(
        self, seed: int, good: Callable[[int], tuple[dict[str, str], dict[str, Any]]], user: str | None
    ) -> None:
        self._random = random.Random(seed)
        self._good = good
        self._user = user
        self._number = 0

    def draw(self) -> Crooked:
        """The next message. No two are alike; a body that is not made crooked is a good one."""
        self._number += 1
        attributes, data = self._good(self._number)
        crooks = self._random.sample((self._body, self._header, self._property, self._attribute, self._nothing), 2)
        structured = self._random.random() < 0.25
        told: dict[str, Any] = {
            "properties": {"content_type": STRUCTURED if structured else "application/json", "delivery_mode": 2},
            "headers": {}
            if structured
            else {f"cloudEvents:{name}".encode(): text(v) for name, v in attributes.items()},
            "body": json.dumps({**attributes, "data": data} if structured else data).encode(),
        }
        whole = told["body"]
        if self._user:
            told["properties"]["user_id"] = self._user
        for crook in crooks:
            crook(told)
        if told["body"] != whole:
            told["body"] = self._numbered(told["body"])
        return Crooked(told["properties"], tuple(told["headers"].items()), told["body"])

    def _numbered(self, body: bytes) -> bytes:
        """A field that no contract has, with a number that no other message has."""
        if body.endswith(b"}"):
            return body[:-1] + b',"crooked":%d}' % self._number
        return body + b"%d" % self._number

    def _nothing(self, told: dict[str, Any]) -> None:
        """This one stays as it is."""

    def _body(self, told: dict[str, Any]) -> None:
        body: bytes = told["body"]
        draw = self._random
        told["body"] = draw.choice(
            (
                lambda: b"",
                lambda: b"\0" * draw.randrange(1, 50),
                lambda: draw.randbytes(draw.randrange(1, 300)),
                lambda: body.decode().encode("utf-16"),
                lambda: body.replace(b'"', b'"\\ud800', 1),
                lambda: b'{"\\ud800":1,"\\ud800":2}',
                lambda: b'{"\xed\xa0\x80":1,"a":2}',
                lambda: body[:-1] + b',"\\u0000":1,"$where":"1","a.b":{}}',
                lambda: body[:-1] + b',"n":%s}' % draw.choice(NUMBERS).encode(),
                lambda: b"[" * draw.choice((10, 500, 990, 100_000)),
                lambda: b'{"a":' * draw.choice((10, 990, 20_000)),
                lambda: b"[" * 900 + b"]" * 900,
                lambda: b'{"a":' * 950 + b"1" + b"}" * 950,
                lambda: body[: draw.randrange(len(body))],
                lambda: body + body,
                lambda: b'"' + b"x" * draw.choice((1000, 70_000, 300_000)) + b'"',
                lambda: json.dumps(draw.choice((None, True, 1, "text", [], [1, 2]))).encode(),
                lambda: b"\xef\xbb\xbf" + body,
                lambda: _changed(body, draw),
            )
        )()

    def _header(self, told: dict[str, Any]) -> None:
        draw = self._random
        headers: dict[bytes, bytes] = told["headers"]
        name = draw.choice(
            (b"", b"\xff\xfe", b"a\0b", b"$where", b"a.b", b"n" * 255, "名".encode() * 40, b"x-delivery-count")
        )
        headers[name] = draw.choice(
            (
                lambda: text("x"),
                lambda: text(b"\xff\xfe\x00"),
                lambda: text("y" * draw.choice((3000, 9000, 60_000))),
                lambda: b"x" + struct.pack(">I", 4) + b"\x00\xff\xfe\xfd",
                lambda: b"T" + struct.pack(">Q", draw.choice(MOMENTS)),
                lambda: b"d" + struct.pack(">d", draw.choice((1e308, -0.0, 5e-324))),
                lambda: b"l" + struct.pack(">q", draw.choice((-(2**63), 2**63 - 1, 0))),
                lambda: b"V",
                lambda: b"t\x02",
                lambda: b"D\xff" + struct.pack(">I", 2**32 - 1),
                lambda: table((b"$gt", text("")), (b"\xff", b"V")),
                lambda: _nested(draw.choice((5, 60, 400))),
                lambda: b"A" + struct.pack(">I", 4) + b"VVVV",
            )
        )()
        if draw.random() < 0.05:
            headers.update({b"h%d" % number: b"V" for number in range(draw.choice((150, 5000)))})
        if draw.random() < 0.1:
            copies = text("production.production_started.v1")
            headers[draw.choice((b"CC", b"cc", b"BCC"))] = b"A" + struct.pack(">I", len(copies)) + copies

    def _property(self, told: dict[str, Any]) -> None:
        draw = self._random
        name, values = draw.choice(
            (
                ("message_id", (b"", b"\xff\xfe", "名".encode() * 80, b"\0", b"x" * 255)),
                ("reply_to", (b"", b"amq.gen-1", b"\xff")),
                ("expiration", (b"100000", b"4294967295")),
                ("content_type", (b"", b"text/plain", b"\xff", b"application/json; charset=\xff", b"a" * 255)),
                ("content_encoding", (b"gzip", b"\xff", b"utf-16")),
                ("timestamp", MOMENTS),
                ("priority", (0, 255)),
                ("delivery_mode", (1, 2)),
                ("correlation_id", (b"\xff" * 200, b"")),
                ("type", (b"\0", b"x" * 255)),
                ("app_id", (b"\xff\xff",)),
            )
        )
        told["properties"][name] = draw.choice(values)
        if draw.random() < 0.1:
            told["properties"].pop("user_id", None)

    def _attribute(self, told: dict[str, Any]) -> None:
        draw = self._random
        name = draw.choice(NAMES)
        wire = f"cloudEvents{draw.choice(':_')}{name}".encode()
        if draw.random() < 0.2:
            told["headers"].pop(wire, None)
            return
        hostile = draw.choice((*HOSTILE, *TIMES, *NUMBERS))
        told["headers"][wire] = draw.choice(
            (lambda: text(hostile), lambda: text(b"\xff\xfe"), lambda: b"I\x00\x00\x00\x07", lambda: b"V",
             lambda: table((b"id", text("x"))), lambda: _nested(40), lambda: text("i" * 1000))
        )()  # fmt: skip


def _nested(deep: int) -> bytes:
    value = b"V"
    for _ in range(deep):
        value = table((b"n", value))
    return value


def _changed(body: bytes, draw: random.Random) -> bytes:
    """Some bytes are other ones."""
    changed = bytearray(body)
    for _ in range(draw.randrange(1, 5)):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


async def publish(channel: aio_pika.abc.AbstractChannel, exchange: str, key: str, messages: list[Crooked]) -> None:
    """Returns when the broker has confirmed all of them; raises when it closes the channel instead."""
    underlay: Any = await channel.get_underlay_channel()
    confirmations = []
    async with underlay.lock:
        frames: list[bytes] = []
        for message in messages:
            frames += message.frames(underlay.number, exchange, key, underlay.max_content_size)
            underlay.delivery_tag += 1
            confirmation = underlay.create_future()
            underlay.confirmations[underlay.delivery_tag] = confirmation
            confirmations.append(confirmation)
        await underlay.write_queue.put(ChannelFrame(b"".join(frames), should_close=False))
    for confirmation in confirmations:
        await confirmation
