"""Whose turn it is: a voucher waits for the role that takes its next step, and lists find it by that and by block."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from aftersales.domain.decisions.opening import open_internal
from aftersales.domain.decisions.supply import promise_parts, ready_parts, request_parts
from aftersales.domain.decisions.trip import request_remote
from aftersales.domain.parts.entry import VoucherEntry
from aftersales.domain.parts.trip import Appointment
from aftersales.domain.parts.withdrawal import Withdrawal
from shared.aggregate import Change
from shared.contracts.aftersales import PartNeeded
from shared.contracts.event import Actor, Money
from shared.contracts.roles import HANDLERS, Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))


def test_a_voucher_waits_for_each_role_in_the_order_of_the_form(in_every_stage):
    opened = in_every_stage["open"]
    turns = [
        opened.but(opinion=None, cost=None),
        opened.but(cost=None),
        opened,
        in_every_stage["dispatched"],
        in_every_stage["resolved"],
        in_every_stage["signed_off"].but(execution=None, countersignature=None),
        in_every_stage["signed_off"].but(countersignature=None),
        in_every_stage["signed_off"],
        in_every_stage["closed"],
    ]

    assert [order.next_step for order in turns] == [
        "record_opinion",
        "record_cost",
        "dispatch",
        "complete_visit",
        "sign_off",
        "state_execution",
        "countersign",
        "close",
        None,
    ]
    assert turns[0].waits_for == (Role.OPERATIONS_SUPERVISOR,)
    assert turns[1].waits_for == HANDLERS
    assert turns[-1].waits_for == ()


def test_beyond_the_warranty_the_fee_waits_for_finance_then_for_its_signatures_then_for_the_money(order_with):
    order = order_with("customer_cause", "out_of_warranty")
    head, gm = order.fee_signatures

    assert order.but(cost=None, fee_signatures=()).waits_for == (Role.FINANCE,)
    assert order.but(fee_signatures=()).waits_for == (Role.CS_MANAGER, Role.CS_DIRECTOR, Role.GM)
    assert order.but(fee_signatures=(head,)).waits_for == (Role.GM,)
    assert order.but(fee_signatures=(gm,)).waits_for == (Role.CS_MANAGER, Role.CS_DIRECTOR)
    assert order.next_step == "raise_charge"


def test_parts_and_a_trip_out_of_town_are_waited_for_before_the_dispatch(order_with, rules):
    order = order_with()
    asked = request_parts(order, (PartNeeded(part_no="JL-80-02", quantity=2),), None, rules, NOW).state
    promised = promise_parts(asked, date(2026, 11, 25), rules, NOW).state
    remote = request_remote(ready_parts(promised, rules, NOW).state, "湖南长沙", Money(amount=800), NOW).state

    assert [each.next_step for each in (asked, promised, remote)] == ["ready_parts", "ready_parts", "approve_remote"]


def test_internal_work_waits_for_customer_service_to_close_it(rules):
    internal = open_internal(UUID(int=61), "宣传资料入库", (), rules, NOW).state

    assert (internal.next_step, internal.waits_for) == ("close", HANDLERS)


async def test_lists_find_vouchers_by_missing_block_and_by_whose_turn_it_is(ask, stores, in_every_stage, rules):
    bare = in_every_stage["open"].but(id=UUID(int=71), voucher_no="FW-1", opinion=None, cost=None)
    day = Appointment(day=date(2026, 11, 25), begins=AT, ends=AT, agreed_with="王建国", by="cs-07")
    sent = in_every_stage["dispatched"].but(
        id=UUID(int=72), voucher_no="FW-2", complaint_id=UUID(int=9), appointment=day
    )
    internal = open_internal(UUID(int=73), "宣传资料入库", (), rules, NOW)
    for order in (Change(bare), Change(sent), Change(in_every_stage["closed"].but(voucher_no="FW-3")), internal):
        await stores.service_orders.create(order, NOW)

    async def found(query):
        answer = await ask("cs_manager", "GET", f"/service-orders?{query}")
        return [each["service_order_id"] for each in answer.json()["items"]]

    assert await found("missing_block=opinion") == [str(bare.id)]
    assert await found("missing_block=fee") == [str(bare.id)]
    assert await found("missing_block=execution") == [str(bare.id), str(sent.id)]
    assert await found("missing_block=execution&stage=dispatched") == [str(sent.id)]
    assert await found("missing_block=result&type=D") == []
    assert await found("waiting_for=operations_supervisor&stage=open") == [str(bare.id)]
    assert await found("waiting_for=installer") == [str(sent.id)]
    assert await found("day=2026-11-25") == await found("day=2026-11-25&stage=dispatched") == [str(sent.id)]
    assert await found("day=2026-11-26") == []
    assert await found(f"complaint_id={UUID(int=9)}") == [str(sent.id)]
    assert await found("technician=tech-05&stage=dispatched") == [str(sent.id)]
    assert await found(f"customer_id={bare.customer.customer_id}&stage=open&type=C") == [str(bare.id)]
    assert await found("type=D") == [str(internal.state.id)]


@pytest.mark.requirement("R128.c")
async def test_a_voucher_and_its_announcement_carry_the_company_s_label_of_its_type(ask, order_with, stores):
    await stores.service_orders.create(Change(order_with()), NOW)

    (row,) = (await ask("cs_manager", "GET", "/service-orders")).json()["items"]

    assert (row["type"], row["type_label"]) == ("C", "免费服务")


def test_a_request_without_a_voucher_waits_for_who_has_the_next_decision(request_with):
    asked = request_with(verdict="uncertain")
    policy = asked.authority
    opened = VoucherEntry(service_order_id=UUID(int=60), voucher_no="FW-1", opened_at=AT)
    over = opened.but(withdrawn=Withdrawal(reason="重复开单", by="cs-07", at=AT))

    assert asked.but(fault="unknown").waits_for == policy.determine_fault
    assert asked.waits_for == policy.override_warranty
    assert asked.but(fault="customer_cause").waits_for == (Role.CS_SPECIALIST,)
    assert request_with().waits_for == (Role.CS_SPECIALIST,)
    assert asked.but(vouchers=(opened,)).waits_for == ()
    assert asked.but(vouchers=(over,)).waits_for == policy.override_warranty


async def test_where_the_warranty_is_uncertain_register_view_and_pages_name_who_decides_it(ask, stores, request_with):
    asked = request_with(verdict="uncertain")
    await stores.service_requests.create(Change(asked), NOW)
    deciders = [str(role) for role in asked.authority.override_warranty]

    view = (await ask("gm", "GET", f"/service-requests/{asked.id}")).json()
    (row,) = (await ask("gm", "GET", "/service-requests")).json()["items"]
    pages = [(await ask("gm", "GET", f"/ui/service-requests{path}")).text for path in ("", f"/{asked.id}")]

    assert (view["waits_for"], row["waits_for"]) == (deciders, deciders)
    assert [Role.OPERATIONS_SUPERVISOR.chinese in page for page in pages] == [True, True]
    assert "不确定，由运作主管" in pages[1]
