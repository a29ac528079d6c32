"""That a customer was told a decision, by letter or in person, is kept; a major case is not closed without a letter."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from complaints.api.customer_view import CustomerView
from complaints.api.history import told
from complaints.domain.decisions.closing import close, withdraw
from complaints.domain.decisions.handling import record_notice
from complaints.domain.parts.handling import Classification, Notice
from shared.aggregate import Refused
from shared.contracts.complaints import ComplaintDecisionTold
from shared.contracts.event import Actor
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SALESMAN = cause(AT, actor=Actor(kind="staff", id="am-03", role="account_manager"))
WORDS = "同意免费更换三樘玻璃，本周内上门"
FILE = {
    "customer": {"customer_id": str(UUID(int=1)), "name": "广州恒达装饰工程有限公司"},
    "complainant": "王建国",
    "channel": "phone",
    "content": "三樘玻璃边缘崩角",
}
JUDGE = {"upheld": False, "grounds": "未见崩角", "demand_reasonable": False}


@pytest.mark.requirement("R142.b", "R148.c", "R158.d")
@pytest.mark.parametrize(("way", "letter"), [("phone", None), ("visit", None), ("letter", "letters/1.pdf")])
def test_how_and_in_which_words_the_customer_was_told_is_kept_and_announced(way, letter, in_every_stage):
    case = in_every_stage["approved"]

    change = record_notice(case, way, WORDS, letter, SALESMAN)

    assert change.state == case.but(notices=(Notice(way=way, words=WORDS, letter=letter, by="am-03", at=AT),))
    assert change.events == (
        ComplaintDecisionTold(
            complaint_id=case.id,
            complaint_no="2026-11-0001",
            customer=case.form.customer,
            way=way,
            words=WORDS,
            by="am-03",
            at=AT,
        ),
    )


def test_a_letter_comes_with_its_file(in_every_stage):
    with pytest.raises(Refused) as refused:
        record_notice(in_every_stage["approved"], "letter", WORDS, None, SALESMAN)

    assert refused.value.code == "letter_not_attached"


@pytest.mark.requirement("R141.c")
@pytest.mark.parametrize("stage", ["not_upheld", "implemented"])
def test_a_major_case_is_closed_once_its_customer_was_informed_by_letter(stage, in_every_stage, rules):
    major = Classification(nature="quality", category="玻璃破损", major=True)
    case = in_every_stage[stage].but(classification=major)
    phoned = record_notice(case, "phone", WORDS, None, SALESMAN).state

    for unread in (case, phoned):
        with pytest.raises(Refused) as refused:
            close(unread, "已答复", rules, SALESMAN)
        assert refused.value.code == "letter_missing"
    written = record_notice(phoned, "letter", WORDS, "letters/1.pdf", SALESMAN).state
    assert close(written, "已答复", rules, SALESMAN).state.stage == "closed"
    assert withdraw(case, rules, SALESMAN).state.stage == "closed"


def test_the_customer_sees_no_notes_about_being_told(in_every_stage):
    case = record_notice(in_every_stage["approved"], "phone", "内部记录", None, SALESMAN).state

    assert "内部记录" not in CustomerView.of(case).model_dump_json()
    assert "内部记录" not in "".join(step.model_dump_json() for step in told(case))


async def test_a_notice_is_recorded_over_http_and_stands_in_the_history(ask):
    id = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()["complaint_id"]
    early = await ask("account_manager", "POST", f"/complaints/{id}/record-notice", {"way": "phone", "words": WORDS})
    await ask("complaint_handler", "POST", f"/complaints/{id}/judge", JUDGE)

    told = await ask("account_manager", "POST", f"/complaints/{id}/record-notice", {"way": "phone", "words": WORDS})
    steps = (await ask("cs_manager", "GET", f"/complaints/{id}/history")).json()

    assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
    assert [(each["way"], each["words"], each["by"]) for each in told.json()["notices"]] == [
        ("phone", WORDS, "account_manager-01")
    ]
    assert ("告知客户（电话）", "account_manager-01", WORDS) in {
        (step["what"], step["by"], step["words"]) for step in steps
    }
