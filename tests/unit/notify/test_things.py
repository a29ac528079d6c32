"""What customer service owes for a message has a page: whose a reply is, and who tells what no message could."""

import re
from uuid import uuid4

import httpx
import pytest
from customers import CUSTOMER
from facts import released
from notify_in_memory import InMemoryNotify

from notify.gateways.gateway import Outgoing, Unsendable
from notify.pages.words import UNREACHED_REASONS
from shared.contracts.notify import NotificationFailed
from shared.contracts.roles import Role


def forms_of(page: httpx.Response) -> list[str]:
    """Where the forms of a page are sent."""
    assert page.status_code == 200, page.text
    return re.findall(r'data-send="/notify(.*?)"', page.text)


def _refuse(message: Outgoing) -> None:
    raise Unsendable("unsendable")


async def test_a_reply_is_attributed_on_its_page(notify: InMemoryNotify) -> None:
    await notify.reply("13911112222", "你好，请问是哪位？")
    (reply,) = (await notify.ask("GET", "/replies")).json()["items"]
    at = f"/replies/{reply['id']}"

    open_still = await notify.ask("GET", f"/ui{at}")
    customer = str(uuid4())
    await notify.ask("POST", f"{at}/attribute", {"customer_id": customer, "note": "客户来电说明"})
    known = await notify.ask("GET", f"/ui{at}")

    assert (forms_of(open_still), forms_of(known)) == ([f"{at}/attribute"], [])
    assert "你好，请问是哪位？" in open_still.text
    assert "139****2222" in open_still.text
    assert "13911112222" not in open_still.text
    assert f'href="/desk/customers/{customer}"' in known.text
    assert "客户来电说明" in known.text


async def test_what_a_customer_was_not_told_is_read_and_settled_on_its_page(notify: InMemoryNotify) -> None:
    notify.sms.prepare = notify.email.prepare = _refuse
    await notify.tell(released())
    for event in notify.announced(NotificationFailed):
        await notify.hear(event)
    (owed,) = (await notify.ask("GET", f"/unreached?customer_id={CUSTOMER.customer_id}")).json()["items"]
    at = f"/unreached/{owed['id']}"

    to_be_told = await notify.ask("GET", f"/ui{at}")
    await notify.ask("POST", f"{at}/end", {"ending": "told", "how": "phone", "note": "已电话告知"})
    told = await notify.ask("GET", f"/ui{at}")

    assert (forms_of(to_be_told), forms_of(told)) == ([f"{at}/end"], [])
    assert owed["untold"] in to_be_told.text
    assert "SO-2026-0412" in to_be_told.text
    assert "短信或邮件无法按此内容生成" in to_be_told.text
    assert "客户已知" in told.text
    assert re.search(r"告知方式.{1,40}电话", told.text, re.DOTALL)
    assert "已电话告知" in told.text


def test_why_a_customer_was_not_reached_is_said_in_the_same_words_on_the_page_and_in_the_message(
    notify: InMemoryNotify,
) -> None:
    assert notify.composer.catalogue.variables["why"].labels == UNREACHED_REASONS


@pytest.mark.parametrize("role", list(Role))
async def test_the_page_is_read_by_those_who_read_the_list(notify: InMemoryNotify, role: Role) -> None:
    notify.sms.prepare = notify.email.prepare = _refuse
    await notify.tell(released())
    for event in notify.announced(NotificationFailed):
        await notify.hear(event)
    (owed,) = (await notify.ask("GET", "/unreached")).json()["items"]
    duties = await notify.world.ask(role, "GET", "/unreached")
    page = await notify.world.ask(role, "GET", f"/ui/unreached/{owed['id']}")
    assert page.status_code == duties.status_code
