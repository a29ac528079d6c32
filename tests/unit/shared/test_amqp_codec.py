"""Frames as bytes: read and written as pamqp would, except that what cannot be read costs its neighbours nothing."""

import asyncio
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger import Deposited
from pamqp import frame
from pamqp.commands import Basic
from pamqp.header import ContentHeader
from yarl import URL

from shared.testing import cause
from shared.wire.amqp_codec import publication, read_header
from shared.wire.broker import properties
from shared.wire.consuming import PROPERTIES, BytesInHand
from shared.wire.delivery_reader import ALIVE, Connection, Socket, Taker
from shared.wire.envelope import Envelope
from shared.wire.message import Delivery

names = st.text(min_size=1, max_size=20)
whole = st.integers(-(2**31), 2**31 - 1)
values = st.recursive(
    st.none() | st.booleans() | whole | st.text(max_size=50),
    lambda inner: st.dictionaries(names, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=5,
)
messages = st.builds(
    Basic.Properties,
    headers=st.none() | st.dictionaries(names, values, min_size=1, max_size=5),
    content_type=st.none() | names,
    content_encoding=st.none() | names,
    correlation_id=st.none() | names,
    priority=st.none() | st.integers(1, 9),
    message_id=st.none() | names,
    timestamp=st.none() | st.just(datetime(2026, 3, 2, tzinfo=UTC)),
    user_id=st.none() | names,
    expiration=st.none() | st.just("60000"),
)


def header(properties: Basic.Properties, size: int = 7) -> bytes:
    return ContentHeader(body_size=size, properties=properties).marshal()


@given(messages)
def test_properties_are_read_as_pamqp_reads_them(sent: Basic.Properties) -> None:
    _, _, theirs = frame.unmarshal(frame.marshal(ContentHeader(body_size=7, properties=sent), 1))

    size, ours = read_header(header(sent))

    assert size == 7
    said = {name: getattr(theirs.properties, name) for name in PROPERTIES}
    assert ours == {name: value for name, value in said.items() if value is not None}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (Basic.Properties(headers={"name": "x"}), (b"name", b"\xff\xfe\xff\xfe")),
        (Basic.Properties(headers={"T": 2**62}), (b"l\x40", b"T\x7f")),
        (Basic.Properties(headers={"name": "x"}), (b"\x00\x00\x00\x0b", b"\x7f\xff\xff\xff")),
        (Basic.Properties(message_id="m"), (b"\x01m", b"")),
    ],
)
def test_a_header_that_cannot_be_decoded_leaves_a_message_without_properties(
    good: Basic.Properties, bad: tuple[bytes, bytes]
) -> None:
    assert read_header(header(good).replace(*bad)) == (7, {})


@given(st.binary(min_size=14, max_size=200))
def test_whatever_a_header_contains_it_is_read(payload: bytes) -> None:
    size, _ = read_header(payload)

    assert size == struct.unpack_from(">Q", payload, 4)[0]


def test_a_text_that_is_not_utf_8_is_read_with_a_mark_in_its_place() -> None:
    _, read = read_header(header(Basic.Properties(message_id="mm")).replace(b"mm", b"\xff\xff"))

    assert read["message_id"] == "\ufffd\ufffd"


@pytest.mark.parametrize("largest", [7, 10_000])
def test_an_event_is_published_in_the_frames_that_pamqp_would_write(largest: int) -> None:
    envelope = Envelope.of(Deposited(account="安娜", amount=1), uuid4(), uuid4(), 3, cause())
    message, body = properties(envelope), envelope.body.encode()

    read = list(frames(b"".join(publication(5, "events", message, body, largest))))

    publish, head, *bodies = [each for _, each in read]
    assert {channel for channel, _ in read} == {5}
    assert (publish.exchange, publish.routing_key, publish.mandatory) == ("events", envelope.key, True)
    _, _, theirs = frame.unmarshal(frame.marshal(ContentHeader(body_size=len(body), properties=message), 5))
    assert (head.body_size, dict(head.properties)) == (len(body), dict(theirs.properties))
    assert b"".join(each.value for each in bodies) == body
    assert max(len(each.value) for each in bodies) <= largest


def frames(wire: bytes) -> Any:
    while wire:
        taken, channel, each = frame.unmarshal(wire)
        yield channel, each
        wire = wire[taken:]


