"""Complaints on real servers: numbered without a gap, opened in spite of a crash, checked, escalated once."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from waiting import until

from complaints.domain.decisions.register import enter
from complaints.domain.parts.form import Form
from complaints.domain.register import Register
from complaints.store import Registers
from shared.calendar import CHINA
from shared.contracts.aftersales import WarrantyChecked, WarrantyRule
from shared.contracts.complaints import (
    AuthorityExceededBlocked,
    ComplaintEscalated,
    ComplaintFiled,
    ComplaintResubmitted,
    DeadlineMissedByComplaints,
)
from shared.contracts.intake import NegativeFeedbackReceived
from shared.contracts.orders import AcceptanceFailed
from shared.contracts.vocabulary import CustomerSnapshot, Defect, order_id_of
from shared.testing import cause

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CUSTOMER = CustomerSnapshot(customer_id=UUID(int=1), name="广州恒达装饰工程有限公司", mobile="13800138000")


def complaint(**fields):
    return {
        "customer": CUSTOMER.model_dump(mode="json"),
        "complainant": "王建国",
        "channel": "phone",
        "content": "三樘玻璃边缘崩角",
        "order_no": "SO-2026-0412",
        **fields,
    }


def refused_acceptance():
    return AcceptanceFailed(
        order_id=order_id_of("SO-2026-0412"),
        order_no="SO-2026-0412",
        at=NOW,
        issues=(Defect(description="门闭合有异响", quantity=1),),
        customer=CUSTOMER,
    )


async def shown(replica, complaint_id):
    """The case, or nothing while there is none."""
    path = f"/complaints/{complaint_id}"
    answer = await replica.http.get(path, headers=replica.staff.headers("cs_specialist"))
    return answer.json() if answer.is_success else None


@pytest.mark.requirement("R145.a")
async def test_two_replicas_number_complaints_from_everywhere_without_a_gap(complaints, house, bus):
    async with house.replica() as second:
        filing = [
            replica.ask("cs_specialist", "POST", "/complaints", complaint())
            for replica in (complaints, second)
            for _ in range(15)
        ]
        announced = bus.announce(*(refused_acceptance() for _ in range(20)), at=NOW)
        answers, _ = await asyncio.gather(asyncio.gather(*filing), announced)
        filed = await bus.expect(ComplaintFiled, 50)

        everybody = [f"2026-11-{serial:04d}" for serial in range(1, 51)]
        assert sorted(event.complaint_no for event in filed) == everybody
        assert {answer["complaint_no"] for answer in answers} < set(everybody)
        assert len({event.complaint_id for event in filed}) == 50
        await until(complaints.settled)
        await until(second.settled)

    async def opened():
        found = await complaints.ask("cs_specialist", "GET", "/complaints?stage=filed&limit=100")
        return len(found["items"]) >= len(everybody) and sorted(item["complaint_no"] for item in found["items"])

    assert await until(opened) == everybody


@pytest.mark.requirement("R109.a")
async def test_the_same_refused_acceptance_three_times_at_once_is_one_complaint(complaints, bus):
    event, id = refused_acceptance(), uuid4()

    await bus.announce(event, event, event, at=NOW, ids=(id, id, id))

    (filed,) = await bus.expect(ComplaintFiled, source_event_id=id)
    await until(complaints.settled)
    assert len(await bus.expect(ComplaintFiled, source_event_id=id)) == 1
    case = await until(lambda: shown(complaints, filed.complaint_id))
    assert case["complaint_no"] == filed.complaint_no


async def test_a_case_is_opened_by_its_announcement_when_the_one_who_filed_it_crashed_in_between(complaints, bus):
    form = Form(customer=CUSTOMER, complainant="王建国", channel="phone", received_at=NOW, content="门闭合有异响")
    id, month, filing = uuid4(), Register.at(NOW, CHINA), cause(NOW)

    await Registers(complaints.service.plumbing.database).apply(
        month.id, lambda register: enter(register, id, form, filing), filing, month
    )

    case = await until(lambda: shown(complaints, id))
    assert (case["stage"], case["form"]["content"]) == ("filed", "门闭合有异响")


@pytest.mark.requirement("R150.a", "R161.b")
async def test_checked_and_forgotten_a_complaint_is_missed_and_escalated_once_by_two_replicas_and_after_a_restart(
    complaints, house, bus
):
    house.show(NOW + timedelta(days=40))
    filed = await complaints.ask("cs_specialist", "POST", "/complaints", complaint())
    id = UUID(filed["complaint_id"])
    began = datetime.fromisoformat(filed["accepted_at"])
    checked = WarrantyChecked(
        check_id=uuid4(),
        complaint_id=id,
        customer_id=CUSTOMER.customer_id,
        rule=WarrantyRule(),
        as_of=date(2026, 11, 22),
        expires_on=date(2027, 9, 30),
        verdict="in_warranty",
        explanation=("保修截止日为 2027-09-30",),
    )
    await bus.announce(checked, at=began)

    async def kept():
        return (await shown(complaints, id))["warranty"]

    (note,) = await until(kept)
    assert (note["verdict"], note["explanation"]) == ("in_warranty", ["保修截止日为 2027-09-30"])

    number = filed["complaint_no"]
    async with house.replica() as second:
        house.show(began + timedelta(days=6))
        await bus.expect(DeadlineMissedByComplaints, about=number, kind="close_6d")
        await until(complaints.settled)
        await until(second.settled)
    house.show(began + timedelta(days=9))
    async with house.replica() as restarted:
        await bus.expect(ComplaintEscalated, complaint_id=id, to_role="gm")
        await until(restarted.settled)
        await until(complaints.settled)

    missed = [event for event in await bus.of(DeadlineMissedByComplaints) if event.about == number]
    raised = [event for event in await bus.of(ComplaintEscalated) if event.complaint_id == id]
    assert sorted((event.due_at, event.kind, event.rung) for event in missed) == [
        (began + timedelta(days=1), "step_judge", 1),
        (began + timedelta(days=6), "close_6d", 1),
        (began + timedelta(days=6), "close_6d", 2),
    ], "each replica announces by itself, in no common order"
    assert sorted((event.level, event.to_role) for event in raised) == [(1, "cs_manager"), (2, "deputy_gm"), (3, "gm")]


async def proposed(complaints, amount):
    """The id of a complaint that waits for the approval of this amount."""
    id = (await complaints.ask("cs_specialist", "POST", "/complaints", complaint()))["complaint_id"]
    judgement = {
        "upheld": True,
        "grounds": "包装不足",
        "demand_reasonable": True,
        "responsible_department": "production",
    }
    owner = {"owner": "cs-manager-01", "visit_required": False}
    await complaints.ask("cs_manager", "POST", f"/complaints/{id}/assign-owner", owner)
    option = {"kind": "replace", "amount": {"amount": amount}, "description": "免费更换三樘玻璃"}
    for decision, body in (
        ("judge", judgement),
        ("assign-investigation", {"department": "production", "joint_with": ["rd"]}),
        ("complete-investigation", {"cause": "护角不足", "evidence": ["photos/1.jpg"]}),
        ("propose", {"options": [option]}),
    ):
        await complaints.ask("complaint_handler", "POST", f"/complaints/{id}/{decision}", body)
    return id


async def latest(complaints, id: str) -> dict[str, str]:
    """The latest proposal of a case, as a request names it."""
    case = await complaints.ask("cs_manager", "GET", f"/complaints/{id}")
    return {"proposal": case["proposals"][-1]["proposal_id"]}


@pytest.mark.requirement("R156.a", "R156.b")
async def test_a_declined_solution_becomes_a_new_case_with_the_old_one_attached(complaints, bus):
    id = await proposed(complaints, "1800.00")
    choice = await latest(complaints, id) | {"option": 0}
    approved = await complaints.ask("cs_manager", "POST", f"/complaints/{id}/approve", choice)
    await complaints.ask(
        "complaint_handler", "POST", f"/complaints/{id}/decline", {"via": "phone", "reason": "要求另加折扣"}
    )

    (again,) = await bus.expect(ComplaintResubmitted, previous_no=approved["complaint_no"])
    case = await until(lambda: shown(complaints, again.complaint_id))
    assert case["form"]["chain"] == [approved["complaint_no"]]
    assert (case["stage"], case["form"]["demand"]) == ("filed", "要求另加折扣")


@pytest.mark.requirement("R157.a")
async def test_who_grants_too_much_is_refused_and_reported(complaints, bus):
    id = await proposed(complaints, "5000.00")

    choice = await latest(complaints, id) | {"option": 0}
    refused = await complaints.http.post(
        f"/complaints/{id}/approve", json=choice, headers=complaints.staff.headers("cs_manager")
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "authority_exceeded")
    (blocked,) = await bus.expect(AuthorityExceededBlocked, complaint_id=UUID(id))
    assert (blocked.staff, str(blocked.limit.amount)) == ("cs_manager-01", "2000.00")


async def test_feedback_becomes_a_draft_and_a_person_makes_it_a_complaint(complaints, bus):
    customer = CUSTOMER.but(customer_id=uuid4())
    feedback = NegativeFeedbackReceived(
        feedback_id=uuid4(),
        source="callback",
        customer=customer,
        dimension="installer",
        text="安装师傅迟到两小时",
        severity="dissatisfied",
    )
    await bus.announce(feedback, at=NOW)

    async def drafted():
        page = await complaints.ask("cs_specialist", "GET", f"/complaints?customer_id={customer.customer_id}")
        return page["items"]

    (draft,) = await until(drafted)
    filed = await complaints.ask("cs_specialist", "POST", f"/complaints/{draft['complaint_id']}/file", {})

    assert (draft["stage"], draft["complaint_no"], filed["stage"]) == ("draft", None, "filed")
    (event,) = await bus.expect(ComplaintFiled, complaint_no=filed["complaint_no"])
    assert event.complaint_id == UUID(draft["complaint_id"])
