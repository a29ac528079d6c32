"""What a view offers is what the decisions take: for every stage of every route, and every state in it that matters."""

from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from order_rules import RULES
from orders_as_read import (
    cancel,
    countersign,
    decline_cancelling,
    inspect,
    judge_sample,
    review,
    review_breakdown,
    sign,
    sign_notice,
    submit_for_review,
    use_seal,
)

from orders.api.views import ListedOrder, OrderRow, OrderView
from orders.domain.decisions.acceptance import agree_acceptance
from orders.domain.decisions.cancellation import ask_to_cancel
from orders.domain.decisions.contract import amend, take_on
from orders.domain.decisions.delay import postpone, slip, word_delay
from orders.domain.decisions.drawing import review_drawing
from orders.domain.decisions.exception import raise_exception
from orders.domain.decisions.installation import fail_acceptance, pass_acceptance, schedule_installation
from orders.domain.decisions.ledger import credit, refund
from orders.domain.decisions.packaging import pack, plan_packaging, receive_packaging
from orders.domain.decisions.papers import arrange_paper, require_papers
from orders.domain.decisions.payment import receive
from orders.domain.decisions.production import (
    hear_inspection,
    hear_verdict,
    issue_work_order,
    release,
    schedule,
    send_back,
    send_sample,
)
from orders.domain.decisions.promise import agree
from orders.domain.decisions.shipment import issue_delivery_note, send
from orders.domain.lifecycle import LIFECYCLES, OrderDecision, ReportedFact, deciders
from orders.domain.parts.contract import Draft
from orders.domain.parts.installation import Acceptance, Installer
from orders.domain.parts.packaging import PackedItem, PackingMaterial
from orders.domain.parts.works import ProductionPlan
from orders.domain.policy.policy import cancellers
from orders.domain.route import HAPPENS
from orders.domain.standing import possible, waiting
from shared.aggregate import Refused
from shared.contracts import departments as facts
from shared.contracts.event import Money, PreciseDate
from shared.contracts.vocabulary import OrderLine
from shared.lifecycle import IllegalTransition
from tests.unit.orders.test_gates import EVERYWHERE, FACTS, at, cause, placed, reported, standing

DAY = timedelta(days=1)


def _submitted_drawing(order):
    found = (each for each in order.drawings.items if each.stage == "submitted")
    return next(found, order.drawings.of("plan"))


def _sample_no(order, *, judged):
    return next((each.no for each in order.works.samples if (each.verdict is not None) is judged), "S1")


def _spare(order):
    receivable = order.receivable
    for currency in ("CNY", "USD"):
        if spare := receivable.spare(currency):
            return Money(amount=spare, currency=currency)
    return Money(amount=Decimal(1), currency=receivable.currency or "CNY")


def _next_day(order):
    """A day that is later than what the customer has been told."""
    told = order.promises.current("ship")
    days = [order.contract.ship_on or order.placed_on, *([told.on] if told else [])]
    return max(days) + DAY


def _kind_to_agree_on(order):
    return next((kind for kind, happens in HAPPENS.items() if not order.has(*happens)), "accept")


def _plan(order, why):
    today = RULES.calendar.day(why.at)
    return ProductionPlan(begin=today, finish=today + DAY, delivery_on=today + 2 * DAY)


STOCKED = PackingMaterial(item="说明书", quantity=24, in_stock=24)
PRINTED = PackingMaterial(item="说明书", quantity=24, in_stock=0, printer="佳美印刷", expected_on=date(2026, 11, 20))

