"""How an order is made: released, broken down, sampled, produced, inspected."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from orders.domain.decisions.delay import slip
from orders.domain.decisions.duty import follow_duties
from orders.domain.decisions.exception import look_into, object_to, raise_exception
from orders.domain.decisions.stage import lose, reach
from orders.domain.order import Order, without
from orders.domain.parts.drawing import with_drawing
from orders.domain.parts.times import day_ahead
from orders.domain.parts.works import Inspection, ProductionPlan, Sample, Verdict, WorkOrder
from orders.domain.policy.policy import Rules
from orders.domain.route import DRAWINGS, Milestone
from shared.aggregate import Cause, Change, Refused
from shared.contracts.departments import (
    BreakdownCompleted,
    DrawingKind,
    GoodsInspected,
    MaterialProblemReported,
    ProductionCompleted,
    ProductionProgressed,
    SampleJudged,
    SampleMade,
)
from shared.contracts.orders import (
    AllocatedLine,
    BreakdownReviewed,
    DesignReviewed,
    PreShipmentInspected,
    ProductionReleased,
    ProductionScheduled,
    SampleReviewed,
    SampleSent,
    StockAllocated,
    WorkOrderIssued,
)
from shared.contracts.vocabulary import Defect, FileRef, PaperNo, Prose, StaffId

_M = Milestone
_ALLOCATED: Mapping[str, Literal["own", "outsourced"]] = MappingProxyType({"stock": "own", "outsource": "outsourced"})
"""The parts that are not made but set aside, by where they come from."""


def release(order: Order, rules: Rules, cause: Cause) -> Change[Order]:
    """The plant manager (standard) or CS (custom) passes the order on to the breakdown section (000 §3.4.3, §3.5.2)."""
    order.lifecycle.must(order.stage, "release")
    by = order.decided_by(_M.PRODUCTION_RELEASED, cause)
    released = ProductionReleased.of(order.named, by=by)
    change = Change(order, (released,))
    return change.then(lambda order: reach(order, _M.PRODUCTION_RELEASED, since=cause.at, rules=rules, cause=cause))


def send_back(order: Order, kinds: tuple[DrawingKind, ...], reason: Prose, rules: Rules, cause: Cause) -> Change[Order]:
    """The one who would release the order finds drawings wanting: they are drawn and reviewed again (000 §3.4.3).

    Refused: `illegal_transition`, `not_authorised`.
    """
    order.lifecycle.must(order.stage, "send_back")
    by = order.decided_by(_M.PRODUCTION_RELEASED, cause)
    drawings, events = order.drawings, list[DesignReviewed]()
    for kind in dict.fromkeys(kinds):
        drawing = order.drawings.of(kind).but(stage="rejected", notes=reason)
        drawings = with_drawing(drawings, drawing)
        reviewed = DesignReviewed.of(
            order.named,
            drawing_kind=kind,
            version=drawing.version,
            outcome="rejected",
            by=by,
            by_role=cause.actor.role or cause.actor.kind,
            notes=reason,
        )
        events.append(reviewed)
    undone = tuple(DRAWINGS[kind] for kind in kinds)
    change = Change(order.but(drawings=drawings), tuple(events))
    return change.then(lambda order: lose(order, *undone, rules=rules, cause=cause))


def issue_work_order(order: Order, no: PaperNo, rules: Rules, cause: Cause) -> Change[Order]:
    """Engineering tells the shop floor to make the order; the planner schedules it next (004 三2(1)).

    Refused: `illegal_transition` before the order was released to production, `work_order_issued` for a second one.
    """
    order.lifecycle.must(order.stage, "issue_work_order")
    if order.works.work_order is not None:
        raise Refused(f"work order {order.works.work_order.no} of this order was issued", "work_order_issued")
    work_order = WorkOrder(no=no, issued_by=cause.actor.id, issued_at=cause.at)
    issued = WorkOrderIssued.of(order.named, work_order_no=no, issued_by=cause.actor.id)
    known = Change(order.but(works=order.works.but(work_order=work_order)), (issued,))
    return known.then(lambda order: follow_duties(order, rules, cause))


def schedule(order: Order, plan: ProductionPlan, rules: Rules, cause: Cause) -> Change[Order]:
    """Production and delivery plan, told to the customer; a plan behind the contract is a delay (004 一㈡2a).

    With it the customer hears that parts are set aside, where some are (004 三2(3)).

    Refused: `impossible_plan`, and `past_day` or `far_day` for the day of delivery.
    """
    order.lifecycle.must(order.stage, "schedule")
    if not plan.begin <= plan.finish <= plan.delivery_on:
        raise Refused(
            "a plan begins, finishes and delivers in this order",
            "impossible_plan",
            "finish" if plan.finish < plan.begin else "delivery_on",
        )
    day_ahead(plan.delivery_on, rules.calendar.day(cause.at), rules.of(order).horizon_days, "delivery_on")
    planned = order.but(works=order.works.but(schedule=plan, expected_ready_on=plan.finish))
    scheduled = ProductionScheduled.of(
        order.about,
        begin=plan.begin,
        finish=plan.finish,
        delivery_on=plan.delivery_on,
        allocated=order.works.allocated,
        late=_is_late(order, plan),
    )
    change = Change(planned, (scheduled,)).then(lambda order: follow_duties(order, rules, cause))
    return change.then(lambda order: slip(order, plan.delivery_on, "goods_incomplete", None, rules, cause))


def _is_late(order: Order, plan: ProductionPlan) -> bool:
    """Whether the plan is behind the day of the signed contract."""
    promised = order.contract.ship_on
    return order.contract.signed and promised is not None and plan.delivery_on > promised


def break_down(order: Order, fact: BreakdownCompleted, rules: Rules, cause: Cause) -> Change[Order]:
    """Which parts the order needs; those from stock or from outside are allocated (000 §3.4.3, 004 一㈡4).

    The same parts again are a repetition. Other ones than R&D has approved are looked into (000 §3.5.3a).
    """
    if order.ended or (order.has(_M.BROKEN_DOWN) and order.works.parts == fact.parts):
        return Change(order)
    known = order.but(works=order.works.but(parts=fact.parts, breakdown=order.works.breakdown + 1))
    lines = tuple(
        AllocatedLine(part_no=part.part_no, quantity=part.quantity, source=source)
        for part in fact.parts
        if (source := _ALLOCATED.get(part.source))
    )
    allocated = (StockAllocated.of(order.named, lines=lines),) if lines else ()
    change = Change(known, allocated).then(
        lambda order: reach(order, _M.BROKEN_DOWN, since=cause.at, rules=rules, cause=cause)
    )
    if not order.has(_M.BREAKDOWN_APPROVED):
        return change
    detail = "拆单经研发审核后又有改动，改动尚未审核，请核对"
    return change.then(lambda order: look_into(order, "quality", "taken", "looked_into", detail, cause))


def review_breakdown(
    order: Order, breakdown: int, approved: bool, notes: str, rules: Rules, cause: Cause
) -> Change[Order]:
    """R&D checks a custom order's breakdown before anything is made; a rejected one is done again (000 §3.5.3a).

    Samples and goods that were made by a rejected one do not count. Refused with `breakdown_changed` when the order
    was broken down again since the one that is named.
    """
    order.lifecycle.must(order.stage, "review_breakdown")
    by = order.decided_by(_M.BREAKDOWN_APPROVED, cause)
    order.works.must_be_seen(breakdown)
    reviewed = BreakdownReviewed.of(
        order.named,
        outcome="approved" if approved else "rejected",
        by=by,
        notes=notes,
    )
    change = Change(order, (reviewed,))
    if approved:
        return change.then(lambda order: reach(order, _M.BREAKDOWN_APPROVED, since=cause.at, rules=rules, cause=cause))
    void = tuple(sample.but(void=True) for sample in order.works.samples)
    redone = change.then(lambda order: Change(order.but(works=order.works.but(samples=void))))
    undone = (_M.BROKEN_DOWN, _M.SAMPLE_CONFIRMED, _M.PRODUCED, _M.INSPECTED)
    return redone.then(lambda order: lose(order, *undone, rules=rules, cause=cause))


def make_sample(order: Order, fact: SampleMade, cause: Cause) -> Change[Order]:
    """A sample is there to be judged (000 §3.5.3b)."""
    known = order.works.sample(fact.sample_no)
    if order.ended or (known and not known.void):
        return Change(order)
    return Change(_with_sample(order, Sample(no=fact.sample_no, photos=fact.photos)))


def _with_sample(order: Order, sample: Sample) -> Order:
    """With this sample, new or in the place of the one of its number."""
    others = tuple(each for each in order.works.samples if each.no != sample.no)
    return order.but(works=order.works.but(samples=(*others, sample)))


def judge_sample(
    order: Order, sample_no: str, breakdown: int, outcome: Verdict, notes: str, rules: Rules, cause: Cause
) -> Change[Order]:
    """Design confirms a sample or rejects it, and another one is made; once per sample (000 §3.5.3b).

    Goods that were made before their sample was rejected do not count. Refused: `illegal_transition`,
    `not_authorised`, `no_such_sample`, `void_sample`, `already_judged`, and `breakdown_changed` where the order was
    broken down again since the one that is named: another sample may have the same number.
    """
    order.lifecycle.must(order.stage, "judge_sample")
    sample = order.works.sample(sample_no)
    if sample is None:
        raise Refused(f"no sample {sample_no} of this order has been made", "no_such_sample", "sample_no")
    if sample.void:
        raise Refused(
            f"sample {sample_no} was made by a rejected breakdown; have another one made", "void_sample", "sample_no"
        )
    if sample.verdict is not None:
        raise Refused(
            f"sample {sample_no} was {sample.verdict}; make another one to judge", "already_judged", "sample_no"
        )
    order.works.must_be_seen(breakdown)
    by = order.decided_by(_M.SAMPLE_CONFIRMED, cause)
    return _judged(order, sample, outcome, notes, by, rules, cause)


def hear_verdict(order: Order, fact: SampleJudged, rules: Rules, cause: Cause) -> Change[Order]:
    """Design reports what it said of a sample; the report may come before the sample's own.

    One about a sample of a rejected breakdown is looked into and does not count.
    """
    sample = order.works.sample(fact.sample_no) or Sample(no=fact.sample_no)
    if order.ended or sample.verdict == fact.outcome:
        return Change(order)
    if sample.verdict is not None:
        return object_to(order, "refused", "already_judged", f"样品{sample.no}此前已有另一结论", cause)
    if sample.void:
        told = f"样品{sample.no}依据的拆单已被驳回，不作数"
        return look_into(order, "quality", "refused", "void_sample", told, cause)
    return _judged(order, sample, fact.outcome, fact.notes, fact.judged_by, rules, cause)


def _judged(
    order: Order, sample: Sample, outcome: Verdict, notes: str, by: StaffId, rules: Rules, cause: Cause
) -> Change[Order]:
    reviewed = SampleReviewed.of(order.named, sample_no=sample.no, outcome=outcome, by=by, notes=notes)
    change = Change(_with_sample(order, sample.but(verdict=outcome, notes=notes)), (reviewed,))
    if outcome == "rejected":
        made = () if order.has(_M.SAMPLE_CONFIRMED) else (_M.PRODUCED, _M.INSPECTED)
        return change.then(lambda order: lose(order, *made, rules=rules, cause=cause))
    return change.then(lambda order: reach(order, _M.SAMPLE_CONFIRMED, since=cause.at, rules=rules, cause=cause))


def send_sample(order: Order, sample_no: str, carrier: str, cause: Cause) -> Change[Order]:
    """A sample goes to the customer (004 二2-3). Refused with `no_such_sample` when there is none of this number."""
    order.lifecycle.must(order.stage, "send_sample")
    sample = order.works.sample(sample_no)
    if sample is None:
        raise Refused(f"there is no sample {sample_no} of this order", "no_such_sample", "sample_no")
    sent = _with_sample(order, sample.but(sent_by=carrier))
    event = SampleSent.of(
        order.about,
        sample_no=sample_no,
        carrier=carrier,
        sent_by=cause.actor.id,
    )
    return Change(sent, (event,))


def progress(order: Order, fact: ProductionProgressed, rules: Rules, cause: Cause) -> Change[Order]:
    """How much is ready and when the rest will be; a date behind the promise is a delay (001 售中二a, 004 二1)."""
    if order.ended:
        return Change(order)
    day = fact.expected_ready_on
    expected = day or order.works.expected_ready_on
    works = order.works.but(ready_percent=fact.ready_percent, told_at=cause.at, expected_ready_on=expected)
    known = follow_duties(order.but(works=works), rules, cause)
    if day is None:
        return known
    return known.then(lambda order: slip(order, day, "goods_incomplete", None, rules, cause))


def complete(order: Order, fact: ProductionCompleted, rules: Rules, cause: Cause) -> Change[Order]:
    """The goods are made. Short ones are not yet, and what was ready before a failed inspection is not again.

    An inspection that was passed before they were made saw other goods. Goods that were made before their sample was
    confirmed are looked into (000 §3.4.3, §3.5.3). So are goods that turn out to be short after they were all made.
    """
    failed = order.works.failed_inspection_at
    if order.ended or (failed and fact.completed_at <= failed):
        return Change(order)
    if order.produced_at is not None:
        return _found_short(order, fact, order.produced_at, cause)
    if fact.quantity_short:
        made = fact.quantity_ok * 100 // (fact.quantity_ok + fact.quantity_short)
        short = order.works.but(quantity_short=fact.quantity_short, ready_percent=made, told_at=cause.at)
        known = order.but(works=short)
        return raise_exception(known, "material", f"短缺{fact.quantity_short}件", cause)
    done = order.but(works=order.works.but(quantity_short=0, ready_percent=100, told_at=cause.at))
    inspected = order.reached.get(_M.INSPECTED)
    if inspected and inspected < fact.completed_at:
        done = done.but(reached=without(done.reached, _M.INSPECTED))
    unconfirmed = _M.SAMPLE_CONFIRMED in order.route.milestones and not order.has(_M.SAMPLE_CONFIRMED)
    finished = reach(done, _M.PRODUCED, since=fact.completed_at, rules=rules, cause=cause)
    detail = "样品尚未确认，货物已生产完毕"
    if not unconfirmed:
        return finished
    return finished.then(lambda order: look_into(order, "quality", "taken", "looked_into", detail, cause))


def _found_short(order: Order, fact: ProductionCompleted, made_at: datetime, cause: Cause) -> Change[Order]:
    """A report of before they were made, of no lack, or of one that is known tells nothing new."""
    if fact.completed_at < made_at or fact.quantity_short in (0, order.works.quantity_short):
        return Change(order)
    short = order.but(works=order.works.but(quantity_short=fact.quantity_short))
    detail = f"已报生产完毕，现报短缺{fact.quantity_short}件，请核对"
    return look_into(short, "material", "taken", "looked_into", detail, cause)


def inspect(
    order: Order,
    produced_at: datetime,
    passed: bool,
    defects: tuple[Defect, ...],
    photos: tuple[FileRef, ...],
    rules: Rules,
    cause: Cause,
) -> Change[Order]:
    """Design looks at a custom order's goods; without a pass nothing leaves, and a failure sends them back to be made.

    Source: 000 §3.5.3c. Refused: `illegal_transition` before they are made, `not_authorised`, and `goods_changed` where
    they were made again since the moment that is named.
    """
    order.lifecycle.must(order.stage, "inspect")
    inspector = order.decided_by(_M.INSPECTED, cause)
    if produced_at != order.produced_at:
        raise Refused(
            f"goods were made again by {order.produced_at}; look at them and name that moment", "goods_changed"
        )
    inspection = Inspection(inspector=inspector, passed=passed, defects=defects, at=cause.at)
    return _inspected(order, inspection, photos, rules, cause)


def hear_inspection(order: Order, fact: GoodsInspected, rules: Rules, cause: Cause) -> Change[Order]:
    """Design reports what it found before shipping; the report may come before production's own."""
    if order.ended:
        return Change(order)
    inspection = Inspection(
        inspector=fact.inspector, passed=fact.outcome == "passed", defects=fact.defects, at=cause.at
    )
    return _inspected(order, inspection, fact.photos, rules, cause)


