"""What is shown as possible to a role is what the decision takes from that role, in views and in lists."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest

from aftersales.domain.decisions.money import record_cost, sign_fee
from aftersales.domain.lifecycle import INTERNAL, LIFECYCLE
from aftersales.domain.parts.blocks import FeeSignature
from aftersales.domain.service_order import ServiceOrder
from shared.aggregate import Change, Refused
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOTHING = Money(amount=Decimal("0.00"))
SIGNED = tuple(FeeSignature(capacity=each, by="x", at=AT) for each in ("department_head", "general_manager"))


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


async def test_each_list_of_vouchers_offers_what_the_voucher_offers(ask, stores, in_every_stage):
    sent, resolved = in_every_stage["dispatched"], in_every_stage["resolved"]
    await stores.service_orders.create(Change(sent), cause(AT))
    await stores.service_orders.create(Change(resolved.but(id=UUID(int=61), voucher_no="FW-2")), cause(AT))

    (stop,) = (await ask("installer", "GET", "/technicians/tech-05/visits")).json()["items"]
    (left,) = (await ask("finance", "GET", "/settlements/unfinished")).json()["items"]

    for row, order in ((stop, sent), (left, resolved)):
        view = (await ask("gm", "GET", f"/service-orders/{row['service_order_id']}")).json()
        assert row["possible"] == view["possible"] == [each.model_dump(mode="json") for each in order.possible]
