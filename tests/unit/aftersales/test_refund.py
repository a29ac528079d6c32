"""What was paid for a service that is called off goes back once, by another person, and stands in a month's table."""

import asyncio
import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.api.accounts import accounts
from aftersales.api.sheets import money_table
from aftersales.app import service
from aftersales.domain.decisions.closing import call_off, close
from aftersales.domain.decisions.money import raise_charge, receive_payment, record_cost, refund, sign_fee
from aftersales.domain.decisions.settlement import settle
from aftersales.domain.lifecycle import LIFECYCLE
from aftersales.domain.parts.entry import Entry
from aftersales.domain.parts.money import Payment, Refund
from aftersales.domain.parts.withdrawal import Withdrawal
from aftersales.domain.roles import CASHIERS
from aftersales.domain.settlement import Settlement
from aftersales.settings import Settings
from aftersales.store import Stores
from aftersales.subscribers import subscriptions
from shared.aggregate import LARGEST_AMOUNT, Change, Overstepped, Refused
from shared.contracts.aftersales import (
    CalledOffServicePaid,
    CustomerChargePaid,
    CustomerChargeRefunded,
    CustomerOverpaymentRefunded,
    DeadlineMetByAftersales,
    DeadlineSetByAftersales,
    MonthlyAftersalesSettled,
    ServiceOrderCalledOff,
    ServiceOrderClosed,
)
from shared.contracts.departments import ServiceChargeReceived
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.identity import Principal
from shared.testing import InMemoryDatabase, World, cause, deliver, in_memory, nowhere

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CS = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
FINANCE = cause(AT, actor=Actor(kind="staff", id="finance-01", role="finance"))
WHY = "客户已自行修好"


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


@pytest.fixture
def called_off(order_with, rules):
    """A voucher that was paid and then called off by cs-07."""
    paid = receive_payment(order_with("customer_cause"), yuan("300.00"), AT, "FP-88120", rules, CS).state
    return call_off(paid, WHY, "cs-07", rules, CS)


def offered(order):
    """What is possible, without the roles."""
    return [each.decision for each in order.possible]


def only(kind, events):
    """The one event of this kind."""
    (event,) = (event for event in events if isinstance(event, kind))
    return event


def test_what_was_paid_for_a_service_that_is_called_off_is_finances_duty_to_pay_back(called_off):
    order = called_off.state

    assert (order.owed_back, order.waits_for, order.withdrawn) == (
        yuan("300.00"),
        (Role.FINANCE,),
        Withdrawal(reason=WHY, by="cs-07", at=AT),
    )
    begun = only(DeadlineSetByAftersales, called_off.events)
    assert (begun.kind, begun.about, begun.assignee_role) == ("refund", order.voucher_no, "finance")
    assert [(each.decision, each.roles) for each in order.possible] == [
        ("receive_payment", CASHIERS),
        ("refund", (Role.FINANCE,)),
    ]


def test_nothing_is_owed_and_no_duty_begins_where_nothing_was_paid(order_with, rules):
    order = call_off(order_with("customer_cause"), WHY, "cs-07", rules, CS).state

    assert (order.owed_back, order.running, offered(order), order.waits_for) == (None, (), ["receive_payment"], ())
    with pytest.raises(Refused) as refused:
        refund(order, yuan("300.00"), AT, None, rules, FINANCE)
    assert refused.value.code == "nothing_to_refund"


def test_a_service_that_was_called_off_before_it_was_kept_by_whom_owes_nothing(called_off, rules):
    released = called_off.state.but(withdrawn=None)

    assert (released.owed_back, released.waits_for, offered(released)) == (None, (), ["receive_payment"])
    with pytest.raises(Refused) as refused:
        refund(released, yuan("300.00"), AT, None, rules, FINANCE)
    assert refused.value.code == "nothing_to_refund"


def test_what_is_paid_back_is_announced_and_ends_the_duty(called_off, rules):
    change = refund(called_off.state, yuan("300.00"), AT, "TK-1", rules, FINANCE)

    assert change.events[0] == CustomerChargeRefunded.of(
        change.state.about_customer, amount=yuan("300.00"), refunded_at=AT, reference="TK-1", by="finance-01"
    )
    assert only(DeadlineMetByAftersales, change.events).outcome == "in_time"
    assert change.state.refund == Refund(amount=yuan("300.00"), at=AT, reference="TK-1", by="finance-01", entered_at=AT)
    assert (change.state.owed_back, change.state.running, offered(change.state)) == (None, (), ["receive_payment"])


