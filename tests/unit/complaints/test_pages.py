"""The pages of complaints: which cases the list shows, and what a case's page says and offers to whom."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from uuid import UUID

import pytest

from complaints.domain.complaint import put_form
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.findings import SubmittedLoss
from complaints.domain.parts.handling import Classification, Panel
from complaints.domain.parts.investigation import Investigation
from complaints.pages.words import DECISIONS, STAGES
from shared.aggregate import Change
from shared.contracts.complaints import BorneLoss
from shared.contracts.event import Money
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NEVER = "从不出现在客户面前"


def text(html):
    """What is read of it, without marks, its blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", html))).strip()


def rows(html, label):
    """The cells of the body of the table under a caption or in a region of this name, row by row."""
    body = re.search(rf"{label}.*?<tbody>(.*?)</tbody>", html, re.DOTALL)[1]
    found = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[text(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)] for row in found]


def sends(html):
    """Where the forms of the page send what is filled in, and which proposal they name."""
    return re.findall(r'data-send="(.*?)".*?name="proposal" value="(.*?)"', html, re.DOTALL)


@pytest.fixture
async def kept(in_every_stage, stores):
    """A case in every stage, each under a number of its own and a little later than the one before."""
    cases = {}
    for n, (stage, case) in enumerate(in_every_stage.items(), start=1):
        number = f"2026-11-{n:04d}" if case.number else None
        form = case.form.but(received_at=AT + timedelta(minutes=n))
        close_by = case.close_by and case.close_by + timedelta(minutes=n)
        cases[stage] = put_form(case.but(id=UUID(int=n), number=number, close_by=close_by), form)
        await stores.complaints.create(Change(cases[stage]), cause(AT))
    return cases


