"""What happens around a gate does not count silently: it is refused with a reason, or it is a duty to look into it."""

from datetime import timedelta
from itertools import permutations

import pytest
from order_rules import RULES
from orders_as_read import judge_sample, review, review_breakdown, sign, sign_notice, submit_for_review, use_seal

from orders.domain.decisions.contract import take_on
from orders.domain.decisions.drawing import review_drawing
from orders.domain.decisions.exception import resolve
from orders.domain.decisions.installation import schedule_installation
from orders.domain.decisions.packaging import pack
from orders.domain.decisions.production import release, send_back
from orders.domain.parts.installation import Installer
from orders.domain.parts.packaging import PackedItem
from shared.aggregate import Overstepped, Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.event import PreciseDate
from tests.unit.orders.conftest import BEGIN

ITEMS = (PackedItem(item="木箱", quantity=6),)
PARTS = ({"part_no": "A", "quantity": 1, "source": "make"},)


def raised(company):
    return [(each.kind, each.detail) for each in company.announced(said.OrderExceptionRaised)]


@pytest.mark.parametrize(
    ("kind", "stage", "why"),
    [
        ("standard", "review", "payment"),
        ("standard", "signing", "payment"),
        ("standard", "deposit", "payment"),
        ("custom", "deposit", "quality"),
        ("custom", "sample", "quality"),
    ],
)
async def test_goods_that_leave_before_contract_deposit_sample_or_inspection_are_looked_into(company, kind, stage, why):
    await company.place(kind)
    await company.run_to(stage)
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    title = (await company.order()).stage_title
    assert raised(company) == [(why, f"订单尚在“{title}”阶段，货物已发出")]
    assert company.announced(said.ShipmentDispatched) == []


async def test_unpaid_goods_from_stock_that_leave_are_looked_into(company):
    await company.place(promised_arrival_date=BEGIN.date() + timedelta(days=20), requested_ship_date=None)
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    assert raised(company) == [("payment", "订单尚在“收款”阶段，货物已发出")]


async def stock(company):
    """Sold from stock, promised for the tenth day, not paid."""
    day = BEGIN.date() + timedelta(days=10)
    await company.place(promised_arrival_date=day, requested_ship_date=None)
    return day


async def test_goods_that_wait_for_the_customer_s_payment_are_told_to_be_late_for_no_other_reason(company):
    day = await stock(company)
    await company.until(BEGIN + timedelta(days=12))
    assert company.announced(said.ShipmentDelayed) == []
    assert raised(company) == [("payment", f"原定{day}到货，客户尚未付款，未能实现，请与客户另约日期")]
    assert (await company.order()).promises.current("arrive").stage == "broken"


async def test_an_order_without_its_deposit_is_not_told_that_its_goods_are_not_ready(company):
    await company.place(requested_ship_date=BEGIN.date() + timedelta(days=10))
    await company.sign_contract()
    await company.until(BEGIN + timedelta(days=12))
    assert company.announced(said.ShipmentDelayed) == []
    assert [kind for kind, _ in raised(company)] == ["payment"]


async def test_until_the_deposit_is_in_no_one_is_asked_whether_the_goods_will_be_ready(company):
    await company.place(requested_ship_date=BEGIN.date() + timedelta(days=10))
    await company.sign_contract()
    await company.until(BEGIN + timedelta(days=40))
    asked = {event.kind for event in company.announced(said.DeadlineSetByOrders)}
    assert asked & {"ask_production", "ask_engineering"} == set()
    assert company.announced(said.ShipmentReadinessAssessed) == []

    await company.pay("initial", "30000.00")
    await company.until(company.now + timedelta(days=1))

    asked = {event.kind for event in company.announced(said.DeadlineSetByOrders)}
    assert asked >= {"ask_production", "ask_engineering"}
    assert [event.verdict for event in company.announced(said.ShipmentReadinessAssessed)] == ["late"]


