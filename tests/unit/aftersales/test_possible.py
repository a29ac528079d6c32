"""What is shown as possible to a role is what the decision takes from that role, in views and in lists."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest

from aftersales.domain.decisions.closing import call_off_alone, close
from aftersales.domain.decisions.dispatch import dispatch
from aftersales.domain.decisions.form import countersign, record_opinion, state_execution
from aftersales.domain.decisions.money import raise_charge, receive_payment, record_cost, refund, sign_fee
from aftersales.domain.decisions.supply import claim_expense, promise_parts, ready_parts, request_parts, use_part
from aftersales.domain.decisions.trip import agree_appointment, approve_remote, request_remote
from aftersales.domain.decisions.visit import complete_visit, sign_off
from aftersales.domain.lifecycle import INTERNAL, LIFECYCLE
from aftersales.domain.parts.blocks import FeeSignature, Signature
from aftersales.domain.parts.money import Charge, Payment
from aftersales.domain.parts.supply import PartLine, Supply
from aftersales.domain.parts.trip import Remote
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from shared.aggregate import Cause, Change, Refused
from shared.contracts.aftersales import PartNeeded
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOTHING = Money(amount=Decimal("0.00"))
YUAN = Money(amount=Decimal("1.00"))
SIGNED = tuple(FeeSignature(capacity=each, by="x", at=AT) for each in ("department_head", "general_manager"))

ASKED = Remote(id=UUID(int=8), place="湖南长沙", estimated_travel=NOTHING, by="tech-05", at=AT)
APPROVED = Signature(by="cs_manager-1", at=AT)
CHARGED = Charge(amount=NOTHING, mode="invoiced")
PARTS = (PartNeeded(part_no="JL-80-02", quantity=2),)
AWAITED = Supply(
    form_no="SH-1",
    lines=(PartLine(part_no="JL-80-02", quantity=2),),
    requested_by="assistant-01",
    requested_at=AT,
)
CS, FINANCE = (cause(AT, actor=Actor(kind="staff", id=f"{role}-1", role=role)) for role in ("cs_specialist", "finance"))


def apply(order: ServiceOrder, rules: Rules) -> Change[ServiceOrder]:
    return request_remote(order, "湖南长沙", NOTHING, CS)


def fill_in(order: ServiceOrder, rules: Rules) -> Change[ServiceOrder]:
    return record_cost(order, NOTHING, NOTHING, NOTHING, NOTHING, rules, CS)


def raise_it(order: ServiceOrder, rules: Rules) -> Change[ServiceOrder]:
    total = order.cost.total if order.cost else NOTHING
    return raise_charge(order, total, "invoiced", rules, FINANCE)


def order_parts(order: ServiceOrder, rules: Rules) -> Change[ServiceOrder]:
    return request_parts(order, PARTS, None, rules, CS)


def takers(decision, order: ServiceOrder, rules: Rules) -> set[Role]:
    """The roles from which the decision is taken, each by a person who had no hand in the matter."""
    found: set[Role] = set()
    codes: set[str] = set()
    for role in Role:
        by = cause(AT, actor=Actor(kind="staff", id=f"{role}-99", role=role))
        try:
            if decision == "record_cost":
                record_cost(order, NOTHING, NOTHING, NOTHING, NOTHING, rules, by)
            else:
                sign_fee(order, order.cost.id, rules, by)
        except Refused as refused:
            codes.add(refused.code)
        else:
            found.add(role)
    assert codes <= {"illegal_transition", "not_authorised", "already_signed"}
    return found


def shown(possible, decision) -> set[Role]:
    return {Role(role) for each in possible if each["decision"] == decision for role in each["roles"]}


@pytest.mark.parametrize(
    ("stage", "verdict", "type", "signatures"),
    [
        *product(LIFECYCLE.stages, ("in_warranty", "out_of_warranty", "uncertain"), ("C",), ((), SIGNED[:1], SIGNED)),
        *product(INTERNAL.stages, ("uncertain",), ("D",), ((),)),
    ],
)
async def test_a_fee_is_offered_to_those_who_may_fill_it_in_and_sign_it(
    stage, verdict, type, signatures, ask, stores, in_every_stage, rules
):
    order = in_every_stage[stage].but(verdict=verdict, type=type, fee_signatures=signatures, charge=None)
    await stores.service_orders.create(Change(order), cause(AT))

    view = (await ask("gm", "GET", f"/service-orders/{order.id}")).json()["possible"]
    (row,) = (await ask("gm", "GET", f"/service-orders?stage={stage}")).json()["items"]

    for decision in ("record_cost", "sign_fee"):
        assert shown(view, decision) == shown(row["possible"], decision) == takers(decision, order, rules)


def _charge(order: ServiceOrder, rules: Rules, by: Cause) -> Change[ServiceOrder]:
    mode = "prepaid" if order.charge_policy == "pay_first" else "on_spot"
    return raise_charge(order, order.cost.total if order.cost else NOTHING, mode, rules, by)


def _use(order: ServiceOrder, rules: Rules, by: Cause) -> Change[ServiceOrder]:
    lines = order.supply.lines if order.supply else ()
    left = next((each for each in lines if each.used < each.quantity), None)
    return use_part(order, left.part_no if left else "JL-80-02", 1, by)


TRIED: dict[str, Callable[[ServiceOrder, Rules, Cause], object]] = {
    "record_opinion": lambda order, rules, by: record_opinion(order, "更换铰链", "plan", None, (), (), rules, by),
    "request_parts": lambda order, rules, by: request_parts(order, PARTS, None, rules, by),
    "promise_parts": lambda order, rules, by: promise_parts(order, date(2026, 11, 25), rules, by),
    "ready_parts": ready_parts,
    "use_part": _use,
    "agree_appointment": lambda order, rules, by: agree_appointment(order, AT + HOUR, AT + 2 * HOUR, "王", rules, by),
    "request_remote": lambda order, rules, by: request_remote(order, "湖南长沙", NOTHING, by),
    "approve_remote": lambda order, rules, by: approve_remote(order, order.remote.id if order.remote else by.id, by),
    "call_off": lambda order, rules, by: call_off_alone(order, "同一故障已另开凭证", rules, by),
    "dispatch": lambda order, rules, by: dispatch(order, "tech-05", "李师傅", "加急", rules, by),
    "complete_visit": lambda order, rules, by: complete_visit(order, AT - HOUR, AT, "已更换", True, rules, by),
    "sign_off": lambda order, rules, by: sign_off(order, "王建国", "signatures/1.png", None, (), None, by),
    "state_execution": lambda order, rules, by: state_execution(order, "已更换", "周班长", None, by),
    "countersign": lambda order, rules, by: countersign(order, order.work, by),
    "close": lambda order, rules, by: close(order, "已处理", None, by),
    "claim_expense": lambda order, rules, by: claim_expense(order, YUAN, "停车费", by),
    "record_cost": lambda order, rules, by: record_cost(order, NOTHING, NOTHING, NOTHING, NOTHING, rules, by),
    "sign_fee": lambda order, rules, by: sign_fee(order, order.cost.id if order.cost else by.id, rules, by),
    "raise_charge": _charge,
    "receive_payment": lambda order, rules, by: receive_payment(order, YUAN, AT, "FP-1", rules, by),
    "refund": lambda order, rules, by: refund(order, order.owed_back or YUAN, AT, "TK-1", rules, by),
}
"""Every decision that people make, with what fits the service as it stands."""

UNWRITTEN = {"opinion": None, "cost": None, "fee_signatures": (), "execution": None, "countersignature": None}
STATES: dict[str, dict[str, object]] = {
    "as it stands": {},
    "nothing is written": UNWRITTEN,
    "the fee alone is missing": {"cost": None},
    "it is to be paid": {"charge_policy": "normal_rate", "fee_signatures": SIGNED},
    "it is to be paid and not signed": {"charge_policy": "normal_rate", "fee_signatures": ()},
    "it is charged": {"charge_policy": "normal_rate", "charge": CHARGED, "fee_signatures": SIGNED},
    "it is to be paid before": {"charge_policy": "pay_first", "fee_signatures": SIGNED},
    "it was paid before": {"charge_policy": "pay_first", "charge": CHARGED, "fee_signatures": SIGNED},
    "it was paid": {"charge_policy": "normal_rate", "payments": (Payment(amount=YUAN, at=AT),)},
    "parts are awaited": {"supply": AWAITED},
    "parts lie ready": {"supply": AWAITED.but(ready_at=AT)},
    "parts are used up": {"supply": AWAITED.but(lines=(AWAITED.lines[0].but(used=2),), ready_at=AT)},
    "it is out of town": {"out_of_town": True},
    "a trip was asked for": {"out_of_town": True, "remote": ASKED},
    "a trip was approved": {"out_of_town": True, "remote": ASKED.but(approval=APPROVED)},
    "all is written but the manager's word": {"countersignature": None},
    "the executor has written nothing": {"execution": None, "countersignature": None},
}


def test_every_decision_that_people_make_is_tried():
    made = {name for name, rows in LIFECYCLE.moves.items() if any(move.by or move.by_policy for move in rows)}
    assert TRIED.keys() == made


@pytest.mark.parametrize(
    ("stage", "state"),
    [
        *product(LIFECYCLE.stages, STATES.values()),
        *product(INTERNAL.stages, ({**UNWRITTEN, "type": "D"}, {"type": "D"})),
    ],
)
def test_what_is_offered_is_taken_and_what_is_not_offered_is_refused(stage, state, in_every_stage, rules):
    order = in_every_stage[stage].but(**state)
    offered = {each.decision: each.roles for each in order.possible}
    wrong = []
    for decision, decide in TRIED.items():
        for role in offered.get(decision) or order.authority.roles(decision) or LIFECYCLE.roles(decision):
            by = cause(AT, actor=Actor(kind="staff", id=f"{role}-99", role=role))
            refused = outcome(lambda now, decide=decide, by=by: decide(now, rules, by), order)
            if (refused is None) is not (decision in offered):
                wrong.append((decision, role, refused))
    assert wrong == []


def outcome(decide: Callable[[ServiceOrder], object], order: ServiceOrder) -> str | None:
    """Why the decision is refused; nothing when it is taken."""
    try:
        decide(order)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("decision", "decide", "changed", "refused"),
    [
        ("request_remote", apply, {}, None),
        ("request_remote", apply, {"remote": ASKED}, None),
        ("request_remote", apply, {"remote": ASKED.but(approval=APPROVED)}, "already_approved"),
        ("record_cost", fill_in, {}, None),
        ("record_cost", fill_in, {"cost": None}, None),
        ("record_cost", fill_in, {"charge": CHARGED}, "already_charged"),
        ("raise_charge", raise_it, {}, None),
        ("raise_charge", raise_it, {"charge": CHARGED}, "already_charged"),
        ("raise_charge", raise_it, {"cost": None}, "fee_missing"),
        ("raise_charge", raise_it, {"fee_signatures": SIGNED[:1]}, "fee_unsigned"),
        ("request_parts", order_parts, {}, None),
        ("request_parts", order_parts, {"cost": None}, "fee_missing"),
        ("request_parts", order_parts, {"supply": AWAITED}, "parts_requested"),
    ],
)
async def test_what_the_parts_the_trip_the_fee_or_its_charge_forbid_is_not_offered(
    decision, decide, changed, refused, ask, stores, order_with, rules
):
    chargeable = {"charge_policy": "normal_rate", "fee_signatures": SIGNED}
    order = order_with().but(**{**chargeable, **changed})
    await stores.service_orders.create(Change(order), cause(AT))

    view = (await ask("gm", "GET", f"/service-orders/{order.id}")).json()["possible"]
    (row,) = (await ask("gm", "GET", "/service-orders")).json()["items"]

    assert outcome(lambda now: decide(now, rules), order) == refused
    assert view == row["possible"]
    assert (decision in {each["decision"] for each in view}) == (refused is None)


async def test_each_list_of_vouchers_offers_what_the_voucher_offers(ask, stores, in_every_stage):
    sent, resolved = in_every_stage["dispatched"], in_every_stage["resolved"]
    await stores.service_orders.create(Change(sent), cause(AT))
    await stores.service_orders.create(Change(resolved.but(id=UUID(int=61), voucher_no="FW-2")), cause(AT))

    (stop,) = (await ask("installer", "GET", "/technicians/tech-05/visits")).json()["items"]
    away, left = (await ask("finance", "GET", "/settlements/unfinished")).json()["items"]

    for row, order in ((stop, sent), (away, sent), (left, resolved)):
        view = (await ask("gm", "GET", f"/service-orders/{row['service_order_id']}")).json()
        assert row["possible"] == view["possible"] == [each.model_dump(mode="json") for each in order.possible]
