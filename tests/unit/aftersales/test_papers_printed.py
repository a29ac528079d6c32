"""The papers of after-sales as A4 pages: form 1 with the block of each role, the voucher, the month's table."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from on_paper import BLANK, cells, lines, printing

from aftersales.domain.decisions.trip import request_remote
from aftersales.domain.parts.entry import Entry
from aftersales.domain.parts.money import Payment
from aftersales.domain.parts.who_pays import OwnFault
from aftersales.domain.settlement import Settlement
from shared.aggregate import Change
from shared.contracts.event import Actor, Money
from shared.testing import cause, standing_in

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))


@pytest.fixture
def printed(ask):
    return printing(ask)


async def test_the_form_has_a_block_for_each_role_with_its_signature(printed, stores, request_with, in_every_stage):
    request = request_with()
    await stores.service_requests.create(Change(request), NOW)
    await stores.service_orders.create(Change(in_every_stage["closed"].but(request_id=request.id)), NOW)
    found = cells(await printed("finance", f"service-requests/{request.id}"))
    assert found["反馈内容"] == ["门铰链松动，闭合有异响", "cs-07"]
    assert found["合同日期"] == ["2026-09"]
    assert found["责任"] == ["☑本公司质量　☐客户原因　☐自然损耗　☐第三方原因　☐未判定"]
    assert found["处理意见"] == ["☑按计划安排　☐现场解决\n带铰链现场更换", "operations-01 2026-11-22 10:00"]
    assert found["费用"][0] == "材料¥80.00　运输¥20.00　人工¥100.00　差旅¥0.00　合计¥200.00"
    assert found["执行情况"] == ["铰链松脱，已更换\n负责人：周班长", "tech-05 2026-11-22 10:00"]
    assert found["处理结果"] == ["已更换铰链", "cs-07 2026-11-22 10:00"]


async def test_a_form_without_a_voucher_leaves_its_later_blocks_to_the_pen(printed, stores, request_with):
    request = request_with()
    await stores.service_requests.create(Change(request), NOW)
    found = cells(await printed("operations_supervisor", f"service-requests/{request.id}"))
    assert [found[block][1] for block in ("处理意见", "费用", "执行情况", "处理结果")] == [BLANK] * 4


@pytest.fixture
async def registered(stores, request_with):
    """The request of every voucher here is in the register."""
    return await stores.service_requests.create(Change(request_with()), NOW)


@pytest.mark.usefixtures("registered")
async def test_a_voucher_goes_out_with_room_for_the_visit_and_comes_back_signed(printed, stores, in_every_stage):
    for n, stage in enumerate(("dispatched", "signed_off"), start=1):
        await stores.service_orders.create(Change(in_every_stage[stage].but(id=UUID(int=n), voucher_no=f"FW-{n}")), NOW)
    before = cells(await printed("installer", f"service-orders/{UUID(int=1)}"))
    assert (before["上门"][1], before["客户签字"][1]) == (BLANK, BLANK)
    html = await printed("installer", f"service-orders/{UUID(int=2)}")
    after = cells(html)
    assert after["第1次上门"] == ["2026-11-22 09:00至2026-11-22 10:00　☑已解决　☐未解决\n更换两副铰链", "tech-05"]
    assert after["客户签字"] == ["问题已处理，现场已清理。", "王建国 2026-11-22 10:00"]
    assert re.findall(r"<span>(第.联.*?)</span>", html) == ["第一联　客服部存档", "第二联　客户留存"]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("stage", ["open", "dispatched", "resolved", "signed_off", "closed"])
async def test_every_stage_of_a_service_has_a_voucher(printed, stores, in_every_stage, stage):
    await stores.service_orders.create(Change(in_every_stage[stage]), NOW)
    assert "服务凭证" in await printed("gm", f"service-orders/{in_every_stage[stage].id}")


async def test_a_service_out_of_town_has_an_application_and_another_has_none(printed, ask, stores, in_every_stage):
    asked = request_remote(
        standing_in(in_every_stage["open"].but(out_of_town=True), "open"),
        "湖南长沙",
        Money(amount=Decimal("800.00")),
        NOW,
    ).state
    await stores.service_orders.create(Change(asked), NOW)
    await stores.service_orders.create(Change(in_every_stage["closed"].but(id=UUID(int=2), voucher_no="FW-2")), NOW)
    found = cells(await printed("cs_manager", f"remote-services/{asked.id}"))
    assert (found["服务地点"], found["预计差旅费"]) == (["湖南长沙"], ["¥800.00"])
    assert (found["申请"], found["经理批准"]) == (["", "cs-07 2026-11-22 10:00"], ["", BLANK])
    assert (await ask("cs_manager", "GET", f"/ui/papers/remote-services/{UUID(int=2)}")).status_code == 404


async def test_the_months_table_has_each_voucher_and_the_sums(printed, stores, rules):
    def entry(n, cost, paid):
        return Entry(
            service_order_id=UUID(int=n),
            voucher_no=f"FW-{n}",
            free=Money(amount=Decimal("0.00")),
            paid=Money(amount=Decimal(paid)),
            cost=Money(amount=Decimal(cost)),
            type="A",
            customer_name="恒达",
            verdict="out_of_warranty",
            technician="tech-05",
            visits=1,
            closed_at=AT,
        )

    month = Settlement.at(AT, rules).but(entries=(entry(2, "80.00", "300.00"), entry(1, "1020.00", "1500.00")))
    await stores.settlements.create(Change(month), NOW)
    html = await printed("finance", f"settlements/{month.month}")
    assert lines(html) == [
        ["FW-1", "A 收费", "恒达", "", "过保", "tech-05", "1", "¥1,020.00", "¥0.00", "¥1,500.00", "2026-11-22"],
        ["FW-2", "A 收费", "恒达", "", "过保", "tech-05", "1", "¥80.00", "¥0.00", "¥300.00", "2026-11-22"],
    ]
    found = cells(html)
    assert (found["凭证"], found["成本合计"], found["收费合计"]) == (
        ["2张，其中2张未移交"],
        ["¥1,100.00"],
        ["¥1,800.00"],
    )


async def test_papers_are_printed_by_those_who_may_read_what_is_on_them(ask, stores, in_every_stage):
    await stores.service_orders.create(Change(in_every_stage["open"]), NOW)
    answer = await ask("warehouse", "GET", f"/ui/papers/service-orders/{in_every_stage['open'].id}")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("charge", "said"), [("free", "免费，由总经理负责"), ("normal_rate", "按标准收费")], ids=["free", "charged"]
)
async def test_a_service_that_is_free_after_the_warranty_names_who_answers_for_it_on_form_voucher_and_page(
    charge, said, printed, ask, stores, request_with, order_with
):
    """Who that is was decided when the request came in; the policy may name another by now."""
    request = request_with(verdict="out_of_warranty").but(own_fault=OwnFault(charge=charge, owner="gm"))
    order = order_with(verdict="out_of_warranty").but(request_id=request.id, charge_policy=charge)
    await stores.service_requests.create(Change(request), NOW)
    await stores.service_orders.create(Change(order), NOW)

    form = cells(await printed("finance", f"service-requests/{request.id}"))
    paper = cells(await printed("finance", f"service-orders/{order.id}"))

    page = (await ask("finance", "GET", f"/ui/service-requests/{request.id}")).text

    assert (form["费用承担"], paper["费用"]) == ([said], [said])
    assert f">{said}<" in page


@pytest.mark.usefixtures("registered")
async def test_a_payment_names_who_took_it_on_the_voucher_the_months_table_and_their_pages(
    printed, ask, stores, in_every_stage, rules
):
    taken = Payment(amount=Money(amount=Decimal("300.00")), at=AT, invoice_no="FP-1", by="finance-01")
    before = Payment(amount=Money(amount=Decimal("20.00")), at=AT)
    order = in_every_stage["dispatched"].but(charge_policy="normal_rate", payments=(taken, before))
    month = Settlement.at(AT, rules)
    entry = Entry.of_money(order.about_customer, (taken, before), None)
    await stores.service_orders.create(Change(order), NOW)
    await stores.settlements.create(Change(month.but(entries=(entry,))), NOW)

    voucher = cells(await printed("finance", f"service-orders/{order.id}"))
    table = lines((await printed("finance", f"settlements/{month.month}")).partition("取消、多付的收款和退款")[2])
    pages = [
        (await ask("finance", "GET", f"/ui/{path}")).text
        for path in (f"service-orders/{order.id}", f"settlements/{month.id}")
    ]

    assert voucher["实收"] == ["2026-11-22 10:00 ¥300.00 FP-1 finance-01；2026-11-22 10:00 ¥20.00"]
    assert sorted(line[-1] for line in table) == ["", "finance-01"]
    assert "<dd>11-22 10:00 ¥300.00 FP-1 finance-01</dd>" in pages[0]
    assert '<td data-l="经办">finance-01</td>' in pages[1]
