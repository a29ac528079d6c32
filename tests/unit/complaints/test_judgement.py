"""Judging, investigating, approving and settling: what is announced and what is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sight

from complaints.domain.decisions.closing import close
from complaints.domain.decisions.escalation import escalate
from complaints.domain.decisions.filing import open_case
from complaints.domain.decisions.handling import assign_owner, classify
from complaints.domain.decisions.investigation import complete_investigation, judge
from complaints.domain.decisions.resolution import approve, approve_choice, propose, reject
from complaints.domain.decisions.settlement import decline
from complaints.domain.parts.handling import Classification
from shared.aggregate import Change, Overstepped, Refused
from shared.contracts.complaints import (
    ApprovalRequested,
    AuthorityExceededBlocked,
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintJudged,
    ComplaintOwnerAssigned,
    InvestigationCompleted,
    Remediation,
    ResolutionApproved,
    ResolutionDeclined,
    ResolutionRejected,
)
from shared.contracts.event import Actor, Money
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MANAGER = Actor(kind="staff", id="cs-manager-01", role="cs_manager")
SALESMAN = Actor(kind="staff", id="am-03", role="account_manager")
DEPUTY = Actor(kind="staff", id="deputy-01", role="deputy_gm")
HANDLER = Actor(kind="staff", id="handler-01", role="complaint_handler")


def by(actor):
    """What this person asks for."""
    return cause(AT, actor=actor)


def only(kind, change):
    """The one event of this kind among those of a change."""
    (event,) = (event for event in change.events if type(event) is kind)
    return event


@pytest.mark.requirement("R110.a", "R110.b", "R112.a", "R112.c")
def test_an_upheld_complaint_names_the_responsible_department(in_every_stage, decide, form):
    change = decide["judge"](in_every_stage["filed"])

    assert only(ComplaintJudged, change) == ComplaintJudged(
        complaint_id=change.state.id,
        complaint_no="2026-11-0001",
        upheld=True,
        grounds="经查崩角为出厂包装不足所致",
        demand_reasonable=True,
        responsible_department="production",
        by="handler-01",
        answer_by=in_every_stage["filed"].close_by,
        order_id=form.concerning.order_id,
        order_no=form.order_no,
        customer=form.customer,
    )


def test_a_complaint_that_is_not_upheld_is_announced_answered_and_closed_as_such(in_every_stage, rules):
    closed = close(in_every_stage["not_upheld"], "经现场核实，产品符合合同约定", rules, by(HANDLER))

    assert only(ComplaintClosed, closed).outcome == "not_upheld"
    assert closed.state.closing.result == "经现场核实，产品符合合同约定"


@pytest.mark.parametrize(("upheld", "department"), [(True, None), (False, "production")])
def test_a_department_is_responsible_if_and_only_if_the_complaint_is_upheld(upheld, department, in_every_stage, rules):
    with pytest.raises(Refused) as refused:
        judge(in_every_stage["filed"], upheld, "理由", True, department, rules, by(HANDLER))
    assert refused.value.code == "responsible_department"


@pytest.mark.requirement("R144.a")
@pytest.mark.parametrize("stage", ["filed", "not_upheld", "investigating", "implemented"])
def test_every_complaint_whoever_is_at_fault_gets_an_owner_in_person(stage, in_every_stage, rules):
    change = assign_owner(in_every_stage[stage], "cs-manager-01", True, rules, by(MANAGER))

    assert change.state.owner == "cs-manager-01"
    assert only(ComplaintOwnerAssigned, change).visit_required


@pytest.mark.requirement("R141.a", "R147.a")
def test_a_case_is_a_matter_of_quality_or_not_and_a_major_one_goes_to_the_deputy_gm_at_once(in_every_stage, rules):
    filed = in_every_stage["filed"]
    ordinary = classify(filed, Classification(nature="non_quality", category="运输"), rules, by(HANDLER))
    major = classify(filed, Classification(nature="quality", category="玻璃坠落", major=True), rules, by(HANDLER))

    assert ordinary.state.classification.nature == "non_quality"
    assert [type(event).__name__ for event in ordinary.events] == ["ComplaintClassified"]
    assert only(ComplaintEscalated, major) == ComplaintEscalated(
        complaint_id=filed.id,
        complaint_no="2026-11-0001",
        level=2,
        from_role="complaint_handler",
        to_role="deputy_gm",
        reason="severity",
        customer=filed.form.customer,
    )


@pytest.mark.requirement("R141.a")
def test_a_complaint_that_is_filed_as_major_goes_to_the_deputy_gm_at_once(in_every_stage, form, numbered, rules):
    draft = in_every_stage["draft"]
    major = numbered(draft.id, form=form.but(severity="major"))

    opened = open_case(draft, major, rules, by(HANDLER))

    assert only(ComplaintEscalated, opened).to_role == "deputy_gm"


def test_a_case_is_sent_up_rung_by_rung_until_nobody_is_above(in_every_stage, policy, rules):
    case = in_every_stage["filed"]
    went_to = []
    for _ in policy.ladder:
        change = escalate(case, rules, by(HANDLER))
        case = change.state
        went_to.append(only(ComplaintEscalated, change).to_role)

    assert went_to == ["cs_manager", "deputy_gm", "gm"]
    with pytest.raises(Refused) as refused:
        escalate(case, rules, by(HANDLER))
    assert refused.value.code == "top_of_the_ladder"


@pytest.mark.requirement("R174.a")
def test_a_case_is_decided_on_evidence_and_the_evidence_is_kept(in_every_stage, rules):
    with pytest.raises(Refused) as refused:
        complete_investigation(in_every_stage["investigating"], "护角不足", (), (), rules, by(HANDLER))

    assert refused.value.code == "evidence_missing"
    assert in_every_stage["closed"].investigation.evidence == ("photos/1.jpg",)


@pytest.mark.requirement("R118.c")
@pytest.mark.parametrize(
    ("kinds", "taken"),
    [
        (("explain", "replace"), False),
        (("replace", "explain", "allowance"), False),
        (("replace", "allowance", "explain"), True),
        (("explain",), True),
    ],
)
def test_what_makes_good_for_the_damage_is_offered_before_what_only_explains_it(kinds, taken, in_every_stage, rules):
    options = tuple(
        Remediation(kind=kind, amount=Money(amount=Decimal(0 if kind == "explain" else 100)), description=kind)
        for kind in kinds
    )

    def proposing():
        return propose(in_every_stage["investigated"], options, 0, True, rules, by(HANDLER))

    if not taken:
        with pytest.raises(Refused) as refused:
            proposing()
        assert refused.value.code == "make_good_first"
        return
    proposed = proposing().state
    every = tuple(range(len(options)))
    (approved, *_) = approve_choice(*sight.proposed(proposed), 0, every, "", rules, by(DEPUTY)).events
    assert [option.kind for option in approved.offered] == list(kinds)


@pytest.mark.parametrize(
    ("kind", "amount", "code"),
    [
        ("explain", "0.01", "explains_only"),
        ("allowance", "0.00", "nothing_granted"),
        ("compensation", "0.00", "nothing_granted"),
    ],
)
async def test_an_amount_that_no_paper_pays_and_a_grant_of_nothing_are_refused(
    kind, amount, code, ask, complaints, in_every_stage
):
    case = await complaints.create(Change(in_every_stage["investigated"]), cause(AT))
    repair = {"kind": "repair", "amount": {"amount": "0.00"}, "description": "上门维修"}
    wrong = {"kind": kind, "amount": {"amount": amount}, "description": "说明"}

    refused = await ask("complaint_handler", "POST", f"/complaints/{case.id}/propose", {"options": [repair, wrong]})

    answer = refused.json()
    assert (refused.status_code, answer["code"]) == (409, code)
    assert [each["where"] for each in answer["errors"]] == ["body.options.1.amount"]


@pytest.mark.requirement("R113.a", "R113.b")
def test_an_investigation_ends_with_the_cause_the_evidence_and_who_is_responsible(in_every_stage, rules):
    change = complete_investigation(
        in_every_stage["investigating"], "护角不足", ("p/1.jpg",), ("包装组",), rules, by(HANDLER)
    )

    assert only(InvestigationCompleted, change) == InvestigationCompleted(
        complaint_id=change.state.id,
        complaint_no="2026-11-0001",
        cause="护角不足",
        evidence=("p/1.jpg",),
        responsible=("包装组",),
        at=AT,
    )


@pytest.mark.requirement("R114.a", "R163.a")
def test_several_solutions_go_to_whoever_may_approve_the_dearest(in_every_stage, proposal, decide):
    change = decide["propose"](in_every_stage["investigated"])

    assert only(ApprovalRequested, change) == ApprovalRequested(
        complaint_id=change.state.id,
        complaint_no="2026-11-0001",
        proposal_id=proposal.proposal_id,
        amount=proposal.options[1].amount,
        band="up to 20000",
        required_role="deputy_gm",
        due_at=AT + timedelta(days=1),
        matrix_version=1,
    )


def test_the_preferred_solution_is_one_of_those_proposed(in_every_stage, proposal, rules):
    with pytest.raises(Refused, match="one of 0 to 1"):
        propose(in_every_stage["investigated"], proposal.options, 2, True, rules, by(HANDLER))


@pytest.mark.requirement("R114.b", "R163.a")
def test_a_manager_may_choose_the_cheap_solution_and_the_deputy_gm_the_dear_one(in_every_stage, proposal, rules):
    proposed = in_every_stage["proposed"]

    cheap = approve(*sight.proposed(proposed), 0, "同意", rules, by(MANAGER))
    dear = approve(*sight.proposed(proposed), 1, "同意", rules, by(DEPUTY))

    assert only(ResolutionApproved, cheap) == ResolutionApproved(
        complaint_id=proposed.id,
        complaint_no="2026-11-0001",
        proposal_id=proposal.proposal_id,
        option=proposal.options[0],
        offered=(proposal.options[0],),
        approver="cs-manager-01",
        role="cs_manager",
        matrix_version=1,
        note="同意",
        order_id=proposed.concerning.order_id,
        order_no=proposed.form.order_no,
        customer=proposed.form.customer,
    )
    assert only(ResolutionApproved, dear).option == proposal.options[1]


@pytest.mark.requirement("R157.a", "R163.a")
@pytest.mark.parametrize(("actor", "option", "limit"), [(MANAGER, 1, "2000"), (SALESMAN, 0, "0")])
def test_an_approval_beyond_the_own_authority_grants_nothing_and_is_reported(
    actor, option, limit, in_every_stage, proposal, rules
):
    proposed = in_every_stage["proposed"]

    change = approve(*sight.proposed(proposed), option, "", rules, by(actor))

    assert (change.state.stage, change.state.verdicts, change.state.deadlines) == ("proposed", (), proposed.deadlines)
    assert change.events == (
        AuthorityExceededBlocked(
            complaint_id=proposed.id,
            complaint_no="2026-11-0001",
            staff=actor.id,
            role=actor.role,
            attempted=proposal.options[option].amount,
            limit=Money(amount=limit),
        ),
    )


def test_a_solution_that_was_not_proposed_cannot_be_approved(in_every_stage, rules):
    with pytest.raises(Refused, match="options 0 to 1"):
        approve(*sight.proposed(in_every_stage["proposed"]), 2, "", rules, by(DEPUTY))


def test_a_rejected_proposal_goes_back_with_the_reason_and_a_new_one_may_follow(in_every_stage, proposal, rules):
    rejected = reject(*sight.proposed(in_every_stage["proposed"]), "请核实数量", rules, by(DEPUTY))

    assert only(ResolutionRejected, rejected).note == "请核实数量"
    asked = by(HANDLER)
    again = propose(rejected.state, proposal.options, 0, True, rules, asked)
    assert [each.proposal_id for each in again.state.proposals] == [proposal.proposal_id, asked.derive("proposal")]


@pytest.mark.parametrize("decide", [lambda case, seen, *given: approve(case, seen, 0, *given), reject])
def test_a_proposal_is_decided_by_another_person_than_the_one_who_made_it(decide, in_every_stage, rules):
    proposed = in_every_stage["proposed"]
    proposer = proposed.proposals[-1].proposed_by
    with pytest.raises(Overstepped) as refused:
        decide(*sight.proposed(proposed), "同意", rules, by(DEPUTY.but(id=proposer)))
    assert refused.value.code == "four_eyes"


def test_only_who_might_approve_a_proposal_may_reject_it(in_every_stage, rules):
    with pytest.raises(Refused) as refused:
        reject(*sight.proposed(in_every_stage["proposed"]), "不行", rules, by(MANAGER))
    assert refused.value.code == "authority_exceeded"


def test_a_customer_who_declines_ends_this_case_so_that_a_new_one_can_take_it_up(in_every_stage, proposal, rules):
    change = decline(in_every_stage["approved"], "phone", "要求另加折扣", rules, by(HANDLER))

    assert (change.state.stage, change.state.closing.outcome) == ("closed", "resubmitted")
    assert only(ResolutionDeclined, change) == ResolutionDeclined(
        complaint_id=change.state.id,
        complaint_no="2026-11-0001",
        proposal_id=proposal.proposal_id,
        via="phone",
        reason="要求另加折扣",
        at=AT,
        customer=change.state.form.customer,
    )
    assert only(ComplaintClosed, change).outcome == "resubmitted"


@pytest.mark.requirement("R106.a")
def test_a_settled_case_keeps_everything_that_led_to_its_close(in_every_stage):
    closed = in_every_stage["closed"]

    assert (closed.answer.via, closed.implementation.by, closed.closing.result) == ("phone", "handler-01", "已更换")
    assert (closed.judgement.upheld, closed.investigation.cause) == (True, "护角未按规范包装")
    assert [verdict.approver for verdict in closed.verdicts] == ["deputy-01"]


def test_opening_a_case_twice_changes_nothing(in_every_stage, numbered, rules):
    filed = in_every_stage["filed"]

    again = open_case(filed, numbered(filed.id), rules, by(HANDLER))

    assert (again.state, again.events) == (filed, ())
