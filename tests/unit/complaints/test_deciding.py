"""What waits for a person's signature in complaints: within their authority, and never what they did themselves."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from decide_page import matters, text

from complaints.domain.decisions import allowance as on_allowance
from complaints.domain.decisions import goods_return as on_return
from complaints.domain.decisions.closing import close
from complaints.domain.decisions.papers import expect_allowance, expect_return
from complaints.domain.decisions.settlement import implement
from complaints.domain.parts.papers import PartCount
from complaints.domain.penalty import Penalty
from shared.aggregate import Change
from shared.contracts.complaints import Penalised
from shared.contracts.event import Actor, Money
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def by(role):
    return cause(AT, actor=Actor(kind="staff", id=f"{role}-07", role=role))


@pytest.fixture
def waiting(ask):
    async def waiting(role):
        answer = await ask(role, "GET", "/ui/decide")
        assert answer.status_code == 200, answer.text
        return answer.text

    return waiting


@pytest.fixture
async def kept(in_every_stage, stores):
    """A case in every stage, each with a number of its own."""
    cases = {}
    for n, (stage, case) in enumerate(in_every_stage.items(), start=1):
        number = f"2026-11-{n:04d}" if case.number else None
        cases[stage] = case.but(id=UUID(int=n), number=number)
        await stores.complaints.create(Change(cases[stage]), cause(AT))
    return cases


async def test_a_proposal_waits_for_those_whose_limit_holds_an_option_of_it(waiting, kept):
    number = kept["proposed"].number
    assert matters(await waiting("cs_manager")) == [("核决方案", number, ["approve"])]
    assert matters(await waiting("cs_specialist")) == []
    assert matters(await waiting("installer")) == []


async def test_who_may_approve_all_of_it_may_send_it_back_and_sees_appeals_too(waiting, kept):
    html = await waiting("deputy_gm")
    assert sorted(matters(html)) == [
        ("批示客户异议", kept["appealed"].number, ["decide_appeal"]),
        ("核决方案", kept["proposed"].number, ["approve", "reject"]),
    ]
    assert kept["appealed"].appeal.petition in text(html)


async def test_each_form_names_what_was_seen(waiting, kept):
    html, case = await waiting("cs_manager"), kept["proposed"]
    assert re.findall(r'data-send="(.*?)".*?name="proposal" value="(.*?)"', html, re.DOTALL) == [
        (f"/complaints/complaints/{case.id}/approve", str(case.proposals[-1].proposal_id))
    ]
    assert "您可核决至¥2,000.00" in html


async def test_a_proposal_does_not_wait_for_who_made_it(waiting, kept, stores):
    case = kept["proposed"]
    own = case.proposals[-1].but(proposed_by="CS_MANAGER-01")
    await stores.complaints.apply(case.id, lambda it: Change(it.but(proposals=(own,))), cause(AT))
    assert matters(await waiting("cs_manager")) == []


async def test_the_sales_vp_signs_what_sales_has_drawn_up(waiting, in_every_stage, stores, rules):
    closed = close(implement(in_every_stage["accepted"], (), rules, by("cs_specialist")).state, "已办", rules, by("gm"))
    paper = expect_allowance(closed.state, closed.state.settlement, rules, by("gm")).state
    drawn = on_allowance.draw_up(paper, "崩角折让", rules, by("account_manager")).state
    note = expect_return(closed.state, closed.state.settlement, rules, by("gm")).state
    lines = (PartCount(part="高隔断", quantity=3),)
    back = on_return.draw_up(note, lines, "崩角", "return", "处理决定", rules, by("account_manager")).state
    await stores.allowances.create(Change(drawn), cause(AT))
    await stores.returns.create(Change(back), cause(AT))
    html = await waiting("sales_vp")
    assert matters(html) == [
        ("会签折扣证明单", drawn.certificate_no, ["countersign", "send_back"]),
        ("核准退货单", back.return_no, ["authorize", "send_back"]),
    ]
    assert html.count(f'name="paper" value="{drawn.drawn.paper_id}"') == 2
    assert html.count(f'name="paper" value="{back.note.paper_id}"') == 2
    assert matters(await waiting("deputy_gm")) == []


@pytest.fixture
def penalty(stores, policy):
    async def penalty(n, kind, amount=None):
        what = Penalised(
            penalty_id=UUID(int=n),
            target="packer-07",
            department="production",
            part="direct",
            kind=kind,
            measure="warning",
            amount=amount,
        )
        proposed = Penalty(
            id=UUID(int=n),
            case={"complaint_id": UUID(int=1), "complaint_no": f"2026-11-{n:04d}"},
            policy_version=policy.version,
            what=what,
            title="警告",
            reason="未装护角",
            standard_version=1,
            proposed_by="cs_manager-01",
            proposed_at=AT,
        )
        await stores.penalties.create(Change(proposed), cause(AT))

    return penalty


async def test_a_deduction_from_a_bonus_waits_for_the_gm_alone(waiting, penalty):
    await penalty(1, "admin")
    await penalty(2, "bonus", Money(amount=Decimal(200)))
    assert matters(await waiting("deputy_gm")) == [("批示奖罚", "2026-11-0001", ["approve", "reject"])]
    assert [number for _, number, _ in matters(await waiting("gm"))] == ["2026-11-0001", "2026-11-0002"]
    assert matters(await waiting("cs_manager")) == []
