"""A refusal can be objected to once, a customer chooses among what is approved, and signs before anything is done."""

from datetime import UTC, datetime, timedelta

import pytest
import sight

from complaints.api.customer_view import CustomerView
from complaints.domain.decisions.appeal import appeal, decide_appeal
from complaints.domain.decisions.closing import close
from complaints.domain.decisions.resolution import approve, approve_choice, propose
from complaints.domain.decisions.settlement import accept, accept_choice, implement, sign
from complaints.domain.parts.appeal import Appeal
from complaints.domain.parts.resolution import Answer
from shared.aggregate import Overstepped, Refused
from shared.contracts.complaints import (
    AppealFiled,
    AuthorityExceededBlocked,
    ComplaintJudged,
    DeadlineMetByComplaints,
    DeadlineSetByComplaints,
    ResolutionAccepted,
    ResolutionApproved,
)
from shared.contracts.event import Actor
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HANDLER = Actor(kind="staff", id="handler-01", role="complaint_handler")
SALESMAN = Actor(kind="staff", id="am-03", role="account_manager")
MANAGER = Actor(kind="staff", id="cs-manager-01", role="cs_manager")
DEPUTY = Actor(kind="staff", id="deputy-01", role="deputy_gm")
NOTHING_YET = ["draft", "filed", "upheld", "investigating", "investigated", "proposed"]


def by(actor, at=AT):
    return cause(at, actor=actor)


def only(kind, change):
    (event,) = (event for event in change.events if type(event) is kind)
    return event


@pytest.fixture
def objected(in_every_stage, rules):
    """A refused complaint to which the customer objects, with all that this announces."""
    return appeal(in_every_stage["not_upheld"], "客户提供了签收照片", rules, by(SALESMAN))


@pytest.fixture
def offered(in_every_stage, rules):
    """A case in which the deputy approved both solutions."""
    return approve_choice(*sight.proposed(in_every_stage["proposed"]), 0, (1,), "", rules, by(DEPUTY)).state


@pytest.mark.requirement("R160.b")
def test_an_objection_goes_to_the_superiors_as_a_petition_and_their_answer_has_a_clock(objected):
    assert objected.state.stage == "appealed"
    assert only(AppealFiled, objected) == AppealFiled(
        complaint_id=objected.state.id,
        complaint_no="2026-11-0001",
        petition="客户提供了签收照片",
        by="am-03",
        to_role="deputy_gm",
    )
    begun = only(DeadlineSetByComplaints, objected)
    assert (begun.kind, begun.assignee_role, begun.due_at) == ("appeal", "deputy_gm", AT + timedelta(days=1))


@pytest.mark.requirement("R160.b", "R191.d")
@pytest.mark.parametrize(("upheld", "department"), [(True, "production"), (False, None)])
def test_the_superiors_judge_anew_and_the_customer_hears_it_like_the_first_judgement(
    upheld, department, objected, rules
):
    change = decide_appeal(*sight.petitioned(objected.state), upheld, "复核", department, rules, by(DEPUTY))

    assert change.state.stage == ("upheld" if upheld else "not_upheld")
    assert change.state.appeal == Appeal(
        petition_id=sight.petitioned(objected.state)[1],
        petition="客户提供了签收照片",
        to_role="deputy_gm",
        by="am-03",
        at=AT,
        upheld=upheld,
        grounds="复核",
        decided_by="deputy-01",
        decided_at=AT,
    )
    judged = only(ComplaintJudged, change)
    assert (judged.upheld, judged.responsible_department, judged.by) == (upheld, department, "deputy-01")
    assert only(DeadlineMetByComplaints, change).deadline_id == only(DeadlineSetByComplaints, objected).deadline_id


@pytest.mark.parametrize("actor", [HANDLER, SALESMAN])
def test_neither_the_judge_nor_the_petitioner_decides_on_the_petition(actor, objected, rules):
    with pytest.raises(Overstepped) as refused:
        decide_appeal(*sight.petitioned(objected.state), False, "复核", None, rules, by(actor))
    assert refused.value.code == "four_eyes"