PARTS = {
    "take_on": lambda order, why: take_on(order, RULES, why),
    "submit_for_review": submit_for_review,
    "countersign": lambda order, why: countersign(order, True, "", RULES, why),
    "review": lambda order, why: review(order, "amend", (), RULES, why),
    "amend": lambda order, why: amend(order, Draft(revision=0, changes=("改",)), RULES, why),
    "sign": lambda order, why: sign(order, PreciseDate(on=RULES.calendar.day(why.at)), "签订", RULES, why),
    "use_seal": lambda order, why: use_seal(order, "盖章", why),
    "prepare_notice": lambda order, why: sign_notice(order, "prepared", RULES, why),
    "review_notice": lambda order, why: sign_notice(order, "reviewed", RULES, why),
    "approve_notice": lambda order, why: sign_notice(order, "approved", RULES, why),
    "review_drawing": lambda order, why: review_drawing(
        order, _submitted_drawing(order).kind, _submitted_drawing(order).version, True, "", RULES, why
    ),
    "release": lambda order, why: release(order, RULES, why),
    "send_back": lambda order, why: send_back(order, ("plan",), "尺寸不符", RULES, why),
    "schedule": lambda order, why: schedule(order, _plan(order, why), RULES, why),
    "review_breakdown": lambda order, why: review_breakdown(order, True, "", RULES, why),
    "judge_sample": lambda order, why: judge_sample(order, _sample_no(order, judged=False), "confirmed", RULES, why),
    "send_sample": lambda order, why: send_sample(
        order, order.works.samples[0].no if order.works.samples else "S1", "顺丰", why
    ),
    "inspect": lambda order, why: inspect(order, True, RULES, why),
    "issue_work_order": lambda order, why: issue_work_order(order, "GD-1", RULES, why),
    "plan_packaging": lambda order, why: plan_packaging(order, (STOCKED,), RULES, why),
    "receive_packaging": lambda order, why: receive_packaging(order, "说明书", RULES, why),
    "pack": lambda order, why: pack(order, (PackedItem(item="木箱", quantity=1),), 100, RULES, why),
    "require_papers": lambda order, why: require_papers(order, ("customs",), RULES, why),
    "arrange_paper": lambda order, why: arrange_paper(order, "customs", "5166", RULES, why),
    "dispatch": lambda order, why: send(order, reported(facts.GoodsDispatched, left_at=why.at), RULES, why),
    "issue_delivery_note": lambda order, why: issue_delivery_note(
        order, "CH-9", (OrderLine(description="门", quantity=1),), why
    ),
    "schedule_installation": lambda order, why: schedule_installation(
        order, why.at, why.at + DAY, (Installer(staff="i-1", skill="senior"),), RULES, why
    ),
    "agree_acceptance": lambda order, why: agree_acceptance(
        order, RULES.calendar.day(why.at), RULES.calendar.day(why.at) + DAY, "王", RULES, why
    ),
    "pass_acceptance": lambda order, why: pass_acceptance(order, Acceptance(signatory="王"), RULES, why),
    "fail_acceptance": lambda order, why: fail_acceptance(order, ({"description": "关不严"},), (), RULES, why),
    "agree": lambda order, why: agree(order, _kind_to_agree_on(order), RULES.calendar.day(why.at) + DAY, RULES, why),
    "postpone": lambda order, why: postpone(order, _next_day(order), "goods_incomplete", None, RULES, why),
    "word_delay": lambda order, why: word_delay(
        order, order.untold.new if order.untold else _next_day(order), None, RULES, why
    ),
    "raise_exception": lambda order, why: raise_exception(order, "quality", "色差", why),
    "cancel": lambda order, why: cancel(order, "取消", None, RULES, why),
    "ask_to_cancel": lambda order, why: ask_to_cancel(order, "取消", RULES, why),
    "decline_cancelling": lambda order, why: decline_cancelling(order, "继续", RULES, why),
    "credit": lambda order, why: credit(order, order.receivable.money(Decimal(1)), "补偿", RULES, why),
    "refund": lambda order, why: refund(order, _spare(order), "退款", RULES, why),
}
"""Every decision with a part that fits the order, if any does."""


def _paid_in_dollars(order, why):
    money = {"amount": "5.00", "currency": "USD"}
    fact = reported(facts.PaymentReceived, kind="balance", amount=money, received_at=why.at)
    return receive(order, fact, RULES, cause(kind="event", at=why.at))


STATES = {
    "a drawing is submitted": FACTS["drawing"],
    "a sample is made": FACTS["sample"],
    "a sample is rejected": FACTS["sample rejected"],
    "a change is written down": PARTS["amend"],
    "a change was sent back": lambda order, why: review(order, "amend", (), RULES, why),
    "the notice is prepared": lambda order, why: sign_notice(order, "prepared", RULES, why),
    "the notice is reviewed": lambda order, why: sign_notice(order, "prepared", RULES, why).then(
        lambda order: sign_notice(order, "reviewed", RULES, cause("cs_supervisor", at=why.at, by="s-1"))
    ),
    "it was asked to end": PARTS["ask_to_cancel"],
    "a delay waits to be told": lambda order, why: slip(order, _next_day(order), "transport", None, RULES, why),
    "money is over": FACTS["everything paid"],
    "foreign money came in": _paid_in_dollars,
    "goods left": FACTS["dispatched"],
    "manuals are printed outside": lambda order, why: plan_packaging(order, (PRINTED,), RULES, why),
    "papers are needed": PARTS["require_papers"],
    "all is credited": lambda order, why: credit(
        order, order.receivable.money(order.receivable.billed), "退货", RULES, why
    ),
}
"""What may be the case in any stage; where it cannot be, the order is tried as it stands."""


def variants(route, stage):
    """The order in this stage, and each state of it that makes a difference to what may be decided."""
    order = standing(route, stage)
    yield "as it stands", order
    if stage == "review":
        yield "as it was placed", placed(route, received=False)
    for name, happen in STATES.items():
        try:
            yield name, happen(order, cause(at=at(order))).state
        except Refused:
            continue


def taken(order, name, role):
    try:
        PARTS[name](order, cause(role, at=at(order), by=f"{role}-9"))
    except Refused:
        return False
    return True


