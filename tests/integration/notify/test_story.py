"""From a fact on the bus to the customer's phone and mailbox, over the real bus, database and gateways."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from customers import customer
from facts import accepted, complained, delayed, dunned, released
from notify_office import Office, Sinks
from waiting import until

from notify.domain.overtaken import overtaken_of
from notify.store import OvertakenNumbers
from shared.contracts.departments import PaymentReceived


@pytest.mark.requirement("R058.b")
async def test_a_delay_reaches_the_customer_by_sms_and_mail(notify: Office, outside: Sinks) -> None:
    await notify.announce(delayed(days=4, reason="supply"))

    told = await notify.settled(2)

    assert {(each.stage, each.way.channel) for each in told} == {("accepted", "sms"), ("accepted", "email")}
    (sms,) = outside.messages()
    assert sms["to"] == "13800138000"
    assert "推迟4天至11月30日" in sms["text"]
    assert "因钢化玻璃补片尚未到厂" in sms["text"]
    (mail,) = outside.mails()
    assert mail["subject"] == "订单SO-2026-0412发货延期4天"
    assert "尊敬的王总" in mail["text"]
    assert "推迟4天" in mail["html"]


async def test_a_reminder_that_is_heard_after_the_payment_it_asks_for_is_not_sent(
    notify: Office, outside: Sinks
) -> None:
    paid_at = datetime.now(UTC)
    reminder = dunned()
    overtaken = OvertakenNumbers(notify.service.plumbing.database)

    async def heard() -> bool:
        return bool(await overtaken.count({"id": overtaken_of(reminder.order_no)}, limit=1))

    await notify.announce(PaymentReceived(order_no=reminder.order_no, kind="balance", received_at=paid_at), at=paid_at)
    await until(heard)
    await notify.announce(reminder, at=paid_at - timedelta(seconds=1))

    told = await notify.settled(1, about=reminder.order_no, audience="customer")
    assert {(each.stage, each.reason) for each in told} == {("suppressed", "superseded")}
    assert [message for message in outside.messages() if message["to"] == "13800138000"] == []


async def test_the_same_fact_three_times_at_once_is_told_once(notify: Office, outside: Sinks) -> None:
    same = uuid4()
    await notify.announce(released(), released(), released(), ids=[same, same, same])

    await notify.settled(1)

    assert [message["template"] for message in outside.messages()] == ["order_placed@1"]


@pytest.mark.requirement("R064.b", "R066.a")
async def test_acceptance_says_different_things_to_end_customers_and_intermediaries(
    notify: Office, outside: Sinks
) -> None:
    await notify.announce(accepted(customer(1, kind="end")), accepted(customer(2, kind="intermediary")))

    await notify.settled(2)

    texts = {(message["to"], message["template"]): message["text"] for message in outside.messages()}
    assert "邀请朋友参观" in texts["13800000001", "acceptance_passed.end@1"]
    assert "再次合作" in texts["13800000002", "acceptance_passed.intermediary@1"]
    assert "李师傅 020-88886666" in texts["13800000001", "acceptance_passed.end@1"]


async def test_a_complaint_is_acknowledged_and_the_manager_is_told_in_chat(notify: Office, outside: Sinks) -> None:
    await notify.announce(complained())

    await notify.settled(2)

    assert [message["template"] for message in outside.messages()] == ["complaint_filed@1"]
    assert [post["text"].startswith("@cs_manager 【新投诉】投诉2026-11-0007") for post in outside.chat()] == [True]