@pytest.mark.parametrize(
    ("amount", "at", "code"),
    [
        ("299.99", AT, "refund_differs"),
        ("300.01", AT, "refund_differs"),
        ("-300.00", AT, "negative_amount"),
        ("300.00", AT - 400 * DAY, "long_past"),
    ],
)
def test_what_is_owed_goes_back_and_no_other_amount(amount, at, code, called_off, rules):
    with pytest.raises(Refused) as refused:
        refund(called_off.state, yuan(amount), at, None, rules, FINANCE)
    assert refused.value.code == code


def test_money_goes_back_once(called_off, rules):
    paid_back = refund(called_off.state, yuan("300.00"), AT, None, rules, FINANCE).state
    with pytest.raises(Refused) as refused:
        refund(paid_back, yuan("300.00"), AT, None, rules, FINANCE)
    assert refused.value.code == "nothing_to_refund"


@pytest.mark.parametrize("by", ["cs-07", "CS-07"])
def test_who_called_the_service_off_does_not_pay_back(by, called_off, rules):
    with pytest.raises(Overstepped) as refused:
        refund(
            called_off.state,
            yuan("300.00"),
            AT,
            None,
            rules,
            replace(FINANCE, actor=Actor(kind="staff", id=by, role="finance")),
        )
    assert refused.value.code == "four_eyes"


@pytest.fixture
def pay(rules):
    """So much comes in for the voucher."""

    def pay(order, amount, number=1):
        return receive_payment(order, yuan(amount), AT, f"FP-{number}", rules, replace(FINANCE, id=UUID(int=number)))

    return pay


@pytest.mark.requirement("R126.a")
def test_what_comes_in_for_a_service_that_was_called_off_is_at_once_finances_duty_to_pay_back(order_with, rules, pay):
    over = call_off(order_with("customer_cause"), WHY, "cs-07", rules, CS).state

    change = pay(over, "300.00")

    payment = change.state.payments[-1]
    assert (payment.late, change.state.owed_back, change.state.waits_for) == (True, yuan("300.00"), (Role.FINANCE,))
    assert change.events[0] == CalledOffServicePaid.of(
        over.about_customer,
        payment_id=payment.id,
        amount=yuan("300.00"),
        received_at=AT,
        invoice_no="FP-1",
        owed=yuan("300.00"),
        by="finance-01",
    )
    begun = only(DeadlineSetByAftersales, change.events)
    assert (begun.kind, begun.about, begun.assignee_role) == ("refund", over.voucher_no, "finance")
    assert len(change.events) == 2


@pytest.mark.parametrize("stage", LIFECYCLE.stages)
def test_money_is_taken_in_every_stage_and_owed_back_where_the_service_is_called_off(stage, in_every_stage, pay):
    paid = pay(in_every_stage[stage].but(charge_policy="normal_rate"), "20.00").state

    assert (paid.received, paid.owed_back) == (yuan("20.00"), yuan("20.00") if stage == "called_off" else None)


def test_what_comes_in_while_money_is_owed_already_adds_to_the_same_duty(called_off, pay):
    change = pay(called_off.state, "20.00")

    assert (change.state.owed_back, change.state.running) == (yuan("320.00"), called_off.state.running)
    assert change.events == (only(CalledOffServicePaid, change.events),)


def test_what_comes_in_after_the_refund_is_a_duty_anew(called_off, rules, pay):
    back = refund(called_off.state, yuan("300.00"), AT, "TK-1", rules, FINANCE).state

    again = pay(back, "20.00").state
    over = refund(again, yuan("20.00"), AT, "TK-2", rules, replace(FINANCE, id=UUID(int=2))).state

    assert (again.owed_back, [run.clock.name for run in again.running]) == (yuan("20.00"), ["refund"])
    assert (over.owed_back, over.running) == (None, ())
    assert [(each.amount, each.reference) for each in over.refunds] == [
        (yuan("300.00"), "TK-1"),
        (yuan("20.00"), "TK-2"),
    ]


