"""A customer on one page, and the timeline, as they are and as they were at a moment."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from kefu.example import example
from shared.contracts.aftersales import CustomerChargePaid, WarrantyExpiring
from shared.contracts.complaints import ComplaintAcknowledged, ComplaintFiled
from shared.contracts.event import Event, Money
from shared.contracts.intake import OpportunityIdentified, OrderPlaced, SurveyAnswered
from shared.contracts.orders import CreditGranted, OrderStageChanged, PaymentRecorded
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINE = {"description": "高隔断", "quantity": 2}
NUMBERS = ("SO-1", "SO-2")


@pytest.fixture
async def customer_id(world):
    """A customer with two orders, of which one moved on twice and is late, and who may need more."""
    answer = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "恒达装饰", "address": "珠江东路 6 号"})
    id = answer.json()["customer_id"]
    customer = CustomerSnapshot(customer_id=UUID(id), name="恒达装饰")
    about = {number: {"order_id": order_id_of(number), "order_no": number, "customer": customer} for number in NUMBERS}
    lines = (OrderLine(description="高隔断", quantity=2),)
    for number in NUMBERS:
        placed = OrderPlaced(**about[number], kind="standard", lines=lines, verified_by="cs-01", verified_at=NOW)
        await heard(world, placed)
    await heard(world, OrderStageChanged(**about["SO-1"], before="released", after="design", at=NOW))
    await heard(world, OrderStageChanged(**about["SO-1"], before="design", after="production", at=NOW))
    correct = {"address": "珠江西路 8 号", "reason": "客户来电更正"}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{id}/correct", correct)
    found = {"opportunity_id": uuid4(), "customer": customer, "found_by": "cs-01", "project": "三层隔断"}
    await heard(world, OpportunityIdentified(**found))
    return id


def about(customer_id, fact: type[Event], **fields) -> Event:
    """A fact about this customer as it is published."""
    event = example(fact)
    named = {
        "customer_id": UUID(customer_id),
        "customer": CustomerSnapshot(customer_id=UUID(customer_id), name="恒达装饰"),
    }
    return event.but(**{name: named[name] for name in named.keys() & fact.model_fields.keys()}, **fields)


async def heard(world, event):
    """One fact an hour."""
    world.time.set(world.now + HOUR)
    await world.hear(event)


async def overview(world, customer_id, as_of=None):
    when = f"?as_of={as_of.isoformat().replace('+00:00', 'Z')}" if as_of else ""
    answer = await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{customer_id}/overview{when}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def shown(page):
    """What is on the page, by subject: of an order its stage, of the rest its kind."""
    return {
        subject: [(each["said"].get("order_no"), each["said"].get("after", each["key"])) for each in moments]
        for subject, moments in page["subjects"].items()
        if moments
    }


@pytest.mark.requirement("R192.b")
async def test_the_file_the_orders_with_their_progress_and_latent_needs_are_on_one_page(world, customer_id):
    page = await overview(world, customer_id)

    assert shown(page) == {
        "orders": [("SO-1", "production"), ("SO-2", "intake.order_placed.v1")],
        "needs": [(None, "intake.opportunity_identified.v1")],
    }
    assert (page["file"]["particulars"]["address"], page["complete"]) == ("珠江西路 8 号", True)


@pytest.mark.requirement("R192.c")
async def test_payments_and_credit_are_on_the_page_though_a_credit_does_not_name_its_customer(world, customer_id):
    verified = {"by": "cs-07", "at": "2026-11-20T05:00:00Z"}
    wanted = {"customer_id": customer_id, "order_no": "SO-9", "lines": [LINE], "verified": verified}
    assert (await world.ask(Role.CS_SPECIALIST, "POST", "/orders", wanted)).status_code == 201
    order = {"order_id": order_id_of("SO-9"), "order_no": "SO-9"}
    await heard(world, about(customer_id, PaymentRecorded, **order))
    await heard(world, example(CreditGranted).but(**order))

    subjects = (await overview(world, customer_id))["subjects"]

    assert [each["key"] for each in subjects["payments"]] == [PaymentRecorded.key]
    assert [each["key"] for each in subjects["credit"]] == [CreditGranted.key]
    assert Money.model_validate(subjects["credit"][0]["said"]["limit"]) == example(CreditGranted).limit


@pytest.mark.requirement("R192.d")
async def test_opinions_complaints_and_latent_needs_are_on_the_page(world, customer_id):
    for fact, fields in (
        (SurveyAnswered, {}),
        (ComplaintFiled, {"complaint_no": "2026-11-0007"}),
        (ComplaintAcknowledged, {"complaint_no": "2026-11-0007"}),
        (ComplaintFiled, {"complaint_no": "2026-11-0009"}),
    ):
        await heard(world, about(customer_id, fact, **fields))

    subjects = (await overview(world, customer_id))["subjects"]

    assert [each["key"] for each in subjects["opinions"]] == [SurveyAnswered.key]
    assert [(each["key"], each["said"]["complaint_no"]) for each in subjects["complaints"]] == [
        (ComplaintFiled.key, "2026-11-0009"),
        (ComplaintAcknowledged.key, "2026-11-0007"),
    ]
    assert [each["key"] for each in subjects["needs"]] == [OpportunityIdentified.key]


async def test_services_that_name_no_voucher_are_all_on_the_page(world, customer_id):
    for fact, fields in ((WarrantyExpiring, {"order_no": "SO-1"}), (WarrantyExpiring, {"order_no": "SO-2"})):
        await heard(world, about(customer_id, fact, **fields))
    for _ in range(2):
        await heard(world, about(customer_id, CustomerChargePaid, voucher_no="FW-1"))

    services = (await overview(world, customer_id))["subjects"]["services"]

    assert [each["said"].get("voucher_no") or each["said"]["order_no"] for each in services] == ["FW-1", "SO-2", "SO-1"]


async def test_the_page_shows_what_was_known_before_a_moment(world, customer_id):
    page = await overview(world, customer_id, NOW + 4 * HOUR)

    assert shown(page) == {"orders": [("SO-1", "design"), ("SO-2", "intake.order_placed.v1")]}
    assert page["file"]["particulars"]["address"] == "珠江东路 6 号"


async def test_there_is_no_page_before_there_was_a_file(world, customer_id):
    answer = await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{customer_id}/overview?as_of=2026-11-19T00:00:00Z")
    assert answer.status_code == 404


async def test_the_timeline_shows_one_kind_of_facts_and_what_had_happened_before_a_moment(world, customer_id):
    async def kinds(query):
        answer = await world.ask(Role.CS_SPECIALIST, "GET", f"/customers/{customer_id}/timeline?{query}")
        return [each["key"].split(".")[1] for each in answer.json()["items"]]

    assert await kinds("key=orders.order_stage_changed.v1") == ["order_stage_changed"] * 2
    assert await kinds(f"as_of={(NOW + 2 * HOUR).isoformat().replace('+00:00', 'Z')}") == ["order_placed"]
