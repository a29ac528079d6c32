"""The department's own papers: reports on their forms, and the list that leads to them."""

import re

from on_paper import BLANK, MARK, cells, lines, printing

from shared.contracts.roles import Role
from tests.unit.intake.test_reports import digest, local, office, report_of, submit


async def test_a_day_s_report_has_its_headings_with_room_for_the_answer_and_then_the_answer():
    world = await office(local(2026, 11, 20, 8), "am-1")
    await world.until(local(2026, 11, 20, 18))
    report = await report_of(world, "am-1", "daily_sales")
    printed = printing(world.ask)
    blank = cells(await printed(Role.CS_SPECIALIST, f"reports/{report}"))
    assert (blank["提交期限"], blank["提交时间"], blank["销售情况"]) == (["2026-11-21 09:00"], ["未交"], [""])
    await submit(world, "am-1", report, ["visits", "sales", "next"])
    answer = {"digest": await digest(world, report), "comment": "请补充竞争对手情况"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/reports/{report}/review", answer)
    html = await printed(Role.CS_SPECIALIST, f"reports/{report}")
    assert ("<h1>销售部日销售报表</h1>" in html, ">表1</span>" in html, f">{MARK}</text>" in html) == (True, True, True)
    assert {title: said for title, said in cells(html).items() if title != "附件"} == {
        "报告人": ["am-1"],
        "期间": ["2026-11-20"],
        "报送": ["客服专员"],
        "提交期限": ["2026-11-21 09:00"],
        "提交时间": ["2026-11-20 18:00"],
        "客户拜访情况": ["visits：已完成"],
        "销售情况": ["sales：已完成"],
        "次日行程": ["next：已完成"],
        "批复": ["请补充竞争对手情况", "cs_specialist-1 2026-11-20 18:00"],
    }


async def test_what_consolidates_has_each_report_the_sums_and_who_is_missing():
    world = await office(local(2026, 12, 20, 8), "am-1", "am-2", "chief-1")
    await world.until(local(2026, 12, 21, 9))
    for form, amounts in (("sales_target", {"target": "300000.00"}), ("collection_budget", {"collection": "1200.50"})):
        await submit(world, "am-1", await report_of(world, "am-1", form), amounts=amounts)
    await submit(world, "am-2", await report_of(world, "am-2", "sales_target"), amounts={"target": "200000.00"})
    report = await report_of(world, "chief-1", "consolidation")
    await submit(world, "chief-1", report, ["assessment"])
    html = await printing(world.ask)(Role.CS_DIRECTOR, f"reports/{report}")
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)
    assert heads == ["报告", "报告人", "回款预算（元）", "销售目标（元）"]
    assert lines(html) == [
        ["销售回款预算表", "am-1", "¥1,200.50", ""],
        ["月份销售目标计划表", "am-1", "", "¥300,000.00"],
        ["月份销售目标计划表", "am-2", "", "¥200,000.00"],
        ["合计", "", "¥1,200.50", "¥500,000.00"],
    ]
    assert cells(html)["未交"] == ["am-2的销售回款预算表"]


async def test_a_report_of_amounts_alone_prints_them_and_one_that_was_let_off_says_why():
    world = await office(local(2026, 12, 20, 8), "am-1", "am-2")
    await world.until(local(2026, 12, 21, 9))
    printed = printing(world.ask)
    mine, theirs = [await report_of(world, staff, "sales_target") for staff in ("am-1", "am-2")]
    await submit(world, "am-1", mine, amounts={"target": "300000.00"})
    assert lines(await printed(Role.CS_SPECIALIST, f"reports/{mine}")) == [["销售目标（元）", "¥300,000.00"]]
    await world.ask(Role.CS_SUPERVISOR, "POST", f"/reports/{theirs}/excuse", {"reason": "年休假"})
    found = cells(await printed(Role.CS_SPECIALIST, f"reports/{theirs}"))
    assert (found["提交时间"], found["批复"]) == (["免交：年休假"], ["", BLANK])


async def test_the_list_shows_who_has_not_handed_in_and_leads_to_the_paper_of_each_report():
    world = await office(local(2026, 11, 20, 8), "am-1", "am-2")
    await world.until(local(2026, 11, 20, 18))
    handed_in, owed = [await report_of(world, staff, "daily_sales") for staff in ("am-1", "am-2")]
    await submit(world, "am-1", handed_in, ["visits", "sales", "next"])

    async def shown(query):
        html = (await world.ask(Role.CS_SUPERVISOR, "GET", f"/ui/reports?{query}")).text
        return re.findall(r'href="/intake/ui/papers/reports/(.*?)"', html)[0], "逾期" in html

    await world.until(local(2026, 11, 21, 8))
    assert await shown("stage=owed") == (owed, False)
    assert await shown("stage=submitted") == (handed_in, False)
    await world.until(local(2026, 11, 21, 9, 1))
    assert await shown("stage=owed") == (owed, True)
    assert (await world.ask(Role.WAREHOUSE, "GET", "/ui/reports")).status_code == 403