def test_a_refund_that_was_sent_before_more_came_in_is_entered_and_the_rest_stays_owed(called_off, rules, pay):
    more = pay(called_off.state, "20.00").state

    rest = refund(more, yuan("300.00"), AT, "TK-1", rules, FINANCE).state

    assert (rest.owed_back, rest.waits_for, rest.running) == (yuan("20.00"), (Role.FINANCE,), more.running)
    for other in ("20.01", "300.00", "320.00"):
        with pytest.raises(Refused) as refused:
            refund(rest, yuan(other), AT, None, rules, FINANCE)
        assert refused.value.code == "refund_differs"


def test_of_a_service_that_was_called_off_before_it_was_kept_by_whom_only_what_comes_in_later_is_owed(called_off, pay):
    assert pay(called_off.state.but(withdrawn=None), "20.00").state.owed_back == yuan("20.00")


def test_more_than_an_amount_can_be_does_not_come_in_for_one_service(order_with, called_off, rules, pay):
    """Before and after it is called off; what is owed back is an amount always."""
    rest = LARGEST_AMOUNT - Decimal("300.00")
    assert pay(called_off.state, str(rest)).state.owed_back == Money(amount=LARGEST_AMOUNT)
    for order in (called_off.state, order_with("customer_cause").but(payments=called_off.state.payments)):
        with pytest.raises(Refused) as refused:
            pay(order, str(rest + 1))
        assert refused.value.code == "beyond_amount"


def test_who_called_the_service_off_does_not_pay_back_what_came_in_later(order_with, rules, pay):
    owing = pay(call_off(order_with("customer_cause"), WHY, "finance-01", rules, CS).state, "300.00").state

    with pytest.raises(Overstepped) as refused:
        refund(owing, yuan("300.00"), AT, None, rules, FINANCE)
    assert refused.value.code == "four_eyes"


@pytest.mark.parametrize("stage", LIFECYCLE.stages)
def test_what_a_department_reports_for_a_free_service_is_booked_and_owed_back_in_every_stage(
    stage, in_every_stage, rules
):
    free = in_every_stage[stage]

    change = receive_payment(free, yuan("300.00"), AT, "FP-1", rules, TOLD)

    order = change.state
    assert (order.received, order.owed_back, order.waits_for_money) == (yuan("300.00"), yuan("300.00"), False)
    assert duties(order) == [*duties(free), "refund"]
    assert [type(event) for event in change.events] == [
        *((CalledOffServicePaid,) if stage == "called_off" else ()),
        DeadlineSetByAftersales,
    ]
    assert "refund" in offered(order)


def test_what_came_in_for_a_free_service_goes_back_and_the_service_goes_on(order_with, rules):
    owing = receive_payment(order_with(), yuan("300.00"), AT, "FP-1", rules, TOLD).state

    change = refund(owing, yuan("300.00"), AT, "TK-1", rules, FINANCE)

    order = change.state
    assert only(CustomerOverpaymentRefunded, change.events).amount == yuan("300.00")
    assert (order.owed_back, duties(order), order.next_step) == (None, ["dispatch"], "dispatch")


@pytest.mark.parametrize("stage", LIFECYCLE.stages)
def test_at_a_desk_no_money_is_taken_for_a_free_service_in_any_stage(stage, in_every_stage, rules):
    with pytest.raises(Refused) as refused:
        receive_payment(in_every_stage[stage], yuan("300.00"), AT, None, rules, FINANCE)
    assert refused.value.code == "free_of_charge"


async def test_money_that_finance_reports_for_a_free_service_is_in_the_months_money_and_not_parked(
    on, ask, stores, request_with, in_every_stage
):
    await stores.service_requests.create(Change(request_with()), CS)
    archived = close(in_every_stage["signed_off"], "已更换铰链", None, CS)
    free = await stores.service_orders.create(archived, CS)
    await deliver(on, only(ServiceOrderClosed, archived.events), at=AT)

    told = ServiceChargeReceived(service_order_id=free.id, amount=yuan("300.00"), received_at=AT, invoice_no="FP-1")
    await deliver(on, told, at=AT + DAY)

    assert facts(await ask("finance", "GET", "/settlements/2026-11/money.csv")) == [(free.voucher_no, "实收", "300.00")]


