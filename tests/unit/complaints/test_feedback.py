"""What the customer says once a solution is carried out: collected at once, kept, and a duty until then."""

from datetime import UTC, datetime, timedelta

import pytest

from complaints.api.history import history, told
from complaints.domain.decisions.closing import close
from complaints.domain.decisions.settlement import implement, record_feedback
from complaints.domain.parts.resolution import Feedback
from shared.aggregate import Change, Refused
from shared.contracts.complaints import (
    ComplaintClosed,
    DeadlineMetByComplaints,
    DeadlineSetByComplaints,
    ResolutionFeedbackCollected,
    ResolutionImplemented,
)
from shared.contracts.event import Actor
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HANDLER = cause(AT, actor=Actor(kind="staff", id="handler-01", role="complaint_handler"))


def kinds(change):
    return [(event.kind, getattr(event, "outcome", None)) for event in change.events if hasattr(event, "deadline_id")]


@pytest.mark.requirement("R116.d")
def test_the_answer_is_a_duty_from_the_moment_at_which_the_solution_is_carried_out(in_every_stage, rules):
    carried_out = implement(in_every_stage["accepted"], (), rules, HANDLER)
    (run,) = [run for run in carried_out.state.running if run.clock.name == "feedback"]
    collected = record_feedback(carried_out.state, False, "玻璃仍有划痕", rules, HANDLER)

    assert (run.clock.role, run.due_at, run.assignee) == ("cs_specialist", AT + timedelta(days=1), "handler-01")
    assert [type(event) for event in carried_out.events if not hasattr(event, "deadline_id")] == [ResolutionImplemented]
    assert collected.state.feedback == Feedback(satisfied=False, words="玻璃仍有划痕", by="handler-01", at=AT)
    said, met = collected.events
    assert said == ResolutionFeedbackCollected.of(
        carried_out.state.about_customer, satisfied=False, words="玻璃仍有划痕", by="handler-01", at=AT
    )
    assert (type(met), met.kind, met.outcome) == (DeadlineMetByComplaints, "feedback", "in_time")
    assert collected.state.but(feedback=None, clocks=(), deadlines=()) == carried_out.state.but(clocks=(), deadlines=())


def test_the_answer_is_kept_once_and_the_history_shows_it_inside_the_house_and_to_the_customer(in_every_stage, rules):
    case = record_feedback(in_every_stage["implemented"], True, "更换及时", rules, HANDLER).state

    with pytest.raises(Refused) as refused:
        record_feedback(case, True, "再说一次", rules, HANDLER)

    assert refused.value.code == "feedback_given"
    inside = [(step.by, step.words) for step in history(case) if step.what == "客户对处理结果满意"]
    outside = [(step.by, step.words) for step in told(case) if step.what == "客户对处理结果满意"]
    assert (inside, outside) == ([("handler-01", "更换及时")], [(None, "更换及时")])


def test_a_case_that_is_closed_without_the_answer_leaves_it_to_the_call_after_the_closing(in_every_stage, rules):
    without = close(in_every_stage["implemented"], "已更换", rules, HANDLER)
    answered = record_feedback(in_every_stage["implemented"], True, "更换及时", rules, HANDLER).state
    with_it = close(answered, "已更换", rules, HANDLER)

    assert ("feedback", "no_longer_needed") in kinds(without)
    assert "feedback" not in dict(kinds(with_it))
    assert [type(event) for event in with_it.events if not hasattr(event, "deadline_id")] == [ComplaintClosed]
    assert (without.state.running, with_it.state.running) == ((), ())


async def test_the_answer_is_collected_over_http(ask, stores, in_every_stage, world):
    case = in_every_stage["implemented"]
    await stores.complaints.create(Change(case), cause(AT))

    answer = await ask(
        "cs_specialist", "POST", f"/complaints/{case.id}/record-feedback", {"satisfied": True, "words": "更换及时"}
    )

    assert answer.status_code == 200
    assert (answer.json()["stage"], answer.json()["feedback"]["by"]) == ("implemented", "cs_specialist-01")
    assert "complaints.resolution_feedback_collected.v1" in [event.key for event in world.database.published]
    assert DeadlineSetByComplaints not in {type(event) for event in world.database.published}
