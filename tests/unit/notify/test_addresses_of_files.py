"""To which address a message goes: the one that the customer's file has when it leaves."""

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from customers import CUSTOMER
from facts import complained, delayed, dispatched, dunned, registered, released
from notify_in_memory import InMemoryNotify

from notify.domain.parts.answer import permanent, retry_later
from shared.contracts.event import Event
from shared.contracts.intake import Contact, CustomersMerged, CustomerUpdated
from shared.contracts.intake.customers import QuietHours
from shared.contracts.notify import ReplyReceived

NIGHT = datetime(2026, 11, 23, 22, tzinfo=ZoneInfo("Asia/Shanghai"))
MORNING_AFTER = {"hours": 11}


def corrected(revision: int = 2, **contact: str | None) -> CustomerUpdated:
    known = {"name": "王先生", "mobile": CUSTOMER.mobile, "email": CUSTOMER.email}
    return CustomerUpdated(
        customer_id=CUSTOMER.customer_id,
        name=CUSTOMER.name,
        contacts=(Contact.model_validate({**known, **contact}),),
        revision=revision,
        reason="更正",
    )


async def test_a_corrected_number_is_used_although_the_fact_tells_the_old_one(notify: InMemoryNotify) -> None:
    await notify.tell(registered(CUSTOMER))
    await notify.tell(corrected(mobile="13900139000"))
    await notify.tell(delayed(reason="supply"))

    assert {message.to for message in notify.sms.sent} == {"13900139000"}


async def test_a_message_to_a_merged_file_goes_where_the_kept_file_says_and_back_when_they_are_separated(
    notify: InMemoryNotify,
) -> None:
    kept = CUSTOMER.but(customer_id=UUID(int=2), mobile="13900139000")
    merged = CustomersMerged(
        customer_id=kept.customer_id, duplicate_id=CUSTOMER.customer_id, revision=2, reason="同一人"
    )
    for event in (registered(CUSTOMER), registered(kept), merged, released()):
        await notify.tell(event)
    await notify.tell(corrected(revision=3))
    await notify.tell(dispatched())

    assert [message.to for message in notify.sms.sent] == ["13900139000", CUSTOMER.mobile]


async def test_an_answer_from_the_number_of_a_merged_file_is_the_kept_customer_s(notify: InMemoryNotify) -> None:
    kept = CUSTOMER.but(customer_id=UUID(int=2))
    merged = CustomersMerged(
        customer_id=kept.customer_id, duplicate_id=CUSTOMER.customer_id, revision=2, reason="同一人"
    )
    for event in (registered(CUSTOMER), registered(kept), merged):
        await notify.tell(event)
    await notify.reply("13800138000", "什么时候发货？")

    (heard,) = notify.announced(ReplyReceived)
    assert heard.customer_id == kept.customer_id


async def test_a_number_that_was_removed_is_never_used_again(notify: InMemoryNotify) -> None:
    await notify.tell(registered(CUSTOMER))
    await notify.tell(corrected(mobile=None))
    await notify.tell(released())

    assert notify.sms.sent == []
    assert [message.to for message in notify.email.sent] == [CUSTOMER.email]


async def test_without_a_file_the_fact_says_where_the_customer_is_reached(notify: InMemoryNotify) -> None:
    await notify.tell(released())

    assert [message.to for message in notify.sms.sent] == [CUSTOMER.mobile]


async def test_what_waits_over_night_goes_to_the_address_of_the_morning() -> None:
    notify = InMemoryNotify(at=NIGHT)
    await notify.tell(registered(CUSTOMER))
    await notify.tell(released())
    await notify.tell(corrected(mobile="13900139000"))
    await notify.later(**MORNING_AFTER)

    assert [message.to for message in notify.sms.sent] == ["13900139000"]


async def test_a_message_that_is_tried_again_goes_to_the_corrected_number(notify: InMemoryNotify) -> None:
    notify.sms.answers = [retry_later("busy")]
    await notify.tell(registered(CUSTOMER))
    await notify.tell(released())
    await notify.tell(corrected(mobile="13900139000"))
    await notify.later(minutes=5)

    assert [message.to for message in notify.sms.sent] == [CUSTOMER.mobile, "13900139000"]
    assert (await notify.one()).stage == "accepted"


async def test_a_message_that_is_tried_again_never_goes_to_a_number_that_was_removed(notify: InMemoryNotify) -> None:
    notify.sms.answers = [retry_later("busy")]
    await notify.tell(registered(CUSTOMER))
    await notify.tell(released())
    await notify.tell(corrected(mobile=None))
    await notify.later(minutes=5)

    assert len(notify.sms.sent) == 1
    assert [message.to for message in notify.email.sent] == [CUSTOMER.email]


