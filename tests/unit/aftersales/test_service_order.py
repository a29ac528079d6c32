"""Service orders: every stage and decision, money before service where it is due, and no visit forgotten overnight."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import get_args
from uuid import UUID

import pytest

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions.closing import close
from aftersales.domain.decisions.dispatch import dispatch
from aftersales.domain.decisions.money import raise_charge, receive_payment, record_cost
from aftersales.domain.decisions.opening import open_internal, open_requested
from aftersales.domain.decisions.visit import complete_visit, sign_off
from aftersales.domain.lifecycle import INTERNAL, LIFECYCLE, ServiceOrderDecision
from aftersales.domain.parts.trip import Appointment
from aftersales.domain.service_order import ServiceOrder, waiting
from aftersales.timers import timers
from shared.aggregate import Change, Overstepped, Refused
from shared.contracts.aftersales import (
    CustomerChargePaid,
    CustomerChargeRaised,
    DeadlineMetByAftersales,
    DeadlineMissedByAftersales,
    DeadlineSetByAftersales,
    ServiceCostRecorded,
    ServiceDispatched,
    ServiceOrderClosed,
    ServiceOrderOpened,
    ServiceSignedOff,
    ServiceVisitCompleted,
)
from shared.contracts.event import Actor, Money
from shared.contracts.intake import CustomersMerged
from shared.lifecycle import IllegalTransition
from shared.testing import cause, fire

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
CS = Actor(kind="staff", id="cs-07", role="cs_specialist")
FINANCE = Actor(kind="staff", id="finance-01", role="finance")
NOW = cause(AT, actor=CS)
BILLING = cause(AT, actor=FINANCE)
TOLD = replace(cause(AT, actor=Actor(kind="department", id="finance", role="finance")), kind="event")
DESK, SYSTEM = timedelta(minutes=15), timedelta(days=1)
"""How far the clock of a desk, and that of a department's system, may be ahead."""


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def only(kind, change):
    """The one event of this kind among those of a change."""
    (event,) = (event for event in change.events if type(event) is kind)
    return event


@pytest.mark.parametrize(("stage", "decision"), list(product(LIFECYCLE.stages, get_args(ServiceOrderDecision))))
def test_every_decision_leads_where_it_should_or_is_refused(stage, decision, in_every_stage, decide):
    order, move = in_every_stage[stage], LIFECYCLE.move(stage, decision)

    if move:
        assert decide[decision](order).state.stage == (move.to or (stage,))[0]
    else:
        with pytest.raises(IllegalTransition):
            decide[decision](order)


def test_a_visit_that_resolves_nothing_leads_back_to_where_its_row_says_and_to_no_third_stage(in_every_stage, rules):
    several = {name: move.to for name, rows in LIFECYCLE.moves.items() for move in rows if len(move.to) > 1}
    again = complete_visit(in_every_stage["dispatched"], AT - HOUR, AT, "缺铰链", False, rules, NOW).state.stage

    assert several == {"complete_visit": ("resolved", again)}


def test_the_table_and_the_decisions_are_the_same(decide):
    assert tuple(LIFECYCLE.moves) == get_args(ServiceOrderDecision) == tuple(decide)
    assert (LIFECYCLE.terminal, INTERNAL.terminal) == ({"closed", "called_off"}, {"closed", "called_off"})


@pytest.mark.requirement("R136.a")
def test_finance_reads_that_internal_work_is_for_customer_service_to_fill_in(rules):
    internal = open_internal(UUID(int=61), "宣传资料入库保管", (), rules, NOW).state

    with pytest.raises(Overstepped, match=r"^the cost of internal work is for .*, not for finance$"):
        record_cost(internal, *[yuan("1.00")] * 4, rules, BILLING)


