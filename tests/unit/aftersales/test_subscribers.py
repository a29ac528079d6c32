"""What after-sales learns from the bus, and how it answers questions about a warranty."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions.money import raise_charge
from aftersales.domain.decisions.request import complete, register
from aftersales.store import Stores
from aftersales.subscribers import subscriptions
from shared.aggregate import Change, Refused
from shared.contracts.aftersales import CustomerChargePaid, DeadlineSetByAftersales, WarrantyChecked, WarrantyRule
from shared.contracts.catalogue import contracts
from shared.contracts.complaints import ComplaintFiled, ComplaintOrderNamed
from shared.contracts.departments import (
    ServiceChargeReceived,
    WarrantyAskedByFinance,
    WarrantyAskedBySales,
    WarrantyQuestion,
)
from shared.contracts.event import Money, PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import AcceptancePassed, ContractSigned, OrderCancelled
from shared.contracts.roles import Department
from shared.contracts.vocabulary import OrderLine, order_id_of
from shared.testing import InMemoryDatabase, cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ORDER = order_id_of("SO-2026-0412")
COMPLAINT = UUID(int=100)
QUESTIONS = {Department(each.publisher()): each for each in contracts().values() if issubclass(each, WarrantyQuestion)}


@pytest.fixture
def placed(customer) -> OrderPlaced:
    return OrderPlaced(
        order_id=ORDER,
        order_no="SO-2026-0412",
        customer=customer,
        kind="custom",
        lines=(OrderLine(description="80 款双玻百叶高隔断", quantity=24),),
        contract_date=PreciseDate(on=date(2026, 9, 1), precision="month"),
        verified_by="cs-07",
        verified_at=AT,
    )


@pytest.fixture
def signed(customer) -> ContractSigned:
    return ContractSigned(
        order_id=ORDER,
        order_no="SO-2026-0412",
        contract_no="JG20250930-017",
        signed_on=PreciseDate(on=date(2025, 9, 30)),
        sealed_by="cs-07",
        customer=customer,
    )


@pytest.fixture
def accepted(customer) -> AcceptancePassed:
    return AcceptancePassed(
        order_id=ORDER,
        order_no="SO-2026-0412",
        accepted_at=datetime(2026, 1, 31, 17, 0, tzinfo=UTC),
        signatory="王建国",
        customer_kind="end",
        customer=customer,
    )


@pytest.fixture
def filed(customer) -> ComplaintFiled:
    return ComplaintFiled(
        complaint_id=COMPLAINT,
        complaint_no="2026-11-0001",
        customer=customer,
        complainant="王建国",
        channel="phone",
        received_at=AT,
        accepted_at=AT,
        content="三樘玻璃边缘崩角",
        order_no="SO-2026-0412",
    )


async def known_after(facts, rules) -> CoveredOrder:
    """What is known about the order after these facts, in this order."""
    stores = Stores.on(InMemoryDatabase())
    for fact in facts:
        await deliver(subscriptions(stores, rules), fact)
    return await stores.covered_orders.get(ORDER)


async def test_a_complaint_whose_order_turns_out_later_is_answered_then_as_of_the_day_of_the_complaint(
    rules, placed, signed, accepted, filed
):
    stores = Stores.on(InMemoryDatabase())
    nameless = filed.but(order_no=None)
    named = ComplaintOrderNamed(
        complaint_id=COMPLAINT,
        complaint_no=filed.complaint_no,
        customer=filed.customer,
        order_id=ORDER,
        order_no="SO-2026-0412",
        received_at=AT,
        by="cs-07",
    )
    for fact in (placed, signed, accepted, nameless):
        await deliver(subscriptions(stores, rules), fact)
    assert [each async for each in stores.warranty_checks.each()] == []

    await deliver(subscriptions(stores, rules), named)

    (check,) = [each async for each in stores.warranty_checks.each()]
    asked = check.checked
    assert (asked.complaint_id, asked.order_no, asked.as_of) == (COMPLAINT, "SO-2026-0412", date(2026, 11, 22))


async def test_the_facts_about_an_order_may_come_in_any_order(rules, placed, signed, accepted):
    known = [await known_after(facts, rules) for facts in permutations((placed, signed, accepted))]

    assert known[1:] == known[:-1]
    assert (known[0].contract_no, known[0].registered_date, known[0].accepted_on) == (
        "JG20250930-017",
        PreciseDate(on=date(2025, 9, 30)),
        date(2026, 2, 1),
    )


@pytest.mark.parametrize(("placed_under", "known_as"), [(None, "JG20250101-002"), ("JG20250101-001", "JG20250101-001")])
async def test_a_contract_that_was_never_signed_here_is_known_by_the_order_or_else_by_the_acceptance(
    placed_under, known_as, rules, placed, accepted
):
    placed = placed.but(contract_no=placed_under)
    accepted = accepted.but(contract_no="JG20250101-002")

    known = [await known_after(facts, rules) for facts in permutations((placed, accepted))]

    assert [each.contract_no for each in known] == [known_as, known_as]


@pytest.mark.requirement("R074.a", "R074.b")
async def test_a_complaint_is_answered_with_the_warranty_of_its_contract(on, placed, signed, filed, customer):
    await deliver(on, placed)
    await deliver(on, signed)

    (checked,) = await deliver(on, filed, at=AT)

    assert checked == WarrantyChecked(
        check_id=checked.check_id,
        complaint_id=COMPLAINT,
        complaint_no="2026-11-0001",
        customer_id=customer.customer_id,
        order_id=ORDER,
        order_no="SO-2026-0412",
        contract_no="JG20250930-017",
        contract_date=PreciseDate(on=date(2025, 9, 30)),
        rule=WarrantyRule(name="contract_date_12m", version=1, basis="contract_date", months=12),
        as_of=date(2026, 11, 22),
        expires_on=date(2026, 9, 30),
        verdict="out_of_warranty",
        days_left=-53,
        explanation=(
            "合同编号：JG20250930-017。",
            "保修期自合同日期（2025-09-30）起 12 个月（规则 contract_date_12m，第 1 版）。",
            "保修截止日为 2026-09-30，查询日期 2026-11-22 已过保修期。",
        ),
    )


async def test_the_same_complaint_announced_again_is_answered_once(on, stores, signed, filed):
    await deliver(on, signed)

    first = await deliver(on, filed, id=UUID(int=7))
    again = await deliver(on, filed, id=UUID(int=7))

    assert (len(first), again) == (1, ())
    assert await stores.warranty_checks.count() == 1


@pytest.mark.requirement("R085.b")
async def test_with_only_the_month_known_the_answer_near_the_anniversary_is_uncertain(on, placed, filed):
    near = filed.but(received_at=datetime(2027, 9, 15, tzinfo=UTC))
    await deliver(on, placed)

    (checked,) = await deliver(on, near)

    assert (checked.verdict, checked.contract_date.precision, checked.days_left) == ("uncertain", "month", None)
    assert (checked.expires_on, checked.charge_policy) == (date(2027, 9, 30), "undecided")


async def test_a_contract_that_is_not_known_is_uncertain_with_the_reason(on, filed):
    (checked,) = await deliver(on, filed.but(order_no=None, contract_no="JG20250101-001"))

    assert (checked.verdict, checked.contract_no, checked.order_id) == ("uncertain", "JG20250101-001", None)
    assert checked.explanation == ("未找到对应的合同，无法判断是否在保修期内，请核对合同编号。",)


async def test_a_contract_number_finds_its_order(on, signed, filed):
    await deliver(on, signed)

    (checked,) = await deliver(on, filed.but(order_no=None, contract_no="JG20250930-017"))

    assert (checked.order_id, checked.verdict) == (ORDER, "out_of_warranty")


async def test_the_day_that_counts_is_the_one_in_shanghai_on_which_the_customer_complained(on, signed, filed):
    await deliver(on, signed)
    late_in_the_evening = filed.but(received_at=datetime(2026, 9, 30, 15, 59, tzinfo=UTC))
    after_midnight = filed.but(received_at=datetime(2026, 9, 30, 16, 0, tzinfo=UTC))

    assert [(await deliver(on, each, at=AT))[0].verdict for each in (late_in_the_evening, after_midnight)] == [
        "in_warranty",
        "out_of_warranty",
    ]


async def test_a_complaint_about_manners_has_no_warranty(on, filed):
    assert await deliver(on, filed.but(order_no=None)) == ()


async def test_a_registered_request_is_checked_and_keeps_the_answer(on, stores, signed, form, rules):
    await deliver(on, signed.but(contract_no=form.contract_no, signed_on=PreciseDate(on=date(2026, 9, 30))))
    change = register(UUID(int=50), form, rules, cause(AT))
    await stores.service_requests.create(change, cause(AT))

    (checked,) = await deliver(on, change.events[0], at=AT)
    await deliver(on, checked)

    kept = await stores.service_requests.get(UUID(int=50))
    assert (checked.service_request_id, kept.warranty, kept.verdict) == (UUID(int=50), checked, "in_warranty")


async def test_a_request_whose_contract_number_is_written_in_later_is_checked_anew_by_it(
    on, stores, signed, form, rules
):
    await deliver(on, signed)
    nameless = form.but(contract_no=None, order_no=None, contract_date=PreciseDate(on=date(2025, 9, 30)))
    entered = register(UUID(int=50), nameless, rules, cause(AT))
    await stores.service_requests.create(entered, cause(AT))
    (before,) = await deliver(on, entered.events[0], at=AT)
    await deliver(on, before)

    filled = nameless.but(contract_no="JG20250930-017")
    written = complete(entered.state, (), filled, rules, cause(AT + DAY))
    await stores.service_requests.apply(
        UUID(int=50), lambda asking: complete(asking, (), filled, rules, cause(AT + DAY)), cause(AT + DAY)
    )
    (after,) = await deliver(on, written.events[0], at=AT + DAY)
    await deliver(on, after)

    kept = await stores.service_requests.get(UUID(int=50))
    assert (before.verdict, after.verdict, after.order_id, after.as_of) == (
        "uncertain",
        "out_of_warranty",
        ORDER,
        date(2026, 11, 22),
    )
    assert (kept.warranty, kept.after_sales) == (after, False)


@pytest.mark.requirement("R074.b")
async def test_a_customer_who_asked_on_the_last_day_is_covered_however_late_the_form_is_complete(
    on, stores, signed, form, rules
):
    await deliver(on, signed)
    last_day = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
    whole = form.but(contract_no="JG20250930-017", contract_date=PreciseDate(on=date(2025, 9, 30)))
    entered = register(UUID(int=50), whole.but(address=None), rules, cause(last_day)).state
    completed = complete(entered, (), whole, rules, cause(last_day + DAY))
    await stores.service_requests.create(completed, cause(last_day + DAY))

    (checked,) = await deliver(on, completed.events[0], at=last_day + DAY)

    assert (checked.as_of, checked.verdict, checked.days_left) == (date(2026, 9, 30), "in_warranty", 0)


@pytest.mark.requirement("R085.b")
async def test_another_contract_than_the_order_s_makes_the_warranty_uncertain_and_says_why(on, signed, filed):
    await deliver(on, signed)

    (checked,) = await deliver(on, filed.but(contract_no="JG20260101-009"))

    assert (checked.verdict, checked.days_left, checked.contract_no) == ("uncertain", None, "JG20250930-017")
    assert checked.explanation[-1] == (
        "所报合同编号 JG20260101-009 与订单登记的合同编号不同，因此无法确定是否在保修期内，请核对合同原件。"
    )


async def test_an_answer_about_a_complaint_touches_no_request(on, signed, filed):
    await deliver(on, signed)
    (checked,) = await deliver(on, filed)

    assert await deliver(on, checked) == ()


@pytest.mark.requirement("R083.b")
async def test_money_that_finance_reports_sets_the_job_free_once(on, stores, order_with, rules):
    fee = Money(amount=Decimal("300.00"))
    charged = raise_charge(order_with("customer_cause"), fee, "prepaid", rules, cause(AT)).state
    await stores.service_orders.create(Change(charged), cause(AT))
    received = ServiceChargeReceived(service_order_id=charged.id, amount=fee, received_at=AT, invoice_no="FP-1")

    events = await deliver(on, received, at=AT, id=UUID(int=8))
    again = await deliver(on, received, at=AT, id=UUID(int=8))

    assert [type(event) for event in events] == [CustomerChargePaid, DeadlineSetByAftersales]
    assert again == ()
    assert len((await stores.service_orders.get(charged.id)).payments) == 1


@pytest.mark.requirement("R074.a")
@pytest.mark.parametrize("department", list(Department))
async def test_any_department_asks_over_the_bus_and_reads_the_answer_to_its_own_question_alone(
    department, world, signed
):
    await world.hear(signed)
    asked = QUESTIONS[department](question_no="BX-118", contract_no="JG20250930-017", as_of=date(2026, 9, 30))

    (said,) = await world.hear(asked)
    answer = (await world.ask(department, "GET", "/warranty-answers?question_no=BX-118")).json()["items"]
    others = [each for each in Department if each != department]

    assert (said.asked_by, said.question_no, said.verdict, said.days_left) == (department, "BX-118", "in_warranty", 0)
    assert answer == [said.model_dump(mode="json")]
    for other in others:
        assert (await world.ask(other, "GET", "/warranty-answers?question_no=BX-118")).json()["items"] == []


async def test_a_department_that_names_no_day_is_answered_as_of_the_day_of_its_question(world, signed):
    await world.hear(signed)

    (said,) = await world.hear(WarrantyAskedByFinance(question_no="1", order_no="SO-2026-0412"))

    assert (said.as_of, said.verdict, said.customer_id) == (date(2026, 11, 22), "out_of_warranty", UUID(int=1))


async def asked_before(world) -> dict:
    """The answer to a member of staff who asks about a contract that is not known yet."""
    asked = {"contract_no": "JG20250930-017", "customer_id": str(UUID(int=1)), "as_of": "2025-12-24"}
    return (await world.ask("cs_specialist", "POST", "/warranty-checks", asked)).json()


async def answered_as(world, check: dict) -> dict:
    return (await world.ask("cs_specialist", "GET", f"/warranty-checks/{check['check_id']}")).json()


@pytest.mark.requirement("R085.b")
async def test_what_was_uncertain_of_an_unknown_contract_is_answered_once_more_when_it_becomes_known(
    placed, signed, world
):
    first = await asked_before(world)
    unsure = await world.hear(placed)

    heard = await world.hear(signed)
    again = await world.hear(signed)

    (checked,) = (event for event in heard if isinstance(event, WarrantyChecked))
    assert (first["verdict"], unsure, again) == ("uncertain", (), ())
    assert (str(checked.check_id), checked.verdict, checked.order_no, checked.expires_on, checked.as_of) == (
        first["check_id"],
        "in_warranty",
        "SO-2026-0412",
        date(2026, 9, 30),
        date(2025, 12, 24),
    )
    assert (await answered_as(world, first))["verdict"] == "in_warranty"


async def test_a_complaint_and_a_department_that_asked_too_early_hear_the_answer_under_their_own_numbers(
    signed, filed, world
):
    await world.hear(filed)
    await world.hear(WarrantyAskedBySales(question_no="BX-1", order_no="SO-2026-0412", customer_id=UUID(int=1)))

    heard = await world.hear(signed)

    told = {(each.complaint_id, each.asked_by, each.question_no, each.verdict) for each in heard}
    assert told == {(COMPLAINT, None, None, heard[0].verdict), (None, "sales", "BX-1", heard[0].verdict)}
    assert heard[0].verdict != "uncertain"


async def test_a_request_whose_contract_was_named_anew_hears_nothing_more_about_the_one_before(
    on, stores, signed, form, rules
):
    mistyped, named = (form.but(contract_no=f"JG20260930-{number}", order_no=None) for number in ("071", "017"))
    entered = register(UUID(int=50), mistyped, rules, cause(AT))
    await stores.service_requests.create(entered, cause(AT))
    (first,) = await deliver(on, entered.events[0], at=AT)
    await deliver(on, first)
    corrected = complete(entered.state, (), named, rules, cause(AT + DAY))
    later = cause(AT + DAY)
    await stores.service_requests.apply(UUID(int=50), lambda asking: complete(asking, (), named, rules, later), later)
    (second,) = await deliver(on, corrected.events[0], at=AT + DAY)
    await deliver(on, second)

    of_the_day = signed.but(signed_on=PreciseDate(on=date(2026, 9, 30)))
    about_another = await deliver(on, of_the_day.but(contract_no="JG20260930-071"))
    about_its_own = await deliver(on, of_the_day.but(contract_no="JG20260930-017"))

    assert about_another == ()
    assert [(each.check_id, each.verdict) for each in about_its_own] == [(second.check_id, "in_warranty")]


@pytest.mark.parametrize("known", [True, False], ids=["the contract becomes known", "it stays uncertain"])
async def test_what_a_person_decided_or_is_still_uncertain_for_the_same_reason_is_not_answered_anew(
    known, placed, signed, world
):
    first = await asked_before(world)
    if known:
        decided = {"answer": first["answer"], "verdict": "out_of_warranty", "reason": "合同原件"}
        await world.ask("cs_manager", "POST", f"/warranty-checks/{first['check_id']}/override", decided)
    before = await answered_as(world, first)

    heard = await world.hear(signed if known else signed.but(contract_no="JG20250101-001"))

    assert (heard, await answered_as(world, first)) == ((), before)


async def test_whether_a_cancelled_order_is_under_warranty_is_a_persons_to_decide(placed, signed, world, customer):
    about = {"order_id": ORDER, "order_no": "SO-2026-0412", "customer": customer}
    await world.hear(placed)
    await world.hear(signed)
    await world.hear(OrderCancelled(**about, stage="payment", reason="客户退货", by="cs-07"))

    check = (await world.ask("cs_specialist", "POST", "/warranty-checks", {"order_no": "SO-2026-0412"})).json()
    decided = {"answer": check["answer"], "verdict": "out_of_warranty", "reason": "货物已退回"}
    otherwise = await world.ask("cs_manager", "POST", f"/warranty-checks/{check['check_id']}/override", decided)

    assert (check["verdict"], check["days_left"], check["explanation"][-1]) == (
        "uncertain",
        None,
        "但该订单已取消，因此无法确定是否仍在保修范围内，请核对。",
    )
    assert otherwise.json()["verdict"] == "out_of_warranty"


@pytest.mark.parametrize("first", [True, False])
async def test_of_two_orders_of_a_contract_the_one_that_was_not_cancelled_answers_for_it(
    first, placed, signed, world, customer
):
    numbers = ("SO-2026-0412", "SO-2026-0413") if first else ("SO-2026-0413", "SO-2026-0412")
    for order_no in numbers:
        await world.hear(signed.but(order_id=order_id_of(order_no), order_no=order_no))
    gone, kept = ({"order_id": order_id_of(order_no), "order_no": order_no} for order_no in numbers)
    await world.hear(OrderCancelled(**gone, customer=customer, stage="payment", reason="改单重下", by="cs-07"))

    check = await world.ask("cs_specialist", "POST", "/warranty-checks", {"contract_no": "JG20250930-017"})

    assert (check.json()["order_no"], check.json()["verdict"]) == (kept["order_no"], "out_of_warranty")


async def test_a_department_that_asks_about_an_unknown_contract_is_told_to_say_whose_it_is(world, customer):
    with pytest.raises(Refused, match="customer_id") as refused:
        await world.hear(WarrantyAskedBySales(question_no="2", contract_no="JG20200101-001"))
    (said,) = await world.hear(
        WarrantyAskedBySales(question_no="2", contract_no="JG20200101-001", customer_id=customer.customer_id)
    )

    assert refused.value.code == "unknown_contract"
    assert (said.verdict, said.contract_no) == ("uncertain", "JG20200101-001")
