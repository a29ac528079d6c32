"""The papers of orders as A4 pages: notices with signatures, delivery notes in copies, registers, loading plans."""

import re
from uuid import uuid4

import pytest
from on_paper import BLANK, MARK, cells, lines, printing, text

from orders.domain.decisions.exception import raise_exception
from orders.domain.decisions.shipment import issue_delivery_note
from shared.contracts.vocabulary import OrderLine


@pytest.fixture
def printed(ask):
    return printing(ask)


async def test_the_order_notice_has_goods_without_a_price_and_three_signatures(company, printed):
    await company.place(site_address="广州市天河区珠江东路 6 号")
    order = await company.run_to("plan")
    html = await printed("plant_manager", f"notices/{order.id}")
    found = cells(html)
    notice = order.notice
    assert [found[each][1].split()[0] for each in ("编制", "审核", "批准")] == [
        notice.prepared.by,
        notice.reviewed.by,
        notice.approved.by,
    ]
    assert found["要求发货"] == ["2026-11-26"]
    assert lines(html) == [["GP-80", "80 款高隔断", "3000×2700", "24", "件", ""]]
    assert "100,000" not in html
    assert f">{MARK}</text>" in html


async def test_an_order_notice_that_was_not_signed_leaves_room_for_three_pens(company, printed):
    order = await company.place()
    found = cells(await printed("cs_specialist", f"notices/{order.id}"))
    assert [found[each][1] for each in ("编制", "审核", "批准")] == [BLANK] * 3


async def test_the_telephone_number_is_on_the_paper_of_those_who_read_it_alone(company, printed):
    order = await company.place()
    assert cells(await printed("cs_specialist", f"notices/{order.id}"))["电话"] == [order.customer.mobile]
    assert cells(await printed("breakdown_section", f"notices/{order.id}"))["电话"] == [""]


async def test_each_drawing_that_was_ordered_has_a_notice_of_its_own(company, printed, ask):
    await company.place()
    order = await company.run_to("rendering")
    titles = [
        text(re.search(r"<h1>(.*?)</h1>", await printed("design_director", f"design-notices/{order.id}/{kind}"))[1])
        for kind in ("plan", "rendering", "elevation", "construction")
    ]
    assert titles == [f"设计图纸下单通知书（{each}）" for each in ("平面图", "效果图", "立面图", "施工图")]
    found = cells(await printed("design_director", f"design-notices/{order.id}/plan"))
    assert (found["进度"], found["版本"]) == (["☐已下达　☐待审　☑通过　☐退回"], ["第1版"])
    before = await company.place(order_no="SO-2026-0413")
    answer = await ask("design_director", "GET", f"/ui/papers/design-notices/{before.id}/plan")
    assert answer.status_code == 404


async def test_the_delivery_note_goes_out_in_three_copies_with_room_for_who_receives(company, printed, ask):
    await company.place(site_address="广州市天河区珠江东路 6 号")
    order = await company.run_to("shipping")
    parts = (OrderLine(description="80 款高隔断", quantity=24, unit="樘"),)
    await company.decide(issue_delivery_note, "CH/2026-1", parts, role="statistics_clerk")
    html = await printed("warehouse", f"delivery-notes/{order.id}/CH/2026-1")
    found = cells(html)
    assert (found["送货地址"], found["开单"][1].split()[0]) == (["广州市天河区珠江东路 6 号"], "statistics_clerk-1")
    assert found["客户签收"][1] == BLANK
    assert lines(html) == [["80 款高隔断", "24", "樘", ""]]
    assert re.findall(r"<span>(第.联.*?)</span>", html) == [
        "第一联　仓库存底",
        "第二联　客户留存",
        "第三联　客户签收后带回",
    ]
    assert MARK not in html
    assert (await ask("warehouse", "GET", f"/ui/papers/delivery-notes/{order.id}/CH-9")).status_code == 404


