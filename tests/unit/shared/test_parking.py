"""Parking: whatever can come off a wire can be kept."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import bson
import pytest

from shared.aggregate import Overstepped, Refused
from shared.contracts.event import Actor
from shared.parking.decisions import confirm_edit, propose_edit
from shared.parking.parked import LARGEST_BODY, LARGEST_KEPT, Letter, Parked, RetryPolicy
from shared.parking.store import Parking
from shared.testing import InMemoryDatabase, cause
from shared.wire.message import Message

NOW = datetime(2026, 11, 28, tzinfo=UTC)


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


HARD = [
    b'{"\xed\xa0\x80":1}',
    b'{"\\ud800":1,"\\ud800":2}',
    b"\x00" * 10,
    b"\xff" * (2 * 1024 * 1024),
]


@pytest.mark.parametrize("body", HARD)
@pytest.mark.parametrize(
    "headers",
    [
        {"cloudEvents:id": "\ud800", "cloudEvents:type": "\udfff\0"},
        {"cloudEvents:id": {"a": ["table"]}, "cloudEvents:type": 7},
        {f"{number}\0\ud800": "x" * 5000 for number in range(300)},
        {"n": 10**5000, "f": float("nan"), "b": b"\xff" * 9000},
    ],
)
def test_whatever_a_message_has_it_is_kept_in_a_form_that_a_database_takes(body: bytes, headers: Any) -> None:
    message = Message("orders.on.x.v1", "\ud800", headers, body, message_id="\ud801", reply_to="\0")
    touches = [
        Parking(InMemoryDatabase()).message_failed(message, Refused("\ud800 broke", "\ud800"), RetryPolicy()),
        Parking(InMemoryDatabase()).message_suspected(message, RetryPolicy()),
        Parking(InMemoryDatabase()).message_not_keepable(message, ValueError("\ud800")),
    ]
    for touch in touches:
        assert touch.decide is not None
        assert touch.start is not None
        state = touch.decide(touch.start).state.model_dump(mode="json")
        stored = bson.encode(state)
        assert len(stored) < 1024 * 1024
        assert message.id == replace(message, headers={**headers, "x-delivery-count": 2}, redelivered=True).id
        assert message.id != replace(message, body=body + b" ").id


def test_a_body_that_is_too_large_is_kept_in_its_beginning() -> None:
    letter = Letter.of(Message("q", "k", {}, b"x" * (2 * LARGEST_BODY)))
    assert (letter.size, len(letter.body)) == (2 * LARGEST_BODY, LARGEST_KEPT)


def test_an_edit_is_confirmed_as_it_was_seen_and_both_proposals_stay_readable() -> None:
    parked = Parked(
        id=uuid4(), queue="q", key="k", state="dead", letter=Letter.of(Message("q", "k", {}, b"{}")),
        first_at=NOW, last_at=NOW,
    )  # fmt: skip
    first, second, confirming = (cause(NOW, actor=Actor(kind="staff", id=who, role="operator")) for who in "aab")
    shown = propose_edit(parked, '{"right": 1}', first).state
    changed = propose_edit(shown, '{"wrong": 1}', second).state

    with pytest.raises(Refused) as refused:
        confirm_edit(changed, shown.edit.id, NOW, confirming)  # type: ignore[union-attr]

    assert refused.value.code == "edit_changed"
    confirmed = confirm_edit(changed, changed.edit.id, NOW, confirming).state  # type: ignore[union-attr]
    assert confirmed.letter is not None
    assert (confirmed.letter.body, confirmed.letter.edited_by) == ('{"wrong": 1}', "a+b")
    assert [note.proposed for note in confirmed.history] == ['{"right": 1}', '{"wrong": 1}', None]
    with pytest.raises(Overstepped):
        confirm_edit(changed, changed.edit.id, NOW, second)  # type: ignore[union-attr]


def test_two_identities_that_cannot_be_kept_whole_beside_each_other_are_refused_not_cut() -> None:
    parked = Parked(
        id=uuid4(), queue="q", key="k", state="dead", letter=Letter.of(Message("q", "k", {}, b"{}")),
        first_at=NOW, last_at=NOW,
    )  # fmt: skip
    fitting, another, longer = (
        cause(NOW, actor=Actor(kind="staff", id=who, role="operator")) for who in ("a" * 63, "b" * 63, "c" * 64)
    )
    proposed = propose_edit(parked, "[]", fitting).state
    assert proposed.edit is not None

    for decide in (partial(propose_edit, parked, "[]"), partial(confirm_edit, proposed, proposed.edit.id, NOW)):
        with pytest.raises(Refused) as refused:
            decide(longer)
        assert refused.value.code == "name_too_long"

    assert proposed.edit is not None
    of_before = proposed.but(edit=proposed.edit.but(by=longer.actor))
    with pytest.raises(Refused) as refused:
        confirm_edit(of_before, proposed.edit.id, NOW, fitting)
    assert refused.value.code == "name_too_long"

    letter = confirm_edit(proposed, proposed.edit.id, NOW, another).state.letter
    assert letter is not None
    assert Actor(kind="staff", id=letter.edited_by or "").id == f"{'a' * 63}+{'b' * 63}"
