"""What follows a decision has pages: goods that come back, money, improvements, punishments."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from complaints.domain.corrective_action import CorrectiveAction
from complaints.domain.decisions import allowance as on_allowance
from complaints.domain.decisions import goods_return as on_return
from complaints.domain.decisions.closing import close
from complaints.domain.decisions.papers import expect_allowance, expect_return
from complaints.domain.decisions.settlement import implement
from complaints.domain.parts.papers import PartCount
from complaints.domain.penalty import Penalty
from shared.aggregate import Change
from shared.contracts.complaints import Penalised
from shared.contracts.event import Actor
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def by(role):
    return cause(AT, actor=Actor(kind="staff", id=f"{role}-07", role=role))


@pytest.fixture
def closed(in_every_stage, rules):
    """A case that was settled with money and goods."""
    done = implement(in_every_stage["accepted"], (), rules, by("cs_specialist")).state
    return close(done, "已办", rules, by("gm")).state


@pytest.fixture
async def back(closed, stores, rules):
    """Goods that are on their way back: three of a part."""
    note = expect_return(closed, closed.settlement, rules, by("gm")).state
    lines = (PartCount(part="高隔断", quantity=3),)
    drawn = on_return.draw_up(note, lines, "玻璃崩角", "return", "处理决定", rules, by("account_manager")).state
    await stores.returns.create(Change(drawn), cause(AT))
    return drawn


@pytest.fixture
def shown(ask):
    async def shown(role, path):
        answer = await ask(role, "GET", f"/ui{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    return shown


def forms_of(html):
    return [address.rpartition("/")[2] for address in re.findall(r'data-send="(.*?)"', html)]


async def decide(ask, role, goods, decision, **body):
    answer = await ask(role, "POST", f"/returns/{goods.id}/{decision}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_return_is_followed_by_its_page_from_the_note_to_the_books(ask, shown, back):
    at = f"/returns/{back.id}"
    page = await shown("sales_vp", at)
    assert forms_of(page) == ["authorize", "send-back"]
    (paper,) = set(re.findall(r'name="paper" value="(.*?)"', page))
    await decide(ask, "sales_vp", back, "authorize", paper=paper)

    assert forms_of(await shown("warehouse", at)) == ["receive"]
    await decide(ask, "warehouse", back, "receive", lines=[{"part": "高隔断", "quantity": 2}])

    assert forms_of(await shown("finance", at)) == ["reconcile"]
    await decide(ask, "finance", back, "reconcile")

    page = await shown("cs_manager", at)
    assert "高隔断：核准3，收到2" in page
    assert forms_of(page) == ["settle-difference"]
    (seen,) = re.findall(r'name="comparison" value="(.*?)"', page)
    await decide(ask, "cs_manager", back, "settle-difference", comparison=seen, explanation="一樘由客户留用")

    page = await shown("finance", at)
    assert forms_of(page) == ["post"]
    assert "一樘由客户留用" in page
    await decide(ask, "finance", back, "post", voucher_no="PZ-1")
    page = await shown("account_manager", at)
    assert "PZ-1" in page
    assert forms_of(page) == ["file-copy"]


async def test_an_allowance_names_the_paper_that_was_read_and_where_its_copies_are(shown, closed, stores, rules):
    paper = expect_allowance(closed, closed.settlement, rules, by("gm")).state
    drawn = on_allowance.draw_up(paper, "崩角折让", rules, by("account_manager")).state
    await stores.allowances.create(Change(drawn), cause(AT))

    page = await shown("sales_vp", f"/allowances/{drawn.id}")
    assert forms_of(page) == ["countersign", "send-back"]
    assert set(re.findall(r'name="paper" value="(.*?)"', page)) == {str(drawn.drawn.paper_id)}
    assert "崩角折让" in page
    assert "财务部作账 未办" in page
    assert forms_of(await shown("finance", f"/allowances/{drawn.id}")) == []


async def test_an_improvement_is_planned_carried_out_and_verified_on_its_page(ask, shown, closed, stores, policy):
    await stores.complaints.create(Change(closed), cause(AT))
    action = CorrectiveAction(
        id=UUID(int=7),
        case={"complaint_id": closed.id, "complaint_no": closed.number},
        policy_version=policy.version,
        department="production",
    )
    await stores.actions.create(Change(action), cause(AT))
    at = f"/corrective-actions/{action.id}"
    plan = {"action": "玻璃包装增加护角", "due_at": "2026-12-10T10:00:00Z", "cause_code": policy.causes[0].code}

    page = await shown("plant_manager", at)
    assert forms_of(page) == ["plan"]
    assert f'<option value="{policy.causes[0].code}">{policy.causes[0].title}</option>' in page
    assert (await ask("plant_manager", "POST", f"{at}/plan", plan)).status_code == 200
    assert forms_of(await shown("plant_manager", at)) == ["carry-out"]
    assert (await ask("plant_manager", "POST", f"{at}/carry-out", {})).status_code == 200
    page = await shown("cs_manager", at)
    assert forms_of(page) == ["verify"]
    assert "玻璃包装增加护角" in page
    (seen,) = re.findall(r'name="attempt" value="(.*?)"', page)
    verdict = {"attempt": seen, "effective": True, "finding": "抽检50樘，无崩角"}
    assert (await ask("cs_manager", "POST", f"{at}/verify", verdict)).status_code == 200
    page = await shown("cs_manager", at)
    assert "有效，观察中" in page
    assert "抽检50樘，无崩角" in page


async def test_a_punishment_is_decided_and_noticed_on_its_page_by_others_than_its_proposer(ask, shown, stores, policy):
    what = Penalised(
        penalty_id=UUID(int=9), target="packer-07", department="production", part="direct", kind="admin",
        measure="warning", amount=None,
    )  # fmt: skip
    penalty = Penalty(
        id=UUID(int=9), case={"complaint_id": UUID(int=1), "complaint_no": "2026-11-0001"},
        policy_version=policy.version, what=what, title="警告", reason="未装护角", standard_version=1,
        proposed_by="cs_manager-01", proposed_at=AT,
    )  # fmt: skip
    await stores.penalties.create(Change(penalty), cause(AT))
    at = f"/penalties/{penalty.id}"

    assert forms_of(await shown("cs_manager", at)) == []
    assert forms_of(await shown("deputy_gm", at)) == ["approve", "reject"]
    assert (await ask("deputy_gm", "POST", f"{at}/approve", {"note": "同意"})).status_code == 200
    assert forms_of(await shown("human_resources", at)) == ["issue-notice"]
    assert (await ask("human_resources", "POST", f"{at}/issue-notice", {"notice_no": "RS-1"})).status_code == 200
    page = await shown("gm", at)
    assert "已发通知" in page
    assert "RS-1" in page


async def test_the_page_of_a_case_leads_to_all_that_follows_and_to_a_punishment_only_its_readers(
    shown, closed, back, stores
):
    await stores.complaints.create(Change(closed), cause(AT))
    action = CorrectiveAction(id=UUID(int=7), case=closed.about, policy_version=1, department="production")
    await stores.actions.create(Change(action), cause(AT))
    what = Penalised(
        penalty_id=UUID(int=9), target="packer-07", department="production", part="direct", kind="admin",
        measure="warning", amount=None,
    )  # fmt: skip
    penalty = Penalty(
        id=UUID(int=9), case=closed.about, policy_version=1, what=what, title="警告", reason="未装护角",
        standard_version=1, proposed_by="cs_manager-01", proposed_at=AT,
    )  # fmt: skip
    await stores.penalties.create(Change(penalty), cause(AT))

    async def led_to(role):
        page = await shown(role, f"/complaints/{closed.id}")
        return re.findall(r'href="/desk/((?:returns|allowances|corrective-actions|penalties)/.*?)"', page)

    followed = [f"returns/{back.id}", f"corrective-actions/{action.id}"]
    assert await led_to("complaint_handler") == followed
    assert await led_to("cs_manager") == [*followed, f"penalties/{penalty.id}"]
