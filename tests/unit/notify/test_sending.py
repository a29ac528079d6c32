"""One message from queued to settled: whatever a provider answers, and whichever process tries the same."""

import asyncio
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args
from uuid import uuid4

import pytest
from customers import CUSTOMER, customer
from facts import delayed, greeting, ready, released
from notify_in_memory import MORNING, InMemoryNotify, Told

from notify.domain.decisions.answers import resolve, take_answer
from notify.domain.decisions.claiming import claim, end_lease, release
from notify.domain.lifecycle import LIFECYCLE, Stage
from notify.domain.messages.template import Words
from notify.domain.notification import Notification
from notify.domain.parts.answer import ABSENT, Answer, Sighting, permanent, retry_later, stop, unknown, unsendable
from notify.gateways.circuits import FAILURES, LONG_REST, REST, Circuits
from notify.gateways.gateway import Outgoing, Unsendable
from notify.gateways.smtp import Mailbox, Smtp
from notify.settings import Settings
from shared.aggregate import Change, Refused
from shared.contracts.notify import CustomerTold, CustomerUnreached, NotificationFailed, NotificationSent
from shared.lifecycle import IllegalTransition
from shared.testing import cause, nowhere


async def settle(notify: InMemoryNotify, times: int = 1) -> None:
    for _ in range(times):
        await notify.reconciler.settle()
    await notify.send()


async def test_what_went_out_is_announced_with_everything_that_explains_it(notify: InMemoryNotify) -> None:
    (told,) = await notify.tell(released())

    (sent,) = notify.announced(NotificationSent)
    assert sent.model_dump(
        include={"notification_id", "channel", "provider", "address_masked", "template", "about"}
    ) == {
        "notification_id": told.id,
        "channel": "sms",
        "provider": "sms-gateway",
        "address_masked": "138****8000",
        "template": "order_placed",
        "about": "SO-2026-0412",
    }
    assert sent.trigger_event_id == told.pieces[0].trigger


async def test_the_next_provider_takes_what_the_first_surely_has_not_sent() -> None:
    first, second = Told("sms", "first"), Told("sms", "second")
    notify = InMemoryNotify(first, second)
    first.answers = [retry_later("busy", wait=0.0)]

    (told,) = await notify.tell(released())

    assert [(each.provider, each.outcome) for each in told.attempts] == [
        ("first", "retry_later"),
        ("second", "accepted"),
    ]


async def test_mail_follows_when_the_number_is_wrong(notify: InMemoryNotify) -> None:
    notify.sms.answers = [permanent("isv.MOBILE_NUMBER_ILLEGAL")]

    (told,) = await notify.tell(released())

    assert [(each.channel, each.outcome) for each in told.attempts] == [("sms", "permanent"), ("email", "accepted")]
    (failed,) = notify.announced(NotificationFailed)
    assert (failed.final, failed.fallback, failed.error) == (False, "email", "isv.MOBILE_NUMBER_ILLEGAL")


async def test_a_withdrawn_template_stops_itself_and_nothing_else(notify: InMemoryNotify) -> None:
    notify.sms.answers = [stop("isv.SMS_TEMPLATE_ILLEGAL", scope="template")]

    first, second = await notify.tell(released("SO-1")), await notify.tell(released("SO-2"))
    other = await notify.tell(ready())

    assert [each.stage for each in first] == ["accepted"]
    assert [message.words.template for message in notify.sms.sent] == ["order_placed", "shipment_ready"]
    assert len(notify.email.sent) == 2
    assert (second[-1].stage, other[-1].stage) == ("accepted", "accepted")


async def test_retries_grow_apart_and_end_in_a_call_by_a_colleague(notify: InMemoryNotify) -> None:
    only_sms = released(customer=CUSTOMER.model_copy(update={"email": None}))
    notify.sms.answers = [retry_later(f"busy-{number}") for number in range(8)]
    await notify.tell(only_sms)
    for _ in range(9):
        await notify.later(hours=1)

    told = await notify.one()

    assert (told.stage, len(told.attempts)) == ("failed", 8)
    assert [event.final for event in notify.announced(NotificationFailed)] == [True]


