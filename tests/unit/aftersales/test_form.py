"""Form 1 in its order: opinion, fee and signatures, people, execution, countersignature, result; each by its role."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions.closing import close
from aftersales.domain.decisions.coverage import complete_order
from aftersales.domain.decisions.dispatch import dispatch
from aftersales.domain.decisions.form import countersign, record_opinion, state_execution
from aftersales.domain.decisions.money import raise_charge, record_cost, sign_fee
from aftersales.domain.decisions.opening import open_requested
from aftersales.domain.decisions.request import register
from aftersales.domain.decisions.visit import complete_visit
from aftersales.domain.lifecycle import LIFECYCLE
from aftersales.domain.policy.policy import AftersalesPolicy
from aftersales.domain.service_order import hands_in, voucher_no_of
from aftersales.timers import timers
from shared.aggregate import Change, Overstepped, Refused
from shared.contracts.aftersales import (
    DeadlineMetByAftersales,
    DeadlineMissedByAftersales,
    DeadlineSetByAftersales,
    HandlingOpinionRecorded,
    ServiceCountersigned,
    ServiceOrderOpened,
)
from shared.contracts.event import Actor, Money
from shared.contracts.orders import OrderClosed
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, order_id_of
from shared.testing import cause, deliver, fire

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
CS = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
OPERATIONS = cause(AT, actor=Actor(kind="staff", id="operations-01", role="operations_supervisor"))
MANAGER = cause(AT, actor=Actor(kind="staff", id="manager-01", role="cs_manager"))
GM = cause(AT, actor=Actor(kind="staff", id="gm-01", role="gm"))
FINANCE = cause(AT, actor=Actor(kind="staff", id="finance-01", role="finance"))
TECHNICIAN = cause(AT, actor=Actor(kind="staff", id="tech-05", role="installer"))
WRITERS = {
    "record-opinion": ({"opinion": "更换铰链"}, {Role.OPERATIONS_SUPERVISOR}),
    "state-execution": (
        {"opinion": "已更换", "head": "周班长"},
        {Role.INSTALLER, Role.SENIOR_INSTALLER, Role.INSTALLATION_FOREMAN},
    ),
    "sign-fee": ({"fee": str(UUID(int=7))}, {Role.CS_MANAGER, Role.CS_DIRECTOR, Role.GM}),
    "countersign": ({"work": str(UUID(int=7))}, {Role.CS_SUPERVISOR, Role.CS_MANAGER, Role.CS_DIRECTOR}),
}


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def fee(order, rules, amount="300.00", by=CS):
    return record_cost(order, yuan(amount), yuan("0"), yuan("0"), yuan("0"), rules, by)


@pytest.fixture
def opened(request_with, rules):
    """A voucher on which nothing but the salesman's block is written."""
    return open_requested(UUID(int=60), request_with(), "C", None, rules, CS).state


@pytest.mark.requirement("R071.a", "R072.a", "R081.b")
def test_operations_writes_how_it_is_handled_or_what_to_bring(opened, rules):
    change = record_opinion(
        opened, "现场处理", "resolve_on_site", date(2026, 11, 25), ("电钻",), ("铰链两副",), rules, OPERATIONS
    )

    assert change.events[:1] == (
        HandlingOpinionRecorded(
            service_order_id=UUID(int=60),
            voucher_no="FW-20261122-AAAAAA",
            by="operations-01",
            opinion="现场处理",
            mode="resolve_on_site",
            handle_by=date(2026, 11, 25),
            tools=("电钻",),
            materials=("铰链两副",),
        ),
    )
    assert change.state.opinion.handle_by == date(2026, 11, 25)