async def test_the_registers_have_each_order_of_the_days_that_are_asked_for(company, printed):
    await company.place()
    order = await company.run_to("plan")
    register = await printed("statistics_clerk", "register")
    assert lines(register) == [
        [
            "2026-09-30",
            order.order_no,
            order.contract.no,
            order.customer.name,
            "标准",
            "华南",
            "am-03",
            "2026-11-26",
            order.stage_title,
        ]
    ]
    ledger = await printed("statistics_clerk", "contracts?begin=2026-09-30&until=2026-09-30")
    assert lines(ledger)[0][:6] == [
        "2026-09-30",
        order.contract.no,
        order.order_no,
        order.customer.name,
        "1",
        "¥100,000.00",
    ]
    seals = await printed("statistics_clerk", "seal-uses")
    assert [row[1:] for row in lines(seals)] == [
        [order.contract.no, order.order_no, use.purpose, use.staff] for use in order.contract.seals
    ]
    assert len(order.contract.seals) == 1
    empty = await printed("statistics_clerk", "contracts?begin=2026-10-01&until=2026-10-31")
    assert lines(empty) == [["无"]]
    assert all(f">{MARK}</text>" in each for each in (register, ledger, seals))


async def test_the_exception_sheet_has_what_is_open_and_what_was_resolved_in_the_week(company, printed, ask):
    await company.place()
    for detail in ("玻璃尺寸不符", "五金件断货"):
        await company.decide(raise_exception, "material", detail, role="order_specialist")
        company.later(minutes=1)
    first = (await ask("cs_manager", "GET", "/exceptions")).json()["items"][0]
    await ask("cs_manager", "POST", f"/exceptions/{first['id']}/resolve", {"resolution": "改用现货"})
    html = await printed("cs_manager", "exceptions")
    assert [(row[3], row[5]) for row in lines(html)] == [("五金件断货", ""), ("玻璃尺寸不符", "改用现货")]
    company.later(days=8)
    assert [row[3] for row in lines(await printed("cs_manager", "exceptions"))] == ["五金件断货"]


async def test_the_loading_plan_says_which_vehicle_takes_what_where(company, printed, ask):
    await company.place(site_address="广州市天河区")
    order = await company.run_to("shipping")
    vehicles = [{"name": "粤A·12345", "volume_litres": 48000, "cost": 900, "cost_per_place": 250}]
    wanted = {"day": str(order.ship_on), "vehicles": vehicles, "weights": {"left_behind": 5000}}
    load = (await ask("warehouse", "POST", "/loads", wanted)).json()
    html = await printed("warehouse", f"loads/{load['id']}")
    assert lines(html) == [["粤A·12345", order.order_no, "广州市", "4,200", "43,800", "¥1,150"]]
    assert cells(html)["未装车"] == ["无"]


async def test_pages_lead_to_the_papers_that_there_are(company, ask):
    await company.place()
    order = await company.run_to("rendering")
    page = (await ask("cs_specialist", "GET", f"/ui/orders/{order.id}")).text
    kinds = ("plan", "rendering", "elevation", "construction")
    notices = [f"/orders/ui/papers/design-notices/{order.id}/{kind}" for kind in kinds]
    assert re.findall(r'href="(/orders/ui/papers/.*?)"', page) == [f"/orders/ui/papers/notices/{order.id}", *notices]
    board = {role: (await ask(role, "GET", "/ui/orders")).text for role in ("cs_specialist", "breakdown_section")}
    at = "/orders/ui/papers"
    assert {role: re.findall(rf'href="{at}/(.*?)"', html) for role, html in board.items()} == {
        "cs_specialist": ["exceptions", "register", "contracts", "seal-uses"],
        "breakdown_section": ["exceptions"],
    }


@pytest.mark.parametrize(
    ("role", "path"),
    [("installer", "notices/{id}"), ("warehouse", "contracts"), ("warehouse", "register"), ("finance", "loads/{id}")],
)
async def test_papers_are_printed_by_those_who_may_read_what_is_on_them(ask, role, path):
    assert (await ask(role, "GET", f"/ui/papers/{path.format(id=uuid4())}")).status_code == 403


async def test_a_printing_is_evidence(company, printed, ask):
    order = await company.place()
    await printed("cs_specialist", f"notices/{order.id}")
    (entry,) = (await ask("gm", "GET", "/audit?kind=read")).json()["items"]
    assert entry["route"] == "/ui/papers/notices/{order_id}"