@pytest.mark.parametrize("sighting", [Sighting(seen="seen", reference="r-9"), ABSENT], ids=["seen", "absent"])
async def test_an_unknown_message_is_asked_about_before_anything_else(sighting: Sighting) -> None:
    first, second = Told("sms", "first"), Told("sms", "second")
    notify = InMemoryNotify(first, second)
    first.answers, first.sighting = [unknown("no_answer")], sighting

    await notify.tell(ready())

    assert (await notify.one()).stage == "unknown"
    assert second.sent == [], "an unknown message never goes to another provider"
    await settle(notify, times=3)
    told = await notify.one()
    if sighting is ABSENT:
        assert [message.id for message in first.sent + second.sent] == [told.id, told.id]
    else:
        assert (told.stage, told.references, len(first.sent)) == ("accepted", ("first:r-9",), 1)


async def test_at_most_once_is_parked_for_a_person_and_sent_again_only_by_one(notify: InMemoryNotify) -> None:
    notify.sms.answers, notify.sms.sighting = [unknown("no_answer")], ABSENT
    await notify.tell(released())
    await settle(notify, times=3)

    parked = await notify.one(audience="customer")
    assert (parked.stage, len(notify.sms.sent)) == ("unresolved", 1)
    words, policy = notify.composer.words(parked), notify.composer.policy_of(parked)
    now = cause(notify.time.now())
    assert resolve(parked, False, words, policy, now).state.stage == "queued"
    assert resolve(parked, True, words, policy, now).state.stage == "accepted"


async def test_a_claim_belongs_to_one_worker(notify: InMemoryNotify) -> None:
    await notify.hear(released())
    queued = await notify.one()
    now = notify.time.now()
    lease = now + timedelta(seconds=30)
    claimed = claim(queued, "worker-1", "sms-gateway", lease, cause(now)).state

    with pytest.raises(Refused):
        claim(claimed, "worker-2", "sms-gateway", lease, cause(now))


async def test_two_couriers_with_the_same_message_send_it_once(notify: InMemoryNotify) -> None:
    await notify.hear(released())
    (due,) = await notify.sending.due.ready("live", 10)

    await asyncio.gather(*(notify.sending.dispatcher.dispatch(due) for _ in range(3)))

    assert len(notify.sms.sent) == 1


async def test_an_answer_to_an_attempt_that_was_given_up_changes_nothing(notify: InMemoryNotify) -> None:
    notify.sms.answers, notify.sms.sighting = [unknown("no_answer")], ABSENT
    await notify.tell(ready())
    await settle(notify, times=3)
    again = await notify.one()

    with pytest.raises(Refused, match="attempt 1 was given up"):
        take_answer(again, 1, permanent("late"), notify.composer.words(again), MORNING, cause(MORNING))


@pytest.mark.parametrize("stage", get_args(Stage))
async def test_only_a_current_claim_can_be_given_back(notify: InMemoryNotify, stage: Stage) -> None:
    await notify.hear(ready())
    queued = await notify.one()
    now = notify.time.now()
    lease = now + timedelta(seconds=30)
    sending = claim(queued, "worker-1", "sms-gateway", lease, cause(now)).state
    claimed = Notification.model_validate(sending.model_dump() | {"stage": stage})

    allowed = stage in ("sending", "unknown")
    with nullcontext() if allowed else pytest.raises(IllegalTransition, match="release is not possible"):
        assert release(claimed, 1, cause(now)) == Change(queued.but(stage="queued", fence=1, worker="worker-1"))
    with pytest.raises(Refused, match="attempt 0 was given up"):
        release(claimed, 0, cause(now))


async def test_an_ended_lease_is_unknown_not_queued(notify: InMemoryNotify) -> None:
    await notify.hear(ready())
    queued = await notify.one()
    now = notify.time.now()
    claimed = claim(queued, "worker-1", "sms-gateway", now, cause(now)).state

    assert end_lease(claimed, claimed.fence, now, cause(now)).state.stage == "unknown"
    assert end_lease(claimed, claimed.fence - 1, now, cause(now)).state == claimed


