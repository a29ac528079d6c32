"""A voucher that is not needed ends by itself: its request goes on, with its other vouchers or with another one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from aftersales.domain.decisions.closing import call_off, call_off_alone
from aftersales.domain.decisions.money import receive_payment
from aftersales.domain.decisions.opening import open_internal
from aftersales.domain.decisions.request import note_called_off, note_voucher, withdraw
from aftersales.domain.decisions.trip import agree_appointment
from aftersales.domain.parts.withdrawal import Withdrawal
from shared.aggregate import Change, Refused
from shared.contracts.aftersales import DeadlineSetByAftersales, InternalWorkCalledOff, Material, ServiceOrderCalledOff
from shared.contracts.event import Actor, Money
from shared.contracts.roles import HANDLERS, Role
from shared.lifecycle import Possible
from shared.testing import cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CS = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
WHY = "同一故障已在另一张凭证上处理"
OVER = Withdrawal(reason=WHY, by="cs-07", at=AT)


@pytest.fixture
def second(order_with):
    """Another voucher of the same request."""
    return order_with().but(id=UUID(int=62), voucher_no="FW-20261122-SECOND")


@pytest.fixture
def entered(request_with, opening, rules):
    """The request with these vouchers in the register."""

    def enter(*orders):
        asked = request_with()
        for order in orders:
            asked = note_voucher(asked, opening(order), rules, CS).state
        return asked

    return enter


def only(kind, events):
    (told,) = (event for event in events if isinstance(event, kind))
    return told


def titles(timed):
    return tuple(run.clock.name for run in timed.running)


def test_a_voucher_that_is_called_off_alone_ends_with_its_duties_and_says_that_the_request_goes_on(second, rules):
    change = call_off_alone(second, WHY, rules, CS)

    assert (change.state.stage, change.state.withdrawn, change.state.running) == ("called_off", OVER, ())
    assert only(ServiceOrderCalledOff, change.events) == ServiceOrderCalledOff.of(
        second.about_customer, reason=WHY, request_goes_on=True, known_to_customer=False
    )


def test_what_was_paid_for_it_is_finances_duty_to_pay_back(order_with, rules):
    paid = receive_payment(order_with("customer_cause"), Money(amount=Decimal("300.00")), AT, None, rules, CS).state

    over = call_off_alone(paid, WHY, rules, CS).state

    assert (titles(over), over.owed_back) == (("refund",), Money(amount=Decimal("300.00")))


def test_the_customer_knows_of_a_voucher_with_a_window_that_was_agreed_or_put_off_a_technician_or_money(
    second, in_every_stage, order_with, rules
):
    begins = AT + timedelta(days=1)
    agreed = agree_appointment(second, begins, begins + timedelta(hours=2), "王建国", rules, CS).state
    paid = receive_payment(order_with("customer_cause"), Money(amount=Decimal("300.00")), AT, None, rules, CS).state

    def known(order):
        return only(ServiceOrderCalledOff, call_off_alone(order, WHY, rules, CS).events).known_to_customer

    off = agreed.but(appointment=None, put_off_from=begins)
    known_of = (agreed, off, in_every_stage["dispatched"], paid)
    assert [known(each) for each in (second, *known_of)] == [False, True, True, True, True]


def test_what_is_called_off_with_its_request_says_so(second, rules):
    told = only(ServiceOrderCalledOff, call_off(second, WHY, "cs-07", rules, CS).events)

    assert told.request_goes_on is False


@pytest.mark.parametrize("stage", ["open", "dispatched"])
def test_until_a_technician_has_resolved_it_customer_service_may_call_it_off(stage, in_every_stage):
    offered = [each for each in in_every_stage[stage].possible if each.decision == "call_off"]

    assert offered == [Possible(decision="call_off", roles=HANDLERS)]


def test_the_request_goes_on_with_its_other_voucher_and_needs_no_further_one(entered, in_every_stage, second, rules):
    first = in_every_stage["resolved"]
    asked = entered(first, second)

    change = note_called_off(asked, call_off_alone(second, WHY, rules, CS).state, rules, CS)

    assert [(each.voucher_no, each.withdrawn) for each in change.state.vouchers] == [
        (first.voucher_no, None),
        (second.voucher_no, OVER),
    ]
    assert (change.state.running, change.events) == ((), ())


def test_a_request_whose_only_voucher_was_called_off_needs_another_one(entered, second, rules):
    change = note_called_off(entered(second), call_off_alone(second, WHY, rules, CS).state, rules, CS)

    assert titles(change.state) == ("voucher",)
    assert only(DeadlineSetByAftersales, change.events).kind == "voucher"


def test_in_whichever_order_the_register_hears_that_a_voucher_was_opened_and_called_off_it_says_the_same(
    entered, opening, request_with, second, rules
):
    over = call_off_alone(second, WHY, rules, CS).state

    in_turn = note_called_off(entered(second), over, rules, CS).state
    called_off_first = note_called_off(request_with(), over, rules, CS).state
    turned_round = note_voucher(called_off_first, opening(second), rules, CS).state

    assert turned_round.vouchers == in_turn.vouchers
    assert titles(turned_round) == titles(in_turn) == ("voucher",)


def test_a_request_that_is_withdrawn_needs_no_voucher_and_its_register_says_why_they_ended(entered, second, rules):
    over = withdraw(entered(second), (second,), WHY, rules, CS).state

    noted = note_called_off(over, call_off(second, WHY, "cs-07", rules, CS).state, rules, CS).state

    assert (noted.running, [each.withdrawn for each in noted.vouchers]) == ((), [OVER])


def test_a_request_of_which_one_voucher_is_resolved_names_the_other_to_call_off(
    request_with, in_every_stage, second, rules
):
    first = in_every_stage["resolved"]

    with pytest.raises(Refused) as refused:
        withdraw(request_with(), (first, second), WHY, rules, CS)

    assert (refused.value.code, refused.value.detail) == (
        "already_served",
        f"a technician has resolved it already, on {first.voucher_no}: sign that off and close it; "
        f"what is not needed any more of {second.voucher_no}, call off by itself",
    )


async def test_the_second_voucher_of_a_request_ends_when_the_first_is_done_and_is_nobodys_turn(
    ask, on, stores, entered, in_every_stage, second, database
):
    first = in_every_stage["closed"]
    await stores.service_requests.create(Change(entered(first, second)), CS)
    for order in (first, second):
        await stores.service_orders.create(Change(order), CS)

    answer = await ask("cs_specialist", "POST", f"/service-orders/{second.id}/call-off", {"reason": WHY})
    await deliver(on, only(ServiceOrderCalledOff, database.published), at=AT)

    assert (answer.status_code, answer.json()["stage"], answer.json()["waits_for"]) == (200, "called_off", [])
    request = (await ask("cs_specialist", "GET", f"/service-requests/{second.request_id}")).json()
    assert [bool(each["withdrawn"]) for each in request["vouchers"]] == [False, True]
    assert request["deadlines"] == []
    assert (await ask("cs_manager", "GET", "/service-orders?waiting_for=cs_manager")).json()["items"] == []


async def test_a_voucher_that_is_asked_for_again_with_its_key_is_the_same_though_the_request_is_withdrawn(
    world, stores, request_with
):
    await stores.service_requests.create(Change(request_with()), CS)
    body = {"request_id": str(request_with().id), "type": "C"}
    opened = await world.ask(Role.CS_SPECIALIST, "POST", "/service-orders", body, key="once")
    over = await world.ask(
        Role.CS_SPECIALIST, "POST", f"/service-requests/{body['request_id']}/withdraw", {"reason": WHY}
    )
    again = await world.ask(Role.CS_SPECIALIST, "POST", "/service-orders", body, key="once")

    assert (opened.status_code, over.status_code, again.status_code) == (201, 200, 201)
    assert again.json()["service_order_id"] == opened.json()["service_order_id"]
    late = await world.ask(Role.CS_SPECIALIST, "POST", "/service-orders", body)
    assert (late.status_code, late.json()["code"]) == (409, "illegal_transition")


async def test_the_register_says_that_customer_service_opens_another_voucher_where_the_only_one_was_called_off(
    ask, stores, entered, second, rules
):
    over = call_off_alone(second, WHY, rules, CS).state
    await stores.service_requests.create(Change(note_called_off(entered(second), over, rules, CS).state), CS)
    await stores.service_orders.create(Change(over), CS)

    page = await ask("cs_specialist", "GET", "/ui/service-requests")

    assert "客服专员" in page.text


async def test_the_register_says_that_another_voucher_is_opened_also_while_finance_pays_back_what_was_paid(
    ask, stores, entered, order_with, rules
):
    paid = receive_payment(order_with("customer_cause"), Money(amount=Decimal("300.00")), AT, None, rules, CS).state
    over = call_off_alone(paid, WHY, rules, CS).state
    await stores.service_requests.create(Change(note_called_off(entered(paid), over, rules, CS).state), CS)
    await stores.service_orders.create(Change(over), CS)

    page = await ask("cs_specialist", "GET", "/ui/service-requests")

    assert over.waits_for == ("finance",)
    assert "客服专员、财务" in page.text


async def test_form_1_goes_on_where_the_service_is_done_and_not_on_a_later_voucher_that_was_called_off(
    ask, stores, entered, in_every_stage, second, rules
):
    first = in_every_stage["closed"]
    await stores.service_requests.create(Change(entered(first, second)), CS)
    later = call_off_alone(second.but(opened_at=AT + timedelta(hours=1), opinion=None), WHY, rules, CS).state
    for order in (first, later):
        await stores.service_orders.create(Change(order), CS)

    for path in (f"/ui/service-requests/{first.request_id}", f"/ui/papers/service-requests/{first.request_id}"):
        assert first.result_block.feedback in (await ask("cs_specialist", "GET", path)).text


@pytest.mark.requirement("R136.a")
async def test_internal_work_that_was_opened_by_mistake_is_called_off_and_moves_no_material(ask, stores, rules):
    issued = Material(name="画册", quantity=20, moved="issued", to="广州展厅")
    mistaken = open_internal(UUID(int=61), "宣传资料发放", (issued,), rules, CS).state
    assert call_off_alone(mistaken, "重复开单", rules, CS).events == (
        InternalWorkCalledOff.of(mistaken.about, reason="重复开单", by="cs-07"),
    )

    await stores.service_orders.create(Change(mistaken), CS)
    path = f"/service-orders/{mistaken.id}"
    over = (await ask("cs_manager", "POST", f"{path}/call-off", {"reason": "重复开单"})).json()
    (row,) = (await ask("gm", "GET", "/service-orders?stage=called_off")).json()["items"]
    closing = await ask("cs_manager", "POST", f"{path}/close", {"result": "已发放"})

    assert (over["stage"], over["withdrawn"]["reason"], over["possible"]) == ("called_off", "重复开单", [])
    assert (row["voucher_no"], row["possible"], row["waits_for"]) == (mistaken.voucher_no, [], [])
    assert closing.json()["code"] == "illegal_transition"