def test_a_petition_is_decided_once(objected, rules):
    decided = decide_appeal(*sight.petitioned(objected.state), False, "复核", None, rules, by(DEPUTY)).state

    with pytest.raises(Refused) as refused:
        appeal(decided, "仍有异议", rules, by(SALESMAN))
    assert refused.value.code == "appealed_already"


@pytest.mark.requirement("R111.a")
@pytest.mark.parametrize("reply", [None, ""])
def test_a_refusal_is_not_closed_without_its_tactful_reply(reply, in_every_stage, rules):
    with pytest.raises(Refused) as refused:
        close(in_every_stage["not_upheld"], reply, rules, by(HANDLER))
    assert refused.value.code == "reply_missing"


@pytest.mark.requirement("R114.b", "R157.b")
def test_the_customer_sees_what_is_approved_and_may_choose_from_nothing_else(in_every_stage, offered, proposal, rules):
    one = approve(*sight.proposed(in_every_stage["proposed"]), 0, "", rules, by(DEPUTY)).state

    assert CustomerView.of(in_every_stage["proposed"]).choices == ()
    assert CustomerView.of(one).choices == ("免费更换三樘玻璃",)
    assert CustomerView.of(offered).choices == ("免费更换三樘玻璃", "折让 5000 元")


def test_what_is_approved_to_choose_from_is_announced_when_it_is_approved(in_every_stage, proposal, rules):
    both = only(
        ResolutionApproved,
        approve_choice(*sight.proposed(in_every_stage["proposed"]), 1, (0,), "", rules, by(DEPUTY)),
    )
    one = only(
        ResolutionApproved,
        approve(*sight.proposed(in_every_stage["proposed"]), 1, "", rules, by(DEPUTY)),
    )

    assert (both.option, both.offered, both.customer_may_choose) == (proposal.options[1], proposal.options, True)
    assert (one.offered, one.customer_may_choose) == ((proposal.options[1],), False)


@pytest.mark.requirement("R157.a")
def test_a_choice_of_which_one_solution_is_beyond_the_authority_is_blocked_as_a_whole(in_every_stage, proposal, rules):
    change = approve_choice(*sight.proposed(in_every_stage["proposed"]), 0, (1,), "", rules, by(MANAGER))

    assert (change.state.stage, change.state.verdicts) == ("proposed", ())
    assert only(AuthorityExceededBlocked, change).attempted == proposal.options[1].amount


def test_no_choice_is_approved_where_the_proposal_leaves_none(in_every_stage, proposal, rules):
    proposed = propose(in_every_stage["investigated"], proposal.options, 0, False, rules, by(HANDLER)).state

    with pytest.raises(Refused) as refused:
        approve_choice(*sight.proposed(proposed), 0, (1,), "", rules, by(DEPUTY))
    assert refused.value.code == "customer_may_not_choose"


@pytest.mark.requirement("R116.a")
def test_the_choice_of_the_customer_is_the_solution_that_holds(offered, proposal, rules):
    change = accept_choice(offered, 2, "signature", "signatures/1.png", rules, by(HANDLER))

    assert change.state.settlement == proposal.options[1]
    assert change.state.answer == Answer(
        accepted=True, via="signature", signature="signatures/1.png", choice=proposal.options[1], at=AT
    )
    assert only(ResolutionAccepted, change).option == proposal.options[1]
    assert CustomerView.of(change.state).solution == "折让 5000 元"


@pytest.mark.parametrize(
    ("number", "via", "code"),
    [
        (None, "phone", "choice_missing"),
        (0, "phone", "not_offered"),
        (3, "phone", "not_offered"),
        (1, "signature", "signature_missing"),
    ],
)
def test_an_answer_that_is_not_to_what_was_offered_is_refused(number, via, code, offered, rules):
    with pytest.raises(Refused) as refused:
        accept_choice(offered, number, via, None, rules, by(HANDLER))
    assert refused.value.code == code


