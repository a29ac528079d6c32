"""Design, breakdown, sample, production, inspection: what is rejected is done again."""

from datetime import date, timedelta

import pytest
from orders_as_read import inspect, judge_sample, review, review_breakdown
from pydantic import ValidationError

from orders.api.making import LONGEST_ITEM, ConfirmedItem
from orders.domain.decisions import production
from orders.domain.decisions.drawing import review_drawing
from orders.domain.decisions.packaging import pack
from orders.domain.decisions.production import release, schedule, send_sample
from orders.domain.order import Order
from orders.domain.parts.packaging import PackedItem
from orders.domain.parts.works import ProductionPlan
from shared.aggregate import Overstepped, Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.vocabulary import MOST


@pytest.mark.requirement("R009.a")
@pytest.mark.parametrize(("kind", "by"), [("standard", "project_team"), ("custom", "rd")])
async def test_the_four_drawings_are_ordered_one_by_one(company, kind, by):
    await company.place(kind)
    await company.release()
    ordered = [(event.drawing_kind, event.assigned_to) for event in company.announced(said.DesignOrdered)]
    assert ordered == [(drawing, by) for drawing in ("plan", "rendering", "elevation", "construction")]


@pytest.mark.requirement("R009.b", "R015.b")
async def test_each_drawing_has_a_status_of_its_own_and_a_rejected_one_comes_again(company):
    await company.place()
    await company.release()
    await company.fact(facts.DesignSubmitted, drawing_kind="plan", version=1, files=("p1",), designer="d-1")
    await company.fact(facts.DesignSubmitted, drawing_kind="rendering", version=1, files=("r1",), designer="d-1")
    await company.decide(review_drawing, "plan", 1, False, "门洞尺寸不符", role="cs_specialist")
    order = await company.order()
    assert {each.kind: each.stage for each in order.drawings.items} == {
        "plan": "rejected",
        "rendering": "submitted",
        "elevation": "ordered",
        "construction": "ordered",
    }
    await company.fact(facts.DesignSubmitted, drawing_kind="plan", version=2, files=("p2",), designer="d-1")
    await company.decide(review_drawing, "plan", 2, True, "", role="cs_specialist")

    assert (await company.order()).stage == "rendering"
    assert [event.outcome for event in company.announced(said.DesignReviewed)] == ["rejected", "approved"]


@pytest.mark.requirement("R020.a", "R020.b")
async def test_rd_draws_a_custom_order_and_the_design_director_reviews(company):
    await company.place("custom")
    await company.release()
    await company.design()
    assert {event.by_role for event in company.announced(said.DesignReviewed)} == {"design_director"}
    assert (await company.order()).stage == "making"


@pytest.mark.parametrize("spelling", ["d-1", "D-1"])
@pytest.mark.parametrize("approved", [True, False])
async def test_a_drawing_is_reviewed_by_another_person_than_its_designer(company, spelling, approved):
    await company.place("custom")
    await company.release()
    await company.fact(facts.DesignSubmitted, drawing_kind="plan", version=1, files=("p1",), designer="d-1")
    before = await company.order()
    with pytest.raises(Overstepped) as own:
        await company.decide(review_drawing, "plan", 1, approved, "", role="design_director", by=spelling)
    assert (own.value.code, await company.order()) == ("four_eyes", before)


async def test_an_old_version_cannot_be_approved(company):
    await company.place()
    await company.release()
    await company.fact(facts.DesignSubmitted, drawing_kind="plan", version=2, files=("p2",), designer="d-1")
    with pytest.raises(Refused) as refused:
        await company.decide(review_drawing, "plan", 1, True, "", role="cs_specialist")
    assert refused.value.code == "not_submitted"


