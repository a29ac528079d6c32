"""A case has an owner who visits the customer; and no way of deciding gets around that, around authority or the end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
import sight
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from complaints.domain.decisions import allowance as on_allowance
from complaints.domain.decisions.appeal import appeal, decide_appeal
from complaints.domain.decisions.closing import close, withdraw
from complaints.domain.decisions.escalation import escalate
from complaints.domain.decisions.filing import add_details, dismiss, draft, file, name_order, open_case
from complaints.domain.decisions.findings import (
    assess_loss,
    assign_liability,
    decide_loss,
    identify_root_cause,
    involve_supplier,
)
from complaints.domain.decisions.handling import (
    acknowledge,
    assign_owner,
    classify,
    convene_panel,
    record_notice,
    record_panel,
    record_visit,
)
from complaints.domain.decisions.investigation import assign_investigation, complete_investigation, judge
from complaints.domain.decisions.liaison import audit, contact_department, report_opinion
from complaints.domain.decisions.papers import expect_allowance
from complaints.domain.decisions.resolution import approve_choice, propose, reject
from complaints.domain.decisions.settlement import accept_choice, decline, implement, record_feedback, sign
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.findings import LostItem, Share
from complaints.domain.parts.form import Additions, Details, Form
from complaints.domain.parts.handling import Classification, Visit
from complaints.settings import Settings
from shared.aggregate import Refused
from shared.calendar import Calendar
from shared.contracts.complaints import AllowanceGranted, ComplaintClosed, ComplaintVisitRecorded, Remediation
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot
from shared.lifecycle import IllegalTransition
from shared.testing import cause, nowhere

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def by(role, id=None):
    return cause(AT, actor=Actor(kind="staff", id=id or f"{role}-01", role=role))


MANAGER, HANDLER = by("cs_manager"), by("complaint_handler")


@pytest.fixture
def unowned(in_every_stage):
    """A case that no one was named for, in a stage."""
    return lambda stage: in_every_stage[stage].but(owner=None)


@pytest.mark.requirement("R144.b")
@pytest.mark.parametrize(
    ("stage", "decide"),
    [
        ("implemented", lambda case, rules: close(case, "已更换", rules, HANDLER)),
        ("not_upheld", lambda case, rules: close(case, "已答复", rules, HANDLER)),
        ("filed", lambda case, rules: withdraw(case, rules, HANDLER)),
        ("investigated", lambda case, rules: propose(case, (Remediation(**REPLACE),), 0, True, rules, HANDLER)),
        ("filed", lambda case, rules: record_visit(case, AT, "已到现场", None, HANDLER)),
    ],
)
def test_without_an_owner_no_case_is_closed_and_no_solution_proposed(stage, decide, unowned, rules):
    with pytest.raises(Refused) as refused:
        decide(unowned(stage), rules)

    assert (refused.value.code, "assign-owner" in refused.value.detail) == ("owner_missing", True)


REPLACE = {"kind": "replace", "amount": Money(amount=Decimal("1800.00")), "description": "免费更换"}


@pytest.mark.requirement("R144.b", "R144.c")
def test_where_a_visit_is_required_the_case_is_closed_after_it_and_the_visit_stays_on_it(in_every_stage, rules):
    owned = assign_owner(in_every_stage["implemented"], "cs-manager-01", True, rules, MANAGER).state

    with pytest.raises(Refused) as refused:
        close(owned, "已更换", rules, HANDLER)
    visited = record_visit(owned, AT - HOUR, "现场查看，三樘已更换，客户满意", "visits/7.pdf", MANAGER)

    assert refused.value.code == "visit_missing"
    assert visited.state.visits == (
        Visit(
            visited_at=AT - HOUR,
            note="现场查看，三樘已更换，客户满意",
            file="visits/7.pdf",
            by="cs_manager-01",
            at=AT,
        ),
    )
    assert visited.events == (
        ComplaintVisitRecorded.of(
            owned.about_customer, visited_at=AT - HOUR, by="cs_manager-01", note="现场查看，三樘已更换，客户满意"
        ),
    )
    assert close(visited.state, "已更换", rules, HANDLER).state.closing.outcome == "resolved"


def test_a_visit_that_is_still_to_come_is_not_recorded(in_every_stage):
    with pytest.raises(Refused) as refused:
        record_visit(in_every_stage["filed"], AT + HOUR, "明天去", None, MANAGER)

    assert (refused.value.code, AT.isoformat() in refused.value.detail) == ("future_date", True)


def test_an_owner_who_need_not_go_there_closes_without_a_visit(in_every_stage, rules):
    owned = assign_owner(in_every_stage["implemented"], "cs-manager-01", False, rules, MANAGER).state

    assert close(owned, "已更换", rules, HANDLER).state.stage == "closed"


RULES = nowhere(Settings).rules(Calendar())
FORM = Form(
    customer=CustomerSnapshot(customer_id=UUID(int=1), name="广州恒达装饰工程有限公司"),
    complainant="王建国",
    channel="phone",
    received_at=AT,
    content="三樘玻璃边缘崩角",
)
PEOPLE = st.builds(
    lambda name, role: by(role.value, name),
    st.sampled_from(["zhang", "li", "wang", "zhao"]),
    st.sampled_from([Role.COMPLAINT_HANDLER, Role.CS_MANAGER, Role.SALES_VP, Role.DEPUTY_GM, Role.GM, Role.FINANCE]),
)
READ = st.sampled_from(
    [sight.proposal, lambda case: case.proposals[0].proposal_id if case.proposals else sight.NOTHING]
)
"""The latest proposal or the first one: a colleague may have read either."""

TRIES = st.tuples(PEOPLE, READ, st.integers(0, 2), st.sets(st.integers(0, 2)))
"""Who tries to approve of what they read which option, and which others beside it."""

AMOUNTS = st.sampled_from(["0", "1800.00", "2000.00", "2000.01", "20000.00", "20000.01", "90000.00"])


OURS = (Share(unit="own_department", department="production", percent=100),)
QUALITY = Classification(nature="quality", category="玻璃破损")
BESIDE = {
    "add_details": lambda case, who: add_details(case, Details(sample_ref="YP-0091"), None, RULES, who),
    "name_order": lambda case, who: name_order(case, None, "JG20260930-017", None, RULES, who),
    "acknowledge": lambda case, who: acknowledge(case, "三樘玻璃崩角", who),
    "assess_loss": lambda case, who: assess_loss(case, (LostItem(code="rework_hour", quantity=4),), RULES, who),
    "assign_liability": lambda case, who: assign_liability(case, OURS, "返工", False, RULES, who),
    "audit": lambda case, who: audit(case, True, "资料齐全", who),
    "classify": lambda case, who: classify(case, QUALITY, RULES, who),
    "contact_department": lambda case, who: contact_department(case, "engineering", "请查看现场", who),
    "convene_panel": lambda case, who: convene_panel(case, ("production",), AT + HOUR, who),
    "decide_loss": lambda case, who: decide_loss(*sight.lost(case), True, "同意", RULES, who),
    "escalate": lambda case, who: escalate(case, RULES, who),
    "find_incomplete": lambda case, who: audit(case, False, "缺照片", who),
    "identify_root_cause": lambda case, who: identify_root_cause(case, RULES.on(AT).causes[0], None, (), who),
    "involve_supplier": lambda case, who: involve_supplier(case, "佛山某玻璃厂", None, "purchasing", RULES, who),
    "make_major": lambda case, who: classify(case, QUALITY.but(major=True), RULES, who),
    "record_feedback": lambda case, who: record_feedback(case, True, "满意", RULES, who),
    "record_notice": lambda case, who: record_notice(case, "letter", "同意更换", "letters/1.pdf", who),
    "record_panel": lambda case, who: record_panel(case, "全批复检", None, replace(who, at=AT + 2 * HOUR)),
    "report_opinion": lambda case, who: report_opinion(case, "design", "说明书注明清洁方法", who),
}
"""What may be decided beside a case's way."""


