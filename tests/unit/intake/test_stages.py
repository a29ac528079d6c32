"""What may be decided in which stage: each decision leads where the table of its aggregate says, or it is refused."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from intake.domain.decisions.admission import admit
from intake.domain.decisions.callback import appoint, audit, complete, hear_manager, owe, waive
from intake.domain.decisions.callback import withdraw as withdraw_call
from intake.domain.decisions.placement import take, verify, withdraw
from intake.domain.fact import Fact
from intake.domain.lifecycle import CALLBACK, FACT, ORDER
from intake.domain.order import Order
from intake.domain.parts.cloud_event import CloudEvent
from intake.domain.parts.papers import Papers
from intake.domain.parts.verification import Verification
from intake.domain.parts.withdrawal import Withdrawal
from intake.settings import Settings
from shared.aggregate import Change
from shared.calendar import CHINA
from shared.contracts.departments import OrderWithdrawn
from shared.contracts.event import Actor
from shared.contracts.intake import (
    CallbackAnswers,
    CallbackAudited,
    CallbackCompleted,
    CallbackReason,
    CallbackWaived,
    DeadlineMetByIntake,
    OrderPlaced,
    Wish,
)
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine
from shared.lifecycle import IllegalTransition
from shared.testing import cause, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
ID = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c05")
WANG = CustomerSnapshot(customer_id=ID, name="恒达装饰")
PLEASED = CallbackAnswers(branch="satisfied", ratings={"accept": "方便"})
RATED = {"ability": "满意", "professionalism": "满意", "etiquette": "满意"}
WISH = Wish(order_no="SO-1", kind="standard", lines=(OrderLine(description="高隔断", quantity=2),))
VERIFIED = Verification(by="cs-07", at=NOW)
CS = Actor(kind="staff", id="cs-07", role=Role.CS_SPECIALIST)
AUDITOR = Actor(kind="staff", id="market-01", role=Role.MARKET_SUPERVISOR)
RULES = nowhere(Settings).rules(CHINA)
DATA = {"order_no": "SO-1", "reason": "取消"}
TOLD = CloudEvent(id="crm-1", type=OrderWithdrawn.key, source="sales", time=NOW, data=DATA)
REPORTED = Fact.blank("sales", TOLD)

OWED = owe(ID, WANG, CallbackReason(kind="delay"), NOW, None, RULES, cause(NOW)).state
CALLBACKS = {
    "open": OWED,
    "completed": complete(OWED, PLEASED, RULES, cause(NOW)).state,
    "waived": waive(OWED, "tender", None, RULES, cause(NOW)).state,
    "withdrawn": withdraw_call(OWED, Withdrawal(reason="order_cancelled"), RULES, cause(NOW)).state,
}
ON_CALLBACK = {
    "hear_manager": (lambda call: hear_manager(call, "客户等设计图", cause(NOW)), []),
    "appoint": (lambda call: appoint(call, NOW + timedelta(hours=1), "下午三点", cause(NOW)), []),
    "complete": (
        lambda call: complete(call, PLEASED, RULES, cause(NOW)),
        [CallbackCompleted, DeadlineMetByIntake],
    ),
    "audit": (lambda call: audit(call, RATED, True, "", cause(NOW, actor=AUDITOR)), [CallbackAudited]),
    "waive": (lambda call: waive(call, "special", None, RULES, cause(NOW)), [CallbackWaived, DeadlineMetByIntake]),
}

NEW = Order.blank(WISH, WANG, cause(NOW))
UNVERIFIED = take(NEW, WISH, None, Papers(), RULES, cause(NOW)).state
ORDERS = {
    "new": NEW,
    "unverified": UNVERIFIED,
    "placed": verify(UNVERIFIED, VERIFIED, Papers(), RULES, cause(NOW, actor=CS)).state,
    "withdrawn": withdraw(UNVERIFIED, cause(NOW)).state,
}


def test_every_stage_is_there():
    assert set(CALLBACKS) == set(CALLBACK.stages)
    assert set(ORDERS) == set(ORDER.stages)
    assert {aggregate.stage for aggregate in (*CALLBACKS.values(), *ORDERS.values())} == {*CALLBACKS, *ORDERS}


@pytest.mark.parametrize(("stage", "decision"), list(product(CALLBACKS, ON_CALLBACK)))
def test_a_callback_is_closed_once_and_then_stays_as_it_is(stage, decision):
    decide, announced = ON_CALLBACK[decision]
    if not CALLBACK.allows(stage, decision):
        with pytest.raises(IllegalTransition):
            decide(CALLBACKS[stage])
        return
    change = decide(CALLBACKS[stage])
    assert (change.state.stage,) == (CALLBACK.move(stage, decision).to or (stage,))
    assert [type(event) for event in change.events] == announced
    assert (change.state.running == ()) is (change.state.stage != "open")
    assert change.state.file[-1].seq == len(CALLBACKS[stage].file) + 1


@pytest.mark.parametrize("stage", ORDERS)
def test_only_an_order_that_waits_for_it_is_verified(stage):
    if stage == "unverified":
        change = verify(ORDERS[stage], VERIFIED, Papers(), RULES, cause(NOW, actor=CS))
        assert (change.state.stage, [type(event) for event in change.events]) == ("placed", [OrderPlaced])
    else:
        with pytest.raises(IllegalTransition):
            verify(ORDERS[stage], VERIFIED, Papers(), RULES, cause(NOW, actor=CS))


@pytest.mark.parametrize(("stage", "becomes"), [("new", "unverified"), *((each, each) for each in list(ORDERS)[1:])])
def test_an_order_is_taken_once_and_the_same_wish_again_changes_nothing(stage, becomes):
    assert take(ORDERS[stage], WISH, None, Papers(), RULES, cause(NOW)) == Change(ORDERS[stage].but(stage=becomes))


@pytest.mark.parametrize("stage", ORDERS)
def test_a_withdrawal_stops_what_is_not_placed_yet_and_nothing_else(stage):
    stopped = ORDERS[stage].but(stage="withdrawn") if stage == "unverified" else ORDERS[stage]
    assert withdraw(ORDERS[stage], cause(NOW)) == Change(stopped)


@pytest.mark.parametrize("stage", FACT.stages)
def test_a_fact_is_admitted_once(stage):
    event = OrderWithdrawn(**DATA)
    announced = (event,) if stage == "reported" else ()
    told = admit(REPORTED.but(stage=stage), REPORTED, event, cause(NOW))
    assert told == Change(REPORTED.but(stage="admitted"), announced)
