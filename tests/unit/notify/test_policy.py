"""When a message goes out, waits or stays away, and the reason that is recorded for it."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from customers import CUSTOMER, customer
from facts import (
    complained,
    credited,
    delayed,
    dispatched,
    dunned,
    falls_due,
    greeting,
    invited,
    judged,
    of_order,
    offered,
    ready,
    registered,
    released,
    resolved,
    reviewed,
    stage,
)
from notify_in_memory import MORNING, POLICIES, TABLES, InMemoryNotify
from pydantic import ValidationError
from sleepless import without_rest

from notify.domain.parts.rest import Rest
from notify.domain.parts.zone import zone_of
from notify.domain.policy.purpose import LaterFact, Purpose
from notify.settings import Settings
from shared.calendar import Calendar
from shared.contracts.aftersales import (
    CustomerChargePaid,
    CustomerChargeRaised,
    ServiceDispatched,
    ServiceOrderCalledOff,
    ServiceRequestRegistered,
    ServiceRequestWithdrawn,
    ServiceVisitCompleted,
)
from shared.contracts.catalogue import contracts
from shared.contracts.complaints import AllowanceGranted, ResolutionAccepted, ResolutionDeclined
from shared.contracts.departments import PaymentReceived
from shared.contracts.event import Event, Money
from shared.contracts.intake import QuietHours, QuoteAccepted, QuoteDeclined, QuoteIssued, QuoteLapsed
from shared.contracts.notify import (
    CustomerUnreached,
    NotificationDeferred,
    NotificationFailed,
    NotificationSuppressed,
)
from shared.contracts.orders import (
    ContractSigned,
    DeliveryDatePromised,
    DunningHeld,
    DunningIssued,
    InstallationScheduled,
    LedgerEntered,
    OrderCancelled,
    ProductionScheduled,
)
from shared.contracts.vocabulary import OrderLine, order_id_of
from shared.policy import Policies
from shared.testing import deliver, nowhere

CHINA = ZoneInfo("Asia/Shanghai")
NUMBERS = ("13800138001", "+86-138-0013-8001", "13800138002")


NEXT = POLICIES.version(1).but(version=2, in_force_from=date(2026, 11, 24), rest=Rest(begin=time(21), end=time(10)))
"""From the 24th customers rest for two hours longer."""


def china(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


@pytest.mark.requirement("R100.a")
async def test_a_message_waits_for_the_end_of_the_rest_hours_and_then_goes_out(notify: InMemoryNotify) -> None:
    notify.time.set(china(22, 15))

    (waiting,) = await notify.tell(released())

    assert (waiting.stage, waiting.reason, waiting.not_before) == ("queued", "quiet_hours", china(8, day=24))
    (deferred,) = notify.announced(NotificationDeferred)
    assert (deferred.reason, deferred.until) == ("quiet_hours", waiting.not_before)
    await notify.later(hours=10)
    assert (await notify.one()).stage == "accepted"


@pytest.mark.requirement("R100.b")
async def test_a_customer_has_rest_hours_of_its_own_in_its_own_time_zone(notify: InMemoryNotify) -> None:
    await notify.hear(registered(timezone="Asia/Urumqi", quiet_hours=QuietHours(begin=time(12), end=time(14))))
    notify.time.set(datetime(2026, 11, 23, 13, tzinfo=ZoneInfo("Asia/Urumqi")))

    (waiting,) = await notify.tell(released())

    assert waiting.not_before == datetime(2026, 11, 23, 14, tzinfo=ZoneInfo("Asia/Urumqi"))


@pytest.mark.requirement("R100.a")
async def test_rest_hours_are_looked_at_again_when_the_wait_is_over(notify: InMemoryNotify) -> None:
    notify.time.set(china(22, 15))
    await notify.tell(released())
    await notify.hear(registered(quiet_hours=QuietHours(begin=time(21), end=time(9, 30))))
    await notify.later(hours=10)

    (waiting,) = await notify.all()
    assert (waiting.stage, waiting.not_before) == ("queued", china(9, 30, day=24))
    await notify.later(hours=2)
    assert (await notify.one()).stage == "accepted"


async def test_a_message_keeps_the_policy_that_it_began_with() -> None:
    notify = InMemoryNotify(at=china(22), policies=Policies([POLICIES.version(1), NEXT]))

    (first,) = await notify.tell(released("SO-1"))
    notify.time.set(china(7, day=24))
    await notify.tell(released("SO-2"))

    waiting = {each.about: (each.policy_version, each.not_before) for each in await notify.all()}
    assert first.policy_version == 1
    assert waiting == {"SO-1": (1, china(8, day=24)), "SO-2": (2, china(10, day=24))}


def test_a_company_changes_the_figures_by_a_file_of_its_own(tmp_path: Path) -> None:
    own = without_rest(tmp_path)

    policies = nowhere(Settings, notify_policy=own).rules(Calendar()).policies

    assert policies.version(1) == POLICIES.version(1).but(rest=Rest(begin=time(0), end=time(0)))
    own.write_text(own.read_text().replace("answered_within", "answered"))
    with pytest.raises(ValueError, match="toml: answered_within: Field required; answered: there is no such key"):
        nowhere(Settings, notify_policy=own)


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        (china(20, 59), None),
        (china(21), china(8, day=24)),
        (china(23, 59), china(8, day=24)),
        (china(0), china(8)),
        (china(7, 59), china(8)),
        (china(8), None),
    ],
)
def test_rest_hours_may_go_over_midnight(at: datetime, ends: datetime | None) -> None:
    assert Rest(begin=time(21), end=time(8)).ends(at, CHINA) == ends


async def test_what_waits_over_night_and_is_no_longer_true_stays_unsent() -> None:
    notify = InMemoryNotify(at=china(22))
    await notify.tell(delayed("SO-1", reason="supply"))
    await notify.tell(delayed("SO-2", reason="supply"))
    await notify.tell(of_order(OrderCancelled, "SO-1", CUSTOMER, stage="production", reason="客户取消", by="cs-07"))
    await notify.later(hours=11)

    ends = {(each.about, each.purpose): each.stage for each in await notify.all(audience="customer")}
    assert (ends["SO-1", "shipment_delayed"], ends["SO-1", "order_cancelled"]) == ("suppressed", "accepted")
    assert ends["SO-2", "shipment_delayed"] == "accepted"


async def test_a_reminder_that_waits_is_not_sent_to_a_customer_who_has_paid() -> None:
    notify = InMemoryNotify(at=china(22))
    await notify.tell(
        of_order(DunningIssued, "SO-1", level=1, amount=Money(amount="3000.00"), due_on=date(2026, 11, 20))
    )
    await notify.tell(PaymentReceived(order_no="SO-1", kind="initial", received_at=china(23)))
    await notify.later(hours=11)

    assert {each.stage for each in await notify.all(audience="customer")} == {"suppressed"}
    assert [each.reason for each in notify.announced(NotificationSuppressed)] == ["superseded"]


LATE = china(20)
"""Before the message was asked for: what is heard later has happened then."""
JOB = {"service_order_id": uuid4(), "voucher_no": "FW-1", "customer": CUSTOMER}
REQUEST = {"request_id": uuid4(), "register_no": "DJ-1", "customer": CUSTOMER}
QUOTE = {"quote_id": uuid4(), "quote_no": "BJ-1", "customer": CUSTOMER}
GOODS = (OrderLine(description="80款双玻隔断", quantity=1),)
CASE = {"complaint_id": uuid4(), "complaint_no": "2026-11-0007", "customer": CUSTOMER}
ANSWER = {**CASE, "proposal_id": uuid4(), "via": "phone", "at": LATE}
CHARGE = {**JOB, "amount": Money(amount="180.00"), "mode": "on_spot"}


def planned() -> ProductionScheduled:
    day = date(2026, 11, 26)
    return of_order(ProductionScheduled, begin=day, finish=day, delivery_on=day)


def quoted(revision: int = 1, total: str = "12800.00") -> QuoteIssued:
    return QuoteIssued(
        **QUOTE,
        revision=revision,
        total=Money(amount=total),
        kind="counter",
        lines=GOODS,
        valid_until=date(2026, 12, 1),
    )


def paid(kind: str) -> PaymentReceived:
    return PaymentReceived(order_no="SO-2026-0412", kind=kind, received_at=LATE)


ENDED = pytest.mark.parametrize(
    ("waits", "ends"),
    [
        (dunned(), paid("initial")),
        (falls_due(date(2026, 11, 26)), paid("balance")),
        (dunned(), DunningHeld(order_id=order_id_of("SO-2026-0412"), order_no="SO-2026-0412", complaint_id=uuid4())),
        (delayed(), of_order(OrderCancelled, stage="production", reason="客户取消", by="cs-07")),
        (delayed(), dispatched()),
        (dunned(), credited()),
        (
            reviewed("approved"),
            of_order(ContractSigned, contract_no="JG-1", signed_on={"on": "2026-11-23"}, sealed_by="cs-07"),
        ),
        (planned(), delayed()),
        (planned(), dispatched()),
        (ready(), delayed()),
        (judged(True), offered()),
        (offered(), ResolutionDeclined(**ANSWER)),
        (offered().model_copy(update={"customer_may_choose": False}), ResolutionAccepted(**ANSWER)),
        (offered().model_copy(update={"customer_may_choose": False}), ResolutionDeclined(**ANSWER)),
        (CustomerChargeRaised(**CHARGE), CustomerChargePaid(**CHARGE)),
        (
            ServiceDispatched(**JOB, technician="tech-05", at=MORNING),
            ServiceVisitCompleted(**JOB, started_at=LATE, ended_at=LATE, work="已更换铰链", resolved=True),
        ),
        (ServiceDispatched(**JOB, technician="tech-05", at=MORNING), ServiceOrderCalledOff(**JOB, reason="已自行修好")),
        (
            ServiceRequestRegistered(**REQUEST, address="珠江东路6号", content="铰链松动", recorded_by="cs-07"),
            ServiceRequestWithdrawn(**REQUEST, reason="已自行修好", by="cs-07"),
        ),
        *(
            (quoted(), answer)
            for answer in (
                QuoteAccepted(**QUOTE, revision=1, total=Money(amount="12800.00")),
                QuoteDeclined(**QUOTE, revision=1, reason="价格偏高"),
                QuoteLapsed(**QUOTE, revision=1),
            )
        ),
    ],
    ids=lambda fact: fact.key,
)


@ENDED
async def test_what_waits_stays_unsent_where_a_fact_that_ends_it_arrives_late(waits: Event, ends: Event) -> None:
    notify = InMemoryNotify(at=china(22))
    await notify.tell(waits)
    waiting = {each.id for each in await notify.all(audience="customer")}
    await notify.tell(ends)
    await notify.later(hours=11)

    found = [each for each in await notify.all(audience="customer") if each.id in waiting]
    assert {(each.stage, each.reason) for each in found} == {("suppressed", "superseded")}


@ENDED
@pytest.mark.parametrize("hour", [22, 10], ids=["at night", "by day"])
async def test_a_fact_that_was_ended_before_it_was_heard_is_not_told(waits: Event, ends: Event, hour: int) -> None:
    notify = InMemoryNotify(at=china(hour))
    before = await notify.tell(ends)
    after = await notify.tell(waits, at=china(hour) - timedelta(minutes=5))
    await notify.later(hours=11)

    asked = {each.id for each in after if each.audience == "customer"} - {each.id for each in before}
    found = [each for each in await notify.all(audience="customer") if each.id in asked]
    assert {(each.stage, each.reason) for each in found} == {("suppressed", "superseded")}


NOT_ENDED = pytest.mark.parametrize(
    ("waits", "later"),
    [
        (dunned(), of_order(LedgerEntered, number=3, kind="invoice", amount=Money(amount="3000.00"), at=LATE)),
        (planned(), delayed(kind="arrive")),
        (ready(), delayed(kind="arrive")),
    ],
    ids=lambda fact: fact.key,
)


@NOT_ENDED
async def test_what_waits_and_is_still_true_is_told(waits: Event, later: Event) -> None:
    notify = InMemoryNotify(at=china(22))
    await notify.tell(waits)
    waiting = {each.id for each in await notify.all(audience="customer")}
    await notify.tell(later)
    await notify.later(hours=11)

    found = [each for each in await notify.all(audience="customer") if each.id in waiting]
    assert {each.stage for each in found} == {"accepted"}


@NOT_ENDED
async def test_what_is_still_true_is_told_though_it_is_heard_after_the_later_fact(waits: Event, later: Event) -> None:
    notify = InMemoryNotify(at=china(10))
    before = await notify.tell(later)
    after = await notify.tell(waits, at=china(10) - timedelta(minutes=5))
    await notify.later(hours=1)

    asked = {each.id for each in after if each.audience == "customer"} - {each.id for each in before}
    found = [each for each in await notify.all(audience="customer") if each.id in asked]
    assert {each.stage for each in found} == {"accepted"}


async def test_a_fact_of_ours_that_is_heard_late_ends_nothing_that_was_asked_for_after_it() -> None:
    notify = InMemoryNotify(at=china(22))
    await notify.tell(dunned())
    await notify.tell(credited(), at=china(21))
    await notify.later(hours=11)

    assert {each.stage for each in await notify.all(purpose="account")} == {"accepted"}


async def test_what_a_department_tells_late_ends_what_was_asked_for_before_it_told() -> None:
    notify = InMemoryNotify(at=china(22))
    await notify.tell(dunned())
    await notify.tell(paid("initial"), at=china(21))
    await notify.later(hours=11)

    assert {each.stage for each in await notify.all(purpose="account")} == {"suppressed"}


def test_a_policy_of_the_companys_own_that_lacks_purposes_is_named_in_the_log() -> None:
    policy = POLICIES.version(1)
    older = policy.but(version=2, purposes=tuple(each for each in policy.purposes if each.name != "settlement"))
    used = [rule.purpose for rule in TABLES.rules]

    assert (policy.unknown_among(used), older.unknown_among(used)) == ([], ["settlement"])


async def test_a_fact_that_happens_after_what_ended_the_one_before_is_told() -> None:
    notify = InMemoryNotify(at=china(10))
    await notify.tell(paid("initial"))
    await notify.later(hours=1)
    await notify.tell(dunned())

    assert [each.stage for each in await notify.all(audience="customer")] == ["accepted"]


async def told_in_the_morning(*facts: Event) -> list[str]:
    """What a customer reads by SMS after a night in which these facts became known one after the other."""
    notify = InMemoryNotify(at=china(22))
    for fact in facts:
        await notify.tell(fact)
        await notify.later(minutes=30)
    assert notify.sms.sent == []
    await notify.later(hours=11)
    return [words.text for words in notify.sms.words]


async def test_a_delay_that_is_corrected_twice_in_a_night_is_told_once_with_the_last() -> None:
    (told,) = await told_in_the_morning(*(delayed("SO-1", days=days, revision=days) for days in (1, 3, 2)))

    assert "推迟3天" in told


async def test_a_corrected_number_in_between_leaves_no_older_message_to_be_told() -> None:
    moved = CUSTOMER.model_copy(update={"mobile": "13900139000"})
    (told,) = await told_in_the_morning(
        delayed("SO-1", days=4), registered(moved), delayed("SO-1", moved, days=7, revision=2)
    )

    assert "推迟7天" in told


async def test_an_arrival_that_is_corrected_in_the_night_is_told_once_and_another_shipment_by_itself() -> None:
    first, other = dispatched(eta=china(10, day=25)), dispatched(eta=china(10, day=26), partial=True)
    later = first.model_copy(update={"eta": china(15, day=25), "revision": 2})

    corrected, second = sorted(await told_in_the_morning(first, other, later), key=lambda text: "部分" in text)

    assert "预计到达时间调整为明天（11月25日）15:00" in corrected
    assert "部分货物已出发" in second


@pytest.mark.requirement("R062.d")
async def test_an_invitation_that_could_only_come_after_its_hour_is_told_by_a_colleague_at_once() -> None:
    notify = InMemoryNotify(at=china(22))
    early = invited().model_copy(update={"invited_for": china(7, 30, day=24)})

    await notify.tell(early)

    (failed,) = notify.announced(NotificationFailed)
    assert ((await notify.one()).stage, failed.error) == ("failed", "expired")
    assert notify.sms.sent == notify.email.sent == []


@pytest.mark.parametrize(
    "fact",
    [
        dispatched(eta=china(7, 30, day=24)),
        of_order(
            InstallationScheduled,
            begin=china(7, 30, day=24),
            planned_finish=china(18, day=25),
            crew=("i-1",),
            required_skill="ordinary",
        ),
    ],
    ids=lambda fact: fact.key,
)
async def test_what_begins_before_the_night_is_over_is_told_by_a_colleague_at_once(fact) -> None:
    notify = InMemoryNotify(at=china(22))

    await notify.tell(fact)

    (failed,) = notify.announced(NotificationFailed)
    assert ((await notify.one(audience="customer")).stage, failed.error) == ("failed", "expired")
    await notify.later(hours=11)
    assert notify.sms.sent == []


async def test_another_hour_of_acceptance_replaces_the_one_that_waits() -> None:
    first = invited().model_copy(update={"invited_for": china(10, day=25)})
    second = first.model_copy(update={"invited_for": china(14, day=26), "invited_until": china(16, day=26)})

    (told,) = await told_in_the_morning(first, second)

    assert "于11月26日14:00至16:00到现场验收" in told


async def test_a_review_that_is_decided_again_in_a_night_is_told_with_its_last_result() -> None:
    again = reviewed("approved").model_copy(update={"revision": 2})

    (told,) = await told_in_the_morning(reviewed("amend"), again)

    assert "已评审通过" in told


async def test_a_solution_that_replaces_another_one_in_a_night_is_the_only_one_told() -> None:
    one = offered().model_copy(update={"customer_may_choose": False})
    better = one.model_copy(update={"option": one.offered[1], "proposal_id": uuid4()})

    (told,) = await told_in_the_morning(one, better)

    assert "折让300元" in told


async def test_a_quote_that_is_revised_in_a_night_is_told_with_its_last_price() -> None:
    notify = InMemoryNotify(at=china(22))
    for fact in (quoted(), quoted(2, "11900.00")):
        await notify.tell(fact)
    await notify.later(hours=11)

    (told,) = notify.email.words
    assert "¥11,900.00" in told.text


async def test_what_waits_and_is_still_true_is_told_though_visit_and_case_are_over_and_the_goods_have_left() -> None:
    notify = InMemoryNotify(at=china(22))
    granted = {
        "certificate_no": "ZK-1",
        "amount": Money(amount="300.00"),
        "signed_by": "vp-1",
        "customer_stamped": True,
    }
    agreed = {"kind": "install", "promised_for": date(2026, 12, 5), "basis": "reschedule", "promised_by": "cs-07"}
    for fact in (
        CustomerChargeRaised(**CHARGE),
        AllowanceGranted(**CASE, **granted),
        of_order(DeliveryDatePromised, **agreed, agreed=True),
        ServiceVisitCompleted(**JOB, started_at=LATE, ended_at=LATE, work="已更换铰链", resolved=True),
        resolved(complained()),
        dispatched(),
    ):
        await notify.tell(fact)
    await notify.later(hours=11)

    stages = {each.purpose: each.stage for each in await notify.all(audience="customer")}
    assert {stages[each] for each in ("service_charge", "settlement", "delivery_date")} == {"accepted"}


async def test_while_a_complaint_holds_the_dunning_a_reminder_that_waits_is_not_sent() -> None:
    notify = InMemoryNotify(at=china(22))
    await notify.tell(dunned())
    await notify.tell(DunningHeld(order_id=order_id_of("SO-2026-0412"), order_no="SO-2026-0412", complaint_id=uuid4()))
    await notify.later(hours=11)

    assert notify.email.sent == []


async def test_two_reminders_of_one_sum_that_wait_over_a_night_are_told_as_the_last_and_another_sum_by_itself() -> None:
    notify = InMemoryNotify(at=china(22))
    for fact in (
        falls_due(date(2026, 11, 16)),
        dunned(),
        dunned(2),
        dunned(due_on=date(2026, 11, 10), amount="500.00"),
    ):
        await notify.tell(fact)
    await notify.later(hours=11)

    first, other = sorted((words.text for words in notify.email.words), key=lambda text: "¥500.00" in text)
    assert "再次提醒您" in first
    assert "¥3,000.00" in first
    assert "温馨提醒您" in other


def _paths(ending: LaterFact) -> list[str]:
    conditions = (*ending.when, *ending.unless, *ending.at_least, *ending.below)
    about = [option for path in ending.about.split("/") for option in path.split("|") if not option.startswith("'")]
    return [*about, *(path.split(".")[0] for path in conditions)]


def test_every_fact_that_ends_a_message_has_the_number_that_both_are_about() -> None:
    found = [each for purpose in POLICIES.version(1).purposes for each in purpose.ends.items()]
    ends = [(key, path) for key, entries in found for ending in entries for path in _paths(ending)]

    assert [(key, path) for key, path in ends if path not in contracts()[key].model_fields] == []


def test_of_the_entries_of_one_fact_about_the_same_number_one_may_have_conditions() -> None:
    plain, some = {"about": "order_no"}, {"about": "order_no", "when": {"kind": ("ship",)}}

    assert len(Purpose(name="tea", ends={"orders.x.v1": [plain, some]}).ends["orders.x.v1"]) == 2
    with pytest.raises(ValidationError, match="only one may have conditions"):
        Purpose(name="tea", ends={"orders.x.v1": [some, some]})


def test_in_the_repeated_hour_rest_ends_later_than_now() -> None:
    sydney = ZoneInfo("Australia/Sydney")
    second = datetime(2027, 4, 3, 16, 10, tzinfo=UTC)

    ends = Rest(begin=time(22), end=time(2, 30)).ends(second, sydney)

    assert ends is not None
    assert ends.astimezone(UTC) == datetime(2027, 4, 3, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "zone",
    ["China Standard Time", "GMT+8", "Asia/Beijing", "asia/shanghai ", "../../x", "/etc", "", "localtime", "Factory"],
)
def test_a_time_zone_that_does_not_exist_is_taken_for_the_companys(zone: str) -> None:
    assert str(zone_of(zone, "Asia/Shanghai")).lower() == "asia/shanghai"


@pytest.mark.parametrize("zone", ["Japan", "Singapore", "Hongkong", "GB", "PRC", "ROK", "EST"])
def test_an_old_name_of_a_time_zone_is_the_recipients_own_zone(zone: str) -> None:
    assert zone_of(zone, "Europe/Paris") == ZoneInfo(zone)


@pytest.mark.requirement("R053.a")
async def test_the_same_words_are_not_sent_again_within_a_month(notify: InMemoryNotify) -> None:
    await notify.tell(greeting("中秋"))
    await notify.later(days=2)
    await notify.tell(greeting("中秋"))

    first, second = await notify.all()

    assert (first.stage, second.stage, second.reason) == ("accepted", "suppressed", "duplicate_content")
    assert [event.reason for event in notify.announced(NotificationSuppressed)] == ["duplicate_content"]
    await notify.tell(greeting("春节"))
    assert len(notify.sms.sent) == 2


async def test_a_cap_defers_to_the_next_day_and_forgets_nothing(notify: InMemoryNotify) -> None:
    await notify.tell(greeting("中秋"))
    await notify.tell(greeting("国庆"))

    _, second = await notify.all()

    assert (second.stage, second.reason) == ("queued", "rate")
    await notify.later(days=1)
    assert len(notify.sms.sent) == 2


async def test_two_customers_with_one_number_share_its_cap_and_are_not_told_the_same_twice(
    notify: InMemoryNotify,
) -> None:
    mother, daughter, stranger = (customer(number, mobile=mobile) for number, mobile in enumerate(NUMBERS))
    await notify.tell(greeting("中秋", mother))
    await notify.tell(greeting("中秋", daughter))
    await notify.tell(greeting("国庆", daughter))
    await notify.tell(greeting("中秋", stranger))

    found = [(each.stage, each.reason) for each in await notify.all()]

    assert found == [("accepted", None), ("suppressed", "duplicate_content"), ("queued", "rate"), ("accepted", None)]


async def test_an_open_complaint_mutes_care_and_nothing_else(notify: InMemoryNotify) -> None:
    complaint = complained()
    await notify.hear(complaint)
    await notify.tell(greeting("中秋"))
    await notify.tell(released())

    assert (await notify.one(purpose="care_greeting")).reason == "open_complaint"
    assert (await notify.one(purpose="order_placed")).stage == "accepted"
    await notify.hear(resolved(complaint))
    await notify.tell(greeting("国庆"))
    assert [each.stage for each in await notify.all(purpose="care_greeting")] == ["suppressed", "accepted"]


async def test_a_stop_word_ends_care_and_leaves_service_alone(notify: InMemoryNotify) -> None:
    await notify.tell(greeting("中秋"))
    await notify.reply("13800138000", "Ｔ")
    await notify.later(days=2)
    await notify.tell(greeting("国庆"))
    await notify.tell(released())

    assert [each.reason for each in await notify.all(purpose="care_greeting")] == [None, "opt_out"]
    assert (await notify.one(purpose="order_placed")).stage == "accepted"


@pytest.mark.requirement("R058.b")
async def test_a_second_slip_supersedes_the_first_while_it_waits(notify: InMemoryNotify) -> None:
    notify.time.set(china(22))
    await notify.tell(delayed(days=4, revision=1))
    await notify.tell(delayed(days=7, revision=2))
    await notify.later(hours=11)

    told = {(each.revision, each.way.channel): each for each in await notify.all(purpose="shipment_delayed")}

    assert {key: each.stage for key, each in told.items()} == {
        (1, "sms"): "suppressed",
        (1, "email"): "suppressed",
        (2, "sms"): "accepted",
        (2, "email"): "accepted",
    }
    assert told[1, "sms"].superseded_by == told[2, "sms"].id
    assert ["推迟7天" in words.text for words in notify.sms.words] == [True]


async def test_an_older_slip_that_arrives_late_is_not_told_any_more(notify: InMemoryNotify) -> None:
    await notify.tell(delayed(days=7, revision=2))
    await notify.tell(delayed(days=4, revision=1))

    assert [each.reason for each in await notify.all(revision=1)] == ["superseded", "superseded"]


async def test_what_expires_before_it_could_go_out_is_the_duty_of_a_colleague(notify: InMemoryNotify) -> None:
    await notify.hear(released())
    await notify.later(days=4)

    expired = await notify.one()
    assert (expired.stage, expired.reason) == ("failed", "expired")
    assert notify.sms.sent == []
    (failed,) = notify.announced(NotificationFailed)
    await notify.hear(failed)
    (owed,) = notify.announced(CustomerUnreached)
    assert (owed.customer_id, owed.about, owed.reason) == (CUSTOMER.customer_id, "SO-2026-0412", "expired")
    assert "正在为您下单" in owed.untold


async def test_a_greeting_that_expires_is_left_out(notify: InMemoryNotify) -> None:
    await notify.hear(greeting("中秋"))
    await notify.later(days=8)

    assert [(each.stage, each.reason) for each in await notify.all()] == [("suppressed", "expired")]


async def test_without_any_address_it_fails_at_once_and_somebody_is_asked_to_call(notify: InMemoryNotify) -> None:
    (lost,) = await notify.tell(released(customer=CUSTOMER.model_copy(update={"mobile": None, "email": None})))

    assert (lost.stage, lost.reason) == ("failed", "sms: no_address; email: no_address")


async def test_a_landline_gets_the_mail_instead(notify: InMemoryNotify) -> None:
    (told,) = await notify.tell(released(customer=customer(mobile="020-88886666")))

    assert ([way.channel for way in told.ways], told.skipped) == (["email"], ("sms: no_address",))


async def test_a_preferred_channel_goes_first(notify: InMemoryNotify) -> None:
    await notify.hear(registered(preferred_channel="email"))

    (told,) = await notify.tell(released())

    assert [way.channel for way in told.ways] == ["email", "sms"]


@pytest.fixture
def telling() -> InMemoryNotify:
    """As a company has it that tells its customers of more stages."""
    stages = {"plan": (), "rendering": (), "production": ("delivery_plan",)}
    return InMemoryNotify(policies=Policies([POLICIES.version(1).but(milestones=stages)]))


async def test_stages_of_a_day_become_one_mail(telling: InMemoryNotify) -> None:
    notify = telling
    await notify.hear(stage("plan"))
    await notify.later(minutes=2)
    await notify.hear(stage("rendering"))
    await notify.later(hours=24)

    (told,) = await notify.all()

    assert [piece.values["stage"] for piece in told.pieces] == ["平面设计", "效果设计"]
    (words,) = notify.email.words
    assert (words.text.count("尊敬的"), words.text.count("服务热线"), words.html.count("<html")) == (1, 1, 1)
    assert "订单SO-2026-0412有新的进展：\n\n已进入平面设计阶段。\n已进入效果设计阶段。\n" in words.text
    await notify.hear(stage("production"))
    await notify.later(hours=25)
    assert len(notify.email.sent) == 2


@pytest.mark.parametrize("late_first", [True, False], ids=["heard first", "heard last"])
async def test_a_stage_that_is_over_when_it_is_heard_takes_no_other_with_it(
    telling: InMemoryNotify, late_first: bool
) -> None:
    day, now = MORNING.date(), telling.time.now()
    scheduled = of_order(ProductionScheduled, begin=day, finish=day, delivery_on=day)
    await telling.tell(scheduled, at=now - timedelta(minutes=30))
    heard = [(stage("plan"), now - timedelta(minutes=40)), (stage("rendering"), now - timedelta(minutes=20))]
    for fact, at in heard if late_first else reversed(heard):
        await telling.hear(fact, at=at)
    await telling.later(hours=25)

    progress = await telling.all(purpose="order_progress")
    told = {piece.values["stage"]: (each.stage, each.reason) for each in progress for piece in each.pieces}
    assert told == {"平面设计": ("suppressed", "superseded"), "效果设计": ("accepted", None)}


async def test_the_stages_of_two_orders_are_two_mails(telling: InMemoryNotify) -> None:
    notify = telling
    await notify.hear(stage("plan", "SO-1"))
    await notify.hear(stage("plan", "SO-2"))
    await notify.later(hours=25)

    assert sorted(words.subject for words in notify.email.words) == ["订单SO-1进展", "订单SO-2进展"]


async def test_progress_rings_no_telephone_and_makes_no_duty(telling: InMemoryNotify) -> None:
    await telling.hear(stage("plan", customer=customer(email=None)))
    await telling.later(hours=25)

    assert await telling.all() == []


async def test_a_stage_that_the_company_does_not_count_among_the_milestones_is_not_told(notify: InMemoryNotify) -> None:
    for each in ("plan", "making", "breakdown", "breakdown_review", "sample", "production", "inspection"):
        await notify.hear(stage(each))
    await notify.later(hours=25)

    assert await notify.all() == []


async def test_a_stage_that_the_plan_tells_is_not_told_twice(telling: InMemoryNotify) -> None:
    notify = telling
    day = MORNING.date()
    await notify.tell(of_order(ProductionScheduled, begin=day, finish=day, delivery_on=day))
    await notify.hear(stage("production"))
    await notify.later(hours=25)

    assert {each.purpose for each in await notify.all()} == {"delivery_plan"}


async def test_a_stage_that_is_repeated_says_why(notify: InMemoryNotify) -> None:
    await notify.hear(stage("production", before="inspection"))
    await notify.later(hours=25)

    (words,) = notify.email.words
    assert words.subject == "订单SO-2026-0412正在返工"
    assert "发货前的检验中，有部分产品没有达到我们的质量要求，现已退回生产环节重新处理" in words.text


async def test_a_message_that_tells_more_by_now_is_read_again_before_it_goes(telling: InMemoryNotify) -> None:
    notify = telling
    await notify.hear(stage("plan"))
    notify.time.advance(timedelta(hours=25))
    (due,) = await notify.sending.due.ready("live", 10)
    await deliver(notify.on, stage("rendering"), at=MORNING + timedelta(seconds=30))

    await notify.sending.dispatcher.dispatch(due)
    assert notify.email.sent == []
    await notify.send()

    assert ["效果设计" in words.text for words in notify.email.words] == [True]


@pytest.mark.parametrize(
    ("text", "wrong"), [("[aliyun", "not TOML"), ('[aliyun]\n"order_placed@1" = 7\n', "aliyun.order_placed@1: ")]
)
def test_codes_of_templates_that_cannot_be_used_are_refused_at_the_start(tmp_path, text, wrong):
    file = tmp_path / "codes.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValidationError, match=re.escape(f"{file}: {wrong}")):
        nowhere(Settings, template_codes_file=file)


def test_which_code_a_provider_gave_a_template_is_read(tmp_path):
    file = tmp_path / "codes.toml"
    file.write_text('[aliyun]\n"order_placed@1" = "SMS_1"\n', encoding="utf-8")
    assert nowhere(Settings, template_codes_file=file).codes() == {"aliyun": {"order_placed@1": "SMS_1"}}
    assert nowhere(Settings).codes() == {}