@pytest.mark.requirement("R016.b", "R016.c", "R184.a")
async def test_a_standard_order_is_split_into_parts_to_make_and_parts_from_stock(company):
    await company.place()
    await company.run_to("making")
    await company.decide(release, role="plant_manager")
    await company.fact(
        facts.BreakdownCompleted,
        parts=[
            {"part_no": "A", "quantity": 10, "source": "make"},
            {"part_no": "B", "quantity": 5, "source": "stock"},
            {"part_no": "C", "quantity": 2, "source": "outsource"},
        ],
    )
    (allocated,) = company.announced(said.StockAllocated)
    assert [(line.part_no, line.source) for line in allocated.lines] == [("B", "own"), ("C", "outsourced")]
    assert [event.by for event in company.announced(said.ProductionReleased)] == ["plant_manager-1"]
    assert (await company.order()).stage == "production"


@pytest.mark.requirement("R021.a", "R021.b")
async def test_a_rejected_breakdown_is_done_again(company):
    await company.place("custom")
    await company.run_to("making")
    await company.decide(release, role="cs_supervisor")
    parts = [{"part_no": "A", "quantity": 10, "source": "make"}]
    await company.fact(facts.BreakdownCompleted, parts=parts)
    await company.decide(review_breakdown, False, "缺少五金", role="rd_team")
    assert (await company.order()).stage == "breakdown"
    await company.fact(facts.BreakdownCompleted, parts=parts)
    await company.decide(review_breakdown, True, "", role="rd_team")
    assert (await company.order()).stage == "sample"


@pytest.mark.requirement("R022.a")
async def test_a_rejected_sample_keeps_the_order_out_of_production_until_another_is_confirmed(company):
    await company.place("custom")
    await company.run_to("making")
    await company.decide(release, role="cs_supervisor")
    await company.fact(facts.BreakdownCompleted, parts=[{"part_no": "A", "quantity": 1, "source": "make"}])
    await company.decide(review_breakdown, True, "", role="rd_team")
    await company.fact(facts.SampleMade, sample_no="DY-1")
    await company.fact(facts.SampleJudged, sample_no="DY-1", outcome="rejected", judged_by="d-9", notes="色差")
    await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=24)
    assert (await company.order()).stage == "sample"
    await company.fact(facts.SampleJudged, sample_no="DY-1", outcome="confirmed", judged_by="d-9")
    assert (await company.order()).stage == "sample"
    await company.fact(facts.SampleMade, sample_no="DY-2")
    await company.fact(facts.SampleJudged, sample_no="DY-2", outcome="confirmed", judged_by="d-9")

    assert (await company.order()).stage == "inspection"
    assert [event.outcome for event in company.announced(said.SampleReviewed)] == ["rejected", "confirmed"]


@pytest.mark.requirement("R023.a", "R023.b")
async def test_a_failed_inspection_sends_the_goods_back_and_nothing_leaves(company):
    await company.place("custom")
    await company.run_to("making")
    await company.decide(release, role="cs_supervisor")
    await company.fact(facts.BreakdownCompleted, parts=[{"part_no": "A", "quantity": 1, "source": "make"}])
    await company.decide(review_breakdown, True, "", role="rd_team")
    await company.fact(facts.SampleJudged, sample_no="DY-1", outcome="confirmed", judged_by="d-9")
    made = company.now
    await company.fact(facts.ProductionCompleted, completed_at=made, quantity_ok=24)
    company.later(hours=1)
    await company.fact(
        facts.GoodsInspected, inspector="d-4", outcome="failed", defects=[{"description": "三樘玻璃崩角"}]
    )
    assert (await company.order()).stage == "production"
    await company.fact(facts.ProductionCompleted, completed_at=made, quantity_ok=24)
    assert (await company.order()).stage == "production"
    await company.fact(facts.GoodsDispatched, left_at=company.now)
    assert company.announced(said.ShipmentDispatched) == []
    company.later(days=1)
    await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=24)
    assert (await company.order()).stage == "inspection"


