"""What the customer sees is chosen field by field; the internal form never leaves the house."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from complaints.domain.complaint import Complaint
from complaints.domain.customer_view import STATUS, CustomerView
from complaints.domain.record import Answer, Implementation, Investigation, Judgement, Proposal
from complaints.domain.stage import LIVE
from shared.aggregate import Refused
from shared.contracts.complaints import Remediation
from shared.contracts.event import Actor, Money

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SECRET = "内部"
HANDLER = Actor(kind="staff", id=f"{SECRET}-handler", role="complaint_handler")
DEPUTY = Actor(kind="staff", id=f"{SECRET}-deputy", role="deputy_gm")


@pytest.fixture
def secretive(in_every_stage, policy, proposal) -> list[Complaint]:
    """One case through all stages with the mark in every internal field."""
    judgement = Judgement(
        upheld=True, grounds=SECRET, demand_reasonable=True, responsible_department="production", by=HANDLER.id
    )
    marked = Proposal(
        proposal_id=proposal.proposal_id,
        options=(
            Remediation(kind="explain", amount=Money(amount=Decimal(0)), description=f"{SECRET}未获批准的方案"),
            Remediation(kind="replace", amount=Money(amount=Decimal("1800.00")), description="免费更换三樘玻璃"),
        ),
        proposed_by=HANDLER.id,
    )
    filed = in_every_stage["filed"].assign_owner(HANDLER.id, True).state
    upheld = filed.judge(judgement, policy, AT).state
    investigating = upheld.assign_investigation(Investigation(department="production"), None, policy, AT).state
    investigated = investigating.complete_investigation(SECRET, (SECRET,), (SECRET,), policy, AT).state
    proposed = investigated.propose(marked, policy, AT).state
    approved = proposed.approve(1, SECRET, DEPUTY, policy, AT).state
    accepted = approved.accept(Answer(accepted=True, via="phone", at=AT), policy, AT).state
    implemented = accepted.implement(Implementation(evidence=(SECRET,), by=HANDLER.id, at=AT), policy).state
    closed = implemented.close("已免费更换三樘玻璃", HANDLER, policy, AT).state
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
        solution="免费更换三樘玻璃",
        result="已免费更换三樘玻璃",
        closed_at=AT,
        previous_no=None,
    )


def test_a_rejected_proposal_is_not_shown(in_every_stage, decide):
    assert CustomerView.of(decide["reject"](in_every_stage["proposed"]).state).solution is None


def test_every_stage_that_a_customer_can_meet_has_words(in_every_stage):
    assert set(STATUS) == LIVE | {"closed"}


def test_a_draft_is_not_shown(in_every_stage):
    with pytest.raises(Refused) as refused:
        CustomerView.of(in_every_stage["draft"])
    assert refused.value.code == "draft"