async def test_a_future_refund_is_refused(ask, stores, called_off):
    await stores.service_orders.create(Change(called_off.state), CS)
    body = {"amount": {"amount": "300.00"}, "refunded_at": (AT + DAY).isoformat()}

    answer = await ask("finance", "POST", f"/service-orders/{called_off.state.id}/refund", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "future_date")


@pytest.mark.parametrize("paid", [True, False])
@pytest.mark.parametrize("stage", LIFECYCLE.stages)
async def test_what_is_shown_as_possible_to_a_role_is_what_it_may_do(stage, paid, ask, stores, in_every_stage):
    """In each stage the refund is shown, in view and list, to exactly those whom the decision does not turn away."""
    payments = (Payment(amount=yuan("300.00"), at=AT),) if paid else ()
    accepted, shown, listed = set(), set(), set()
    for number, role in enumerate(Role):
        order = in_every_stage[stage].but(
            id=UUID(int=1000 + number), voucher_no=f"FW-20261122-{number:06}", payments=payments
        )
        await stores.service_orders.create(Change(order), CS)
        view = (await ask("gm", "GET", f"/service-orders/{order.id}")).json()
        if any(each["decision"] == "refund" and role in each["roles"] for each in view["possible"]):
            shown.add(role)
        (row,) = (await ask("gm", "GET", f"/service-orders?stage={stage}")).json()["items"][-1:]
        if any(each["decision"] == "refund" and role in each["roles"] for each in row["possible"]):
            listed.add(role)
        body = {"amount": {"amount": "300.00"}}
        answer = await ask(role, "POST", f"/service-orders/{order.id}/refund", body)
        if answer.status_code == 200:
            accepted.add(role)

    assert shown == listed == accepted
    assert accepted == ({Role.FINANCE} if paid else set())


TOLD = replace(cause(AT, actor=Actor(kind="department", id="finance", role="finance")), kind="event")
CHIEF, GM = (cause(AT, actor=Actor(kind="staff", id=f"{role}-01", role=role)) for role in ("cs_manager", "gm"))


def duties(order):
    """The names of what somebody has to do in time."""
    return [run.clock.name for run in order.running]


def with_fee(order, amount, rules):
    """The order with a fee of this amount, filled in anew and signed by both."""
    nothing = yuan("0.00")
    order = record_cost(order, nothing, nothing, yuan(amount), nothing, rules, CS).state
    for signatory in (CHIEF, GM):
        order = sign_fee(order, order.cost.id, rules, signatory).state
    return order


def test_what_a_department_reports_above_the_charge_is_booked_and_owed_back(order_with, rules):
    charged = raise_charge(order_with("customer_cause"), yuan("300.00"), "prepaid", rules, FINANCE).state

    change = receive_payment(charged, yuan("300.50"), AT, "FP-1", rules, TOLD)

    order = change.state
    assert (order.paid, order.received, order.owed_back) == (True, yuan("300.50"), yuan("0.50"))
    assert [type(event) for event in change.events] == [
        CustomerChargePaid,
        DeadlineSetByAftersales,
        DeadlineSetByAftersales,
    ]
    assert duties(order) == ["dispatch", "refund"]
    assert {"dispatch", "refund"} < set(offered(order))


def test_what_came_in_before_the_charge_and_is_more_is_owed_back(order_with, rules):
    paid = receive_payment(order_with("customer_cause"), yuan("500.00"), AT, "FP-1", rules, FINANCE).state

    order = raise_charge(paid, yuan("300.00"), "prepaid", rules, FINANCE).state

    assert (paid.owed_back, order.paid, order.owed_back) == (None, True, yuan("200.00"))
    assert duties(order) == ["dispatch", "refund"]


def test_what_came_in_before_a_fee_of_nothing_was_signed_is_owed_back(order_with, rules):
    paid = receive_payment(order_with("customer_cause"), yuan("500.00"), AT, "FP-1", rules, FINANCE).state

    order = with_fee(paid, "0.00", rules)

    assert (order.owed_back, duties(order)) == (yuan("500.00"), ["dispatch", "refund"])


