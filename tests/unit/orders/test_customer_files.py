"""Whom staff reach: the customer's present contacts stand beside the contact of the day of the order."""

from uuid import UUID

from shared.contracts.intake import CustomerRegistered, CustomersMerged, CustomerUpdated
from tests.unit.orders.conftest import CUSTOMER


def contacts(mobile: str) -> list[dict[str, str]]:
    return [{"name": "王先生", "mobile": mobile}]


async def shown(company, ask):
    order = (await ask("cs_specialist", "GET", f"/orders/{(await company.order()).id}")).json()
    now = order["customer_now"]
    return order["customer"]["mobile"], now and [each["mobile"] for each in now["contacts"]], now and now["revision"]


async def test_the_present_contact_stands_beside_the_one_of_then(company, ask):
    await company.place()
    assert await shown(company, ask) == ("13800138000", None, None)
    await company.hear(CustomerRegistered(customer_id=CUSTOMER, name="广州恒达装饰", contacts=contacts("13800138000")))
    assert await shown(company, ask) == ("13800138000", ["13800138000"], 1)
    await company.hear(
        CustomerUpdated(customer_id=CUSTOMER, name="广州恒达装饰", contacts=contacts("13900139000"), revision=3)
    )
    assert await shown(company, ask) == ("13800138000", ["13900139000"], 3)


async def test_an_earlier_revision_that_is_heard_later_changes_nothing(company, ask):
    await company.place()
    for revision, mobile in ((3, "13900139000"), (2, "13700137000")):
        await company.hear(
            CustomerUpdated(customer_id=CUSTOMER, name="广州恒达装饰", contacts=contacts(mobile), revision=revision)
        )
    await company.hear(CustomerRegistered(customer_id=CUSTOMER, name="广州恒达装饰", contacts=contacts("13800138000")))
    assert await shown(company, ask) == ("13800138000", ["13900139000"], 3)


async def test_a_number_that_was_removed_from_the_file_is_not_shown_as_the_present_one(company, ask):
    await company.place()
    await company.hear(CustomerUpdated(customer_id=CUSTOMER, name="广州恒达装饰", contacts=(), revision=2))
    assert await shown(company, ask) == ("13800138000", [], 2)


async def test_of_merged_files_the_one_that_is_kept_says_whom_to_reach(company, ask):
    await company.place()
    kept = UUID(int=2)
    for customer, mobile in ((CUSTOMER, "13900139000"), (kept, "13700137000")):
        await company.hear(
            CustomerUpdated(customer_id=customer, name="广州恒达装饰", contacts=contacts(mobile), revision=2)
        )
    await company.hear(CustomersMerged(customer_id=kept, duplicate_id=CUSTOMER, revision=3, reason="同一人"))
    assert await shown(company, ask) == ("13800138000", ["13700137000"], 2)
