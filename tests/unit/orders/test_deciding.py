"""What waits for a person's signature in orders: once there is something to sign, and never from who prepared it."""

import pytest
from decide_page import matters, text


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
