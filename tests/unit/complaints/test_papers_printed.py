"""The papers of complaints as A4 pages: what they say, in which copies, marked as what, and who may print them."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
import sight
from on_paper import cells, lines, printing

from complaints.domain.decisions import allowance as on_allowance
from complaints.domain.decisions import goods_return as on_return
from complaints.domain.decisions import penalty as on_penalty
from complaints.domain.decisions.closing import close
from complaints.domain.decisions.findings import assign_liability
from complaints.domain.decisions.papers import expect_allowance, expect_return
from complaints.domain.decisions.resolution import approve, propose
from complaints.domain.decisions.settlement import accept, implement
from complaints.domain.parts.findings import Share
from complaints.domain.parts.papers import PartCount, Receipt
from shared.aggregate import Change
from shared.contracts.complaints import Remediation
from shared.contracts.event import Actor, Money
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
GLASS = "80 款双玻百叶高隔断"
BLANK = "签名　　　　　　　年　　月　　日"


def by(role, id=None):
    return cause(AT, actor=Actor(kind="staff", id=id or f"{role}-01", role=role))


def copies(html):
    """The copies of a paper, each with its caption."""
    return re.findall(r'<p class="sub"><span>(.*?)</span><span>(.*?)</span></p>', html)


def mark(html):
    found = re.search(r'<svg class="mark".*?<text.*?>(.*?)</text>', html)
    return found and found[1]


@pytest.fixture
def printed(ask):
    return printing(ask)


@pytest.fixture
async def kept(in_every_stage, stores):
    """Each case of the stages under an id of its own."""
    cases = {stage: case.but(id=UUID(int=n)) for n, (stage, case) in enumerate(in_every_stage.items(), start=1)}
    for n, case in enumerate(cases.values(), start=1):
        number = f"2026-11-{n:04d}" if case.number else None
        await stores.complaints.create(Change(case.but(number=number)), cause(AT))
    return cases


@pytest.fixture
def closed_with(in_every_stage, rules):
    """A case that was closed with this solution."""

    def closed(kind):
        option = Remediation(kind=kind, amount=Money(amount=Decimal("1800.00")), description="按方案处理")
        handler, deputy = by("complaint_handler"), by("deputy_gm")
        case = propose(in_every_stage["investigated"], (option,), 0, False, rules, handler).state
        case = approve(*sight.proposed(case), 0, "", rules, deputy).state
        case = accept(case, "signature", "s/1.png", rules, handler).state
        return close(implement(case, (), rules, handler).state, "已处理", rules, handler).state

    return closed


async def test_the_form_says_what_was_said_found_proposed_and_decided(printed, kept):
    html = await printed("cs_manager", f"complaints/{kept['closed'].id}")
    found = cells(html)
    assert copies(html) == [("编号2026-11-0012", "客服部存")]
    assert found["投诉内容"] == ["三樘玻璃边缘崩角"]
    assert found["判定"] == [
        "☑成立　☐不成立　类别：☐质量　☐非质量　程度：☑普通　☐重大\n经查崩角为出厂包装不足所致",
        "handler-01 2026-11-22 10:00",
    ]
    assert found["调查"] == ["生产部\n护角未按规范包装\n包装组", "2026-11-22 10:00"]
    assert found["核决"] == ["☑核准：免费更换三樘玻璃", "deputy-01（分管副总经理）2026-11-22 10:00"]
    assert found["客户意见"] == ["☑接受　☐不接受，另填新表并附本表", "2026-11-22 10:00"]
    assert found["执行结果"] == ["已更换", "handler-01 2026-11-22 10:00"]
    assert lines(html) == [
        ["1", "更换：免费更换三樘玻璃", "¥1,800.00", "客服部经理、客服总监"],
        ["2", "折让：折让 5000 元", "¥5,000.00", "分管副总经理、销售副总"],
    ]


async def test_what_is_not_done_yet_leaves_room_for_a_pen(printed, kept):
    found = cells(await printed("cs_manager", f"complaints/{kept['filed'].id}"))
    assert found["判定"][1] == found["核决"][1] == found["客户意见"][1] == BLANK
    assert found["核决"][0] == "☐核准方案　　☐退回　　☐呈"


async def test_the_internal_form_is_marked_and_the_letter_is_not(printed, kept):
    assert mark(await printed("gm", f"complaints/{kept['closed'].id}")) == "内部表　不得给客户"
    assert mark(await printed("gm", f"letters/{kept['closed'].id}")) is None


async def test_the_letter_says_what_the_customer_may_see_and_nothing_of_the_house(printed, kept):
    case = kept["closed"]
    html = await printed("cs_manager", f"letters/{case.id}")
    found = cells(html)
    assert found["您反映的问题"] == ["三樘玻璃边缘崩角"]
    assert found["处理方案"] == ["免费更换三樘玻璃"]
    assert found["结果"] == ["已更换"]
    inside = (case.judgement.grounds, case.investigation.cause, "包装组", "handler-01", "deputy-01", "1,800", "5000")
    assert [said for said in inside if said in html] == []


async def test_a_draft_has_no_letter(ask, kept):
    answer = await ask("cs_manager", "GET", f"/ui/papers/letters/{kept['draft'].id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "draft")


async def test_every_stage_of_a_case_has_a_form(printed, kept):
    for stage, case in kept.items():
        assert "客户投诉处理表" in await printed("gm", f"complaints/{case.id}"), stage


async def test_a_certificate_has_a_copy_for_sales_and_one_for_finance(printed, closed_with, rules, stores):
    case = closed_with("allowance")
    due = expect_allowance(case, case.settlement, rules, by("cs_manager")).state
    drawn = on_allowance.draw_up(due, "玻璃崩角", rules, by("account_manager")).state
    signed = on_allowance.countersign(*sight.drawn(drawn), rules, by("sales_vp")).state
    await stores.allowances.create(Change(signed), cause(AT))
    html = await printed("finance", f"allowances/{signed.id}")
    assert copies(html) == [
        ("编号ZK-2026-11-0001", "第一联　销售部　营销部留存"),
        ("编号ZK-2026-11-0001", "第二联　财务部　财务部作账"),
    ]
    found = cells(html)
    assert found["核准金额"] == ["¥1,800.00"]
    assert found["折让原因"] == ["玻璃崩角", "account_manager-01 2026-11-22 10:00"]
    assert found["销售副总会签"] == ["", "sales_vp-01 2026-11-22 10:00"]
    assert found["客户签章"] == ["收到以上折让，特此证明。", BLANK]


async def test_a_return_note_has_four_copies_and_what_was_counted(printed, closed_with, rules, stores):
    case = closed_with("return")
    counted = (PartCount(part=GLASS, quantity=3),)
    due = expect_return(case, case.settlement, rules, by("cs_manager")).state
    drawn = on_return.draw_up(due, counted, "玻璃崩角", "return", "处理决定", rules, by("account_manager")).state
    authorized = on_return.authorize(*sight.drawn(drawn), rules, by("sales_vp")).state
    came = Receipt(lines=(PartCount(part=GLASS, quantity=2),), received_at=AT, signed_by="warehouse-01")
    received = on_return.receive(authorized, came, rules, by("warehouse")).state
    await stores.returns.create(Change(received), cause(AT))
    html = await printed("warehouse", f"returns/{received.id}")
    assert [caption for _, caption in copies(html)] == [
        "第一联　销售部　自存，催促退货",
        "第二联　仓储部　核对退货并签收",
        "第三联　财务部　核对退货量并转账",
        "第四联　销售部　存档",
    ]
    assert lines(html) == [[GLASS, "3", "2", "-1"]]
    assert cells(html)["方式"] == ["☑退货　☐返修"]
    assert cells(html)["仓储签收"] == ["", "warehouse-01 2026-11-22 10:00"]


async def test_a_punishment_is_on_a_notice_that_is_marked_too(printed, in_every_stage, rules, stores):
    ours = (Share(unit="own_department", department="production", percent=100),)
    case = assign_liability(in_every_stage["investigated"], ours, "返工", False, rules, by("cs_manager")).state
    proposed = on_penalty.propose_penalty(
        case, "packer-07", "production", "direct", "warning", None, "未加护角", (), rules, by("cs_manager")
    ).state
    await stores.penalties.create(Change(proposed), cause(AT))
    html = await printed("gm", f"penalties/{proposed.id}")
    found = cells(html)
    assert (found["当事人"], found["部门"], found["身份"]) == (["packer-07"], ["生产部"], ["直接责任人"])
    assert found["事由"] == ["未加护角", "cs_manager-01 2026-11-22 10:00"]
    assert found["批示"] == ["☐核准　☐不核准", BLANK]
    assert mark(html) == "内部表　不得给客户"


@pytest.mark.requirement("R171.b")
async def test_who_prints_a_customers_data_leaves_a_trace(ask, kept):
    await ask("finance", "GET", f"/ui/papers/letters/{kept['closed'].id}")
    trace = (await ask("gm", "GET", "/audit?kind=read")).json()["items"]
    assert [(entry["who"], entry["route"]) for entry in trace] == [("finance-01", "/ui/papers/letters/{complaint_id}")]


async def test_papers_are_printed_by_those_who_may_read_what_is_on_them(ask, kept):
    id = kept["closed"].id
    assert (await ask("warehouse", "GET", f"/ui/papers/complaints/{id}")).status_code == 403
    assert (await ask("installer", "GET", f"/ui/papers/letters/{id}")).status_code == 403
    assert (await ask("installer", "GET", f"/ui/papers/returns/{id}")).status_code == 403
    assert (await ask("finance", "GET", f"/ui/papers/penalties/{id}")).status_code == 403


async def test_a_paper_carries_no_script_and_loads_styles_of_this_address_alone(ask, kept):
    answer = await ask("gm", "GET", f"/ui/papers/complaints/{kept['closed'].id}")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "<script" not in answer.text
    assert re.findall(r'<(\w+)[^>]*(?:src|href)="(.*?)"', answer.text) == [
        ("link", "/assets/paper.css"),
        ("a", f"/pdf?paper=/complaints/ui/papers/complaints/{kept['closed'].id}"),
    ]