@pytest.mark.requirement("R081.b")
async def test_a_service_that_is_not_resolved_by_the_end_of_its_handling_period_is_missed_and_met_late(
    in_every_stage, rules, stores
):
    period = record_opinion(in_every_stage["open"], "更换", "plan", date(2026, 11, 23), (), (), rules, OPERATIONS).state
    sent = dispatch(period, "tech-05", None, None, rules, CS).state
    midnight = datetime(2026, 11, 23, 16, tzinfo=UTC)
    await stores.service_orders.create(Change(sent), CS)

    (missed,) = await fire(timers(stores, rules), until=AT + timedelta(days=5))
    late = await stores.service_orders.get(sent.id)
    visit = (AT, AT + HOUR, "缺铰链")
    unresolved = complete_visit(late, *visit, False, rules, replace(TECHNICIAN, at=midnight + HOUR))
    resolved = complete_visit(late, *visit, True, rules, replace(TECHNICIAN, at=midnight + HOUR))

    assert (missed.kind, missed.due_at, missed.assignee_role, missed.supervisor_role) == (
        "handling",
        midnight,
        "operations_supervisor",
        "cs_manager",
    )
    assert unresolved.state.clock("handling").missed_at == midnight
    assert [(each.kind, each.outcome) for each in resolved.events[1:]] == [("handling", "late")]


@pytest.mark.requirement("R081.b")
def test_the_handling_period_that_counts_is_the_one_that_was_written_last(opened, rules):
    def until(day, order):
        return record_opinion(order, "更换", "plan", day, (), (), rules, OPERATIONS).state

    first = until(date(2026, 11, 25), opened)
    same, later, none = until(date(2026, 11, 25), first), until(date(2026, 11, 26), first), until(None, first)

    assert first.clock("handling").due_at == datetime(2026, 11, 25, 16, tzinfo=UTC)
    assert same.clock("handling") == first.clock("handling")
    assert later.clock("handling").due_at == datetime(2026, 11, 26, 16, tzinfo=UTC)
    assert none.clock("handling") is None


@pytest.mark.requirement("R072.a")
@pytest.mark.parametrize(("tools", "materials"), [((), ("铰链",)), (("电钻",), ()), ((), ())])
def test_what_is_resolved_on_site_needs_tools_and_material(tools, materials, opened, rules):
    with pytest.raises(Refused) as refused:
        record_opinion(opened, "现场处理", "resolve_on_site", None, tools, materials, rules, OPERATIONS)
    assert refused.value.code == "nothing_to_bring"


def test_a_handling_period_does_not_end_in_the_past(opened, rules):
    with pytest.raises(Refused) as refused:
        record_opinion(opened, "更换", "plan", date(2026, 11, 21), (), (), rules, OPERATIONS)
    assert refused.value.code == "day_is_past"


@pytest.mark.requirement("R071.b")
def test_the_opinion_comes_before_the_fee_and_both_before_the_people(opened, rules):
    with pytest.raises(Refused) as no_opinion:
        dispatch(opened, "tech-05", None, None, rules, MANAGER)
    with pytest.raises(Refused) as fee_first:
        fee(opened, rules)
    with_opinion = record_opinion(opened, "更换铰链", "plan", None, (), (), rules, OPERATIONS).state
    with pytest.raises(Refused) as no_fee:
        dispatch(with_opinion, "tech-05", None, None, rules, MANAGER)
    with_fee = fee(with_opinion, rules, "0.00").state

    assert [each.value.code for each in (no_opinion, fee_first, no_fee)] == [
        "opinion_missing",
        "opinion_missing",
        "fee_missing",
    ]
    assert dispatch(with_fee, "tech-05", None, None, rules, MANAGER).state.stage == "dispatched"


@pytest.mark.requirement("R081.d")
def test_a_fee_carries_two_signatures_before_it_is_charged_and_each_once(order_with, rules):
    unsigned = order_with(verdict="out_of_warranty").but(fee_signatures=())
    with pytest.raises(Refused) as without:
        raise_charge(unsigned, yuan("300.00"), "on_spot", rules, CS)
    seen = unsigned.cost.id
    head = sign_fee(unsigned, seen, rules, MANAGER).state
    with pytest.raises(Refused) as twice:
        sign_fee(head, seen, rules, MANAGER)
    with pytest.raises(Refused) as half:
        raise_charge(head, yuan("300.00"), "on_spot", rules, CS)
    both = sign_fee(head, seen, rules, GM).state
    with pytest.raises(Refused) as other:
        raise_charge(both, yuan("301.00"), "on_spot", rules, CS)

    assert (without.value.code, twice.value.code, other.value.code) == ("fee_unsigned", "already_signed", "fee_differs")
    assert half.value.detail == "the fee is signed before it is charged; missing: general_manager"
    assert [each.by for each in both.fee_signatures] == ["manager-01", "gm-01"]
    assert raise_charge(both, yuan("300.00"), "on_spot", rules, CS).state.charge.amount == yuan("300.00")
    assert fee(both, rules, "310.00", FINANCE).state.fee_signatures == ()


