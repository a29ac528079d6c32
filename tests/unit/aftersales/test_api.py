"""What after-sales answers over HTTP, from a warranty question to a settled month, and how it says no."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from aftersales.domain.covered_order import CoveredOrder
from shared.aggregate import Change
from shared.contracts.aftersales import ServiceRequestRegistered
from shared.contracts.event import PreciseDate
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CUSTOMER = {
    "customer_id": str(UUID(int=1)),
    "name": "广州恒达装饰工程有限公司",
    "contact_name": "王建国",
    "mobile": "13800138000",
}
REQUEST = {
    "customer": CUSTOMER,
    "address": "广州市天河区珠江东路 6 号 32 楼",
    "content": "门铰链松动，闭合有异响",
    "contract_date": {"on": "2026-09-01", "precision": "month"},
    "contract_no": "JG20260930-017",
    "order_no": "SO-2026-0412",
}


@pytest.fixture
async def covered(stores) -> CoveredOrder:
    """The order of contract JG20260930-017, signed on 2026-09-30."""
    order = CoveredOrder.of("SO-2026-0412").but(
        customer=CustomerSnapshot(customer_id=UUID(int=1), name="恒达"),
        contract_no="JG20260930-017",
        registered_date=PreciseDate(on=date(2026, 9, 30)),
        signed=True,
    )
    return await stores.covered_orders.create(Change(order), cause(AT))


@pytest.mark.requirement("R074.a", "R074.b")
async def test_any_department_may_ask_about_a_warranty_and_gets_the_reasons(ask, covered, database):
    asked = await ask("sales_assistant", "POST", "/warranty-checks", {"contract_no": "JG20260930-017"})

    answer = asked.json()
    assert (asked.status_code, answer["verdict"], answer["expires_on"], answer["days_left"]) == (
        201,
        "in_warranty",
        "2027-09-30",
        312,
    )
    assert answer["explanation"][-1] == "保修截止日为 2027-09-30，查询日期 2026-11-22 在保修期内。"
    announced = database.published[-1].model_dump(mode="json")
    assert announced == {field: value for field, value in answer.items() if field != "answer"}
    assert (await ask("installer", "GET", f"/warranty-checks/{answer['check_id']}")).json() == answer
    found = (await ask("installer", "GET", "/warranty-checks?contract_no=JG20260930-017")).json()
    assert found == {"items": [answer], "next": None}


@pytest.mark.parametrize(
    "typed",
    [{"contract_no": "ｊｇ20260930－017"}, {"order_no": " so-2026-0412"}, {"order_no": "ＳＯ－２０２６－０４１２"}],
)
async def test_a_warranty_is_found_in_whatever_case_and_width_the_number_is_typed(ask, covered, typed):
    asked = await ask("sales_assistant", "POST", "/warranty-checks", typed)

    assert (asked.status_code, asked.json()["verdict"]) == (201, "in_warranty")


@pytest.mark.parametrize("typed", ["jg20260930-017", "ＪＧ２０２６０９３０－０１７"])
async def test_a_passport_is_opened_in_whatever_case_and_width_its_number_is_typed(ask, covered, typed):
    opened = await ask("cs_specialist", "GET", f"/warranties/{typed}")

    assert (opened.status_code, opened.json()["contract_no"]) == (200, "JG20260930-017")


async def test_a_warranty_is_asked_about_another_day(ask, covered):
    question = {"order_no": "SO-2026-0412", "as_of": "2027-10-01"}

    assert (await ask("cs_specialist", "POST", "/warranty-checks", question)).json()["verdict"] == "out_of_warranty"


async def test_an_unknown_contract_is_uncertain_once_somebody_says_whose_it_is(ask):
    question = {"contract_no": "JG20250101-001"}

    nobodys = await ask("cs_specialist", "POST", "/warranty-checks", question)
    somebodys = await ask("cs_specialist", "POST", "/warranty-checks", question | {"customer_id": str(UUID(int=1))})

    assert (nobodys.status_code, nobodys.json()["code"]) == (409, "unknown_contract")
    assert (somebodys.status_code, somebodys.json()["verdict"]) == (201, "uncertain")


async def test_somebody_with_the_authority_decides_otherwise_and_says_why(ask, covered, database):
    check = (await ask("cs_specialist", "POST", "/warranty-checks", {"order_no": "SO-2026-0412"})).json()
    seen = (await ask("cs_manager", "GET", f"/warranty-checks/{check['check_id']}")).json()
    decision = {"answer": seen["answer"], "verdict": "out_of_warranty", "reason": "人为损坏封条"}

    refused = await ask("cs_specialist", "POST", f"/warranty-checks/{check['check_id']}/override", decision)
    decided = await ask("cs_manager", "POST", f"/warranty-checks/{check['check_id']}/override", decision)

    assert refused.status_code == 403
    assert (decided.json()["verdict"], decided.json()["override"]) == (
        "out_of_warranty",
        {
            "by": "cs_manager-01",
            "role": "cs_manager",
            "reason": "人为损坏封条",
            "verdict": "out_of_warranty",
            "as_of": "2026-11-22",
            "until": None,
            "at": "2026-11-22T02:00:00.000000Z",
        },
    )
    assert database.published[-1].override.by == "cs_manager-01"


@pytest.mark.requirement("R084.a", "R084.b")
async def test_an_incomplete_request_says_what_is_missing_and_is_not_scheduled_until_it_is_filled_in(ask):
    lacking = {"customer": CUSTOMER, "content": "门铰链松动", "contract_no": "JG20260930-017"}
    registered = await ask("cs_specialist", "POST", "/service-requests", lacking)
    id = registered.json()["request_id"]
    order = {"request_id": id, "type": "C"}

    refused = await ask("cs_specialist", "POST", "/service-orders", order)
    completed = await ask(
        "cs_specialist",
        "POST",
        f"/service-requests/{id}/complete",
        {"address": "广州", "contract_date": {"on": "2026-09-01", "precision": "month"}},
    )

    assert (registered.status_code, registered.json()["stage"]) == (201, "incomplete")
    assert registered.json()["missing"] == ["address", "contract_date"]
    assert (refused.status_code, refused.json()["code"]) == (409, "incomplete_form")
    assert refused.json()["detail"] == "the form is not complete; missing: address, contract_date"
    assert (completed.json()["stage"], completed.json()["missing"]) == ("registered", [])


async def fee_of(ask, path: str) -> str:
    return (await ask("gm", "GET", path)).json()["cost"]["id"]


async def scheduled(ask, on, database, fault: str = "company_quality") -> str:
    """A service order for a request that was registered, checked and judged."""
    request = (await ask("cs_specialist", "POST", "/service-requests", REQUEST)).json()["request_id"]
    (registered,) = (event for event in database.published if type(event) is ServiceRequestRegistered)
    (checked,) = await deliver(on, registered, at=AT)
    await deliver(on, checked)
    await ask("operations_supervisor", "POST", f"/service-requests/{request}/determine-fault", {"fault": fault})
    body = {"request_id": request, "type": "C" if fault == "company_quality" else "A"}
    opened = await ask("cs_specialist", "POST", "/service-orders", body)
    assert opened.status_code == 201
    path = f"/service-orders/{opened.json()['service_order_id']}"
    for role, decision, said in (
        ("operations_supervisor", "record-opinion", {"opinion": "带铰链现场更换"}),
        ("cs_specialist", "record-cost", {"material": {"amount": "100.00"}, "labour": {"amount": "200.00"}}),
        ("cs_manager", "sign-fee", None),
        ("gm", "sign-fee", None),
    ):
        done = await ask(role, "POST", f"{path}/{decision}", said or {"fee": (await fee_of(ask, path))})
        assert done.status_code == 200
    return opened.json()["service_order_id"]


async def test_a_service_goes_from_the_register_to_the_settlement(ask, world, on, database, covered):
    id = await scheduled(ask, on, database)
    visit = {
        "started_at": "2026-11-22T02:00:00Z",
        "ended_at": "2026-11-22T03:00:00Z",
        "work": "更换铰链",
        "resolved": True,
    }
    steps = [
        ("engineering_regional_head", "dispatch", {"technician": "tech-05", "technician_name": "李师傅"}),
        ("installer", "complete-visit", visit),
        ("installer", "sign-off", {"signatory": "王建国", "signature": "signatures/1.png"}),
        ("installer", "state-execution", {"opinion": "铰链松脱，已更换", "head": "周班长"}),
        ("cs_manager", "countersign", None),
        ("cs_specialist", "record-cost", {"material": {"amount": "80.00"}, "labour": {"amount": "120.00"}}),
        ("cs_specialist", "close", {"result": "已更换铰链，客户确认正常"}),
    ]

    answers = []
    for role, decision, body in steps:
        said = body or {"work": answers[-1].json()["work"]}
        if decision == "complete-visit":
            world.time.set(AT + timedelta(hours=1))
        answers.append(await ask(role, "POST", f"/service-orders/{id}/{decision}", said))
    await deliver(on, database.published[-1], at=AT)
    seen = {"handover": (await ask("finance", "GET", "/settlements/2026-11")).json()["handover"]}
    settled = await ask("finance", "POST", "/settlements/2026-11/settle", seen)

    assert [answer.status_code for answer in answers] == [200] * len(steps)
    assert answers[-1].json()["stage"] == "closed"
    assert settled.json()["entries"][0]["free"] == {"amount": "200.00", "currency": "CNY"}
    assert (await ask("finance", "GET", "/settlements/2026-11")).json() == settled.json()


@pytest.mark.requirement("R083.b")
async def test_the_customers_own_fault_is_dispatched_after_payment(ask, on, database, covered):
    id = await scheduled(ask, on, database, fault="customer_cause")

    held = await ask("cs_manager", "POST", f"/service-orders/{id}/dispatch", {"technician": "tech-05"})
    await ask("finance", "POST", f"/service-orders/{id}/raise-charge", {"amount": {"amount": "300"}, "mode": "prepaid"})
    paid = await ask("finance", "POST", f"/service-orders/{id}/receive-payment", {"amount": {"amount": "300.00"}})
    sent = await ask("cs_manager", "POST", f"/service-orders/{id}/dispatch", {"technician": "tech-05"})

    assert (held.status_code, held.json()["code"]) == (409, "charge_unpaid")
    assert (paid.json()["paid"], sent.json()["stage"]) == (True, "dispatched")


async def test_money_that_is_yet_to_come_is_not_booked(ask, on, database, covered):
    id = await scheduled(ask, on, database, fault="customer_cause")
    path, amount = f"/service-orders/{id}/receive-payment", {"amount": "300.00"}

    tomorrow = await ask("finance", "POST", path, {"amount": amount, "received_at": "2026-11-23T02:00:00Z"})
    mistyped = await ask("finance", "POST", path, {"amount": amount, "received_at": "1926-11-21T02:00:00Z"})
    yesterday = await ask("finance", "POST", path, {"amount": amount, "received_at": "2026-11-21T02:00:00Z"})

    assert (tomorrow.status_code, tomorrow.json()["code"]) == (409, "received_in_future")
    assert (mistyped.status_code, mistyped.json()["code"]) == (409, "long_past")
    assert yesterday.status_code == 200


@pytest.mark.requirement("R130.c")
async def test_a_voucher_number_is_given_and_never_typed(ask):
    body = {"content": "宣传资料入库保管"}

    first = await ask("cs_manager", "POST", "/service-orders/internal", body)
    second = await ask("cs_manager", "POST", "/service-orders/internal", body)
    typed = await ask("cs_manager", "POST", "/service-orders/internal", body | {"voucher_no": "FW-D-1"})

    number = first.json()["voucher_no"]
    assert (first.status_code, second.status_code, typed.status_code) == (201, 201, 422)
    assert number.startswith("FW-20261122-")
    assert second.json()["voucher_no"] != number
    found = (await ask("cs_manager", "GET", f"/service-orders?stage=open&voucher_no={number}&priority=false")).json()
    assert [item["type"] for item in found["items"]] == ["D"]
    assert (await ask("cs_manager", "GET", f"/service-orders/{first.json()['service_order_id']}")).json()["type"] == "D"


async def test_the_register_is_found_by_stage_and_customer(ask):
    complete = (await ask("cs_specialist", "POST", "/service-requests", REQUEST)).json()
    await ask("cs_specialist", "POST", "/service-requests", {"customer": CUSTOMER})

    found = (await ask("gm", "GET", f"/service-requests?stage=registered&customer_id={UUID(int=1)}")).json()

    assert [each["request_id"] for each in found["items"]] == [complete["request_id"]]
    path = f"/service-requests/{complete['request_id']}"
    assert (await ask("operations_supervisor", "GET", path)).json() == complete
    covered = (await ask("gm", "GET", path)).json()["form"]
    assert (covered["customer"]["mobile"], covered["address"], covered["content"]) == (None, None, REQUEST["content"])


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/warranty-checks", {"as_of": "2026-02-30"}, "body.as_of"),
        ("/warranty-checks", {"contract_no": {"$gt": ""}}, "body.contract_no"),
        ("/service-requests", REQUEST | {"surprise": 1}, "body.surprise"),
        ("/service-orders", {"request_id": str(UUID(int=1)), "type": "D"}, "body.type"),
        ("/settlements/2026-13/settle", {"handover": str(UUID(int=1))}, "path.month"),
    ],
)
async def test_what_is_not_well_formed_is_answered_with_what_to_correct(path, body, where, ask):
    answer = await ask("cs_specialist", "POST", path, body)

    assert answer.status_code == 422
    assert [error["where"] for error in answer.json()["errors"]] == [where]


async def test_what_is_unknown_is_not_found(ask):
    for method, path, body in (
        ("GET", f"/warranty-checks/{uuid4()}", None),
        ("GET", f"/service-requests/{uuid4()}", None),
        ("GET", f"/service-orders/{uuid4()}", None),
        ("GET", "/settlements/2026-11", None),
        ("POST", "/service-orders", {"request_id": str(uuid4()), "type": "C"}),
    ):
        assert (await ask("cs_specialist", method, path, body)).status_code == 404
