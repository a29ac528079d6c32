"""Parking: whatever can come off a wire can be kept."""

import math

import bson
import pytest

from shared.parking.parked import Letter
from shared.wire.message import Message


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        (("ratio", math.nan), {"ratio": "nan"}),
        (("ratio", -math.inf), {"ratio": "-inf"}),
        (("count", 2**63), {"count": str(2**63)}),
        (("count", 7), {"count": 7}),
        (("a\x00b", "x"), {"a\ufffdb": "x"}),
        (("raw", b"\xff"), {"raw": "\ufffd"}),
        (("several", [1, 2]), {"several": "[1, 2]"}),
    ],
)
def test_a_header_that_no_database_takes_is_kept_as_a_text(header: tuple[str, object], kept: dict[str, object]) -> None:
    letter = Letter.of(Message("queue", "key", dict([header]), b"{}"))

    assert letter.headers == kept
    assert bson.encode(letter.model_dump(mode="json"))
