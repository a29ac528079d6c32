"""Who decides about what another person wrote names what was read: what changed meanwhile is not decided by it."""

from datetime import UTC, datetime

import pytest
import sight

from complaints.domain.corrective_action import CorrectiveAction, action_id_of
from complaints.domain.decisions import allowance as on_allowance
from complaints.domain.decisions import corrective_action as on_action
from complaints.domain.decisions import goods_return as on_return
from complaints.domain.decisions.appeal import decide_appeal
from complaints.domain.decisions.closing import close
from complaints.domain.decisions.papers import expect_allowance, expect_return
from complaints.domain.decisions.resolution import approve, approve_choice, propose, reject
from complaints.domain.decisions.settlement import accept, implement
from complaints.domain.parts.papers import PartCount, Receipt
from shared.aggregate import Change, Refused
from shared.contracts.event import Actor
from shared.contracts.vocabulary import AboutComplaint
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def by(role, id=None):
    return cause(AT, actor=Actor(kind="staff", id=id or f"{role}-01", role=role))


HANDLER, DEPUTY, GM = by("complaint_handler"), by("deputy_gm"), by("gm")
SALES, VP, FINANCE, CS = by("account_manager"), by("sales_vp"), by("finance"), by("cs_manager")


@pytest.fixture
def proposed_anew(in_every_stage, rules):
    """A case whose first proposal was sent back and which has a dearer one now, and the id of the first."""
    first = in_every_stage["proposed"]
    back = reject(*sight.proposed(first), "请核实", rules, DEPUTY).state
    options = tuple(
        option.but(amount=option.amount.but(amount=option.amount.amount * 2)) for option in first.proposals[0].options
    )
    return propose(back, options, 0, True, rules, HANDLER).state, sight.proposal(first)


@pytest.fixture
def closed_with(in_every_stage, rules):
    """A case that was closed with this kind of solution."""

    def closed(kind):
        option = in_every_stage["proposed"].proposals[0].options[0].but(kind=kind)
        case = propose(in_every_stage["investigated"], (option,), 0, False, rules, HANDLER).state
        case = approve(*sight.proposed(case), 0, "", rules, DEPUTY).state
        case = implement(accept(case, "signature", "s/1.png", rules, HANDLER).state, (), rules, HANDLER).state
        return close(case, "已处理", rules, HANDLER).state

    return closed


@pytest.fixture
def certificate_anew(closed_with, rules):
    """A certificate that was sent back and drawn up anew, and the id of the first paper."""
    case = closed_with("allowance")
    first = on_allowance.draw_up(
        expect_allowance(case, case.settlement, rules, CS).state, "玻璃崩角", rules, SALES
    ).state
    back = on_allowance.send_back(*sight.drawn(first), "请附决定", rules, VP).state
    return on_allowance.draw_up(back, "另有理由", rules, by("account_manager")).state, sight.drawn(first)[1]


def drawn_note(due, quantity, rules):
    lines = (PartCount(part="隔断", quantity=quantity),)
    return on_return.draw_up(due, lines, "崩角", "return", "处理决定", rules, by("account_manager")).state


@pytest.fixture
def note_anew(closed_with, rules):
    """A return note that was sent back and drawn up for more goods, and the id of the first paper."""
    case = closed_with("return")
    first = drawn_note(expect_return(case, case.settlement, rules, CS).state, 3, rules)
    back = on_return.send_back(*sight.drawn(first), "数量不符", rules, VP).state
    return drawn_note(back, 30, rules), sight.drawn(first)[1]


@pytest.fixture
def compared_anew(note_anew, rules):
    """A note of which more came back after it was compared, and the id of the first comparison."""
    note = on_return.authorize(*sight.drawn(note_anew[0]), rules, VP).state
    first = on_return.reconcile(arrived(note, 10, rules), rules, FINANCE).state
    again = on_return.reconcile(arrived(first, 5, rules), rules, by("finance")).state
    return again, sight.compared(first)[1]


def arrived(note, quantity, rules):
    receipt = Receipt(lines=(PartCount(part="隔断", quantity=quantity),), received_at=AT, signed_by="warehouse-01")
    return on_return.receive(note, receipt, rules, by("warehouse")).state


@pytest.fixture
def attempted_anew(in_every_stage, rules):
    """An improvement whose first attempt did not work and whose second one is carried out, and the first one's id."""
    case = in_every_stage["closed"]
    owed = CorrectiveAction(
        id=action_id_of(case.id, "production"),
        case=AboutComplaint(complaint_id=case.id, complaint_no=case.number),
        policy_version=1,
        department="production",
    )
    first = carried_out(on_action.expect_plan(owed, rules, CS).state, rules)
    failed = on_action.verify(*sight.tried(first), False, "仍有崩角", rules, by("rd_team")).state
    return carried_out(failed, rules), sight.tried(first)[1]


