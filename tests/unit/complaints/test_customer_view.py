"""What the customer sees is chosen field by field; the internal form never leaves the house."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from complaints.api.customer_view import STATUS, CustomerView
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.closing import close
from complaints.domain.decisions.handling import assign_owner, record_visit
from complaints.domain.decisions.investigation import assign_investigation, complete_investigation, judge
from complaints.domain.decisions.resolution import approve, propose
from complaints.domain.decisions.settlement import accept, implement, sign
from complaints.domain.lifecycle import LIVE
from shared.aggregate import Refused
from shared.contracts.complaints import Remediation
from shared.contracts.event import Actor, Money
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SECRET = "内部"
HANDLER = Actor(kind="staff", id=f"{SECRET}-handler", role="complaint_handler")
DEPUTY = Actor(kind="staff", id=f"{SECRET}-deputy", role="deputy_gm")


@pytest.fixture
def secretive(in_every_stage, rules) -> list[Complaint]:
    """One case through all stages with the mark in every internal field."""
    handler, deputy = cause(AT, actor=HANDLER), cause(AT, actor=DEPUTY)
    options = (
        Remediation(kind="explain", amount=Money(amount=Decimal(0)), description=f"{SECRET}未获批准的方案"),
        Remediation(kind="replace", amount=Money(amount=Decimal("1800.00")), description="免费更换三樘玻璃"),
    )
    owned = assign_owner(in_every_stage["filed"], HANDLER.id, True, rules, handler).state
    filed = record_visit(owned, AT, SECRET, SECRET, handler).state
    upheld = judge(filed, True, SECRET, True, "production", rules, handler).state
    investigating = assign_investigation(upheld, "production", (), None, rules, handler).state
    investigated = complete_investigation(investigating, SECRET, (SECRET,), (SECRET,), rules, handler).state
    proposed = propose(investigated, options, 0, True, rules, handler).state
    approved = approve(proposed, 1, SECRET, rules, deputy).state
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
