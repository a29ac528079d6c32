"""Which later fact settles what waits over a night: played for every entry of the policy, in both orders."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4, uuid5

import pytest
from customers import CUSTOMER, customer
from endings import EVENING, Pair, pairs
from facts import agreed, callback, credited, delayed, dispatched, dunned, falls_due, of_order, ready
from hypothesis import given
from hypothesis import strategies as st
from lines import sample
from notify_in_memory import POLICIES, TABLES, InMemoryNotify

from notify.domain.decisions.asking import end
from notify.domain.parts.answer import Answer, retry_later
from notify.gateways.gateway import Outgoing
from shared.contracts.aftersales import (
    CustomerChargePaid,
    CustomerChargeRaised,
    CustomerChargeRefunded,
    ServiceAppointmentAgreed,
    ServiceDispatched,
    ServiceOrderCalledOff,
    ServiceVisitPutOff,
)
from shared.contracts.departments import PaymentReceived
from shared.contracts.event import Event, Money
from shared.contracts.intake import CallbackDue, CallbackWaived, CallbackWithdrawn
from shared.contracts.orders import (
    DeadlineMetByOrders,
    DeadlineMissedByOrders,
    DunningHeld,
    OrderCancelled,
    PaymentDue,
    PaymentRecorded,
    ProductionScheduled,
)
from shared.contracts.vocabulary import order_id_of
from shared.policy import Policies
from shared.testing import cause

POLICY = POLICIES.version(1)
ALL_REST = POLICY.but(
    purposes=tuple(
        each.but(rest=True, expires=timedelta(days=3), merge=min(each.merge, timedelta(minutes=1)))
        for each in POLICY.purposes
    ),
    milestones={"production": ()},
)
"""As a company has it that tells its staff and customers nothing at night."""
MORNING = EVENING + timedelta(hours=11)
HOUR = timedelta(hours=1)
HEARD = EVENING + 2 * HOUR
ASKED, OVER = uuid4(), uuid4()
PLAYED = list(pairs())
PAIRS = pytest.mark.parametrize("pair", PLAYED, ids=str)


DAY = date(2026, 11, 26)
CHARGED = Money(amount="180.00")
JOB = {"service_order_id": uuid4(), "voucher_no": "FW-1", "customer": CUSTOMER}
WINDOW = {**JOB, "begins": MORNING, "ends": MORNING + HOUR, "agreed_with": "王建国"}
CHARGE = {**JOB, "amount": CHARGED, "mode": "on_spot"}


def waived(call: CallbackDue) -> CallbackWaived:
    return CallbackWaived(
        callback_id=call.callback_id, customer_id=call.customer.customer_id, reason="special", approved_by="cs-01"
    )


def due(order_no: str = "SO-2026-0412") -> PaymentDue:
    given = {"kind": "initial", "amount": Money(amount="3000.00"), "due_on": DAY}
    return of_order(PaymentDue, order_no, **given, collector_role="account_manager", collector="am-03")


def paid_in_full(order_no: str = "SO-2026-0412") -> PaymentRecorded:
    return of_order(
        PaymentRecorded,
        order_no,
        kind="initial",
        amount=Money(amount="3000.00"),
        outstanding=Money(amount="7000.00"),
        left=Money(amount="0.00"),
        received_at=EVENING,
    )


LATE = DeadlineMissedByOrders(
    deadline_id=uuid4(), kind="collect", about="SO-2026-0412", due_at=EVENING, assignee="am-03"
)
CALL = callback("am-03")
FACTS: tuple[Event, ...] = (
    of_order(ProductionScheduled, begin=DAY, finish=DAY, delivery_on=DAY),
    delayed(days=4),
    delayed(days=7, revision=2),
    delayed(kind="arrive", revision=3),
    agreed("ship"),
    agreed("ship", revision=2),
    agreed("install"),
    ready(),
    dispatched(eta=EVENING + timedelta(days=2)),
    of_order(OrderCancelled, stage="production", reason="客户取消", by="cs-07"),
    dunned(),
    dunned(2),
    falls_due(DAY),
    credited(),
    due(),
    paid_in_full(),
    DunningHeld(order_id=order_id_of("SO-2026-0412"), order_no="SO-2026-0412", complaint_id=uuid4()),
    LATE,
    DeadlineMetByOrders(**LATE.model_dump(include={"deadline_id", "kind", "about", "due_at"}), met_at=EVENING),
    CALL,
    waived(CALL),
    CustomerChargeRaised(**CHARGE),
    CustomerChargePaid(**CHARGE),
    CustomerChargeRefunded(**JOB, amount=CHARGED, refunded_at=EVENING, by="finance-01"),
    ServiceDispatched(**JOB, technician="tech-05", at=EVENING),
    ServiceDispatched(**JOB, technician="tech-06", at=EVENING + HOUR),
    ServiceAppointmentAgreed(**WINDOW, technician="tech-06"),
    ServiceAppointmentAgreed(**WINDOW, technician="tech-06", moved_from=MORNING - HOUR),
    ServiceAppointmentAgreed(**WINDOW, moved_from=MORNING),
    ServiceVisitPutOff(**JOB, appointment=DAY),
    ServiceOrderCalledOff(**JOB, reason="已自行修好"),
)
"""What may happen in one night to an order, a job and the duties about them."""


@pytest.fixture(scope="module")
def one_loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def overnight() -> InMemoryNotify:
    return InMemoryNotify(at=EVENING, policies=Policies([ALL_REST]))


async def told(notify: InMemoryNotify, pair: Pair, *heard: tuple[Event, datetime, UUID]) -> int:
    """How many get the pair's message in the morning, when these facts were heard in the evening in this order."""
    notify.forget()
    notify.time.set(HEARD)
    for fact, at, id in heard:
        await notify.world.hear(fact, id=id, at=at)
    notify.time.set(MORNING)
    await notify.send()
    sent = [piece for each in await notify.all() if each.stage == "accepted" for piece in each.pieces]
    return sum((piece.trigger, piece.message) == (ASKED, pair.rule.message) for piece in sent)