def test_a_fee_that_was_filled_in_anew_is_not_signed_as_the_one_that_was_seen(order_with, rules):
    seen = fee(order_with(verdict="in_warranty"), rules, "300.00").state
    anew = fee(seen, rules, "3000.00", replace(CS, id=uuid4())).state
    with pytest.raises(Refused) as refused:
        sign_fee(anew, seen.cost.id, rules, GM)
    assert (refused.value.code, anew.cost.total) == ("fee_changed", yuan("3000.00"))
    assert [each.by for each in sign_fee(anew, anew.cost.id, rules, GM).state.fee_signatures] == ["gm-01"]


def test_a_fault_of_the_customers_that_costs_nothing_is_dispatched_once_the_fee_is_signed(order_with, rules):
    unsigned = fee(order_with("customer_cause"), rules, "0.00").state
    with pytest.raises(Refused) as before:
        dispatch(unsigned, "tech-05", None, None, rules, MANAGER)
    half = sign_fee(unsigned, unsigned.cost.id, rules, MANAGER).state
    signed = sign_fee(half, half.cost.id, rules, GM).state

    assert (before.value.code, half.clock("dispatch"), half.next_step) == ("charge_unpaid", None, "sign_fee")
    assert (signed.clock("dispatch") is None, signed.next_step) == (False, "dispatch")
    assert dispatch(signed, "tech-05", None, None, rules, MANAGER).state.stage == "dispatched"


def test_a_service_that_the_customer_pays_for_and_that_costs_nothing_is_closed_without_a_charge(in_every_stage, rules):
    paid_for = in_every_stage["signed_off"].but(charge_policy="normal_rate")
    unsigned = fee(paid_for, rules, "0.00").state
    with pytest.raises(Refused) as refused:
        close(unsigned, "已修复", None, CS)
    for signatory in (MANAGER, GM):
        signed = unsigned = sign_fee(unsigned, unsigned.cost.id, rules, signatory).state

    assert (refused.value.code, signed.next_step) == ("charge_missing", "close")
    assert close(signed, "已修复", None, CS).state.stage == "closed"


