"""What intake makes of what it hears: a timeline, calls that are owed, orders and customers from departments."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from intake.domain.customer import customer_id_of
from intake.domain.decisions.registration import register
from intake.domain.decisions.revision import correct
from intake.domain.moment import facts_about_customers, facts_about_orders
from intake.settings import Settings
from intake.store import Stores
from kefu.example import example
from shared.aggregate import NotFound, Refused
from shared.calendar import CHINA
from shared.contracts.aftersales import ServiceOrderClosed
from shared.contracts.complaints import ComplaintClosed
from shared.contracts.departments import (
    CustomerIntroduced,
    CustomerIntroducedByEngineering,
    IntroducedCustomer,
    OrderRequested,
    OrderWithdrawn,
)
from shared.contracts.event import Actor
from shared.contracts.intake import (
    CallbackDue,
    CallbackReason,
    CallbackWithdrawn,
    Contact,
    ContactRecorded,
    CustomerAssigned,
    CustomerRegistered,
    DeadlineApproachingAtIntake,
    DeadlineMetByIntake,
    DeadlineMissedByIntake,
    DeadlineSetByIntake,
    OrderPlaced,
    Particulars,
    VisitReported,
)
from shared.contracts.notify import NotificationSent
from shared.contracts.orders import (
    AcceptancePassed,
    OrderCancelled,
    OrderStageChanged,
    ShipmentDelayed,
    ShipmentDispatched,
)
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of
from shared.testing import cause, deliver, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
RULES = nowhere(Settings).rules(CHINA)
SALES = Actor(kind="department", id="sales", role="sales")
HENGDA = IntroducedCustomer(customer_no="KH-00217", kind="intermediary", name="恒达装饰", mobile="13800138000")


@pytest.fixture
def stores(world):
    return Stores.on(world.database)


async def a_customer(stores, **particulars):
    contact = Contact(name="王建国", mobile="13800138000")
    change = register(uuid4(), Particulars(name="恒达装饰", contacts=(contact,), **particulars), "cs", cause(NOW))
    return await stores.customers.create(change, cause(NOW))


async def open_callbacks(stores):
    page = await stores.callbacks.find({"stage": "open"}, sort="due_at")
    return [(callback.reason, callback.due_at) for callback in page.items]


async def timeline(stores, customer_id):
    page = await stores.moments.find({"customer_id": customer_id}, sort="at")
    return [moment.key for moment in page.items]


def visit(**fields):
    said = {
        "visit_id": uuid4(),
        "shop_name": "明镜眼镜店",
        "customer_name": "陈先生",
        "mobile": "13700137000",
        "staff": "am-03",
        "left_at": NOW - timedelta(minutes=2),
        "reported_at": NOW,
    }
    return VisitReported(**{**said, **fields})


def accepted(customer, **fields):
    return AcceptancePassed(
        order_id=order_id_of("SO-1"),
        order_no="SO-1",
        accepted_at=NOW,
        signatory="王建国",
        customer_kind="end",
        customer=customer,
        **fields,
    )


def requested(**fields):
    said = {
        "order_no": "SO-2026-0412",
        "customer": HENGDA,
        "lines": (OrderLine(description="高隔断", quantity=2),),
        "promised_ship_date": date(2026, 11, 26),
        "sales_owner": "am-03",
        "verified_with_customer_at": NOW - timedelta(hours=1),
    }
    return OrderRequested(**{**said, **fields})


@pytest.mark.requirement("R027.b")
async def test_a_reported_visit_is_called_back_within_thirty_minutes(world, stores):
    customer = await a_customer(stores)
    due = NOW + timedelta(minutes=30)
    said = await world.hear(visit(customer_id=customer.id))
    assert [type(event) for event in said] == [DeadlineSetByIntake, CallbackDue]
    assert (said[1].customer, said[1].kind, said[1].due_at) == (customer.snapshot(), "visit_30min", due)


@pytest.mark.requirement("R026.b")
async def test_a_shop_visited_for_the_first_time_gets_a_file(world, stores):
    said = await world.hear(visit())
    assert [type(event) for event in said] == [CustomerRegistered, DeadlineSetByIntake, CallbackDue]
    assert (said[0].name, said[0].source, said[0].owner) == ("明镜眼镜店", "sales", "am-03")
    assert said[0].contacts == (Contact(name="陈先生", mobile="13700137000"),)
    assert said[2].customer.customer_id == said[0].customer_id


async def test_a_shop_is_recognised_by_its_number(world, stores):
    customer = await a_customer(stores)
    said = await world.hear(visit(mobile="13800138000"))
    assert [event.customer.customer_id for event in said if isinstance(event, CallbackDue)] == [customer.id]


def of_callbacks(events):
    """Without the duties that come round whatever else happens."""
    return tuple(event for event in events if event.kind not in ("holidays_of_next_year", "customer_class"))


@pytest.mark.requirement("R027.c")
async def test_a_callback_that_nobody_made_is_missed_once(world, stores):
    begun = next(event for event in await world.hear(visit()) if isinstance(event, DeadlineSetByIntake))
    told = of_callbacks(await world.until(NOW + timedelta(minutes=31)))
    assert [type(event) for event in told] == [DeadlineApproachingAtIntake, DeadlineMissedByIntake]
    assert {(event.deadline_id, event.kind, event.due_at) for event in (begun, *told)} == {
        (begun.deadline_id, "callback_visit", NOW + timedelta(minutes=30))
    }
    assert of_callbacks(await world.until(NOW + timedelta(days=9))) == ()


@pytest.mark.requirement("R093.a", "R093.b")
async def test_an_owner_has_a_week_for_the_first_call(world, stores):
    customer = await a_customer(stores)
    due = NOW + timedelta(days=7)
    assigned = CustomerAssigned(
        customer_id=customer.id, customer_name="恒达装饰", owner="cs-07", rule="manual", first_contact_due=due
    )
    said = await world.hear(assigned)
    assert [(event.kind, event.assignee, event.due_at) for event in said] == [
        ("first_contact", "cs-07", due),
        ("first_contact_7d", "cs-07", due),
    ]
    told = of_callbacks(await world.until(due))
    assert [(type(event), event.assignee) for event in told] == [
        (DeadlineApproachingAtIntake, "cs-07"),
        (DeadlineMissedByIntake, "cs-07"),
    ]


@pytest.mark.requirement("R029.a")
@pytest.mark.parametrize(
    ("group", "stage"),
    [
        ("plan", "平面"),
        ("rendering", "效果"),
        ("quote", "报价"),
        ("contract", "合同"),
        ("payment", "收款"),
        ("order", "下单"),
        ("installation", "安装"),
    ],
)
async def test_the_customer_is_called_at_each_of_the_seven_stages(world, stores, group, stage):
    customer = (await a_customer(stores)).snapshot()
    changed = OrderStageChanged(
        order_id=order_id_of("SO-1"),
        order_no="SO-1",
        before="a",
        after="b",
        stage_group=group,
        at=NOW,
        customer=customer,
    )
    await world.hear(changed)
    due = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert await open_callbacks(stores) == [(CallbackReason(kind="stage", stage=stage, order_no="SO-1"), due)]


async def test_a_stage_without_a_callback_obliges_nobody(world, stores):
    customer = (await a_customer(stores)).snapshot()
    changed = OrderStageChanged(
        order_id=order_id_of("SO-1"), order_no="SO-1", before="a", after="b", at=NOW, customer=customer
    )
    assert await world.hear(changed) == ()
    assert await open_callbacks(stores) == []


@pytest.mark.requirement("R070.a")
async def test_the_first_thing_after_acceptance_is_a_call(world, stores):
    await world.hear(accepted((await a_customer(stores)).snapshot()))
    due = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert await open_callbacks(stores) == [(CallbackReason(kind="post_acceptance", order_no="SO-1"), due)]


@pytest.mark.requirement("R103.a", "R103.b")
async def test_a_service_is_called_back_within_three_days_of_the_visit(world, stores):
    service = uuid4()
    closed = ServiceOrderClosed(
        service_order_id=service,
        voucher_no="FW-1",
        type="A",
        closed_at=NOW,
        serviced_at=NOW - timedelta(days=1),
        result="已更换铰链",
        closed_by="cs-07",
        customer=(await a_customer(stores)).snapshot(),
    )
    await world.hear(closed)
    due = NOW + timedelta(days=2)
    reason = CallbackReason(kind="post_service_3d", service_order_id=service, on=date(2026, 11, 19))
    assert await open_callbacks(stores) == [(reason, due)]
    told = of_callbacks(await world.until(due))
    assert [(type(event), event.kind) for event in told] == [
        (DeadlineApproachingAtIntake, "callback_service"),
        (DeadlineMissedByIntake, "callback_service"),
    ]


async def test_internal_work_has_nobody_to_call(world, stores):
    closed = ServiceOrderClosed(
        service_order_id=uuid4(), voucher_no="FW-1", type="D", closed_at=NOW, result="盘点", closed_by="cs-07"
    )
    assert await world.hear(closed) == ()


@pytest.mark.requirement("R105.c")
async def test_a_closed_complaint_is_called_back(world, stores):
    closed = ComplaintClosed(
        complaint_id=uuid4(),
        complaint_no="2026-11-0007",
        closed_at=NOW,
        days_used=4,
        within_six_days=True,
        outcome="resolved",
        customer=(await a_customer(stores)).snapshot(),
    )
    await world.hear(closed)
    due = NOW + timedelta(days=3)
    assert await open_callbacks(stores) == [(CallbackReason(kind="post_complaint", complaint_no="2026-11-0007"), due)]


@pytest.mark.requirement("R105.d")
async def test_a_complaint_that_was_taken_up_again_under_a_new_number_is_not_called_back(world, stores):
    closed = ComplaintClosed(
        complaint_id=uuid4(),
        complaint_no="2026-11-0007",
        closed_at=NOW,
        days_used=4,
        within_six_days=True,
        outcome="resubmitted",
        customer=(await a_customer(stores)).snapshot(),
    )
    assert await world.hear(closed) == ()
    assert await open_callbacks(stores) == []


def delayed(customer, order_no="SO-1"):
    return ShipmentDelayed(
        order_id=order_id_of(order_no),
        order_no=order_no,
        contract_ship_date=date(2026, 11, 26),
        new_ship_date=date(2026, 11, 30),
        delay_days=4,
        reason_code="goods_incomplete",
        reason_text="玻璃未到",
        told_before_contract_date=True,
        customer=customer,
    )


async def test_a_delay_is_also_told_by_phone(world, stores):
    said = await world.hear(delayed((await a_customer(stores)).snapshot()))
    assert [(event.kind, event.about) for event in said if isinstance(event, DeadlineSetByIntake)] == [
        ("callback_delay", "SO-1")
    ]
    assert [(event.kind, event.order_no) for event in said if isinstance(event, CallbackDue)] == [("delay", "SO-1")]


async def test_of_several_delays_of_an_order_the_customer_is_called_about_the_last(world, stores):
    customer = (await a_customer(stores)).snapshot()
    first, second = uuid4(), uuid4()
    for id, order_no in ((first, "SO-1"), (uuid4(), "SO-2"), (second, "SO-1")):
        world.time.advance(timedelta(hours=1))
        await world.hear(delayed(customer, order_no), id=id)
    owed = [each async for each in stores.callbacks.each({"stage": "open"})]
    assert sorted(str(each.reason.order_no) for each in owed) == ["SO-1", "SO-2"]
    (replaced,) = [each async for each in stores.callbacks.each({"stage": "withdrawn"})]
    assert (replaced.file[-1].content, replaced.deadlines) == ({"reason": "newer_call"}, ())
    await world.hear(delayed(customer), id=first)
    assert len(await open_callbacks(stores)) == 2


async def test_what_is_owed_about_a_cancelled_order_is_owed_no_more(world, stores):
    customer = (await a_customer(stores)).snapshot()
    about = {"order_id": order_id_of("SO-1"), "order_no": "SO-1", "customer": customer}
    await world.hear(delayed(customer))
    await world.hear(OrderStageChanged(before="review", after="plan", stage_group="plan", at=NOW, **about))
    assert len(await open_callbacks(stores)) == 2
    said = await world.hear(OrderCancelled(stage="plan", reason="客户项目取消", by="cs-manager-01", **about))
    assert await open_callbacks(stores) == []
    ended = [event.outcome for event in said if isinstance(event, DeadlineMetByIntake)]
    assert ended == ["no_longer_needed", "no_longer_needed"]
    calls = {each.id async for each in stores.callbacks.each({"stage": "withdrawn"})}
    told = [event for event in said if isinstance(event, CallbackWithdrawn)]
    assert {event.callback_id for event in told} == calls
    assert [(event.customer_id, event.reason) for event in told] == [(customer.customer_id, "order_cancelled")] * 2
    await world.until(world.time.now() + timedelta(days=3))
    assert [event for event in world.announced if isinstance(event, DeadlineMissedByIntake)] == []


def departed(customer, order_no="SO-1", **fields):
    about = {"order_id": order_id_of(order_no), "order_no": order_no, "customer": customer}
    return ShipmentDispatched(shipment_id=uuid4(), left_at=NOW, **about, **fields)


async def test_once_the_goods_have_left_no_one_is_to_be_called_about_their_delay(world, stores):
    customer = (await a_customer(stores)).snapshot()
    await world.hear(delayed(customer))
    await world.hear(delayed(customer, "SO-2"))
    world.time.advance(timedelta(hours=1))
    await world.hear(departed(customer))
    assert [reason.order_no for reason, _ in await open_callbacks(stores)] == ["SO-2"]
    (withdrawn,) = [each async for each in stores.callbacks.each({"stage": "withdrawn"})]
    assert withdrawn.file[-1].content == {"reason": "goods_left"}

    late = delayed(customer).but(kind="arrive")
    world.time.advance(timedelta(hours=1))
    await world.hear(late)
    await world.hear(departed(customer, revision=2))
    assert sorted(str(reason.order_no) for reason, _ in await open_callbacks(stores)) == ["SO-1", "SO-2"]


@pytest.mark.parametrize("over", ["cancelled", "left"])
async def test_a_delay_that_is_heard_after_its_order_was_cancelled_or_left_obliges_to_no_call(world, stores, over):
    customer = (await a_customer(stores)).snapshot()
    about = {"order_id": order_id_of("SO-1"), "order_no": "SO-1", "customer": customer}
    cancelled = OrderCancelled(stage="plan", reason="客户项目取消", by="cs-manager-01", **about)
    world.time.advance(timedelta(hours=1))
    await world.hear(cancelled if over == "cancelled" else departed(customer))
    world.time.set(NOW)
    await world.hear(delayed(customer))
    await world.hear(delayed(customer, "SO-2"))
    assert [reason.order_no for reason, _ in await open_callbacks(stores)] == ["SO-2"]


async def test_a_stage_that_is_heard_after_its_order_was_cancelled_obliges_to_no_call(world, stores):
    customer = (await a_customer(stores)).snapshot()
    about = {"order_id": order_id_of("SO-1"), "order_no": "SO-1", "customer": customer}
    planned = OrderStageChanged(before="review", after="plan", stage_group="plan", at=NOW, **about)
    cancelled = OrderCancelled(stage="plan", reason="客户项目取消", by="cs-manager-01", **about)
    await world.hear(cancelled, at=NOW + timedelta(hours=1))
    await world.hear(planned, at=NOW)
    assert await open_callbacks(stores) == []
    await world.hear(planned, at=NOW + timedelta(hours=2))
    assert [reason.order_no for reason, _ in await open_callbacks(stores)] == ["SO-1"]


async def test_the_same_fact_heard_three_times_obliges_once(world, stores):
    event, id = accepted((await a_customer(stores)).snapshot()), uuid4()
    heard = [await world.hear(event, id=id) for _ in range(3)]
    assert [len(said) for said in heard] == [2, 0, 0]
    assert len(await open_callbacks(stores)) == 1


@pytest.mark.requirement("R192.a")
async def test_the_timeline_has_what_every_service_says_in_the_order_in_which_it_happened(world, stores):
    customer = await a_customer(stores)
    sent = example(NotificationSent).but(customer_id=customer.id)
    closed = ComplaintClosed(
        complaint_id=uuid4(),
        complaint_no="2026-11-0007",
        closed_at=NOW,
        days_used=1,
        within_six_days=True,
        outcome="resolved",
        customer=customer.snapshot(),
    )
    await deliver(world.service.subscriptions, sent, at=NOW + timedelta(minutes=2))
    await deliver(world.service.subscriptions, closed, at=NOW + timedelta(minutes=1))
    await world.hear(accepted(customer.snapshot()))
    assert await timeline(stores, customer.id) == [
        "orders.acceptance_passed.v1",
        "complaints.complaint_closed.v1",
        "notify.notification_sent.v1",
    ]


@pytest.mark.requirement("R192.a")
async def test_the_timeline_keeps_what_was_said_but_not_the_customer_again(world, stores):
    customer = await a_customer(stores)
    await world.hear(accepted(customer.snapshot()))
    moment = (await stores.moments.find({"customer_id": customer.id})).items[0]
    assert moment.said == {
        "order_id": str(order_id_of("SO-1")),
        "order_no": "SO-1",
        "accepted_at": "2026-11-20T06:00:00.000000Z",
        "signatory": "王建国",
        "customer_kind": "end",
    }


@pytest.mark.requirement("R192.a")
@pytest.mark.parametrize("fact", facts_about_customers(), ids=lambda fact: fact.key)
async def test_every_fact_about_a_customer_goes_into_the_timeline(world, stores, fact):
    customer = await a_customer(stores)
    named = {"customer": customer.snapshot(), "customer_id": customer.id}
    event = example(fact)
    event = event.but(**{name: named[name] for name in named.keys() & fact.model_fields.keys()})
    await world.hear(event)
    assert await timeline(stores, customer.id) == [fact.key]


@pytest.mark.requirement("R192.e")
@pytest.mark.parametrize("fact", facts_about_orders(), ids=lambda fact: fact.key)
async def test_a_fact_about_a_customer_s_order_goes_into_the_timeline_though_it_does_not_name_the_customer(
    world, stores, fact
):
    await world.hear(requested(), actor=SALES)
    before = await timeline(stores, customer_id_of("sales", "KH-00217"))
    await world.hear(example(fact).but(order_id=order_id_of("SO-2026-0412"), order_no="SO-2026-0412"))
    assert set(await timeline(stores, customer_id_of("sales", "KH-00217"))) - set(before) == {fact.key}


async def test_a_fact_about_an_order_that_intake_did_not_take_is_in_no_timeline(world, stores):
    (fact, *_) = facts_about_orders()
    assert await world.hear(example(fact)) == ()
    assert (await stores.moments.find()).items == ()


@pytest.mark.requirement("R192.a")
def test_every_service_of_ours_feeds_the_timeline(world):
    publishers = {subscription.event.publisher() for subscription in world.service.subscriptions}
    assert publishers >= {"intake", "orders", "complaints", "aftersales", "notify"}
    assert ContactRecorded in {subscription.event for subscription in world.service.subscriptions}


@pytest.mark.requirement("R122.a", "R122.b")
@pytest.mark.parametrize(
    ("event", "source"),
    [
        (CustomerIntroduced(customer=HENGDA, found_by="am-03"), "sales"),
        (CustomerIntroducedByEngineering(customer=HENGDA, found_by="foreman-02"), "engineering"),
    ],
)
async def test_departments_feed_the_customer_file(world, stores, event, source):
    said = await world.hear(event)
    assert [(each.customer_id, each.source) for each in said] == [(customer_id_of(source, "KH-00217"), source)]
    assert await world.hear(event) == ()


@pytest.mark.requirement("R123.b")
async def test_sales_places_an_order_over_the_bus_and_its_customer_gets_a_file(world, stores):
    said = await world.hear(requested(), actor=SALES)
    customer_id = customer_id_of("sales", "KH-00217")
    assert [type(event) for event in said] == [CustomerRegistered, OrderPlaced]
    assert said[1] == OrderPlaced(
        order_id=order_id_of("SO-2026-0412"),
        order_no="SO-2026-0412",
        customer=CustomerSnapshot(customer_id=customer_id, kind="intermediary", name="恒达装饰", mobile="13800138000"),
        kind="standard",
        lines=(OrderLine(description="高隔断", quantity=2),),
        requested_ship_date=date(2026, 11, 26),
        sales_owner="am-03",
        intake_channel="department",
        source_department="sales",
        verified_by="am-03",
        verified_at=NOW - timedelta(hours=1),
    )


@pytest.mark.requirement("R123.b")
async def test_an_order_that_sales_did_not_verify_waits_for_us(world, stores):
    said = await world.hear(requested(verified_with_customer_at=None), actor=SALES)
    assert [type(event) for event in said] == [CustomerRegistered]
    assert (await stores.orders.get(order_id_of("SO-2026-0412"))).stage == "unverified"


async def test_sales_may_verify_after_the_time_at_which_it_dates_the_order(world):
    said = await world.hear(requested(verified_with_customer_at=NOW + timedelta(hours=2)))
    assert [type(event) for event in said] == [CustomerRegistered, OrderPlaced]


async def test_our_own_file_knows_the_customer_better_than_an_order(world, stores):
    await world.hear(requested())
    id = customer_id_of("sales", "KH-00217")
    moved = (Contact(name="李雷", mobile="13900139000"),)
    correcting = cause(NOW)
    await stores.customers.apply(
        id, lambda customer: correct(customer, {"contacts": moved}, "客户来电", correcting), correcting
    )
    said = await world.hear(requested(order_no="SO-2026-0413"))
    assert [event.customer.mobile for event in said] == ["13900139000"]


async def test_the_same_order_in_a_second_message_is_taken_once(world, stores):
    await world.hear(requested())
    assert await world.hear(requested()) == ()
    with pytest.raises(Refused):
        await world.hear(requested(kind="custom"))


async def test_a_withdrawn_order_is_not_placed_any_more(world, stores):
    await world.hear(requested(verified_with_customer_at=None))
    await world.hear(OrderWithdrawn(order_no="SO-2026-0412", reason="客户项目取消"))
    assert (await stores.orders.get(order_id_of("SO-2026-0412"))).stage == "withdrawn"


async def test_a_withdrawal_that_comes_before_its_order_is_tried_again_later(world):
    with pytest.raises(NotFound):
        await world.hear(OrderWithdrawn(order_no="SO-9", reason="取消"))


async def test_a_visit_to_a_customer_that_is_not_there_yet_is_tried_again_later(world):
    with pytest.raises(NotFound):
        await world.hear(visit(customer_id=UUID(int=7)))