@pytest.mark.requirement("R136.a")
@pytest.mark.parametrize("decision", get_args(ServiceOrderDecision))
def test_internal_work_is_done_and_closed_and_nobody_is_sent_or_pays(decision, decide, rules):
    internal = open_internal(UUID(int=61), "宣传资料入库保管", (), rules, NOW)

    assert internal.events == (
        ServiceOrderOpened(
            service_order_id=UUID(int=61),
            voucher_no="FW-20261122-AAAAAA",
            type="D",
            charge_policy="free",
            content="宣传资料入库保管",
            type_label="内务",
        ),
    )
    if INTERNAL.allows("open", decision):
        assert decide[decision](internal.state).state.stage in {"open", "closed", "called_off"}
    else:
        with pytest.raises(IllegalTransition):
            decide[decision](internal.state)


@pytest.mark.requirement("R128.a", "R130.a")
@pytest.mark.parametrize("type", ["B", "C"])
def test_the_voucher_goes_to_dispatch_for_a_registered_request(type, request_with, rules, customer):
    request = request_with()

    change = open_requested(UUID(int=60), request, type, None, rules, NOW)

    assert only(ServiceOrderOpened, change) == ServiceOrderOpened(
        service_order_id=UUID(int=60),
        voucher_no="FW-20261122-AAAAAA",
        type=type,
        request_id=request.id,
        charge_policy="free",
        order_no="SO-2026-0412",
        content="门铰链松动，闭合有异响",
        customer=customer,
        type_label={"B": "合同服务", "C": "免费服务"}[type],
    )


@pytest.mark.requirement("R083.b")
def test_the_customers_own_fault_is_handled_after_the_fee_has_been_received(order_with, rules):
    held = order_with("customer_cause")
    with pytest.raises(Refused) as refused:
        dispatch(held, "tech-05", None, None, rules, NOW)
    assert refused.value.code == "charge_unpaid"
    assert held.deadlines == ()

    charged = raise_charge(held, yuan("300.00"), "prepaid", rules, NOW)
    half = receive_payment(charged.state, yuan("100.00"), AT, "FP-88120", rules, NOW)
    with pytest.raises(Refused):
        dispatch(half.state, "tech-05", None, None, rules, NOW)
    paid = receive_payment(half.state, yuan("200.00"), AT, "FP-88120", rules, NOW)

    assert [type(event) for event in charged.events] == [CustomerChargeRaised]
    assert half.events == ()
    assert [type(event) for event in paid.events] == [CustomerChargePaid, DeadlineSetByAftersales]
    assert dispatch(paid.state, "tech-05", None, None, rules, NOW).state.stage == "dispatched"


@pytest.mark.requirement("R083.b")
def test_money_that_comes_before_it_is_charged_counts(order_with, rules):
    paid_early = receive_payment(order_with("customer_cause"), yuan("300.00"), AT, "FP-88120", rules, NOW)

    charged = raise_charge(paid_early.state, yuan("300.00"), "prepaid", rules, NOW)

    assert paid_early.events == ()
    assert [type(event) for event in charged.events] == [
        CustomerChargeRaised,
        CustomerChargePaid,
        DeadlineSetByAftersales,
    ]


def test_the_customers_own_fault_is_not_paid_afterwards(order_with, rules):
    with pytest.raises(Refused) as refused:
        raise_charge(order_with("customer_cause"), yuan("300.00"), "invoiced", rules, NOW)
    assert refused.value.code == "pay_first"


@pytest.mark.requirement("R073.a", "R073.b")
def test_within_the_warranty_nothing_is_charged_and_beyond_it_normal_rates_are(order_with, rules):
    with pytest.raises(Refused) as refused:
        raise_charge(order_with(verdict="in_warranty"), yuan("300.00"), "on_spot", rules, NOW)
    raised = raise_charge(order_with(verdict="out_of_warranty"), yuan("300.00"), "on_spot", rules, NOW)

    assert refused.value.code == "free_of_charge"
    assert only(CustomerChargeRaised, raised).amount == yuan("300.00")


