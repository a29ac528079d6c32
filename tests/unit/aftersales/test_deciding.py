"""What waits for a person's signature in after-sales, and what they see before they sign."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from decide_page import matters, text

from aftersales.domain.parts.trip import Remote
from shared.aggregate import Change
from shared.contracts.event import Money
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture
def waiting(ask):
    async def waiting(role):
        answer = await ask(role, "GET", "/ui/decide")
        assert answer.status_code == 200, answer.text
        return answer.text

    return waiting


@pytest.fixture
async def kept(in_every_stage, stores):
    """A service in every stage."""
    orders = {}
    for n, (stage, order) in enumerate(in_every_stage.items(), start=1):
        orders[stage] = order.but(id=UUID(int=n), voucher_no=f"FW-{n}")
        await stores.service_orders.create(Change(orders[stage]), cause(AT))
    return orders


async def test_the_work_waits_for_the_managers_countersignature_once_the_customer_has_signed(waiting, kept, stores):
    signed = kept["signed_off"]
    await stores.service_orders.apply(signed.id, lambda it: Change(it.but(countersignature=None)), cause(AT))
    html = await waiting("cs_manager")
    assert matters(html) == [("会签", signed.voucher_no, ["countersign"])]
    assert f'name="work" value="{signed.work}"' in html
    assert "铰链松脱，已更换" in text(html)
    assert matters(await waiting("installer")) == []


async def test_a_service_out_of_town_waits_for_another_person_than_the_applicant(waiting, kept, stores):
    travel = Money(amount=Decimal("800.00"))
    asked = Remote(id=UUID(int=8), place="湖南长沙", estimated_travel=travel, by="cs_manager-01", at=AT)
    order = kept["open"]
    await stores.service_orders.apply(order.id, lambda it: Change(it.but(remote=asked)), cause(AT))
    assert matters(await waiting("cs_manager")) == []
    html = await waiting("cs_director")
    assert matters(html) == [("批准异地服务", order.voucher_no, ["approve_remote"])]
    assert "地点 湖南长沙 预计差旅费 ¥800.00" in text(html)