def test_what_is_above_the_charge_goes_back_and_the_service_stays_paid(order_with, rules):
    paid = receive_payment(order_with("customer_cause"), yuan("500.00"), AT, "FP-1", rules, FINANCE).state
    owing = raise_charge(paid, yuan("300.00"), "prepaid", rules, FINANCE).state

    change = refund(owing, yuan("200.00"), AT, "TK-1", rules, FINANCE)

    order = change.state
    assert change.events[0] == CustomerOverpaymentRefunded.of(
        order.about_customer, amount=yuan("200.00"), refunded_at=AT, reference="TK-1", by="finance-01"
    )
    assert (order.paid, order.owed_back, order.to_come) == (True, None, yuan("0.00"))
    assert duties(order) == ["dispatch"]
    assert "refund" not in offered(order)


def test_a_fee_that_is_filled_in_anew_after_nothing_was_signed_is_paid_from_what_was_kept(order_with, rules):
    paid = receive_payment(order_with("customer_cause"), yuan("500.00"), AT, "FP-1", rules, FINANCE).state
    back = refund(with_fee(paid, "0.00", rules), yuan("500.00"), AT, "TK-1", rules, FINANCE).state

    order = raise_charge(with_fee(back, "300.00", rules), yuan("300.00"), "prepaid", rules, FINANCE).state

    assert (order.paid, order.to_come, order.owed_back, order.waits_for_money) == (False, yuan("300.00"), None, True)


def test_a_fee_that_is_filled_in_anew_ends_the_duty_to_pay_back_and_that_to_send_a_technician(order_with, rules):
    paid = receive_payment(order_with("customer_cause"), yuan("200.00"), AT, "FP-1", rules, FINANCE).state
    owing = with_fee(paid, "0.00", rules)

    order = with_fee(owing, "300.00", rules)

    assert (duties(owing), duties(order)) == (["dispatch", "refund"], [])
    assert (order.owed_back, order.waits_for_money) == (None, True)


def test_a_service_that_is_called_off_after_what_was_above_the_charge_went_back_owes_the_rest(order_with, rules):
    paid = receive_payment(order_with("customer_cause"), yuan("500.00"), AT, "FP-1", rules, FINANCE).state
    owing = raise_charge(paid, yuan("300.00"), "prepaid", rules, FINANCE).state
    back = refund(owing, yuan("200.00"), AT, "TK-1", rules, FINANCE).state

    change = call_off(back, WHY, "cs-07", rules, CS)

    assert (change.state.owed_back, duties(change.state)) == (yuan("300.00"), ["refund"])
    assert only(ServiceOrderCalledOff, change.events).paid == yuan("300.00")


async def test_what_finance_paid_back_above_the_charge_stands_in_the_months_money(ask, on, stores, order_with, rules):
    paid = receive_payment(order_with("customer_cause"), yuan("500.00"), AT, "FP-1", rules, FINANCE).state
    owing = raise_charge(paid, yuan("300.00"), "prepaid", rules, FINANCE).state
    back = refund(owing, yuan("200.00"), AT, "TK-1", rules, FINANCE)

    await deliver(on, back.events[0], at=AT)

    (entry,) = (await stores.settlements.get(Settlement.id_of("2026-11"))).money
    assert (entry.voucher_no, entry.refund.amount, entry.refund.reference) == (
        owing.voucher_no,
        yuan("200.00"),
        "TK-1",
    )


@pytest.fixture(scope="module")
def hearing_itself():
    own = nowhere(Settings)
    return World(service(own, in_memory("aftersales", own, at=AT)), hears_itself=True)


def facts(answer):
    assert answer.status_code == 200, answer.text
    _, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    return [tuple(row[:3]) for row in rows if row[1] in ("实收", "退款")]


async def withdrawn(world, order, by="cs-07"):
    """The voucher's request is withdrawn by this person, who has the role of a specialist and of finance."""
    both = Principal.staff(by, Role.CS_SPECIALIST, Role.FINANCE)
    return await world.ask(both, "POST", f"/service-requests/{order.request_id}/withdraw", {"reason": WHY})


async def money_of(world, month):
    return await world.ask(Role.FINANCE, "GET", f"/settlements/{month}/money.csv")