async def in_both_orders(notify: InMemoryNotify, pair: Pair, asked: datetime, over: datetime) -> list[int]:
    """How many are told of what was asked for at that moment and was over at the other, in both orders of hearing."""
    waits = (pair.waits(), asked, ASKED)
    ends = (pair.ends(waits[0]), over, OVER)
    return [await told(notify, pair, waits, ends), await told(notify, pair, ends, waits)]


@PAIRS
async def test_what_a_later_fact_settles_is_told_nobody_in_the_morning(overnight: InMemoryNotify, pair: Pair) -> None:
    assert await told(overnight, pair, (pair.waits(), EVENING, ASKED)) > 0
    assert await in_both_orders(overnight, pair, EVENING, EVENING + HOUR) == [0, 0]


@PAIRS
async def test_two_facts_of_one_step_leave_the_same_to_be_told_in_both_orders(
    overnight: InMemoryNotify, pair: Pair
) -> None:
    alone = await told(overnight, pair, (pair.waits(), EVENING, ASKED))

    left = alone if pair.later.asked == "before" or pair.fact == pair.rule.event else 0
    assert await in_both_orders(overnight, pair, EVENING, EVENING) == [left, left]


@pytest.mark.parametrize("pair", [each for each in PLAYED if each.of_ours], ids=str)
async def test_a_fact_of_ours_settles_nothing_that_is_newer(overnight: InMemoryNotify, pair: Pair) -> None:
    alone = await told(overnight, pair, (pair.waits(), EVENING + HOUR, ASKED))

    left = 0 if pair.later.asked == "ever" else alone
    assert await in_both_orders(overnight, pair, EVENING + HOUR, EVENING) == [left, left]


@PAIRS
async def test_a_fact_about_another_thing_settles_nothing(overnight: InMemoryNotify, pair: Pair) -> None:
    waits = (pair.waits(), EVENING, ASKED)
    other = (pair.ends_another(waits[0]), EVENING + HOUR, OVER)

    assert await told(overnight, pair, waits, other) == await told(overnight, pair, waits) > 0


