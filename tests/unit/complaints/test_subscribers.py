"""How complaints reacts to the bus: filing by itself, drafting, numbering, and keeping what others found out."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sight

from complaints.domain.decisions.resolution import approve_choice
from complaints.domain.decisions.settlement import decline
from complaints.timers import timers
from shared.aggregate import Change, NotFound
from shared.contracts.aftersales import WarrantyChecked, WarrantyRule
from shared.contracts.complaints import (
    ComplaintEscalated,
    ComplaintFiled,
    ComplaintResubmitted,
    DeadlineMissedByComplaints,
    ResolutionAccepted,
    ResolutionDeclined,
)
from shared.contracts.event import Actor
from shared.contracts.intake import EnquiryReceived, NegativeFeedbackReceived
from shared.contracts.notify import ReplyReceived
from shared.contracts.orders import AcceptanceFailed
from shared.contracts.vocabulary import MOST, Defect, order_id_of
from shared.testing import cause, deliver, fire

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
EVENT = UUID(int=42)
HANDLER = Actor(kind="staff", id="handler-01", role="complaint_handler")


@pytest.fixture
def failed(form) -> AcceptanceFailed:
    return AcceptanceFailed(
        order_id=order_id_of("SO-2026-0412"),
        order_no="SO-2026-0412",
        contract_no="JG20260930-017",
        at=AT - timedelta(hours=1),
        issues=(Defect(description="三樘玻璃边缘崩角", quantity=3), Defect(description="门闭合有异响", quantity=1)),
        customer=form.customer,
        photos=("orders/pictures/1.jpg",),
    )


def warranty(complaint_id: UUID, form) -> WarrantyChecked:
    return WarrantyChecked(
        check_id=UUID(int=9),
        complaint_id=complaint_id,
        complaint_no="2026-11-0001",
        customer_id=form.customer.customer_id,
        rule=WarrantyRule(),
        as_of=date(2026, 11, 22),
        expires_on=date(2027, 9, 30),
        verdict="in_warranty",
        explanation=("保修截止日为 2027-09-30",),
    )


@pytest.mark.requirement("R109.a")
async def test_a_failed_acceptance_files_a_complaint_by_itself_once(on, failed, complaints, form):
    (filed,) = await deliver(on, failed, at=AT, id=EVENT)
    again = await deliver(on, failed, at=AT, id=EVENT)

    assert again == ()
    assert filed == ComplaintFiled(
        complaint_id=filed.complaint_id,
        complaint_no="2026-11-0001",
        customer=form.customer,
        complainant="王建国",
        channel="auto",
        received_at=AT - timedelta(hours=1),
        accepted_at=AT,
        content="三樘玻璃边缘崩角；门闭合有异响",
        order_id=order_id_of("SO-2026-0412"),
        order_no="SO-2026-0412",
        contract_no="JG20260930-017",
        defect_quantity=4,
        photos=("orders/pictures/1.jpg",),
        nature="quality",
        source_event_id=EVENT,
    )


async def test_more_issues_than_a_form_has_room_for_are_shortened_not_lost_to_the_bin(on, failed, form):
    many = failed.but(issues=tuple(Defect(description="崩角" * 900) for _ in range(5)))

    (filed,) = await deliver(on, many)

    assert (len(filed.content), filed.content[-1], filed.defect_quantity) == (4000, "…", None)


async def test_more_faulty_pieces_than_a_form_can_count_were_not_counted(on, failed):
    many = failed.but(issues=tuple(Defect(description="崩角", quantity=MOST) for _ in range(2)))

    (filed,) = await deliver(on, many)

    assert filed.defect_quantity is None


async def test_the_announcement_opens_the_case_even_if_nothing_else_did(on, failed, complaints, policy):
    (filed,) = await deliver(on, failed, at=AT)

    clocks = await deliver(on, filed, at=AT)

    case = await complaints.get(filed.complaint_id)
    assert (case.stage, case.number, case.close_by) == ("filed", "2026-11-0001", AT + timedelta(days=6))
    assert [event.kind for event in clocks] == ["close_6d", "step_judge"]


async def test_a_case_that_is_open_stays_as_it_is_when_its_announcement_comes_again(on, failed, complaints):
    (filed,) = await deliver(on, failed, at=AT)
    await deliver(on, filed, at=AT)
    case = await complaints.get(filed.complaint_id)

    assert await deliver(on, filed, at=AT) == ()
    assert await complaints.get(filed.complaint_id) == case


async def test_who_turns_to_us_to_complain_is_accepted_at_once(on, form):
    enquiry = EnquiryReceived(
        enquiry_id=UUID(int=5),
        channel="visit",
        customer=form.customer,
        kind="complaint",
        text="玻璃崩角",
        order_no="X" * 99,
    )

    (filed,) = await deliver(on, enquiry, at=AT)

    assert (filed.channel, filed.content, filed.order_no) == ("oral", "玻璃崩角", None)


async def test_other_enquiries_and_strangers_are_no_complaints(on, form):
    asks = EnquiryReceived(enquiry_id=UUID(int=5), channel="web", customer=form.customer, kind="stock", text="有货吗？")
    stranger = EnquiryReceived(enquiry_id=UUID(int=6), channel="phone", kind="complaint", text="玻璃崩角")

    assert await deliver(on, asks) == ()
    assert await deliver(on, stranger) == ()


@pytest.fixture
def feedback(form) -> NegativeFeedbackReceived:
    return NegativeFeedbackReceived(
        feedback_id=UUID(int=3),
        source="callback",
        customer=form.customer,
        order_no="SO-2026-0412",
        dimension="installer",
        text="安装师傅迟到两小时",
        severity="dissatisfied",
    )


@pytest.mark.requirement("R105.b")
async def test_negative_feedback_becomes_a_draft_without_a_number_that_has_to_be_looked_at_in_four_hours(
    on, complaints, feedback
):
    (begun,) = await deliver(on, feedback, at=AT, id=EVENT)

    (draft,) = (await complaints.find()).items
    assert (draft.stage, draft.number, draft.form.channel) == ("draft", None, "phone")
    assert (begun.kind, begun.about, begun.assignee_role, begun.due_at) == (
        "draft",
        str(draft.id),
        "complaint_handler",
        AT + timedelta(hours=4),
    )


@pytest.mark.requirement("R105.b")
@pytest.mark.parametrize(("decision", "stage", "left"), [("file", "filed", 2), ("dismiss", "dismissed", 0)])
async def test_a_draft_that_was_looked_at_is_no_duty_any_more(decision, stage, left, world, ask, complaints, feedback):
    await world.hear(feedback)
    (draft,) = (await complaints.find()).items

    before = (await ask("complaint_handler", "GET", "/duties")).json()["items"]
    answer = await ask("complaint_handler", "POST", f"/complaints/{draft.id}/{decision}", {})
    after = (await ask("complaint_handler", "GET", "/duties")).json()["items"]

    assert [duty["kind"] for duty in before] == ["draft"]
    assert (answer.status_code, answer.json()["stage"]) == (200, stage)
    assert ("draft" in {duty["kind"] for duty in after}, len(after)) == (False, left)


@pytest.mark.requirement("R105.b")
async def test_a_draft_that_is_left_lying_is_told_to_the_manager_then_to_the_deputy_gm(world, complaints, feedback):
    await world.hear(feedback)

    fired = await world.until(AT + timedelta(days=3))

    missed = [event for event in fired if isinstance(event, DeadlineMissedByComplaints)]
    assert [(event.kind, event.supervisor_role) for event in missed] == [
        ("draft", "cs_manager"),
        ("draft", "deputy_gm"),
    ]
    (draft,) = (await complaints.find()).items
    assert (draft.stage, draft.level) == ("draft", 0)


@pytest.mark.requirement("R156.a", "R156.b")
async def test_a_declined_solution_is_taken_up_again_in_a_new_case_with_the_old_one_attached(
    on, database, complaints, in_every_stage, rules
):
    approved = await complaints.create(Change(in_every_stage["approved"]), cause(AT))
    answered = cause(AT, actor=HANDLER)
    await complaints.apply(approved.id, lambda case: decline(case, "phone", "要求另加折扣", rules, answered), answered)
    declined = next(event for event in database.published if isinstance(event, ResolutionDeclined))

    filed, resubmitted = await deliver(on, declined, at=AT)

    assert (filed.previous_no, filed.demand, filed.content) == ("2026-11-0001", "要求另加折扣", approved.form.content)
    assert filed.complaint_id != approved.id
    assert resubmitted == ComplaintResubmitted(
        complaint_id=filed.complaint_id,
        complaint_no=filed.complaint_no,
        previous_no="2026-11-0001",
        chain=("2026-11-0001",),
        customer=approved.form.customer,
    )


async def test_what_aftersales_found_out_about_the_warranty_is_kept_in_the_case_once(on, failed, complaints, form):
    (filed,) = await deliver(on, failed, at=AT)
    await deliver(on, filed, at=AT)
    checked = warranty(filed.complaint_id, form)

    await deliver(on, checked, at=AT, id=EVENT)
    await deliver(on, checked, at=AT, id=EVENT)

    (note,) = (await complaints.get(filed.complaint_id)).warranty
    assert (note.verdict, note.expires_on, note.rule.name, note.explanation) == (
        "in_warranty",
        date(2027, 9, 30),
        "contract_date_12m",
        ("保修截止日为 2027-09-30",),
    )


async def test_a_finding_that_comes_before_its_case_waits_for_it(on, form):
    with pytest.raises(NotFound):
        await deliver(on, warranty(UUID(int=404), form))


async def test_a_finding_about_something_else_is_none_of_our_business(on, form):
    assert await deliver(on, warranty(UUID(int=1), form).but(complaint_id=None)) == ()


@pytest.mark.requirement("R150.a", "R161.b")
async def test_filed_checked_and_forgotten_a_complaint_is_missed_once_and_escalated(on, failed, stores, rules, form):
    (filed,) = await deliver(on, failed, at=AT)
    await deliver(on, filed, at=AT)
    await deliver(on, warranty(filed.complaint_id, form), at=AT)

    events = await fire(timers(stores, rules), until=AT + timedelta(days=6))

    missed = [event.kind for event in events if isinstance(event, DeadlineMissedByComplaints)]
    raised = [event.to_role for event in events if isinstance(event, ComplaintEscalated)]
    assert (missed, raised) == (["step_judge", "close_6d"], ["cs_manager", "deputy_gm"])


DEPUTY = Actor(kind="staff", id="deputy-01", role="deputy_gm")


@pytest.fixture
async def offered(complaints, in_every_stage, rules):
    """A case with two approved solutions, of which the customer chooses one."""
    before = in_every_stage["proposed"]
    approved = approve_choice(*sight.proposed(before), 0, (1,), "", rules, cause(AT, actor=DEPUTY)).state
    return await complaints.create(Change(approved), cause(AT))


def answered(case, intent, choice=None, offer=None) -> ReplyReceived:
    return ReplyReceived(
        reply_id=UUID(int=5),
        address_masked="138****8000",
        text=str(choice or intent),
        about=case.number,
        intent=intent,
        choice=choice,
        offer_id=offer or case.proposals[-1].proposal_id,
        at=AT,
    )


@pytest.mark.requirement("R118.b")
@pytest.mark.parametrize("number", [1, 2])
async def test_the_number_in_a_reply_chooses_the_solution_that_had_it_in_the_message(on, offered, complaints, number):
    events = await deliver(on, answered(offered, "choice", number), at=AT, id=EVENT)

    (accepted,) = (each for each in events if isinstance(each, ResolutionAccepted))
    assert (accepted.option, accepted.via) == (offered.verdicts[-1].offered[number - 1], "sms")
    assert (await complaints.get(offered.id)).settlement == offered.verdicts[-1].offered[number - 1]


async def test_a_reply_that_declines_ends_the_case_and_takes_it_up_anew(on, offered, complaints):
    events = await deliver(on, answered(offered, "decline"), at=AT, id=EVENT)

    assert [type(each) for each in events if isinstance(each, ResolutionDeclined)] == [ResolutionDeclined]
    assert (await complaints.get(offered.id)).closing.outcome == "resubmitted"


async def test_an_answer_to_another_proposal_changes_nothing(on, offered, complaints):
    assert await deliver(on, answered(offered, "choice", 1, offer=UUID(int=77)), at=AT, id=EVENT) == ()

    assert (await complaints.get(offered.id)).stage == "approved"


async def test_a_second_answer_changes_nothing(on, offered, complaints):
    await deliver(on, answered(offered, "choice", 2), at=AT, id=EVENT)

    assert await deliver(on, answered(offered, "choice", 1), at=AT, id=UUID(int=43)) == ()
    assert (await complaints.get(offered.id)).settlement == offered.verdicts[-1].offered[1]