async def paid_voucher(world, request_with, order_with, rules, number, amount="300.00"):
    """A request with one voucher that the customer has paid."""
    stores = Stores.on(world.database)
    asked = request_with("customer_cause").but(id=UUID(int=5000 + number), register_no=f"R-{number}")
    order = order_with("customer_cause").but(id=UUID(int=6000 + number), voucher_no=f"FW-{number}", request_id=asked.id)
    await stores.service_requests.create(Change(asked), replace(CS, id=UUID(int=7000 + number)))
    paid = receive_payment(order, yuan(amount), world.now, None, rules, replace(CS, at=world.now)).state
    return await stores.service_orders.create(Change(paid), replace(CS, id=UUID(int=8000 + number)))


@pytest.mark.requirement("R126.a")
async def test_who_withdraws_the_request_does_not_pay_back_and_another_person_does(
    hearing_itself, request_with, order_with, rules
):
    world = hearing_itself
    world.forget()
    order = await paid_voucher(world, request_with, order_with, rules, 1)
    assert (await withdrawn(world, order)).status_code == 200
    body = {"amount": {"amount": "300.00"}, "reference": "TK-1"}
    path = f"/service-orders/{order.id}/refund"

    same = await world.ask(Principal.staff("cs-07", Role.CS_SPECIALIST, Role.FINANCE), "POST", path, body)
    other = await world.ask(Role.FINANCE, "POST", path, body)

    assert (same.status_code, same.json()["code"], other.status_code) == (409, "four_eyes", 200)
    assert facts(await money_of(world, "2026-11")) == [("FW-1", "实收", "300.00"), ("FW-1", "退款", "300.00")]
    assert only(ServiceOrderCalledOff, world.announced).paid == yuan("300.00")
    table = await world.ask(Role.FINANCE, "GET", "/settlements/2026-11/table.csv")
    shown = (await world.ask(Role.FINANCE, "GET", "/settlements/2026-11")).json()
    assert (len(table.text.splitlines()), shown["figures"]["orders"], len(shown["entries"])) == (1, 0, 2)


async def handed_over(world, month):
    shown = (await world.ask(Role.FINANCE, "GET", f"/settlements/{month}")).json()
    body = {"handover": shown["handover"]}
    return await world.ask(Role.CS_SPECIALIST, "POST", f"/settlements/{month}/settle", body)


@pytest.mark.requirement("R126.a")
async def test_a_refund_of_the_next_month_leaves_the_month_that_is_settled_as_it_is(
    hearing_itself, request_with, order_with, rules
):
    world = hearing_itself
    world.forget()
    order = await paid_voucher(world, request_with, order_with, rules, 1)
    await withdrawn(world, order)
    await world.until(AT + timedelta(hours=1))
    assert (await handed_over(world, "2026-11")).status_code == 200
    before = await money_of(world, "2026-11")
    await world.until(AT + 20 * DAY)

    body = {"amount": {"amount": "300.00"}}
    assert (await world.ask(Role.FINANCE, "POST", f"/service-orders/{order.id}/refund", body)).status_code == 200

    assert (await money_of(world, "2026-11")).content == before.content
    assert facts(before) == [("FW-1", "实收", "300.00")]
    assert facts(await money_of(world, "2026-12")) == [("FW-1", "退款", "300.00")]
    settled = only(MonthlyAftersalesSettled, world.announced)
    assert (settled.voucher_nos, settled.free_total, settled.paid_total) == (("FW-1",), yuan("0"), yuan("0"))


@pytest.mark.requirement("R126.a")
async def test_money_that_finance_reports_for_a_service_that_was_called_off_is_booked_in_its_month_and_paid_back(
    hearing_itself, request_with, order_with, rules
):
    world = hearing_itself
    world.forget()
    order = await paid_voucher(world, request_with, order_with, rules, 1)
    await withdrawn(world, order)
    await world.until(world.now + 20 * DAY)
    fact = ServiceChargeReceived(service_order_id=order.id, amount=yuan("20.00"), received_at=world.now)

    await world.hear(fact)
    await world.hear(fact)
    body = {"amount": {"amount": "340.00"}}
    assert (await world.ask(Role.FINANCE, "POST", f"/service-orders/{order.id}/refund", body)).status_code == 200

    month = f"{world.now:%Y-%m}"
    assert facts(await money_of(world, "2026-11")) == [("FW-1", "实收", "300.00")]
    assert facts(await money_of(world, month)) == [
        ("FW-1", "实收", "20.00"),
        ("FW-1", "实收", "20.00"),
        ("FW-1", "退款", "340.00"),
    ]
    view = (await world.ask("gm", "GET", f"/service-orders/{order.id}")).json()
    assert (view["owed_back"], view["refund"]["amount"]["amount"], view["further_refunds"]) == (None, "340.00", [])