def _inspected(
    order: Order, inspection: Inspection, photos: tuple[FileRef, ...], rules: Rules, cause: Cause
) -> Change[Order]:
    works = order.works.but(inspections=(*order.works.inspections, inspection))
    event = PreShipmentInspected.of(
        order.named,
        inspector=inspection.inspector,
        outcome="passed" if inspection.passed else "failed",
        defects=inspection.defects,
        photos=photos,
    )
    if inspection.passed:
        seen = Change(order.but(works=works), (event,))
        return seen.then(lambda order: reach(order, _M.INSPECTED, since=cause.at, rules=rules, cause=cause))
    returned = tuple(each.but(returned=True) for each in order.shipment.consignments)
    unready = order.but(
        works=works.but(ready_percent=0, packed=()),
        dispatched_on=None,
        shipment=order.shipment.but(consignments=returned, arrived_at=None),
    )
    undone = (_M.PRODUCED, _M.INSPECTED, _M.DISPATCHED, _M.ARRIVED)
    change = Change(unready, (event,)).then(lambda order: lose(order, *undone, rules=rules, cause=cause))
    return change.then(lambda order: raise_exception(order, "quality", "发货前验收未通过", cause))


def report_problem(order: Order, fact: MaterialProblemReported, cause: Cause) -> Change[Order]:
    """Something hinders the order on the shop floor; it goes on the Saturday list (004 一㈡2b, 003 三5)."""
    return Change(order) if order.ended else raise_exception(order, fact.kind, fact.detail, cause)