async def test_a_contact_without_a_number_leaves_it_to_the_next_one(notify: InMemoryNotify) -> None:
    boss, assistant = Contact(name="王建国", title="王总"), Contact(name="小李", mobile="13900139000")
    both = {"contacts": (boss, assistant), "revision": 2, "reason": "更正"}
    await notify.tell(CustomerUpdated(customer_id=CUSTOMER.customer_id, name=CUSTOMER.name, **both))

    await notify.tell(released())

    assert [message.to for message in notify.sms.sent] == ["13900139000"]


BOSS = Contact(name="王建国", title="王总", mobile="13600136000", email="wang@hengda.example")
FOREMAN = Contact(name="陈工", mobile="13700137000", concerns=("site",))
PAYER = Contact(name="林会计", mobile="13500135000", email="lin@hengda.example", concerns=("payment",))
COMPLAINANT = Contact(name="赵经理", mobile="13300133000", concerns=("complaint", "service"))


def with_contacts(*contacts: Contact, revision: int = 2) -> CustomerUpdated:
    file = {"contacts": contacts, "revision": revision, "reason": "更正"}
    return CustomerUpdated(customer_id=CUSTOMER.customer_id, name=CUSTOMER.name, **file)


@pytest.mark.parametrize(
    ("fact", "number"),
    [
        (released(), "13600136000"),
        (dispatched(), "13700137000"),
        (complained(), "13300133000"),
    ],
    ids=["an order", "the site", "a complaint"],
)
async def test_the_contact_that_the_file_names_for_it_is_told(notify: InMemoryNotify, fact: Event, number: str) -> None:
    await notify.tell(with_contacts(BOSS, FOREMAN, PAYER, COMPLAINANT))
    await notify.tell(fact)

    assert [message.to for message in notify.sms.sent] == [number]


async def test_the_payer_is_asked_for_money_and_by_name(notify: InMemoryNotify) -> None:
    await notify.tell(with_contacts(BOSS, PAYER))
    await notify.tell(dunned())

    (mail,) = notify.email.sent
    assert mail.to == "lin@hengda.example"
    assert mail.words.text.startswith("尊敬的林会计，您好！")
    assert [each.name for each in await notify.all()] == ["林会计"]


async def test_a_payer_without_a_mail_address_leaves_a_mail_to_the_contact_for_everything_else(
    notify: InMemoryNotify,
) -> None:
    await notify.tell(with_contacts(FOREMAN, PAYER.but(email=None), BOSS))
    await notify.tell(dunned())

    assert [message.to for message in notify.email.sent] == ["wang@hengda.example"]


async def test_where_no_contact_is_named_for_it_the_one_for_everything_else_is_told(notify: InMemoryNotify) -> None:
    await notify.tell(with_contacts(FOREMAN, PAYER, BOSS))
    await notify.tell(released())

    assert [message.to for message in notify.sms.sent] == ["13600136000"]


async def test_where_every_contact_is_named_for_something_else_the_first_in_the_file_is_told(
    notify: InMemoryNotify,
) -> None:
    await notify.tell(with_contacts(FOREMAN, PAYER))
    await notify.tell(released())

    assert [message.to for message in notify.sms.sent] == ["13700137000"]


async def test_a_message_goes_to_one_contact_alone_when_that_one_cannot_be_reached_by_sms() -> None:
    notify = InMemoryNotify()
    notify.sms.answers = [permanent("no_route")]
    await notify.tell(with_contacts(BOSS, FOREMAN))
    await notify.tell(dispatched())

    assert [message.to for message in notify.sms.sent] == ["13700137000"]
    assert notify.email.sent == []
    assert (await notify.one()).stage == "failed"


async def test_the_rest_of_the_contact_who_is_told_is_kept() -> None:
    resting = FOREMAN.but(quiet_hours=QuietHours(begin=time(9), end=time(12)))
    notify = InMemoryNotify()
    await notify.tell(with_contacts(BOSS, resting))
    await notify.tell(dispatched())
    assert notify.sms.sent == []
    await notify.tell(released())
    assert [message.to for message in notify.sms.sent] == ["13600136000"]

    await notify.later(hours=2)

    assert [message.to for message in notify.sms.sent] == ["13600136000", "13700137000"]


async def test_another_contact_for_the_site_is_told_what_waited_over_night() -> None:
    notify = InMemoryNotify(at=NIGHT)
    await notify.tell(with_contacts(BOSS, FOREMAN))
    await notify.tell(dispatched())
    await notify.tell(with_contacts(BOSS, FOREMAN.but(concerns=()), COMPLAINANT.but(concerns=("site",)), revision=3))
    await notify.later(**MORNING_AFTER)

    assert [message.to for message in notify.sms.sent] == ["13300133000"]


async def test_a_contact_taken_out_of_the_file_is_told_nothing_more(notify: InMemoryNotify) -> None:
    await notify.tell(with_contacts(BOSS, FOREMAN))
    await notify.tell(with_contacts(revision=3))
    await notify.tell(dispatched())

    assert notify.sms.sent == []
    assert (await notify.one()).stage == "failed"
