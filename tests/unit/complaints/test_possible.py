"""What is shown as possible to a role is what the decision takes from that role, in views, lists and duties."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import get_args
from uuid import UUID

import pytest
import sight

from complaints.domain.complaint import waiting
from complaints.domain.decisions.filing import name_order
from complaints.domain.decisions.findings import decide_loss
from complaints.domain.decisions.handling import convene_panel, record_panel
from complaints.domain.decisions.resolution import approve, propose, reject
from complaints.domain.decisions.settlement import sign
from complaints.domain.lifecycle import COMPLAINT, Stage
from complaints.domain.parts.appeal import Appeal
from complaints.domain.parts.findings import SubmittedLoss
from complaints.domain.parts.handling import Classification, HandlingAudit, Notice, Panel, Visit, WarrantyNote
from complaints.domain.parts.resolution import Answer, Feedback
from shared.aggregate import Change, Refused
from shared.contracts.aftersales import WarrantyRule
from shared.contracts.complaints import AuthorityExceededBlocked, BorneLoss, Remediation
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
AMOUNTS = [("0.00",), ("2000.00",), ("2000.01",), ("20000.00",), ("20000.01",), ("2000.00", "20000.01")]
"""At the edges of the bands, and a proposal whose options lie in different ones."""


def by(role, id=None):
    return cause(AT, actor=Actor(kind="staff", id=id or f"{role}-99", role=role))


@pytest.fixture
def proposed(in_every_stage, rules):
    def proposed(amounts, proposer="handler-01"):
        options = tuple(
            Remediation(kind="replace", amount=Money(amount=Decimal(each)), description="更换") for each in amounts
        )
        asked = by("complaint_handler", proposer)
        return propose(in_every_stage["investigated"], options, 0, True, rules, asked).state

    return proposed


def takers(decision, case, rules):
    """The roles from which the decision is taken, each by a person who had no hand in the matter."""
    proposal = case.proposals[-1]
    cheapest = min(range(len(proposal.options)), key=lambda number: proposal.options[number].amount.amount)
    found, codes = set(), set()
    for role in COMPLAINT.roles(decision):
        try:
            if decision == "approve":
                change = approve(case, proposal.proposal_id, cheapest, "", rules, by(role))
            else:
                change = reject(case, proposal.proposal_id, "请核实", rules, by(role))
        except Refused as refused:
            codes.add(refused.code)
        else:
            if not any(isinstance(event, AuthorityExceededBlocked) for event in change.events):
                found.add(role)
    assert codes <= {"authority_exceeded"}
    return found


def shown(possible, decision):
    return {Role(role) for each in possible if each["decision"] == decision for role in each["roles"]}


@pytest.mark.requirement("R157.a")
@pytest.mark.parametrize("amounts", AMOUNTS)
async def test_a_proposal_is_offered_to_those_who_may_decide_its_amounts(amounts, proposed, ask, stores, rules):
    case = proposed(amounts)
    await stores.complaints.create(Change(case), cause(AT))

    view = (await ask("finance", "GET", f"/complaints/{case.id}")).json()["possible"]
    (row,) = (await ask("finance", "GET", "/complaints")).json()["items"]
    (waiting,) = (await ask("gm", "GET", "/approvals")).json()["items"]

    for decision in ("approve", "reject"):
        offered = [shown(each, decision) for each in (view, row["possible"], waiting["possible"])]
        assert offered == [takers(decision, case, rules)] * 3


@pytest.mark.parametrize(("stage", "decision"), list(product(get_args(Stage), ("approve", "reject"))))
def test_in_no_other_stage_a_proposal_is_offered_for_decision(stage, decision, in_every_stage):
    offered = decision in {each.decision for each in in_every_stage[stage].possible}
    assert offered == (stage == "proposed")


@pytest.mark.parametrize("reader", ["cs_manager-1", "CS_MANAGER-1"])
async def test_who_made_a_proposal_is_not_offered_to_decide_on_it(reader, proposed, world, stores):
    case = proposed(("1500.00",), proposer="cs_manager-1")
    await stores.complaints.create(Change(case), cause(AT))

    own = (await world.ask(Role.CS_MANAGER, "GET", f"/complaints/{case.id}", by=reader)).json()["possible"]
    (row,) = (await world.ask(Role.CS_MANAGER, "GET", "/complaints", by=reader)).json()["items"]
    others = (await world.ask(Role.CS_MANAGER, "GET", f"/complaints/{case.id}", by="cs_manager-2")).json()["possible"]

    assert [shown(each, "approve") for each in (own, row["possible"])] == [set(), set()]
    assert [shown(each, "reject") for each in (own, row["possible"])] == [set(), set()]
    assert Role.CS_MANAGER in shown(others, "approve") & shown(others, "reject")


async def test_what_was_proposed_before_its_deciders_were_kept_is_offered_to_all_who_decide_some_amount(
    proposed, ask, stores
):
    case = proposed(("2000.00",)).but(deciders=None)
    await stores.complaints.create(Change(case), cause(AT))

    view = (await ask("finance", "GET", f"/complaints/{case.id}")).json()["possible"]

    assert shown(view, "approve") == set(COMPLAINT.roles("approve"))


@pytest.mark.requirement("R157.a")
@pytest.mark.parametrize(
    ("amounts", "role"),
    [(("2000.00",), "cs_manager"), (("2000.01",), "deputy_gm"), (("2000.00", "20000.01"), "gm")],
)
def test_the_duty_to_decide_is_of_the_role_that_may_decide_all_of_it_and_not_of_the_case_s_owner(
    amounts, role, proposed
):
    case = proposed(amounts)

    duty = case.clock("step_approve")

    assert (case.owner, duty.clock.role, duty.assignee) == ("handler-01", role, None)


LETTER = Notice(way="letter", words="同意免费更换", letter="letters/1.pdf", by="handler-01", at=AT)
VISIT = Visit(visited_at=AT, note="现场查看", by="handler-01", at=AT)
MAJOR = Classification(nature="non_quality", category="服务态度", major=True)
OF_QUALITY = Classification(nature="quality", category="玻璃破损")
PANEL = Panel(departments=("production",), meets_at=AT, convened_by="cs-manager-01", convened_at=AT)
REVIEWED = PANEL.but(measures="全批复检", recorded_by="cs-manager-01", recorded_at=AT)
BORNE = BorneLoss(department="production", amount=Money(amount=Decimal("240.00")))
LOST = SubmittedLoss(loss_id=UUID(int=8), borne=(BORNE,), prepared_by=("finance-01",), at=AT)
DECIDED = LOST.but(approved=True, note="同意", decided_by="deputy-02", decided_at=AT)
PETITION = Appeal(petition_id=UUID(int=9), petition="客户有异议", to_role=Role.DEPUTY_GM, by="handler-01", at=AT)


def audited(complete):
    return HandlingAudit(complete=complete, findings="已核对", by="manager-01", at=AT)


def checked(verdict):
    return WarrantyNote(check_id=UUID(int=6), verdict=verdict, rule=WarrantyRule(), at=AT)


STATES = {
    "as it stands": {},
    "it has no owner": {"owner": None},
    "it is major": {"classification": MAJOR},
    "it is major, and the departments meet": {"classification": MAJOR, "panel": PANEL},
    "it is major and was reviewed": {"classification": MAJOR, "panel": REVIEWED},
    "it is major, was reviewed and told by letter": {
        "classification": MAJOR,
        "panel": REVIEWED,
        "notices": (LETTER,),
    },
    "a visit is required": {"visit_required": True},
    "the required visit was made": {"visit_required": True, "visits": (VISIT,)},
    "something is missing in it": {"audits": (audited(True), audited(False))},
    "what was missing is there": {"audits": (audited(False), audited(True))},
    "its warranty is not known": {"classification": OF_QUALITY},
    "its warranty is uncertain": {"classification": OF_QUALITY, "warranty": (checked("uncertain"),)},
    "its warranty was decided": {
        "classification": OF_QUALITY,
        "warranty": (checked("uncertain"), checked("in_warranty")),
    },
    "its loss waits": {"submitted_loss": LOST},
    "its loss waits and a visit is required": {"submitted_loss": LOST, "visit_required": True},
    "its loss is decided": {"submitted_loss": DECIDED},
    "a petition was filed": {"appeal": PETITION},
    "the solution is not signed": {"answer": Answer(accepted=True, via="phone", at=AT)},
    "the customer's answer is kept": {"feedback": Feedback(satisfied=True, words="更换及时", by="x-1", at=AT)},
}
"""What may be the case in any stage."""


@pytest.fixture
def tried(decide, rules):
    """Every decision, made about the case as it is."""
    handler, deputy = by("complaint_handler"), by("deputy_gm")
    return decide | {
        "convene_panel": lambda case: convene_panel(case, ("production",), AT + timedelta(hours=1), handler),
        "record_panel": lambda case: record_panel(case, "全批复检", None, handler),
        "decide_loss": lambda case: decide_loss(*sight.lost(case), True, "同意", rules, deputy),
        "sign": lambda case: sign(case, "signatures/1.png", handler),
        "name_order": lambda case: name_order(case, case.form.order_no, None, None, rules, handler),
    }


@pytest.mark.parametrize(("stage", "state"), list(product(get_args(Stage), STATES)))
def test_what_is_offered_is_taken_and_what_is_not_offered_is_refused(stage, state, in_every_stage, tried):
    case = in_every_stage[stage].but(**STATES[state])
    offered = {each.decision for each in case.possible}
    made = [name for name, rows in COMPLAINT.moves.items() if any(move.by for move in rows)]
    wrong = []
    for decision in made:
        try:
            tried[decision](case)
        except Refused as refused:
            code = refused.code
        else:
            code = None
        if (code is None) is not (decision in offered):
            wrong.append((decision, code))
    assert wrong == []


@pytest.mark.parametrize(("stage", "state"), list(product(get_args(Stage), STATES)))
def test_what_waits_for_something_is_refused_with_the_code_of_what_it_waits_for(stage, state, in_every_stage, tried):
    case = in_every_stage[stage].but(**STATES[state])
    wrong = []
    for each in waiting(case):
        try:
            tried[each.decision](case)
        except Refused as refused:
            answer = refused.code
        else:
            answer = "taken"
        if answer != each.code:
            wrong.append((each.decision, each.code, answer))
    assert wrong == []


@pytest.mark.parametrize(("stage", "state"), list(product(get_args(Stage), STATES)))
async def test_a_list_offers_what_the_case_offers(stage, state, in_every_stage, ask, stores):
    case = in_every_stage[stage].but(**STATES[state])
    await stores.complaints.create(Change(case), cause(AT))

    view = (await ask("finance", "GET", f"/complaints/{case.id}")).json()["possible"]
    (row,) = (await ask("finance", "GET", "/complaints")).json()["items"]

    assert [each["decision"] for each in row["possible"]] == [each["decision"] for each in view]
