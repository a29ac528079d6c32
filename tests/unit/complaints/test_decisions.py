"""What may be decided in which stage: all of it, and nothing else."""

from datetime import UTC, datetime
from functools import partial
from itertools import product
from typing import get_args
from uuid import UUID, uuid4

import pytest
import sight
from each_role import by_outcome, door, outcome

from complaints.domain.decisions.resolution import must_be_granted
from complaints.domain.lifecycle import COMPLAINT, ComplaintDecision, Stage
from shared.aggregate import Change
from shared.contracts.roles import Role
from shared.lifecycle import IllegalTransition
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

STAGES, DECISIONS = get_args(Stage), get_args(ComplaintDecision)
BY_PEOPLE = [each for each in DECISIONS if COMPLAINT.roles(each)]
ENDS = ("closed", "dismissed")


@pytest.mark.requirement("R146.a")
@pytest.mark.parametrize(("stage", "decision"), list(product(STAGES, DECISIONS)))
def test_every_decision_leads_where_the_table_says_or_is_refused(stage, decision, in_every_stage, decide, otherwise):
    case = in_every_stage[stage]
    ways = [table[decision] for table in (decide, otherwise) if decision in table]
    assert case.stage == stage

    if move := COMPLAINT.move(stage, decision):
        assert {way(case).state.stage for way in ways} == set(move.to or (stage,))
        return
    for way in ways:
        with pytest.raises(IllegalTransition) as refused:
            way(case)
        assert (refused.value.code, stage in refused.value.detail) == ("illegal_transition", True)


@pytest.mark.parametrize("stage", ENDS)
def test_nobody_decides_anything_after_the_end_and_no_clock_runs_on(stage, in_every_stage):
    assert COMPLAINT.possible(stage) == ()
    assert (in_every_stage[stage].running, in_every_stage[stage].deadlines) == ((), ())