@pytest.mark.parametrize(("left", "why"), [(False, ("other", "货物尚未发出")), (True, ("transport", "运输途中延误"))])
async def test_paid_goods_that_do_not_arrive_are_late_for_what_is_known_to_be_true(company, left, why):
    await stock(company)
    await company.pay("balance", "100000.00")
    if left:
        await company.fact(facts.GoodsDispatched, left_at=company.now)
    await company.until(BEGIN + timedelta(days=12))
    (delayed,) = company.announced(said.ShipmentDelayed)
    assert (delayed.reason_code, delayed.reason_text) == why


@pytest.mark.parametrize(("paid_after", "eta"), [(timedelta(days=1), True), (timedelta(days=5), None)])
async def test_goods_that_left_unpaid_are_announced_with_the_payment_as_they_are_then(company, paid_after, eta):
    await stock(company)
    expected = company.now + timedelta(days=3)
    await company.fact(facts.GoodsDispatched, left_at=company.now, eta=expected)
    await company.until(company.now + paid_after)
    assert company.announced(said.ShipmentDispatched) == []
    await company.pay("balance", "100000.00")
    (told,) = company.announced(said.ShipmentDispatched)
    assert told.eta == (expected if eta else None)
    asked = (await company.order()).clock("find_out_arrival")
    assert (asked is None) is bool(eta)


async def test_goods_that_left_unpaid_and_are_there_when_the_payment_comes_are_not_announced_to_come(company):
    await stock(company)
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now)
    await company.pay("balance", "100000.00")
    assert company.announced(said.ShipmentDispatched) == []
    assert (await company.order()).stage == "closed"


async def test_goods_that_left_before_the_deposit_and_are_there_are_not_announced_to_come(company):
    await company.place()
    await company.run_to("deposit")
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now)
    await company.run_to("installation")
    assert company.announced(said.ShipmentDispatched) == []


async def test_goods_that_leave_after_contract_and_deposit_need_no_look_though_production_told_nothing(company):
    await company.place()
    await company.run_to("production")
    await company.decide(pack, ITEMS, 4200, role="warehouse")
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    assert raised(company) == []


async def test_an_exception_is_a_duty_of_the_role_that_it_concerns_until_a_solution_is_found(company):
    await company.place("custom")
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    (exception,) = [each async for each in company.stores.exceptions.each({"order_no": company.order_no})]
    run = exception.clock("exception")
    assert (run.clock.role, run.matter.about, run.due_at) == (
        "cs_supervisor",
        company.order_no,
        company.now + timedelta(days=3),
    )
    await company.stores.exceptions.apply(
        exception.id, lambda each: resolve(each, "货已追回", RULES, company.cause()), company.cause()
    )
    assert (await company.stores.exceptions.get(exception.id)).running == ()


async def test_an_exception_without_a_solution_is_missed_once(company):
    await company.place("custom")
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    await company.until(company.now + timedelta(days=9))
    missed = [each for each in company.announced(said.DeadlineMissedByOrders) if each.kind == "exception"]
    assert [each.supervisor_role for each in missed] == ["cs_supervisor"]


@pytest.mark.requirement("R022.c")
async def test_goods_that_were_made_before_the_sample_was_confirmed_are_looked_into(company):
    await company.place("custom")
    await company.run_to("sample")
    await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=24)
    assert raised(company) == [("quality", "样品尚未确认，货物已生产完毕")]


async def test_goods_that_were_made_before_their_sample_was_rejected_have_to_be_made_again(company):
    await company.place("custom")
    await company.run_to("sample")
    await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=24)
    for number, outcome in (("DY-1", "rejected"), ("DY-2", "confirmed")):
        await company.fact(facts.SampleMade, sample_no=number)
        await company.fact(facts.SampleJudged, sample_no=number, outcome=outcome, judged_by="d-9")
    assert (await company.order()).stage == "production"


