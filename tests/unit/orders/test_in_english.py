"""The pages of orders as they are read in English, in every stage of both routes."""

import re

import pytest
from english import COOKIE, left_in_chinese

from orders.pages import LOCALE
from shared.contracts.roles import Role

GOODS = "24件"
"""What the customer ordered; it stays as it was written."""

READERS = (Role.CS_DIRECTOR, Role.PLANT_MANAGER)


@pytest.fixture
def read(world):
    async def read(role, path):
        answer = await world.ask(role, "GET", path, headers=COOKIE)
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    return read


@pytest.mark.parametrize("kind", ["standard", "custom"])
async def test_no_page_says_in_chinese_what_the_catalogue_has_in_english(company, read, kind):
    order = await company.place(kind)
    left = set()
    for stage in [stage.name for stage in order.route.stages]:
        order = await company.run_to(stage)
        for role in READERS:
            for path in ("/ui/orders", "/ui/orders?part=left", f"/ui/orders/{order.id}", "/ui/decide"):
                found = left_in_chinese(await read(role, path), LOCALE)
                left |= {(path, text) for text in found if not text.endswith(GOODS)}
    assert left == set()


async def test_figures_duties_and_a_customers_card_are_in_english(company, read):
    order = await company.place()
    duties = await read(Role.CS_DIRECTOR, "/ui/duties?scope=all")
    opened = [f"/ui/duties/{id}" for id in re.findall(r'<tr id="duty-(.*?)"', duties)]
    assert opened != []
    customer = f"/ui/customers/{order.customer.customer_id}"
    left = set(left_in_chinese(duties, LOCALE))
    for path in (*opened, customer, "/ui/figures", "/ui/kept?month=2026-10"):
        left |= {(path, text) for text in left_in_chinese(await read(Role.CS_DIRECTOR, path), LOCALE)}
    assert left == set()
    assert "Take on the order" in duties


async def test_without_a_choice_pages_are_in_chinese_whatever_the_browser_asks_for(company, world):
    await company.place()
    for headers in ({"accept-language": "en"}, {"cookie": "kefu-language=fr"}, {"cookie": "kefu-language=zh-CN"}):
        answer = await world.ask(Role.CS_DIRECTOR, "GET", "/ui/orders", headers=headers)
        assert "<h1>订单</h1>" in answer.text


async def test_what_is_not_a_page_stays_as_it_is(company, world):
    order = await company.place()
    in_english = await world.ask(Role.CS_DIRECTOR, "GET", f"/orders/{order.id}", headers=COOKIE)
    in_chinese = await world.ask(Role.CS_DIRECTOR, "GET", f"/orders/{order.id}")
    assert in_english.json() == in_chinese.json()