def test_nothing_is_signed_or_charged_before_there_is_a_fee(order_with, rules):
    bare = order_with(verdict="out_of_warranty").but(cost=None)

    for attempt in (
        lambda: sign_fee(bare, UUID(int=7), rules, GM),
        lambda: raise_charge(bare, yuan("1"), "on_spot", rules, CS),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "fee_missing"


@pytest.mark.requirement("R132.b", "R132.c")
def test_a_high_fee_is_invoiced_and_by_finance_alone(order_with, rules):
    high = order_with(verdict="out_of_warranty")
    high = fee(high, rules, "500.01", FINANCE).state
    for signatory in (MANAGER, GM):
        high = sign_fee(high, high.cost.id, rules, signatory).state

    with pytest.raises(Refused) as on_spot:
        raise_charge(high, yuan("500.01"), "on_spot", rules, CS)
    with pytest.raises(Overstepped) as by_cs:
        raise_charge(high, yuan("500.01"), "invoiced", rules, CS)

    assert (on_spot.value.code, by_cs.value.code) == ("too_much_on_spot", "not_authorised")
    assert raise_charge(high, yuan("500.01"), "invoiced", rules, FINANCE).state.charge.mode == "invoiced"


@pytest.mark.requirement("R081.e")
def test_the_executor_signs_his_block_once(in_every_stage):
    dispatched = in_every_stage["dispatched"]

    stated = state_execution(dispatched, "铰链松脱，已更换", "周班长", "signatures/1.png", TECHNICIAN).state

    block = stated.execution
    assert (block.opinion, block.head, block.by, block.signature) == (
        "铰链松脱，已更换",
        "周班长",
        "tech-05",
        "signatures/1.png",
    )
    with pytest.raises(Refused) as refused:
        state_execution(stated, "再写一次", "周班长", None, TECHNICIAN)
    assert refused.value.code == "already_signed"


def test_the_executor_states_each_visit(in_every_stage, rules):
    first = state_execution(in_every_stage["dispatched"], "缺铰链", "周班长", None, TECHNICIAN).state
    back = complete_visit(first, AT - HOUR, AT - HOUR / 2, "缺铰链", False, rules, TECHNICIAN).state
    sent = dispatch(back, "tech-06", None, None, rules, replace(CS, at=AT - HOUR)).state
    resolved = complete_visit(sent, AT - HOUR / 2, AT, "更换两副铰链", True, rules, TECHNICIAN).state

    second = state_execution(resolved, "铰链已更换", "周班长", None, CS).state

    assert [each.execution for each in second.visits] == [first.execution, None]
    assert ("execution" in resolved.missing_blocks, second.execution.opinion) == (True, "铰链已更换")
    assert hands_in(second)["countersign"] == ("tech-06", "tech-05", "cs-07")


@pytest.mark.requirement("R133.b")
def test_the_manager_countersigns_once_before_the_voucher_is_archived(in_every_stage):
    signed = in_every_stage["signed_off"].but(countersignature=None)
    with pytest.raises(Refused) as missing:
        close(signed, "已更换", None, CS)

    change = countersign(signed, signed.work, MANAGER)

    assert missing.value.code == "countersignature_missing"
    assert change.events == (
        ServiceCountersigned(service_order_id=UUID(int=60), voucher_no="FW-20261122-AAAAAA", by="manager-01"),
    )
    with pytest.raises(Refused) as twice:
        countersign(change.state, signed.work, MANAGER)
    assert twice.value.code == "already_signed"


@pytest.mark.requirement("R077.b", "R081.f")
def test_the_form_comes_back_whole_and_customer_service_writes_the_result(in_every_stage):
    signed = in_every_stage["signed_off"]
    with pytest.raises(Refused) as refused:
        close(signed.but(execution=None, cost=None), "已更换", None, CS)

    closed = close(signed, "客户确认正常", "陈经理", CS).state

    assert refused.value.detail == "the form is not complete; missing: fee, execution"
    block = closed.result_block
    assert (block.feedback, block.head, block.by, closed.missing_blocks) == ("客户确认正常", "陈经理", "cs-07", ())


@pytest.mark.requirement("R128.b")
@pytest.mark.parametrize(
    ("fault", "verdict", "fitting"),
    [
        ("company_quality", "in_warranty", "BC"),
        ("customer_cause", "in_warranty", "AB"),
        ("company_quality", "out_of_warranty", "AB"),
    ],
)
def test_the_type_of_service_decides_whether_it_is_charged(fault, verdict, fitting, request_with, rules):
    for type in "ABC":
        if type in fitting:
            assert open_requested(UUID(int=60), request_with(fault, verdict), type, None, rules, CS).state.type == type
        else:
            with pytest.raises(Refused) as refused:
                open_requested(UUID(int=60), request_with(fault, verdict), type, None, rules, CS)
            assert refused.value.code == "type_contradicts"


@pytest.mark.requirement("R128.c")
def test_each_type_has_a_label_of_the_companys(policy):
    assert policy.types["A"] == "有偿服务"
    unlabelled = policy.model_dump()
    del unlabelled["types"]["B"]
    with pytest.raises(ValueError, match="missing: B"):
        AftersalesPolicy.model_validate(unlabelled)


@pytest.mark.requirement("R130.c")
def test_a_voucher_number_tells_the_day_and_follows_from_the_id():
    id = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c03")
    assert voucher_no_of(id, date(2026, 11, 22)) == "FW-20261122-AGHVUM"


def test_a_visit_is_not_reported_before_it_is_over(in_every_stage, rules):
    with pytest.raises(Refused) as refused:
        complete_visit(in_every_stage["dispatched"], AT, AT + timedelta(minutes=1), "更换", True, rules, TECHNICIAN)
    assert refused.value.code == "visit_in_future"


def test_a_visit_of_years_ago_is_a_mistyped_year(in_every_stage, rules):
    begun = datetime(1900, 1, 1, tzinfo=UTC)
    with pytest.raises(Refused) as refused:
        complete_visit(in_every_stage["dispatched"], begun, AT, "更换", True, rules, TECHNICIAN)
    assert refused.value.code == "long_past"


@pytest.mark.requirement("R134.b")
async def test_a_registered_request_without_a_voucher_is_a_duty_that_is_found_at_the_end_of_the_day(
    form, rules, stores, on
):
    registered = register(UUID(int=50), form, rules, CS)
    await stores.service_requests.create(registered, CS)
    opening = ServiceOrderOpened(
        service_order_id=UUID(int=60),
        voucher_no="FW-1",
        type="C",
        request_id=UUID(int=50),
        charge_policy="free",
        content="门铰链松动",
    )

    begun = registered.events[-1]
    (missed,) = await fire(timers(stores, rules), until=MIDNIGHT)
    (met,) = await deliver(on, opening, at=MIDNIGHT)

    assert (type(begun), begun.kind, begun.due_at) == (DeadlineSetByAftersales, "voucher", MIDNIGHT)
    assert missed == DeadlineMissedByAftersales(
        deadline_id=begun.deadline_id,
        kind="voucher",
        title="开具服务凭证",
        about="SH-20261122-AAAAAA",
        due_at=MIDNIGHT,
        assignee_role="cs_specialist",
        supervisor_role="cs_manager",
        customer_id=UUID(int=1),
    )
    assert (type(met), met.deadline_id, met.outcome) == (DeadlineMetByAftersales, begun.deadline_id, "late")


@pytest.mark.requirement("R131.b", "R133.a")
async def test_the_register_says_which_voucher_a_request_has_and_what_was_done(
    request_with, rules, stores, on, in_every_stage
):
    await stores.service_requests.create(Change(request_with()), CS)
    opening = open_requested(UUID(int=60), request_with(), "C", None, rules, CS)
    closing = close(in_every_stage["signed_off"], "已更换铰链", None, CS)
    (visit,) = closing.state.visits
    assert (visit.started_at, visit.ended_at, visit.work) == (AT - timedelta(hours=1), AT, "更换两副铰链")

    await deliver(on, opening.events[0], at=AT)
    await deliver(on, closing.events[0], at=AT)

    (voucher,) = (await stores.service_requests.get(UUID(int=50))).vouchers
    assert (voucher.voucher_no, voucher.serviced_at, voucher.closed_at, voucher.result) == (
        "FW-20261122-AAAAAA",
        AT,
        AT,
        "已更换铰链",
    )


@pytest.mark.requirement("R080.a")
@pytest.mark.parametrize("complete", [True, False])
async def test_a_request_says_whether_its_order_is_installed_accepted_and_paid(
    complete, form, rules, stores, on, customer
):
    order = CoveredOrder.of("SO-2026-0412").but(customer=CustomerSnapshot(customer_id=UUID(int=1), name="恒达"))
    closed = OrderClosed(
        order_id=order_id_of("SO-2026-0412"),
        order_no="SO-2026-0412",
        customer=customer,
        closed_at=AT,
        paid_in_full=True,
    )
    await stores.covered_orders.create(complete_order(order, closed, CS) if complete else Change(order), CS)
    registered = register(UUID(int=50), form, rules, CS)
    await stores.service_requests.create(registered, CS)

    await deliver(on, registered.events[0], at=AT)

    assert (await stores.service_requests.get(UUID(int=50))).after_sales is complete


@pytest.mark.requirement("R082.a", "R071.a")
@pytest.mark.parametrize("decision", list(WRITERS))
async def test_each_block_is_written_by_its_role_alone(decision, ask, stores, in_every_stage, rules):
    body, writers = WRITERS[decision]
    stage = "open" if decision == "record-opinion" else "resolved"
    bare = in_every_stage[stage].but(execution=None, countersignature=None, fee_signatures=())
    path = f"/service-orders/{(await stores.service_orders.create(Change(bare), CS)).id}/{decision}"

    refused = {role for role in Role if (await ask(role, "POST", path, body)).status_code == 403}

    assert refused == set(Role) - writers
    name = decision.replace("-", "_")
    assert set(rules.on(AT).authority.roles(name) or LIFECYCLE.roles(name)) == writers


@pytest.mark.requirement("R012.a", "R081.a", "R081.c")
async def test_form_1_is_shown_in_its_blocks_and_engineering_gets_a_repair_notice(
    ask, stores, request_with, form, opened, rules
):
    request = request_with().but(form=form.but(salesman="am-03", salesman_signature="signatures/am-03.png"))
    await stores.service_requests.create(Change(request), CS)
    order = record_opinion(opened, "更换铰链", "plan", date(2026, 11, 25), (), (), rules, OPERATIONS).state
    order = record_cost(order, yuan("80.00"), yuan("20.00"), yuan("100.00"), yuan("0"), rules, CS).state
    path = f"/service-orders/{(await stores.service_orders.create(Change(order), CS)).id}"

    shown = (await ask("cs_specialist", "GET", f"{path}/form")).json()
    notice = (await ask("engineering_regional_head", "GET", f"{path}/repair-notice")).json()

    salesman = shown["salesman"]
    assert (salesman["filled_at"], salesman["recorded_by"], salesman["missing"]) == (
        "2026-11-22T02:00:00.000000Z",
        "cs-07",
        [],
    )
    assert (salesman["form"]["customer"]["name"], salesman["form"]["salesman_signature"]) == (
        "广州恒达装饰工程有限公司",
        "signatures/am-03.png",
    )
    assert {"address", "content", "contract_date", "contract_no", "salesman"} <= salesman["form"].keys()
    cost = shown["fee"]["cost"]
    assert [cost[each]["amount"] for each in ("material", "transport", "labour")] == ["80.00", "20.00", "100.00"]
    assert shown["fee"]["total"] == {"amount": "200.00", "currency": "CNY"}
    assert shown["operations"]["opinion"]["handle_by"] == "2026-11-25"
    assert shown["missing_blocks"] == ["execution", "result"]
    assert (notice["project"], notice["contract_no"], notice["content"], notice["opinion"]["opinion"]) == (
        "广州恒达装饰工程有限公司",
        "JG20260930-017",
        "门铰链松动，闭合有异响",
        "更换铰链",
    )


async def test_internal_work_has_no_form(ask):
    id = (await ask("cs_manager", "POST", "/service-orders/internal", {"content": "宣传资料入库"})).json()

    answer = await ask("cs_manager", "GET", f"/service-orders/{id['service_order_id']}/form")

    assert answer.status_code == 404


def by_the_same(one, role):
    return cause(AT, actor=one.actor.but(role=role))


def test_a_fee_is_signed_by_two_people_neither_of_whom_has_filled_it_in(order_with, rules):
    nothing = Money(amount=Decimal("0.00"))
    fee = record_cost(
        order_with(verdict="in_warranty"), Money(amount=Decimal("80.00")), nothing, nothing, nothing, rules, CS
    ).state
    with pytest.raises(Overstepped, match="neither of whom"):
        sign_fee(fee, fee.cost.id, rules, by_the_same(CS, "cs_manager"))
    once = sign_fee(fee, fee.cost.id, rules, MANAGER).state
    with pytest.raises(Overstepped, match="two people"):
        sign_fee(once, fee.cost.id, rules, by_the_same(MANAGER, "gm"))
    assert [each.by for each in sign_fee(once, fee.cost.id, rules, GM).state.fee_signatures] == ["manager-01", "gm-01"]
