"""To which address a message goes: the one that the customer's file has when it leaves."""

from datetime import datetime
from zoneinfo import ZoneInfo

from customers import CUSTOMER
from facts import delayed, registered, released
from notify_in_memory import InMemoryNotify

from notify.domain.parts.answer import retry_later
from shared.contracts.intake import Contact, CustomerUpdated

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
    assert (await notify.one()).state == "accepted"


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
