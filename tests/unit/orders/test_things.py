"""What went wrong with an order, and a check of the stock, have pages on which their duties end."""

import re
from datetime import UTC, date, datetime
from uuid import UUID

from orders.domain.exception import OrderException
from orders.domain.stock_check import StockCheck
from orders.store import Stores
from shared.aggregate import Change
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)


async def shown(ask, role, path):
    answer = await ask(role, "GET", f"/ui{path}")
    assert answer.status_code == 200, answer.text
    return answer.text


def forms_of(html):
    return [address.rpartition("/")[2] for address in re.findall(r'data-send="(.*?)"', html)]


async def test_an_exception_is_solved_on_its_page_by_the_order_desk(company, ask):
    entry = OrderException(
        id=UUID(int=5),
        order_id=UUID(int=1),
        order_no="SO-7",
        kind="supply",
        detail="五金件供应商断货",
        raised_by="planner-1",
        raised_at=AT,
    )
    await Stores.on(company.world.database).exceptions.create(Change(entry), cause(AT))
    at = f"/exceptions/{entry.id}"

    assert forms_of(await shown(ask, Role.PLANNER, at)) == []
    page = await shown(ask, Role.ORDER_SPECIALIST, at)
    assert forms_of(page) == ["resolve"]
    for each in ("SO-7", "五金件供应商断货", "供应商", "待解决"):
        assert each in page
    solved = await ask(Role.ORDER_SPECIALIST, "POST", f"{at}/resolve", {"resolution": "改用备用供应商"})
    assert solved.status_code == 200
    page = await shown(ask, Role.PLANNER, at)
    assert "已解决" in page
    assert "改用备用供应商" in page


async def test_a_stock_check_is_reported_on_its_page_by_the_warehouse(company, ask):
    check = StockCheck(
        id=UUID(int=6),
        kind="count",
        goods="80 款隔断成品",
        reason="年终盘点",
        until=date(2026, 12, 25),
        asked_by="cs-07",
        asked_at=AT,
    )
    await Stores.on(company.world.database).stock_checks.create(Change(check), cause(AT))
    at = f"/stock-checks/{check.id}"

    assert forms_of(await shown(ask, Role.FINANCE, at)) == []
    assert forms_of(await shown(ask, Role.WAREHOUSE, at)) == ["report"]
    found = {"findings": [{"goods": "80 款单玻隔断", "expected": 120, "found": 117}]}
    assert (await ask(Role.WAREHOUSE, "POST", f"{at}/report", found)).status_code == 200
    page = await shown(ask, Role.FINANCE, at)
    assert "80 款单玻隔断：账面120，实际117" in page
    assert "已报告" in page