@pytest.mark.requirement("R022.b")
async def test_nobody_at_a_desk_confirms_a_sample_that_was_not_made_or_was_judged(company):
    await company.place("custom")
    await company.run_to("sample")
    await company.fact(facts.SampleMade, sample_no="DY-1")
    with pytest.raises(Refused) as unknown:
        await company.decide(judge_sample, "DY-9", "confirmed", role="design_director")
    await company.decide(judge_sample, "DY-1", "rejected", role="design_director")
    with pytest.raises(Refused) as again:
        await company.decide(judge_sample, "DY-1", "rejected", role="design_director")

    assert (unknown.value.code, again.value.code) == ("no_such_sample", "already_judged")
    assert (await company.order()).stage == "sample"


@pytest.mark.requirement("R023.a")
async def test_goods_are_inspected_after_they_are_made(company):
    await company.place("custom")
    await company.run_to("sample")
    early = facts.GoodsInspected(order_no=company.order_no, inspector="d-4", outcome="passed")
    with pytest.raises(Refused) as refused:
        await company.decide(inspect, True, role="design_director")
    await company.hear(early)
    company.later(days=9)
    await company.one_gate()
    await company.one_gate()

    assert refused.value.code == "illegal_transition"
    assert (await company.order()).stage == "inspection"


async def test_an_inspection_that_is_heard_before_the_goods_is_the_inspection_of_those_goods(company):
    await company.place("custom")
    await company.run_to("production")
    made = company.now
    company.later(hours=3)
    await company.fact(facts.GoodsInspected, inspector="d-4", outcome="passed")
    await company.fact(facts.ProductionCompleted, completed_at=made, quantity_ok=24)
    assert (await company.order()).stage == "shipping"


@pytest.mark.requirement("R023.c")
async def test_goods_that_leave_without_inspection_are_an_exception_and_not_announced(company):
    await company.place("custom")
    await company.fact(facts.GoodsDispatched, left_at=company.now)

    (raised,) = company.announced(said.OrderExceptionRaised)
    assert (raised.kind, raised.detail) == ("quality", "订单尚在“合同评审”阶段，货物已发出")
    assert company.announced(said.ShipmentDispatched) == []


@pytest.mark.requirement("R182.a", "R182.b", "R198.a")
async def test_a_plan_is_told_to_the_customer_and_one_behind_the_contract_is_a_delay(company):
    await company.place()
    await company.release()
    plan = ProductionPlan(begin=date(2026, 10, 10), finish=date(2026, 11, 27), delivery_on=date(2026, 11, 28))
    events = await company.decide(schedule, plan, role="planner")

    assert [type(event) for event in events] == [said.ProductionScheduled]
    assert (events[0].delivery_on, events[0].late) == (date(2026, 11, 28), True)
    assert [event.delay_days for event in await company.delays()] == [2]


@pytest.mark.requirement("R200.d")
@pytest.mark.parametrize(("source", "allocated"), [("make", False), ("stock", True), ("outsource", True)])
async def test_the_plan_says_whether_parts_are_set_aside(company, source, allocated):
    await company.place()
    await company.run_to("breakdown")
    await company.fact(facts.BreakdownCompleted, parts=[{"part_no": "A", "quantity": 1, "source": source}])
    plan = ProductionPlan(begin=date(2026, 10, 10), finish=date(2026, 11, 20), delivery_on=date(2026, 11, 25))
    (scheduled,) = await company.decide(schedule, plan, role="planner")
    assert (scheduled.allocated, scheduled.late) == (allocated, False)


@pytest.mark.requirement("R178.d")
@pytest.mark.parametrize(("missing", "code"), [("requested_ship_date", "no_day"), ("total", "no_price")])
async def test_a_contract_without_a_day_or_a_price_is_not_approved(company, missing, code):
    await company.place(**{missing: None})
    with pytest.raises(Refused) as refused:
        await company.decide(review, "approved", ())
    assert refused.value.code == code


async def test_a_plan_that_ends_before_it_begins_is_refused(company):
    await company.place()
    plan = ProductionPlan(begin=date(2026, 10, 10), finish=date(2026, 10, 1), delivery_on=date(2026, 10, 2))
    with pytest.raises(Refused) as refused:
        await company.decide(schedule, plan, role="planner")
    assert refused.value.code == "impossible_plan"