@pytest.mark.requirement("R132.a")
@pytest.mark.parametrize("mode", ["on_spot", "invoiced"])
def test_a_paid_service_is_collected_on_the_spot_or_by_invoice_and_announced_once(mode, order_with, rules, customer):
    charged = raise_charge(order_with(verdict="out_of_warranty"), yuan("300.00"), mode, rules, BILLING)

    paid = receive_payment(charged.state, yuan("300.00"), AT, "FP-88120", rules, NOW)

    assert paid.events == (
        CustomerChargePaid(
            service_order_id=charged.state.id,
            voucher_no="FW-20261122-AAAAAA",
            amount=yuan("300.00"),
            mode=mode,
            invoice_no="FP-88120",
            customer=customer,
        ),
    )


@pytest.mark.parametrize(("received", "amount"), [(None, "300.01"), ("300.00", "0.01"), ("100.00", "200.01")])
def test_more_than_is_charged_is_not_booked(received, amount, order_with, rules):
    order = raise_charge(order_with(verdict="out_of_warranty"), yuan("300.00"), "invoiced", rules, BILLING).state
    if received:
        order = receive_payment(order, yuan(received), AT, None, rules, NOW).state

    with pytest.raises(Refused) as refused:
        receive_payment(order, yuan(amount), AT, "FP-88120", rules, NOW)

    assert (refused.value.code, refused.value.field) == ("above_charged", "amount")


def test_nothing_is_booked_for_a_service_whose_signed_fee_is_nothing(order_with, rules):
    order = order_with(verdict="out_of_warranty")
    nothing = {name: yuan("0.00") for name in ("material", "transport", "labour", "travel")}

    with pytest.raises(Refused) as refused:
        receive_payment(order.but(cost=order.cost.but(**nothing)), yuan("0.01"), AT, None, rules, NOW)

    assert (refused.value.code, refused.value.field) == ("above_charged", "amount")


def test_a_signed_fee_of_nothing_is_not_charged(order_with, rules):
    """Not offered, and refused by its reason where it is asked for all the same."""
    order = order_with(verdict="out_of_warranty")
    nothing = {name: yuan("0.00") for name in ("material", "transport", "labour", "travel")}
    free = order.but(cost=order.cost.but(**nothing))

    with pytest.raises(Refused) as refused:
        raise_charge(free, yuan("0.00"), "invoiced", rules, BILLING)

    assert refused.value.code == "free_of_charge"
    assert "raise_charge" in {each.decision for each in order.possible}
    assert "raise_charge" not in {each.decision for each in free.possible} | {each.decision for each in waiting(free)}


def test_a_fee_of_a_service_that_kept_no_needs_of_signatures_needs_both(order_with, rules):
    """A fee of nothing that carries none is neither settled nor charged."""
    nothing = {name: yuan("0.00") for name in ("material", "transport", "labour", "travel")}
    order = order_with("customer_cause", verdict="out_of_warranty")
    kept = order.but(cost=order.cost.but(**nothing), fee_signatures=()).model_dump(mode="json")
    del kept["fee_needs"]

    before = ServiceOrder.model_validate(kept)

    assert (before.unsigned_by, before.waits_for_money, before.to_come) == (
        ("department_head", "general_manager"),
        True,
        None,
    )
    with pytest.raises(Refused) as refused:
        raise_charge(before, yuan("0.00"), "prepaid", rules, BILLING)
    assert refused.value.code == "fee_unsigned"


def test_money_that_is_yet_to_come_is_not_booked_whoever_reports_it(order_with, rules):
    for by, ahead in ((NOW, DESK), (TOLD, SYSTEM)):
        with pytest.raises(Refused) as refused:
            receive_payment(order_with("customer_cause"), yuan("300.00"), AT + ahead + SECOND, None, rules, by)
        assert (refused.value.code, refused.value.field) == ("received_in_future", "received_at")