async def test_what_came_in_later_is_not_counted_twice_where_the_calling_off_is_heard_after_it(
    on, stores, called_off, request_with, pay
):
    await stores.service_requests.create(Change(request_with()), CS)
    late = pay(called_off.state, "20.00")
    await stores.service_orders.create(Change(late.state), CS)

    for told in (only(CalledOffServicePaid, late.events), only(ServiceOrderCalledOff, called_off.events)):
        await deliver(on, told, at=AT)
        await deliver(on, told, at=AT)

    (month,) = (await stores.settlements.find({})).items
    assert [[(each.amount, each.late) for each in entry.payments] for entry in month.money] == [
        [(yuan("20.00"), True)],
        [(yuan("300.00"), False)],
    ]


async def test_what_went_back_is_told_by_the_event_also_where_the_voucher_has_lost_it(on, stores, called_off, rules):
    """A replica of the release before, which does not know the refund, may have written the voucher meanwhile."""
    await stores.service_orders.create(Change(called_off.state), CS)
    told = only(CustomerChargeRefunded, refund(called_off.state, yuan("300.00"), AT, "TK-1", rules, FINANCE).events)

    await deliver(on, told, at=AT, id=UUID(int=9))

    (month,) = (await stores.settlements.find({})).items
    back = Refund(amount=yuan("300.00"), at=AT, reference="TK-1", by="finance-01", entered_at=AT, id=UUID(int=9))
    assert month.entries == (Entry.of_money(told, (), back),)


def test_money_that_a_replica_of_the_release_before_has_rewritten_is_no_service(called_off, rules):
    about = called_off.state.about_customer
    money = Entry.of_money(about, called_off.state.payments, None)
    month = Settlement.at(AT, rules).but(entries=(money.but(payments=()),))

    assert (month.services, month.figures["orders"]) == ((), 0)


async def test_page_and_paper_count_services_and_name_money_for_services_that_were_called_off_besides(
    ask, stores, called_off, rules
):
    order = called_off.state
    month = Settlement.at(AT, rules).but(entries=(Entry.of_money(order.about_customer, order.payments, None),))
    await stores.settlements.create(Change(month), CS)

    page = (await ask("finance", "GET", f"/ui/settlements/{month.id}")).text
    paper = (await ask("finance", "GET", f"/ui/papers/settlements/{month.month}")).text

    assert re.findall(r'id="h-entries">(.*?)<', page) == ["凭证0张，未移交0张，另有取消、多付的收退款1笔"]
    assert re.findall(r"0张，其中.*?笔", paper) == ["0张，其中0张未移交；另有取消、多付的收退款1笔"] * 2


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "call off", "pay back", "hear", "settle", "wait"]),
        st.integers(min_value=0, max_value=2),
        st.integers(min_value=1, max_value=25),
    ),
    max_size=25,
)


