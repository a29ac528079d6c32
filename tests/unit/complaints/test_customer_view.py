"""What the customer sees is chosen field by field; the internal form never leaves the house."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sight

from complaints.api.customer_view import STATUS, CustomerView
from complaints.api.history import history, told
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.appeal import decide_appeal
from complaints.domain.decisions.closing import close
from complaints.domain.decisions.findings import (
    assess_loss,
    assign_liability,
    decide_loss,
    identify_root_cause,
    involve_supplier,
)
from complaints.domain.decisions.handling import assign_owner, record_visit
from complaints.domain.decisions.investigation import assign_investigation, complete_investigation, judge
from complaints.domain.decisions.liaison import audit, contact_department, report_opinion
from complaints.domain.decisions.resolution import approve, propose
from complaints.domain.decisions.settlement import accept, implement, sign
from complaints.domain.lifecycle import LIVE
from complaints.domain.parts.findings import LostItem, Share
from complaints.domain.parts.resolution import Blocked
from complaints.domain.policy.standards import KnownCause
from shared.aggregate import Change, Refused
from shared.contracts.complaints import Remediation
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SECRET = "内部"
FILE = {
    "customer": {"customer_id": str(UUID(int=1)), "name": "广州恒达装饰工程有限公司"},
    "complainant": "王建国",
    "channel": "phone",
    "content": "三樘玻璃边缘崩角",
}
HANDLER = Actor(kind="staff", id=f"{SECRET}-handler", role="complaint_handler")
DEPUTY = Actor(kind="staff", id=f"{SECRET}-deputy", role="deputy_gm")


def decided_on_loss(case, rules, handler, deputy):
    """With its root cause, its loss, a supplier and who bears what, all of it with the mark."""
    named = identify_root_cause(case, KnownCause(code="packaging", title=SECRET), SECRET, (), handler).state
    lost = (LostItem(code="goods", amount=Money(amount=Decimal(60)), evidence=SECRET),)
    involved = involve_supplier(
        assess_loss(named, lost, rules, handler).state, SECRET, None, "purchasing", rules, handler
    )
    shares = (
        Share(unit="own_department", department="production", percent=50),
        Share(unit="supplier", supplier=SECRET, percent=50),
    )
    assigned = assign_liability(involved.state, shares, SECRET, False, rules, handler).state
    return decide_loss(*sight.lost(assigned), True, SECRET, rules, deputy).state


@pytest.fixture
def secretive(in_every_stage, rules) -> list[Complaint]:
    """One case through all stages with the mark in every internal field."""
    handler, deputy = cause(AT, actor=HANDLER), cause(AT, actor=DEPUTY)
    options = (
        Remediation(kind="repair", amount=Money(amount=Decimal(0)), description=f"{SECRET}未获批准的方案"),
        Remediation(kind="replace", amount=Money(amount=Decimal("1800.00")), description="免费更换三樘玻璃"),
    )
    owned = assign_owner(in_every_stage["filed"], HANDLER.id, True, rules, handler).state
    visited = record_visit(owned, AT, SECRET, SECRET, handler).state
    audited = audit(visited, True, SECRET, deputy).state
    contacted = contact_department(audited, "engineering", SECRET, handler).state
    filed = report_opinion(contacted, "design", SECRET, handler).state
    upheld = judge(filed, True, SECRET, True, "production", rules, handler).state
    investigating = assign_investigation(upheld, "production", (), None, rules, handler).state
    investigated = complete_investigation(investigating, SECRET, (SECRET,), (SECRET,), rules, handler).state
    investigated = decided_on_loss(investigated, rules, handler, deputy)
    proposed = propose(investigated, options, 0, True, rules, handler).state
    approved = approve(*sight.proposed(proposed), 1, SECRET, rules, deputy).state
    accepted = sign(accept(approved, "phone", None, rules, handler).state, SECRET, handler).state
    implemented = implement(accepted, (SECRET,), rules, handler).state
    closed = close(implemented, "已免费更换三樘玻璃", rules, handler).state
    return [filed, upheld, investigating, investigated, proposed, approved, accepted, implemented, closed]


@pytest.mark.requirement("R158.a")
def test_nothing_that_is_internal_reaches_the_customer_in_any_stage(secretive):
    for case in secretive:
        shown = CustomerView.of(case).model_dump_json()

        assert SECRET in case.model_dump_json()
        assert SECRET not in shown


@pytest.mark.requirement("R157.b", "R158.a")
def test_a_solution_is_shown_once_it_is_approved_and_not_before(secretive):
    solutions = {case.stage: CustomerView.of(case).solution for case in secretive}

    assert solutions == {
        "filed": None,
        "upheld": None,
        "investigating": None,
        "investigated": None,
        "proposed": None,
        "approved": "免费更换三樘玻璃",
        "accepted": "免费更换三樘玻璃",
        "implemented": "免费更换三樘玻璃",
        "closed": "免费更换三樘玻璃",
    }


@pytest.mark.requirement("R158.a")
def test_the_customer_reads_the_own_words_the_status_and_the_result(secretive):
    assert CustomerView.of(secretive[-1]) == CustomerView(
        complaint_no="2026-11-0001",
        complainant="王建国",
        received_at=AT,
        accepted_at=AT,
        content="三樘玻璃边缘崩角",
        demand="更换三樘玻璃",
        status="已结案",
        choices=(),
        solution="免费更换三樘玻璃",
        result="已免费更换三樘玻璃",
        closed_at=AT,
        previous_no=None,
    )


def test_a_rejected_proposal_is_not_shown(in_every_stage, decide):
    assert CustomerView.of(decide["reject"](in_every_stage["proposed"]).state).solution is None


def test_every_stage_that_a_customer_can_meet_has_words(in_every_stage):
    assert set(STATUS) == set(LIVE) | {"closed"}


def test_a_draft_is_not_shown(in_every_stage):
    with pytest.raises(Refused) as refused:
        CustomerView.of(in_every_stage["draft"])
    assert refused.value.code == "draft"


@pytest.mark.requirement("R158.a")
def test_the_history_that_the_customer_sees_has_what_the_customer_was_told_and_nothing_internal(secretive):
    for case in secretive:
        assert SECRET not in "".join(step.model_dump_json() for step in told(case))

    assert [(step.what, step.words) for step in told(secretive[-1])] == [
        ("客户反映", "三樘玻璃边缘崩角"),
        ("受理", "2026-11-0001"),
        ("提出处理方案", "免费更换三樘玻璃"),
        ("客户同意", "免费更换三樘玻璃"),
        ("方案执行完毕", None),
        ("结案", "已免费更换三樘玻璃"),
    ]


def test_the_history_of_the_house_has_every_step_with_who_took_it(secretive):
    assert [(step.what, step.by, step.words) for step in history(secretive[-1])] == [
        ("客户反映", None, "三樘玻璃边缘崩角"),
        ("受理", None, "2026-11-0001"),
        ("走访客户", HANDLER.id, SECRET),
        ("审核案卷（完整）", DEPUTY.id, SECRET),
        ("联系部门（工程部）", HANDLER.id, SECRET),
        ("提报意见（设计部）", HANDLER.id, SECRET),
        ("判定成立", HANDLER.id, SECRET),
        ("调查完成", None, SECRET),
        ("认定根本原因", HANDLER.id, SECRET),
        ("损失核算", HANDLER.id, "¥60.00"),
        ("批准责任部门损失", DEPUTY.id, SECRET),
        ("会同供应商处理", HANDLER.id, SECRET),
        ("核定责任", HANDLER.id, SECRET),
        ("呈报处理方案", HANDLER.id, f"{SECRET}未获批准的方案；免费更换三樘玻璃"),
        ("核准处理方案", DEPUTY.id, "分管副总经理，权责划分第1版：免费更换三樘玻璃"),
        ("客户同意", None, "免费更换三樘玻璃"),
        ("方案执行完毕", HANDLER.id, None),
        ("结案", HANDLER.id, "已免费更换三樘玻璃"),
    ]


def test_an_attempt_beyond_the_authority_is_told_in_words(in_every_stage):
    attempt = Blocked(
        staff="manager-01",
        role=Role.CS_MANAGER,
        attempted=Money(amount="12000.00"),
        limit=Money(amount="5000.00"),
        at=AT + timedelta(days=9),
    )
    case = in_every_stage["proposed"]

    *_, last = history(case.but(blocked=(*case.blocked, attempt)))

    assert (last.what, last.by, last.words) == (
        "越权审批被拒",
        "manager-01",
        "客服部经理：¥12,000.00，权限¥5,000.00",
    )


def test_a_clock_that_ran_out_is_told_by_its_title(in_every_stage):
    case = in_every_stage["filed"]
    (first, *others) = case.clocks

    *_, last = history(case.but(clocks=(first.but(missed_at=AT + timedelta(days=9)), *others)))

    assert (last.what, last.words) == ("逾期", first.clock.title)


def test_the_history_of_a_petition_has_the_refusal_and_what_the_superiors_decided(in_every_stage, rules):
    deputy = cause(AT, actor=DEPUTY)
    decided = decide_appeal(
        *sight.petitioned(in_every_stage["appealed"]),
        True,
        "复核成立",
        "production",
        rules,
        deputy,
    ).state

    assert [step.what for step in history(in_every_stage["appealed"])] == [
        "客户反映",
        "受理",
        "判定不成立",
        "呈报客户异议",
    ]
    assert [(step.what, step.words) for step in history(decided)][-1] == ("异议批示", "复核成立")


async def test_both_histories_are_asked_for_over_http_and_a_draft_has_none_for_the_customer(ask, complaints, form):
    draft = await complaints.create(Change(Complaint(id=UUID(int=100), form=form)), cause(AT))
    filed = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()["complaint_id"]

    for path in ("history", "customer-history"):
        answer = await ask("cs_manager", "GET", f"/complaints/{filed}/{path}")
        assert [step["what"] for step in answer.json()] == ["客户反映", "受理"]
    refused = await ask("cs_manager", "GET", f"/complaints/{draft.id}/customer-history")
    assert (refused.status_code, refused.json()["code"]) == (409, "draft")


@pytest.mark.requirement("R158.a", "R171.e")
async def test_no_route_for_customers_shows_anything_internal_in_any_stage(secretive, ask, complaints, world):
    document = (await ask("cs_manager", "GET", "/openapi.json")).json()
    routes = sorted(path for path in document["paths"] if "/customer-" in path)

    assert routes == ["/complaints/{complaint_id}/customer-history", "/complaints/{complaint_id}/customer-view"]
    for number, case in enumerate(secretive, start=1):
        kept = await complaints.create(Change(case.but(id=UUID(int=number), number=f"2026-11-{number:04d}")), cause(AT))
        for route in routes:
            shown = await ask("cs_manager", "GET", route.replace("{complaint_id}", str(kept.id)))
            assert (shown.status_code, SECRET in shown.text) == (200, False)
