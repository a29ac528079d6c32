"""Frames that no honest client sends are read as messages without properties."""

import struct

import pytest
from pamqp import frame
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from shared.frames import read_whatever_comes

HEADER_FRAME = 2


def framed(kind: int, payload: bytes) -> bytes:
    return struct.pack(">BHI", kind, 1, len(payload)) + payload + b"\xce"


def header_frame(properties: Basic.Properties) -> bytes:
    return framed(HEADER_FRAME, ContentHeader(body_size=7, properties=properties).marshal())


@pytest.fixture(autouse=True)
def _tolerant() -> None:
    read_whatever_comes()


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (Basic.Properties(headers={"name": "x"}), (b"name", b"\xff\xfe\xff\xfe")),
        (Basic.Properties(timestamp=None, priority=1, headers={"T": 2**62}), (b"l\x40", b"T\x7f")),
    ],
)
def test_a_header_that_cannot_be_decoded_leaves_a_message_without_properties(
    good: Basic.Properties, bad: tuple[bytes, bytes]
) -> None:
    _, channel, read = frame.unmarshal(header_frame(good).replace(*bad))

    assert isinstance(read, ContentHeader)
    assert (channel, read.body_size, read.properties.headers) == (1, 7, None)


def test_a_readable_header_is_read_as_it_is() -> None:
    _, _, read = frame.unmarshal(header_frame(Basic.Properties(message_id="m", headers={"a": 1})))

    assert (read.properties.message_id, read.properties.headers) == ("m", {"a": 1})


def test_a_text_that_is_not_utf_8_is_read_with_a_mark_in_its_place() -> None:
    _, _, read = frame.unmarshal(header_frame(Basic.Properties(message_id="mm")).replace(b"mm", b"\xff\xff"))

    assert read.properties.message_id == "\ufffd\ufffd"
