"""Every stage, decision and role of a service order and of a request, generated from their tables, over HTTP."""

from datetime import UTC, datetime
from functools import partial
from itertools import product
from typing import get_args
from uuid import UUID

import pytest
from each_role import by_outcome, door, outcome

from aftersales.domain.decisions.opening import open_internal
from aftersales.domain.lifecycle import INTERNAL, LIFECYCLE, REQUEST, ServiceOrderDecision
from shared.aggregate import Change
from shared.contracts.event import Actor
from shared.contracts.roles import HANDLERS, Role
from shared.testing import cause, standing_in

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
YUAN = {"amount": "300.00"}
BODIES = {
    "record_opinion": {"opinion": "更换铰链"},
    "request_parts": {"parts": [{"part_no": "JL-80-02", "quantity": 2}]},
    "promise_parts": {"on": "2026-11-25"},
    "ready_parts": None,
    "use_part": {"part_no": "JL-80-02", "quantity": 1},
    "agree_appointment": {"begins": "2026-11-25T01:00:00Z", "ends": "2026-11-25T04:00:00Z", "agreed_with": "王建国"},
    "request_remote": {"place": "湖南长沙", "estimated_travel": YUAN},
    "approve_remote": {"application": str(UUID(int=7))},
    "dispatch": {"technician": "tech-05"},
    "complete_visit": {
        "started_at": "2026-11-22T01:00:00Z",
        "ended_at": "2026-11-22T02:00:00Z",
        "work": "更换两副铰链",
        "resolved": True,
    },
    "sign_off": {"signatory": "王建国", "signature": "signatures/1.png"},
    "state_execution": {"opinion": "已更换", "head": "周班长"},
    "countersign": {"work": str(UUID(int=7))},
    "close": {"result": "客户确认正常"},
    "call_off": {"reason": "客户已自行修好"},
    "claim_expense": {"amount": YUAN, "reason": "停车费"},
    "record_cost": {"labour": YUAN},
    "sign_fee": {"fee": str(UUID(int=7))},
    "raise_charge": {"amount": YUAN, "mode": "on_spot"},
    "receive_payment": {"amount": YUAN},
    "refund": {"amount": YUAN},
}
"""What each decision is asked with; `carry_over` is decided by time alone."""


def in_the_way(answer):
    """Whether the role, the stage or neither stood in the way."""
    if answer.status_code == 403 and answer.json()["code"] == "forbidden":
        return "role"
    return "stage" if answer.status_code == 409 and answer.json()["code"] == "illegal_transition" else "neither"


def test_every_decision_of_a_member_of_staff_has_its_route():
    assert set(BODIES) == set(get_args(ServiceOrderDecision)) - {"carry_over"}


@pytest.mark.requirement("R082.a")
@pytest.mark.parametrize(("stage", "decision"), list(product(LIFECYCLE.stages, BODIES)))
async def test_a_decision_about_a_service_order_is_made_in_its_stages_by_its_roles(
    stage, decision, ask, stores, in_every_stage, rules
):
    expected, found = {}, {}
    for number, role in enumerate(Role):
        order = in_every_stage[stage].but(id=UUID(int=1000 + number), voucher_no=f"FW-20261122-{number:06}")
        await stores.service_orders.create(Change(order), NOW)
        path = f"/service-orders/{order.id}/{decision.replace('_', '-')}"
        found[role] = in_the_way(await ask(role, "POST", path, BODIES[decision]))
        allowed = role in (rules.on(AT).authority.roles(decision) or LIFECYCLE.roles(decision))
        expected[role] = "role" if not allowed else "neither" if LIFECYCLE.allows(stage, decision) else "stage"

    assert found == expected


FILLS_IN_THE_COST = {"in_warranty": set(HANDLERS), "out_of_warranty": {Role.FINANCE}}
"""The others who are let in to it hear that the cost is not theirs to fill in (001 售后四c)."""


