"""The customer hears first: readiness, delays, promises, forecasts."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from orders.domain.decisions.delay import postpone, slip
from orders.domain.decisions.pace import learn
from orders.domain.decisions.promise import agree, break_promise, keep_promise, promise
from orders.domain.decisions.shipment import send
from orders.domain.pace import SAMPLE, Pace, StagePace
from orders.domain.parts.delay import REASONS
from shared.aggregate import Refused
from shared.contracts import departments as facts
from shared.contracts import orders as said
from shared.contracts.vocabulary import CustomerSnapshot

SHIP_ON = date(2026, 11, 26)


def morning(day, hour=9):
    """That hour in Shanghai."""
    return datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC)


async def ready_to_ship(company):
    await company.place()
    await company.run_to("shipping")


@pytest.mark.requirement("R056.a", "R057.a")
async def test_goods_that_are_ready_are_announced_the_day_before(company):
    await ready_to_ship(company)
    await company.fact(facts.CrewReported, available=True)
    await company.until(morning(SHIP_ON, 12))

    assessed = company.announced(said.ShipmentReadinessAssessed)
    (ready,) = company.announced(said.ShipmentReady)
    sent = [envelope.at for envelope in company.database.outbox.envelopes if envelope.key == said.ShipmentReady.key]
    assert [event.verdict for event in assessed] == ["on_time", "on_time", "on_time"]
    assert ready.ship_at == morning(SHIP_ON)
    assert sent == [morning(date(2026, 11, 25))]


@pytest.mark.requirement("R056.c")
async def test_without_word_of_the_installers_nothing_is_said_to_be_ready_and_they_are_why_it_is_late(company):
    await ready_to_ship(company)
    await company.until(morning(SHIP_ON, 12))
    assert [event.verdict for event in company.announced(said.ShipmentReadinessAssessed)] == ["unknown"] * 4
    assert company.announced(said.ShipmentReady) == []
    await company.until(datetime(2026, 11, 26, 16, tzinfo=UTC))
    (delayed,) = await company.delays()
    assert (delayed.reason_code, delayed.estimated) == ("installers_unavailable", True)


@pytest.mark.requirement("R057.c")
@pytest.mark.parametrize(
    ("at", "leaves_at"),
    [
        (morning(date(2026, 11, 25), 15), morning(SHIP_ON)),
        (morning(date(2026, 11, 25), 20), morning(SHIP_ON)),
        (morning(SHIP_ON, 8), morning(SHIP_ON)),
        (morning(SHIP_ON, 11), morning(SHIP_ON, 18)),
    ],
)
@pytest.mark.parametrize("last", ["goods", "installers"])
async def test_what_is_ready_after_the_last_morning_is_told_in_words_that_are_true_then(company, last, at, leaves_at):
    await company.place()
    if last == "goods":
        await company.run_to("production")
        await company.fact(facts.ProductionProgressed, ready_percent=90, expected_ready_on=SHIP_ON)
        await company.fact(facts.CrewReported, available=True)
    else:
        await company.run_to("shipping")
    await company.until(at)
    assert company.announced(said.ShipmentReady) == []
    if last == "goods":
        await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=24)
    else:
        await company.fact(facts.CrewReported, available=True)
    await company.until(at + timedelta(minutes=1))
    (ready,) = company.announced(said.ShipmentReady)
    assert ready.ship_at == leaves_at
    assert company.announced(said.ShipmentDelayed) == []


@pytest.mark.requirement("R056.a", "R056.e", "R059.a")
async def test_goods_that_are_not_ready_on_the_last_morning_are_late_and_told_before_the_contract_date(company):
    await company.place()
    await company.release()
    await company.until(morning(SHIP_ON, 12))

    assert [event.verdict for event in company.announced(said.ShipmentReadinessAssessed)] == [
        "unknown",
        "unknown",
        "late",
    ]
    (delayed,) = company.announced(said.ShipmentDelayed)
    assert (delayed.reason_code, delayed.delay_days, delayed.told_before_contract_date) == ("goods_incomplete", 3, True)
    assert delayed.responsible_department == "production"


@pytest.mark.requirement("R056.b", "R059.b")
async def test_missing_installers_are_a_reason_of_their_own(company):
    await ready_to_ship(company)
    await company.fact(facts.CrewReported, available=False, available_from=date(2026, 11, 29))
    await company.until(morning(date(2026, 11, 23), 12))

    (delayed,) = company.announced(said.ShipmentDelayed)
    assert (delayed.reason_code, delayed.new_ship_date, delayed.delay_days) == (
        "installers_unavailable",
        date(2026, 11, 29),
        3,
    )
    assert (delayed.reason_text, delayed.responsible_department) == ("安装人员调配", "engineering")


@pytest.mark.requirement("R024.a")
async def test_ordinary_installers_are_of_no_use_to_a_custom_order(company):
    await company.place("custom")
    await company.run_to("shipping")
    await company.fact(facts.CrewReported, skill="senior", available=False, available_from=date(2026, 11, 29))
    await company.fact(facts.CrewReported, skill="ordinary", available=True)
    await company.until(morning(date(2026, 11, 23), 12))

    (delayed,) = company.announced(said.ShipmentDelayed)
    assert (delayed.reason_code, delayed.new_ship_date) == ("installers_unavailable", date(2026, 11, 29))


async def test_installers_who_will_be_free_in_time_delay_nothing(company):
    await ready_to_ship(company)
    await company.fact(facts.CrewReported, available=False, available_from=date(2026, 11, 25))
    await company.fact(facts.CrewReported, available=True)
    await company.until(morning(SHIP_ON, 12))
    assert company.announced(said.ShipmentDelayed) == []


@pytest.mark.requirement("R056.a")
async def test_goods_expected_on_the_very_day_are_not_late_on_its_eve_but_are_when_it_ends(company):
    await company.place()
    await company.release()
    await company.fact(facts.ProductionProgressed, ready_percent=90, expected_ready_on=SHIP_ON)
    await company.until(morning(SHIP_ON, 12))
    assert company.announced(said.ShipmentDelayed) + company.announced(said.ShipmentReady) == []
    await company.until(datetime(2026, 11, 26, 16, tzinfo=UTC))
    assert [event.delay_days for event in await company.delays()] == [3]


async def test_news_on_the_evening_before_the_new_day_is_one_slip_and_not_two(company):
    await company.place()
    await company.release()
    company.now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    await company.until(company.now)
    (first,) = await company.delays()
    company.now = morning(first.new_ship_date, 20) - timedelta(days=1)
    await company.fact(
        facts.ProductionDelayed, expected_ready_on=first.new_ship_date + timedelta(days=1), reason_text="缺料"
    )
    await company.until(company.now + timedelta(hours=1))
    assert [event.delay_days for event in await company.delays()] == [first.delay_days, first.delay_days + 1]


@pytest.mark.requirement("R056.a")
async def test_a_contract_signed_late_is_looked_at_at_once_and_never_in_the_past(company):
    company.now = datetime(2026, 11, 25, 10, tzinfo=UTC)
    await company.place()
    await company.release()
    await company.until(company.now)
    *_, assessed = [each for each in company.database.outbox.envelopes if "readiness" in each.key]
    assert assessed.at == company.now
    (delayed,) = await company.delays()
    assert delayed.told_before_contract_date


async def test_goods_that_are_known_to_be_late_are_told_at_the_first_look(company):
    await company.place()
    await company.release()
    await company.fact(facts.ProductionProgressed, ready_percent=60, expected_ready_on=SHIP_ON)
    assert company.announced(said.ShipmentDelayed) == []
    await company.fact(facts.ProductionProgressed, ready_percent=60, expected_ready_on=date(2026, 11, 28))
    (delayed,) = await company.delays()
    assert (delayed.delay_days, delayed.ready_percent) == (2, 60)


async def test_every_reason_has_words_that_a_customer_may_read():
    assert all(reason.text and not reason.text.isascii() for reason in REASONS.values())


@pytest.mark.parametrize(
    ("now", "told"), [(datetime(2026, 11, 25, 15, tzinfo=UTC), True), (datetime(2026, 11, 25, 16, tzinfo=UTC), False)]
)
async def test_told_in_time_means_before_the_contract_s_day_begins_in_shanghai(company, now, told):
    await ready_to_ship(company)
    company.now = now
    await company.decide(slip, date(2026, 11, 30), "transport", None, role="planner")
    (delayed,) = await company.delays()
    assert delayed.told_before_contract_date is told


async def test_a_date_that_is_no_later_than_what_was_told_is_no_news(company):
    await company.place()
    await company.release()
    for day in (26, 30, 30, 28):
        await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 11, day), reason_text="缺料")
    assert [event.delay_days for event in await company.delays()] == [4]


@pytest.mark.requirement("R058.b")
async def test_when_a_part_has_left_only_the_rest_is_late(company):
    await company.place()
    await company.run_to("shipping")
    await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 11, 28), reason_text="缺料")
    await company.delays()
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="A", partial=True)
    await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 11, 30), reason_text="缺料")
    await company.delays()

    assert [(event.delay_days, event.goods) for event in await company.delays()] == [(2, "all"), (4, "rest")]


async def test_three_slips_are_an_exception_for_saturday(company):
    await company.place()
    await company.release()
    for day in (27, 28, 29):
        await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 11, day), reason_text="缺料")
        slips = await company.delays()

    (raised,) = company.announced(said.OrderExceptionRaised)
    assert [(event.revision, event.delay_days) for event in slips] == [(1, 1), (2, 2), (3, 3)]
    assert (raised.kind, raised.detail) == ("schedule", "第3次延期，已比合同推迟3天（部分材料尚未备齐）")


async def test_a_slip_before_the_contract_is_signed_is_nobody_s_delay(company):
    await company.place()
    await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 12, 30), reason_text="缺料")
    assert company.announced(said.ShipmentDelayed) == []


async def test_goods_that_were_announced_and_did_not_leave_break_the_promise(company):
    await ready_to_ship(company)
    await company.fact(facts.CrewReported, available=True)
    await company.until(datetime(2026, 11, 26, 16, tzinfo=UTC))

    (delayed,) = await company.delays()
    assert (delayed.reason_code, delayed.delay_days, delayed.told_before_contract_date) == ("transport", 3, False)
    assert (await company.order()).promises.given[0].stage == "broken"


async def test_after_a_delay_readiness_is_looked_at_again_before_the_new_day(company):
    await company.place()
    await company.release()
    await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 11, 30), reason_text="缺料")
    await company.design()
    await company.make()
    await company.fact(facts.CrewReported, available=True)
    await company.until(morning(date(2026, 11, 29), 12))
    (ready,) = company.announced(said.ShipmentReady)
    assert ready.ship_at == morning(date(2026, 11, 30))


@pytest.mark.requirement("R200.a")
async def test_a_promise_says_who_gave_it_from_what_and_what_became_of_it(company):
    await ready_to_ship(company)
    company.now = morning(SHIP_ON)
    await company.fact(facts.GoodsDispatched, left_at=company.now, eta=company.now + timedelta(days=1))
    company.later(days=3)
    await company.fact(facts.ShipmentArrived, arrived_at=company.now)

    ship, arrive = (await company.order()).promises.given
    assert (ship.kind, ship.on, ship.basis, ship.given_by, ship.stage) == (
        "ship",
        SHIP_ON,
        "contract",
        "cs_director-1",
        "kept",
    )
    assert (arrive.kind, arrive.basis, arrive.stage) == ("arrive", "plan", "broken")
    broken = await company.orders.find({"promises.given.stage": "broken"}, sort="placed_on")
    assert [order.order_no for order in broken.items] == ["SO-2026-0412"]


@pytest.mark.requirement("R200.a")
async def test_a_day_agreed_with_the_customer_is_watched_until_its_end(company):
    await ready_to_ship(company)
    await company.decide(promise, "install", date(2026, 11, 20), "plan", role="order_specialist")
    await company.until(datetime(2026, 11, 20, 16, tzinfo=UTC))
    (raised,) = company.announced(said.OrderExceptionRaised)
    assert (raised.kind, raised.detail) == ("installer", "原定2026-11-20进场安装，到期未实现")


@pytest.mark.requirement("R200.b")
@pytest.mark.parametrize(
    ("kind", "on", "code"),
    [
        ("arrive", date(2026, 9, 29), "past_day"),
        ("ship", date(2026, 11, 27), "needs_reason"),
    ],
)
async def test_a_day_that_cannot_be_kept_is_not_agreed(company, kind, on, code):
    await company.place()
    await company.sign_contract()
    with pytest.raises(Refused) as refused:
        await company.decide(agree, kind, on, role="planner")
    assert refused.value.code == code


async def test_what_has_happened_is_not_promised(company):
    await company.place()
    await company.run_to("transport")
    with pytest.raises(Refused) as refused:
        await company.decide(agree, "ship", date(2026, 11, 20), role="planner")
    assert refused.value.code == "happened_already"


@pytest.mark.parametrize(
    ("left_at", "code"), [("1926-11-20T02:00:00Z", "long_past"), ("2126-11-20T02:00:00Z", "time_ahead")]
)
async def test_goods_leave_at_the_time_at_which_they_left(company, left_at, code):
    await company.place()
    await company.run_to("shipping")
    fact = facts.GoodsDispatched(order_no=company.order_no, left_at=left_at)
    with pytest.raises(Refused) as refused:
        await company.decide(send, fact, role="warehouse")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("stage", "on", "code"),
    [
        ("review", date(2026, 12, 5), "no_ship_date"),
        ("making", date(2026, 11, 26), "not_later"),
        ("transport", date(2026, 12, 5), "left_already"),
        ("closed", date(2026, 12, 5), "illegal_transition"),
    ],
)
async def test_a_delay_that_nobody_would_hear_of_is_refused(company, stage, on, code):
    await company.place()
    await company.run_to(stage)
    with pytest.raises(Refused) as refused:
        await company.decide(postpone, on, "transport", None, role="planner")
    assert refused.value.code == code


@pytest.mark.requirement("R200.c")
async def test_a_day_that_is_agreed_or_changed_by_agreement_is_announced_as_such(company):
    await ready_to_ship(company)
    for day in (20, 24, 24):
        await company.decide(agree, "arrive", date(2026, 11, day), role="order_specialist")
    told = [
        (each.kind, each.promised_for.day, each.revision)
        for each in company.announced(said.DeliveryDatePromised)
        if each.agreed
    ]
    assert told == [("arrive", 20, 1), ("arrive", 24, 2)]


async def test_the_same_day_once_more_is_no_new_promise(company):
    await ready_to_ship(company)
    await company.decide(promise, "arrive", date(2026, 11, 28), "plan", role="order_specialist")
    assert await company.decide(promise, "arrive", date(2026, 11, 28), "plan", role="order_specialist") == ()


@pytest.mark.parametrize(("happened", "stage"), [(date(2026, 11, 28), "kept"), (date(2026, 11, 29), "broken")])
async def test_a_broken_promise_turns_out_kept_when_the_news_was_late(company, happened, stage):
    await ready_to_ship(company)
    await company.decide(promise, "arrive", date(2026, 11, 28), "plan", role="order_specialist")
    await company.decide(break_promise, "arrive")
    assert (await company.order()).promises.given[-1].stage == "broken"

    await company.decide(keep_promise, "arrive", happened)

    assert (await company.order()).promises.given[-1].stage == stage


def test_a_percentile_is_a_duration_that_was_really_needed():
    pace = StagePace(stage="production", hours=tuple(float(n) for n in range(1, 11)))
    assert (pace.percentile(50), pace.percentile(80), pace.percentile(100)) == (5.0, 8.0, 10.0)
    assert StagePace(stage="x", hours=(7.0,)).percentile(50) == 7.0


def test_only_the_latest_durations_count(company):
    pace, begin, cause = Pace.blank("standard.v1"), datetime(2026, 11, 1, tzinfo=UTC), company.cause()
    for n in range(SAMPLE + 5):
        left = said.OrderStageChanged(
            order_id=UUID(int=n),
            order_no=f"S-{n}",
            customer=CustomerSnapshot(customer_id=UUID(int=7), kind="end", name="广州恒达装饰"),
            before="production",
            after="packaging",
            at=begin + timedelta(hours=n),
            route="standard.v1",
            entered_at=begin,
        )
        pace = learn(pace, left, cause).state
    assert pace.stages == (StagePace(stage="production", hours=tuple(float(n) for n in range(5, SAMPLE + 5))),)


def test_a_forecast_adds_up_what_is_left_and_plans_where_nothing_is_known():
    pace = Pace.blank("standard.v1").but(
        stages=(StagePace(stage="production", hours=(100.0, 200.0, 300.0, 400.0, 1000.0)),)
    )
    since = datetime(2026, 10, 1, tzinfo=UTC)
    expected = pace.forecast("production", since, {"shipping": 2})
    assert expected.likely == since + timedelta(hours=300 + 48)
    assert expected.safe == since + timedelta(hours=400 + 48)


async def test_staff_are_warned_once_when_our_own_durations_make_the_day_unlikely(company):
    await company.place(requested_ship_date=date(2026, 10, 20))
    await company.release()

    (warning,) = company.announced(said.DeadlineApproachingAtOrders)
    assert (warning.kind, warning.about, warning.assignee_role) == ("ship_by", "SO-2026-0412", "order_specialist")
    pace = await company.stores.paces.get(Pace.blank("standard.v1").id)
    assert pace.of("review").hours == (0.0,)


async def test_a_day_that_is_far_away_warns_nobody(company):
    await company.place(requested_ship_date=date(2026, 12, 31))
    await company.release()
    assert company.announced(said.DeadlineApproachingAtOrders) == []
