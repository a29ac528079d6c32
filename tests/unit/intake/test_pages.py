"""The pages of intake: a customer found by what a caller says, the file and the timeline, and names for other pages."""

import json
import re
from html import unescape
from typing import Literal, get_args, get_origin
from uuid import uuid4

import pytest

from intake.domain.moment import facts_about_customers, facts_about_orders
from intake.pages.customers import SAID
from intake.pages.words import FACTS, REASONS
from shared.contracts.complaints import ComplaintEscalated
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, order_id_of

HENGDA = {
    "name": "广州恒达装饰工程有限公司",
    "contacts": [{"name": "王建国", "mobile": "13800138000"}],
    "address": "广州市天河区珠江东路 6 号",
    "owner": "account_manager-9",
}


def text(html):
    """What is read of it, without marks, its blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", html))).strip()


def begun(html):
    """What stands in the forms of the other services' cards to begin with."""
    (told,) = set(re.findall(r'data-begun="(.*?)"', html))
    return json.loads(unescape(told))


@pytest.fixture
async def customer(world):
    """The id of a registered customer."""
    answer = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", HENGDA)
    return answer.json()["customer_id"]


@pytest.fixture
def page(world):
    async def page(role, path):
        answer = await world.ask(role, "GET", f"/ui{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    return page


@pytest.mark.parametrize("asked", ["恒达", "gzhd", "8000", "13800138000"])
async def test_a_caller_is_found_by_whatever_they_say(page, customer, asked):
    html = await page(Role.CS_SPECIALIST, f"/customers?q={asked}")
    assert re.findall(r'href="/desk/customers/(.*?)"', html) == [customer]
    assert "138****8000" in html


async def test_a_customer_without_a_contact_stands_in_the_list_beside_the_others(world, page, customer):
    nobody = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "没有联系人的客户"})
    html = await page(Role.CS_SPECIALIST, "/customers")
    listed = set(re.findall(r'href="/desk/customers/(.*?)"', html))
    assert listed == {customer, nobody.json()["customer_id"]}


async def test_what_is_asked_too_shortly_is_refused(world, customer):
    answer = await world.ask(Role.CS_SPECIALIST, "GET", "/ui/customers?q=1")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_short")


async def test_a_customers_page_has_the_file_and_places_for_the_other_services_cards(page, customer):
    html = await page(Role.CS_SPECIALIST, f"/customers/{customer}")
    assert "13800138000" in html
    assert re.findall(r'<kefu-card data-url="(.*?)"', html) == [
        f"/orders/ui/customers/{customer}",
        f"/complaints/ui/customers/{customer}",
        f"/aftersales/ui/customers/{customer}",
    ]
    assert begun(html) == {
        "customer.name": HENGDA["name"],
        "customer.kind": "end",
        "customer.contact_name": "王建国",
        "complainant": "王建国",
        "customer.mobile": "13800138000",
        "address": "广州市天河区珠江东路 6 号",
    }


async def test_who_does_not_serve_the_customer_sees_masked_numbers(page, customer):
    html = await page(Role.ACCOUNT_MANAGER, f"/customers/{customer}")
    assert "138****8000" in html
    assert "13800138000" not in html
    assert "珠江东路" not in html
    assert begun(html).keys() == {"customer.name", "customer.kind", "customer.contact_name", "complainant"}


async def told(world):
    """Once intake has heard its own events."""
    await world.follow()
    for event in world.announced:
        await world.hear(event)


async def test_a_talk_is_recorded_by_the_form_of_the_page_and_stands_in_the_timeline(world, page, customer):
    html = await page(Role.CS_SPECIALIST, f"/customers/{customer}")
    form = re.search(r'<form id="form-contacts".*?</form>', html, re.DOTALL)[0]
    assert f'data-send="/intake/customers/{customer}/contacts"' in form
    filled = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', form))
    talk = {**filled, "started_at": "2026-11-20T05:50:00Z", "content": "询问新办公楼隔断"}
    answer = await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer}/contacts", talk)
    assert answer.status_code == 201, answer.text
    await told(world)
    past = await page(Role.CS_SPECIALIST, f"/customers/{customer}")
    assert "询问新办公楼隔断" in text(past)


def forms_of(html):
    """The addresses to which the forms of a page are sent."""
    return re.findall(r'data-send="/intake(.*?)"', html)


def hidden(html, address):
    """What the form for this address sends unasked."""
    (form,) = re.findall(rf'<form [^>]*data-send="/intake{address}".*?</form>', html, re.DOTALL)
    return dict(re.findall(r'<input type="hidden" name="(.*?)" value="(.*?)"', form))


async def test_each_decision_about_a_file_stands_on_its_page_for_those_who_may(page, customer):
    at = f"/customers/{customer}"
    assert forms_of(await page(Role.CS_SPECIALIST, at)) == [
        f"{at}/contacts", f"{at}/correct", f"{at}/ask-to-erase", "/enquiries", "/visits",
    ]  # fmt: skip
    assert forms_of(await page(Role.CS_SUPERVISOR, at)) == [
        f"{at}/contacts",
        f"{at}/correct",
        f"{at}/classify",
        f"{at}/assign",
        f"{at}/assign-specialist",
        f"{at}/ask-to-erase",
        "/enquiries",
        "/visits",
    ]
    assert forms_of(await page(Role.MARKET_SUPERVISOR, at)) == []


