"""After-sales on real servers: warranty answers, a service from register to settlement, its clocks."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from waiting import until

from shared.calendar import CHINA
from shared.contracts.aftersales import (
    CustomerChargePaid,
    DeadlineMissedByAftersales,
    MonthlyAftersalesSettled,
    ServiceOrderClosed,
    ServiceRequestRejected,
    WarrantyChecked,
)
from shared.contracts.complaints import ComplaintFiled
from shared.contracts.departments import (
    ServiceChargeReceived,
    WarrantyAskedByDesign,
    WarrantyAskedByEngineering,
    WarrantyAskedByFinance,
    WarrantyAskedByProduction,
    WarrantyAskedBySales,
    WarrantyAskedByWarehouse,
)
from shared.contracts.event import Money, PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import AcceptancePassed, ContractSigned
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CUSTOMER = CustomerSnapshot(
    customer_id=UUID(int=1), name="广州恒达装饰工程有限公司", contact_name="王建国", mobile="13800138000"
)


def facts(order_no, contract_no, signed_on):
    """What becomes known about an order: placed, signed, accepted."""
    order = {"order_id": order_id_of(order_no), "order_no": order_no, "customer": CUSTOMER}
    return (
        OrderPlaced(
            **order,
            kind="custom",
            lines=(OrderLine(description="高隔断", quantity=2),),
            verified_by="cs-07",
            verified_at=NOW,
        ),
        ContractSigned(**order, contract_no=contract_no, signed_on=PreciseDate(on=signed_on), sealed_by="cs-07"),
        AcceptancePassed(**order, accepted_at=NOW, signatory="王建国", customer_kind="end"),
    )


def complaint(order_no):
    return ComplaintFiled(
        complaint_id=uuid4(),
        complaint_no="2026-11-0001",
        customer=CUSTOMER,
        complainant="王建国",
        channel="phone",
        received_at=NOW,
        accepted_at=NOW,
        content="三樘玻璃边缘崩角",
        order_no=order_no,
    )


@pytest.mark.requirement("R074.a", "R074.b")
async def test_complaints_are_answered_with_the_warranty_of_their_contracts_once(aftersales, bus):
    number = uuid4().hex[:6]
    young, old, unknown = f"SO-Y-{number}", f"SO-O-{number}", f"SO-U-{number}"
    known = (*facts(young, "JG20260930-017", date(2026, 9, 30)), *facts(old, "JG20241122-003", date(2024, 11, 22)))
    await bus.announce(*reversed(known), at=NOW)
    await until(aftersales.settled)
    asked = {order_no: complaint(order_no) for order_no in (young, old, unknown)}
    ids = [uuid4() for _ in asked]
    for _ in range(2):
        await bus.announce(*asked.values(), at=NOW, ids=ids)

    answers = {}
    for order_no, event in asked.items():
        (answers[order_no],) = await bus.expect(WarrantyChecked, complaint_id=event.complaint_id)
    await until(aftersales.settled)

    assert {order_no: (each.verdict, each.expires_on) for order_no, each in answers.items()} == {
        young: ("in_warranty", date(2027, 9, 30)),
        old: ("out_of_warranty", date(2025, 11, 22)),
        unknown: ("uncertain", None),
    }
    assert len([each for each in await bus.of(WarrantyChecked) if each.complaint_no == "2026-11-0001"]) == 3
    listed = await aftersales.ask(
        "sales_assistant", "GET", f"/warranty-checks?complaint_id={asked[young].complaint_id}"
    )
    assert [each["check_id"] for each in listed["items"]] == [str(answers[young].check_id)]


@pytest.mark.requirement("R074.a", "R074.b")
@pytest.mark.parametrize(
    "asks",
    [
        WarrantyAskedBySales,
        WarrantyAskedByDesign,
        WarrantyAskedByProduction,
        WarrantyAskedByWarehouse,
        WarrantyAskedByEngineering,
        WarrantyAskedByFinance,
    ],
)
async def test_a_department_asks_over_the_bus_and_finds_its_own_number_on_the_answer_once(asks, aftersales, bus):
    order_no = f"SO-Q-{uuid4().hex[:6].upper()}"
    await bus.announce(*facts(order_no, "JG20260930-017", date(2026, 9, 30)), at=NOW)
    await until(aftersales.settled)
    question_no = f"BX-{uuid4().hex[:6].upper()}"
    asked, id = asks(question_no=question_no, order_no=order_no, as_of=date(2027, 10, 1)), uuid4()

    await bus.announce(asked, at=NOW, ids=[id])
    (answer,) = await bus.expect(WarrantyChecked, question_no=question_no)
    await bus.announce(asked, at=NOW, ids=[id])
    await until(aftersales.settled)

    assert len([each for each in await bus.of(WarrantyChecked) if each.question_no == question_no]) == 1
    assert (answer.asked_by, answer.order_no, answer.customer_id) == (
        asks.key.split(".")[0],
        order_no,
        CUSTOMER.customer_id,
    )
    assert (answer.verdict, answer.expires_on, answer.days_left) == ("out_of_warranty", date(2027, 9, 30), -1)
    kept = await aftersales.ask("finance", "GET", f"/warranty-checks?order_no={order_no}")
    assert [(each["check_id"], each["explanation"]) for each in kept["items"]] == [
        (str(answer.check_id), list(answer.explanation))
    ]


async def judged(aftersales, bus, order_no, fault):
    """The id of a service order for a request that was registered, checked and judged."""
    request = {
        "customer": CUSTOMER.model_dump(mode="json"),
        "address": "广州市天河区珠江东路 6 号 32 楼",
        "content": "门铰链松动",
        "contract_date": {"on": "2026-09-01", "precision": "month"},
        "contract_no": "JG20260930-017",
        "order_no": order_no,
    }
    await bus.announce(*facts(order_no, "JG20260930-017", date(2026, 9, 30)), at=NOW)
    await until(aftersales.settled)
    id = (await aftersales.ask("cs_specialist", "POST", "/service-requests", request))["request_id"]

    async def checked():
        return (await aftersales.ask("cs_specialist", "GET", f"/service-requests/{id}"))["warranty"]

    await until(checked)
    await aftersales.ask("operations_supervisor", "POST", f"/service-requests/{id}/determine-fault", {"fault": fault})
    order = {"request_id": id, "type": "C" if fault == "company_quality" else "A"}
    opened = (await aftersales.ask("cs_specialist", "POST", "/service-orders", order))["service_order_id"]
    path = f"/service-orders/{opened}"
    await aftersales.ask("operations_supervisor", "POST", f"{path}/record-opinion", {"opinion": "带铰链现场更换"})
    fee = {"material": {"amount": "100.00"}, "labour": {"amount": "200.00"}}
    recorded = await aftersales.ask("cs_specialist", "POST", f"{path}/record-cost", fee)
    for signatory in ("cs_manager", "gm"):
        await aftersales.ask(signatory, "POST", f"{path}/sign-fee", {"fee": recorded["cost"]["id"]})
    return opened


@pytest.mark.requirement("R083.b")
async def test_money_that_finance_reports_on_the_bus_sets_a_job_free(aftersales, bus):
    id = await judged(aftersales, bus, f"SO-{uuid4().hex[:6].upper()}", "customer_cause")
    path = f"/service-orders/{id}"
    await aftersales.ask("finance", "POST", f"{path}/raise-charge", {"amount": {"amount": "300"}, "mode": "prepaid"})
    held = await aftersales.http.post(
        f"{path}/dispatch", json={"technician": "tech-05"}, headers=aftersales.staff.headers("cs_manager")
    )
    fee = ServiceChargeReceived(service_order_id=UUID(id), amount=Money(amount=Decimal(300)), received_at=NOW)
    stamp = uuid4()

    await bus.announce(fee, fee, at=NOW, ids=(stamp, stamp))
    await bus.expect(CustomerChargePaid, service_order_id=UUID(id))
    await until(aftersales.settled)
    sent = await aftersales.ask("cs_manager", "POST", f"{path}/dispatch", {"technician": "tech-05"})

    assert (held.status_code, held.json()["code"]) == (409, "charge_unpaid")
    assert (sent["stage"], len(sent["payments"])) == ("dispatched", 1)


@pytest.mark.requirement("R084.a")
async def test_an_incomplete_request_is_announced_with_what_is_missing(aftersales, bus):
    request = {"customer": CUSTOMER.model_dump(mode="json"), "content": "门铰链松动"}

    id = (await aftersales.ask("cs_specialist", "POST", "/service-requests", request))["request_id"]

    (rejected,) = await bus.expect(ServiceRequestRejected, request_id=UUID(id))
    assert rejected.missing == ("address", "contract_date")


@pytest.mark.requirement("R079.a", "R079.b", "R134.a")
async def test_a_forgotten_job_is_carried_over_daily_and_a_closed_one_is_settled_each_deadline_once(
    aftersales, house, bus
):
    forgotten = await judged(aftersales, bus, f"SO-{uuid4().hex[:6].upper()}", "company_quality")
    done = await judged(aftersales, bus, f"SO-{uuid4().hex[:6].upper()}", "company_quality")
    shown: dict[str, Any] = {}
    left = NOW + timedelta(hours=1)
    visit = {"started_at": NOW.isoformat(), "ended_at": left.isoformat(), "work": "更换铰链", "resolved": True}

    async def over() -> bool:
        return aftersales.service.plumbing.time.now() == left

    for role, decision, body in (
        ("cs_manager", "dispatch", {"technician": "tech-05"}),
        ("installer", "complete-visit", visit),
        ("installer", "state-execution", {"opinion": "铰链松脱，已更换", "head": "周班长"}),
        ("cs_manager", "countersign", None),
        ("installer", "sign-off", {"signatory": "王建国", "signature": "signatures/1.png"}),
        ("cs_specialist", "record-cost", {"material": {"amount": "80.00"}}),
        ("cs_specialist", "close", {"result": "已更换铰链"}),
    ):
        if decision == "complete-visit":
            house.show(left)
            await until(over)
        shown = await aftersales.ask(
            role, "POST", f"/service-orders/{done}/{decision}", body or {"work": shown["work"]}
        )
    await bus.expect(ServiceOrderClosed, service_order_id=UUID(done))
    await until(aftersales.settled)

    async with house.replica() as second:
        house.show(datetime(2026, 11, 24, 17, 0, tzinfo=UTC))
        voucher = (await aftersales.ask("cs_manager", "GET", f"/service-orders/{forgotten}"))["voucher_no"]
        await bus.expect(DeadlineMissedByAftersales, 3, about=voucher)
        left = await aftersales.ask("cs_manager", "GET", "/service-orders?stage=open&priority=true")
        sent = await aftersales.ask("cs_manager", "POST", f"/service-orders/{forgotten}/dispatch", {"technician": "t"})
        house.show(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))
        await bus.expect(DeadlineMissedByAftersales, kind="settlement")
        month = await second.ask("finance", "GET", "/settlements/2026-11")
        handed = {"handover": month["handover"]}
        settled = await second.ask("finance", "POST", "/settlements/2026-11/settle", handed)
        await until(aftersales.settled)
        await until(second.settled)

    missed = await bus.of(DeadlineMissedByAftersales)
    assert sorted(each.due_at for each in missed if each.about == voucher) == [
        CHINA.moment(date(2026, 11, 22)) + timedelta(days=days) for days in range(3)
    ]
    assert [each.about for each in missed if each.kind == "settlement"] == ["2026-11"]
    assert [each["service_order_id"] for each in left["items"]] == [forgotten]
    assert (sent["priority"], sent["carried_over_days"]) == (True, 3)
    (month,) = await bus.expect(MonthlyAftersalesSettled, month="2026-11")
    assert (len(month.voucher_nos), month.free_total) == (1, Money(amount=Decimal("80.00")))
    assert settled["entries"][0]["settled_at"] is not None
