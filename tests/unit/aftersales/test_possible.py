"""What is shown as possible to a role is what the decision takes from that role, in views and in lists."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest

from aftersales.domain.decisions.money import raise_charge, record_cost, sign_fee
from aftersales.domain.decisions.supply import request_parts
from aftersales.domain.decisions.trip import request_remote
from aftersales.domain.lifecycle import INTERNAL, LIFECYCLE
from aftersales.domain.parts.blocks import FeeSignature, Signature
from aftersales.domain.parts.money import Charge
from aftersales.domain.parts.supply import PartLine, Supply
from aftersales.domain.parts.trip import Remote
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder
from shared.aggregate import Change, Refused
from shared.contracts.aftersales import PartNeeded
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOTHING = Money(amount=Decimal("0.00"))
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
    return record_cost(order, NOTHING, NOTHING, NOTHING, NOTHING, CS)


def raise_it(order: ServiceOrder, rules: Rules) -> Change[ServiceOrder]:
    total = order.cost.total if order.cost else NOTHING
    return raise_charge(order, total, "invoiced", rules, FINANCE)


def order_parts(order: ServiceOrder, rules: Rules) -> Change[ServiceOrder]:
    return request_parts(order, PARTS, None, rules, CS)


def takers(decision, order: ServiceOrder) -> set[Role]:
    """The roles from which the decision is taken, each by a person who had no hand in the matter."""
    found: set[Role] = set()
    codes: set[str] = set()
    for role in Role:
        by = cause(AT, actor=Actor(kind="staff", id=f"{role}-99", role=role))
        try:
            if decision == "record_cost":
                record_cost(order, NOTHING, NOTHING, NOTHING, NOTHING, by)
            else:
                sign_fee(order, order.cost.id, by)
        except Refused as refused:
            codes.add(refused.code)
        else:
            found.add(role)
    assert codes <= {"illegal_transition", "cost_authority", "no_authority", "already_signed"}
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
    stage, verdict, type, signatures, ask, stores, in_every_stage
):
    order = in_every_stage[stage].but(verdict=verdict, type=type, fee_signatures=signatures, charge=None)
    await stores.service_orders.create(Change(order), cause(AT))

    view = (await ask("gm", "GET", f"/service-orders/{order.id}")).json()["possible"]
    (row,) = (await ask("gm", "GET", f"/service-orders?stage={stage}")).json()["items"]

    for decision in ("record_cost", "sign_fee"):
        assert shown(view, decision) == shown(row["possible"], decision) == takers(decision, order)


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
    (left,) = (await ask("finance", "GET", "/settlements/unfinished")).json()["items"]

    for row, order in ((stop, sent), (left, resolved)):
        view = (await ask("gm", "GET", f"/service-orders/{row['service_order_id']}")).json()
        assert row["possible"] == view["possible"] == [each.model_dump(mode="json") for each in order.possible]