def test_a_clock_that_is_a_little_ahead_of_ours_stops_no_money(order_with, rules):
    """Fifteen minutes at a desk, a day of a department's system, as for every fact about an order."""
    for by, ahead in ((NOW, DESK), (TOLD, SYSTEM)):
        paid = receive_payment(order_with("customer_cause"), yuan("300.00"), AT + ahead, None, rules, by).state
        assert [each.at for each in paid.payments] == [AT + ahead]


def test_a_payment_keeps_who_took_it_and_one_that_was_kept_before_is_read(order_with, rules):
    paid = receive_payment(order_with("customer_cause"), yuan("300.00"), AT, "FP-1", rules, BILLING).state
    before = paid.model_dump(mode="json")
    del before["payments"][0]["by"]

    assert [each.by for each in paid.payments] == ["finance-01"]
    assert [each.by for each in ServiceOrder.model_validate(before).payments] == [None]


def test_a_service_is_charged_once(order_with, rules):
    charged = raise_charge(order_with(verdict="out_of_warranty"), yuan("300.00"), "invoiced", rules, BILLING).state

    with pytest.raises(Refused) as refused:
        raise_charge(charged, yuan("300.00"), "invoiced", rules, NOW)
    assert refused.value.code == "already_charged"


@pytest.mark.requirement("R075.a", "R075.b")
@pytest.mark.parametrize(
    ("verdict", "may", "may_not", "filled_by"),
    [("in_warranty", CS, FINANCE, "cs"), ("out_of_warranty", FINANCE, CS, "finance")],
)
def test_cs_fills_in_the_cost_under_warranty_and_finance_beyond_it(verdict, may, may_not, filled_by, order_with, rules):
    order = order_with(verdict=verdict)
    amounts = (yuan("80.00"), yuan("20.00"), yuan("100.00"), yuan("0.00"))

    with pytest.raises(Refused) as refused:
        record_cost(order, *amounts, rules, cause(AT, actor=may_not))
    recorded = record_cost(order, *amounts, rules, cause(AT, actor=may))

    assert refused.value.code == "not_authorised"
    assert recorded.events == (
        ServiceCostRecorded(
            service_order_id=order.id,
            voucher_no="FW-20261122-AAAAAA",
            material=yuan("80.00"),
            transport=yuan("20.00"),
            labour=yuan("100.00"),
            travel=yuan("0.00"),
            total=yuan("200.00"),
            filled_by_role=filled_by,
        ),
    )


@pytest.mark.parametrize("amount", [yuan("-0.01"), Money(amount=Decimal(1), currency="USD")])
def test_amounts_are_in_yuan_and_not_negative(amount, order_with, rules):
    order, nothing = order_with(), yuan("0")
    chargeable = order_with(verdict="out_of_warranty")

    for attempt in (
        lambda: record_cost(order, amount, nothing, nothing, nothing, rules, NOW),
        lambda: raise_charge(chargeable, amount, "invoiced", rules, NOW),
        lambda: receive_payment(chargeable, amount, AT, None, rules, NOW),
    ):
        with pytest.raises(Refused):
            attempt()


