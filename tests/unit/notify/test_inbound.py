"""What comes back: receipts in any order and number, and answers that people write."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from customers import CUSTOMER
from facts import greeting, offered, ready, released
from notify_in_memory import InMemoryNotify

from notify.domain.decisions.claiming import claim
from notify.domain.decisions.receipts import take_receipt
from notify.domain.parts.receipt import SeenReceipt
from notify.gateways.gateway import BadCallback
from notify.gateways.mail import answers, bounces
from shared.contracts.intake import SurveyIssued
from shared.contracts.notify import NotificationDelivered, NotificationFailed, NotificationSent, ReplyReceived
from shared.testing import cause


async def test_a_receipt_delivers_once_however_often_it_is_pushed(notify: InMemoryNotify) -> None:
    (told,) = await notify.tell(released())

    for _ in range(3):
        await notify.receipt(told, code="DELIVRD")

    assert (await notify.one()).stage == "delivered"
    assert [event.receipt for event in notify.announced(NotificationDelivered)] == ["DELIVRD"]


async def test_a_receipt_before_the_answer_settles_the_message(notify: InMemoryNotify) -> None:
    await notify.hear(released())
    queued = await notify.one()
    now = notify.time.now()
    words = notify.composer.words(queued)
    claimed = claim(queued, "worker", "sms-gateway", now, cause(now)).state
    early = SeenReceipt(provider="sms-gateway", message=queued.id, status="delivered", at=now).receipt()

    delivered = take_receipt(claimed, early, words, cause(now))

    assert [type(event) for event in delivered.events] == [NotificationSent, NotificationDelivered]
    assert delivered.state.stage == "delivered"


async def test_a_receipt_that_names_the_providers_own_number_waits_for_its_message(notify: InMemoryNotify) -> None:
    seen = SeenReceipt(provider="sms-gateway", reference="sms-gateway-1", status="delivered", at=notify.time.now())
    await notify.inbound.take_receipts([seen])
    (waiting,) = [each async for each in notify.stores.early_receipts.each()]

    (told,) = await notify.tell(released())
    assert told.stage == "accepted"
    await notify.reconciler.match(waiting)

    assert (await notify.one()).stage == "delivered"
    assert (await notify.stores.early_receipts.get(waiting.id)).matched == told.id


async def test_a_bad_receipt_moves_on_to_mail_and_the_number_is_not_used_again(notify: InMemoryNotify) -> None:
    (told,) = await notify.tell(released("SO-1"))
    await notify.receipt(told, status="undelivered", code="MK:0001", reason="invalid_number")
    await notify.send()
    await notify.tell(released("SO-2"))

    assert [each.way.channel for each in await notify.all()] == ["email", "email"]
    assert len(notify.sms.sent) == 1
    assert [event.fallback for event in notify.announced(NotificationFailed)] == ["email"]


async def test_delivered_is_not_taken_back_by_a_late_bad_receipt(notify: InMemoryNotify) -> None:
    (told,) = await notify.tell(released())
    await notify.receipt(told)
    await notify.receipt(told, status="undelivered", code="EXPIRED")

    assert ((await notify.one()).stage, len((await notify.one()).receipts)) == ("delivered", 2)


async def test_a_message_is_not_delivered_before_it_was_made_nor_later_than_now(notify: InMemoryNotify) -> None:
    for year in (1970, 2106):
        await notify.receipt((await notify.tell(released(f"SO-{year}")))[-1], at=datetime(year, 2, 7, tzinfo=UTC))

    made = [each.created_at for each in await notify.all()]
    old, new = [event.at for event in notify.announced(NotificationDelivered)]
    assert (old, made[1] < new <= notify.time.now()) == (made[0], True)


async def test_without_a_receipt_in_72_hours_it_stays_unconfirmed(notify: InMemoryNotify) -> None:
    await notify.tell(ready())
    await notify.later(hours=73)

    assert (await notify.one()).stage == "unconfirmed"


@pytest.mark.parametrize(
    ("text", "intent", "choice"),
    [
        ("2", "choice", 2),
        ("选１。", "choice", 1),
        ("9", "free", None),
        ("T", "stop", None),
        ("退订", "stop", None),
        ("请尽快处理", "free", None),
    ],
)
async def test_an_answer_is_understood_by_what_the_message_offered(
    notify: InMemoryNotify, text: str, intent: str, choice: int | None
) -> None:
    await notify.tell(offered())
    asked = await notify.one(**{"ways.channel": "sms", "audience": "customer"})

    await notify.reply("13800138000", text)
    await notify.reply("13800138000", text)

    (reply,) = notify.announced(ReplyReceived)
    assert (reply.intent, reply.choice) == (intent, choice)
    assert (reply.notification_id, reply.about, reply.customer_id) == (asked.id, "2026-11-0007", CUSTOMER.customer_id)


async def test_the_number_is_the_one_of_the_message_and_the_answer_says_what_was_offered(
    notify: InMemoryNotify,
) -> None:
    offer = offered()
    await notify.tell(offer)
    (words,) = notify.sms.words

    await notify.reply("13800138000", "2")

    assert "1. 免费更换三樘玻璃 2. 折让300元。请回复序号" in words.text
    (reply,) = notify.announced(ReplyReceived)
    assert (reply.intent, reply.choice, reply.offer_id) == ("choice", 2, offer.proposal_id)


@pytest.mark.parametrize(("text", "intent"), [("0", "decline"), ("都不接受，回0", "free"), ("3", "free")])
async def test_all_solutions_are_declined_with_a_nought_and_a_number_that_was_not_offered_is_read_by_a_person(
    notify: InMemoryNotify, text: str, intent: str
) -> None:
    await notify.tell(offered())

    await notify.reply("13800138000", text)

    (reply,) = notify.announced(ReplyReceived)
    assert (reply.intent, reply.choice) == (intent, None)


@pytest.mark.requirement("R158.c")
@pytest.mark.parametrize(("text", "intent"), [("1", "accept"), ("2", "decline"), ("3", "free")])
async def test_the_one_approved_solution_stands_in_the_text_and_is_answered(
    notify: InMemoryNotify, text: str, intent: str
) -> None:
    offer = offered().model_copy(update={"customer_may_choose": False})
    await notify.tell(offer)
    (words,) = notify.sms.words

    await notify.reply("13800138000", text)

    assert "的处理方案是：免费更换三樘玻璃。同意请回复1，不接受请回复2" in words.text
    (reply,) = notify.announced(ReplyReceived)
    assert (reply.intent, reply.offer_id) == (intent, offer.proposal_id)


async def test_solutions_that_an_sms_cannot_carry_whole_are_told_by_mail_and_by_a_colleague(
    notify: InMemoryNotify,
) -> None:
    offer = offered()
    long = tuple(each.model_copy(update={"description": "免费更换玻璃，" * 40}) for each in offer.offered)
    await notify.tell(offer.model_copy(update={"offered": long}))

    assert notify.sms.words == []
    assert "2. 免费更换玻璃" in notify.email.words[0].text
    (failed,) = await notify.all(**{"ways.channel": "sms", "audience": "customer"})
    assert (failed.stage, failed.reason) == ("failed", "unfit: the message has 661 characters, 500 are allowed")


async def test_a_digit_answers_the_message_that_offered_it_not_a_newer_one(notify: InMemoryNotify) -> None:
    await notify.tell(offered())
    await notify.tell(greeting("中秋"))

    await notify.reply("13800138000", "1")

    (reply,) = notify.announced(ReplyReceived)
    assert reply.purpose == "resolution_choice"


CHOOSING = [
    "1、",
    "1.",
    "１",
    "选1",
    "第一个",
    "第1个",
    "一",
    "壹",
    "方案一，谢谢",
    "1号方案",
    "①",
    "1️⃣",
    "我选第一种",
    "就1吧",
    "1 please",
    "option one",
    "\u200b1",
    "【王先生】1",
    "1\n发自我的手机",
    "选1，尽快",
]
READ_BY_A_PERSON = [
    "不要1",
    "不同意1",
    "不选第一个",
    "1或2",
    "1 2",
    "12",
    "1天能到吗",
    "除了1都行",
    "1号楼的门坏了",
    "都不要",
    "同意",
    "第三个",
    "1-2天",
]


@pytest.mark.parametrize("text", CHOOSING, ids=ascii)
async def test_a_number_is_understood_as_people_write_it(notify: InMemoryNotify, text: str) -> None:
    await notify.tell(offered())

    await notify.reply("13800138000", text)

    (reply,) = notify.announced(ReplyReceived)
    assert (reply.intent, reply.choice) == ("choice", 1)


@pytest.mark.parametrize("text", READ_BY_A_PERSON, ids=ascii)
async def test_what_may_mean_something_else_chooses_nothing(notify: InMemoryNotify, text: str) -> None:
    await notify.tell(offered())

    await notify.reply("13800138000", text)

    (reply,) = notify.announced(ReplyReceived)
    assert (reply.intent, reply.choice) == ("free", None)


async def test_a_number_that_may_choose_in_either_of_two_complaints_is_asked_about_by_a_person(
    notify: InMemoryNotify,
) -> None:
    await notify.tell(offered())
    await notify.tell(offered(number="2026-11-0008"))

    await notify.reply("13800138000", "2")

    (reply,) = notify.announced(ReplyReceived)
    assert (reply.intent, reply.choice, reply.about) == ("free", None, "2026-11-0008")


async def test_when_one_of_two_offers_is_answered_the_number_belongs_to_the_other(notify: InMemoryNotify) -> None:
    await notify.tell(offered())
    await notify.reply("13800138000", "1", "1")
    await notify.tell(offered(number="2026-11-0008"))
    await notify.reply("13800138000", "2", "2")

    said = [(reply.intent, reply.choice, reply.about) for reply in notify.announced(ReplyReceived)]
    assert said == [("choice", 1, "2026-11-0007"), ("choice", 2, "2026-11-0008")]


async def test_of_two_offers_about_one_complaint_the_number_belongs_to_the_newer(notify: InMemoryNotify) -> None:
    first, second = offered(), offered()
    await notify.tell(first)
    await notify.tell(second)

    await notify.reply("13800138000", "2")

    (reply,) = notify.announced(ReplyReceived)
    assert (reply.intent, reply.choice, reply.offer_id) == ("choice", 2, second.proposal_id)


async def test_a_survey_is_answered_with_a_grade(notify: InMemoryNotify) -> None:
    await notify.tell(SurveyIssued(survey_id=uuid4(), customer=CUSTOMER, order_no="SO-1"))
    (asked,) = notify.email.sent
    mail = f"From: <{CUSTOMER.email}>\r\nMessage-ID: <1@x>\r\nIn-Reply-To: <{asked.id}@kefu.example>\r\n\r\n2\r\n> 请您"

    await notify.inbound.take_replies(answers("smtp", mail.encode()))

    (reply,) = notify.announced(ReplyReceived)
    assert (reply.intent, reply.choice, reply.about) == ("rating", 2, "SO-1")


async def test_an_answer_from_nowhere_is_kept_and_announced(notify: InMemoryNotify) -> None:
    await notify.reply("13999999999", "你们是谁")

    (reply,) = notify.announced(ReplyReceived)
    assert (reply.intent, reply.notification_id, reply.address_masked) == ("free", None, "139****9999")


BOUNCE = """\
From: MAILER-DAEMON@mail.example
Subject: Undeliverable
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not work.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; wang@hengda.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: message/rfc822

