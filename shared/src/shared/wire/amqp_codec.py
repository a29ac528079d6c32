"""Frames as bytes: a message's properties read and written in one pass, which pamqp does field by field.

Reading is also forgiving. RabbitMQ passes on names that are not UTF-8 and times beyond the year 9999; a reader that
raises ends the connection for every queue on it, and the message comes back and ends the next one. Read as a message
without properties it goes where every malformed message goes.
"""

from collections.abc import Iterator
from functools import lru_cache
from struct import Struct, error
from typing import Any

from pamqp import decode, frame
from pamqp.commands import Basic

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
DELIVER = b"\x00\x3c\x00\x3c"
START = Struct(">BHI")
"""Kind, channel and size of the payload that follows; after that comes END."""
END = b"\xce"

_HEADER, _LONG, _LENGTH = Struct(">HHQH"), Struct(">q"), Struct(">I")
_KEPT = {
    0x8000: "content_type",
    0x4000: "content_encoding",
    0x0200: "reply_to",
    0x0100: "expiration",
    0x0080: "message_id",
    0x0010: "user_id",
}
"""The texts that a Message has, under their names there."""
_SKIPPED = {0x0400, 0x0020, 0x0008, 0x0004}
"""The texts that it has not: correlation, type, app id and cluster id."""
_SIZED = {0x1000: 1, 0x0800: 1, 0x0040: 8}
"""The bytes of delivery mode, priority and timestamp, which it has not either."""
_TABLE = 0x2000
"""The flag of the table of headers."""
HEADERS_READ = 8 * 1024
"""Bytes of headers that are read; the worst of a frame's 128 KiB would hold up everything else for 0.3 seconds."""
_OURS = 0x8000 | _TABLE | 0x1000 | 0x0400 | 0x0080 | 0x0040 | 0x0020


def read_header(payload: bytes) -> tuple[int, dict[str, Any]]:
    """The size of the body to come, and the properties by the names of a Message's fields.

    No properties at all when they cannot be read; of too large headers only their size, as `unread`.
    """
    size: int = int.from_bytes(payload[4:12])
    try:
        return size, _properties(payload)
    except (ArithmeticError, IndexError, OSError, RecursionError, ValueError, error):
        return size, {}


def _properties(payload: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    flags, at = int.from_bytes(payload[12:14]), 14
    for bit in range(15, 1, -1):
        flag = flags & 1 << bit
        if not flag:
            continue
        if flag in _KEPT:
            end = at + 1 + payload[at]
            found[_KEPT[flag]] = payload[at + 1 : end].decode(errors="replace")
            at = end
        elif flag in _SKIPPED:
            at += 1 + payload[at]
        elif flag == _TABLE:
            size = _LENGTH.unpack_from(payload, at)[0]
            if HEADERS_READ < size <= len(payload) - at:
                at, found["unread"] = at + _LENGTH.size + size, size
            else:
                at, found["headers"] = _table(payload, at)
        else:
            at += _SIZED[flag]
    return found


def _table(payload: bytes, at: int) -> tuple[int, dict[str, Any]]:
    """Texts are read here, everything else by pamqp."""
    at += 4
    end = at + _LENGTH.unpack_from(payload, at - 4)[0]
    if end > len(payload):
        raise ValueError("the table is longer than its frame")
    found: dict[str, Any] = {}
    while at < end:
        value = at + 1 + payload[at]
        name = payload[at + 1 : value].decode()
        if payload[value] == 0x53:
            at = value + 5 + _LENGTH.unpack_from(payload, value + 1)[0]
            text = payload[value + 5 : at]
            found[name] = _text(text)
        else:
            taken, found[name] = decode.embedded_value(payload[value:end])
            at = value + taken
    return end, found


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def publication(
    channel: int, exchange: str, properties: Basic.Properties, body: bytes, largest: int
) -> Iterator[bytes]:
    """The frames that publish one persistent message under its type as the key, with bodies of `largest` bytes at most.

    All that `shared.wire.broker.properties` sets has to be set; headers are texts and whole numbers.
    """
    yield _publish(channel, exchange, str(properties.message_type))
    yield from _framed(HEADER, channel, _header(properties, len(body)))
    for start in range(0, len(body), largest):
        yield from _framed(BODY, channel, body[start : start + largest])


@lru_cache(maxsize=1024)
def _publish(channel: int, exchange: str, key: str) -> bytes:
    return frame.marshal(Basic.Publish(exchange=exchange, routing_key=key, mandatory=True), channel)


def _framed(kind: int, channel: int, payload: bytes) -> tuple[bytes, bytes, bytes]:
    return START.pack(kind, channel, len(payload)), payload, END


def _header(properties: Any, size: int) -> bytes:
    table = b"".join([_entry(name, value) for name, value in (properties.headers or {}).items()])
    return b"".join(
        (
            _HEADER.pack(Basic.frame_id, 0, size, _OURS),
            _short(properties.content_type),
            _LENGTH.pack(len(table)),
            table,
            b"\x02",
            _short(properties.correlation_id),
            _short(properties.message_id),
            _LONG.pack(int(properties.timestamp.timestamp())),
            _short(properties.message_type),
        )
    )


def _entry(name: str, value: Any) -> bytes:
    if isinstance(value, int):
        return _named(name, b"l") + _LONG.pack(value)
    text: bytes = value.encode()
    return _named(name, b"S") + _LENGTH.pack(len(text)) + text


@lru_cache(maxsize=256)
def _named(name: str, kind: bytes) -> bytes:
    return _short(name) + kind


def _short(text: Any) -> bytes:
    encoded: bytes = text.encode()
    return bytes((len(encoded),)) + encoded
