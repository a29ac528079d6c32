"""Every decision in every stage: it is made exactly where the table allows it, and leads where the table says."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import get_args
from uuid import UUID

import pytest
from notify_in_memory import MORNING, POLICIES

from notify.domain.decisions.answers import park, resolve
from notify.domain.decisions.claiming import claim, release
from notify.domain.decisions.receipts import bounce, deliver, give_up_on_receipt
from notify.domain.decisions.ways import accept, fail, lose, retry
from notify.domain.decisions.withholding import defer, suppress
from notify.domain.lifecycle import LIFECYCLE, NotificationDecision, Stage
from notify.domain.messages.template import Words
from notify.domain.notification import Notification
from notify.domain.parts.attempt import Attempt
from notify.domain.parts.piece import Piece
from notify.domain.parts.receipt import Receipt
from notify.domain.parts.way import Way
from notify.domain.roles import DESK
from shared.aggregate import Cause, Change
from shared.contracts.notify import (
    NotificationDeferred,
    NotificationDelivered,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
)
from shared.lifecycle import IllegalTransition, Possible
from shared.testing import cause

WORDS = Words(template="order_placed", version=1, text="【客服】您好")
LATER = MORNING + timedelta(hours=1)
ARRIVED = Receipt(provider="aliyun", status="delivered", code="DELIVRD", reason="", at=MORNING)
LOST = Receipt(provider="aliyun", status="undelivered", code="MK:0001", reason="invalid_number", at=MORNING)

DECISIONS: Mapping[NotificationDecision, Callable[[Notification, Cause], Change[Notification]]] = {
    "claim": lambda told, why: claim(told, "worker-1", "aliyun", LATER, why),
    "release": lambda told, why: release(told, told.fence, why),
    "defer": lambda told, why: defer(told, "quiet_hours", LATER, why),
    "suppress": lambda told, why: suppress(told, "expired", None, why),
    "accept": lambda told, why: accept(told, "r-1", WORDS, why),
    "retry": lambda told, why: retry(told, "busy", LATER, why),
    "fail": lambda told, why: fail(told, "refused", "", "aliyun", why),
    "lose": lambda told, why: lose(told, LATER, why),
    "park": park,
    "resolve": lambda told, why: resolve(told, False, WORDS, POLICIES.version(1), why),
    "deliver": lambda told, why: deliver(told, ARRIVED, WORDS, why),
    "bounce": lambda told, why: bounce(told, LOST, why),
    "give_up_on_receipt": give_up_on_receipt,
}
ANNOUNCED = {
    "defer": [NotificationDeferred],
    "suppress": [NotificationSuppressed],
    "accept": [NotificationSent],
    "fail": [NotificationFailed],
    "park": [NotificationFailed],
    "deliver": [NotificationSent, NotificationDelivered],
    "bounce": [NotificationFailed],
}


def told_in(stage: Stage) -> Notification:
    """A message that has been tried once and is in this stage."""
    attempt = Attempt(number=1, channel="sms", provider="aliyun", fence=1, began_at=MORNING)
    return Notification(
        policy_version=1,
        id=UUID(int=1),
        correlation=UUID(int=2),
        recipient=UUID(int=3),
        audience="customer",
        purpose="order_placed",
        rule="order_placed",
        pieces=(Piece(template="order_placed", versions={"sms": 1}, values={}, event="orders.order_released.v1"),),
        channels=("sms",),
        ways=(Way(channel="sms", address="13800138000"),),
        stage=stage,
        created_at=MORNING,
        not_before=MORNING,
        expires_at=MORNING + timedelta(days=1),
        fence=1,
        attempts=(attempt,),
    )


@pytest.mark.parametrize("stage", get_args(Stage))
@pytest.mark.parametrize("verb", get_args(NotificationDecision))
def test_a_decision_is_made_where_the_table_allows_it_and_leads_where_it_says(
    verb: NotificationDecision, stage: Stage
) -> None:
    told, move = told_in(stage), LIFECYCLE.move(stage, verb)

    with nullcontext() if move else pytest.raises(IllegalTransition, match=f"^{verb} is not possible while"):
        change = DECISIONS[verb](told, cause(MORNING))
        assert change.state.stage in (move.to or (stage,))
        assert [type(event) for event in change.events] == ANNOUNCED.get(verb, [])


def test_the_table_has_every_stage_and_every_decision() -> None:
    assert set(LIFECYCLE.stages) == set(get_args(Stage))
    assert set(LIFECYCLE.moves) == set(get_args(NotificationDecision)) == set(DECISIONS)
    assert LIFECYCLE.terminal == {"delivered", "suppressed"}


@pytest.mark.parametrize("stage", get_args(Stage))
def test_people_decide_about_parked_messages_alone(stage: Stage) -> None:
    by_people = (Possible(decision="resolve", roles=DESK),)
    assert LIFECYCLE.possible(stage) == (by_people if stage == "unresolved" else ())
