"""What cannot be true is refused over HTTP with the code that says what is wrong, and changes nothing."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from aftersales.domain.parts.supply import PartLine, Supply
from shared.aggregate import Change
from shared.contracts.event import Actor
from shared.contracts.intake import CustomerErased
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
FORM = {
    "customer": {
        "customer_id": str(UUID(int=1)),
        "name": "广州恒达装饰工程有限公司",
        "contact_name": "王建国",
        "mobile": "13800138000",
    },
    "address": "广州市天河区珠江东路 6 号 32 楼",
    "content": "门铰链松动",
    "contract_date": {"on": "2026-09-30"},
}
ORDERED = Supply(
    form_no="SH-1",
    lines=(PartLine(part_no="JL-80-02", quantity=2, used=1),),
    requested_by="assistant-01",
    requested_at=AT,
    ready_at=AT,
)


def visit(started_at, ended_at):
    return {"started_at": started_at, "ended_at": ended_at, "work": "更换铰链", "resolved": True}


def fee(order):
    """The fee as it stands."""
    return {"fee": str(order.cost.id)}


def work(order):
    """What was done as it stands."""
    return {"work": str(order.work)}


def window(begins, ends):
    return {"begins": begins, "ends": ends, "agreed_with": "王建国"}


REQUESTS = {
    "a contract of tomorrow": ({"contract_date": {"on": "2026-11-23"}}, 409, "date_in_future"),
    "a contract of next month": ({"contract_date": {"on": "2026-12-01", "precision": "month"}}, 409, "date_in_future"),
    "goods bought next year": ({"purchased_on": {"on": "2027-01-05"}}, 409, "date_in_future"),
    "a contract of 31 November": ({"contract_date": {"on": "2026-11-31"}}, 422, "invalid"),
    "a number of 31 November": ({"contract_no": "JG20261131-001"}, 409, "no_such_day"),
    "a number of 29 February in a common year": ({"contract_no": "HT-2025-02-29/3"}, 409, "no_such_day"),
    "a number of next year": ({"contract_no": "JG20270101-001"}, 409, "date_in_future"),
    "a number of another day": ({"contract_no": "JG20260929-017"}, 409, "contract_date_disagrees"),
    "a number of another month": ({"contract_no": "JG202608-017"}, 409, "contract_date_disagrees"),
    "a number of another year": (
        {"contract_no": "JG20250930-017", "contract_date": {"on": "2026-09-01", "precision": "month"}},
        409,
        "contract_date_disagrees",
    ),
    "a field that is on no form": ({"kontract_no": "JG20260930-017"}, 422, "invalid"),
}

ORDERS = {
    "a negative material cost": (
        "open",
        "cs_specialist",
        "record-cost",
        {"material": {"amount": "-0.01"}},
        422,
        "invalid",
    ),
    "an expense in dollars": (
        "signed_off",
        "installer",
        "claim-expense",
        {"amount": {"amount": "1", "currency": "USD"}, "reason": "停车费"},
        409,
        "other_currency",
    ),
    "travel in dollars": (
        "open",
        "installer",
        "request-remote",
        {"place": "湖南长沙", "estimated_travel": {"amount": "1", "currency": "USD"}},
        409,
        "other_currency",
    ),
    "a cost in dollars": (
        "open",
        "cs_specialist",
        "record-cost",
        {"labour": {"amount": "1", "currency": "USD"}},
        409,
        "other_currency",
    ),
    "a cost of a tenth of a cent": (
        "open",
        "cs_specialist",
        "record-cost",
        {"labour": {"amount": "0.001"}},
        422,
        "invalid",
    ),
    "a negative travel": (
        "open",
        "installer",
        "request-remote",
        {"place": "长沙", "estimated_travel": {"amount": "-1"}},
        422,
        "invalid",
    ),
    "a negative payment": ("open", "finance", "receive-payment", {"amount": {"amount": "-300"}}, 422, "invalid"),
    "a payment of tomorrow": (
        "open",
        "finance",
        "receive-payment",
        {"amount": {"amount": "300"}, "received_at": "2026-11-23T02:00:00Z"},
        409,
        "received_in_future",
    ),
    "an expense of nothing": (
        "signed_off",
        "installer",
        "claim-expense",
        {"amount": {"amount": "0"}, "reason": "停车"},
        422,
        "invalid",
    ),
    "a second signature of the head": ("open", "cs_director", "sign-fee", fee, 409, "already_signed"),
    "a second signature of the general manager": ("open", "gm", "sign-fee", fee, 409, "already_signed"),
    "a second signature of the executor": (
        "signed_off",
        "installer",
        "state-execution",
        {"opinion": "已更换", "head": "周班长"},
        409,
        "already_signed",
    ),
    "a second countersignature": ("signed_off", "cs_manager", "countersign", work, 409, "already_signed"),
    "a second signature of the customer": (
        "signed_off",
        "installer",
        "sign-off",
        {"signatory": "王建国", "signature": "s/2.png"},
        409,
        "illegal_transition",
    ),
    "a customer's signature of which there is no file": (
        "resolved",
        "installer",
        "sign-off",
        {"signatory": "王建国"},
        409,
        "signature_missing",
    ),
    "a visit that ends before it starts": (
        "dispatched",
        "installer",
        "complete-visit",
        visit("2026-11-22T02:00:00Z", "2026-11-22T01:59:59Z"),
        409,
        "visit_times",
    ),
    "a visit of which the offset turns the ends": (
        "dispatched",
        "installer",
        "complete-visit",
        visit("2026-11-22T09:00:00+08:00", "2026-11-22T09:30:00+09:00"),
        409,
        "visit_times",
    ),
    "a visit that is over as it begins": (
        "dispatched",
        "installer",
        "complete-visit",
        visit("2026-11-22T02:00:00Z", "2026-11-22T02:00:00Z"),
        409,
        "visit_times",
    ),
    "a visit of which the offset makes the ends one": (
        "dispatched",
        "installer",
        "complete-visit",
        visit("2026-11-22T09:30:00+08:00", "2026-11-22T01:30:00Z"),
        409,
        "visit_times",
    ),
    "a visit that begins on the evening before its dispatch": (
        "dispatched",
        "installer",
        "complete-visit",
        visit("2026-11-21T15:59:00Z", "2026-11-22T02:00:00Z"),
        409,
        "visit_before_dispatch",
    ),
    "a visit of the day before its dispatch": (
        "dispatched",
        "installer",
        "complete-visit",
        visit("2026-11-21T01:00:00Z", "2026-11-21T02:00:00Z"),
        409,
        "visit_before_dispatch",
    ),
    "a visit of tomorrow": (
        "dispatched",
        "installer",
        "complete-visit",
        visit("2026-11-22T01:00:00Z", "2026-11-23T01:00:00Z"),
        409,
        "visit_in_future",
    ),
    "a visit of the year before last": (
        "dispatched",
        "installer",
        "complete-visit",
        visit("2024-11-22T01:00:00Z", "2024-11-22T02:00:00Z"),
        409,
        "long_past",
    ),
    "a visit on 31 November": (
        "dispatched",
        "installer",
        "complete-visit",
        visit("2026-11-31T01:00:00Z", "2026-11-31T02:00:00Z"),
        422,
        "invalid",
    ),
    "an appointment of yesterday": (
        "open",
        "cs_specialist",
        "agree-appointment",
        window("2026-11-21T01:00:00Z", "2026-11-21T02:00:00Z"),
        409,
        "day_is_past",
    ),
    "an appointment with a mistyped year": (
        "open",
        "cs_specialist",
        "agree-appointment",
        window("2062-11-25T01:00:00Z", "2062-11-25T02:00:00Z"),
        409,
        "far_day",
    ),
    "an appointment that ends before it begins": (
        "open",
        "cs_specialist",
        "agree-appointment",
        window("2026-11-25T04:00:00Z", "2026-11-25T01:00:00Z"),
        409,
        "appointment_times",
    ),
    "an appointment over midnight": (
        "open",
        "cs_specialist",
        "agree-appointment",
        window("2026-11-25T15:00:00Z", "2026-11-25T17:00:00Z"),
        409,
        "appointment_times",
    ),
    "customer service writes the opinion": (
        "open",
        "cs_specialist",
        "record-opinion",
        {"opinion": "更换"},
        403,
        "forbidden",
    ),
    "engineering writes the opinion": (
        "open",
        "engineering_regional_head",
        "record-opinion",
        {"opinion": "更换"},
        403,
        "forbidden",
    ),
    "finance fills in the fee under warranty": (
        "open",
        "finance",
        "record-cost",
        {"labour": {"amount": "1"}},
        409,
        "not_authorised",
    ),
    "customer service signs the fee": ("open", "cs_specialist", "sign-fee", fee, 403, "forbidden"),
    "customer service writes the executor's block": (
        "resolved",
        "cs_specialist",
        "state-execution",
        {"opinion": "已更换", "head": "周班长"},
        403,
        "forbidden",
    ),
    "the executor writes the result": (
        "signed_off",
        "installer",
        "close",
        {"result": "客户确认正常"},
        403,
        "forbidden",
    ),
    "customer service orders the material": (
        "open",
        "cs_specialist",
        "request-parts",
        {"parts": [{"part_no": "JL-80-02", "quantity": 1}]},
        403,
        "forbidden",
    ),
    "a part that was never requested": (
        "dispatched",
        "installer",
        "use-part",
        {"part_no": "JL-80-03"},
        409,
        "part_not_requested",
    ),
    "the same part in other letters": (
        "dispatched",
        "installer",
        "use-part",
        {"part_no": "jl-80-02"},
        409,
        "part_not_requested",
    ),
    "more of a part than was requested": (
        "dispatched",
        "installer",
        "use-part",
        {"part_no": "JL-80-02", "quantity": 2},
        409,
        "too_many_parts",
    ),
    "less than one of a part": (
        "dispatched",
        "installer",
        "use-part",
        {"part_no": "JL-80-02", "quantity": 0},
        422,
        "invalid",
    ),
    "parts that lie ready and were not waited for": (
        "open",
        "warehouse",
        "ready-parts",
        None,
        409,
        "no_parts_requested",
    ),
    "parts that are promised for yesterday": (
        "open",
        "warehouse",
        "promise-parts",
        {"on": "2026-11-21"},
        409,
        "no_parts_requested",
    ),
    "a part that is named twice": (
        "open",
        "sales_assistant",
        "request-parts",
        {"parts": [{"part_no": "JL-80-02", "quantity": 1}, {"part_no": "JL-80-02", "quantity": 2}]},
        409,
        "part_twice",
    ),
    **{
        f"a negative {part}": ("open", "cs_specialist", "record-cost", {part: {"amount": "-1.00"}}, 422, "invalid")
        for part in ("transport", "labour", "travel")
    },
    "a charge of less than nothing": (
        "open",
        "finance",
        "raise-charge",
        {"amount": {"amount": "-300"}, "mode": "invoiced"},
        422,
        "invalid",
    ),
    "a charge of nothing": (
        "open",
        "finance",
        "raise-charge",
        {"amount": {"amount": "0"}, "mode": "invoiced"},
        422,
        "invalid",
    ),
    "a charge under warranty": (
        "open",
        "finance",
        "raise-charge",
        {"amount": {"amount": "300"}, "mode": "invoiced"},
        409,
        "free_of_charge",
    ),
    "a negative expense": (
        "signed_off",
        "installer",
        "claim-expense",
        {"amount": {"amount": "-5"}, "reason": "停车"},
        422,
        "invalid",
    ),
    "a handling period that ended yesterday": (
        "open",
        "operations_supervisor",
        "record-opinion",
        {"opinion": "更换", "handle_by": "2026-11-21"},
        409,
        "day_is_past",
    ),
    "a handling period with a mistyped year": (
        "open",
        "operations_supervisor",
        "record-opinion",
        {"opinion": "更换", "handle_by": "2062-11-25"},
        409,
        "far_day",
    ),
    "a handling period that ends on 31 November": (
        "open",
        "operations_supervisor",
        "record-opinion",
        {"opinion": "更换", "handle_by": "2026-11-31"},
        422,
        "invalid",
    ),
    "parts that are needed yesterday": (
        "open",
        "sales_assistant",
        "request-parts",
        {"parts": [{"part_no": "JL-80-02", "quantity": 1}], "needed_by": "2026-11-21"},
        409,
        "day_is_past",
    ),
    "parts that are needed in a mistyped year": (
        "open",
        "sales_assistant",
        "request-parts",
        {"parts": [{"part_no": "JL-80-02", "quantity": 1}], "needed_by": "2062-11-25"},
        409,
        "far_day",
    ),
    "parts that are promised for 31 November": (
        "open",
        "warehouse",
        "promise-parts",
        {"on": "2026-11-31"},
        422,
        "invalid",
    ),
    "a part of which none is requested": (
        "open",
        "sales_assistant",
        "request-parts",
        {"parts": [{"part_no": "JL-80-02", "quantity": 0}]},
        422,
        "invalid",
    ),
    "an appointment on 31 November": (
        "open",
        "cs_specialist",
        "agree-appointment",
        window("2026-11-31T01:00:00Z", "2026-11-31T02:00:00Z"),
        422,
        "invalid",
    ),
    "a visit without an offset": (
        "dispatched",
        "installer",
        "complete-visit",
        visit("2026-11-22T01:00:00", "2026-11-22T02:00:00"),
        422,
        "invalid",
    ),
    "the salesman writes the opinion": (
        "open",
        "account_manager",
        "record-opinion",
        {"opinion": "更换"},
        403,
        "forbidden",
    ),
    "the executor fills in the fee": (
        "open",
        "installer",
        "record-cost",
        {"labour": {"amount": "1"}},
        403,
        "forbidden",
    ),
    "operations writes the executor's block": (
        "resolved",
        "operations_supervisor",
        "state-execution",
        {"opinion": "已更换", "head": "周班长"},
        403,
        "forbidden",
    ),
    "finance writes the result": ("signed_off", "finance", "close", {"result": "客户确认正常"}, 403, "forbidden"),
    "the executor countersigns": ("resolved", "installer", "countersign", work, 403, "forbidden"),
    "the executor approves leaving town": (
        "open",
        "installer",
        "approve-remote",
        {"application": "00000000-0000-0000-0000-000000000007"},
        403,
        "forbidden",
    ),
}


@pytest.mark.parametrize(("said", "status", "code"), REQUESTS.values(), ids=REQUESTS)
async def test_a_request_that_cannot_be_true_is_refused_and_enters_no_register(said, status, code, ask):
    answer = await ask("cs_specialist", "POST", "/service-requests", FORM | said)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
    assert (await ask("cs_specialist", "GET", "/service-requests")).json()["items"] == []


@pytest.mark.requirement("R082.a")
@pytest.mark.parametrize(("stage", "role", "decision", "said", "status", "code"), ORDERS.values(), ids=ORDERS)
async def test_what_cannot_be_true_of_a_service_is_refused_and_leaves_it_as_it_was(
    stage, role, decision, said, status, code, ask, stores, in_every_stage
):
    order = in_every_stage[stage].but(supply=ORDERED)
    await stores.service_orders.create(Change(order), NOW)
    before = (await ask("gm", "GET", f"/service-orders/{order.id}")).json()

    answer = await ask(role, "POST", f"/service-orders/{order.id}/{decision}", said(order) if callable(said) else said)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
    assert (await ask("gm", "GET", f"/service-orders/{order.id}")).json() == before


async def test_nothing_is_entered_for_a_customer_who_was_erased(ask, world):
    other = FORM | {"customer": FORM["customer"] | {"customer_id": str(UUID(int=2))}, "address": None}
    kept = (await ask("cs_specialist", "POST", "/service-requests", other)).json()["request_id"]
    await world.hear(CustomerErased(customer_id=UUID(int=1), pseudonym="客户-00000000", legal_basis="个人信息保护法"))

    said = {"customer": FORM["customer"]}
    for path, body in (("/service-requests", FORM), (f"/service-requests/{kept}/complete", said)):
        answer = await ask("cs_specialist", "POST", path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "erased")