def test_no_two_facts_of_one_step_silence_each_other() -> None:
    silencing = {(each.rule.event, each.fact) for each in PLAYED if each.later.asked == "until"}

    assert [(one, other) for one, other in silencing if one < other and (other, one) in silencing] == []


def test_every_message_that_an_entry_names_is_one_of_its_purpose() -> None:
    purposes = {rule.message: rule.purpose for rule in TABLES.rules}
    entries = [(each.name, later) for each in POLICY.purposes for laters in each.ends.values() for later in laters]
    named = [(purpose, message) for purpose, later in entries for message in later.of]
    played = {(each.rule.purpose, each.rule.message) for each in PLAYED}

    assert [each for each in named if purposes.get(each[1]) != each[0] or each not in played] == []


async def night(notify: InMemoryNotify, heard: Iterable[tuple[int, datetime]]) -> list[tuple[UUID, str, UUID | None]]:
    """Who is told which of these facts in the morning, when they were heard in this order."""
    notify.forget()
    notify.time.set(HEARD)
    for number, at in heard:
        await notify.world.hear(FACTS[number], id=uuid5(ASKED, str(number)), at=at)
    notify.time.set(MORNING)
    await notify.send()
    sent = [each for each in await notify.all() if each.stage == "accepted"]
    return sorted((each.recipient, piece.message, piece.trigger) for each in sent for piece in each.pieces)


@pytest.mark.timeout(0)
@given(
    st.lists(
        st.tuples(st.integers(0, len(FACTS) - 1), st.sampled_from([EVENING, EVENING + HOUR / 2, EVENING + HOUR])),
        min_size=2,
        max_size=6,
        unique_by=lambda each: each[0],
    ).flatmap(lambda heard: st.tuples(st.just(heard), st.permutations(heard)))
)
def test_what_is_told_in_the_morning_does_not_depend_on_the_order_in_which_a_night_was_heard(
    overnight: InMemoryNotify, one_loop: asyncio.Runner, orders: tuple[list[tuple[int, datetime]], ...]
) -> None:
    one, other = orders

    assert one_loop.run(night(overnight, one)) == one_loop.run(night(overnight, other))


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("between", [timedelta(0), HOUR / 2], ids=["in one step", "one after the other"])
async def test_of_a_charge_that_is_raised_paid_and_refunded_its_refund_alone_is_told(
    between: timedelta, order: tuple[int, ...]
) -> None:
    notify = InMemoryNotify(at=EVENING)
    refund = CustomerChargeRefunded(**JOB, amount=CHARGED, refunded_at=EVENING, by="finance-01")
    facts = (CustomerChargeRaised(**CHARGE), CustomerChargePaid(**CHARGE), refund)
    notify.time.set(HEARD)
    for number in order:
        await notify.world.hear(facts[number], at=EVENING + number * between)
    notify.time.set(MORNING)
    await notify.send()

    assert [words.subject for words in notify.email.words] == ["售后服务退款 FW-1"]


@pytest.mark.parametrize("delay_first", [False, True], ids=["then the delay", "then the day"])
@pytest.mark.parametrize("heard_in_order", [False, True], ids=["heard the other way round", "heard in order"])
async def test_of_an_agreed_day_and_a_delay_in_one_night_the_later_alone_is_told(
    delay_first: bool, heard_in_order: bool
) -> None:
    notify = InMemoryNotify(at=EVENING)
    told = [(agreed("ship"), EVENING), (delayed(days=4), EVENING + HOUR)]
    if delay_first:
        told = [(delayed(days=4), EVENING), (agreed("ship"), EVENING + HOUR)]
    notify.time.set(HEARD)
    for fact, at in told if heard_in_order else told[::-1]:
        await notify.world.hear(fact, at=at)
    notify.time.set(MORNING)
    await notify.send()

    (words,) = notify.sms.words
    assert ("按与您的约定" in words.text, "推迟4天" in words.text) == (delay_first, not delay_first)


async def test_a_delay_of_the_goods_leaves_the_day_that_was_agreed_for_the_installation() -> None:
    notify = InMemoryNotify(at=EVENING)
    await notify.tell(agreed("install"))
    await notify.tell(delayed(days=4))
    await notify.later(hours=11)

    assert sorted("安装日期" in words.text for words in notify.sms.words) == [False, True]