@pytest.mark.requirement("R134.a")
async def test_a_job_that_is_not_dispatched_on_its_day_goes_to_the_manager_and_is_dispatched_with_priority(
    order_with, stores, rules
):
    order = await stores.service_orders.create(Change(order_with()), cause(AT))
    clocks = timers(stores, rules)

    missed_once, over, set_again = await fire(clocks, until=MIDNIGHT)
    events = await fire(clocks, until=MIDNIGHT + DAY)

    assert missed_once == DeadlineMissedByAftersales(
        deadline_id=missed_once.deadline_id,
        kind="dispatch",
        title="派工",
        about="FW-20261122-AAAAAA",
        due_at=MIDNIGHT,
        assignee_role="cs_manager",
        supervisor_role="cs_director",
        customer_id=UUID(int=1),
    )
    assert (type(over), over.deadline_id, over.outcome) == (
        DeadlineMetByAftersales,
        missed_once.deadline_id,
        "no_longer_needed",
    )
    assert (type(set_again), set_again.due_at) == (DeadlineSetByAftersales, MIDNIGHT + DAY)
    assert [type(event) for event in events] == [
        DeadlineMissedByAftersales,
        DeadlineMetByAftersales,
        DeadlineSetByAftersales,
    ]
    left = await stores.service_orders.get(order.id)
    sent = dispatch(left, "tech-05", "李师傅", None, rules, cause(MIDNIGHT + DAY))
    dispatched, met = only(ServiceDispatched, sent), only(DeadlineMetByAftersales, sent)
    assert (dispatched.priority, dispatched.carried_over_days) == (True, 2)
    assert (met.deadline_id, met.outcome) == (events[-1].deadline_id, "in_time")
    await stores.service_orders.apply(order.id, lambda each: dispatch(each, "tech-05", None, None, rules, NOW), NOW)
    assert await fire(clocks, until=MIDNIGHT + 30 * DAY) == ()


@pytest.mark.requirement("R131.a")
def test_a_visit_reports_actual_times_and_work_and_the_customer_signs_before_the_technician_leaves(
    in_every_stage, rules, customer
):
    visited = complete_visit(in_every_stage["dispatched"], AT - HOUR, AT, "更换两副铰链", True, rules, NOW)
    signed = in_every_stage["signed_off"]

    assert visited.events == (
        ServiceVisitCompleted(
            service_order_id=UUID(int=60),
            voucher_no="FW-20261122-AAAAAA",
            started_at=AT - HOUR,
            ended_at=AT,
            work="更换两副铰链",
            resolved=True,
            customer=customer,
        ),
    )
    assert signed.sign_off_note.signatory == "王建国"


@pytest.mark.requirement("R077.a")
def test_nobody_closes_a_service_that_the_customer_has_not_signed(in_every_stage, decide):
    for stage in ("open", "dispatched", "resolved"):
        with pytest.raises(IllegalTransition):
            decide["close"](in_every_stage[stage])
    signed = decide["sign_off"](in_every_stage["resolved"])
    assert only(ServiceSignedOff, signed).technician == "tech-05"


def test_what_is_not_resolved_waits_to_be_dispatched_again(in_every_stage, rules):
    change = complete_visit(in_every_stage["dispatched"], AT - HOUR, AT, "缺铰链", False, rules, NOW)

    assert (change.state.stage, change.state.clock("dispatch").due_at) == ("open", MIDNIGHT)
    sent = dispatch(change.state, "tech-06", None, None, rules, cause(AT - HOUR, actor=CS)).state
    again = complete_visit(sent, AT, AT + HOUR, "更换两副铰链", True, rules, cause(AT + HOUR, actor=CS)).state
    assert ([each.resolved for each in again.visits], again.stage) == ([False, True], "resolved")


def test_what_is_not_resolved_needs_another_appointment_and_its_own_is_over(in_every_stage, rules):
    agreed = Appointment(day=date(2026, 11, 22), begins=AT - HOUR, ends=AT, agreed_with="王建国", by="cs-07")
    sent = in_every_stage["dispatched"].but(appointment=agreed)

    unresolved = complete_visit(sent, AT - HOUR, AT, "缺铰链", False, rules, NOW).state
    resolved = complete_visit(sent, AT - HOUR, AT, "更换两副铰链", True, rules, NOW).state

    assert (unresolved.appointment, resolved.appointment) == (None, agreed)
    again = only(ServiceDispatched, dispatch(unresolved, "tech-05", None, None, rules, NOW))
    assert (again.at, again.ends) == (AT, None)