def test_every_decision_is_tried():
    assert set(PARTS) == set(get_args(OrderDecision))


@pytest.mark.parametrize(("route", "stage"), EVERYWHERE)
def test_what_is_offered_is_taken_and_what_is_not_offered_is_refused(route, stage):
    wrong = []
    for state, order in variants(route, stage):
        offered = {each.decision: each.roles for each in possible(order, RULES.of(order))}
        for name in PARTS:
            roles = offered.get(name) or deciders(name) or cancellers(RULES.policies)
            for role in roles:
                if taken(order, name, role) is not (name in offered):
                    wrong.append((state, order.stage, name, role, "offered" if name in offered else "not offered"))
    assert wrong == []


@pytest.mark.parametrize(("route", "stage"), EVERYWHERE)
def test_what_waits_for_something_is_refused_with_the_code_of_what_it_waits_for(route, stage):
    wrong = []
    for state, order in variants(route, stage):
        for each in waiting(order, RULES.of(order)):
            try:
                PARTS[each.decision](order, cause(each.roles[0], at=at(order), by="someone-9"))
                answer = "taken"
            except Refused as refused:
                answer = refused.code
            if answer != each.code:
                wrong.append((state, stage, each.decision, each.code, answer))
    assert wrong == []


@pytest.mark.parametrize(("route", "stage"), EVERYWHERE)
def test_a_list_and_a_view_offer_the_same_to_the_same_people(route, stage):
    for state, order in variants(route, stage):
        listed = ListedOrder.model_validate(order.model_dump(mode="json"))
        assert OrderRow.of(listed, RULES).possible == OrderView.of(order, RULES).possible, state


@pytest.mark.parametrize(("route", "stage"), EVERYWHERE)
def test_a_decision_leads_where_the_table_of_the_route_says_or_further_through_gates_that_are_open(route, stage):
    order, table = standing(route, stage), LIFECYCLES[route, 1]
    assert (order.stage, order.lifecycle) == (stage, table)
    for decision, decide in PARTS.items():
        for role in deciders(decision) or cancellers(RULES.policies):
            try:
                led = decide(order, cause(role, at=at(order), by=f"{role}-9")).state.stage
            except Refused:
                continue
            allowed = table.move(stage, decision).to
            assert led == stage or led in allowed or (allowed and order.route.index(led) > order.route.index(stage))


SENT_ON = ("shipping", "transport", "installation", "acceptance", "balance")


def test_what_people_do_not_decide_leads_from_the_stage_whose_gate_waits_for_it():
    drawn = {
        (name, stage, to)
        for table in LIFECYCLES.values()
        for name in get_args(ReportedFact)
        for move in table.moves.get(name, ())
        for stage in move.when
        for to in move.to
    }
    assert drawn == {
        ("receive_payment", "deposit", "release"),
        ("receive_payment", "balance", "closed"),
        ("receive_payment", "payment", "shipping"),
        ("receive_payment", "shipping", "payment"),
        ("grant_credit", "release", "plan"),
        ("break_down", "breakdown", "production"),
        ("break_down", "breakdown", "breakdown_review"),
        ("complete_production", "production", "shipping"),
        ("complete_production", "production", "inspection"),
        ("arrive", "transport", "installation"),
        ("arrive", "transport", "closed"),
        ("complete_installation", "installation", "acceptance"),
        *(("reject_sample", stage, "production") for stage in SENT_ON),
        *(("fail_inspection", stage, "production") for stage in ("inspection", *SENT_ON)),
        ("fail_inspection", "transport", "shipping"),
    }


@pytest.mark.parametrize(("route", "stage"), EVERYWHERE)
def test_a_decision_that_the_stage_does_not_allow_is_refused_as_an_illegal_transition(route, stage):
    order, table = standing(route, stage), LIFECYCLES[route, 1]
    for decision in (each for each in PARTS if not table.allows(stage, each)):
        with pytest.raises(IllegalTransition, match=f"^{decision} is not possible while the {route} order is {stage}"):
            order.lifecycle.must(order.stage, decision)


@pytest.mark.parametrize(("route", "stage"), EVERYWHERE)
def test_goods_that_turn_out_bad_in_any_stage_lead_back_as_the_table_says(route, stage):
    order, table = standing(route, stage), LIFECYCLES[route, 1]
    failed = facts.GoodsInspected(order_no=order.order_no, inspector="d-4", outcome="failed")
    rejected = facts.SampleJudged(order_no=order.order_no, sample_no="DY-9", outcome="rejected", judged_by="d-9")
    because = cause(at=at(order), kind="event")

    for name, change in {
        "fail_inspection": hear_inspection(order, failed, RULES, because),
        "reject_sample": hear_verdict(order, rejected, RULES, because),
    }.items():
        move = table.move(stage, name)
        assert (name, change.state.stage) == (name, move.to[0] if move else stage)