class Books:
    """Vouchers that are paid, called off and paid back in any order, and the months into which that goes.

    What is announced is heard later, in any order.
    """

    def __init__(self, order, rules):
        self.database = InMemoryDatabase()
        self.stores = Stores.on(self.database)
        self.on = subscriptions(self.stores, rules)
        self.order = order
        self.rules = rules
        self.now = AT
        self.received: dict[UUID, Decimal] = {}
        self.returned = Decimal(0)
        self.unheard = []
        self.settled: dict[str, bytes] = {}

    def by(self, person):
        return replace(CS, id=uuid4(), at=self.now, actor=Actor(kind="staff", id=person, role="finance"))

    async def take(self, step, which, number):
        """One step, where the voucher allows it."""
        known = await self.voucher(which)
        if step == "wait":
            self.now += number * DAY
        elif step == "settle":
            await self.settle()
        elif step == "hear":
            await self.hear(number)
        elif step == "pay":
            self.received[known.id] = self.received.get(known.id, Decimal(0)) + yuan(f"{number}.10").amount
            await self.decide(known, lambda order, cause: self.pay(order, number, cause), "finance-02")
        elif step == "call off" and known.stage == "open":
            await self.decide(known, lambda order, cause: call_off(order, WHY, "cs-07", self.rules, cause), "cs-07")
        elif step == "pay back" and known.owed_back:
            back = yuan(str(known.owed_after_each_payment[-number % len(known.owed_after_each_payment)]))
            self.returned += back.amount
            await self.decide(
                known, lambda order, cause: refund(order, back, self.now, None, self.rules, cause), "finance-01"
            )

    async def voucher(self, which):
        """The voucher of this number, opened when it is asked for first."""
        id = UUID(int=6000 + which)
        if not (await self.stores.service_orders.find({"voucher_no": f"FW-{which}"})).items:
            await self.stores.service_orders.create(
                Change(self.order.but(id=id, voucher_no=f"FW-{which}")), self.by("cs-07")
            )
        return await self.stores.service_orders.get(id)

    def pay(self, order, number, cause):
        return receive_payment(order, yuan(f"{number}.10"), self.now, None, self.rules, cause)

    async def decide(self, voucher, decision, person):
        cause, before = self.by(person), len(self.database.published)
        await self.stores.service_orders.apply(voucher.id, lambda order: decision(order, cause), cause)
        self.unheard += [
            (event, self.now)
            for event in self.database.published[before:]
            if isinstance(event, ServiceOrderCalledOff | CustomerChargeRefunded | CalledOffServicePaid)
        ]

    async def hear(self, number):
        """What was announced is heard, beginning anywhere."""
        first = number % (len(self.unheard) or 1)
        for event, at in (*self.unheard[first:], *self.unheard[:first]):
            await deliver(self.on, event, at=at)
        self.unheard.clear()

    async def settle(self):
        """Every open month goes to finance."""
        for month in (await self.stores.settlements.find({"stage": "open"})).items:
            by = self.by("cs-07")
            await self.stores.settlements.apply(
                month.id, lambda open, by=by: settle(open, open.handover, self.rules, by), by
            )
        for month in (await self.stores.settlements.find({})).items:
            self.settled[month.month] = await self.table(month)

    async def table(self, month):
        return money_table(await accounts(month, self.stores), month.money, self.rules.calendar).csv()

    async def told_by_a_month(self):
        """Whether some month has not gone to finance, so that it tells what was entered since the last one did."""
        return any(each.handed_over_at is None for each in (await self.stores.settlements.find({})).items)

    async def check(self):
        """A month that went to finance is as it was then, and each voucher owes what came in and has not gone back.

        Once everything is heard and a month is there to tell it, the tables add up to what came in, less what went
        back.
        """
        total = Decimal(0)
        for month in (await self.stores.settlements.find({})).items:
            body = await self.table(month)
            _, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig")))
            total += sum((Decimal(row[2]) * (1 if row[1] == "实收" else -1) for row in rows), Decimal(0))
            if month.stage == "handed_over" and not month.open:
                assert body == self.settled[month.month]
        called_off = (await self.stores.service_orders.find({"stage": "called_off"})).items
        left = sum((self.received.get(order.id, Decimal(0)) for order in called_off), Decimal(0)) - self.returned
        assert sum((order.owed_back.amount for order in called_off if order.owed_back), Decimal(0)) == left
        assert all(bool(order.clock("refund")) == bool(order.owed_back) for order in called_off)
        if not self.unheard and await self.told_by_a_month():
            assert total == sum(self.received.values(), Decimal(0)) - self.returned


@pytest.mark.requirement("R126.a")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(steps=STEPS)
def test_in_whatever_order_payments_less_refunds_are_what_the_months_tables_add_up_to(
    order_with, request_with, rules, steps
):
    async def live():
        books = Books(order_with("customer_cause"), rules)
        await books.stores.service_requests.create(Change(request_with("customer_cause")), CS)
        for step, which, number in (*steps, ("hear", 0, 3)):
            await books.take(step, which, number)
            await books.check()

    asyncio.run(live())