def test_no_technician_is_sent_for_a_window_that_is_over(order_with, rules):
    agreed = Appointment(day=date(2026, 11, 22), begins=AT, ends=AT + HOUR, agreed_with="王建国", by="cs-07")
    order = order_with().but(appointment=agreed)

    with pytest.raises(Refused) as refused:
        dispatch(order, "tech-05", None, None, rules, cause(AT + HOUR, actor=CS))

    assert refused.value.code == "appointment_past"
    late = dispatch(order, "tech-05", None, None, rules, cause(AT + HOUR - SECOND, actor=CS))
    assert only(ServiceDispatched, late).ends == AT + HOUR


def test_a_fee_that_is_charged_is_not_filled_in_anew(order_with, rules):
    fee = (yuan("80.00"), yuan("20.00"), yuan("100.00"), yuan("0.00"))
    charged = raise_charge(order_with(verdict="out_of_warranty"), yuan("300.00"), "invoiced", rules, BILLING).state

    with pytest.raises(Refused) as refused:
        record_cost(charged, *fee, rules, BILLING)

    assert refused.value.code == "already_charged"


def test_no_money_is_taken_in_for_a_service_that_is_free(order_with, rules):
    with pytest.raises(Refused) as refused:
        receive_payment(order_with(verdict="in_warranty"), yuan("300.00"), AT, "FP-88120", rules, BILLING)

    assert refused.value.code == "free_of_charge"


@pytest.mark.parametrize("ended_at", [AT - DAY, AT - SECOND, AT])
def test_a_visit_ends_after_it_has_started(ended_at, in_every_stage, rules):
    with pytest.raises(Refused) as refused:
        complete_visit(in_every_stage["dispatched"], AT, ended_at, "更换两副铰链", True, rules, NOW)
    assert (refused.value.code, refused.value.field) == ("visit_times", "ended_at")


def test_a_visit_of_the_day_of_its_dispatch_is_taken_however_late_the_dispatch_was_entered(order_with, rules):
    sent = dispatch(order_with(), "tech-05", None, None, rules, cause(AT, actor=CS)).state
    midnight = MIDNIGHT - DAY

    with pytest.raises(Refused) as refused:
        complete_visit(sent, midnight - SECOND, AT, "更换两副铰链", True, rules, NOW)
    visited = complete_visit(sent, midnight, AT, "更换两副铰链", True, rules, NOW).state

    assert (refused.value.code, refused.value.field) == ("visit_before_dispatch", "started_at")
    assert refused.value.detail == (
        "the visit began on 2026-11-21, and the technician was sent for 2026-11-22 at the earliest: check both days"
    )
    assert (visited.stage, visited.visits[0].started_at) == ("resolved", midnight)


def test_a_visit_of_the_day_of_its_window_is_taken_where_the_dispatch_was_entered_after_midnight(order_with, rules):
    begins = MIDNIGHT - 2 * HOUR
    agreed = Appointment(
        day=date(2026, 11, 22), begins=begins, ends=begins + 4 * HOUR, agreed_with="王建国", by="cs-07"
    )
    sent = dispatch(
        order_with().but(appointment=agreed), "tech-05", None, None, rules, cause(MIDNIGHT + HOUR, actor=CS)
    ).state
    later = cause(MIDNIGHT + 2 * HOUR, actor=CS)

    with pytest.raises(Refused) as refused:
        complete_visit(sent, begins - DAY, MIDNIGHT, "更换两副铰链", True, rules, later)

    assert refused.value.code == "visit_before_dispatch"
    assert complete_visit(sent, begins, MIDNIGHT, "更换两副铰链", True, rules, later).state.stage == "resolved"


def test_a_window_that_was_agreed_for_a_later_day_changes_nothing_for_a_visit_of_the_day_of_the_dispatch(
    in_every_stage, rules
):
    agreed = Appointment(
        day=date(2026, 11, 23), begins=AT + DAY, ends=AT + DAY + HOUR, agreed_with="王建国", by="cs-07"
    )
    sent = in_every_stage["dispatched"].but(appointment=agreed)

    assert complete_visit(sent, AT - 2 * HOUR, AT, "更换两副铰链", True, rules, NOW).state.stage == "resolved"