async def test_a_call_that_was_withdrawn_over_night_is_told_nobody_in_the_morning() -> None:
    notify = InMemoryNotify(at=EVENING)
    over, owed = callback("cs-07"), callback("cs-08")
    await notify.tell(over)
    await notify.tell(owed)
    about = {"callback_id": over.callback_id, "customer_id": over.customer.customer_id}
    await notify.tell(CallbackWithdrawn(**about, reason="order_cancelled"))
    await notify.later(hours=11)

    assert [message.to for message in notify.chat.sent] == ["cs-08"]


async def test_a_technician_who_is_sent_over_night_hears_in_the_morning_of_the_job_with_the_window_of_then() -> None:
    notify = InMemoryNotify(at=EVENING)
    await notify.tell(ServiceDispatched(**JOB, technician="tech-05", at=MORNING, ends=MORNING + HOUR))
    await notify.tell(ServiceAppointmentAgreed(**WINDOW, technician="tech-05", moved_from=MORNING + HOUR))
    await notify.tell(ServiceAppointmentAgreed(**WINDOW, moved_from=MORNING))
    await notify.later(hours=11)

    assert [words.text for words in notify.chat.words] == [
        f"【改约】派给您的售后单FW-1：{CUSTOMER.name}，现改约今天（11月24日）09:00至10:00上门，请按新时间准时到达。"
    ]


async def test_an_appointment_that_stays_leaves_the_technician_to_be_told_of_the_job() -> None:
    notify = InMemoryNotify(at=EVENING)
    await notify.tell(ServiceDispatched(**JOB, technician="tech-05", at=MORNING, ends=MORNING + HOUR))
    await notify.tell(ServiceAppointmentAgreed(**WINDOW, moved_from=MORNING))
    await notify.later(hours=11)

    assert [words.text for words in notify.chat.words] == [
        f"【派工】售后单FW-1：{CUSTOMER.name}，约定今天（11月24日）09:00至10:00上门，请准时到达。"
    ]


@pytest.mark.parametrize("late", [False, True], ids=["heard in order", "heard before what it settles"])
async def test_of_tasks_in_one_message_that_which_was_done_over_night_is_left_out(late: bool) -> None:
    notify = InMemoryNotify(at=EVENING)
    done, open_ = callback("cs-07"), callback("cs-07").model_copy(update={"customer": customer(7, name="顺达装饰")})
    told = [(done, EVENING), (open_, EVENING + timedelta(seconds=20)), (waived(done), EVENING + HOUR)]
    notify.time.set(HEARD)
    for fact, at in told[::-1] if late else told:
        await notify.world.hear(fact, at=at)
    notify.time.set(MORNING)
    await notify.send()

    (words,) = notify.chat.words
    assert (words.text.count("【回访】"), "顺达装饰" in words.text) == (1, True)


async def test_a_task_is_told_though_two_facts_settled_the_other_one_of_its_message_while_a_provider_was_busy() -> None:
    notify = InMemoryNotify()
    over, open_ = (due(order_no) for order_no in ("SO-1", "SO-2"))
    send = notify.chat.send

    async def busy(message: Outgoing) -> Answer:
        notify.chat.send = send
        await notify.hear(of_order(OrderCancelled, "SO-1", stage="production", reason="客户取消", by="cs-07"))
        await notify.hear(paid_in_full("SO-1"))
        return retry_later("busy", "try again", wait=1.0)

    for fact in (open_, over):
        await notify.hear(fact)
    notify.chat.send = busy
    await notify.later(minutes=10)
    await notify.later(minutes=10)

    (words,) = (words for words in notify.chat.words if "【收款】" in words.text)
    assert (words.text.count("【收款】"), "SO-2" in words.text) == (1, True)