async def test_a_gateway_that_breaks_leaves_the_message_unknown(notify: InMemoryNotify) -> None:
    async def broken(message):
        raise RuntimeError("bug")

    notify.sms.send = broken
    await notify.tell(ready())

    assert (await notify.one()).stage == "unknown"


BUSY = retry_later("busy")


def _failed(circuits: Circuits, addresses: Iterable[str], answer: Answer = BUSY) -> list[bool]:
    """Whether each failure put the provider out of order."""
    return [circuits.heard("aliyun", "x", to, answer) for to in addresses]


MANY = [f"1380013{number:04}" for number in range(FAILURES)]


def test_a_provider_out_of_order_rests_and_one_message_goes_first() -> None:
    now = [0.0]
    circuits = Circuits(lambda: now[0])

    assert _failed(circuits, MANY) == [False] * (FAILURES - 1) + [True]
    assert not circuits.lets("aliyun", "x", "a")
    now[0] = REST + 1
    assert [circuits.lets("aliyun", "x", "a"), circuits.lets("aliyun", "x", "b")] == [True, False]
    circuits.heard("aliyun", "x", "a", permanent("number"))
    assert circuits.lets("aliyun", "x", "b")


def test_a_first_message_that_nobody_hears_of_does_not_keep_a_provider_out_for_ever() -> None:
    now = [0.0]
    circuits = Circuits(lambda: now[0])
    _failed(circuits, MANY)

    now[0] = REST + 1
    assert [circuits.lets("aliyun", "x", "a"), circuits.lets("aliyun", "x", "b")] == [True, False]
    now[0] = 2 * REST + 2
    assert [circuits.lets("aliyun", "x", "a"), circuits.lets("aliyun", "x", "b")] == [True, False]


def test_failures_to_one_address_put_no_provider_out_of_order() -> None:
    circuits = Circuits(lambda: 1.0)

    assert not any(_failed(circuits, ["13800138000"] * 100))
    assert not any(_failed(circuits, MANY * 2, unknown("broke", alone=True)))
    assert circuits.lets("aliyun", "x", "13800138000")


def test_the_message_that_goes_first_after_a_rest_is_not_the_one_that_failed_last() -> None:
    now = [0.0]
    circuits = Circuits(lambda: now[0])
    _failed(circuits, MANY)

    now[0] = REST + 1
    assert not circuits.lets("aliyun", "x", MANY[-1])
    assert circuits.lets("aliyun", "x", "another")


def test_the_message_that_failed_last_goes_first_when_no_other_comes() -> None:
    now = [0.0]
    circuits = Circuits(lambda: now[0])
    _failed(circuits, MANY)

    now[0] = 2 * REST + 1
    assert circuits.lets("aliyun", "x", MANY[-1])


def test_a_message_that_cannot_be_built_lets_another_go_first() -> None:
    now = [0.0]
    circuits = Circuits(lambda: now[0])
    _failed(circuits, MANY)

    now[0] = REST + 1
    assert circuits.lets("aliyun", "x", "bad")
    circuits.heard("aliyun", "x", "bad", unsendable("no mailbox"))
    assert [circuits.lets("aliyun", "x", "bad"), circuits.lets("aliyun", "x", "good")] == [False, True]


def test_a_stopped_template_leaves_the_provider_open() -> None:
    circuits = Circuits(lambda: 0.0)
    circuits.heard("aliyun", "withdrawn", "a", stop("isv.SMS_TEMPLATE_ILLEGAL", scope="template"))

    assert (circuits.lets("aliyun", "withdrawn", "b"), circuits.lets("aliyun", "other", "b")) == (False, True)
    assert circuits.opens_in("aliyun", "withdrawn") == LONG_REST