def test_the_second_visit_is_of_the_day_of_the_second_dispatch_or_later(in_every_stage, rules):
    unresolved = complete_visit(in_every_stage["dispatched"], AT - HOUR, AT, "缺铰链", False, rules, NOW).state
    sent = dispatch(unresolved, "tech-06", None, None, rules, cause(AT + DAY, actor=CS)).state
    later = cause(AT + DAY + HOUR, actor=CS)

    with pytest.raises(Refused) as refused:
        complete_visit(sent, AT, AT + DAY, "更换两副铰链", True, rules, later)

    assert refused.value.code == "visit_before_dispatch"
    assert complete_visit(sent, AT + DAY, AT + DAY + HOUR, "更换", True, rules, later).state.stage == "resolved"


@pytest.mark.requirement("R133.a")
def test_a_visit_does_not_begin_before_the_one_before_it_has_ended(in_every_stage, rules):
    unresolved = complete_visit(in_every_stage["dispatched"], AT - HOUR, AT, "缺铰链", False, rules, NOW).state
    sent = dispatch(unresolved, "tech-06", None, None, rules, NOW).state
    later = cause(AT + HOUR, actor=CS)

    with pytest.raises(Refused) as refused:
        complete_visit(sent, AT - SECOND, AT + HOUR, "更换两副铰链", True, rules, later)

    assert (refused.value.code, refused.value.field) == ("visit_overlaps", "started_at")
    assert complete_visit(sent, AT, AT + HOUR, "更换两副铰链", True, rules, later).state.stage == "resolved"


def test_of_a_service_that_was_sent_before_its_dispatch_was_kept_a_visit_is_of_the_day_of_its_opening_or_later(
    in_every_stage, rules
):
    sent = in_every_stage["dispatched"].but(dispatched_at=None)

    with pytest.raises(Refused) as refused:
        complete_visit(sent, sent.opened_at - DAY, AT, "更换两副铰链", True, rules, NOW)

    assert refused.value.code == "visit_before_dispatch"


def test_a_closed_service_says_what_it_cost_and_what_was_charged(in_every_stage, customer):
    change = close(in_every_stage["signed_off"], "已更换铰链，客户确认正常", "陈经理", NOW)

    assert change.events == (
        ServiceOrderClosed(
            service_order_id=UUID(int=60),
            voucher_no="FW-20261122-AAAAAA",
            type="C",
            closed_at=AT,
            result="已更换铰链，客户确认正常",
            serviced_at=AT,
            item="隔断门铰链",
            closed_by="cs-07",
            customer=customer,
            cost=yuan("200.00"),
            request_id=UUID(int=50),
            fault="company_quality",
            order_no="SO-2026-0412",
            contract_no="JG20260930-017",
            verdict="in_warranty",
            technician="tech-05",
            visits=1,
            technicians=("tech-05",),
            type_label="免费服务",
        ),
    )


def test_nothing_is_closed_before_its_cost_and_its_charge_are_filled_in(in_every_stage):
    signed = in_every_stage["signed_off"]

    with pytest.raises(Refused) as without_cost:
        close(signed.but(cost=None), "已处理", None, NOW)
    with pytest.raises(Refused) as without_charge:
        close(signed.but(charge_policy="normal_rate"), "已处理", None, NOW)

    assert (without_cost.value.code, without_charge.value.code) == ("incomplete_form", "charge_missing")