From: service@kefu.example
Message-ID: <018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c07@kefu.example>
Subject: x

x
--b--
"""


def test_a_bounce_says_whose_mail_came_back_and_why() -> None:
    (seen,) = bounces("smtp", BOUNCE.format(action="failed").encode())

    assert (str(seen.message), seen.status, seen.reason) == (
        "018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c07",
        "undelivered",
        "invalid_number",
    )
    assert seen.code == "5.1.1 smtp; 550 no such user"
    assert bounces("smtp", BOUNCE.format(action="delayed").encode()) == []


def test_people_answer_mails_and_machines_are_left_alone() -> None:
    mail = (
        "From: Wang <wang@hengda.example>\r\nMessage-ID: <1@hengda.example>\r\n"
        "In-Reply-To: <018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c07@kefu.example>\r\n{extra}"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n退订\r\n> 尊敬的王总\r\n"
    )

    (said,) = answers("smtp", mail.format(extra="").encode())

    assert (said.text, said.address, str(said.message)[:8]) == ("退订", "wang@hengda.example", "018f5a30")
    assert answers("smtp", mail.format(extra="Auto-Submitted: auto-replied\r\n").encode()) == []


def test_a_mail_that_names_no_sender_is_not_taken() -> None:
    with pytest.raises(BadCallback):
        answers("smtp", b"Subject: hello\r\n\r\nThanks")
