"""What happens when nobody works on a complaint: warnings, misses and the way up, each once."""

from datetime import UTC, datetime, timedelta

import pytest

from complaints.domain.complaint import Complaint
from complaints.domain.record import Investigation
from complaints.timers import timers
from shared.aggregate import Change, Refused
from shared.contracts.complaints import (
    ComplaintEscalated,
    DeadlineApproachingAtComplaints,
    DeadlineMissedByComplaints,
    DeadlineSetByComplaints,
)
from shared.contracts.event import Actor
from shared.testing import cause, fire

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HANDLER = Actor(kind="staff", id="handler-01", role="complaint_handler")


@pytest.fixture
async def neglected(in_every_stage, complaints) -> Complaint:
    """A filed complaint that nobody looks at."""
    return await complaints.create(Change(in_every_stage["filed"]), cause(AT))


def told(events) -> list[tuple[str, ...]]:
    """The events in short: what, which clock, and when it is due or to whom it goes."""
    lines = []
    for event in events:
        if isinstance(event, ComplaintEscalated):
            lines.append(("escalated", event.from_role, event.to_role, event.reason))
        elif isinstance(event, DeadlineMissedByComplaints):
            lines.append(("missed", event.kind, f"{event.due_at:%m-%d %H:%M}"))
        elif isinstance(event, DeadlineApproachingAtComplaints):
            lines.append(("approaching", event.kind, f"{event.due_at:%m-%d %H:%M}"))
        elif isinstance(event, DeadlineSetByComplaints):
            lines.append(("set", event.kind, f"{event.due_at:%m-%d %H:%M}"))
        else:
            lines.append((type(event).__name__,))
    return lines


@pytest.mark.requirement("R161.a", "R162.a")
def test_an_accepted_complaint_has_six_days_and_its_first_step_one(in_every_stage, form, policy):
    opened = in_every_stage["draft"].open(form.filed(in_every_stage["draft"].id, "2026-11-0001", AT), policy)

    assert told(opened.events) == [("set", "close_6d", "11-28 02:00"), ("set", "step_judge", "11-23 02:00")]
    closing = opened.events[0]
    assert (closing.calendar, closing.policy_version, closing.warn_at) == ("calendar", 1, (AT + 5 * DAY,))
    assert (closing.about, closing.assignee, closing.assignee_role) == ("2026-11-0001", None, "cs_manager")


@pytest.mark.requirement("R150.a", "R161.b")
async def test_nobody_works_on_a_complaint_and_it_climbs_to_the_top_with_every_deadline_fired_once(
    neglected, complaints, policy
):
    clocks = timers(complaints, policy)

    events = await fire(clocks, until=AT + 30 * DAY)

    assert told(events) == [
        ("approaching", "step_judge", "11-23 02:00"),
        ("missed", "step_judge", "11-23 02:00"),
        ("escalated", "complaint_handler", "cs_manager", "deadline"),
        ("approaching", "close_6d", "11-28 02:00"),
        ("missed", "close_6d", "11-28 02:00"),
        ("escalated", "cs_manager", "deputy_gm", "deadline"),
        ("escalated", "deputy_gm", "gm", "deadline"),
    ]
    assert await fire(clocks, until=AT + 60 * DAY) == ()
    left = await complaints.get(neglected.id)
    assert (left.level, left.deadlines) == (3, ())
    assert [missed.clock for missed in left.missed] == ["step_judge", "close_6d"]


@pytest.mark.requirement("R150.a")
async def test_a_miss_names_the_case_the_assignee_and_the_one_who_has_to_hear_of_it(neglected, complaints, policy):
    await complaints.apply(neglected.id, lambda case: case.assign_owner("cs-manager-01", True), cause(AT))

    events = await fire(timers(complaints, policy), until=AT + 6 * DAY)

    missed = next(event for event in events if event.key.endswith("missed.v1") and event.kind == "close_6d")
    assert missed == DeadlineMissedByComplaints(
        deadline_id=missed.deadline_id,
        kind="close_6d",
        about="2026-11-0001",
        due_at=AT + 6 * DAY,
        assignee="cs-manager-01",
        assignee_role="cs_manager",
        customer_id=neglected.form.customer.customer_id,
        supervisor_role="deputy_gm",
    )


