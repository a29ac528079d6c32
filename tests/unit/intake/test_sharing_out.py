"""Customers are shared out among the specialists evenly by number, weighted by ability."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from intake.domain.figures.shares import Share, lightest, shared_out
from shared.aggregate import Refused
from shared.contracts.intake import CallbackDue, CustomerAssigned, CustomerClassified, SpecialistAssigned
from shared.contracts.roles import Role

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


async def specialist(world, staff, ability="1"):
    body = {"staff": staff, "name": "专员", "role": "cs_specialist", "since": "2026-01-01"}
    assert (await world.ask(Role.CS_SUPERVISOR, "POST", "/colleagues", body)).status_code == 201
    if ability != "1":
        path = f"/colleagues/{staff}/weigh"
        assert (await world.ask(Role.CS_SUPERVISOR, "POST", path, {"ability": ability})).status_code == 200


async def customers(world, count):
    made = [
        await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": f"客户{place}"}) for place in range(count)
    ]
    return [each.json()["customer_id"] for each in made]


async def shared(world, ids, key=None):
    answer = await world.ask(Role.CS_SUPERVISOR, "POST", "/customers/share-out", {"customer_ids": ids}, key=key)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def counts(items):
    staff = [each["specialist"] for each in items]
    return {each: staff.count(each) for each in sorted(set(staff))}


@pytest.mark.requirement("R092.a")
async def test_customers_are_shared_out_evenly_by_number_also_when_one_has_some_already(world):
    for staff in ("cs-1", "cs-2", "cs-3"):
        await specialist(world, staff)
    first, *rest = await customers(world, 9)
    body = {"specialist": "cs-1"}
    assert (await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{first}/assign-specialist", body)).is_success

    assert counts(await shared(world, rest)) == {"cs-1": 2, "cs-2": 3, "cs-3": 3}


async def test_erased_customers_are_nobody_s_work_and_do_not_count(world):
    for staff in ("cs-1", "cs-2"):
        await specialist(world, staff)
    *former, new = await customers(world, 4)
    for id in former:
        await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{id}/assign-specialist", {"specialist": "cs-1"})
    erased = former[:2]
    for id in erased:
        basis = {"legal_basis": "个人信息保护法第四十七条"}
        await world.ask(Role.CS_SPECIALIST, "POST", f"/customers/{id}/ask-to-erase", basis, by="cs-01")
        assert (await world.ask(Role.CS_MANAGER, "POST", f"/customers/{id}/erase", {}, by="mg-01")).is_success

    (assigned,) = await shared(world, [new])

    assert (assigned["specialist"], assigned["why"]) == ("cs-2", "cs-2 现有客户 0 户，能力权重 1，按权重计负荷最轻")
    (again,) = await customers(world, 1)
    assert (await shared(world, [again]))[0]["why"].startswith("cs-1 现有客户 1 户")


@pytest.mark.requirement("R092.b")
async def test_the_shares_are_weighted_by_ability_and_each_assignment_says_why(world):
    await specialist(world, "cs-1")
    await specialist(world, "cs-2", ability="2")
    ids = await customers(world, 6)

    items = await shared(world, ids)

    assert counts(items) == {"cs-1": 2, "cs-2": 4}
    assert items[0]["why"] == "cs-2 现有客户 0 户，能力权重 2，按权重计负荷最轻"
    (said, *_) = [each for each in world.announced if isinstance(each, SpecialistAssigned)]
    assert (said.customer_id, said.specialist, said.rule, said.why) == (
        UUID(ids[0]),
        "cs-2",
        "ability",
        items[0]["why"],
    )


async def test_sharing_out_again_with_the_same_key_moves_nobody(world):
    for staff in ("cs-1", "cs-2"):
        await specialist(world, staff)
    ids = await customers(world, 4)
    once = await shared(world, ids, key="k")
    before = world.announced
    assert await shared(world, ids, key="k") == once
    assert await shared(world, ids) == once
    assert world.announced == before


async def test_those_without_a_specialist_are_listed(world):
    await specialist(world, "cs-1")
    first, second = await customers(world, 2)
    await shared(world, [first])

    async def listed(query):
        answer = await world.ask(Role.CS_SUPERVISOR, "GET", f"/customers?{query}")
        return [each["customer_id"] for each in answer.json()["items"]]

    assert (await listed("unshared=true"), await listed("specialist=cs-1")) == ([second], [first])


@pytest.mark.requirement("R125.b")
async def test_the_account_manager_and_the_specialist_of_a_customer_are_two_assignments(world):
    await specialist(world, "cs-1")
    (id,) = await customers(world, 1)
    await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{id}/assign", {"owner": "am-03"})

    answer = await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{id}/assign-specialist", {})

    file = answer.json()["particulars"]
    assert (file["owner"], file["specialist"]) == ("am-03", "cs-1")
    assert [type(each) for each in world.announced if isinstance(each, CustomerAssigned | SpecialistAssigned)] == [
        CustomerAssigned,
        SpecialistAssigned,
    ]


async def test_a_new_specialist_calls_within_a_week(world):
    await specialist(world, "cs-1")
    (id,) = await customers(world, 1)
    await world.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{id}/assign-specialist", {})
    assigned = world.announced[-1]

    (due,) = [each for each in await world.hear(assigned) if isinstance(each, CallbackDue)]

    assert (due.kind, due.assignee, due.due_at) == ("first_contact_7d", "cs-1", assigned.first_contact_due)


def test_without_colleagues_there_is_nobody_to_share_among():
    with pytest.raises(Refused) as refused:
        lightest(())
    assert refused.value.code == "no_colleague"


def test_a_hundred_customers_follow_the_weights_exactly():
    staff = shared_out(100, {"a": Decimal(1), "b": Decimal("1.5"), "c": Decimal("2.5")})
    assert {each: staff.count(each) for each in "abc"} == {"a": 20, "b": 30, "c": 50}


def test_the_lightest_is_who_carries_the_least_for_the_weight_after_one_more():
    shares = (
        Share(staff="a", customers=10, ability=Decimal(1)),
        Share(staff="b", customers=18, ability=Decimal(2)),
        Share(staff="c", customers=9, ability=Decimal(1)),
    )
    assert lightest(shares).staff == "b"


@pytest.mark.parametrize("weight", ["0", "0.0", "10.1", "11", "1.25", "-1", "1e0", "", "two", 0, 3.33, True])
async def test_a_weight_is_above_nothing_and_at_most_ten_with_one_decimal(world, weight):
    await specialist(world, "cs-1", ability="2")
    answer = await world.ask(Role.CS_SUPERVISOR, "POST", "/colleagues/cs-1/weigh", {"ability": weight})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "body.ability")
    for good in ("0.1", "10", "10.0", 1.5):
        taken = await world.ask(Role.CS_SUPERVISOR, "POST", "/colleagues/cs-1/weigh", {"ability": good})
        assert (taken.status_code, float(taken.json()["ability"])) == (200, float(good))


@pytest.mark.requirement("R091.a")
async def test_the_supervisor_puts_a_customer_into_a_class_and_says_by_what(world):
    (customer,) = await customers(world, 1)
    body = {"trade": "dealer", "criteria": "自有门店，年进货额一百万元以上"}
    path = f"/customers/{customer}/classify"
    assert (await world.ask(Role.CS_SPECIALIST, "POST", path, body)).status_code == 403
    answer = await world.ask(Role.CS_SUPERVISOR, "POST", path, body, by="sup-1")
    assert (answer.status_code, answer.json()["particulars"]["trade"], answer.json()["revision"]) == (200, "dealer", 2)
    (said,) = [each for each in world.announced if isinstance(each, CustomerClassified)]
    assert (str(said.customer_id), said.customer_class, said.criteria, said.by) == (
        customer,
        "经销商",
        body["criteria"],
        "sup-1",
    )
    again = await world.ask(Role.CS_SUPERVISOR, "POST", path, body)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_changes")
    found = (await world.ask(Role.CS_SUPERVISOR, "GET", "/customers?trade=dealer")).json()["items"]
    assert [each["customer_id"] for each in found] == [customer]


@pytest.mark.requirement("R091.b")
async def test_each_class_of_customers_shows_who_answers_for_it_and_one_without_anybody_is_seen(world):
    await customers(world, 2)
    for staff in ("cs-1", "cs-2"):
        await specialist(world, staff)
    for staff, classes in (("cs-1", ["direct", "other"]), ("cs-2", ["dealer"]), ("cs-1", ["direct"])):
        path = f"/colleagues/{staff}/entrust"
        answer = await world.ask(Role.CS_SUPERVISOR, "POST", path, {"classes": classes})
        assert (answer.status_code, answer.json()["answers_for"]) == (200, classes)
    shown = (await world.ask(Role.CS_SPECIALIST, "GET", "/customer-classes")).json()
    assert [(each["trade"], each["title"], each["customers"], each["answered_for_by"]) for each in shown] == [
        ("decoration_company", "装修公司", 0, []),
        ("dealer", "经销商", 0, ["cs-2"]),
        ("direct", "直接客户", 2, ["cs-1"]),
        ("other", "其他", 0, []),
    ]


async def unanswered(world):
    """The duties to entrust a class of customers to a colleague."""
    duties = (await world.ask(Role.CS_SUPERVISOR, "GET", "/duties?kind=customer_class")).json()["items"]
    return [(each["about"], each["role"]) for each in duties]


@pytest.mark.requirement("R091.b")
async def test_a_class_of_customers_without_a_colleague_is_the_supervisor_s_duty_until_it_has_one(world):
    await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "恒达", "trade": "dealer"})
    await specialist(world, "cs-1")
    morning = NOW + timedelta(days=3, hours=1)

    await world.until(morning)
    assert await unanswered(world) == [("经销商", "cs_supervisor")]
    await world.ask(Role.CS_SUPERVISOR, "POST", "/colleagues/cs-1/entrust", {"classes": ["dealer"]})
    assert await unanswered(world) == []

    await world.ask(Role.CS_SUPERVISOR, "POST", "/colleagues/cs-1/leave", {"last_day": "2026-11-23"})
    await world.until(morning + timedelta(days=1))
    assert await unanswered(world) == [("经销商", "cs_supervisor")]


async def test_a_class_whose_last_customer_went_into_another_needs_no_colleague(world):
    customer = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "恒达", "trade": "dealer"})
    await specialist(world, "cs-1")
    await world.ask(Role.CS_SUPERVISOR, "POST", "/colleagues/cs-1/entrust", {"classes": ["direct"]})
    morning = NOW + timedelta(days=3, hours=1)
    await world.until(morning)
    path = f"/customers/{customer.json()['customer_id']}/classify"
    await world.ask(Role.CS_SUPERVISOR, "POST", path, {"trade": "direct", "criteria": "自用"})

    await world.until(morning + timedelta(days=1))

    assert await unanswered(world) == []


async def test_a_class_whose_customers_are_all_erased_has_none_and_needs_no_colleague(world):
    customer = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "恒达", "trade": "dealer"})
    path = f"/customers/{customer.json()['customer_id']}"

    async def dealers():
        shown = (await world.ask(Role.CS_SPECIALIST, "GET", "/customer-classes")).json()
        return next(each["customers"] for each in shown if each["trade"] == "dealer")

    await world.ask(Role.CS_SPECIALIST, "POST", f"{path}/ask-to-erase", {"legal_basis": "客户本人要求"})
    morning = NOW + timedelta(days=3, hours=1)
    await world.until(morning)
    assert (await dealers(), await unanswered(world)) == (1, [("经销商", "cs_supervisor")])

    await world.ask(Role.CS_MANAGER, "POST", f"{path}/erase", {})
    await world.until(morning + timedelta(days=1))
    assert (await dealers(), await unanswered(world)) == (0, [])