@pytest.mark.requirement("R082.a")
@pytest.mark.parametrize(("stage", "verdict"), list(product(LIFECYCLE.stages, FILLS_IN_THE_COST)))
def test_every_decision_in_every_stage_is_made_by_its_roles_and_refused_to_all_others(
    stage, verdict, world, in_every_stage, decide_as, rules
):
    order = in_every_stage[stage].but(verdict=verdict)

    def expected(decision, role):
        if role not in (rules.on(AT).authority.roles(decision) or LIFECYCLE.roles(decision)):
            return "forbidden"
        if (move := LIFECYCLE.move(stage, decision)) is None:
            return "illegal_transition"
        if decision == "record_cost" and role not in FILLS_IN_THE_COST[verdict]:
            return "not_authorised"
        return next(iter(move.to), stage)

    def found(decision):
        let_in = door(world, "/service-orders/{service_order_id}", decision)
        return by_outcome(lambda role: outcome(let_in, role, AT, lambda by: decide_as(by)[decision](order).state))

    def said(decision):
        return by_outcome(partial(expected, decision))

    assert {each: found(each) for each in BODIES} == {each: said(each) for each in BODIES}


@pytest.mark.parametrize("stage", REQUEST.stages)
@pytest.mark.parametrize(
    ("decision", "body"),
    [
        ("complete", {"contract_no": "JG20260930-017"}),
        ("determine_fault", {"fault": "wear"}),
        ("withdraw", {"reason": "客户已自行修好"}),
    ],
)
async def test_a_decision_about_a_request_is_made_by_its_roles(stage, decision, body, ask, stores, request_with, rules):
    asked = request_with()
    incomplete = standing_in(asked.but(form=asked.form.but(address=None)), "incomplete")
    allowed = set()
    for number, role in enumerate(Role):
        there = incomplete if stage == "incomplete" else standing_in(asked, stage)
        one = there.but(id=UUID(int=2000 + number), register_no=f"{number}")
        await stores.service_requests.create(Change(one), NOW)
        path = f"/service-requests/{one.id}/{decision.replace('_', '-')}"
        if in_the_way(await ask(role, "POST", path, body)) != "role":
            allowed.add(role)

    assert allowed == set(rules.on(AT).authority.roles(decision) or REQUEST.roles(decision))


@pytest.mark.requirement("R136.a")
@pytest.mark.parametrize(("stage", "decision"), list(product(("open", "closed"), BODIES)))
async def test_internal_work_takes_its_own_decisions_alone_in_its_stages_by_its_roles(
    stage, decision, ask, stores, rules
):
    internal = standing_in(open_internal(UUID(int=61), "宣传资料入库", (), rules, NOW).state, stage)
    expected, found = {}, {}
    for number, role in enumerate(Role):
        order = internal.but(id=UUID(int=3000 + number), voucher_no=f"FW-20261122-{number:06}")
        await stores.service_orders.create(Change(order), NOW)
        path = f"/service-orders/{order.id}/{decision.replace('_', '-')}"
        found[role] = in_the_way(await ask(role, "POST", path, BODIES[decision]))
        allowed = role in (rules.on(AT).authority.roles(decision) or LIFECYCLE.roles(decision))
        expected[role] = "role" if not allowed else "neither" if INTERNAL.allows(stage, decision) else "stage"

    assert found == expected


@pytest.mark.requirement("R084.b")
@pytest.mark.parametrize(("stage", "code"), [("registered", None), ("incomplete", "incomplete_form")])
async def test_a_voucher_is_opened_for_a_registered_request_by_its_roles(stage, code, ask, stores, request_with):
    asked = standing_in(request_with(), stage)
    expected, found = {}, {}
    for number, role in enumerate(Role):
        one = asked.but(id=UUID(int=4000 + number), register_no=f"{number}")
        await stores.service_requests.create(Change(one), NOW)
        answer = await ask(role, "POST", "/service-orders", {"request_id": str(one.id), "type": "C"})
        found[role] = answer.json().get("code")
        expected[role] = code if role in REQUEST.roles("open_service_order") else "forbidden"

    assert found == expected