@pytest.mark.requirement("R022.d")
async def test_a_sample_of_a_rejected_breakdown_does_not_count(company):
    await company.place("custom")
    await company.run_to("breakdown_review")
    for number in ("DY-1", "DY-2"):
        await company.fact(facts.SampleMade, sample_no=number)
    await company.fact(facts.SampleJudged, sample_no="DY-1", outcome="confirmed", judged_by="d-9")
    await company.decide(review_breakdown, False, "缺五金", role="rd_team")
    await company.fact(facts.BreakdownCompleted, parts=PARTS)
    await company.decide(review_breakdown, True, "", role="rd_team")
    assert (await company.order()).stage == "sample"

    verdict = facts.SampleJudged(order_no=company.order_no, sample_no="DY-2", outcome="confirmed", judged_by="d-9")
    with pytest.raises(Refused) as refused:
        await company.decide(judge_sample, "DY-2", "confirmed", role="design_director")
    assert refused.value.code == "void_sample"
    await company.hear(verdict)
    assert raised(company) == [("quality", "样品DY-2依据的拆单已被驳回，不作数")]
    assert (await company.order()).stage == "sample"

    await company.fact(facts.SampleMade, sample_no="DY-2")
    await company.fact(facts.SampleJudged, sample_no="DY-2", outcome="confirmed", judged_by="d-9")
    assert (await company.order()).stage == "production"


@pytest.mark.requirement("R024.d")
@pytest.mark.parametrize(
    ("scheduled", "came", "strange"),
    [
        ((), ("i-7",), "i-7"),
        ((), (), "an unknown crew"),
        (("i-1", "i-2"), ("i-1", "i-7"), "i-7"),
        (("i-1", "i-2"), ("i-2",), None),
        (("i-1",), (), None),
    ],
)
async def test_a_custom_order_that_others_than_the_scheduled_crew_installed_is_looked_into(
    company, scheduled, came, strange
):
    await company.place("custom")
    await company.run_to("installation")
    if scheduled:
        crew = tuple(Installer(staff=each, skill="senior") for each in scheduled)
        finish = company.now + timedelta(days=2)
        await company.decide(schedule_installation, company.now, finish, crew, role="engineering_regional_head")
    await company.fact(facts.InstallationCompleted, completed_at=company.now, crew=came)
    told = [("installer", f"由未安排的人员施工：{strange}；本单应由已安排的技术骨干施工")] if strange else []
    assert raised(company) == told


async def test_a_standard_order_may_be_installed_by_any_crew(company):
    await company.place()
    await company.run_to("installation")
    await company.fact(facts.InstallationCompleted, completed_at=company.now, crew=("i-7",))
    assert raised(company) == []


@pytest.mark.requirement("R008.a", "R198.b")
@pytest.mark.parametrize("kind", ["standard", "custom"])
async def test_a_supervisor_reviews_every_notice(company, kind):
    await company.place(kind)
    await company.run_to("release")
    await company.decide(sign_notice, "prepared", role="cs_specialist", by="cs-07")
    with pytest.raises(Overstepped) as refused:
        await company.decide(sign_notice, "reviewed", role="cs_specialist", by="cs-08")
    assert refused.value.code == "not_authorised"
    await company.decide(sign_notice, "reviewed", role="cs_supervisor", by="cs-08")
    await company.decide(sign_notice, "approved", role="cs_director", by="cs-09")
    assert (await company.order()).notice.complete


@pytest.mark.requirement("R019.d")
async def test_only_a_head_of_customer_service_releases_a_custom_order_to_the_design_director(company):
    await company.place("custom")
    await company.run_to("release")
    await company.decide(sign_notice, "prepared", role="cs_specialist", by="cs-07")
    await company.decide(sign_notice, "reviewed", role="cs_supervisor", by="cs-08")
    for role in ("cs_specialist", "order_specialist", "account_manager"):
        with pytest.raises(Overstepped) as refused:
            await company.decide(sign_notice, "approved", role=role, by="cs-09")
        assert refused.value.code == "not_authorised"
    assert company.announced(said.OrderReleased) == []

    await company.decide(sign_notice, "approved", role="cs_manager", by="cs-09")
    (released,) = company.announced(said.OrderReleased)
    assert (released.to, released.approved_by) == ("design_director", "cs-09")


