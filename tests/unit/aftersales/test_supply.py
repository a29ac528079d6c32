"""Parts, appointments, services out of town and expenses: what is arranged before and after a technician leaves."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from aftersales.domain.decisions.dispatch import dispatch
from aftersales.domain.decisions.money import record_cost
from aftersales.domain.decisions.opening import open_requested
from aftersales.domain.decisions.supply import (
    claim_expense,
    promise_parts,
    put_off_visit,
    ready_parts,
    request_parts,
    use_part,
)
from aftersales.domain.decisions.trip import agree_appointment, approve_remote, request_remote
from aftersales.timers import timers
from shared.aggregate import Change, Refused
from shared.contracts.aftersales import (
    DeadlineMetByAftersales,
    DeadlineMissedByAftersales,
    DeadlineSetByAftersales,
    ExpenseClaimed,
    PartNeeded,
    PartsReady,
    PartsRequested,
    RemoteServiceApproved,
    RemoteServiceRequested,
    ServiceAppointmentAgreed,
    ServiceDispatched,
    ServicePartsDelayed,
    ServiceVisitPutOff,
)
from shared.contracts.event import Actor, Money
from shared.policy import Policies
from shared.testing import cause, fire

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASSISTANT = cause(AT, actor=Actor(kind="staff", id="assistant-01", role="sales_assistant"))
OPERATIONS = cause(AT, actor=Actor(kind="staff", id="operations-01", role="operations_supervisor"))
MANAGER = cause(AT, actor=Actor(kind="staff", id="manager-01", role="cs_manager"))
TECHNICIAN = cause(AT, actor=Actor(kind="staff", id="tech-05", role="installer"))
CS = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
PARTS = (PartNeeded(part_no="JL-80-02", quantity=2),)
ORDER = {"service_order_id": UUID(int=60), "voucher_no": "FW-20261122-AAAAAA"}
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def refusal(attempt) -> str:
    with pytest.raises(Refused) as refused:
        attempt()
    return refused.value.code


@pytest.fixture
def waiting(order_with, rules):
    """A job whose parts are requested."""
    return request_parts(order_with(), PARTS, date(2026, 11, 25), rules, ASSISTANT).state


@pytest.mark.requirement("R076.a")
def test_the_sales_assistant_orders_material_under_the_number_of_the_form(order_with, rules):
    change = request_parts(order_with(), PARTS, date(2026, 11, 25), rules, ASSISTANT)

    requested, over, duty = change.events
    assert requested == PartsRequested(
        service_order_id=UUID(int=60), form_no="SH-20261122-AAAAAA", parts=PARTS, needed_by=date(2026, 11, 25)
    )
    assert (type(over), over.kind, over.outcome) == (DeadlineMetByAftersales, "dispatch", "no_longer_needed")
    assert (type(duty), duty.kind, duty.assignee_role) == (DeadlineSetByAftersales, "parts", "operations_supervisor")


@pytest.mark.requirement("R076.c")
def test_material_is_ordered_after_opinion_and_fee(request_with, order_with, rules):
    bare = open_requested(UUID(int=60), request_with(), "C", None, rules, CS).state

    assert refusal(lambda: request_parts(bare, PARTS, None, rules, ASSISTANT)) == "opinion_missing"
    assert refusal(lambda: request_parts(order_with().but(cost=None), PARTS, None, rules, ASSISTANT)) == "fee_missing"


@pytest.mark.requirement("R076.b")
def test_the_job_is_scheduled_once_its_parts_lie_ready(waiting, rules):
    assert refusal(lambda: dispatch(waiting, "tech-05", None, None, rules, MANAGER)) == "parts_not_ready"

    change = ready_parts(waiting, rules, OPERATIONS)

    ready, met, duty = change.events
    assert ready == PartsReady(service_order_id=UUID(int=60), form_no="SH-20261122-AAAAAA")
    assert (met.kind, met.outcome, duty.kind) == ("parts", "in_time", "dispatch")
    assert dispatch(change.state, "tech-05", None, None, rules, MANAGER).state.stage == "dispatched"


@pytest.mark.requirement("R076.b")
async def test_a_promise_that_is_not_kept_is_missed_and_carries_no_job_over(waiting, rules, stores):
    promised = promise_parts(waiting, date(2026, 11, 24), rules, OPERATIONS)
    await stores.service_orders.create(promised, OPERATIONS)

    (missed,) = await fire(timers(stores, rules), until=NOON)

    assert (type(missed), missed.kind, missed.due_at) == (
        DeadlineMissedByAftersales,
        "parts",
        datetime(2026, 11, 24, 16, 0, tzinfo=UTC),
    )
    assert (await stores.service_orders.get(UUID(int=60))).carried_over_days == 0


@pytest.mark.requirement("R076.b")
def test_a_customer_hears_of_a_late_part_before_the_appointment_and_agrees_on_another(waiting, rules, customer):
    agreed = agree_appointment(waiting, NOON, NOON + HOUR, "王建国", rules, CS).state

    in_time = promise_parts(agreed, date(2026, 11, 25), rules, OPERATIONS)
    late = promise_parts(agreed, date(2026, 11, 27), rules, OPERATIONS)

    assert ServicePartsDelayed not in {type(each) for each in in_time.events}
    assert late.events[-1] == ServicePartsDelayed(
        **ORDER, customer=customer, appointment=date(2026, 11, 25), promised_on=date(2026, 11, 27)
    )
    assert late.state.appointment is None
    assert refusal(lambda: agree_appointment(late.state, NOON, NOON + HOUR, "王建国", rules, CS)) == "parts_late"
    later = agree_appointment(late.state, NOON + 2 * DAY, NOON + 2 * DAY + HOUR, "王建国", rules, CS)
    assert later.state.appointment.day == date(2026, 11, 27)


@pytest.mark.requirement("R076.b")
@pytest.mark.parametrize(("promised", "told_at"), [(24, "2026-11-24T16:00:00Z"), (25, "2026-11-25T02:00:00Z")])
async def test_a_customer_hears_two_hours_before_it_that_a_visit_is_off_when_the_parts_are_not_there_as_promised(
    promised, told_at, waiting, rules, stores, customer
):
    agreed = agree_appointment(waiting, NOON, NOON + HOUR, "王建国", rules, CS).state
    await stores.service_orders.create(promise_parts(agreed, date(2026, 11, promised), rules, OPERATIONS), OPERATIONS)
    moment = datetime.fromisoformat(told_at)

    before = await fire(timers(stores, rules), until=moment - timedelta(seconds=1))
    missed, off = await fire(timers(stores, rules), until=moment)

    assert before == ()
    assert (missed.kind, missed.due_at) == ("parts", moment)
    assert off == ServiceVisitPutOff(**ORDER, customer=customer, appointment=date(2026, 11, 25))
    assert (await stores.service_orders.get(UUID(int=60))).appointment is None


@pytest.mark.requirement("R076.b")
async def test_without_a_promise_too_the_parts_are_due_before_the_technician_comes(waiting, rules, stores, customer):
    soon = AT + DAY
    agreed = agree_appointment(waiting, soon, soon + HOUR, "王建国", rules, CS)
    later = agree_appointment(agreed.state, NOON + 4 * DAY, NOON + 4 * DAY + HOUR, "王建国", rules, CS)
    await stores.service_orders.create(agreed, CS)

    missed, off = await fire(timers(stores, rules), until=soon)

    assert (missed.kind, missed.due_at) == ("parts", soon - 2 * HOUR)
    assert off == ServiceVisitPutOff(**ORDER, customer=customer, appointment=date(2026, 11, 23))
    assert later.state.clock("parts").due_at == waiting.clock("parts").due_at
    ready = ready_parts(agreed.state, rules, OPERATIONS).state
    assert put_off_visit(ready, CS) == Change(ready)


@pytest.mark.requirement("R076.b")
@pytest.mark.parametrize(
    ("told_before", "begins", "due_at"),
    [
        (timedelta(hours=2), AT + 2 * HOUR + timedelta(seconds=1), AT + timedelta(seconds=1)),
        (timedelta(hours=2), AT + 2 * HOUR, AT + 2 * HOUR),
        (timedelta(hours=2), AT + HOUR, AT + HOUR),
        (timedelta(days=1), AT + 2 * DAY, AT + DAY),
        (timedelta(), AT + 2 * DAY, AT + 2 * DAY),
    ],
)
def test_how_long_before_it_a_visit_without_parts_is_put_off_is_the_companys_and_a_nearer_one_is_when_it_begins(
    told_before, begins, due_at, waiting, policy, rules
):
    own = replace(rules, policies=Policies([policy.but(late_parts_told_before=told_before)]))

    agreed = agree_appointment(waiting, begins, begins + HOUR, "王建国", own, CS).state

    assert agreed.clock("parts").due_at == due_at


@pytest.mark.parametrize("by_promise", [True, False], ids=["the parts are promised for later", "the parts are missing"])
def test_the_window_after_one_that_was_put_off_is_announced_as_another_one_until_somebody_is_sent(
    by_promise, waiting, rules
):
    agreed = agree_appointment(waiting, NOON, NOON + HOUR, "王建国", rules, CS).state
    off = (
        promise_parts(agreed, date(2026, 11, 27), rules, OPERATIONS).state
        if by_promise
        else put_off_visit(agreed, CS).state
    )
    begins = NOON + 2 * DAY
    again = agree_appointment(ready_parts(off, rules, OPERATIONS).state, begins, begins + HOUR, "王建国", rules, CS)
    sent = dispatch(again.state, "tech-05", "李师傅", None, rules, CS)
    assert (off.appointment, off.put_off_from, sent.state.put_off_from) == (None, NOON, None)
    assert [event.moved_from for event in again.events if isinstance(event, ServiceAppointmentAgreed)] == [NOON]
    assert [event.moved_from for event in sent.events if isinstance(event, ServiceDispatched)] == [NOON]


def test_parts_that_were_never_requested_are_neither_promised_nor_used(order_with, in_every_stage, waiting, rules):
    dispatched = in_every_stage["dispatched"].but(supply=waiting.supply)

    assert refusal(lambda: promise_parts(order_with(), date(2026, 11, 25), rules, OPERATIONS)) == "no_parts_requested"
    assert refusal(lambda: ready_parts(order_with(), rules, OPERATIONS)) == "no_parts_requested"
    assert refusal(lambda: use_part(in_every_stage["dispatched"], "JL-80-02", 1, TECHNICIAN)) == "part_not_requested"
    assert refusal(lambda: use_part(dispatched, "JL-99", 1, TECHNICIAN)) == "part_not_requested"
    assert refusal(lambda: use_part(dispatched, "JL-80-02", 3, TECHNICIAN)) == "too_many_parts"
    used = use_part(use_part(dispatched, "JL-80-02", 1, TECHNICIAN).state, "JL-80-02", 1, TECHNICIAN).state
    assert [(line.part_no, line.quantity, line.used) for line in used.supply.lines] == [("JL-80-02", 2, 2)]


def test_a_request_that_makes_no_sense_is_refused(order_with, waiting, rules):
    assert refusal(lambda: request_parts(waiting, PARTS, None, rules, ASSISTANT)) == "parts_requested"
    assert refusal(lambda: request_parts(order_with(), PARTS * 2, None, rules, ASSISTANT)) == "part_twice"
    assert refusal(lambda: promise_parts(waiting, date(2026, 11, 21), rules, OPERATIONS)) == "day_is_past"
    assert refusal(lambda: promise_parts(waiting, date(2062, 11, 25), rules, OPERATIONS)) == "far_day"
    assert refusal(lambda: request_parts(order_with(), PARTS, date(2026, 11, 21), rules, ASSISTANT)) == "day_is_past"


def test_an_appointment_is_a_window_on_one_day_to_come_and_says_when_the_technician_comes(order_with, rules, customer):
    order = order_with()

    assert refusal(lambda: agree_appointment(order, AT - HOUR, AT, "王", rules, CS)) == "day_is_past"
    assert refusal(lambda: agree_appointment(order, NOON, NOON, "王", rules, CS)) == "appointment_times"
    assert refusal(lambda: agree_appointment(order, NOON, NOON + DAY, "王", rules, CS)) == "appointment_times"
    change = agree_appointment(order, NOON, NOON + HOUR, "王建国", rules, CS)
    sent = dispatch(change.state, "tech-05", "李师傅", None, rules, MANAGER)

    assert change.events == (
        ServiceAppointmentAgreed(**ORDER, customer=customer, begins=NOON, ends=NOON + HOUR, agreed_with="王建国"),
    )
    (dispatched,) = (each for each in sent.events if type(each) is ServiceDispatched)
    assert dispatched.at == NOON


@pytest.mark.parametrize(
    ("stage", "technician"), [("open", None), ("dispatched", "tech-05")], ids=["not sent yet", "sent"]
)
def test_an_appointment_names_the_technician_who_was_sent_and_the_one_that_it_moves_unless_it_stays(
    stage, technician, in_every_stage, rules, customer
):
    first = agree_appointment(in_every_stage[stage], NOON, NOON + HOUR, "王建国", rules, MANAGER)
    again = agree_appointment(first.state, NOON, NOON + HOUR, "王建国", rules, CS)
    longer = agree_appointment(again.state, NOON, NOON + 2 * HOUR, "王建国", rules, CS)

    assert (*first.events, *again.events, *longer.events) == tuple(
        ServiceAppointmentAgreed(
            **ORDER,
            customer=customer,
            begins=NOON,
            ends=ends,
            agreed_with="王建国",
            technician=told,
            moved_from=before,
        )
        for ends, told, before in (
            (NOON + HOUR, technician, None),
            (NOON + HOUR, None, NOON),
            (NOON + 2 * HOUR, technician, NOON),
        )
    )


@pytest.mark.requirement("R135.a")
def test_no_technician_leaves_town_before_the_manager_has_approved_it(order_with, rules):
    change = request_remote(order_with(), "湖南长沙", yuan("800.00"), TECHNICIAN)
    asked = change.state

    assert change.events == (
        RemoteServiceRequested(**ORDER, place="湖南长沙", estimated_travel=yuan("800.00"), by="tech-05"),
    )
    assert refusal(lambda: dispatch(asked, "tech-05", None, None, rules, MANAGER)) == "remote_unapproved"
    assert refusal(lambda: approve_remote(order_with(), UUID(int=8), MANAGER)) == "no_application"
    own = request_remote(order_with(), "湖南长沙", yuan("800.00"), MANAGER).state
    assert refusal(lambda: approve_remote(own, own.remote.id, MANAGER)) == "four_eyes"
    approved = approve_remote(asked, asked.remote.id, MANAGER)
    assert approved.events == (RemoteServiceApproved(**ORDER, by="manager-01"),)
    assert refusal(lambda: approve_remote(approved.state, asked.remote.id, MANAGER)) == "already_approved"
    assert refusal(lambda: request_remote(approved.state, "长沙", yuan("1"), TECHNICIAN)) == "already_approved"
    assert dispatch(approved.state, "tech-05", None, None, rules, MANAGER).state.stage == "dispatched"


@pytest.mark.requirement("R135.b")
def test_travel_and_allowance_are_cost_of_the_service(order_with, rules):
    recorded = record_cost(order_with(), yuan("80"), yuan("20"), yuan("100"), yuan("800.00"), rules, CS)

    assert recorded.state.cost.total == yuan("1000.00")


@pytest.mark.requirement("R077.c")
def test_the_installer_claims_his_expenses_once_the_customer_has_signed(in_every_stage):
    change = claim_expense(in_every_stage["signed_off"], yuan("35.00"), "停车费", TECHNICIAN)

    (claim,) = change.state.expenses
    assert change.events == (
        ExpenseClaimed(claim_id=claim.id, service_order_id=UUID(int=60), amount=yuan("35.00"), by="tech-05"),
    )
    assert (
        refusal(lambda: claim_expense(in_every_stage["closed"], yuan("0"), "停车费", TECHNICIAN)) == "negative_amount"
    )


@pytest.mark.requirement("R076.a", "R135.a", "R133.c")
async def test_parts_trips_and_expenses_go_over_http_each_in_its_role(ask, world, stores, order_with):
    path = f"/service-orders/{(await stores.service_orders.create(Change(order_with()), CS)).id}"
    visit = {"started_at": AT.isoformat(), "ended_at": (AT + HOUR).isoformat(), "work": "更换铰链", "resolved": True}
    steps = [
        ("sales_assistant", "request-parts", {"parts": [{"part_no": "JL-80-02", "quantity": 2}]}),
        ("warehouse", "promise-parts", {"on": "2026-11-24"}),
        ("cs_specialist", "agree-appointment", {"begins": NOON.isoformat(), "ends": (NOON + HOUR).isoformat()}),
        ("operations_supervisor", "ready-parts", None),
        ("installer", "request-remote", {"place": "湖南长沙", "estimated_travel": {"amount": "800.00"}}),
        ("cs_manager", "approve-remote", {"application": None}),
        ("cs_manager", "dispatch", {"technician": "tech-05"}),
        ("installer", "use-part", {"part_no": "JL-80-02", "quantity": 2}),
        ("installer", "complete-visit", visit),
        ("installer", "sign-off", {"signatory": "王建国", "signature": "signatures/1.png", "stamp": "stamps/1.png"}),
        ("installer", "claim-expense", {"amount": {"amount": "35.00"}, "reason": "停车费"}),
    ]
    steps[2][2]["agreed_with"] = "王建国"

    strangers = [(await ask("statistics_clerk", "POST", f"{path}/{step}", body)).status_code for _, step, body in steps]
    answers = []
    for role, step, body in steps:
        shown = answers[-1].json() if answers else {}
        said = {"application": shown["remote"]["id"]} if step == "approve-remote" else body
        if step == "complete-visit":
            world.time.set(AT + HOUR)
        answers.append(await ask(role, "POST", f"{path}/{step}", said))

    assert strangers == [403] * len(steps)
    assert [answer.status_code for answer in answers] == [200] * len(steps)
    shown = answers[-1].json()
    assert (shown["supply"]["lines"], shown["remote"]["approval"]["by"], shown["appointment"]["day"]) == (
        [{"part_no": "JL-80-02", "quantity": 2, "used": 2}],
        "cs_manager-01",
        "2026-11-25",
    )
    assert shown["sign_off_note"]["stamp"] == "stamps/1.png"