async def test_a_deadline_is_the_same_one_when_it_is_set_comes_near_and_is_missed(in_every_stage, form, policy):
    draft = in_every_stage["draft"]
    opened = draft.open(form.filed(draft.id, "2026-11-0001", AT), policy)
    warned = opened.state.done_with("close_warning").warn("close", policy, AT + 5 * DAY)
    missed = opened.state.done_with("close").miss("close", policy, AT + 6 * DAY)

    assert len({opened.events[0].deadline_id, warned.events[0].deadline_id, missed.events[0].deadline_id}) == 1
    assert warned.events[0].remaining == DAY


@pytest.mark.requirement("R153.a")
async def test_after_the_investigation_there_are_three_days_to_submit_and_submitting_stops_the_clock(
    in_every_stage, decide, policy
):
    completed = decide["complete_investigation"](in_every_stage["investigating"])
    submitted = decide["propose"](completed.state)

    assert ("set", "submit_3d", "11-25 02:00") in told(completed.events)
    assert submitted.state.deadline("submit") is None
    assert told(completed.state.done_with("submit").miss("submit", policy, AT + 3 * DAY).events) == [
        ("missed", "submit_3d", "11-25 02:00"),
        ("escalated", "complaint_handler", "deputy_gm", "deadline"),
    ]


@pytest.mark.requirement("R161.a")
@pytest.mark.parametrize("stage", ["implemented", "not_upheld"])
async def test_closing_stops_every_clock_and_says_whether_it_was_in_time(stage, in_every_stage, decide, policy):
    in_time = in_every_stage[stage].close("已更换", HANDLER, policy, AT + 6 * DAY)
    late = in_every_stage[stage].close("已更换", HANDLER, policy, AT + 6 * DAY + timedelta(seconds=1))

    assert in_time.state.deadlines == late.state.deadlines == ()
    assert (in_time.events[0].within_six_days, in_time.events[0].days_used) == (True, 6)
    assert (late.events[0].within_six_days, late.events[0].days_used) == (False, 6)


@pytest.mark.requirement("R161.b")
async def test_an_overdue_case_that_is_closed_climbs_no_further(neglected, complaints, policy):
    clocks = timers(complaints, policy)
    await fire(clocks, until=AT + 6 * DAY)
    await complaints.apply(neglected.id, lambda case: case.withdraw(HANDLER, policy, AT + 6 * DAY), cause(AT + 6 * DAY))

    assert await fire(clocks, until=AT + 60 * DAY) == ()


@pytest.mark.requirement("R152.a", "R152.b")
async def test_cs_sets_the_time_limit_of_an_investigation_on_the_form(in_every_stage, policy):
    joint = Investigation(department="production", joint_with=("rd",))
    change = in_every_stage["upheld"].assign_investigation(joint, AT + DAY / 2, policy, AT)

    assigned, running = change.events
    assert (assigned.department, assigned.joint_with, assigned.due_at) == ("production", ("rd",), AT + DAY / 2)
    assert running.due_at == change.state.deadline("step") == AT + DAY / 2


async def test_an_investigation_is_not_due_in_the_past_nor_after_the_case_has_to_be_closed(in_every_stage, policy):
    for due_at in (AT, AT + 6 * DAY + timedelta(seconds=1)):
        with pytest.raises(Refused, match="between now and the closing"):
            in_every_stage["upheld"].assign_investigation(Investigation(department="rd"), due_at, policy, AT)


async def test_an_investigation_without_a_time_keeps_the_running_step_or_gets_a_new_one_after_a_miss(
    in_every_stage, policy
):
    later = AT + 10 * DAY
    upheld = in_every_stage["upheld"]

    assert (
        upheld.assign_investigation(Investigation(department="rd"), None, policy, AT + DAY).state.deadline("step")
        == AT + 2 * DAY
    )
    assert (
        upheld.done_with("step").assign_investigation(Investigation(department="rd"), None, policy, later)
    ).state.deadline("step") == later + 2 * DAY


async def test_clocks_may_count_working_days(policy, in_every_stage, form):
    rules = policy.model_dump()
    rules["close"]["term"] = {"days": 6, "working": True}
    working = type(policy).model_validate(rules)
    draft = in_every_stage["draft"]
    before_the_holiday = datetime(2026, 9, 29, 2, 0, tzinfo=UTC)

    opened = draft.open(form.filed(draft.id, "2026-09-0001", before_the_holiday), working)

    assert opened.events[0].calendar == "working"
    assert opened.events[0].due_at == datetime(2026, 10, 13, 2, 0, tzinfo=UTC)