@pytest.mark.requirement("R183.b", "R196.b")
async def test_goods_that_are_short_are_an_exception_and_not_complete(company):
    await company.place()
    await company.run_to("making")
    await company.decide(release, role="plant_manager")
    await company.fact(facts.BreakdownCompleted, parts=[{"part_no": "A", "quantity": 1, "source": "make"}])
    await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=18, quantity_short=6)
    order = await company.order()
    assert (order.stage, order.works.ready_percent) == ("production", 75)
    assert [event.kind for event in company.announced(said.OrderExceptionRaised)] == ["material"]


async def test_goods_that_turn_out_to_be_short_after_they_were_made_are_looked_into_once(company):
    await company.place()
    await company.run_to("shipping")
    made = company.now
    company.later(hours=2)

    for short, hours in ((0, 2), (4, 2), (4, 2), (6, -1)):
        at = made + timedelta(hours=hours)
        await company.fact(facts.ProductionCompleted, completed_at=at, quantity_ok=20, quantity_short=short)

    (raised,) = company.announced(said.OrderExceptionRaised)
    assert (raised.kind, raised.detail) == ("material", "已报生产完毕，现报短缺4件，请核对")
    assert (await company.order()).stage == "shipping"


@pytest.mark.parametrize("kind", ["standard", "custom"])
async def test_a_breakdown_that_is_reported_again_sets_nothing_aside_twice(company, kind):
    await company.place(kind)
    await company.run_to("breakdown")
    for _ in range(2):
        await company.fact(facts.BreakdownCompleted, parts=[{"part_no": "A", "quantity": 8, "source": "stock"}])
    assert (len(company.announced(said.StockAllocated)), (await company.order()).works.breakdown) == (1, 1)


async def test_a_breakdown_that_changes_after_its_review_is_looked_into(company):
    await company.place("custom")
    await company.run_to("inspection")
    await company.fact(facts.BreakdownCompleted, parts=[{"part_no": "A", "quantity": 8, "source": "stock"}])
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert (raised.kind, raised.detail) == ("quality", "拆单经研发审核后又有改动，改动尚未审核，请核对")


async def test_the_designer_reads_that_a_version_after_the_approval_does_not_count(company):
    await company.place()
    await company.run_to("making")
    await company.fact(facts.DesignSubmitted, drawing_kind="plan", version=2, files=("b.pdf",), designer="d-1")
    order = await company.order()
    assert (order.drawings.of("plan").version, order.objections[-1].code, order.objections[-1].reason) == (
        1,
        "already_approved",
        "第1版已审核通过，所报第2版未予采用",
    )


async def test_the_longest_item_in_the_largest_quantity_is_announced_in_one_line(company):
    await company.place()
    await company.run_to("production")
    item = ConfirmedItem(item="箱" * LONGEST_ITEM, quantity=MOST)

    await company.decide(pack, (item,), 100, role="warehouse")

    (confirmed,) = company.announced(said.PackagingConfirmed)
    assert confirmed.items == (f"{item.item} × {MOST}",)
    with pytest.raises(ValidationError):
        ConfirmedItem(item="箱" * (LONGEST_ITEM + 1), quantity=1)


async def test_an_order_with_longer_items_that_was_stored_before_there_was_a_limit_is_read(company):
    await company.place()
    await company.run_to("production")
    packed = {"item": "箱" * 194, "quantity": MOST + 1}
    needed = {**packed, "in_stock": MOST + 2}
    before = (await company.order()).model_dump(mode="json")
    stored = {**before, "works": {**before["works"], "packed": [packed], "materials": [needed]}}

    works = Order.model_validate(stored).works

    assert [(each.item, each.quantity) for each in works.packed] == [("箱" * 194, MOST + 1)]
    assert [(each.item, each.in_stock) for each in works.materials] == [("箱" * 194, MOST + 2)]


