"""What a person files is durable before it has a number, and the number is one of the month in which it was filed."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from complaints.store import Registers
from shared.aggregate import Change
from shared.contracts.complaints import ComplaintFiled, ComplaintTakenIn
from shared.testing import cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
LAST_SECOND = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
"""Of November in Shanghai."""
FILE = {
    "customer": {"customer_id": str(UUID(int=1)), "name": "广州恒达装饰工程有限公司"},
    "complainant": "王建国",
    "channel": "phone",
    "content": "三樘玻璃边缘崩角",
}


@pytest.fixture
def numbers(world):
    """The numbers that were announced, in their order."""
    return lambda: [event.complaint_no for event in world.announced if isinstance(event, ComplaintFiled)]


@pytest.fixture
async def drafted(complaints, in_every_stage):
    return await complaints.create(Change(in_every_stage["draft"]), cause(AT))


@pytest.mark.requirement("R145.a")
async def test_a_complaint_is_kept_before_it_has_a_number(ask, world):
    filed = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()

    taken_in, announced = world.announced[:2]
    assert taken_in == ComplaintTakenIn(
        complaint_id=filed["complaint_id"], taken_in_at=world.now, by="cs_specialist-01"
    )
    assert (type(announced), announced.complaint_no) == (ComplaintFiled, "2026-11-0001")
    assert (filed["stage"], filed["complaint_no"]) == ("filed", "2026-11-0001")


@pytest.mark.requirement("R145.a")
async def test_a_draft_that_two_persons_file_across_the_end_of_a_month_has_one_number_of_the_first_ones_month(
    world, ask, drafted, numbers
):
    path = f"/complaints/{drafted.id}/file"
    world.time.set(LAST_SECOND)
    first = await ask("cs_specialist", "POST", path, {"demand": "先到的要求"})
    world.time.set(LAST_SECOND + timedelta(seconds=2))
    second = await ask("complaint_handler", "POST", path, {"demand": "后到的要求"})

    assert (first.json()["complaint_no"], first.json()["form"]["demand"]) == ("2026-11-0001", "先到的要求")
    assert (second.status_code, second.json()["code"]) == (409, "illegal_transition")
    assert numbers() == ["2026-11-0001"]


@pytest.mark.requirement("R145.a")
async def test_of_many_who_file_one_draft_at_once_one_gets_the_number(ask, drafted, numbers):
    path = f"/complaints/{drafted.id}/file"

    answers = await asyncio.gather(*(ask("cs_specialist", "POST", path, {"demand": f"要求{n}"}) for n in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    (filed,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert ([filed["complaint_no"]], filed["complaint_no"]) == (numbers(), "2026-11-0001")


@pytest.fixture
async def crashed(world, ask, drafted, monkeypatch):
    """A draft that was filed in the last second of November by a process that died after its first write."""

    async def die(*given):
        raise ConnectionError

    world.time.set(LAST_SECOND)
    with monkeypatch.context() as dying:
        dying.setattr(Registers, "apply", die)
        answer = await ask("cs_specialist", "POST", f"/complaints/{drafted.id}/file", {"demand": "更换"}, key="k")
    assert answer.status_code == 500
    return drafted


@pytest.mark.requirement("R145.a")
async def test_what_was_taken_in_before_a_crash_gets_the_number_of_that_month_by_its_announcement(
    crashed, world, on, complaints, numbers
):
    (taken_in,) = (event for event in world.announced if isinstance(event, ComplaintTakenIn))
    (filed,) = await deliver(on, taken_in, at=LAST_SECOND)
    await deliver(on, filed, at=LAST_SECOND)

    case = await complaints.get(crashed.id)
    assert (case.stage, case.number, case.accepted_at) == ("filed", "2026-11-0001", LAST_SECOND)
    assert (case.form.demand, numbers()) == ("更换", ["2026-11-0001"])


@pytest.mark.requirement("R145.a")
async def test_a_request_that_is_repeated_in_the_next_month_gets_the_number_of_the_month_in_which_it_came(
    crashed, world, ask, complaints, numbers
):
    world.time.set(LAST_SECOND + timedelta(hours=2))

    again = await ask("cs_specialist", "POST", f"/complaints/{crashed.id}/file", {"demand": "更换"}, key="k")

    case = await complaints.get(crashed.id)
    assert (again.status_code, again.json()["complaint_no"]) == (200, "2026-11-0001")
    assert (case.stage, case.accepted_at, numbers()) == ("filed", LAST_SECOND, ["2026-11-0001"])


async def test_what_is_taken_in_is_not_dismissed_and_not_shown_to_the_customer_yet(crashed, ask):
    dismissed = await ask("cs_specialist", "POST", f"/complaints/{crashed.id}/dismiss")
    shown = await ask("cs_specialist", "GET", f"/complaints/{crashed.id}/customer-view")

    assert [(each.status_code, each.json()["code"]) for each in (dismissed, shown)] == [
        (409, "illegal_transition"),
        (409, "draft"),
    ]


async def test_what_was_entered_already_is_not_entered_again_by_its_announcement(ask, world, on, registers, numbers):
    filed = (await ask("cs_specialist", "POST", "/complaints", FILE)).json()
    taken_in = world.announced[0]

    await deliver(on, taken_in, at=taken_in.taken_in_at)

    (register,) = (await registers.find()).items
    assert (register.month, register.entries) == ("2026-11", (UUID(filed["complaint_id"]),))
    assert numbers() == ["2026-11-0001"]