ZHANG, GM = by("complaint_handler", "zhang"), by("gm", "gm")
PROPOSING, CLOSING = (
    lambda case: case.propose(ZHANG, ["2000.00", "2000.01", "20000.01"], True),
    lambda case: case.close(ZHANG),
)
USUAL_WAY = (
    lambda case: case.take_in(ZHANG),
    lambda case: case.open("2026-11-0001"),
    lambda case: case.assign(MANAGER, False),
    lambda case: case.judge(ZHANG, True),
    lambda case: case.investigate(ZHANG),
    PROPOSING,
    lambda case: case.approve([(GM, sight.proposal, 1, {0})]),
    lambda case: case.accept(ZHANG, 1),
    lambda case: case.carry_out(ZHANG),
    CLOSING,
    lambda case: case.draw_certificate(ZHANG),
    lambda case: case.stamp_and_book(ZHANG),
)
"""The decisions that lead a case from its filing to an allowance that is granted and booked."""


class AnyWay(RuleBasedStateMachine):
    """Anybody tries any decision in any order; what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.case = draft(UUID(int=1), FORM, RULES, HANDLER).state
        self.paper = None
        self.ends = []
        self.closed = []
        self.granted = []
        self.booked = []

    def decide(self, decision):
        try:
            change = decision(self.case)
        except (Refused, IllegalTransition):
            return
        if change.state.stage != self.case.stage and change.state.stage in COMPLAINT.terminal:
            self.ends.append(change.state.stage)
        self.case = change.state
        self.closed += [event for event in change.events if isinstance(event, ComplaintClosed)]

    def on_paper(self, decision):
        if self.case.closing is None or self.case.closing.outcome != "resolved":
            return
        settlement = self.case.settlement
        if settlement is None or settlement.kind != "allowance":
            return
        try:
            change = decision(self.paper or expect_allowance(self.case, settlement, RULES, HANDLER).state)
        except (Refused, IllegalTransition):
            return
        if change.state.posted is not None and (self.paper is None or change.state.posted is not self.paper.posted):
            self.booked.append(change.state.posted)
        self.paper = change.state
        self.granted += [event for event in change.events if isinstance(event, AllowanceGranted)]

    @initialize(steps=st.sampled_from(range(len(USUAL_WAY) + 1)))
    def begin(self, steps):
        """A case that has gone its usual way so far: what is tried in vain elsewhere is tried there as well."""
        for step in USUAL_WAY[:steps]:
            step(self)

    @rule(who=PEOPLE)
    def take_in(self, who):
        self.decide(lambda case: file(case, Additions(), None, RULES, who))

    @rule(who=PEOPLE)
    def dismiss(self, who):
        self.decide(lambda case: dismiss(case, RULES, who))

    @rule(number=st.sampled_from(["2026-11-0001", "2026-11-0002"]))
    def open(self, number):
        self.decide(lambda case: open_case(case, FORM.announced(case.id, number, AT), RULES, HANDLER))

    @rule(who=PEOPLE, decision=st.sampled_from(sorted(BESIDE)))
    def beside(self, who, decision):
        self.decide(lambda case: BESIDE[decision](case, who))

    @rule(who=PEOPLE, visit=st.booleans())
    def assign(self, who, visit):
        self.decide(lambda case: assign_owner(case, who.actor.id, visit, RULES, who))

    @rule(who=PEOPLE)
    def visit(self, who):
        self.decide(lambda case: record_visit(case, AT, "已到现场", None, who))

    @rule(who=PEOPLE, upheld=st.booleans())
    def judge(self, who, upheld):
        self.decide(lambda case: judge(case, upheld, "理由", upheld, "production" if upheld else None, RULES, who))

    @rule(who=PEOPLE, upheld=st.booleans())
    def petition(self, who, upheld):
        unit = "production" if upheld else None
        self.decide(lambda case: appeal(case, "异议", RULES, who))
        self.decide(lambda case: decide_appeal(*sight.petitioned(case), upheld, "复核", unit, RULES, by("gm", "gm")))

    @rule(who=PEOPLE)
    def investigate(self, who):
        self.decide(lambda case: assign_investigation(case, "production", (), None, RULES, who))
        self.decide(lambda case: complete_investigation(case, "原因", ("photos/1.jpg",), (), RULES, who))

    @rule(who=PEOPLE, amounts=st.lists(AMOUNTS, min_size=1, max_size=3), choice=st.booleans())
    def propose(self, who, amounts, choice):
        options = tuple(
            Remediation(kind="allowance", amount=Money(amount=Decimal(amount)), description="折让")
            for amount in amounts
        )
        self.decide(lambda case: propose(case, options, 0, choice, RULES, who))

    @rule(tries=st.lists(TRIES, min_size=1, max_size=6))
    def approve(self, tries):
        """Several try one after the other, since most of them may not."""
        for who, seen, option, also in tries:
            read, offered = seen(self.case), tuple(also)
            self.decide(
                partial(approve_choice, seen=read, option=option, also=offered, note="", rules=RULES, cause=who)
            )

    @rule(who=PEOPLE, seen=READ)
    def send_back(self, who, seen):
        self.decide(lambda case: reject(case, seen(case), "请核实", RULES, who))

    @rule(who=PEOPLE, number=st.none() | st.integers(1, 3))
    def accept(self, who, number):
        self.decide(lambda case: accept_choice(case, number, "signature", "s/1.png", RULES, who))

    @rule(who=PEOPLE)
    def decline(self, who):
        self.decide(lambda case: decline(case, "phone", None, RULES, who))

    @rule(who=PEOPLE)
    def carry_out(self, who):
        self.decide(lambda case: sign(case, "s/1.png", who))
        self.decide(lambda case: implement(case, (), RULES, who))

    @rule(who=PEOPLE)
    def close(self, who):
        self.decide(lambda case: close(case, "已处理", RULES, who))

    @rule(who=PEOPLE)
    def withdraw(self, who):
        self.decide(lambda case: withdraw(case, RULES, who))

    @rule(who=PEOPLE)
    def draw_certificate(self, who):
        self.on_paper(lambda paper: on_allowance.draw_up(paper, "崩角", RULES, who))
        self.on_paper(lambda paper: on_allowance.countersign(*sight.drawn(paper), RULES, by("sales_vp", "vp")))

    @rule(who=PEOPLE)
    def stamp_and_book(self, who):
        self.on_paper(lambda paper: on_allowance.stamp(paper, "zk/1.pdf", RULES, who))
        self.on_paper(lambda paper: on_allowance.post(paper, "PZ-1", RULES, who))

    @invariant()
    def no_case_ends_without_an_owner(self):
        assert self.case.closing is None or self.case.owner is not None

    @invariant()
    def nothing_is_carried_out_that_was_not_approved_by_another_person_within_authority(self):
        for verdict in self.case.verdicts:
            (made,) = [each for each in self.case.proposals if each.proposal_id == verdict.proposal_id]
            assert verdict.approver != made.proposed_by
            matrix = RULES.of(self.case).authority
            assert all(matrix.allows(verdict.role, each.amount) for each in verdict.offered)
        if self.case.stage in ("accepted", "implemented"):
            assert self.case.settlement in self.case.verdicts[-1].offered
        if self.case.closing and self.case.closing.outcome == "resolved":
            assert self.case.settlement in self.case.verdicts[-1].offered

    @invariant()
    def no_case_is_resolved_before_another_person_has_decided_on_its_loss(self):
        submitted = self.case.submitted_loss
        if submitted and self.case.closing and self.case.closing.outcome == "resolved":
            assert submitted.decided_by is not None
            assert submitted.decided_by not in submitted.prepared_by

    @invariant()
    def a_case_ends_once_and_is_paid_once(self):
        assert self.ends == [self.case.stage] * (self.case.stage in COMPLAINT.terminal)
        assert len(self.closed) == (self.case.stage == "closed")
        assert len(self.granted) <= 1
        assert len(self.booked) <= 1
        assert [event.amount for event in self.granted] in ([], [self.case.settlement and self.case.settlement.amount])


def test_the_usual_way_ends_with_an_allowance_that_is_granted_and_booked():
    case = AnyWay()
    case.begin(len(USUAL_WAY))

    assert (case.case.stage, case.paper.stage, len(case.granted), len(case.booked)) == ("closed", "granted", 1, 1)


@pytest.mark.requirement("R157.a")
@settings(max_examples=150, deadline=None)
@given(
    proposer=PEOPLE, amounts=st.lists(AMOUNTS, min_size=3, max_size=3), tries=st.lists(TRIES, min_size=1, max_size=6)
)
def test_whoever_tries_to_approve_another_person_within_their_authority_does(proposer, amounts, tries):
    case = AnyWay()
    case.begin(USUAL_WAY.index(PROPOSING))
    case.propose(proposer, amounts, True)
    case.approve(tries)

    case.nothing_is_carried_out_that_was_not_approved_by_another_person_within_authority()


@pytest.mark.requirement("R155.c")
@settings(max_examples=100, deadline=None)
@given(tries=st.lists(st.tuples(st.sampled_from([AnyWay.draw_certificate, AnyWay.stamp_and_book]), PEOPLE), max_size=8))
def test_whoever_tries_to_get_a_certificate_the_customer_is_paid_once(tries):
    case = AnyWay()
    case.begin(USUAL_WAY.index(CLOSING) + 1)
    for attempt, who in tries:
        attempt(case, who)

    case.a_case_ends_once_and_is_paid_once()


AnyWay.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAnyWay = pytest.mark.requirement("R144.b", "R155.c", "R157.a")(AnyWay.TestCase)