@pytest.mark.requirement("R019.a", "R019.b", "R019.c")
async def test_the_regional_head_receives_the_supervisor_submits_the_director_decides(company):
    await company.place("custom")
    codes = []
    for decision, role in (
        ((submit_for_review,), "cs_supervisor"),
        ((review, "approved", ()), "cs_director"),
        ((take_on,), "cs_director"),
    ):
        with pytest.raises(Refused) as refused:
            await company.decide(*decision, role=role)
        codes.append(refused.value.code)
    assert codes == ["not_received", "not_submitted", "not_authorised"]

    await company.decide(take_on, role="regional_head")
    with pytest.raises(Overstepped):
        await company.decide(submit_for_review, role="cs_director")
    await company.decide(submit_for_review, role="cs_supervisor")
    await company.decide(review, "approved", (), role="cs_director")
    contract = (await company.order()).contract
    assert (contract.received_by, contract.reviews[0].reviewers[-1].staff) == ("regional_head-1", "cs_director-1")


@pytest.mark.requirement("R016.a")
async def test_the_plant_manager_sends_a_standard_order_back_with_a_reason(company):
    await company.place()
    await company.run_to("making")
    with pytest.raises(Overstepped):
        await company.decide(send_back, ("construction",), "尺寸不符", role="cs_director")
    events = await company.decide(send_back, ("construction",), "门洞尺寸与现场不符", role="plant_manager")
    order = await company.order()
    assert (order.stage, order.drawings.of("construction").stage) == ("drawings", "rejected")
    assert [(type(each), each.notes) for each in events[:1]] == [(said.DesignReviewed, "门洞尺寸与现场不符")]

    await company.fact(facts.DesignSubmitted, drawing_kind="construction", version=2, files=("b.pdf",), designer="d-1")
    await company.decide(review_drawing, "construction", 2, True, "", role="cs_specialist")
    await company.decide(release, role="plant_manager")
    assert (await company.order()).stage == "breakdown"


@pytest.mark.requirement("R180.a")
@pytest.mark.parametrize("kind", ["standard", "custom"])
async def test_the_seal_is_the_supervisor_s(company, kind):
    await company.place(kind)
    await company.run_to("signing")
    for decision in ((sign, PreciseDate(on=BEGIN.date()), "签订"), (use_seal, "盖章")):
        with pytest.raises(Overstepped) as refused:
            await company.decide(*decision, role="cs_specialist")
        assert refused.value.code == "not_authorised"
    await company.decide(sign, PreciseDate(on=BEGIN.date()), "签订", role="cs_supervisor")
    assert [use.staff for use in (await company.order()).contract.seals] == ["cs_supervisor-1"]


@pytest.mark.parametrize("heard", [*permutations(("paid", "left", "arrived"))], ids="-".join)
async def test_in_whatever_order_facts_are_heard_each_departure_is_told_once(company, heard):
    told_at = company.now
    promised = (told_at + timedelta(days=3)).date()
    await company.place(total=None, requested_ship_date=None, promised_arrival_date=promised)
    reports = {
        "paid": (facts.PaymentReceived, {"kind": "balance", "received_at": told_at - timedelta(minutes=170)}),
        "left": (facts.GoodsDispatched, {"left_at": told_at - timedelta(minutes=120)}),
        "arrived": (facts.ShipmentArrived, {"arrived_at": told_at - timedelta(minutes=60)}),
    }
    for each in heard:
        report, fields = reports[each]
        await company.fact(report, **fields)
    assert [each.left_at for each in company.announced(said.ShipmentDispatched)] == [told_at - timedelta(minutes=120)]
    assert (await company.order()).stage == "closed"