class Wire:
    """A connection with two channels, and what was taken from it and passed on."""

    def __init__(self) -> None:
        self.taken: list[Delivery] = []
        self.socket = Socket({b"ours": Taker("queue", self.taken.append)})
        self.socket.connection = self
        self.channels = {1: "one", 2: "two"}

    @property
    def passed(self) -> bytes:
        return bytes(self.socket._buffer)


def delivery(channel: int, tag: int, body: bytes, consumer: str = "ours", split: int = 4) -> list[bytes]:
    method = Basic.Deliver(consumer, tag, redelivered=tag % 2 == 0, exchange="events", routing_key="a.b")
    parts = [body[at : at + split] for at in range(0, len(body), split)]
    return [
        frame.marshal(method, channel),
        frame.marshal(ContentHeader(body_size=len(body), properties=Basic.Properties(message_id=str(tag))), channel),
        *(struct.pack(">BHI", 3, channel, len(part)) + part + b"\xce" for part in parts),
    ]


@given(st.data())
async def test_deliveries_are_taken_whole_however_the_bytes_come_and_the_rest_is_passed_on(data: st.DataObject) -> None:
    wire = Wire()
    ours = [frame for tag in (1, 2) for frame in delivery(1, tag, b"0123456789")] + delivery(1, 3, b"")
    theirs = [*delivery(2, 1, b"abc", consumer="theirs"), frame.marshal(Basic.Ack(7), 2)]
    merged: list[bytes] = []
    lanes = [list(ours), list(theirs)]
    while any(lanes):
        lane = data.draw(st.sampled_from([lane for lane in lanes if lane]))
        merged.append(lane.pop(0))
    stream = b"".join(merged)
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        wire.socket.feed_data(stream[:size])
        stream = stream[size:]

    assert [(each.channel, each.tag, each.message.redelivered, each.message.body) for each in wire.taken] == [
        ("one", 1, False, b"0123456789"),
        ("one", 2, True, b"0123456789"),
        ("one", 3, False, b""),
    ]
    assert [each.message.message_id for each in wire.taken] == ["1", "2", "3"]
    assert wire.passed.replace(ALIVE, b"") == b"".join(theirs)


async def test_who_reads_the_connection_hears_that_it_lives_while_everything_is_taken() -> None:
    wire = Wire()

    wire.socket.feed_data(b"".join(delivery(1, 1, b"x")))

    assert wire.passed == ALIVE


async def test_a_delivery_that_a_closing_channel_cuts_short_is_forgotten() -> None:
    wire = Wire()
    closed = frame.marshal(Basic.Cancel("ours"), 1)

    wire.socket.feed_data(b"".join([*delivery(1, 1, b"0123456789")[:-1], closed, *delivery(1, 1, b"again")]))

    assert [each.message.body for each in wire.taken] == [b"again"]
    assert wire.passed == closed


async def test_what_is_no_frame_is_passed_on_for_a_clear_error() -> None:
    wire = Wire()

    wire.socket.feed_data(b"AMQP\x00\x00\x09\x01")

    assert wire.passed == b"AMQP\x00\x00\x09\x01"


class Line(asyncio.Transport):
    """A transport that only knows whether it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.read = True

    def is_reading(self) -> bool:
        return self.read

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        self.read = False

    def resume_reading(self) -> None:
        self.read = True


async def test_beyond_the_bytes_in_hand_the_line_is_not_read_until_half_of_them_is_done() -> None:
    wire, line = Wire(), Line()
    wire.socket.set_transport(line)
    connection = Connection(URL("amqp://nowhere"))
    connection._sockets.latest = wire.socket
    in_hand = BytesInHand(100)
    in_hand.connection = connection

    def read_after(change: Callable[[int], None], size: int) -> bool:
        change(size)
        return line.read

    steps = [(in_hand.take, 60), (in_hand.take, 40), (in_hand.take, 1), (in_hand.done, 1), (in_hand.done, 49)]
    assert [read_after(*step) for step in steps] == [True, True, False, False, False]
    assert wire.passed == ALIVE
    assert read_after(in_hand.done, 1)


async def test_a_delivery_tells_how_many_bytes_its_headers_and_body_have() -> None:
    wire = Wire()
    _, head, *bodies = delivery(1, 1, b"0123456789")

    wire.socket.feed_data(b"".join(delivery(1, 1, b"0123456789")))

    around = 8
    assert [each.size for each in wire.taken] == [len(head) - around + len(b"0123456789")]
    assert len(bodies) == 3