@pytest.mark.parametrize("late", [False, True], ids=["heard in order", "heard before what it settles"])
@pytest.mark.parametrize("answered", [False, True], ids=["a plain check", "the request's own"])
async def test_a_request_of_an_uncertain_warranty_is_settled_by_its_own_check_alone(answered: bool, late: bool) -> None:
    notify = InMemoryNotify(at=EVENING)
    check = sample("aftersales.warranty_checked.v1").but(complaint_id=None, complaint_no=None)
    asked = check.but(service_request_id=uuid4(), verdict="uncertain")
    told = [(asked, EVENING), (asked.but(verdict="in_warranty") if answered else check, EVENING + HOUR)]
    notify.time.set(HEARD)
    for fact, at in told[::-1] if late else told:
        await notify.world.hear(fact, at=at)
    notify.time.set(MORNING)
    await notify.send()

    assert ["【保修待定】" in words.text for words in notify.chat.words] == [True] * (not answered)


async def test_a_customers_name_is_no_key_by_which_a_message_is_settled() -> None:
    notify = InMemoryNotify(at=EVENING)
    assigned = sample("intake.customer_assigned.v1")

    (waiting,) = await notify.tell(assigned)

    assert [piece.matters for piece in waiting.pieces] == [(str(assigned.customer_id),)]


async def test_a_message_keeps_its_number_where_the_pieces_that_are_left_were_written_without_one() -> None:
    notify = InMemoryNotify(at=EVENING)
    for order_no in ("SO-1", "SO-2"):
        await notify.hear(due(order_no))
    (waiting,) = await notify.all()
    over, left = waiting.pieces
    former = waiting.but(pieces=(over, left.but(about=None)))

    ended = end(former, lambda piece: piece == over, cause(notify.time.now())).state

    assert (len(ended.pieces), ended.about) == (1, "SO-1")


@pytest.mark.parametrize("heard_in_order", [True, False])
async def test_a_sum_is_asked_for_though_an_earlier_payment_is_confirmed_late(heard_in_order: bool) -> None:
    notify = InMemoryNotify(at=EVENING)
    confirmed = PaymentReceived(order_no="SO-2026-0412", kind="initial", received_at=EVENING)
    told = [(confirmed, EVENING), (due(), EVENING + HOUR)]
    notify.time.set(HEARD)
    for fact, at in told if heard_in_order else told[::-1]:
        await notify.world.hear(fact, at=at)
    notify.time.set(MORNING)
    await notify.send()

    assert ["【收款】" in words.text for words in notify.chat.words] == [True]


@pytest.mark.parametrize("settled", [True, False], ids=["its own", "another"])
async def test_a_missed_call_is_chased_in_the_morning_unless_that_very_duty_was_done(settled: bool) -> None:
    notify = InMemoryNotify(at=EVENING)
    duty = {"kind": "collect", "about": "SO-2026-0412", "due_at": EVENING}
    late = DeadlineMissedByOrders(deadline_id=uuid4(), **duty, assignee="cs-07")
    done = DeadlineMetByOrders(deadline_id=late.deadline_id if settled else uuid4(), **duty, met_at=EVENING)
    await notify.tell(late)
    await notify.tell(done)
    await notify.later(hours=11)

    assert ["【已超时】" in words.text for words in notify.chat.words] == [True] * (not settled)


@pytest.mark.parametrize(
    ("kind", "left", "collected"),
    [("initial", "0.00", False), ("initial", "500.00", True), ("progress", "0.00", True)],
    ids=["paid in full", "paid in part", "another one paid"],
)
async def test_a_colleague_is_asked_in_the_morning_to_collect_what_is_still_open(
    kind: str, left: str, collected: bool
) -> None:
    notify = InMemoryNotify(at=EVENING)
    due = {"kind": "initial", "amount": Money(amount="3000.00"), "due_on": EVENING.date()}
    await notify.tell(of_order(PaymentDue, **due, collector_role="account_manager", collector="am-03"))
    await notify.tell(
        of_order(
            PaymentRecorded,
            kind=kind,
            amount=Money(amount="2500.00"),
            outstanding=Money(amount="7000.00"),
            left=Money(amount=left),
            received_at=EVENING,
        )
    )
    await notify.later(hours=11)

    assert {"【收款】" in words.text for words in notify.chat.words} == ({True} if collected else set())
