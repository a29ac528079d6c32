"""What a complaint says is held against what intake and orders announced of its order."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sight

from complaints.domain.decisions.closing import close
from complaints.domain.decisions.known_order import let_go, take_back
from complaints.domain.decisions.resolution import approve
from complaints.domain.decisions.settlement import accept, sign
from complaints.domain.goods_return import GoodsReturn, return_id_of, return_no_of
from complaints.domain.known_order import Granting, KnownGoods, KnownOrder, KnownShipment, Returning
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.papers import PartCount, Receipt, ReturnNote, Settled, as_listed
from shared.aggregate import Change, Refused
from shared.contracts.complaints import ComplaintFiled, ComplaintOrderNamed
from shared.contracts.event import Actor, Money, PreciseDate
from shared.contracts.intake import CustomerErased, CustomersMerged, OrderPlaced
from shared.contracts.orders import AcceptanceFailed, ContractAmended, ContractSigned, ShipmentDispatched
from shared.contracts.vocabulary import (
    AboutCustomersComplaint,
    ConcerningOrder,
    CustomerSnapshot,
    Defect,
    OrderLine,
    ShippedPart,
    order_id_of,
)
from shared.lifecycle import IllegalTransition
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NO = "SO-2026-0412"
DOOR, GLASS = "80 款双玻百叶高隔断", "12 厘钢化玻璃"
CUSTOMER = CustomerSnapshot(customer_id=UUID(int=1), name="广州恒达装饰工程有限公司", mobile="13800138000")
ABOUT = {"order_id": order_id_of(NO), "order_no": NO, "customer": CUSTOMER}
SHIPMENT = UUID(int=77)
FILE = {
    "customer": {"customer_id": str(UUID(int=1)), "name": "广州恒达装饰工程有限公司"},
    "complainant": "王建国",
    "channel": "phone",
    "content": "三樘玻璃边缘崩角",
    "order_no": NO,
}
FREE = {"kind": "replace", "amount": {"amount": "0.00"}, "description": "免费更换三樘玻璃"}
JUDGE = {"upheld": True, "grounds": "包装不足", "demand_reasonable": True, "responsible_department": "production"}
HANDLER = cause(AT, actor=Actor(kind="staff", id="handler-01", role="complaint_handler"))
GM = cause(AT, actor=Actor(kind="staff", id="gm-01", role="gm"))


def yuan(amount):
    return Money(amount=Decimal(amount))


def placed(**fields):
    return OrderPlaced(
        **ABOUT,
        kind="standard",
        lines=(
            OrderLine(description=DOOR, quantity=24, unit_price=yuan("4000.00")),
            OrderLine(description=GLASS, quantity=10, unit_price=yuan("400.00")),
        ),
        total=yuan("100000.00"),
        sales_owner="am-03",
        verified_by="cs-01",
        verified_at=AT - timedelta(days=60),
        **fields,
    )


SIGNED = ContractSigned(
    **ABOUT,
    contract_no="JG20260930-017",
    signed_on=PreciseDate(on=date(2026, 9, 30)),
    sealed_by="cs-02",
    total=yuan("98000.00"),
)


def dispatched(day, doors, shipment=SHIPMENT, **fields):
    return ShipmentDispatched(
        **ABOUT,
        shipment_id=shipment,
        left_at=datetime(2026, 11, day, 3, tzinfo=UTC),
        parts=(ShippedPart(what=DOOR, quantity=doors),),
        **fields,
    )


@pytest.fixture
async def known(world):
    """The order as it was placed, put under contract and partly shipped."""
    for event in (placed(region="华南"), SIGNED, dispatched(10, 12)):
        await world.hear(event)


@pytest.fixture
async def case(open_case):
    """A complaint about the order that a solution may be proposed for."""
    return await open_case()


@pytest.fixture
def open_case(ask, known):
    """Complaints about the order that solutions may be proposed for."""
    return lambda: opened(ask)


async def opened(ask, **fields):
    id = (await ask("cs_specialist", "POST", "/complaints", FILE | fields)).json()["complaint_id"]
    for role, decision, body in (
        ("cs_manager", "assign-owner", {"owner": "cs-manager-01", "visit_required": False}),
        ("complaint_handler", "judge", JUDGE),
        ("complaint_handler", "assign-investigation", {"department": "production"}),
        ("complaint_handler", "complete-investigation", {"cause": "护角不足", "evidence": ["photos/1.jpg"]}),
    ):
        assert (await ask(role, "POST", f"/complaints/{id}/{decision}", body)).status_code == 200
    return id


@pytest.fixture
def file(ask):
    async def filed(**fields):
        return (await ask("cs_specialist", "POST", "/complaints", FILE | fields)).json()

    return filed


@pytest.mark.requirement("R148.a")
async def test_what_intake_and_orders_announce_of_an_order_is_known_the_latest_revision_of_each(world, stores):
    amended = ContractAmended(
        **ABOUT, contract_no="JG20260930-017", revision=2, changes=("加两樘",), total=yuan("106000.00")
    )
    for event in (SIGNED, dispatched(10, 12), placed(region="华南"), dispatched(11, 12, revision=2), amended):
        await world.hear(event)

    assert await stores.order_of(NO) == KnownOrder(
        id=order_id_of(NO),
        order_no=NO,
        customer_id=UUID(int=1),
        region="华南",
        goods=(
            KnownGoods(part=DOOR, quantity=24, price=yuan("4000.00")),
            KnownGoods(part=GLASS, quantity=10, price=yuan("400.00")),
        ),
        total=yuan("106000.00"),
        contract_no="JG20260930-017",
        contract_date=PreciseDate(on=date(2026, 9, 30)),
        shipments=(
            KnownShipment(
                shipment_id=SHIPMENT,
                left_at=datetime(2026, 11, 11, 3, tzinfo=UTC),
                lines=(PartCount(part=DOOR, quantity=12),),
            ),
        ),
    )


@pytest.mark.requirement("R148.a")
async def test_contract_and_shipping_day_are_filled_in_from_the_order(known, file):
    form = (await file())["form"]

    assert (form["contract_no"], form["contract_date"], form["shipped_on"]) == (
        "JG20260930-017",
        {"on": "2026-09-30", "precision": "day"},
        "2026-11-10",
    )


async def test_a_complaint_that_names_the_contract_alone_is_about_the_order_of_that_contract(known, file, stores):
    form = (await file(order_no=None, contract_no="JG20260930-017"))["form"]

    assert (form["order_no"], form["shipped_on"]) == (NO, "2026-11-10")
    (found,) = await stores.cases_about(await stores.order_of(NO))
    assert found.form.contract_no == "JG20260930-017"


async def test_the_contract_of_another_customer_is_refused_without_naming_the_order(known, file):
    another = {"customer_id": str(UUID(int=2)), "name": "别家"}
    refused = await file(order_no=None, contract_no="JG20260930-017", customer=another)

    assert (refused["code"], [each["where"] for each in refused["errors"]]) == ("other_customer", ["body.contract_no"])
    assert NO not in refused["detail"]


async def test_a_case_that_names_a_contract_alone_grants_no_more_than_its_order_delivered(
    world, ask, offer, grant, stores
):
    opened_before = await opened(ask, order_no=None, contract_no="JG20260930-017")
    for event in (placed(), SIGNED, dispatched(10, 12)):
        await world.hear(event)

    assert (await offer(opened_before, "48000.01")).json()["code"] == "above_delivered"
    assert (await offer(opened_before, "40000.00")).status_code == 200
    assert (await grant(opened_before)).status_code == 200
    assert [each.amount for each in (await stores.order_of(NO)).granting] == [yuan("40000.00")]


async def test_an_order_that_left_on_two_days_fills_in_no_day_and_takes_either(world, known, file):
    await world.hear(dispatched(15, 12, UUID(int=78)))

    assert (await file())["form"]["shipped_on"] is None
    assert (await file(shipped_on="2026-11-15"))["form"]["shipped_on"] == "2026-11-15"


@pytest.mark.requirement("R148.a")
async def test_a_refused_acceptance_is_filled_in_as_well(world, known):
    failed = AcceptanceFailed(**ABOUT, at=AT, issues=(Defect(description="崩角", quantity=3),))

    filed = [event for event in await world.hear(failed) if isinstance(event, ComplaintFiled)]

    assert [(event.contract_no, event.shipped_on) for event in filed] == [("JG20260930-017", date(2026, 11, 10))]


@pytest.mark.requirement("R148.a")
@pytest.mark.parametrize(
    ("fields", "code", "field", "right"),
    [
        (
            {"customer": {"customer_id": str(UUID(int=2)), "name": "别家"}},
            "other_customer",
            "order_no",
            "file it under that customer or without it",
        ),
        ({"contract_no": "JG-9"}, "other_contract", "contract_no", "the contract of SO-2026-0412 is JG20260930-017"),
        (
            {"defect_quantity": 35},
            "beyond_order",
            "defect_quantity",
            "SO-2026-0412 is for 34 in all; at most that many are faulty",
        ),
        ({"shipped_on": "2026-11-09"}, "not_shipped_then", "shipped_on", "SO-2026-0412 was shipped on 2026-11-10"),
        ({"shipped_on": "2026-11-23"}, "future_date", "shipped_on", "give a day up to today, 2026-11-22"),
        ({"contract_date": {"on": "2026-12-01"}}, "future_date", "contract_date", "give a day up to today, 2026-11-22"),
        (
            {"received_at": "1900-01-01T00:00:00Z"},
            "long_past",
            "received_at",
            "give a time from 2025-11-21T02:00:00+00:00 on",
        ),
        (
            {"received_at": "2026-11-22T10:00:01+08:00"},
            "future_date",
            "received_at",
            "give a time up to now, 2026-11-22T02:00:00+00:00",
        ),
        (
            {"received_at": "2026-11-21T22:00:01-04:00"},
            "future_date",
            "received_at",
            "give a time up to now, 2026-11-22T02:00:00+00:00",
        ),
        (
            {"received_at": "2026-11-22T02:00:01Z"},
            "future_date",
            "received_at",
            "give a time up to now, 2026-11-22T02:00:00+00:00",
        ),
    ],
)
async def test_what_disagrees_with_the_order_or_the_calendar_is_refused_with_what_is_right(
    fields, code, field, right, known, file, registers
):
    refused = await file(**fields)

    assert (refused["status"], refused["code"]) == (409, code)
    assert refused["errors"] == [{"where": f"body.{field}", "what": refused["detail"], "rule": code}]
    assert right in refused["detail"]
    assert await registers.count() == 0


async def test_today_is_the_day_in_china(known, file, world):
    world.time.set(datetime(2026, 11, 22, 16, 30, tzinfo=UTC))

    tomorrow, today = await file(shipped_on="2026-11-24"), await file(contract_date={"on": "2026-11-23"})

    assert (tomorrow["code"], tomorrow["detail"][-10:]) == ("future_date", "2026-11-23")
    assert today["form"]["contract_date"] == {"on": "2026-11-23", "precision": "day"}


async def test_a_time_without_a_zone_is_not_well_formed(file):
    refused = await file(received_at="2026-11-22T09:00:00")

    assert (refused["status"], refused["errors"][0]["where"]) == (422, "body.received_at")


async def test_a_complaint_about_an_order_that_no_one_announced_is_taken_as_it_is(file):
    assert (await file(defect_quantity=3))["form"]["contract_no"] is None


async def test_a_draft_is_held_against_its_order_when_a_person_files_it(known, ask, complaints, in_every_stage):
    drafted = in_every_stage["draft"]
    others = drafted.but(form=drafted.form.but(customer=CUSTOMER.but(customer_id=UUID(int=2))))
    draft = await complaints.create(Change(others), cause(AT))

    refused = await ask("cs_specialist", "POST", f"/complaints/{draft.id}/file", {})

    assert (refused.status_code, refused.json()["code"]) == (409, "other_customer")


@pytest.mark.parametrize(
    ("drafted", "added", "code", "named"),
    [
        ({"received_at": AT + timedelta(days=1)}, {}, "future_date", []),
        ({"received_at": AT - timedelta(days=400)}, {}, "long_past", []),
        ({"shipped_on": date(2026, 11, 23)}, {}, "future_date", ["body.shipped_on"]),
        ({"contract_date": PreciseDate(on=date(2026, 11, 23))}, {}, "future_date", []),
        ({"defect_quantity": 35}, {"order_no": NO}, "beyond_order", ["body.defect_quantity"]),
        ({"shipped_on": date(2026, 11, 9)}, {"order_no": NO}, "not_shipped_then", ["body.shipped_on"]),
        ({}, {"order_no": NO, "contract_no": "JG-1"}, "other_contract", ["body.contract_no"]),
        ({"customer": CUSTOMER.but(customer_id=UUID(int=2))}, {"order_no": NO}, "other_customer", ["body.order_no"]),
    ],
)
async def test_a_draft_is_refused_by_fields_that_its_filing_has(
    drafted, added, code, named, known, ask, complaints, in_every_stage
):
    draft = in_every_stage["draft"]
    form = draft.form.but(**{"customer": CUSTOMER, "order_no": None, "contract_no": None, **drafted})
    await complaints.create(Change(draft.but(form=form)), cause(AT))

    refused = (await ask("cs_specialist", "POST", f"/complaints/{draft.id}/file", added)).json()

    assert (refused["code"], [each["where"] for each in refused.get("errors") or ()]) == (code, named)


FOUND = {
    "demand": "更换四樘玻璃",
    "batch_no": "P20261101-2",
    "shipped_on": "2026-11-10",
    "defect_quantity": 4,
    "sample_ref": "YP-0091",
    "photos": ["photos/1.jpg", "photos/2.jpg"],
    "opinion": "疑为包装护角不足",
}


@pytest.mark.requirement("R148.a", "R151.a", "R151.b")
async def test_what_sales_finds_out_is_added_to_a_draft_when_it_is_filed(known, ask, complaints, in_every_stage):
    drafted = in_every_stage["draft"]
    form = drafted.form.but(customer=CUSTOMER, order_no=NO, contract_no=None, photos=("photos/1.jpg",))
    await complaints.create(Change(drafted.but(form=form)), cause(AT))

    filed = (await ask("account_manager", "POST", f"/complaints/{drafted.id}/file", FOUND)).json()

    assert {name: filed["form"][name] for name in FOUND} == FOUND


@pytest.mark.requirement("R148.a", "R151.a", "R151.b")
async def test_what_sales_finds_out_after_a_case_was_filed_stands_on_its_form_with_who_added_it(file, ask, known):
    filed = await file(photos=["photos/1.jpg"])

    added = await ask("account_manager", "POST", f"/complaints/{filed['complaint_id']}/add-details", FOUND)

    shown = added.json()
    assert {name: shown["form"][name] for name in FOUND} == FOUND
    assert shown["form"]["content"] == filed["form"]["content"]
    (kept,) = shown["details"]
    assert kept["found"] == FOUND
    assert kept["by"] == "account_manager-01"
    found = (await ask("cs_specialist", "GET", "/complaints?q=P20261101-2")).json()["items"]
    assert [each["complaint_id"] for each in found] == [filed["complaint_id"]]
    history = (await ask("cs_manager", "GET", f"/complaints/{filed['complaint_id']}/history")).json()
    assert [each["words"] for each in history if each["what"] == "补充投诉资料"] == [
        "批号P20261101-2，2026-11-10发货，问题数量4，样品YP-0091，照片2张；更换四樘玻璃；疑为包装护角不足"
    ]


@pytest.mark.parametrize(
    ("added", "code", "named"),
    [
        ({"shipped_on": "2026-11-09"}, "not_shipped_then", ["body.shipped_on"]),
        ({"shipped_on": "2026-11-23"}, "future_date", ["body.shipped_on"]),
        ({"defect_quantity": 35}, "beyond_order", ["body.defect_quantity"]),
        ({}, "nothing_changes", []),
        ({"demand": "更换三樘玻璃"}, "nothing_changes", []),
    ],
)
async def test_what_is_added_to_a_case_is_held_against_its_order(added, code, named, file, ask, known):
    id = (await file(demand="更换三樘玻璃"))["complaint_id"]

    refused = await ask("account_manager", "POST", f"/complaints/{id}/add-details", added)

    answer = refused.json()
    assert (refused.status_code, answer["code"]) == (409, code)
    assert [each["where"] for each in answer.get("errors") or ()] == named
    assert (await ask("cs_manager", "GET", f"/complaints/{id}")).json()["details"] == []


@pytest.mark.requirement("R148.a")
async def test_an_order_that_turns_out_later_stands_on_the_case_with_what_is_known_of_it(file, ask, known, world):
    filed = await file(order_no=None)

    named = await ask("account_manager", "POST", f"/complaints/{filed['complaint_id']}/name-order", {"order_no": NO})

    shown = named.json()
    found = {"order_no": NO, "contract_no": "JG20260930-017", "shipped_on": "2026-11-10"}
    assert {name: shown["form"][name] for name in found} == found
    assert shown["form"]["content"] == filed["form"]["content"]
    (kept,) = shown["named_orders"]
    assert (kept["order_no"], kept["contract_no"], kept["by"]) == (NO, "JG20260930-017", "account_manager-01")
    (told,) = [each for each in world.announced if isinstance(each, ComplaintOrderNamed)]
    assert (told.order_no, told.order_id, told.contract_no) == (NO, order_id_of(NO), "JG20260930-017")
    assert (told.received_at, told.refused) == (datetime.fromisoformat(filed["form"]["received_at"]), False)
    assert "name_order" not in {each["decision"] for each in shown["possible"]}
    listed = (await ask("cs_specialist", "GET", f"/complaints?q={NO}")).json()["items"]
    assert [each["complaint_id"] for each in listed] == [filed["complaint_id"]]
    history = (await ask("cs_manager", "GET", f"/complaints/{filed['complaint_id']}/history")).json()
    assert [each["words"] for each in history if each["what"] == "补登订单或合同"] == [f"{NO}、JG20260930-017"]


@pytest.mark.parametrize(
    ("filed_with", "named", "code", "where"),
    [
        ({"order_no": None}, {}, "order_missing", ["body.order_no"]),
        ({}, {"order_no": "SO-2026-0413"}, "order_named", ["body.order_no"]),
        ({"order_no": None, "contract_no": "JG20260930-018"}, {"order_no": NO}, "other_contract", ["body.contract_no"]),
        ({"order_no": None, "defect_quantity": 99}, {"order_no": NO}, "beyond_order", []),
        (
            {"order_no": None, "customer": {"customer_id": str(UUID(int=9)), "name": "别家"}},
            {"order_no": NO},
            "other_customer",
            ["body.order_no"],
        ),
    ],
)
async def test_an_order_that_turns_out_later_is_held_against_the_form(filed_with, named, code, where, file, ask, known):
    id = (await file(**filed_with))["complaint_id"]

    refused = await ask("account_manager", "POST", f"/complaints/{id}/name-order", named)

    answer = refused.json()
    assert (refused.status_code, answer["code"]) == (409, code)
    assert [each["where"] for each in answer.get("errors") or ()] == where
    assert (await ask("cs_manager", "GET", f"/complaints/{id}")).json()["named_orders"] == []


async def test_a_case_of_quality_whose_order_turns_out_later_waits_for_the_answer_about_its_warranty(ask, known):
    id = await opened(ask, order_no=None, nature="quality")
    await ask("account_manager", "POST", f"/complaints/{id}/name-order", {"order_no": NO})

    refused = await ask("complaint_handler", "POST", f"/complaints/{id}/propose", {"options": [FREE]})

    assert (refused.status_code, refused.json()["code"]) == (409, "warranty_awaited")


async def test_an_order_of_another_file_of_the_same_person_is_that_customer_s(known, file, world):
    other = FILE["customer"] | {"customer_id": str(UUID(int=2))}
    await world.hear(CustomersMerged(customer_id=UUID(int=2), duplicate_id=UUID(int=1), revision=2, reason="同一人"))

    taken = await file(customer=other)

    assert taken["form"]["contract_no"] == SIGNED.contract_no
    assert taken["form"]["customer"]["customer_id"] == str(UUID(int=2))


@pytest.mark.parametrize(("amount", "status"), [("48000.00", 200), ("48000.01", 409)])
async def test_no_solution_costs_more_than_what_was_delivered_is_worth(amount, status, case, ask):
    option = {"kind": "allowance", "amount": {"amount": amount}, "description": "折让"}

    answer = await ask("complaint_handler", "POST", f"/complaints/{case}/propose", {"options": [option]})

    assert answer.status_code == status
    if status == 409:
        assert answer.json()["code"] == "above_delivered"
        assert "SO-2026-0412 has delivered goods worth 48000.00 CNY; propose at most that" in answer.json()["detail"]
        assert answer.json()["errors"][0]["where"] == "body.options.0.amount"


@pytest.fixture
def offer(ask):
    async def proposed(case, *amounts):
        options = [{"kind": "allowance", "amount": {"amount": each}, "description": "折让"} for each in amounts]
        return await ask("complaint_handler", "POST", f"/complaints/{case}/propose", {"options": options})

    return proposed


@pytest.fixture
def grant(ask):
    async def approved(case, role="gm", **fields):
        view = (await ask("gm", "GET", f"/complaints/{case}")).json()
        body = {"proposal": view["proposals"][-1]["proposal_id"], "option": 0, **fields}
        return await ask(role, "POST", f"/complaints/{case}/approve", body)

    return approved


async def test_two_cases_about_an_order_together_grant_no_more_than_was_delivered(open_case, offer, grant, stores):
    first, second = await open_case(), await open_case()
    await offer(first, "40000.00")
    await offer(second, "8000.01")
    assert (await grant(first)).status_code == 200

    refused = await grant(second)
    assert (refused.status_code, refused.json()["code"]) == (409, "granted_already")
    numbers = [(await stores.complaints.get(UUID(each))).number for each in (first, second)]
    left = (
        f"SO-2026-0412 has delivered goods worth 48000.00 CNY; beside {numbers[0]} 8000.00 of it is left, grant at most"
    )
    assert left in refused.json()["detail"]
    assert [each["where"] for each in refused.json()["errors"]] == ["body.option"]

    third = await open_case()
    assert (await offer(third, "8000.01")).json()["code"] == "granted_already"
    assert (await offer(third, "8000.00")).status_code == 200
    assert (await grant(third)).status_code == 200
    assert [each.amount for each in (await stores.order_of(NO)).granting] == [yuan("40000.00"), yuan("8000.00")]


async def test_what_an_order_keeps_for_a_case_that_was_rejected_after_all_is_granted_by_another_case(
    open_case, offer, grant, ask, stores
):
    first, second = await open_case(), await open_case()
    await offer(first, "40000.00")
    await offer(second, "40000.00")
    case, order = await stores.complaints.get(UUID(first)), await stores.order_of(NO)
    kept = Granting(complaint_no=case.number, amount=yuan("40000.00"))
    await stores.orders.apply(order.id, lambda order: Change(order.but(granting=(kept,))), cause(AT))
    assert (await grant(second)).json()["code"] == "granted_already"

    body = {"proposal": str(case.proposals[-1].proposal_id), "note": "先查清楚"}
    assert (await ask("gm", "POST", f"/complaints/{first}/reject", body)).status_code == 200

    assert (await grant(second)).status_code == 200


async def test_of_two_approvals_at_one_moment_that_are_too_much_together_one_is_refused(open_case, offer, grant):
    cases = [await open_case(), await open_case()]
    for each in cases:
        await offer(each, "30000.00")

    answers = await asyncio.gather(*(grant(each) for each in cases))

    assert sorted(each.status_code for each in answers) == [200, 409]
    assert [each.json()["code"] for each in answers if each.status_code == 409] == ["granted_already"]


async def test_what_a_customer_does_not_accept_or_choose_is_granted_by_another_case(open_case, offer, grant, ask):
    declined, cheaper, last = [await open_case() for _ in range(3)]
    await offer(declined, "40000.00")
    await grant(declined)
    assert (await ask("cs_specialist", "POST", f"/complaints/{declined}/decline", {"via": "phone"})).status_code == 200

    await offer(cheaper, "40000.00", "1000.00")
    assert (await grant(cheaper, also=[1])).status_code == 200
    assert (await offer(last, "8000.01")).json()["code"] == "granted_already"
    chosen = await ask("cs_specialist", "POST", f"/complaints/{cheaper}/accept", {"via": "phone", "choice": 2})
    assert chosen.status_code == 200

    assert (await offer(last, "47000.00")).status_code == 200
    assert (await grant(last)).status_code == 200


async def test_an_attempt_beyond_the_authority_keeps_nothing_of_the_order(open_case, offer, grant, stores):
    case = await open_case()
    await offer(case, "48000.00")
    assert (await grant(case, role="cs_manager")).json()["code"] == "authority_exceeded"
    assert (await stores.order_of(NO)).granting == ()


def test_where_prices_or_loads_are_unknown_an_order_is_worth_its_total(form):
    order = KnownOrder(id=order_id_of(NO), order_no=NO, customer_id=UUID(int=1), total=yuan("500.00"))
    shipped = KnownShipment(shipment_id=SHIPMENT, left_at=AT, lines=(PartCount(part=DOOR, quantity=1),))

    assert order.delivered == yuan("500.00")
    assert order.but(shipments=(shipped,)).delivered == yuan("500.00")
    assert order.but(total=None).delivered is None


@pytest.fixture
async def notes(stores, known):
    """Two return notes about the same order, each to be drawn up."""

    async def kept(number):
        about = AboutCustomersComplaint(complaint_id=UUID(int=5), complaint_no=number, customer=CUSTOMER)
        settled = Settled(
            about=about,
            concerning=ConcerningOrder(order_id=order_id_of(NO), order_no=NO),
            approved=yuan("1800.00"),
            decision="退货",
            policy_version=1,
        )
        note = GoodsReturn(id=return_id_of(return_no_of(number)), case=settled, return_no=return_no_of(number))
        return await stores.returns.create(Change(note), cause(AT))

    return [await kept("2026-11-0001"), await kept("2026-11-0002")]


@pytest.fixture
def draw_up(ask):
    async def drawn(note, part, quantity):
        lines = [{"part": part, "quantity": quantity}]
        body = {"lines": lines, "reason": "崩角", "method": "return", "basis": "处理决定"}
        return await ask("account_manager", "POST", f"/returns/{note.id}/draw-up", body)

    return drawn


async def test_no_more_comes_back_than_was_ordered(notes, draw_up):
    refused = await draw_up(notes[0], DOOR, 25)

    assert (refused.status_code, refused.json()["code"]) == (409, "beyond_order")
    assert "24 of 80 款双玻百叶高隔断 were ordered" in refused.json()["detail"]


async def test_the_same_goods_do_not_come_back_twice(notes, draw_up):
    first = await draw_up(notes[0], DOOR, 20)
    refused = await draw_up(notes[1], DOOR, 5)
    rest = await draw_up(notes[1], DOOR, 4)

    assert (first.status_code, refused.status_code, refused.json()["code"]) == (200, 409, "returned_already")
    assert "comes back on TH-2026-11-0001; at most 4 more can" in refused.json()["detail"]
    assert rest.status_code == 200


async def test_of_two_notes_for_the_same_goods_at_one_moment_one_is_refused(notes, draw_up, stores):
    answers = await asyncio.gather(*(draw_up(note, DOOR, 20) for note in notes))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [answer.json()["code"] for answer in answers if answer.status_code == 409] == ["returned_already"]
    drawn = [note async for note in stores.returns.each() if note.stage == "drawn"]
    assert [note.coming_back for note in drawn] == [{DOOR: 20}]
    order = await stores.order_of(NO)
    assert order.returning == (
        Returning(return_no=drawn[0].return_no, attempt=0, lines=(PartCount(part=DOOR, quantity=20),)),
    )


async def test_what_a_note_named_before_it_was_sent_back_may_come_back_on_another(notes, draw_up, ask, stores):
    seen = (await draw_up(notes[0], DOOR, 20)).json()["note"]["paper_id"]
    back = await ask("sales_vp", "POST", f"/returns/{notes[0].id}/send-back", {"paper": seen, "note": "数量不符"})
    assert back.status_code == 200

    assert (await stores.order_of(NO)).returning == ()
    assert (await draw_up(notes[1], DOOR, 24)).status_code == 200
    assert (await draw_up(notes[0], DOOR, 1)).json()["code"] == "returned_already"


async def test_a_note_that_is_refused_for_itself_keeps_nothing_of_the_order(notes, ask, stores):
    line = {"part": DOOR, "quantity": 1}
    body = {"lines": [line, line], "reason": "崩角", "method": "return", "basis": "处理决定"}

    refused = await ask("account_manager", "POST", f"/returns/{notes[0].id}/draw-up", body)

    assert (refused.status_code, refused.json()["code"]) == (409, "part_twice")
    assert (await stores.order_of(NO)).returning == ()


def test_a_note_that_is_drawn_up_twice_at_once_keeps_the_larger_quantities(notes):
    order = KnownOrder(
        id=order_id_of(NO), order_no=NO, customer_id=UUID(int=1), goods=(KnownGoods(part=DOOR, quantity=24),)
    )
    for quantity in (20, 3):
        order = take_back(order, notes[0], (PartCount(part=DOOR, quantity=quantity),), (), HANDLER).state

    assert order.taken_back("TH-2026-11-0002") == {"TH-2026-11-0001": {DOOR: 20}}


def test_the_release_of_an_earlier_attempt_leaves_what_the_note_names_now(notes):
    order = KnownOrder(
        id=order_id_of(NO), order_no=NO, customer_id=UUID(int=1), goods=(KnownGoods(part=DOOR, quantity=24),)
    )
    once = notes[0].but(sent_back=("数量不符",))
    anew = take_back(order, once, (PartCount(part=DOOR, quantity=3),), (), HANDLER).state

    assert let_go(anew, once, HANDLER).state == anew
    assert let_go(anew, once.but(sent_back=("数量不符", "再核")), HANDLER).state.returning == ()


def test_an_order_with_a_price_in_another_currency_than_its_total_is_worth_its_total():
    dollars = KnownGoods(part=DOOR, quantity=24, price=yuan("400.00").but(currency="USD"))
    left = KnownShipment(shipment_id=SHIPMENT, left_at=AT, lines=(PartCount(part=DOOR, quantity=3),))
    order = KnownOrder(
        id=order_id_of(NO),
        order_no=NO,
        customer_id=UUID(int=1),
        goods=(dollars,),
        total=yuan("9000.00"),
        shipments=(left,),
    )
    assert order.delivered == yuan("9000.00")


async def test_a_claim_in_another_currency_is_filed_and_shown_as_it_was_made(file, ask):
    claimed = {"amount": "800.00", "currency": "USD"}
    case = await file(amount_claimed=claimed)
    shown = await ask("cs_manager", "GET", f"/complaints/{case['complaint_id']}")
    assert shown.json()["form"]["amount_claimed"] == claimed


def test_of_a_product_with_two_prices_the_dearest_counts_as_delivered_first():
    goods = (
        KnownGoods(part=DOOR, quantity=2, price=yuan("4000.00")),
        KnownGoods(part=DOOR, quantity=10, price=yuan("100.00")),
    )
    left = KnownShipment(shipment_id=SHIPMENT, left_at=AT, lines=(PartCount(part=DOOR, quantity=3),))
    order = KnownOrder(
        id=order_id_of(NO),
        order_no=NO,
        customer_id=UUID(int=1),
        goods=goods,
        total=yuan("9000.00"),
        shipments=(left,),
    )

    assert order.quantities == {DOOR: 12}
    assert order.delivered == yuan("8100.00")
    assert order.but(goods=(goods[0], goods[1].but(price=None))).delivered == yuan("9000.00")


@pytest.mark.parametrize(("quantity", "status"), [(12, 200), (13, 409)])
async def test_a_product_at_two_prices_comes_back_in_the_quantity_of_both_lines(
    quantity, status, world, notes, draw_up
):
    line = OrderLine(description="门锁", quantity=2, unit_price=yuan("400.00"))
    await world.hear(placed().but(lines=(line, line.but(quantity=10, unit_price=yuan("100.00")))))

    answer = await draw_up(notes[0], "门锁", quantity)

    assert answer.status_code == status
    assert status == 200 or "12 of 门锁 were ordered" in answer.json()["detail"]


async def test_a_proposal_in_another_currency_alone_is_refused(case, ask):
    option = {"kind": "allowance", "amount": {"amount": "10.00", "currency": "USD"}, "description": "折让"}

    answer = await ask("complaint_handler", "POST", f"/complaints/{case}/propose", {"options": [option]})

    assert (answer.status_code, answer.json()["code"]) == (409, "other_currency")
    assert answer.json()["errors"][0]["where"] == "body.options.0.amount"


async def test_a_note_that_is_drawn_up_is_not_drawn_up_again(notes, draw_up):
    await draw_up(notes[0], DOOR, 3)

    again = await draw_up(notes[0], DOOR, 3)

    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


@pytest.mark.parametrize("spelt", ["80款双玻百叶高隔断", "８０ 款 双玻百叶高隔断"])
async def test_goods_that_are_spelt_otherwise_do_not_come_back_twice_either(spelt, notes, draw_up):
    first = await draw_up(notes[0], spelt, 20)
    refused = await draw_up(notes[1], spelt, 5)

    assert [line["part"] for line in first.json()["note"]["lines"]] == [DOOR]
    assert (refused.status_code, refused.json()["code"]) == (409, "returned_already")


async def test_what_the_warehouse_counts_under_another_spelling_is_no_difference(notes, draw_up, ask):
    drawn = (await draw_up(notes[0], DOOR, 20)).json()
    path = f"/returns/{notes[0].id}"
    await ask("sales_vp", "POST", f"{path}/authorize", {"paper": drawn["note"]["paper_id"]})
    await ask("warehouse", "POST", f"{path}/receive", {"lines": [{"part": "80款双玻百叶高隔断", "quantity": 20}]})
    compared = await ask("finance", "POST", f"{path}/reconcile")

    assert (compared.json()["stage"], compared.json()["differences"]) == ("reconciled", [])


def counted(part, quantity):
    return (PartCount(part=part, quantity=quantity),)


def drawn(note, lines):
    paper = ReturnNote(
        paper_id=UUID(int=8), lines=lines, reason="崩角", method="return", basis="处理决定", by="am-03", at=AT
    )
    return note.but(stage="drawn", note=paper)


@pytest.mark.parametrize("on_the_order", [True, False])
def test_goods_that_a_note_kept_under_another_spelling_do_not_come_back_twice(on_the_order, notes):
    order = KnownOrder(
        id=order_id_of(NO), order_no=NO, customer_id=UUID(int=1), goods=(KnownGoods(part="80 款", quantity=3),)
    )
    first, others = notes[0], ()
    if on_the_order:
        order = order.but(returning=(Returning(return_no=first.return_no, attempt=0, lines=counted("80款", 2)),))
    else:
        others = (drawn(first, counted("80款", 2)),)

    with pytest.raises(Refused) as refused:
        take_back(order, notes[1], counted("80 款", 2), others, HANDLER)

    assert (refused.value.code, refused.value.field) == ("returned_already", "lines.0.quantity")
    assert take_back(order, notes[1], counted("80 款", 1), others, HANDLER).state.returning != order.returning


def test_a_note_that_was_begun_under_another_spelling_keeps_its_goods_once(notes):
    order = KnownOrder(
        id=order_id_of(NO),
        order_no=NO,
        customer_id=UUID(int=1),
        goods=(KnownGoods(part="80 款", quantity=3),),
        returning=(Returning(return_no=notes[0].return_no, attempt=0, lines=counted("80款", 2)),),
    )

    kept = take_back(order, notes[0], counted("80 款", 2), (), HANDLER).state

    assert kept.taken_back(notes[1].return_no) == {notes[0].return_no: {"80 款": 2}}


def test_what_was_counted_under_another_spelling_before_is_no_difference(notes):
    receipt = Receipt(lines=counted("80款", 2), received_at=AT, signed_by="warehouse-01")
    arrived = drawn(notes[0], counted("80 款", 2)).but(receipts=(receipt,))

    assert (arrived.counted, arrived.differences) == ({"80 款": 2}, ())


@pytest.mark.parametrize(
    ("written", "listed", "taken_for"),
    [
        ("80款", ("80 款", "60 款"), "80 款"),
        ("ｇ１２　玻璃", ("G12玻璃",), "G12玻璃"),
        ("a款", ("A款", "a款"), "a款"),
        ("A 款", ("A款", "a款"), "A 款"),
        ("A 款", ("A款", "A款"), "A款"),
        ("A1 1", ("A11",), "A1 1"),
        ("A1  1", ("A11", "A1 1"), "A1 1"),
        ("G½", ("G1⁄2",), "G½"),
        ("10²", ("102",), "10²"),
    ],
)
def test_a_part_is_taken_for_a_listed_one_only_where_it_can_be_no_other(written, listed, taken_for):
    (line,) = as_listed((PartCount(part=written, quantity=1),), listed)

    assert line == PartCount(part=taken_for, quantity=1)


async def test_a_part_that_the_order_does_not_list_is_not_counted(notes, draw_up):
    assert (await draw_up(notes[0], "门锁", 30)).status_code == 200


def test_what_arrived_beyond_a_note_counts_as_come_back(notes):
    receipt = Receipt(lines=(PartCount(part=DOOR, quantity=3),), received_at=AT, signed_by="warehouse-01")
    arrived = notes[0].but(receipts=(receipt, receipt))

    assert arrived.coming_back == {DOOR: 6}


@pytest.mark.parametrize("stage", ["filed", "investigated", "proposed", "approved"])
def test_nothing_is_signed_before_it_was_approved_and_accepted(stage, in_every_stage):
    with pytest.raises(IllegalTransition) as refused:
        sign(in_every_stage[stage], "s/1.png", HANDLER)

    assert refused.value.code == "illegal_transition"
    assert refused.value.detail.endswith(f"possible now: {', '.join(COMPLAINT.decisions(stage))}")


@pytest.mark.parametrize("stage", ["filed", "investigated", "proposed"])
def test_no_solution_is_accepted_before_it_was_approved(stage, in_every_stage, rules):
    with pytest.raises(IllegalTransition):
        accept(in_every_stage[stage], "phone", None, rules, HANDLER)


def test_nothing_is_approved_or_closed_after_the_closing(in_every_stage, rules):
    for decide in (
        lambda case: approve(*sight.proposed(case), 0, "", rules, GM),
        lambda case: close(case, "完", rules, HANDLER),
    ):
        with pytest.raises(IllegalTransition) as refused:
            decide(in_every_stage["closed"])
        assert "while the complaint is closed; possible now: nothing any more" in refused.value.detail


async def test_a_proposal_below_nothing_is_not_well_formed(case, ask):
    option = {"kind": "allowance", "amount": {"amount": "-1.00"}, "description": "折让"}

    answer = await ask("complaint_handler", "POST", f"/complaints/{case}/propose", {"options": [option]})

    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "body.options.0.amount")


async def test_no_complaint_is_filed_for_a_customer_who_was_erased_but_one_filed_before_keeps_its_answer(ask, world):
    said = {"customer": {"customer_id": str(UUID(int=1)), "name": "广州恒达装饰工程有限公司"}, "complainant": "王建国"}
    body = {**said, "channel": "phone", "content": "三樘玻璃边缘崩角"}
    filed = await ask("cs_specialist", "POST", "/complaints", body, key="k")
    await world.hear(CustomerErased(customer_id=UUID(int=1), pseudonym="客户-00000000", legal_basis="个人信息保护法"))

    repeated = await ask("cs_specialist", "POST", "/complaints", body, key="k")
    refused = await ask("cs_specialist", "POST", "/complaints", body)

    assert (repeated.status_code, repeated.json()["complaint_no"]) == (201, filed.json()["complaint_no"])
    assert (refused.status_code, refused.json()["code"]) == (409, "erased")
