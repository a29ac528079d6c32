"""What may be decided in which state: each decision leads where the table of its aggregate says, or it is refused."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from intake.domain import callback, fact, order
from intake.domain.decisions.admission import admit
from intake.domain.decisions.callback import complete, owe, waive
from intake.domain.decisions.placement import take, verify, withdraw
from intake.domain.fact import Fact
from intake.domain.order import Order
from intake.domain.parts.cloud_event import CloudEvent
from intake.domain.parts.verification import Verification
from intake.settings import Settings
from shared.aggregate import Change
from shared.calendar import CHINA
from shared.contracts.departments import OrderWithdrawn
from shared.contracts.intake import (
    CallbackAnswers,
    CallbackCompleted,
    CallbackReason,
    CallbackWaived,
    DeadlineMetByIntake,
    OrderPlaced,
    Wish,
)
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine
from shared.lifecycle import IllegalTransition
from shared.testing import cause, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
ID = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c05")
WANG = CustomerSnapshot(customer_id=ID, name="恒达装饰")
PLEASED = CallbackAnswers(branch="satisfied")
WISH = Wish(order_no="SO-1", kind="standard", lines=(OrderLine(description="高隔断", quantity=2),))
VERIFIED = Verification(by="cs-07", at=NOW)
RULES = nowhere(Settings).rules(CHINA)
DATA = {"order_no": "SO-1", "reason": "取消"}
TOLD = CloudEvent(id="crm-1", type=OrderWithdrawn.key, source="sales", time=NOW, data=DATA)
REPORTED = Fact.blank("sales", TOLD)

OWED = owe(ID, WANG, CallbackReason(kind="delay"), NOW, None, RULES, cause(NOW)).state
CALLBACKS = {
    "open": OWED,
    "completed": complete(OWED, PLEASED, RULES, cause(NOW)).state,
    "waived": waive(OWED, "tender", None, RULES, cause(NOW)).state,
}
ON_CALLBACK = {
    "complete": (lambda call: complete(call, PLEASED, RULES, cause(NOW)), CallbackCompleted),
    "waive": (lambda call: waive(call, "special", None, RULES, cause(NOW)), CallbackWaived),
}

NEW = Order.blank(WISH, WANG, cause(NOW))
UNVERIFIED = take(NEW, WISH, None, cause(NOW)).state
ORDERS = {
    "new": NEW,
    "unverified": UNVERIFIED,
    "placed": verify(UNVERIFIED, VERIFIED, cause(NOW)).state,
    "withdrawn": withdraw(UNVERIFIED, cause(NOW)).state,
}


def test_every_state_is_there():
    assert set(CALLBACKS) == set(callback.LIFECYCLE.stages)
    assert set(ORDERS) == set(order.LIFECYCLE.stages)
    assert {aggregate.state for aggregate in (*CALLBACKS.values(), *ORDERS.values())} == {*CALLBACKS, *ORDERS}


@pytest.mark.parametrize(("state", "decision"), list(product(CALLBACKS, ON_CALLBACK)))
def test_a_callback_is_closed_once_and_then_stays_as_it_is(state, decision):
    decide, announced = ON_CALLBACK[decision]
    if not callback.LIFECYCLE.allows(state, decision):
        with pytest.raises(IllegalTransition):
            decide(CALLBACKS[state])
        return
    change = decide(CALLBACKS[state])
    assert (change.state.state,) == callback.LIFECYCLE.move(state, decision).to
    assert [type(event) for event in change.events] == [announced, DeadlineMetByIntake]
    assert change.state.running == ()


@pytest.mark.parametrize("state", ORDERS)
def test_only_an_order_that_waits_for_it_is_verified(state):
    if state == "unverified":
        change = verify(ORDERS[state], VERIFIED, cause(NOW))
        assert (change.state.state, [type(event) for event in change.events]) == ("placed", [OrderPlaced])
    else:
        with pytest.raises(IllegalTransition):
            verify(ORDERS[state], VERIFIED, cause(NOW))


@pytest.mark.parametrize(("state", "becomes"), [("new", "unverified"), *((each, each) for each in list(ORDERS)[1:])])
def test_an_order_is_taken_once_and_the_same_wish_again_changes_nothing(state, becomes):
    assert take(ORDERS[state], WISH, None, cause(NOW)) == Change(ORDERS[state].but(state=becomes))


@pytest.mark.parametrize("state", ORDERS)
def test_a_withdrawal_stops_what_is_not_placed_yet_and_nothing_else(state):
    stopped = ORDERS[state].but(state="withdrawn") if state == "unverified" else ORDERS[state]
    assert withdraw(ORDERS[state], cause(NOW)) == Change(stopped)


@pytest.mark.parametrize("state", fact.LIFECYCLE.stages)
def test_a_fact_is_admitted_once(state):
    event = OrderWithdrawn(**DATA)
    announced = (event,) if state == "reported" else ()
    told = admit(REPORTED.but(state=state), REPORTED, event, cause(NOW))
    assert told == Change(REPORTED.but(state="admitted"), announced)
