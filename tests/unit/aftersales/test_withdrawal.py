"""A customer withdraws a request: duties and visits are over, those who prepare them and the customer hear it once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from aftersales.domain.decisions.closing import call_off
from aftersales.domain.decisions.money import receive_payment
from aftersales.domain.decisions.opening import open_requested
from aftersales.domain.decisions.request import withdraw
from aftersales.domain.decisions.supply import request_parts
from aftersales.domain.decisions.trip import agree_appointment
from aftersales.domain.decisions.visit import complete_visit
from aftersales.domain.parts.withdrawal import Withdrawal
from shared.aggregate import Change
from shared.contracts.aftersales import (
    DeadlineMetByAftersales,
    PartNeeded,
    ServiceOrderCalledOff,
    ServiceRequestWithdrawn,
    ServiceVisitCompleted,
)
from shared.contracts.event import Actor, Money
from shared.lifecycle import IllegalTransition
from shared.testing import cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CS = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
WHY = "客户已自行修好"


def facts(events, kind):
    return tuple(event for event in events if isinstance(event, kind))


def test_a_request_that_is_withdrawn_ends_its_duty_and_says_who_and_why(request_with, rules):
    asked = request_with()

    change = withdraw(asked, (), WHY, rules, CS)

    assert (change.state.stage, change.state.withdrawn) == ("withdrawn", Withdrawal(reason=WHY, by="cs-07", at=AT))
    assert change.state.running == ()
    assert facts(change.events, ServiceRequestWithdrawn) == (
        ServiceRequestWithdrawn.of(asked.about, customer=asked.form.customer, reason=WHY, by="cs-07"),
    )
    assert [met.outcome for met in facts(change.events, DeadlineMetByAftersales)] == ["no_longer_needed"]


def test_an_incomplete_request_may_be_withdrawn_and_a_withdrawn_one_takes_nothing_more(request_with, rules):
    over = withdraw(request_with(), (), WHY, rules, CS).state

    with pytest.raises(IllegalTransition, match="possible now: nothing any more"):
        withdraw(over, (), WHY, rules, CS)
    with pytest.raises(IllegalTransition, match="while the service request is withdrawn"):
        open_requested(UUID(int=61), over, "C", None, rules, CS)


def test_a_voucher_that_is_called_off_says_what_is_not_needed_and_what_is_to_be_paid_back(order_with, rules):
    paid = receive_payment(order_with("customer_cause"), Money(amount=Decimal("300.00")), AT, None, rules, CS).state
    waiting = request_parts(paid, (PartNeeded(part_no="JL-80-02", quantity=2),), None, rules, CS).state
    begins = AT + timedelta(days=1)
    agreed = agree_appointment(waiting, begins, begins + timedelta(hours=2), "王建国", rules, CS).state

    change = call_off(agreed, WHY, "cs-07", rules, CS)

    assert facts(change.events, ServiceOrderCalledOff) == (
        ServiceOrderCalledOff.of(
            agreed.about_customer,
            reason=WHY,
            appointment=begins.date(),
            parts_form_no=agreed.supply.form_no,
            paid=Money(amount=Decimal("300.00")),
        ),
    )
    over = change.state
    running = tuple(run.clock.name for run in over.running)
    assert (over.stage, over.appointment, running, over.missing_blocks, over.waits_for) == (
        "called_off",
        None,
        ("refund",),
        (),
        ("finance",),
    )


def test_the_technician_who_was_sent_is_named(in_every_stage, rules):
    change = call_off(in_every_stage["dispatched"], WHY, "cs-07", rules, CS)

    assert [told.technician for told in facts(change.events, ServiceOrderCalledOff)] == ["tech-05"]


@pytest.fixture
async def kept(stores, request_with, in_every_stage):
    """A request with a voucher in the stage that is asked for."""

    async def keep(stage):
        await stores.service_requests.create(Change(request_with()), CS)
        return await stores.service_orders.create(Change(in_every_stage[stage]), CS)

    return keep


async def withdrawn(ask, order):
    return await ask("cs_specialist", "POST", f"/service-requests/{order.request_id}/withdraw", {"reason": WHY})


@pytest.mark.parametrize("stage", ["open", "dispatched"])
async def test_what_a_customer_withdraws_is_called_off_and_stands_in_no_list_of_work(
    stage, ask, on, stores, database, kept
):
    order = await kept(stage)

    answer = await withdrawn(ask, order)
    told = facts(database.published, ServiceRequestWithdrawn)
    await deliver(on, told[0], at=AT)

    assert (answer.json()["stage"], answer.json()["possible"], len(told)) == ("withdrawn", [], 1)
    assert (await stores.service_orders.get(order.id)).stage == "called_off"
    found = [
        (await ask("cs_manager", "GET", path)).json()["items"]
        for path in (
            "/technicians/tech-05/visits",
            "/service-orders?waiting_for=operations_supervisor",
            "/service-orders?missing_block=result",
            "/settlements/unfinished",
        )
    ]
    assert found == [[], [], [], []]
    again = await deliver(on, told[0], at=AT)
    assert facts(again, ServiceOrderCalledOff) == ()


@pytest.mark.parametrize("stage", ["resolved", "signed_off", "closed"])
async def test_what_a_technician_has_resolved_is_not_withdrawn(stage, ask, kept, database):
    order = await kept(stage)
    before = len(database.published)

    answer = await withdrawn(ask, order)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_served")
    assert order.voucher_no in answer.json()["detail"]
    assert len(database.published) == before


async def test_the_register_offers_no_withdrawal_of_what_a_technician_has_resolved(
    ask, on, stores, rules, request_with, opening, in_every_stage
):
    order = in_every_stage["dispatched"]
    await stores.service_requests.create(Change(request_with()), CS)
    await stores.service_orders.create(Change(order), CS)
    await deliver(on, opening(order), at=AT)

    async def offered():
        answer = await ask("cs_specialist", "GET", f"/service-requests/{order.request_id}")
        return "withdraw" in [each["decision"] for each in answer.json()["possible"]]

    for resolved, still in ((False, True), (True, False)):
        visited = complete_visit(order, AT - timedelta(hours=1), AT, "更换铰链", resolved, rules, CS)
        await deliver(on, facts(visited.events, ServiceVisitCompleted)[0], at=AT)
        assert await offered() is still

    (voucher,) = (await stores.service_requests.get(order.request_id)).vouchers
    assert (voucher.serviced_at, voucher.closed_at) == (AT, None)


async def test_a_voucher_that_was_opened_meanwhile_is_called_off_by_the_person_who_withdrew_the_request(
    on, stores, rules, request_with, opening, in_every_stage
):
    order = in_every_stage["open"]
    await stores.service_requests.create(Change(withdraw(request_with(), (), WHY, rules, CS).state), CS)
    await stores.service_orders.create(Change(order), CS)

    await deliver(on, opening(order), at=AT, actor=Actor(kind="staff", id="cs-08", role="cs_specialist"))

    over = await stores.service_orders.get(order.id)
    assert (over.stage, over.withdrawn) == ("called_off", Withdrawal(reason=WHY, by="cs-07", at=AT))
    request = await stores.service_requests.get(order.request_id)
    assert [entry.voucher_no for entry in request.vouchers] == [order.voucher_no]
