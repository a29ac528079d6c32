"""What a second person signs, approves, countersigns or hands over is what they have seen, or it is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from aftersales.domain.decisions.form import countersign, state_execution
from aftersales.domain.decisions.money import record_cost
from aftersales.domain.decisions.settlement import add
from aftersales.domain.decisions.supply import use_part
from aftersales.domain.decisions.trip import request_remote
from aftersales.domain.parts.supply import PartLine, Supply
from aftersales.domain.settlement import Settlement
from aftersales.settings import Settings
from shared.aggregate import Change
from shared.calendar import Calendar
from shared.contracts.aftersales import ServiceOrderClosed
from shared.contracts.event import Actor, Money
from shared.testing import cause, nowhere

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CS = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
TECHNICIAN = cause(AT, actor=Actor(kind="staff", id="tech-05", role="installer"))
MANAGER = cause(AT, actor=Actor(kind="staff", id="manager-01", role="cs_manager"))
SUPPLY = Supply(
    form_no="SH-1",
    lines=(PartLine(part_no="JL-80-02", quantity=2),),
    requested_by="assistant-01",
    requested_at=AT,
    ready_at=AT,
)
RULES = nowhere(Settings).rules(Calendar())


def yuan(amount):
    return Money(amount=Decimal(amount))


def again(before):
    """Another cause of the same person."""
    return replace(before, id=uuid4())


def filled_in(order):
    return record_cost(order, *[yuan("900.00")] * 4, RULES, again(CS)).state


def applied_for(order):
    return request_remote(order, "湖南长沙", yuan("9000.00"), again(TECHNICIAN)).state


def built_in(order):
    return use_part(order, "JL-80-02", 1, again(TECHNICIAN)).state


def stated(order):
    return state_execution(order, "已更换两副铰链", "周班长", None, again(TECHNICIAN)).state


def remote(order):
    return request_remote(order, "湖南长沙", yuan("800.00"), TECHNICIAN).state


SEEN = {
    "a fee": ("open", "gm", "sign-fee", ("fee", "cost", "id"), lambda order: order, filled_in, "fee_changed"),
    "an application": (
        "open",
        "cs_manager",
        "approve-remote",
        ("application", "remote", "id"),
        remote,
        applied_for,
        "application_changed",
    ),
    "the parts used": ("resolved", "cs_manager", "countersign", ("work", "work"), lambda order: order, built_in, None),
    "the executor's block": (
        "resolved",
        "cs_manager",
        "countersign",
        ("work", "work"),
        lambda order: order,
        stated,
        None,
    ),
}


@pytest.mark.parametrize(("stage", "role", "decision", "named", "before", "meanwhile", "code"), SEEN.values(), ids=SEEN)
async def test_what_was_changed_after_it_was_seen_is_refused_and_what_is_now_so_is_named(
    stage, role, decision, named, before, meanwhile, code, ask, stores, database, in_every_stage
):
    bare = in_every_stage[stage].but(execution=None, countersignature=None, fee_signatures=(), supply=SUPPLY)
    order = await stores.service_orders.create(Change(before(bare)), CS)
    path = f"/service-orders/{order.id}"

    async def seen():
        shown = (await ask(role, "GET", path)).json()
        told = shown[named[1]]
        return shown, {named[0]: told[named[2]] if len(named) > 2 else told}

    _, old = await seen()
    await stores.service_orders.apply(order.id, lambda each: Change(meanwhile(each)), again(CS))
    shown, new = await seen()
    announced = len(database.published)

    refused = await ask(role, "POST", f"{path}/{decision}", old)
    unnamed = await ask(role, "POST", f"{path}/{decision}")

    assert (refused.status_code, refused.json()["code"]) == (409, code or "work_changed")
    assert new[named[0]] in refused.json()["detail"]
    assert unnamed.status_code == 422
    assert ((await seen())[0], len(database.published)) == (shown, announced)
    assert (await ask(role, "POST", f"{path}/{decision}", new)).status_code == 200


async def test_a_voucher_that_came_after_the_month_was_looked_at_does_not_go_to_finance_unseen(
    ask, stores, database, rules
):
    def closed(number):
        return ServiceOrderClosed(
            service_order_id=UUID(int=number),
            voucher_no=f"FW-{number}",
            type="C",
            closed_at=AT,
            result="已处理",
            closed_by="cs-07",
        )

    month = add(Settlement.at(AT, rules), closed(1), False, rules, CS).state
    await stores.settlements.create(Change(month), CS)
    path = "/settlements/2026-11"
    old = (await ask("finance", "GET", path)).json()["handover"]
    await stores.settlements.apply(month.id, lambda each: add(each, closed(2), False, rules, CS), again(CS))
    shown = (await ask("finance", "GET", path)).json()
    announced = len(database.published)

    refused = await ask("finance", "POST", f"{path}/settle", {"handover": old})

    assert (refused.status_code, refused.json()["code"]) == (409, "settlement_changed")
    assert shown["handover"] in refused.json()["detail"]
    assert ((await ask("finance", "GET", path)).json(), len(database.published)) == (shown, announced)
    settled = await ask("finance", "POST", f"{path}/settle", {"handover": shown["handover"]})
    assert (settled.status_code, settled.json()["stage"]) == (200, "handed_over")


@pytest.mark.requirement("R133.b")
@pytest.mark.parametrize("meanwhile", [built_in, stated])
def test_what_is_done_after_the_countersignature_is_countersigned_anew(meanwhile, in_every_stage):
    order = in_every_stage["resolved"].but(execution=None, supply=SUPPLY)
    signed = countersign(order, order.work, MANAGER).state

    more = meanwhile(signed)

    assert (more.countersignature, more.work == signed.work) == (None, False)
    assert countersign(more, more.work, MANAGER).state.countersignature.by == "manager-01"


async def test_an_answer_that_was_decided_otherwise_after_it_was_seen_stays_as_it_was_decided(ask, database):
    asked = {"contract_no": "JG20260930-017", "customer_id": str(UUID(int=1))}
    id = (await ask("cs_specialist", "POST", "/warranty-checks", asked)).json()["check_id"]
    path = f"/warranty-checks/{id}"
    old = (await ask("cs_manager", "GET", path)).json()
    decided = {"answer": old["answer"], "verdict": "in_warranty", "reason": "合同原件在保修期内"}
    shown = (await ask("cs_manager", "POST", f"{path}/override", decided)).json()
    announced = len(database.published)

    refused = await ask("cs_director", "POST", f"{path}/override", decided | {"verdict": "out_of_warranty"})

    assert (refused.status_code, refused.json()["code"]) == (409, "answer_changed")
    assert shown["answer"] in refused.json()["detail"]
    assert ((await ask("cs_director", "GET", path)).json(), len(database.published)) == (shown, announced)
    assert (await ask("cs_director", "GET", "/warranty-checks")).json()["items"] == [shown]
    anew = decided | {"answer": shown["answer"], "verdict": "out_of_warranty"}
    assert (await ask("cs_director", "POST", f"{path}/override", anew)).json()["verdict"] == "out_of_warranty"