async def test_two_files_with_one_number_are_merged_and_separated_on_the_page(world, page, customer):
    other = (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {**HENGDA, "name": "恒达（老王）"})).json()
    at, merge = f"/customers/{customer}", f"/customers/{customer}/merge"
    html = await page(Role.CS_SUPERVISOR, at)
    given = hidden(html, merge)
    assert "恒达（老王）" in text(html)
    assert given == {"duplicate_id": other["customer_id"], "revision": "1", "duplicate_revision": "1"}

    numbers = {name: int(given[name]) for name in ("revision", "duplicate_revision")}
    await world.ask(Role.CS_SUPERVISOR, "POST", merge, {**given, **numbers, "reason": "同一人两次登记"})
    html = await page(Role.CS_SUPERVISOR, at)
    assert merge not in forms_of(html)
    assert f"{at}/separate" in forms_of(html)
    assert f'value="{other["customer_id"]}"' in html


async def test_a_file_an_enquiry_and_a_visit_begin_on_the_page_on_which_a_caller_is_looked_for(page):
    assert forms_of(await page(Role.ACCOUNT_MANAGER, "/customers")) == ["/customers", "/enquiries", "/visits"]
    assert forms_of(await page(Role.MARKET_SUPERVISOR, "/customers")) == []


async def test_a_visit_to_a_customer_begins_with_whom_and_when(page, customer):
    html = await page(Role.CS_SPECIALIST, f"/customers/{customer}")
    assert hidden(html, "/visits") == {"via": "app", "customer_id": customer}
    for begun_with in ("广州恒达装饰工程有限公司", "王建国", "13800138000", "2026-11-20T14:00"):
        assert f'value="{begun_with}"' in html


async def test_the_timeline_is_shown_as_it_was_on_an_earlier_day(world, page, customer):
    talk = {
        "subject": "客户来电", "service_type": "售后", "service_method": "电话", "status": "已完成",
        "contact_name": "王建国", "on": "2026-11-20", "at": "13:50", "started_at": "2026-11-20T05:50:00Z",
        "content": "问什么时候发货",
    }  # fmt: skip
    await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer}/contacts", talk)
    await told(world)
    today, before = [
        await page(Role.CS_SPECIALIST, f"/customers/{customer}?until={day}") for day in ("2026-11-20", "2026-11-19")
    ]
    assert "问什么时候发货" in today
    assert "问什么时候发货" not in before


async def test_an_order_in_the_timeline_leads_to_its_page(world, page, customer):
    number = "SO-2026-0412"
    wanted = {
        "order_no": number,
        "customer_id": customer,
        "lines": [{"description": "80 款高隔断", "quantity": 24}],
        "verified": {"by": "cs-07", "at": "2026-11-20T05:00:00Z"},
    }
    answer = await world.ask(Role.CS_SPECIALIST, "POST", "/orders", wanted)
    assert answer.status_code == 201, answer.text
    await world.follow()
    for event in world.announced:
        await world.hear(event)
    html = await page(Role.CS_SPECIALIST, f"/customers/{customer}")
    assert f'<a href="/desk/orders/{order_id_of(number)}">' in html


async def test_names_are_told_of_those_who_are_known(world, customer):
    answer = await world.ask(Role.CS_SPECIALIST, "GET", f"/ui/names?id={customer}&id={uuid4()}")
    assert answer.json() == {customer: HENGDA["name"]}
    assert (await world.ask(Role.INSTALLER, "GET", f"/ui/names?id={customer}")).status_code == 403


def test_every_code_that_is_shown_with_a_fact_has_words():
    shown = {}
    for event in (*facts_about_customers(), *facts_about_orders()):
        for name in SAID:
            field = event.model_fields.get(name)
            if field and get_origin(field.annotation) is Literal:
                shown[event.key.rpartition(".")[0]] = set(get_args(field.annotation))
    told = {key: set(codes) for key, codes in REASONS.items()}
    assert told.pop("notify.customer_unreached"), "its codes are notify's"
    assert told == shown


async def test_a_reason_that_is_a_code_stands_in_the_timeline_in_words(world, page, customer):
    escalated = ComplaintEscalated(
        complaint_id=uuid4(),
        complaint_no="2026-11-0007",
        customer=CustomerSnapshot(customer_id=customer, name="恒达"),
        from_role=Role.CS_MANAGER,
        to_role=Role.DEPUTY_GM,
        level=1,
        reason="severity",
    )
    await world.hear(escalated)

    html = await page(Role.CS_SPECIALIST, f"/customers/{customer}")

    assert ("情况严重" in html, "severity" in html) == (True, False)


def test_every_fact_about_a_customer_has_a_name():
    kept = (*facts_about_customers(), *facts_about_orders())
    assert set(FACTS) == {event.key.rpartition(".")[0] for event in kept}