@pytest.mark.requirement("R199.a")
async def test_packaging_is_confirmed_with_the_room_it_takes(company):
    await company.place()
    await company.run_to("production")
    items = (PackedItem(item="木箱", quantity=6), PackedItem(item="安装说明书", quantity=1))
    await company.decide(pack, items, 4200, role="warehouse")
    (packed,) = company.announced(said.PackagingConfirmed)
    assert (packed.items, packed.volume_litres) == (("木箱 × 6", "安装说明书 × 1"), 4200)


@pytest.mark.requirement("R197.b")
async def test_a_sample_is_sent_to_the_customer(company):
    await company.place("custom")
    await company.fact(facts.SampleMade, sample_no="DY-1")
    await company.decide(send_sample, "DY-1", "顺丰速运", role="order_specialist")
    (sent,) = company.announced(said.SampleSent)
    assert (sent.sample_no, sent.carrier) == ("DY-1", "顺丰速运")
    with pytest.raises(Refused) as refused:
        await company.decide(send_sample, "DY-2", "顺丰速运", role="order_specialist")
    assert refused.value.code == "no_such_sample"


@pytest.mark.requirement("R175.a", "R175.b")
async def test_trouble_with_supply_is_reported_and_the_customer_never_learns_who_supplies(company):
    await company.place()
    await company.release()
    await company.fact(facts.MaterialProblemReported, kind="supply", detail="东莞宏达五金断货")
    await company.fact(
        facts.ProductionDelayed, expected_ready_on=date(2026, 11, 30), reason="supply", reason_text="东莞宏达五金断货"
    )
    (raised,) = company.announced(said.OrderExceptionRaised)
    (delayed,) = await company.delays()
    assert (raised.kind, raised.detail) == ("supply", "东莞宏达五金断货")
    assert delayed.reason_text == "部分配件到货延迟"


@pytest.mark.requirement("R065.a")
@pytest.mark.parametrize("kind", ["standard", "custom"])
async def test_no_stage_passes_in_silence(company, kind):
    await company.place(kind)
    await company.run_to("closed")
    order = await company.order()
    announced = company.announced(said.OrderStageChanged)
    assert [event.before for event in announced] == [stage.name for stage in order.route.stages]


@pytest.mark.requirement("R029.b")
@pytest.mark.parametrize("kind", ["standard", "custom"])
async def test_an_order_announces_each_group_of_stages_at_which_the_customer_is_called_from_the_contract_on(
    company, kind
):
    await company.place(kind)
    await company.run_to("closed")
    announced = company.announced(said.OrderStageChanged)
    assert [event.stage_group for event in announced if event.stage_group] == [
        "contract",
        "payment",
        "order",
        "plan",
        "rendering",
        "order",
        "installation",
        "payment",
    ]


async def test_a_fact_delivered_again_changes_nothing(company):
    from uuid import uuid4

    await company.place()
    id = uuid4()
    first = await company.fact(facts.MaterialProblemReported, id=id, kind="quality", detail="色差")
    again = await company.fact(facts.MaterialProblemReported, id=id, kind="quality", detail="色差")
    assert (len(first), again) == (1, ())


async def test_a_fact_about_an_order_that_is_not_here_yet_has_to_wait(company):
    from shared.aggregate import NotFound

    with pytest.raises(NotFound):
        await company.fact(facts.ProductionCompleted, completed_at=company.now - timedelta(days=1), quantity_ok=1)


@pytest.mark.parametrize("approved", [True, False])
async def test_a_breakdown_that_came_after_the_one_that_was_read_is_not_decided_about(company, approved):
    await company.place("custom")
    await company.run_to("breakdown_review")
    await company.fact(facts.BreakdownCompleted, parts=[{"part_no": "B", "quantity": 2, "source": "make"}])
    before, told = await company.order(), company.published

    with pytest.raises(Refused) as refused:
        await company.decide(production.review_breakdown, 1, approved, "", role="rd_team")

    assert (refused.value.code, await company.order(), company.published) == ("breakdown_changed", before, told)
