"""The warranty passport is printed with the content of the JSON, safely, and its code is the contract's number."""

import re
from datetime import UTC, date, datetime
from html import unescape
from uuid import UUID

import pytest
import segno

from aftersales.api.passport_page import print_passport
from aftersales.api.passport_view import Passport
from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.parts.finding import assess
from shared.aggregate import Change
from shared.contracts.event import Actor, PreciseDate
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))


@pytest.fixture
async def covered(stores):
    async def cover(contract_no):
        order = CoveredOrder.of("SO-2026-0412").but(
            customer=CustomerSnapshot(customer_id=UUID(int=1), name="恒达"),
            contract_no=contract_no,
            registered_date=PreciseDate(on=date(2026, 9, 30)),
            accepted_on=date(2026, 10, 12),
        )
        await stores.covered_orders.create(Change(order), NOW)

    return cover


@pytest.mark.parametrize("query", ["", "?as_of=2027-10-01"])
async def test_the_page_says_what_the_json_says(query, ask, covered):
    await covered("JG20260930-017")

    passport = (await ask("finance", "GET", f"/warranties/JG20260930-017{query}")).json()
    answer = await ask("finance", "GET", f"/warranties/JG20260930-017/page{query}")

    cells = dict(re.findall(r"<tr><th>(.*?)</th><td>(.*?)</td></tr>", answer.text))
    assert cells == {
        "合同编号": passport["contract_no"],
        "订单编号": passport["order_no"],
        "客户编号": passport["customer_id"],
        "验收日期": passport["accepted_on"],
        "保修起算日": passport["begins"]["on"],
        "保修截止日": passport["expires_on"],
        "查询日期": passport["as_of"],
        "保修状态": {"in_warranty": "保修期内", "out_of_warranty": "已过保修期"}[passport["verdict"]],
        "剩余天数": str(passport["days_left"]),
        "适用规则": f"{passport['rule']['name']}，第 1 版，12 个月",
    }
    assert re.findall(r"<li>(.*?)</li>", answer.text) == passport["explanation"]


async def test_the_page_has_the_contract_number_as_a_code_no_script_and_loads_nothing(ask, covered):
    await covered("JG20260930-017")

    answer = await ask("finance", "GET", "/warranties/JG20260930-017/page")

    assert segno.make("JG20260930-017", error="m", micro=False).svg_inline(omitsize=True) in answer.text
    assert "<script" not in answer.text
    assert not re.search(r"\s(src|href|on\w+)=", answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("url", "text", "caption"),
    [
        (None, "JG2026/09&017", "扫码读取合同编号"),
        ("https://kefu.example/w?no={contract_no}", "https://kefu.example/w?no=JG2026%2F09%26017", "扫码查询保修"),
    ],
)
def test_the_code_leads_to_the_company_s_address_where_it_has_one_and_says_so(url, text, caption, rules):
    order = CoveredOrder.of("SO-2026-0412").but(contract_no="JG2026/09&017")
    found = assess(rules.on(AT).warranty, order.covered(date(2026, 11, 22)), date(2026, 11, 22))
    passport = Passport.of("JG2026/09&017", order, date(2026, 11, 22), found)

    page = print_passport(passport, url).body.decode()

    assert segno.make(text, error="m", micro=False).svg_inline(omitsize=True) in page
    assert f"<figcaption>{caption}</figcaption>" in page


async def test_a_number_that_is_written_as_markup_stays_text(ask, covered):
    await covered("<B>JG&1<")

    answer = await ask("finance", "GET", "/warranties/%3Cb%3EJG%261%3C/page")

    assert "<B>" not in answer.text
    assert unescape(re.search(r"<tr><th>合同编号</th><td>(.*?)</td>", answer.text)[1]) == "<B>JG&1<"


async def test_a_contract_that_is_not_known_has_no_page(ask):
    assert (await ask("finance", "GET", "/warranties/JG20260101-001/page")).status_code == 404


async def test_a_passport_whose_day_is_unknown_says_so(ask, covered):
    await covered("JG202511-017")

    text = (await ask("finance", "GET", "/warranties/JG202511-017/page")).text

    assert "<td>2025-11</td>" in text
    assert "<td>无法确定</td>" in text
    assert "<tr><th>剩余天数</th><td>—</td></tr>" in text
