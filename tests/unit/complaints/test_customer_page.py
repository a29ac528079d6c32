"""What a customer sees of their complaints by a link: their own words and what was decided, nothing of the house."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from customer_page import MOST_BYTES, link_of, opened, text

from complaints.domain.complaint import put_form
from complaints.domain.lifecycle import COMPLAINT
from shared.aggregate import Change
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WHO, TODAY = UUID(int=1), date(2026, 11, 22)
STATUS = {
    "filed": "已受理 ，11月28日前处理完毕",
    "upheld": "调查中 ，11月28日前处理完毕",
    "not_upheld": "已答复",
    "appealed": "异议处理中 ，11月28日前处理完毕",
    "investigating": "调查中 ，11月28日前处理完毕",
    "investigated": "方案拟定中 ，11月28日前处理完毕",
    "proposed": "方案拟定中 ，11月28日前处理完毕",
    "approved": "待您确认方案 ，11月28日前处理完毕",
    "accepted": "方案执行中 ，11月28日前处理完毕",
    "implemented": "方案已执行 ，11月28日前处理完毕",
    "closed": "已结案",
}


@pytest.fixture
async def kept(in_every_stage, stores):
    """A case in every stage, each under a number of its own and a minute later than the one before."""
    cases = {}
    for n, (stage, case) in enumerate(in_every_stage.items(), start=1):
        number = f"2026-11-{n:04d}" if case.number else None
        form = case.form.but(received_at=AT + timedelta(minutes=n))
        cases[stage] = put_form(case.but(id=UUID(int=n), number=number), form)
        await stores.complaints.create(Change(cases[stage]), cause(AT))
    return cases


def sections(html):
    """What is said of each complaint, by its number."""
    found = re.findall(r'<h2 id="c\d+">(.*?)</h2>(.*?)</section>', html, re.DOTALL)
    return {number: text(f"<main>{said}") for number, said in found}


async def test_each_complaint_shows_where_it_stands_and_a_draft_or_what_was_none_is_not_there(world, kept):
    found = sections((await opened(world, link_of(WHO, TODAY))).text)
    assert set(STATUS) == set(COMPLAINT.stages) - {"taken_in", "draft", "dismissed"}
    assert {
        number: re.search(r"进展 (.*?)(?: 供您选择| 方案 | 结果|$)", said)[1] for number, said in found.items()
    } == {kept[stage].number: words for stage, words in STATUS.items()}


async def test_what_was_approved_is_shown_once_it_is_and_the_result_once_it_is_closed(world, kept):
    found = sections((await opened(world, link_of(WHO, TODAY))).text)
    assert "方案" not in found[kept["filed"].number].replace("方案拟定中", "")
    assert "免费更换三樘玻璃" not in found[kept["proposed"].number]
    assert "方案 免费更换三樘玻璃" in found[kept["accepted"].number]
    assert "结果 已更换" in found[kept["closed"].number]


async def test_whoever_has_the_link_reads_nothing_of_the_house_and_no_name_or_number_of_the_customer(world, kept):
    answer = await opened(world, link_of(WHO, TODAY))
    case = kept["closed"]
    inside = [case.judgement.grounds, case.investigation.cause, *case.investigation.responsible, "handler-01"]
    inside += ["deputy-01", "1,800", "1800", "5000", case.form.customer.name, case.form.customer.mobile, "王建国"]
    inside += ["生产部", "核决", "责任", "损失", "处分", "判定", "production"]
    assert [each for each in inside if each in text(answer.text)] == []
    assert len(answer.content) < MOST_BYTES
    assert "<script" not in answer.text


async def test_what_the_customer_wrote_is_shown_as_it_was_written(world, kept, stores):
    form = kept["filed"].form.but(content="<script>alert(1)</script>")
    case = put_form(kept["filed"].but(id=UUID(int=50), number="2026-11-0050"), form)
    await stores.complaints.create(Change(case), cause(AT))
    html = (await opened(world, link_of(WHO, TODAY))).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


async def test_another_customer_s_link_and_one_that_has_ended_show_none_of_it(world, kept):
    other = await opened(world, link_of(UUID(int=2), TODAY))
    assert (other.status_code, sections(other.text)) == (200, {})
    ended = await opened(world, link_of(WHO, TODAY - timedelta(days=91)))
    assert (ended.status_code, sections(ended.text)) == (404, {})
