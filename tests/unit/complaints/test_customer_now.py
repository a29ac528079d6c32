"""Whom staff reach: the customer's present contacts stand beside the contact of the day of the complaint."""

from uuid import UUID

from shared.contracts.intake import CustomerRegistered, CustomersMerged, CustomerUpdated

CUSTOMER = UUID(int=1)
FILE = {
    "customer": {"customer_id": str(CUSTOMER), "name": "广州恒达装饰工程有限公司", "mobile": "13800138000"},
    "complainant": "王建国",
    "channel": "phone",
    "content": "三樘玻璃边缘崩角",
}


def updated(revision, *mobiles):
    contacts = tuple({"name": "王建国", "mobile": mobile} for mobile in mobiles)
    return CustomerUpdated(customer_id=CUSTOMER, name="广州恒达装饰", contacts=contacts, revision=revision)


async def shown(ask, complaint):
    case = (await ask("complaint_handler", "GET", f"/complaints/{complaint}")).json()
    now = case["customer_now"]
    return case["form"]["customer"]["mobile"], now and [each["mobile"] for each in now["contacts"]]


async def test_the_present_contact_stands_beside_the_one_of_the_complaint(ask, world):
    complaint = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()["complaint_id"]
    assert await shown(ask, complaint) == ("13800138000", None)
    contacts = ({"name": "王建国", "mobile": "13800138000"},)
    await world.hear(CustomerRegistered(customer_id=CUSTOMER, name="广州恒达装饰", contacts=contacts))
    assert await shown(ask, complaint) == ("13800138000", ["13800138000"])
    await world.hear(updated(3, "13900139000"))
    assert await shown(ask, complaint) == ("13800138000", ["13900139000"])


async def test_an_earlier_revision_that_is_heard_later_changes_nothing_and_a_removed_number_is_gone(ask, world):
    complaint = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()["complaint_id"]
    await world.hear(updated(3, "13900139000"))
    await world.hear(updated(2, "13700137000"))
    assert await shown(ask, complaint) == ("13800138000", ["13900139000"])
    await world.hear(updated(4))
    assert await shown(ask, complaint) == ("13800138000", [])


async def test_who_need_not_reach_the_customer_does_not_read_the_present_number_either(ask, world):
    complaint = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()["complaint_id"]
    await world.hear(updated(2, "13900139000"))
    answer = await ask("finance", "GET", f"/complaints/{complaint}")
    assert (answer.status_code, "13900139000" in answer.text, "13800138000" in answer.text) == (200, False, False)


async def test_of_merged_files_the_one_that_is_kept_says_whom_to_reach(ask, world):
    complaint = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()["complaint_id"]
    kept = UUID(int=2)
    await world.hear(updated(2, "13900139000"))
    await world.hear(CustomersMerged(customer_id=kept, duplicate_id=CUSTOMER, revision=3, reason="同一人"))
    await world.hear(updated(4, "13700137000").but(customer_id=kept))
    assert await shown(ask, complaint) == ("13800138000", ["13700137000"])