def carried_out(action, rules):
    until = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
    planned = on_action.plan(action, "packaging", "增加护角", until, rules, by("plant_manager")).state
    return on_action.carry_out(planned, ("photos/1.jpg",), rules, by("plant_manager")).state


def refused(decide, *given):
    with pytest.raises(Refused) as answer:
        decide(*given)
    return answer.value.code


@pytest.mark.parametrize("who", [DEPUTY, GM, CS])
def test_a_proposal_that_was_made_anew_is_not_approved_by_who_read_the_first_one(who, proposed_anew, rules):
    case, first = proposed_anew

    assert refused(approve, case, first, 0, "同意", rules, who) == "proposal_changed"
    assert refused(approve_choice, case, first, 0, (1,), "同意", rules, who) == "proposal_changed"
    assert refused(reject, case, first, "不行", rules, who) == "proposal_changed"
    assert approve(*sight.proposed(case), 0, "同意", rules, GM).state.stage == "approved"


def test_a_petition_is_decided_by_its_name(in_every_stage, rules):
    case = in_every_stage["appealed"]

    assert refused(decide_appeal, case, sight.NOTHING, False, "复核", None, rules, DEPUTY) == "petition_changed"
    assert decide_appeal(*sight.petitioned(case), False, "复核", None, rules, DEPUTY).state.stage == "not_upheld"


def test_a_certificate_that_was_drawn_up_anew_is_not_signed_by_who_read_the_first_one(certificate_anew, rules):
    paper, first = certificate_anew

    assert refused(on_allowance.countersign, paper, first, rules, VP) == "paper_changed"
    assert refused(on_allowance.send_back, paper, first, "再议", rules, VP) == "paper_changed"
    assert on_allowance.countersign(*sight.drawn(paper), rules, VP).state.stage == "countersigned"


def test_a_note_that_was_drawn_up_for_other_goods_is_not_approved_by_who_read_the_first_one(note_anew, rules):
    note, first = note_anew

    assert refused(on_return.authorize, note, first, rules, VP) == "paper_changed"
    assert refused(on_return.send_back, note, first, "再议", rules, VP) == "paper_changed"
    assert on_return.authorize(*sight.drawn(note), rules, VP).state.stage == "authorized"


def test_a_difference_that_was_found_anew_is_not_explained_by_who_read_the_first_one(compared_anew, rules):
    note, first = compared_anew

    assert refused(on_return.settle_difference, note, first, "核实", rules, CS) == "comparison_changed"
    assert on_return.settle_difference(*sight.compared(note), "核实", rules, CS).state.stage == "reconciled"


def test_an_improvement_that_was_tried_anew_is_not_verified_by_who_examined_the_first_attempt(attempted_anew, rules):
    action, first = attempted_anew

    assert refused(on_action.verify, action, first, True, "有效", rules, by("rd_team")) == "attempt_changed"
    assert on_action.verify(*sight.tried(action), True, "有效", rules, by("rd_team")).state.stage == "effective"


async def test_over_http_the_answer_names_what_waits_now_and_nothing_is_changed_or_announced(
    proposed_anew, ask, world, stores
):
    case, first = proposed_anew
    await stores.complaints.create(Change(case), cause(AT))
    before, said = await stores.complaints.get(case.id), len(world.database.published)
    path = f"/complaints/{case.id}"

    approved = await ask("gm", "POST", f"{path}/approve", {"proposal": str(first), "option": 0})
    rejected = await ask("gm", "POST", f"{path}/reject", {"proposal": str(first), "note": "不行"})

    for answer in (approved, rejected):
        assert (answer.status_code, answer.json()["code"]) == (409, "proposal_changed")
        assert str(sight.proposal(case)) in answer.json()["detail"]
    assert (await stores.complaints.get(case.id), len(world.database.published)) == (before, said)
    (row,) = (await ask("gm", "GET", "/approvals")).json()["items"]
    named = await ask("gm", "POST", f"{path}/approve", {"proposal": row["proposal_id"], "option": 0})
    assert named.json()["stage"] == "approved"


async def test_over_http_a_paper_that_was_drawn_up_anew_is_told_by_its_new_name(
    certificate_anew, note_anew, ask, stores
):
    await stores.allowances.create(Change(certificate_anew[0]), cause(AT))
    await stores.returns.create(Change(note_anew[0]), cause(AT))

    for path, (paper, first), verb in (
        ("allowances", certificate_anew, "countersign"),
        ("returns", note_anew, "authorize"),
    ):
        answer = await ask("sales_vp", "POST", f"/{path}/{paper.id}/{verb}", {"paper": str(first)})
        assert (answer.status_code, answer.json()["code"]) == (409, "paper_changed")
        assert str(sight.drawn(paper)[1]) in answer.json()["detail"]
        named = await ask("sales_vp", "POST", f"/{path}/{paper.id}/{verb}", {"paper": str(sight.drawn(paper)[1])})
        assert named.status_code == 200