BAD_MAILBOXES = [
    "wang@hengda.cn\u00a0",
    "a@example.com;b@example.com",
    "王先生 <w@example.com>",
    "wang@hengda.cn\r\nBcc: x@example.com",
    "wang@hengda.cn\n",
    "wang@hengda.cn\u200b",
    "not-an-email",
    "无",
    "@",
    "a@b@c",
    "wang@hengda.cn\x00",
    "wang\ud83d@hengda.cn",
]


@pytest.mark.parametrize("address", BAD_MAILBOXES, ids=ascii)
def test_an_address_that_is_not_one_mailbox_is_seen_before_anything_leaves(address: str) -> None:
    gateway = Smtp(Mailbox("smtp://nowhere", "service@kefu.example", "客服部"))
    words = Words(template="x", version=1, subject="延期", text="您好")

    with pytest.raises(Unsendable) as caught:
        gateway.prepare(Outgoing(uuid4(), address, words, MORNING))

    assert len(address) == 1 or address not in str(caught.value)


@pytest.mark.parametrize("text", ["半个\ud83d", "钟\x07", "头\r\nBcc: x@y.example"], ids=ascii)
async def test_a_text_that_cannot_be_encoded_fails_at_once_on_every_channel(notify: InMemoryNotify, text: str) -> None:
    words = Words(template="x", version=1, text=text)
    for gateway in (notify.sms, notify.email, notify.chat):
        with pytest.raises(Unsendable):
            gateway.prepare(Outgoing(uuid4(), "a@b.example", words, MORNING))


async def test_what_cannot_be_built_is_failed_at_once_and_a_colleague_has_to_tell_it(notify: InMemoryNotify) -> None:
    notify.sms.prepare = notify.email.prepare = _refuse
    await notify.tell(released())
    for event in notify.announced(NotificationFailed):
        await notify.hear(event)

    failed = await notify.one(audience="customer")
    (unreached,) = notify.announced(CustomerUnreached)
    duties = (await notify.ask("GET", "/duties?kind=unreached")).json()["items"]
    assert (failed.stage, failed.reason) == ("failed", "unsendable: the address is not one mailbox: name@domain")
    assert (unreached.reason, unreached.about, "SO-2026-0412" in unreached.untold) == (
        "unsendable",
        "SO-2026-0412",
        True,
    )
    assert [(each["about"], each["role"], each["customer_id"]) for each in duties] == [
        ("SO-2026-0412", "cs_specialist", str(CUSTOMER.customer_id))
    ]
    await notify.tell(unreached)
    await notify.later(minutes=2)
    assert [
        words.text.startswith("【通知未送达】客户（未建档客户），SO-2026-0412：短信或邮件无法按此内容生成。")
        for words in notify.chat.words
    ] == [True]


@pytest.mark.requirement("R158.d")
async def test_a_colleague_who_told_the_customer_ends_the_duty_once(notify: InMemoryNotify) -> None:
    notify.sms.prepare = notify.email.prepare = _refuse
    await notify.tell(released())
    for event in notify.announced(NotificationFailed):
        await notify.hear(event)
    (owed,) = (await notify.ask("GET", f"/unreached?customer_id={CUSTOMER.customer_id}")).json()["items"]

    told = {"ending": "told", "how": "letter", "note": "已寄函告知"}
    ended = await notify.ask("POST", f"/unreached/{owed['id']}/end", told)
    again = await notify.ask("POST", f"/unreached/{owed['id']}/end", {"ending": "told"})

    (said,) = notify.announced(CustomerTold)
    assert (ended.json()["ended_by"], ended.json()["how"], again.status_code) == ("cs-07", "letter", 409)
    shown = [(each["stage"], [may["decision"] for may in each["possible"]]) for each in (owed, ended.json())]
    assert shown == [("owed", ["end"]), ("told", [])]
    assert said == CustomerTold(
        notification_id=owed["notification"],
        customer_id=CUSTOMER.customer_id,
        purpose="order_placed",
        about="SO-2026-0412",
        how="letter",
        told=owed["untold"],
        told_by="cs-07",
        note="已寄函告知",
        at=said.at,
    )
    assert (await notify.ask("GET", "/duties?kind=unreached")).json()["items"] == []
    (clock,) = (await notify.ask("GET", f"/unreached/{owed['id']}/clocks")).json()
    assert clock["outcome"] == "in_time"