def test_every_stage_can_be_reached_and_every_live_one_can_be_left(in_every_stage):
    assert set(in_every_stage) == set(STAGES)
    assert all(COMPLAINT.decisions(stage) for stage in set(STAGES) - set(ENDS))
    assert set(COMPLAINT.stages) == set(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_stored_comes_back_as_it_was(stage, in_every_stage):
    case = in_every_stage[stage]

    assert type(case).model_validate(case.model_dump(mode="json")) == case


def test_every_decision_that_people_make_names_them_and_time_and_facts_make_the_others():
    assert {decision for decision in DECISIONS if not COMPLAINT.roles(decision)} == {"open"}


def asked(id, decision):
    """The route of a decision on this case, with a body that is well formed where one is asked for."""
    return f"/complaints/{id}/{decision.replace('_', '-')}", BODIES.get(decision)


BODIES = {
    "file": {},
    "add_details": {"sample_ref": "YP-0091"},
    "name_order": {"contract_no": "JG20260930-017"},
    "assign_owner": {"owner": "cs-manager-01"},
    "record_visit": {"visited_at": "2026-11-22T02:00:00Z", "note": "现场查看"},
    "record_notice": {"way": "phone", "words": "同意免费更换"},
    "acknowledge": {"restated": "三樘玻璃边缘崩角"},
    "convene_panel": {"departments": ["production"], "meets_at": "2026-11-23T02:00:00Z"},
    "record_panel": {"measures": "全批复检"},
    "audit": {"complete": True, "findings": "资料齐全"},
    "contact_department": {"department": "engineering", "words": "请查看现场"},
    "report_opinion": {"department": "design", "opinion": "说明书注明清洁方法"},
    "classify": {"nature": "quality", "category": "玻璃破损"},
    "judge": {"upheld": False, "grounds": "未见崩角", "demand_reasonable": False},
    "appeal": {"petition": "客户有异议"},
    "decide_appeal": {"petition": str(UUID(int=7)), "upheld": False, "grounds": "复核不成立"},
    "assign_investigation": {"department": "production"},
    "complete_investigation": {"cause": "护角不足", "evidence": ["photos/1.jpg"]},
    "identify_root_cause": {"code": "packaging"},
    "assess_loss": {"items": [{"code": "rework_hour", "quantity": 4}]},
    "decide_loss": {"loss": str(UUID(int=8)), "approved": True, "note": "同意"},
    "involve_supplier": {"supplier": "佛山某玻璃厂"},
    "assign_liability": {
        "shares": [{"unit": "own_department", "department": "production", "percent": 100}],
        "handling": "返工",
    },
    "propose": {"options": [{"kind": "explain", "amount": {"amount": "0.00"}, "description": "说明"}]},
    "approve": {"proposal": str(UUID(int=7)), "option": 0},
    "reject": {"proposal": str(UUID(int=7)), "note": "请核实"},
    "accept": {"via": "phone"},
    "decline": {"via": "phone"},
    "sign": {"signature": "s/1.png"},
    "implement": {},
    "record_feedback": {"satisfied": True, "words": "更换及时"},
    "close": {},
}


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_is_let_in_to_its_decisions_and_to_no_others(role, world):
    let_in = set()
    for decision in (each for each in DECISIONS if COMPLAINT.roles(each)):
        answer = await world.ask(role, "POST", *asked(UUID(int=5), decision))
        assert (answer.status_code, answer.json()["code"]) in ((404, "not_found"), (403, "forbidden")), decision
        if answer.status_code == 404:
            let_in.add(decision)

    assert let_in == {decision for decision in DECISIONS if role in COMPLAINT.roles(decision)}


WITHIN_AUTHORITY = {
    "approve": {Role.CS_MANAGER, Role.CS_DIRECTOR, Role.SALES_VP, Role.DEPUTY_GM, Role.GM},
    "reject": {Role.SALES_VP, Role.DEPUTY_GM, Role.GM},
}
"""Who approves the 1,800 yuan that are asked for here, and sends back a proposal whose dearest option is 5,000."""


def expected(stage, decision, role):
    """What the table of the lifecycle and the authority by amount say of this decision in this stage by this role."""
    if role not in COMPLAINT.roles(decision):
        return "forbidden"
    if (move := COMPLAINT.move(stage, decision)) is None:
        return "illegal_transition"
    return next(iter(move.to), stage) if role in WITHIN_AUTHORITY.get(decision, Role) else "authority_exceeded"


@pytest.mark.requirement("R146.a", "R157.a")
@pytest.mark.parametrize("stage", STAGES)
def test_every_decision_in_every_stage_is_made_by_its_roles_and_refused_to_all_others(
    stage, world, in_every_stage, decide_as, rules
):
    case = in_every_stage[stage]

    def decided(decision, by):
        after = decide_as(by)[decision](case).state
        if decision == "approve":
            must_be_granted(after, sight.proposal(case), rules, by)
        return after

    def found(decision):
        let_in = door(world, "/complaints/{complaint_id}", decision)
        return by_outcome(lambda role: outcome(let_in, role, AT, partial(decided, decision)))

    def said(decision):
        return by_outcome(partial(expected, stage, decision))

    assert {each: found(each) for each in BY_PEOPLE} == {each: said(each) for each in BY_PEOPLE}


@pytest.mark.requirement("R146.a")
@pytest.mark.parametrize("stage", STAGES)
async def test_in_every_stage_who_may_decide_hears_what_the_stage_says(stage, world, complaints, in_every_stage):
    """Who may not is refused before the case is read, whatever its stage: the test above."""
    refused = set()
    for number, decision in enumerate(BY_PEOPLE, STAGES.index(stage)):
        case = in_every_stage[stage].but(id=uuid4(), number=f"2026-11-{number:04d}")
        await complaints.create(Change(case), cause(AT))
        roles = COMPLAINT.roles(decision)
        answer = await world.ask(roles[number % len(roles)], "POST", *asked(case.id, decision))
        if answer.json().get("code") == "illegal_transition":
            refused.add(decision)

    assert refused == {decision for decision in BY_PEOPLE if not COMPLAINT.allows(stage, decision)}
