"""Customers' e-mails lead to their own page, and no SMS does: a carrier approves the text of those with its links."""

from datetime import UTC, datetime, timedelta

import pytest
from customers import CUSTOMER
from facts import complained, released
from notify_in_memory import RULES, InMemoryNotify

from notify.composer.links import CustomerLinks
from shared.contracts.event import Event
from shared.identity.customer_links import LinkKeys
from shared.testing.world import LINK_KEYS

KEYS = LinkKeys.read(LINK_KEYS)
BY_MAIL = CUSTOMER.model_copy(update={"mobile": None, "email": "wang@hengda.example"})
BY_SMS = CUSTOMER.model_copy(update={"mobile": "13800138000", "email": None})


def with_page(notify: InMemoryNotify) -> InMemoryNotify:
    """With an address of the customers' page."""
    notify.composer.links = CustomerLinks(KEYS, "https://kefu.example", timedelta(days=180), RULES.calendar)
    return notify


@pytest.fixture
def notify() -> InMemoryNotify:
    return with_page(InMemoryNotify())


@pytest.mark.parametrize(("fact", "part"), [(released("SO-1", BY_MAIL), "orders"), (complained(BY_MAIL), "complaints")])
async def test_an_e_mail_leads_to_the_part_of_the_page_that_it_is_about(
    notify: InMemoryNotify, fact: Event, part: str
) -> None:
    await notify.tell(fact)
    (mail,) = notify.email.words
    _, _, address = mail.text.rpartition("\n查看：")
    assert address.startswith(f"https://kefu.example/{part}/p/")
    today = RULES.calendar.day(notify.time.now())
    link = KEYS.read_link(address.rpartition("/")[2], today)
    assert (link.customer_id, link.made_on, link.ends_on) == (
        CUSTOMER.customer_id,
        today,
        today + timedelta(days=180),
    )
    assert address in mail.html


async def test_a_message_of_years_ago_leaves_with_its_link_too() -> None:
    notify = with_page(InMemoryNotify(at=datetime(2013, 3, 4, 2, tzinfo=UTC)))
    (told,) = await notify.tell(released("SO-1", BY_MAIL))
    assert told.stage == "accepted"
    assert ["/orders/p/" in words.text for words in notify.email.words] == [True]


async def test_an_sms_carries_no_link(notify: InMemoryNotify) -> None:
    await notify.tell(released("SO-1", BY_SMS))
    assert ["/p/" in words.text for words in notify.sms.words] == [False]


async def test_without_an_address_an_e_mail_is_as_it_was() -> None:
    notify = InMemoryNotify()
    await notify.tell(released("SO-1", BY_MAIL))
    assert ["查看" in words.text for words in notify.email.words] == [False]