@pytest.mark.requirement("R100.d")
@pytest.mark.parametrize(
    ("failed", "due"),
    [
        (MORNING, MORNING + timedelta(hours=4)),
        (MORNING + timedelta(hours=8), MORNING + timedelta(hours=26)),
        (MORNING + timedelta(hours=12), MORNING + timedelta(hours=26)),
    ],
    ids=["at 10:00 by 14:00", "at 18:00 by noon of the next day", "at 22:00 by noon of the next day"],
)
async def test_the_term_of_calling_a_customer_lies_outside_the_hours_of_rest(failed: datetime, due: datetime) -> None:
    notify = InMemoryNotify(at=failed)
    await notify.tell(released(customer=CUSTOMER.but(mobile=None, email=None)))
    for event in notify.announced(NotificationFailed):
        await notify.hear(event)

    (duty,) = (await notify.ask("GET", "/duties?kind=unreached")).json()["items"]
    (unreached,) = notify.announced(CustomerUnreached)
    assert datetime.fromisoformat(duty["due_at"]) == unreached.due_at
    assert unreached.due_at - due < timedelta(minutes=1)


async def test_messages_that_break_a_gateway_leave_the_others_their_way(notify: InMemoryNotify) -> None:
    send = notify.sms.send

    async def breaks_for_one(message: Outgoing) -> Answer:
        if message.to == customer(0).mobile:
            raise RuntimeError("bug")
        return await send(message)

    notify.sms.send = breaks_for_one
    for number in range(2 * FAILURES):
        await notify.tell(ready(f"SO-{number}", customer(0)))
    await notify.tell(ready("SO-GOOD", customer(1)))

    assert (await notify.one(about="SO-GOOD")).stage == "accepted"


def _refuse(message: Outgoing) -> None:
    raise Unsendable("the address is not one mailbox: name@domain")


def test_the_diagram_in_the_readme_is_the_table_that_drives_the_code() -> None:
    readme = (Path(__file__).parents[3] / "services" / "notify" / "README.md").read_text()

    assert f"```mermaid\n{LIFECYCLE.mermaid()}```" in readme


async def test_both_channels_of_a_delay_are_promised_for_themselves(notify: InMemoryNotify) -> None:
    notify.sms.answers = [permanent("isv.MOBILE_NUMBER_ILLEGAL")]

    told: list[Notification] = await notify.tell(delayed())

    assert {(each.way.channel, each.stage) for each in told if each.audience == "customer"} == {
        ("sms", "failed"),
        ("email", "accepted"),
    }


async def test_every_answer_is_counted_by_provider_purpose_and_outcome() -> None:
    first, second = Told("sms", "first"), Told("sms", "second")
    notify = InMemoryNotify(first, second)
    first.answers = [retry_later("busy", wait=0.0)]

    await notify.tell(released())
    await notify.tell(greeting("中秋"))
    await notify.tell(greeting("中秋"))

    def count(name: str, **labels: str) -> float | None:
        return notify.registry.get_sample_value(f"notify_{name}_total", labels)

    assert count("answers", provider="first", purpose="order_placed", outcome="retry_later") == 1
    assert count("answers", provider="second", purpose="order_placed", outcome="accepted") == 1
    assert count("answers", provider="first", purpose="care_greeting", outcome="accepted") == 1
    assert count("withheld", purpose="care_greeting", reason="duplicate_content") == 1


@pytest.mark.parametrize(("budget", "lease", "fits"), [(10, 30, True), (1, 2, True), (20, 30, False)])
def test_a_lease_outlasts_the_time_that_an_attempt_may_take(budget: float, lease: float, fits: bool) -> None:
    with nullcontext() if fits else pytest.raises(ValueError, match="at least twice SEND_BUDGET"):
        nowhere(Settings, send_budget=budget, send_lease=lease)
