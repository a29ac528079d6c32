"""What waits for a person's signature in orders: once there is something to sign, and never from who prepared it."""

import re
from html import unescape

import pytest


def text(html):
    """What is read of it, without marks, its blanks made one."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def matters(html):
    """Each matter: what is asked for, its number, and the decisions that there are forms for."""
    found = re.findall(r"<article.*?</article>", html, re.DOTALL)
    return [
        (
            text(re.search(r"<h3.*?</h3>", each)[0]),
            text(re.search(r"<a .*?</a>", each)[0]),
            re.findall(r'<form id="form-([a-z_]+)-', each),
        )
        for each in found
    ]


@pytest.fixture
def waiting(ask):
    async def waiting(role, who="01"):
        answer = await ask(role, "GET", "/ui/decide", who=who)
        assert answer.status_code == 200, answer.text
        return answer.text

    return waiting


async def test_a_contract_waits_once_it_was_submitted(company, waiting):
    await company.place("custom", order_no="SO-1")
    assert matters(await waiting("cs_director")) == []
    await company.submit()
    html = await waiting("cs_director")
    assert matters(html) == [("评审合同", "SO-1", ["review"])]
    assert 'name="revision" value="1"' in html
    assert "计划会签 还没有会签" in text(html)
    assert matters(await waiting("plant_manager")) == []
