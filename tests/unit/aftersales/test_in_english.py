"""The pages of after-sales as they are read in English, in every stage of a service."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from english import COOKIE, left_in_chinese

from aftersales.domain.settlement import Settlement
from aftersales.pages import LOCALE
from shared.aggregate import Change
from shared.contracts.event import Actor
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))


@pytest.fixture
async def kept(in_every_stage, stores, request_with):
    """A service in every stage, a request and a month."""
    request = request_with()
    await stores.service_requests.create(Change(request), NOW)
    month = Settlement(id=Settlement.id_of("2026-11"), month="2026-11", policy_version=1)
    await stores.settlements.create(Change(month), NOW)
    paths = [f"/ui/service-requests/{request.id}", f"/ui/settlements/{month.id}"]
    for n, order in enumerate(in_every_stage.values(), start=1):
        service = order.but(id=UUID(int=n), voucher_no=f"FW-{n}", opened_at=AT + timedelta(minutes=n))
        await stores.service_orders.create(Change(service), NOW)
        paths.append(f"/ui/service-orders/{service.id}")
    return [*paths, f"/ui/customers/{request.form.customer.customer_id}"]


@pytest.mark.parametrize("role", ["cs_specialist", "operations_supervisor", "finance"])
async def test_no_page_says_in_chinese_what_the_catalogue_has_in_english(world, kept, role):
    lists = ("service-requests", "dispatch", "dispatch?day=2026-11-22", "settlements", "figures", "decide")
    left = set()
    for path in (*(f"/ui/{each}" for each in lists), *kept):
        answer = await world.ask(role, "GET", path, headers=COOKIE)
        assert answer.status_code == 200, (path, answer.text)
        left |= {(path, text) for text in left_in_chinese(answer.text, LOCALE)}
    assert left == set()


async def test_a_technicians_day_is_read_in_english(world, kept):
    answer = await world.ask("installer", "GET", "/ui/visits", headers=COOKIE)
    assert answer.status_code == 200
    assert left_in_chinese(answer.text, LOCALE) == []