@pytest.mark.parametrize(
    "without", [{}, {"countersignature": None}, {"execution": None, "countersignature": None}, {"cost": None}]
)
@pytest.mark.parametrize("charge_policy", ["free", "normal_rate"])
def test_what_a_close_lacks_is_told_by_the_code_with_which_it_is_refused(without, charge_policy, in_every_stage):
    for stage in LIFECYCLE.stages:
        order = in_every_stage[stage].but(charge_policy=charge_policy, **without)
        told = [each.code for each in waiting(order) if each.decision == "close"]
        try:
            close(order, "已处理", None, NOW)
            refused = []
        except IllegalTransition:
            assert told == []
            continue
        except Refused as error:
            refused = [error.code]
        assert told == refused


def test_what_is_stored_comes_back_as_it_was(in_every_stage, order_with, rules, request_with):
    charged = raise_charge(order_with("customer_cause"), yuan("300.00"), "prepaid", rules, NOW).state
    paid = receive_payment(charged, yuan("300.00"), AT, "FP-88120", rules, NOW).state

    for order in (*in_every_stage.values(), charged, paid):
        assert ServiceOrder.model_validate(order.model_dump(mode="json")) == order
    request = request_with()
    assert type(request).model_validate(request.model_dump(mode="json")) == request


@pytest.mark.requirement("R131.a")
@pytest.mark.parametrize(
    ("signature", "reason", "code"),
    [(None, None, "signature_missing"), ("signatures/1.png", "客户签在纸上", "signature_and_reason")],
)
def test_a_technician_leaves_with_the_file_of_the_signature_or_the_reason_why_there_is_none(
    signature, reason, code, in_every_stage
):
    with pytest.raises(Refused) as refused:
        sign_off(in_every_stage["resolved"], "王建国", signature, reason, (), None, NOW)

    assert refused.value.code == code


@pytest.mark.requirement("R131.a")
@pytest.mark.parametrize(("signature", "reason"), [("signatures/1.png", None), (None, "客户签在纸上，手机无电")])
def test_the_reason_why_there_is_no_file_of_a_signature_is_on_record_and_announced(signature, reason, in_every_stage):
    change = sign_off(in_every_stage["resolved"], "王建国", signature, reason, (), None, NOW)

    note, (said,) = change.state.sign_off_note, change.events
    assert (change.state.stage, note.signature, note.no_file_because) == ("signed_off", signature, reason)
    assert (said.signature, said.no_file_because) == (signature, reason)


@pytest.mark.parametrize(
    ("named", "known", "order_no"), [(None, "SO-7", "SO-7"), ("SO-1", "SO-7", "SO-1"), (None, None, None)]
)
def test_a_service_whose_form_names_the_contract_alone_is_of_the_order_that_the_contract_is_known_by(
    named, known, order_no, request_with, rules
):
    asked = request_with()

    opened = open_requested(UUID(int=60), asked.but(form=asked.form.but(order_no=named)), "C", known, rules, NOW)

    assert (opened.state.order_no, only(ServiceOrderOpened, opened).order_no) == (order_no, order_no)


@pytest.mark.parametrize(("asks", "order_no"), [(1, "SO-2026-0412"), (3, "SO-2026-0412"), (2, None)])
async def test_a_voucher_is_of_the_order_of_its_contract_where_that_is_the_same_customers_in_any_of_their_files(
    asks, order_no, world, stores, customer, request_with
):
    known = CoveredOrder.of("SO-2026-0412").but(customer=customer, contract_no="JG20260930-017")
    asked = request_with()
    theirs = asked.form.but(order_no=None, customer=customer.but(customer_id=UUID(int=asks)))
    await stores.covered_orders.create(Change(known), NOW)
    await stores.service_requests.create(Change(asked.but(form=theirs)), NOW)
    await world.hear(CustomersMerged(customer_id=UUID(int=3), duplicate_id=UUID(int=1), revision=2, reason="同一人"))

    opened = await world.ask("cs_specialist", "POST", "/service-orders", {"request_id": str(asked.id), "type": "C"})

    assert (opened.status_code, opened.json()["order_no"]) == (201, order_no)
