"""Every customer without an order gets a call, a mail and two texts in a month, and is told nothing twice."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from intake.app import service
from intake.settings import Settings
from kefu.example import example
from shared.contracts.intake import (
    DeadlineMetByIntake,
    DeadlineMissedByIntake,
    DeadlineSetByIntake,
    NotificationRequested,
    OrderPlaced,
)
from shared.contracts.notify import NotificationSent
from shared.contracts.roles import Role
from shared.testing import World, in_memory, nowhere

SHANGHAI = ZoneInfo("Asia/Shanghai")
HENGDA = {"name": "恒达装饰", "contacts": [{"name": "王建国", "mobile": "13800138000", "email": "wang@hengda.example"}]}
TALK = {
    "subject": "售前电话回访",
    "service_type": "售前回访",
    "service_method": "电话",
    "on": "2026-12-02",
    "at": "10:30",
    "contact_name": "王建国",
    "status": "已完成",
    "started_at": "2026-12-02T02:30:00Z",
    "content": "了解近期需求",
}
CONTENTS = (
    ("care_new_products", "80 款双玻隔断"),
    ("care_new_cases", "恒达大厦 32 楼"),
    ("care_greeting", "冬至"),
    ("care_recommendation", "60 款单玻隔断"),
    ("care_recommendation", "百叶隔断"),
)


def local(*moment):
    return datetime(*moment, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture(scope="module")
def built():
    settings = nowhere(Settings)
    return World(service(settings, in_memory("intake", settings, at=local(2026, 11, 20, 9))), hears_itself=True)


@pytest.fixture
async def office(built):
    """Intake in November with one customer and five contents."""
    world = built
    world.forget()
    await world.until(local(2026, 11, 20, 9))
    for day, (template, words) in enumerate(CONTENTS, start=21):
        body = {"template": template, "words": words, "first_day": f"2026-11-{day}"}
        assert (await world.ask(Role.CS_SPECIALIST, "POST", "/care-contents", body)).status_code == 201
    return world


@pytest.fixture
async def customer(office):
    answer = await office.ask(Role.CS_SPECIALIST, "POST", "/customers", HENGDA)
    return UUID(answer.json()["customer_id"])


def asked(events):
    """The messages that are asked of notify: what, over which channel, and from which local moment on."""
    return [
        (each.template, *each.params.values(), *each.channels, f"{each.not_before.astimezone(SHANGHAI):%m-%d %H:%M}")
        for each in events
        if isinstance(each, NotificationRequested)
    ]


def of_care(events, kind):
    return [each for each in events if isinstance(each, kind) and each.kind == "care_quota"]


async def sent(office, customer, channel):
    purpose = "care_mail" if channel == "email" else "care_greeting"
    told = example(NotificationSent).but(customer_id=customer, purpose=purpose, channel=channel)
    return await office.hear(told)


async def care(office, month="2026-12"):
    return (await office.ask(Role.CS_SPECIALIST, "GET", f"/care?month={month}")).json()["items"]


async def talked(office, customer):
    answer = await office.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer}/contacts", TALK)
    assert answer.status_code == 201, answer.text


@pytest.mark.requirement("R052.b", "R052.c")
async def test_a_month_asks_notify_for_one_mail_about_products_or_cases_and_two_texts(office, customer):
    events = await office.until(local(2026, 12, 1, 9))

    assert asked(events) == [
        ("care_greeting", "冬至", "sms", "12-06 10:00"),
        ("care_new_products", "80 款双玻隔断", "email", "12-12 10:00"),
        ("care_recommendation", "60 款单玻隔断", "sms", "12-20 10:00"),
    ]
    (started,) = of_care(events, DeadlineSetByIntake)
    assert (started.customer_id, started.due_at.astimezone(SHANGHAI)) == (
        customer,
        datetime(2026, 12, 31, 18, tzinfo=SHANGHAI),
    )


async def test_no_customer_is_told_the_same_twice_and_what_is_new_is_told_next_month(office, customer):
    first = asked(await office.until(local(2026, 12, 1, 9)))
    second = asked(await office.until(local(2027, 1, 1, 9)))
    third = asked(await office.until(local(2027, 2, 1, 9)))

    told = [words for _, words, *_ in (*first, *second, *third)]
    assert sorted(told) == sorted(words for _, words in CONTENTS)


@pytest.mark.requirement("R052.a")
async def test_with_a_call_a_mail_and_two_texts_the_month_s_duty_is_done(office, customer):
    await office.until(local(2026, 12, 1, 9))
    await office.until(local(2026, 12, 2, 11))
    await talked(office, customer)
    for channel in ("email", "sms"):
        await sent(office, customer, channel)
    assert [each["done"] for each in await care(office)] == [{"month": "2026-12", "calls": 1, "mails": 1, "texts": 1}]

    events = await sent(office, customer, "sms")

    assert [each.outcome for each in of_care(events, DeadlineMetByIntake)] == ["in_time"]


@pytest.mark.requirement("R052.d")
async def test_a_month_that_falls_short_by_the_call_is_announced_as_missed_and_goes_to_the_supervisor(office, customer):
    await office.until(local(2026, 12, 1, 9))
    for channel in ("email", "sms", "sms"):
        await sent(office, customer, channel)

    events = await office.until(local(2026, 12, 31, 18))

    assert [(each.customer_id, each.supervisor_role) for each in of_care(events, DeadlineMissedByIntake)] == [
        (customer, "cs_supervisor")
    ]


async def test_messages_about_something_else_and_of_another_month_do_not_count(office, customer):
    await office.until(local(2026, 12, 1, 9))
    other = example(NotificationSent).but(customer_id=customer, purpose="shipment_delayed", channel="sms")
    await office.hear(other)
    assert [each["done"]["texts"] for each in await care(office)] == [0]


async def test_a_colleague_tells_a_customer_something_new_by_hand_and_nothing_twice(office, customer):
    await office.until(local(2026, 12, 1, 9))
    (mine,) = await care(office)
    contents = (await office.ask(Role.CS_SPECIALIST, "GET", "/care-contents")).json()["items"]
    untold = next(each["content_id"] for each in contents if each["content_id"] not in mine["told"])
    path, before = f"/care/{mine['care_id']}/send", len(office.announced)

    answer = await office.ask(Role.CS_SPECIALIST, "POST", path, {"content_id": untold})
    again = await office.ask(Role.CS_SPECIALIST, "POST", path, {"content_id": untold})

    assert (answer.status_code, answer.json()["told"]) == (200, [*mine["told"], untold])
    assert [type(each) for each in office.announced[before:]] == [NotificationRequested]
    assert (again.status_code, again.json()["code"]) == (409, "told_already")


async def test_of_two_files_of_one_person_the_kept_one_is_cared_for_and_told_nothing_that_the_other_was(
    office, customer
):
    other = (await office.ask(Role.CS_SPECIALIST, "POST", "/customers", {**HENGDA, "name": "恒达王生"})).json()
    await office.until(local(2026, 12, 1, 9))
    by_file = {each["customer"]["customer_id"]: each for each in await care(office)}
    was_told = by_file[other["customer_id"]]["told"]
    assert len(was_told) == 3
    body = {"duplicate_id": other["customer_id"], "reason": "同一人", "revision": 1, "duplicate_revision": 1}
    assert (await office.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{customer}/merge", body)).status_code == 200

    clocks = (
        await office.ask(Role.CS_SPECIALIST, "GET", f"/care/{by_file[other['customer_id']]['care_id']}/clocks")
    ).json()
    assert [each["outcome"] for each in clocks] == ["no_longer_needed"]
    kept = by_file[str(customer)]["care_id"]
    for content in was_told:
        answer = await office.ask(Role.CS_SPECIALIST, "POST", f"/care/{kept}/send", {"content_id": content})
        assert (answer.status_code, answer.json()["code"]) == (409, "told_already")
    begun = await office.until(local(2027, 1, 1, 9))
    assert [each.customer_id for each in of_care(begun, DeadlineSetByIntake)] == [customer]


@pytest.mark.parametrize("ordered", ["before the merge", "after the merge"])
async def test_an_order_under_a_merged_file_ends_the_care_of_the_file_that_is_kept(office, customer, ordered):
    other = (await office.ask(Role.CS_SPECIALIST, "POST", "/customers", {**HENGDA, "name": "恒达王生"})).json()
    await office.until(local(2026, 12, 1, 9))
    kept = next(each["care_id"] for each in await care(office) if each["customer"]["customer_id"] == str(customer))
    order = example(OrderPlaced)
    placed_by = order.customer.but(customer_id=UUID(other["customer_id"]))
    order = order.but(customer=placed_by, enquiry_id=None, project_id=None)
    body = {"duplicate_id": other["customer_id"], "reason": "同一人", "revision": 1, "duplicate_revision": 1}

    if ordered == "before the merge":
        await office.hear(order)
        body["duplicate_revision"] = (
            await office.ask(Role.CS_SPECIALIST, "GET", f"/customers/{other['customer_id']}")
        ).json()["revision"]
    assert (await office.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{customer}/merge", body)).status_code == 200
    if ordered == "after the merge":
        await office.hear(order)

    clocks = (await office.ask(Role.CS_SPECIALIST, "GET", f"/care/{kept}/clocks")).json()
    assert [each["outcome"] for each in clocks] == ["no_longer_needed"]
    assert of_care(await office.until(local(2027, 1, 1, 9)), DeadlineSetByIntake) == []


async def test_a_content_that_is_retired_is_sent_no_more(office, customer):
    contents = (await office.ask(Role.CS_SPECIALIST, "GET", "/care-contents")).json()["items"]
    for each in contents:
        path = f"/care-contents/{each['content_id']}/retire"
        answer = await office.ask(Role.CS_SPECIALIST, "POST", path, {"last_day": "2026-12-05"})
        assert answer.status_code == 200, answer.text
    assert asked(await office.until(local(2026, 12, 1, 9))) == []


async def test_who_orders_is_owed_no_care_before_an_order_any_more(office, customer):
    await office.until(local(2026, 12, 1, 9))
    wanted = {
        "customer_id": str(customer),
        "order_no": "SO-1",
        "lines": [{"description": "高隔断", "quantity": 2}],
        "verified": {"by": "cs-07", "at": "2026-12-01T00:30:00Z"},
    }
    before = len(office.announced)
    assert (await office.ask(Role.CS_SPECIALIST, "POST", "/orders", wanted)).status_code == 201

    assert [each.outcome for each in of_care(office.announced[before:], DeadlineMetByIntake)] == ["no_longer_needed"]
    assert of_care(await office.until(local(2027, 1, 31, 23)), DeadlineSetByIntake) == []


async def test_an_erased_customer_is_cared_for_no_more_and_the_care_does_not_name_them(office, customer):
    await office.until(local(2026, 12, 1, 9))
    asked_for = {"legal_basis": "个人信息保护法第四十七条"}
    await office.ask(Role.CS_SPECIALIST, "POST", f"/customers/{customer}/ask-to-erase", asked_for)
    await office.ask(Role.CS_MANAGER, "POST", f"/customers/{customer}/erase", {})
    (mine,) = await care(office)
    assert (mine["customer"]["name"], mine["customer"]["mobile"]) == (f"客户-{customer.hex[:8]}", None)
    clocks = (await office.ask(Role.CS_SPECIALIST, "GET", f"/care/{mine['care_id']}/clocks")).json()
    assert [each["outcome"] for each in clocks] == ["no_longer_needed"]
    assert of_care(await office.until(local(2027, 1, 1, 9)), DeadlineSetByIntake) == []
