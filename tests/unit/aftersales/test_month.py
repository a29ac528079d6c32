"""The month's tables and statistics, a technician's day, and the warranty passport of a contract."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from drawn import Drawn, drawn
from openpyxl import load_workbook

from aftersales.api.accounts import Account
from aftersales.api.sheets import money_table, settlement_table
from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions.closing import call_off_alone, close
from aftersales.domain.decisions.form import record_opinion
from aftersales.domain.decisions.money import raise_charge, receive_payment, record_cost
from aftersales.domain.decisions.opening import open_internal
from aftersales.domain.decisions.settlement import publish_statistics, settle
from aftersales.domain.decisions.supply import claim_expense
from aftersales.domain.decisions.visit import complete_visit
from aftersales.domain.parts.blocks import FeeSignature
from aftersales.domain.parts.entry import Entry
from aftersales.domain.parts.money import Charge, Payment
from aftersales.domain.parts.supply import Expense, PartLine, Supply
from aftersales.domain.parts.trip import Appointment
from aftersales.domain.settlement import Settlement
from shared.aggregate import Change
from shared.contracts.aftersales import AftersalesReportPublished, Material, ServiceOrderClosed
from shared.contracts.event import Actor, Money, PreciseDate
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CS = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
OPERATIONS = cause(AT, actor=Actor(kind="staff", id="operations-01", role="operations_supervisor"))
TABLE = "/settlements/2026-11/table.csv"
MONEY = "/settlements/2026-11/money.csv"


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def rows(answer):
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
async def closed(stores, on, in_every_stage, request_with):
    """A month with one closed job, whose technician claimed an expense."""
    signed = in_every_stage["signed_off"].but(item="=HYPERLINK()")
    change = close(signed, "已更换铰链", "陈经理", CS)
    expense = Expense(id=UUID(int=7), amount=yuan("35.00"), reason="停车费", by="tech-05", at=AT)
    await stores.service_requests.create(Change(request_with()), CS)
    await stores.service_orders.create(Change(change.state.but(expenses=(expense,))), CS)
    await deliver(on, change.events[0], at=AT)
    return change.state


@pytest.mark.requirement("R078.a")
async def test_the_months_table_is_the_same_to_the_byte_and_no_cell_is_a_formula(ask, closed):
    first, second = await ask("finance", "GET", TABLE), await ask("finance", "GET", TABLE)

    assert first.content == second.content
    header, row = rows(first)
    assert header[:3] == ["凭证编号", "服务类型", "客户名称"]
    assert row[:8] == [
        "FW-20261122-AAAAAA",
        "C",
        "广州恒达装饰工程有限公司",
        "'=HYPERLINK()",
        "本公司质量",
        "200.00",
        "200.00",
        "0.00",
    ]


@pytest.mark.requirement("R078.a")
async def test_the_months_workbook_is_the_same_to_the_byte_and_its_amounts_can_be_added_up(ask, closed):
    first, second = [await ask("finance", "GET", TABLE.replace(".csv", ".xlsx")) for _ in range(2)]

    assert first.content == second.content
    header, row = load_workbook(io.BytesIO(first.content)).active.iter_rows(values_only=True)
    assert dict(zip(header, row, strict=True)) | {"完成时间": None} == {
        "凭证编号": "FW-20261122-AAAAAA",
        "服务类型": "C",
        "客户名称": "广州恒达装饰工程有限公司",
        "产品": "=HYPERLINK()",
        "责任": "本公司质量",
        "成本": 200,
        "免费金额": 200,
        "收费金额": 0,
        "完成时间": None,
        "结算时间": None,
        "保修": "保修期内",
        "服务人员": "tech-05",
        "上门次数": 1,
        "重复报修": "否",
        "类型名称": "免费服务",
        "内务物料": None,
        "保修期内成本": 200,
        "保修期外成本": None,
        "保修不确定成本": None,
        "内务成本": None,
    }


@pytest.mark.requirement("R126.a")
async def test_every_fact_about_money_is_exported_for_the_books(ask, closed):
    _, *facts = rows(await ask("finance", "GET", MONEY))

    assert [(fact[1], fact[2]) for fact in facts] == [
        ("材料成本", "80.00"),
        ("运输费用", "20.00"),
        ("人工费用", "100.00"),
        ("差旅费用", "0.00"),
        ("报销", "35.00"),
    ]


@pytest.mark.requirement("R126.a")
async def test_what_was_charged_and_received_is_exported_too(ask, stores, closed, order_with, rules):
    charged = raise_charge(order_with("customer_cause"), yuan("300.00"), "prepaid", rules, CS).state
    paid = receive_payment(charged, yuan("300.00"), AT, "FP-88120", rules, CS).state
    await stores.service_orders.apply(
        closed.id, lambda order: Change(order.but(charge=paid.charge, payments=paid.payments)), cause(AT)
    )

    facts = rows(await ask("finance", "GET", MONEY))

    assert [fact[1:3] + fact[4:] for fact in facts if fact[1] in {"应收", "实收"}] == [
        ["应收", "300.00", "", "预付"],
        ["实收", "300.00", "cs-07", "FP-88120"],
    ]


@pytest.mark.requirement("R078.a")
@pytest.mark.parametrize(("days", "repeated"), [(0, True), (29, True), (30, True), (31, False)])
async def test_a_service_that_comes_again_for_the_same_order_within_the_days_counts_as_repeated(
    on, stores, in_every_stage, closed, days, repeated
):
    again = in_every_stage["signed_off"].but(id=UUID(int=61), voucher_no="FW-20261122-AAAABB")
    later = AT + timedelta(days=days, seconds=1 if days < 30 else 0)
    change = close(again, "已更换铰链", "陈经理", replace(CS, id=UUID(int=62), at=later))
    await stores.service_orders.create(Change(change.state), replace(CS, id=UUID(int=63)))

    await deliver(on, change.events[0], at=later)

    entries = [each for month in (await stores.settlements.find({})).items for each in month.entries]
    assert [entry.repeated for entry in entries if entry.service_order_id == again.id] == [repeated]


@pytest.mark.requirement("R078.a")
@pytest.mark.parametrize(
    ("first", "second", "repeated"),
    [
        ((None, "JG-1", "门铰链"), (None, "JG-1", "拉手"), True),
        (("SO-1", "JG-1", "门铰链"), (None, "JG-1", "门铰链"), True),
        ((None, "JG-1", "门铰链"), (None, "JG-2", "门铰链"), False),
        ((None, None, "门铰链"), (None, None, "门铰链"), True),
        ((None, None, "门铰链"), (None, "JG-1", "门铰链"), True),
        ((None, None, "门铰链"), (None, None, "拉手"), False),
        ((None, None, None), (None, None, None), False),
    ],
)
async def test_a_service_for_the_same_contract_or_for_the_same_product_of_a_customer_counts_as_repeated(
    on, stores, in_every_stage, first, second, repeated
):
    for number, (order_no, contract_no, item) in enumerate((first, second)):
        by = replace(CS, id=UUID(int=6000 + number), at=AT + timedelta(days=number))
        signed = in_every_stage["signed_off"].but(
            id=UUID(int=6100 + number),
            voucher_no=f"FW-{number}",
            request_id=None,
            order_no=order_no,
            contract_no=contract_no,
            item=item,
        )
        change = close(signed, "已更换铰链", "陈经理", by)
        await stores.service_orders.create(Change(change.state), replace(by, id=UUID(int=6200 + number)))
        await deliver(on, change.events[0], at=by.at)

    entries = [each for month in (await stores.settlements.find({})).items for each in month.entries]
    assert [entry.repeated for entry in entries] == [False, repeated]


@pytest.mark.requirement("R078.a")
async def test_a_job_that_needed_a_second_visit_was_not_resolved_at_the_first(stores, closed):
    settlement = await stores.settlements.get(Settlement.id_of("2026-11"))
    once, twice, never = (settlement.entries[0].but(visits=visits) for visits in (1, 2, 0))

    figures = settlement.but(entries=(once, twice, never)).figures

    assert (figures["visited"], figures["resolved_at_first_visit"], figures["by_crew"]) == (2, 1, {"tech-05": 2})


@pytest.mark.requirement("R078.a")
async def test_a_service_counts_once_for_each_technician_who_went_for_it(stores, closed, in_every_stage, rules):
    settlement = await stores.settlements.get(Settlement.id_of("2026-11"))
    resolved = in_every_stage["signed_off"]
    first = resolved.visits[0].but(technician="tech-06", resolved=False)
    change = close(resolved.but(visits=(first, first, *resolved.visits)), "已更换铰链", None, CS)
    (told,) = (event for event in change.events if isinstance(event, ServiceOrderClosed))
    both = Entry.of(told, repeated=False)
    before_it_was_kept = settlement.entries[0].but(technicians=(), technician="tech-05", visits=2)

    assert (told.technicians, told.technician, told.visits) == (("tech-06", "tech-05"), "tech-05", 3)
    month = settlement.but(entries=(both, before_it_was_kept))
    assert month.figures["by_crew"] == {"tech-05": 2, "tech-06": 1}
    table = settlement_table((both,), rules.calendar)
    assert [row[table.columns.index("服务人员")] for row in table.rows] == ["tech-06、tech-05"]


@pytest.mark.requirement("R078.a")
async def test_what_is_not_known_of_a_service_is_counted_as_such_and_internal_work_has_no_cause(stores, closed):
    settlement = await stores.settlements.get(Settlement.id_of("2026-11"))
    (known,) = settlement.entries
    nameless = known.but(item=None, fault=None)
    internal = nameless.but(type="D")

    figures = settlement.but(entries=(known, nameless, internal)).figures

    assert (figures["orders"], figures["by_type"]) == (3, {"C": 2, "D": 1})
    assert figures["by_fault"] == {"company_quality": 1, "unknown": 1}
    assert figures["by_item"] == {"=HYPERLINK()": 1, "unknown": 1}


@pytest.mark.requirement("R078.a", "R126.a")
async def test_what_is_closed_paid_and_claimed_after_midnight_is_told_of_the_local_day(stores, closed, rules):
    night = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
    settlement = await stores.settlements.get(Settlement.id_of("2026-11"))
    (entry,) = settlement.entries
    late = entry.but(closed_at=night, settled_at=night + HOUR)
    paid = Payment(amount=yuan("300.00"), at=night, by="cs-07")
    claimed = Expense(id=UUID(int=7), amount=yuan("35.00"), reason="停车费", by="tech-05", at=night)
    account = Account(closed.but(cost=None), True, (paid,), (claimed,))

    table, facts = settlement_table((late,), rules.calendar), money_table((account,), (), rules.calendar)

    told = [table.rows[0][table.columns.index(column)] for column in ("完成时间", "结算时间")]
    assert told == ["2026-12-01 00:30", "2026-12-01 01:30"]
    assert [(row[1], row[3]) for row in facts.rows] == [("实收", "2026-12-01 00:30"), ("报销", "2026-12-01 00:30")]


@pytest.mark.requirement("R078.a")
async def test_customer_service_publishes_the_months_statistics(ask, stores, closed):
    settlement = await stores.settlements.get(Settlement.id_of("2026-11"))
    figures = {
        "orders": 1,
        "cost": "200.00",
        "free": "200.00",
        "charged": "0.00",
        "by_type": {"C": 1},
        "by_fault": {"company_quality": 1},
        "by_item": {"=HYPERLINK()": 1},
        "by_crew": {"tech-05": 1},
        "cost_in_warranty": "200.00",
        "cost_beyond_warranty": "0.00",
        "cost_warranty_uncertain": "0.00",
        "cost_internal": "0.00",
        "visited": 1,
        "resolved_at_first_visit": 1,
        "repeated": 0,
    }

    (published,) = publish_statistics(settlement, CS).events
    refused = await ask("finance", "POST", "/settlements/2026-11/publish-statistics")
    shown = await ask("cs_specialist", "POST", "/settlements/2026-11/publish-statistics")

    assert published == AftersalesReportPublished(
        report_id=published.report_id,
        kind="aftersales_monthly",
        title="售后统计表",
        period="2026-11",
        path=TABLE,
        figures=figures,
        audience=("cs_manager", "finance"),
    )
    assert (refused.status_code, shown.status_code, shown.json()["figures"]) == (403, 200, figures)


async def test_what_is_worked_on_and_not_closed_is_missing_in_the_settlement(ask, stores, in_every_stage):
    await stores.service_orders.create(Change(in_every_stage["resolved"]), CS)

    found = (await ask("finance", "GET", "/settlements/unfinished")).json()["items"]

    assert [(each["voucher_no"], each["stage"], each["technician"]) for each in found] == [
        ("FW-20261122-AAAAAA", "resolved", "tech-05")
    ]


async def test_each_voucher_that_the_month_waits_for_says_what_is_missing_and_whose_turn_it_is(
    ask, stores, in_every_stage
):
    unwritten = in_every_stage["resolved"].but(execution=None, countersignature=None)
    bare = unwritten.but(charge_policy="normal_rate", fee_needs=("general_manager",), fee_signatures=())
    await stores.service_orders.create(Change(bare), CS)
    ready = in_every_stage["signed_off"].but(id=UUID(int=62), voucher_no="FW-2")
    await stores.service_orders.create(Change(ready), CS)

    found = (await ask("finance", "GET", "/settlements/unfinished")).json()["items"]

    lacking = {each["voucher_no"]: (each["missing_blocks"], each["missing"]) for each in found}
    assert lacking == {
        "FW-20261122-AAAAAA": (
            ["execution", "result"],
            ["fee_signatures", "charge", "sign_off", "countersignature"],
        ),
        "FW-2": (["result"], []),
    }
    assert [each["waits_for"] for each in found] == [list(bare.waits_for), list(ready.waits_for)]


OWED = {"charge_policy": "pay_first", "charge": Charge(amount=yuan("300.00"), mode="prepaid")}
PARTS = Supply(
    form_no="SH-1", lines=(PartLine(part_no="JL-80-02", quantity=2),), requested_by="assistant-01", requested_at=AT
)


@pytest.mark.parametrize(
    ("changed", "lacking"),
    [
        ({}, []),
        ({"charge_policy": "normal_rate"}, ["charge"]),
        (OWED, ["payment"]),
        ({"supply": PARTS}, ["parts"]),
        ({"out_of_town": True}, ["remote_approval"]),
    ],
)
async def test_a_voucher_that_is_open_again_after_a_visit_stands_in_the_list_with_what_the_next_trip_lacks(
    changed, lacking, ask, stores, in_every_stage, rules
):
    visit = (AT - HOUR, AT, "铰链型号不符", False)
    order = complete_visit(in_every_stage["dispatched"].but(**changed), *visit, rules, CS).state
    await stores.service_orders.create(Change(order), CS)

    (found,) = (await ask("finance", "GET", "/settlements/unfinished")).json()["items"]

    assert (found["stage"], found["missing_blocks"], found["missing"]) == (
        "open",
        ["execution", "result"],
        [*lacking, "visit", "sign_off", "countersignature"],
    )


async def test_every_voucher_with_a_cost_that_is_under_way_is_missing_in_the_settlement(
    ask, stores, in_every_stage, rules
):
    nothing = yuan("0.00")
    work = open_internal(UUID(int=70), "展厅换灯", (), rules, CS).state
    paid_for = record_cost(work, yuan("80.00"), nothing, nothing, nothing, rules, CS).state
    orders = {
        **{stage.upper(): order for stage, order in in_every_stage.items()},
        "FEE_MISSING": in_every_stage["open"].but(cost=None),
        "INTERNAL": paid_for,
        "INTERNAL_WITHOUT_COST": work,
    }
    for number, (name, order) in enumerate(orders.items()):
        await stores.service_orders.create(Change(order.but(id=UUID(int=80 + number), voucher_no=name)), CS)

    found = (await ask("finance", "GET", "/settlements/unfinished")).json()["items"]

    assert {each["voucher_no"]: each["missing"] for each in found} == {
        "OPEN": ["visit", "sign_off", "countersignature"],
        "DISPATCHED": ["visit", "sign_off", "countersignature"],
        "RESOLVED": ["sign_off", "countersignature"],
        "SIGNED_OFF": [],
        "INTERNAL": [],
    }


SIGNED = tuple(FeeSignature(capacity=each, by=f"{each}-01", at=AT) for each in ("department_head", "general_manager"))


@pytest.mark.parametrize(
    ("stage", "signatures", "missing"),
    [
        ("resolved", SIGNED, ["sign_off"]),
        ("resolved", SIGNED[:1], ["fee_signatures", "sign_off"]),
        ("resolved", (), ["fee_signatures", "sign_off"]),
        ("open", SIGNED, ["visit", "sign_off"]),
        ("open", (), ["fee_signatures", "visit", "sign_off"]),
    ],
)
async def test_a_fee_of_nothing_lacks_its_signatures_and_never_charge_or_money(
    stage, signatures, missing, ask, stores, in_every_stage
):
    order = in_every_stage[stage].but(charge_policy="pay_first", fee_signatures=signatures)
    cost = order.cost.but(material=yuan("0.00"), transport=yuan("0.00"), labour=yuan("0.00"))
    await stores.service_orders.create(Change(order.but(cost=cost)), CS)

    (found,) = (await ask("finance", "GET", "/settlements/unfinished")).json()["items"]

    assert found["missing"] == [*missing, "countersignature"]


async def test_a_voucher_that_was_worked_on_without_a_cost_is_missing_too(ask, stores, in_every_stage):
    for number, stage in enumerate(("open", "dispatched", "resolved", "signed_off")):
        order = in_every_stage[stage].but(id=UUID(int=80 + number), voucher_no=stage.upper(), cost=None)
        await stores.service_orders.create(Change(order), CS)

    found = (await ask("finance", "GET", "/settlements/unfinished")).json()["items"]

    assert {each["voucher_no"]: each["missing_blocks"] for each in found} == {
        "RESOLVED": ["fee", "execution", "result"],
        "SIGNED_OFF": ["fee", "result"],
    }


async def test_a_voucher_that_was_written_before_it_was_kept_what_is_settled_is_missing_too(
    ask, stores, database, in_every_stage
):
    order = await stores.service_orders.create(Change(in_every_stage["resolved"].but(cost=None)), CS)
    del database.collections["service_orders"].rows[order.id].state["to_settle"]

    found = (await ask("finance", "GET", "/settlements/unfinished")).json()["items"]

    assert [each["stage"] for each in found] == ["resolved"]


@pytest.fixture
def enter(stores, closed, rules):
    """Claims an expense of this amount for the closed job, or settles a month, so many days after it was closed."""

    async def entered(days, amount=None, month="2026-11"):
        by = replace(CS, id=UUID(int=9000 + days), at=AT + timedelta(days=days))
        if amount is not None:
            await stores.service_orders.apply(
                closed.id, lambda order: claim_expense(order, yuan(amount), "停车费", by), by
            )
            return
        id = Settlement.id_of(month)
        await stores.settlements.apply(id, lambda open: settle(open, open.handover, rules, by), by)

    return entered


async def expenses(ask, month):
    answer = await ask("finance", "GET", f"/settlements/{month}/money.csv")
    return [row[2] for row in rows(answer) if row[1] == "报销"]


@pytest.mark.requirement("R126.a")
async def test_a_month_that_is_settled_tells_the_same_whatever_is_entered_later(ask, closed, enter):
    await enter(1, "12.00")
    await enter(2)
    before = await ask("finance", "GET", MONEY)

    await enter(3, "99.00")

    assert (await ask("finance", "GET", MONEY)).content == before.content
    assert await expenses(ask, "2026-11") == ["35.00", "12.00"]


@pytest.mark.requirement("R126.a")
async def test_what_is_entered_late_stands_once_in_the_month_that_goes_to_finance_next(
    ask, on, stores, closed, enter, in_every_stage
):
    await enter(2)
    await enter(3, "99.00")
    for month, day in (("2026-12", 20), ("2027-01", 50)):
        one = in_every_stage["signed_off"].but(id=UUID(int=500 + day), voucher_no=f"FW-{day}", order_no=None)
        later = AT + timedelta(days=day)
        change = close(one, "已更换铰链", "陈经理", replace(CS, id=UUID(int=600 + day), at=later))
        await stores.service_orders.create(Change(change.state), replace(CS, id=UUID(int=700 + day)))
        await deliver(on, change.events[0], at=later)
        await enter(day + 1, month=month)
        await enter(day + 2, f"{day}.00")

    found = {month: await expenses(ask, month) for month in ("2026-11", "2026-12", "2027-01")}

    assert found == {"2026-11": ["35.00"], "2026-12": ["99.00"], "2027-01": ["20.00"]}


async def test_a_technician_sees_where_to_go_whom_to_meet_and_what_to_bring(ask, stores, in_every_stage, rules):
    opinion = record_opinion(
        in_every_stage["open"], "现场处理", "resolve_on_site", None, ("电钻",), ("铰链",), rules, OPERATIONS
    ).state.opinion
    day = Appointment(day=date(2026, 11, 25), begins=AT + 72 * HOUR, ends=AT + 73 * HOUR, agreed_with="王", by="cs-07")
    sent = in_every_stage["dispatched"].but(appointment=day, opinion=opinion)
    await stores.service_orders.create(Change(sent), CS)

    (stop,) = (await ask("installer", "GET", "/technicians/tech-05/visits?day=2026-11-25")).json()["items"]

    assert (stop["address"], stop["contact_name"], stop["mobile"], stop["tools"], stop["materials"]) == (
        "广州市天河区珠江东路 6 号 32 楼",
        "王建国",
        "13800138000",
        ["电钻"],
        ["铰链"],
    )
    for path in ("/technicians/tech-05/visits?day=2026-11-26", "/technicians/tech-06/visits"):
        assert (await ask("installer", "GET", path)).json()["items"] == []


async def test_a_visit_without_a_window_stands_in_a_technicians_every_day_until_it_is_made(ask, stores, in_every_stage):
    sent = in_every_stage["dispatched"]
    later, sooner = (
        sent.but(
            id=UUID(int=70 + hours),
            voucher_no=f"FW-{hours}",
            appointment=Appointment(
                day=date(2026, 11, 25),
                begins=AT + hours * HOUR,
                ends=AT + (hours + 1) * HOUR,
                agreed_with="王",
                by="cs-07",
            ),
        )
        for hours in (75, 72)
    )
    for order in (later, sent, sooner):
        await stores.service_orders.create(Change(order), CS)

    path = "/technicians/tech-05/visits"
    agreed, other = [(await ask("installer", "GET", f"{path}?day=2026-11-{day}")).json()["items"] for day in (25, 26)]

    assert [each["voucher_no"] for each in agreed] == [sent.voucher_no, "FW-72", "FW-75"]
    assert [each["voucher_no"] for each in other] == [sent.voucher_no]


@pytest.mark.requirement("R074.a", "R074.b")
async def test_the_passport_of_a_contract_says_what_its_warranty_is_and_why(ask, stores):
    order = CoveredOrder.of("SO-2026-0412").but(
        customer=CustomerSnapshot(customer_id=UUID(int=1), name="恒达"),
        contract_no="JG20240229-017",
        registered_date=PreciseDate(on=date(2024, 2, 29)),
    )
    await stores.covered_orders.create(Change(order), CS)

    today = (await ask("finance", "GET", "/warranties/JG20240229-017")).json()
    edge = (await ask("finance", "GET", "/warranties/JG20240229-017?as_of=2025-02-28")).json()
    unknown = await ask("finance", "GET", "/warranties/JG20260101-001")

    assert (today["as_of"], today["verdict"], today["expires_on"]) == ("2026-11-22", "out_of_warranty", "2025-02-28")
    assert (edge["verdict"], edge["days_left"], edge["explanation"][-1]) == (
        "in_warranty",
        0,
        "保修截止日为 2025-02-28，查询日期 2025-02-28 在保修期内。",
    )
    assert unknown.status_code == 404


@pytest.mark.requirement("R128.c")
async def test_the_months_table_names_the_types_and_the_material_of_internal_work(ask, on, closed, rules):
    moved = (
        Material(name="画册", quantity=200, moved="received"),
        Material(name="画册", quantity=20, moved="issued", to="广州展厅"),
    )
    done = open_internal(UUID(int=61), "宣传资料", moved, rules, CS).then(
        lambda order: close(order, "已入库并发放", None, CS)
    )
    await deliver(on, done.events[-1], at=AT)

    header, *found = rows(await ask("finance", "GET", TABLE))

    label, material = header.index("类型名称"), header.index("内务物料")
    named = {row[header.index("服务类型")]: (row[label], row[material]) for row in found}
    assert named == {"C": ("免费服务", ""), "D": ("内务", "画册 入库 200；画册 发放 20（广州展厅）")}


@pytest.mark.requirement("R078.a")
async def test_the_vouchers_of_a_month_are_drawn_by_cause_product_and_colleague(ask, stores, closed):
    settlement = await stores.settlements.get(Settlement.id_of("2026-11"))
    (entry,) = settlement.entries
    more = (entry, entry.but(visits=2, repeated=True), entry.but(visits=None, fault=None, item="门吸"))
    await stores.settlements.apply(settlement.id, lambda month: Change(month.but(entries=more)), cause(AT))

    page = await ask("finance", "GET", "/ui/figures?until=2026-11-30")

    sheet = "/aftersales/settlements/2026-11/table.xlsx"
    assert drawn(page.text) == {
        "2026-11 售后按责任": Drawn(sheet, [["本公司质量", "2", "50%", "1"], ["未定", "1", "—", "0"]], ["100%", "50%"]),
        "2026-11 售后按产品": Drawn(
            sheet, [["=HYPERLINK()", "2", "50%", "1"], ["门吸", "1", "—", "0"]], ["100%", "50%"]
        ),
        "2026-11 售后按服务人员": Drawn(sheet, [["tech-05", "2", "50%", "1"]], ["100%"]),
        "2026-11 售后成本按保修": Drawn(
            sheet,
            [
                ["保修期内成本", "¥600.00"],
                ["保修期外成本", "¥0.00"],
                ["保修不确定成本", "¥0.00"],
                ["内务成本", "¥0.00"],
            ],
            ["100%", "0%", "0%", "0%"],
        ),
    }
    nothing = await ask("finance", "GET", "/ui/figures?until=2026-10-31")
    assert {(figure.sheet, len(figure.lines)) for figure in drawn(nothing.text).values()} == {(None, 0)}


@pytest.mark.requirement("R078.a", "R135.b")
async def test_what_a_service_cost_that_is_called_off_after_a_visit_stands_in_the_months_table_and_money(
    ask, on, stores, in_every_stage, request_with, rules
):
    done = in_every_stage["signed_off"]
    was_there = in_every_stage["dispatched"].but(stage="open", visits=done.visits, cost=done.cost)
    change = call_off_alone(was_there, "客户要更换整套隔断", rules, CS)
    await stores.service_requests.create(Change(request_with()), CS)
    await stores.service_orders.create(Change(change.state), CS)
    await deliver(on, change.events[0], at=AT)
    body = {"amount": {"amount": "35.00"}, "reason": "停车费"}

    claimed = await ask("installer", "POST", f"/service-orders/{was_there.id}/claim-expense", body)

    columns, row = rows(await ask("finance", "GET", TABLE))
    told = dict(zip(columns, row, strict=True))
    figures = (await ask("finance", "GET", "/settlements/2026-11")).json()["figures"]
    assert claimed.status_code == 200
    assert (told["凭证编号"], told["成本"], told["免费金额"], told["完成时间"]) == (
        was_there.voucher_no,
        "200.00",
        "200.00",
        "已取消",
    )
    assert (figures["orders"], figures["visited"], figures["cost"], figures["free"]) == (0, 0, "200.00", "200.00")
    assert [fact[1:3] for fact in rows(await ask("finance", "GET", MONEY))[1:]] == [
        ["材料成本", "80.00"],
        ["运输费用", "20.00"],
        ["人工费用", "100.00"],
        ["差旅费用", "0.00"],
        ["报销", "35.00"],
    ]


@pytest.mark.requirement("R077.c")
async def test_of_a_service_that_is_called_off_before_a_technician_was_sent_nothing_is_claimed_and_nothing_was_cost(
    ask, on, stores, in_every_stage, request_with, rules
):
    change = call_off_alone(in_every_stage["open"], "客户已自行修好", rules, CS)
    await stores.service_requests.create(Change(request_with()), CS)
    await stores.service_orders.create(Change(change.state), CS)
    await deliver(on, change.events[0], at=AT)
    body = {"amount": {"amount": "35.00"}, "reason": "停车费"}

    claimed = await ask("installer", "POST", f"/service-orders/{change.state.id}/claim-expense", body)

    assert (claimed.status_code, claimed.json()["code"]) == (409, "no_technician_sent")
    assert (await stores.settlements.find({})).items == ()


@pytest.mark.requirement("R126.a")
async def test_what_is_paid_for_a_voucher_under_way_stands_once_in_the_month_that_goes_to_finance_next(
    ask, on, stores, closed, enter, in_every_stage, rules
):
    charge = Charge(amount=yuan("300.00"), mode="prepaid")
    order = in_every_stage["signed_off"].but(
        id=UUID(int=71), voucher_no="FW-71", order_no=None, charge_policy="pay_first", charge=charge
    )
    await stores.service_orders.create(Change(order), replace(CS, id=UUID(int=7100)))
    for day, amount in ((1, "100.00"), (3, "200.00")):
        by = replace(CS, id=UUID(int=7100 + day), at=AT + timedelta(days=day))
        await stores.service_orders.apply(
            order.id,
            lambda order, by=by, amount=amount: receive_payment(order, yuan(amount), by.at, None, rules, by),
            by,
        )
        if day == 1:
            await enter(2)
    later = replace(CS, id=UUID(int=7200), at=AT + timedelta(days=20))
    end = close(await stores.service_orders.get(order.id), "已更换铰链", "陈经理", later)
    await stores.service_orders.apply(order.id, lambda _: end, later)
    await deliver(on, end.events[0], at=later.at)

    told = {}
    for month in ("2026-11", "2026-12"):
        facts = rows(await ask("finance", "GET", f"/settlements/{month}/money.csv"))
        told[month] = [fact[1:3] for fact in facts if fact[0] == "FW-71" and fact[1] in ("应收", "实收")]

    assert told == {"2026-11": [["实收", "100.00"]], "2026-12": [["应收", "300.00"], ["实收", "200.00"]]}