@pytest.mark.requirement("R116.b")
def test_a_solution_is_carried_out_only_once_the_customer_has_signed(in_every_stage, rules):
    by_phone = accept(in_every_stage["approved"], "phone", None, rules, by(HANDLER)).state

    with pytest.raises(Refused) as refused:
        implement(by_phone, (), rules, by(HANDLER))
    assert refused.value.code == "not_signed"
    signed = sign(by_phone, "signatures/1.png", by(HANDLER)).state
    assert implement(signed, (), rules, by(HANDLER)).state.stage == "implemented"
    with pytest.raises(Refused) as again:
        sign(signed, "signatures/2.png", by(HANDLER))
    assert again.value.code == "signed_already"


@pytest.mark.parametrize("stage", NOTHING_YET)
def test_nothing_is_signed_or_accepted_before_it_is_approved(stage, in_every_stage, decide):
    for decision in ("accept", "sign"):
        with pytest.raises(Refused) as refused:
            decide[decision](in_every_stage[stage])
        assert refused.value.code == "illegal_transition"


@pytest.mark.requirement("R116.a", "R160.b")
async def test_a_refusal_is_overturned_and_the_customer_chooses_and_signs_over_http(ask):
    filed = {
        "customer": {"customer_id": "00000000-0000-0000-0000-000000000001", "name": "广州恒达"},
        "complainant": "王建国",
        "channel": "phone",
        "content": "三樘玻璃边缘崩角",
    }
    id = (await ask("cs_specialist", "POST", "/complaints", filed)).json()["complaint_id"]
    options = [
        {"kind": "replace", "amount": {"amount": "1800.00"}, "description": "免费更换三樘玻璃"},
        {"kind": "allowance", "amount": {"amount": "1500.00"}, "description": "折让 1500 元"},
    ]

    def both(shown):
        return {"proposal": shown["proposals"][-1]["proposal_id"], "option": 0, "also": [1]}

    def upheld(shown):
        seen = shown["appeal"]["petition_id"]
        return {"petition": seen, "upheld": True, "grounds": "成立", "responsible_department": "production"}

    steps = [
        ("cs_manager", "assign-owner", {"owner": "cs-manager-01"}),
        ("complaint_handler", "judge", {"upheld": False, "grounds": "未见崩角", "demand_reasonable": False}),
        ("account_manager", "appeal", {"petition": "客户有签收照片"}),
        ("deputy_gm", "decide-appeal", upheld),
        ("complaint_handler", "assign-investigation", {"department": "production", "joint_with": ["rd"]}),
        ("rd_team", "complete-investigation", {"cause": "护角未按规范包装", "evidence": ["photos/1.jpg"]}),
        ("complaint_handler", "propose", {"options": options}),
        (
            "deputy_gm",
            "approve",
            lambda shown: {"proposal": shown["proposals"][-1]["proposal_id"], "option": 0, "also": [1]},
        ),
        ("complaint_handler", "accept", {"via": "sms", "choice": 2}),
        ("complaint_handler", "sign", {"signature": "signatures/1.png"}),
        ("complaint_handler", "implement", {}),
    ]

    answers = await sight.walk(ask, f"/complaints/{id}", steps)

    assert [answer.status_code for answer in answers] == [200] * len(steps)
    done = answers[-1].json()
    assert (done["stage"], done["answer"]["choice"]["description"]) == ("implemented", "折让 1500 元")
    assert (done["answer"]["via"], done["answer"]["signature"]) == ("sms", "signatures/1.png")
    assert [done["appeal"][each] for each in ("petition", "to_role", "by", "decided_by")] == [
        "客户有签收照片",
        "deputy_gm",
        "account_manager-01",
        "deputy_gm-01",
    ]