@pytest.fixture
def page(ask):
    async def page(role, path=""):
        answer = await ask(role, "GET", f"/ui/complaints{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    return page


async def test_a_row_says_who_has_to_act_where_it_is_not_the_owner(page, stores, in_every_stage):
    investigated, implemented = in_every_stage["investigated"], in_every_stage["implemented"]
    major = Classification(nature="quality", category="玻璃破损", major=True)
    met = Panel(departments=("rd",), meets_at=AT, convened_by="manager-01", convened_at=AT, measures="全批复检")
    borne = (BorneLoss(department="production", amount=Money(amount=Decimal(100))),)
    loss = SubmittedLoss(loss_id=UUID(int=90), borne=borne, prepared_by=("handler-01",), at=AT)
    purchasing = Investigation(department="purchasing", joint_with=("rd",))
    cases = (
        investigated.but(classification=major),
        investigated.but(classification=major, panel=met),
        in_every_stage["proposed"].but(deciders=None),
        implemented.but(submitted_loss=loss),
        in_every_stage["investigating"].but(investigation=purchasing),
    )
    for n, case in enumerate(cases, start=1):
        close_by = AT + timedelta(days=3, minutes=n)
        await stores.complaints.create(
            Change(case.but(id=UUID(int=n), number=f"2026-11-{n:04d}", close_by=close_by)), cause(AT)
        )
    turns = [row[4] for row in rows(await page("cs_manager"), "客诉，未结")]
    assert turns == [
        "客服主管、客服部经理、客服总监、分管副总经理",
        "handler-01",
        "、".join(role.chinese for role in COMPLAINT.roles("approve")),
        "分管副总经理、总经理",
        "客服部经理、研发组",
    ]


async def test_the_list_has_what_is_open_by_when_it_has_to_be_closed(page, kept):
    found = rows(await page("cs_manager"), "客诉，未结")
    name, said = kept["filed"].form.customer.name, "三樘玻璃边缘崩角"
    deciders = "客服部经理、客服总监、销售副总、分管副总经理、总经理"
    assert found == [
        ["2026-11-0002", name, said, "待判定", "handler-01", "handler-01", "还剩6天11-28 10:02"],
        ["2026-11-0003", name, said, "判定成立", "handler-01", "handler-01", "还剩6天11-28 10:03"],
        ["2026-11-0004", name, said, "判定不成立", "handler-01", "handler-01", "还剩6天11-28 10:04"],
        ["2026-11-0005", name, said, "异议待批示", "分管副总经理、总经理", "handler-01", "还剩6天11-28 10:05"],
        ["2026-11-0006", name, said, "调查中", "生产部", "handler-01", "还剩6天11-28 10:06"],
        ["2026-11-0007", name, said, "待拟方案", "handler-01", "handler-01", "还剩6天11-28 10:07"],
        ["2026-11-0008", name, said, "待核决", deciders, "handler-01", "还剩6天11-28 10:08"],
        ["2026-11-0009", name, said, "待客户确认", "客户", "handler-01", "还剩6天11-28 10:09"],
        ["2026-11-0010", name, said, "执行中", "handler-01", "handler-01", "还剩6天11-28 10:10"],
        ["2026-11-0011", name, said, "待结案", "handler-01", "handler-01", "还剩6天11-28 10:11"],
    ]


@pytest.mark.parametrize(
    ("asked", "part", "numbers"),
    [
        ("part=all&stage=closed", "全部", ["2026-11-0012"]),
        ("part=all&stage=draft", "全部", ["草稿"]),
        ("stage=proposed", "未结", ["2026-11-0008"]),
        ("stage=closed", "未结", []),
        ("q=2026-11-0006", "未结", ["2026-11-0006"]),
        ("q=gzhd&part=all&stage=filed", "全部", ["2026-11-0002"]),
        ("part=overdue", "逾期", []),
    ],
)
async def test_the_list_narrows_by_part_stage_and_words(page, kept, asked, part, numbers):
    assert [row[0] for row in rows(await page("gm", f"?{asked}"), f"客诉，{part}")] == numbers


async def test_what_is_overdue_is_listed_and_counted(page, kept, world):
    world.time.set(AT + timedelta(days=6, minutes=4, seconds=1))
    html = await page("cs_manager", "?part=overdue")
    assert [row[0] for row in rows(html, "客诉，逾期")] == ["2026-11-0002", "2026-11-0003", "2026-11-0004"]
    assert [text(each) for each in re.findall(r'<a href="/desk/complaints\?part.*?</a>', html)] == [
        "未结10",
        "逾期3",
        "全部",
    ]


async def test_a_page_has_fifty_cases_and_a_link_to_the_next_ones(page, in_every_stage, stores):
    for n in range(1, 54):
        case = in_every_stage["filed"].but(id=UUID(int=n), number=f"2026-11-{n:04d}")
        await stores.complaints.create(Change(case), cause(AT))
    first = await page("cs_manager")
    onward = unescape(re.search(r'rel="next" href="/desk/complaints(.*?)"', first)[1])
    second = await page("cs_manager", onward)
    numbers = [row[0] for html in (first, second) for row in rows(html, "客诉，未结")]
    assert [len(rows(html, "客诉，未结")) for html in (first, second)] == [50, 3]
    assert sorted(numbers) == [f"2026-11-{n:04d}" for n in range(1, 54)]
    assert 'rel="next"' not in second


async def test_the_list_and_the_case_are_not_for_those_who_may_not_read_cases(ask, kept):
    for path in ("", f"/{kept['filed'].id}"):
        assert (await ask("installer", "GET", f"/ui/complaints{path}")).status_code == 403


async def test_each_proposal_stands_beside_those_who_may_approve_its_amount(page, kept):
    html = await page("finance", f"/{kept['proposed'].id}")
    larger = "分管副总经理、销售副总、总经理"
    assert rows(html, "提出的方案") == [
        ["1 更换：免费更换三樘玻璃（推荐）", "¥1,800.00", f"客服部经理、客服总监、{larger}"],
        ["2 折让：折让 5000 元", "¥5,000.00", larger],
    ]
    assert sends(html) == []
    assert "这份方案不在您的核决权限内" in html


async def test_that_a_department_bears_it_is_asked_where_liability_is_shared_and_nowhere_else(page, kept):
    shown = await page("cs_manager", f"/{kept['proposed'].id}")
    forms = dict(re.findall(r'id="form-([a-z_]+)"(.*?)</form>', shown, re.DOTALL))

    assert forms.keys() >= {"assign_liability", "contact_department", "report_opinion"}
    assert [name for name, form in forms.items() if "本公司部门承担时填写" in form] == ["assign_liability"]


async def test_who_may_approve_a_part_of_it_is_offered_that_part(page, kept):
    case = kept["proposed"]
    html = await page("cs_manager", f"/{case.id}")
    assert sends(html) == [(f"/complaints/complaints/{case.id}/approve", str(case.proposals[-1].proposal_id))]
    radios = re.findall(r'type="radio"[^>]* name="option" value="(\d)"[^>]*?( checked)?( disabled)? required', html)
    assert radios == [("0", " checked", ""), ("1", "", " disabled")]
    assert "您可核决至¥2,000.00" in html


async def test_who_may_approve_all_of_it_may_send_it_back_too(page, kept):
    case = kept["proposed"]
    named = str(case.proposals[-1].proposal_id)
    assert sends(await page("deputy_gm", f"/{case.id}")) == [
        (f"/complaints/complaints/{case.id}/approve", named),
        (f"/complaints/complaints/{case.id}/reject", named),
    ]


async def test_who_made_a_proposal_is_told_that_another_person_decides(page, kept, stores):
    case = kept["proposed"]
    mine = case.proposals[-1].but(proposed_by="deputy_gm-01")
    await stores.complaints.create(
        Change(case.but(id=UUID(int=50), number="2026-11-0050", proposals=(mine,))), cause(AT)
    )
    html = await page("deputy_gm", f"/{UUID(int=50)}")
    assert sends(html) == []
    assert "这份方案是您提出的，须由另一位同事核决。" in html


async def test_the_house_and_the_customer_stand_line_by_line(page, kept):
    assert rows(await page("cs_manager", f"/{kept['proposed'].id}"), "内部表与客户看到的") == [
        ["编号", "2026-11-0008", "2026-11-0008"],
        ["投诉人", "王建国，13800138000", "王建国"],
        ["反映", "11-22 10:08，电话", "11-22 10:08"],
        ["内容", "三樘玻璃边缘崩角", "三樘玻璃边缘崩角"],
        ["要求", "更换三樘玻璃", "更换三樘玻璃"],
        ["进展", "待核决", "方案拟定中"],
        ["方案", "2个，见上", "核准后才显示"],
        ["结果", "未结案", "结案后才显示"],
        ["订单", "SO-2026-0412，合同JG20260930-017", NEVER],
        ["货品", "未注明"],
        ["判定", "经查崩角为出厂包装不足所致"],
        ["责任", "生产部"],
        ["原因", "护角未按规范包装"],
        ["损失", "未核算"],
        ["签注", "无"],
    ]


async def test_a_draft_shows_the_customer_nothing(page, kept):
    found = rows(await page("cs_manager", f"/{kept['draft'].id}"), "内部表与客户看到的")
    assert [row[2] for row in found if len(row) == 3] == [""] * 8 + [NEVER]


async def test_what_the_reader_may_decide_has_a_form_and_the_rest_says_who_may(page, kept):
    html = await page("deputy_gm", f"/{kept['appealed'].id}")
    assert re.findall(r'<details class="act".*?<summary>(.*?)</summary>', html) == ["批示异议", "上报一级"]
    others = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", html)
    assert [what for what, _ in others] == [
        "指定负责人",
        "记录走访",
        "与客户确认内容",
        "补充投诉资料",
        "审核案卷",
        "联系部门",
        "提报意见",
        "分类",
        "客户撤诉",
    ]
    assert others[0] == ("指定负责人", "客服主管、客服部经理、客服总监")


async def test_what_waits_for_something_says_for_what_and_who_does_it_then(page, kept, stores):
    ownerless = kept["implemented"].but(id=UUID(int=40), number="2026-11-0040", owner=None)
    await stores.complaints.create(Change(ownerless), cause(AT))
    html = await page("cs_manager", f"/{ownerless.id}")
    waiting = re.search(r'<details class="others" id="act-waiting">.*?</details>', html, re.DOTALL)[0]
    assert ("结案", "请客服部经理先指定负责人。") in re.findall(r"<dt>(.*?)</dt><dd.*?>(.*?。)", waiting)
    assert '<form id="form-close"' not in html


async def test_a_form_names_what_was_seen_and_does_not_ask_for_it(page, kept):
    html = await page("deputy_gm", f"/{kept['appealed'].id}")
    form = re.search(r'<form id="form-decide_appeal".*?</form>', html, re.DOTALL)[0]
    assert f'type="hidden" name="petition" value="{kept["appealed"].appeal.petition_id}"' in form
    assert [text(each) for each in re.findall(r"<legend>(.*?)</legend>|<label for.*?>(.*?)</label>", form)[0]] == [
        "判定",
        "",
    ]
    assert re.findall(r'name="upheld" value="(.*?)"', form) == ["true", "false"]


@pytest.mark.parametrize(
    ("role", "mine", "who"),
    [
        ("cs_manager", ["approve"], {"退回方案": "按金额，见方案"}),
        ("gm", ["approve", "reject"], {}),
        ("finance", [], {"核准方案": "按金额，见方案", "退回方案": "按金额，见方案"}),
    ],
)
async def test_who_decides_on_a_proposal_follows_from_its_amounts(page, kept, role, mine, who):
    html = await page(role, f"/{kept['proposed'].id}")
    assert [each for each in re.findall(r'<form id="form-(.*?)"', html) if each in ("approve", "reject")] == mine
    others = dict(re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", html))
    assert {what: others[what] for what in ("核准方案", "退回方案") if what in others} == who


async def test_in_every_stage_each_decision_of_the_readers_roles_has_a_form(page, kept):
    for stage in kept.keys() - {"proposed"}:
        html = await page("cs_manager", f"/{kept[stage].id}")
        possible = {each.decision for each in kept[stage].possible if Role.CS_MANAGER in each.roles}
        assert set(re.findall(r'<form id="form-(.*?)"', html)) == possible, stage


async def test_the_strip_has_every_clock_with_its_reasons(page, kept):
    html = await page("cs_manager", f"/{kept['filed'].id}")
    strip = re.search(r'<ul class="clocks many".*?</ul>', html, re.DOTALL)[0]
    assert [text(each) for each in re.findall(r"<h2>(.*?)</h2>", strip)] == [
        each.clock.title for each in sorted(kept["filed"].clocks, key=lambda run: run.due_at)
    ]
    assert "按制度“complaints”第1版" in strip


async def test_every_stage_has_a_page(page, kept):
    for stage, case in kept.items():
        assert f"投诉{case.number or '草稿'}" in await page("gm", f"/{case.id}"), stage


async def test_what_a_customer_wrote_is_shown_as_it_is_written(page, kept, stores):
    form = kept["filed"].form.but(content="<script>alert(1)</script>")
    await stores.complaints.create(
        Change(kept["filed"].but(id=UUID(int=51), number="2026-11-0051", form=form)), cause(AT)
    )
    for path in ("?q=2026-11-0051", "", f"/{UUID(int=51)}"):
        html = await page("cs_manager", path)
        assert "<script>" not in html


def test_every_stage_and_every_decision_has_a_name():
    assert (set(STAGES), set(DECISIONS)) == (set(COMPLAINT.stages), set(COMPLAINT.moves))


async def test_a_complaint_begins_on_the_customers_card_by_who_may_file_one(ask, kept):
    customer = kept["filed"].form.customer.customer_id
    card = (await ask("cs_specialist", "GET", f"/ui/customers/{customer}")).text
    (form,) = re.findall(r"<form .*?</form>", card, re.DOTALL)
    assert 'data-send="/complaints/complaints"' in form
    assert f'<input type="hidden" name="customer.customer_id" value="{customer}">' in form
    asked = set(re.findall(r'name="(.*?)"', form))
    assert {"customer.name", "complainant", "channel", "content", "demand", "contract_date"} <= asked
    assert "customer.locale" not in asked
    assert "<form" not in (await ask("gm", "GET", f"/ui/customers/{customer}")).text
