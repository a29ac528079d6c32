"""Whom a technician reaches: the customer's present contacts stand beside the contact of the day of the request."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.aggregate import Change
from shared.contracts.intake import CustomersMerged, CustomersSeparated, CustomerUpdated
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def updated(revision, *mobiles):
    contacts = tuple({"name": "王建国", "mobile": mobile} for mobile in mobiles)
    return CustomerUpdated(customer_id=UUID(int=1), name="广州恒达装饰", contacts=contacts, revision=revision)


@pytest.fixture
async def paths(stores, request_with, order_with):
    """An entry in the register, and a voucher."""
    entry = await stores.service_requests.create(Change(request_with()), cause(AT))
    voucher = await stores.service_orders.create(Change(order_with()), cause(AT))
    return f"/service-requests/{entry.id}", f"/service-orders/{voucher.id}"


async def numbers(ask, path, role="installer"):
    said = (await ask(role, "GET", path)).json()
    now, then = said["customer_now"], said["form"]["customer"] if "form" in said else said["customer"]
    return then["mobile"], now and [each["mobile"] for each in now["contacts"]]


async def test_the_present_contact_stands_beside_the_one_of_the_request_and_of_the_voucher(ask, world, paths):
    for path in paths:
        assert await numbers(ask, path) == ("13800138000", None)
    await world.hear(updated(3, "13900139000"))
    await world.hear(updated(2, "13700137000"))
    for path in paths:
        assert await numbers(ask, path) == ("13800138000", ["13900139000"])


async def test_a_number_that_was_removed_is_not_shown_as_the_present_one(ask, world, paths):
    await world.hear(updated(2, "13900139000"))
    await world.hear(updated(3))
    for path in paths:
        assert await numbers(ask, path) == ("13800138000", [])


async def test_of_merged_files_the_one_that_is_kept_says_whom_to_reach_until_they_are_separated(ask, world, paths):
    kept = UUID(int=2)
    await world.hear(updated(2, "13900139000"))
    await world.hear(CustomersMerged(customer_id=kept, duplicate_id=UUID(int=1), revision=3, reason="同一人"))
    for path in paths:
        assert await numbers(ask, path) == ("13800138000", None)
    await world.hear(updated(4, "13700137000").but(customer_id=kept))
    for path in paths:
        assert await numbers(ask, path) == ("13800138000", ["13700137000"])
    await world.hear(CustomersSeparated(customer_id=kept, separated_id=UUID(int=1), revision=4, reason="两个人"))
    for path in paths:
        assert await numbers(ask, path) == ("13800138000", ["13900139000"])
