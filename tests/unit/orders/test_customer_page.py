"""What a customer sees of their orders by a link: the way, the promises, and nothing of the house or of others."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from customer_page import MOST_BYTES, link_of, opened, text

from orders.domain.route import stages
from orders.pages.customer import STEPS
from shared.contracts import departments as facts
from shared.contracts.vocabulary import CustomerSnapshot

WHO = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01")
MADE = date(2026, 9, 30)


@pytest.fixture
def link():
    return link_of(WHO, MADE)


def ledger(html):
    """The lines of the promise ledger."""
    return [text(f"<main>{line}") for line in re.findall(r"<li><b>(.*?)</li>", html, re.DOTALL)]


async def test_the_order_shows_its_way_and_the_day_that_was_promised(world, company, link):
    await company.place()
    await company.run_to("production")
    html = (await opened(world, link)).text
    assert re.findall(r'<li class="(past|here|ahead)".*?>(.*?)</li>', html) == [
        ("past", "合同"),
        ("past", "设计"),
        ("here", "生产"),
        ("ahead", "发货"),
        ("ahead", "运输"),
        ("ahead", "安装"),
        ("ahead", "验收"),
    ]
    assert ledger(html) == ["发货 11月26日"]


@pytest.mark.requirement("R200.d")
async def test_what_is_set_aside_for_the_order_is_shown_until_its_goods_have_left(world, company, link):
    await company.place()
    await company.run_to("production")
    assert "配货：现货部件已预留" in text((await opened(world, link)).text)
    await company.run_to("transport")
    assert "配货" not in text((await opened(world, link)).text)


@pytest.mark.requirement("R058.b")
async def test_of_an_order_of_which_a_part_has_left_the_page_says_that_the_rest_is_late(world, company, link):
    await company.place()
    await company.run_to("shipping")
    await company.fact(facts.GoodsDispatched, left_at=company.now, delivery_note_no="A", partial=True)
    await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 11, 30), reason_text="缺料")
    await company.delays()
    (line,) = ledger((await opened(world, link)).text)
    assert "其余货物推迟发出，部分材料尚未备齐" in line


async def test_an_order_of_each_stage_shows_where_it_is(world, company, link):
    await company.place()
    for stage in ("review", "production", "shipping", "transport", "installation", "acceptance", "balance", "closed"):
        await company.run_to(stage)
        answer = await opened(world, link)
        assert answer.status_code == 200
        assert answer.text.count('class="here"') == (0 if stage in ("balance", "closed") else 1)


async def test_a_customer_sees_their_own_orders_and_no_others(world, company, link):
    await company.place()
    other = CustomerSnapshot(customer_id=UUID(int=7), name="另一家公司")
    await company.place(order_no="SO-2026-0999", customer=other)
    html = (await opened(world, link)).text
    assert re.findall(r"SO-\d+-\d+", text(html)) == ["SO-2026-0412"]


async def test_whoever_has_the_link_reads_no_name_number_amount_or_word_of_the_house(world, company, link):
    await company.place(site_address="广州市天河区珠江东路 6 号 32 楼")
    await company.run_to("acceptance")
    order = await company.order()
    html = (await opened(world, link)).text
    inside = [order.customer.name, order.customer.mobile, "珠江东路", "100,000", "100000", "am-03", "cs_director"]
    inside += ["拆单", "production", "release", "中介", "南方", "foreman"]
    assert [each for each in inside if each and each in text(html)] == []
    ids = set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", html)) - {str(order.id)}
    assert ids == set(re.findall(r'name="key" value="(.*?)"', html))


async def test_the_page_needs_no_script_weighs_little_and_tells_its_link_to_nobody(world, company, link):
    await company.place()
    await company.run_to("production")
    answer = await opened(world, link)
    assert len(answer.content) < MOST_BYTES
    assert "<script" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert {
        each for each in re.findall(r'(?:href|src|action)="(.*?)"', answer.text) if not each.startswith("tel:")
    } == {
        "/assets/tokens.css",
        "/assets/track.css",
        *(f"/{part}/p/{link}" for part in ("orders", "complaints", "aftersales", "intake")),
    }


async def test_a_link_that_was_guessed_or_has_ended_shows_one_page_that_says_nothing(world, company, link):
    await company.place()
    ended = link_of(WHO, MADE - timedelta(days=100), days=99)
    answers = [await opened(world, each) for each in ("A" * 48, link[:-1] + ("A" if link[-1] != "A" else "B"), ended)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.text for answer in answers}) == 1
    assert "SO-2026-0412" not in answers[0].text


async def test_a_guess_leaves_evidence_that_does_not_hold_the_link(world, ask):
    guess = "A" * 48
    await opened(world, guess)
    (entry,) = (await ask("gm", "GET", "/audit?kind=refused")).json()["items"]
    assert (entry["code"], entry["route"], entry["path"]) == ("unproved_link", "/p/{link}", "/p/{secret}")


async def test_who_guesses_on_is_told_to_wait_and_a_good_link_is_not(world, company, link):
    await company.place()
    answers = [await opened(world, "A" * 48, "198.51.100.7") for _ in range(25)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429] * 5
    assert (await opened(world, link, "198.51.100.7")).status_code == 200


async def test_a_link_proves_nothing_to_any_other_route(world, company, link):
    order = await company.place()
    answer = await world.ask(None, "GET", f"/orders/{order.id}", headers={"Authorization": f"Bearer {link}"})
    assert answer.status_code == 401


def test_every_stage_of_every_route_but_those_after_the_work_is_a_step():
    known = {stage for _, each in STEPS for stage in each}
    assert set(stages()) - known == {"balance"}
