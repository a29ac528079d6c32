"""What happens when a complaint is left lying: warnings, misses and the way up, each once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import report_miss
from complaints.domain.decisions.closing import close, withdraw
from complaints.domain.decisions.filing import open_case
from complaints.domain.decisions.handling import assign_owner
from complaints.domain.decisions.investigation import assign_investigation, judge
from complaints.timers import timers
from shared.aggregate import Cause, Change, Refused
from shared.clocks import CLOCKS
from shared.contracts.complaints import (
    ComplaintClosed,
    ComplaintEscalated,
    DeadlineApproachingAtComplaints,
    DeadlineHeldByComplaints,
    DeadlineMetByComplaints,
    DeadlineMissedByComplaints,
    DeadlineReassignedByComplaints,
    DeadlineSetByComplaints,
)
from shared.contracts.event import Actor
from shared.duties.explanation import explanation
from shared.policy import Policies
from shared.testing import cause, fire, opened

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
UPHELD = (True, "经查崩角为出厂包装不足所致", True, "production")
HANDLER = Actor(kind="staff", id="handler-01", role="complaint_handler")


def at(moment: datetime) -> Cause:
    """What the handler asks for at this moment."""
    return cause(moment, actor=HANDLER)


@pytest.fixture
async def neglected(in_every_stage, complaints) -> Complaint:
    """A filed complaint that is left lying."""
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
        elif isinstance(event, DeadlineMetByComplaints):
            lines.append(("met", event.kind, event.outcome))
        else:
            lines.append((type(event).__name__,))
    return lines


@pytest.mark.requirement("R161.a", "R162.a")
def test_an_accepted_complaint_has_six_days_and_its_first_step_one(in_every_stage, numbered, rules):
    draft = in_every_stage["draft"].but(clocks=())

    opened = open_case(draft, numbered(draft.id), rules, at(AT))

    assert told(opened.events) == [("set", "close_6d", "11-28 02:00"), ("set", "step_judge", "11-23 02:00")]
    closing = opened.events[0]
    assert (closing.calendar, closing.policy_version, closing.warn_at) == ("calendar", 1, (AT + 5 * DAY,))
    assert (closing.about, closing.assignee, closing.assignee_role) == ("2026-11-0001", None, "cs_manager")


@pytest.mark.requirement("R150.a", "R161.b")
async def test_nobody_works_on_a_complaint_and_it_climbs_to_the_top_with_every_deadline_fired_once(
    neglected, stores, complaints, rules
):
    clocks = timers(stores, rules)

    events = await fire(clocks, until=AT + 30 * DAY)

    assert told(events) == [
        ("approaching", "step_judge", "11-23 02:00"),
        ("missed", "step_judge", "11-23 02:00"),
        ("escalated", "complaint_handler", "cs_manager", "deadline"),
        ("approaching", "close_6d", "11-28 02:00"),
        ("missed", "close_6d", "11-28 02:00"),
        ("escalated", "cs_manager", "deputy_gm", "deadline"),
        ("missed", "close_6d", "11-28 02:00"),
        ("escalated", "deputy_gm", "gm", "deadline"),
    ]
    assert await fire(clocks, until=AT + 60 * DAY) == ()
    left = await complaints.get(neglected.id)
    assert (left.level, left.deadlines) == (3, ())
    assert [missed.clock for missed in left.missed] == ["step_judge", "close_6d"]


@pytest.mark.requirement("R150.a")
@pytest.mark.parametrize("announced_first", [True, False])
async def test_a_case_that_is_judged_late_goes_up_whether_or_not_the_miss_was_announced_before(
    neglected, stores, complaints, rules, database, announced_first
):
    clocks = timers(stores, rules)
    announced = await fire(clocks, until=AT + DAY) if announced_first else ()
    late, before = at(AT + DAY + timedelta(seconds=1)), len(database.outbox.envelopes)
    clocks.punctual(lambda: late.now)

    judged = await complaints.apply(neglected.id, lambda case: judge(case, *UPHELD, rules, late), late)

    events = (*announced, *(opened(envelope) for envelope in database.outbox.envelopes[before:]))
    reminded = [("approaching", "step_judge", "11-23 02:00")] if announced_first else []
    assert told(events) == [
        *reminded,
        ("missed", "step_judge", "11-23 02:00"),
        ("escalated", "complaint_handler", "cs_manager", "deadline"),
        ("ComplaintJudged",),
        ("met", "step_judge", "late"),
        ("set", "step_investigate", "11-25 02:00"),
    ]
    assert (judged.stage, judged.level) == ("upheld", 1)


@pytest.mark.requirement("R150.a")
async def test_a_case_that_is_closed_late_has_gone_up_to_the_deputy_gm_before(
    in_every_stage, stores, complaints, rules, database
):
    case = await complaints.create(Change(in_every_stage["implemented"]), cause(AT))
    late, before = at(AT + 6 * DAY + timedelta(seconds=1)), len(database.outbox.envelopes)
    timers(stores, rules).punctual(lambda: late.now)

    closed = await complaints.apply(case.id, lambda case: close(case, "已更换", rules, late), late)

    said = told(opened(envelope) for envelope in database.outbox.envelopes[before:])
    assert (closed.stage, closed.level) == ("closed", 2)
    assert said.index(("escalated", "cs_manager", "deputy_gm", "deadline")) < said.index(("ComplaintClosed",))
    assert [run.outcome for run in closed.clocks if run.clock.name == "close_6d"] == ["late"]


@pytest.mark.requirement("R150.a")
async def test_a_miss_names_the_case_the_assignee_and_the_one_who_has_to_hear_of_it(
    neglected, stores, complaints, rules
):
    await complaints.apply(neglected.id, lambda case: assign_owner(case, "cs-manager-01", True, rules, at(AT)), at(AT))

    events = await fire(timers(stores, rules), until=AT + 6 * DAY)

    missed = next(event for event in events if event.key.endswith("missed.v1") and event.kind == "close_6d")
    assert missed == DeadlineMissedByComplaints(
        deadline_id=missed.deadline_id,
        kind="close_6d",
        title="投诉结案",
        about="2026-11-0001",
        due_at=AT + 6 * DAY,
        assignee="cs-manager-01",
        assignee_role="cs_manager",
        customer_id=neglected.form.customer.customer_id,
        supervisor_role="deputy_gm",
    )


async def test_a_deadline_is_the_same_one_when_it_is_set_comes_near_is_missed_and_ends(in_every_stage, numbered, rules):
    draft = in_every_stage["draft"]
    opened = open_case(draft, numbered(draft.id), rules, at(AT))
    warned = pass_time(opened.state, rules, AT + 5 * DAY)
    missed = pass_time(warned.state, rules, AT + 6 * DAY)
    owned = assign_owner(missed.state, "cs-manager-01", False, rules, at(AT + 6 * DAY))
    closed = withdraw(owned.state, rules, at(AT + 6 * DAY))

    said = (*opened.events, *warned.events, *missed.events, *closed.events)
    about_closing = [event for event in said if getattr(event, "kind", None) == "close_6d"]
    assert len({event.deadline_id for event in about_closing}) == 1
    assert told(about_closing) == [
        ("set", "close_6d", "11-28 02:00"),
        ("approaching", "close_6d", "11-28 02:00"),
        ("missed", "close_6d", "11-28 02:00"),
        ("met", "close_6d", "no_longer_needed"),
    ]
    assert about_closing[1].remaining == DAY


def pass_time(case: Complaint, rules, until: datetime) -> Change[Complaint]:
    """What the kernel does with a case: fire the deadline at its own moment, as long as one is due."""
    tick = rules.clocks.tick(lambda each, run, cause: report_miss(each, run, rules, cause))
    change = Change(case)
    while (moment := change.state.deadline(CLOCKS)) and moment <= until:
        change = change.then(partial(tick, cause=at(moment)))
    return change


@pytest.mark.requirement("R153.a")
async def test_after_the_investigation_there_are_three_days_to_submit_and_submitting_stops_the_clock(
    in_every_stage, decide, rules
):
    completed = decide["complete_investigation"](in_every_stage["investigating"])
    submitted = decide["propose"](completed.state)

    assert ("set", "submit_3d", "11-25 02:00") in told(completed.events)
    assert ("met", "submit_3d", "in_time") in told(submitted.events)
    assert submitted.state.clock("submit_3d") is None
    late = told(pass_time(completed.state, rules, AT + 3 * DAY).events)
    assert late[late.index(("missed", "submit_3d", "11-25 02:00")) + 1] == (
        "escalated",
        "cs_manager",
        "deputy_gm",
        "deadline",
    )


@pytest.mark.requirement("R161.a")
@pytest.mark.parametrize("stage", ["implemented", "not_upheld"])
async def test_closing_stops_every_clock_and_says_whether_it_was_in_time(stage, in_every_stage, rules):
    in_time = close(in_every_stage[stage], "已更换", rules, at(AT + 6 * DAY))
    late = close(in_every_stage[stage], "已更换", rules, at(AT + 6 * DAY + timedelta(seconds=1)))

    assert in_time.state.deadlines == late.state.deadlines == in_time.state.running == late.state.running == ()
    assert (in_time.events[0].within_six_days, in_time.events[0].days_used) == (True, 6)
    assert (late.events[0].within_six_days, late.events[0].days_used) == (False, 6)
    assert (told(in_time.events)[-1], told(late.events)[-1]) == (
        ("met", "close_6d", "in_time"),
        ("met", "close_6d", "late"),
    )


async def test_an_overdue_case_that_is_closed_climbs_no_further(neglected, stores, complaints, rules):
    clocks = timers(stores, rules)
    await fire(clocks, until=AT + 6 * DAY)
    withdrawing = at(AT + 6 * DAY)
    await complaints.apply(neglected.id, lambda case: withdraw(case, rules, withdrawing), withdrawing)

    assert await fire(clocks, until=AT + 60 * DAY) == ()


@pytest.mark.requirement("R152.a", "R152.b")
async def test_cs_sets_the_time_limit_of_an_investigation_on_the_form(in_every_stage, rules):
    upheld = in_every_stage["upheld"]

    change = assign_investigation(upheld, "production", ("rd",), AT + DAY / 2, rules, at(AT))

    assigned, running = change.events
    assert (assigned.department, assigned.joint_with, assigned.due_at) == ("production", ("rd",), AT + DAY / 2)
    assert running.deadline_id == upheld.clock("step_investigate").id
    assert running.due_at == change.state.clock("step_investigate").due_at == AT + DAY / 2


async def test_an_investigation_is_not_due_in_the_past_nor_after_the_case_has_to_be_closed(in_every_stage, rules):
    for due_at in (AT, AT + 6 * DAY + timedelta(seconds=1)):
        with pytest.raises(Refused, match="between now and the closing"):
            assign_investigation(in_every_stage["upheld"], "rd", (), due_at, rules, at(AT))


async def test_an_investigation_without_a_time_keeps_the_end_of_the_step_or_gets_a_new_one_after_a_miss(
    in_every_stage, rules
):
    later = AT + 10 * DAY
    upheld = in_every_stage["upheld"]
    missed = pass_time(upheld, rules, later).state

    in_time = assign_investigation(upheld, "rd", (), None, rules, at(AT + DAY))
    anew = assign_investigation(missed, "rd", (), None, rules, at(later))

    assert in_time.state.clock("step_investigate").due_at == AT + 2 * DAY
    assert told(in_time.events) == [
        ("InvestigationAssigned",),
        ("set", "step_investigate", "11-24 02:00"),
    ]
    assert anew.state.clock("step_investigate").due_at == later + 2 * DAY


@pytest.mark.parametrize("due_at", [None, AT + DAY])
def test_an_investigation_that_is_assigned_is_one_clock_which_says_who_had_it_before(due_at, in_every_stage, rules):
    case = assign_investigation(in_every_stage["upheld"], "production", (), due_at, rules, at(AT)).state

    (run,) = [each for each in case.clocks if each.clock.name == "step_investigate"]
    assert "2026年11月22日10:00由handler-01转给生产部厂长，原因：指定负责调查的部门。" in explanation(
        run, rules.calendar
    )


def test_an_investigation_of_a_case_that_is_overdue_is_not_due_far_ahead(in_every_stage, rules):
    case = in_every_stage["upheld"]
    late = case.close_by + DAY
    with pytest.raises(Refused) as refused:
        assign_investigation(case, "production", (), late + 731 * DAY, rules, at(late))
    assert refused.value.code == "far_day"


async def test_clocks_may_count_working_days(policy, rules, in_every_stage, numbered):
    figures = policy.model_dump()
    figures["close"]["term"] = {"kind": "after", "days": 6, "working": True}
    working = replace(rules, policies=Policies([type(policy).model_validate(figures)]))
    draft = in_every_stage["draft"].but(clocks=())
    before_the_holiday = datetime(2026, 9, 29, 2, 0, tzinfo=UTC)
    filed = numbered(draft.id, "2026-09-0001", before_the_holiday)

    opened = open_case(draft, filed, working, at(before_the_holiday))

    assert opened.events[0].calendar == "working"
    assert opened.events[0].due_at == datetime(2026, 10, 13, 2, 0, tzinfo=UTC)


async def test_what_is_still_to_be_done_is_the_duty_of_the_owner_from_the_moment_there_is_one(
    in_every_stage, numbered, rules
):
    draft = in_every_stage["draft"]
    filed = open_case(draft, numbered(draft.id), rules, at(AT)).state

    change = assign_owner(filed, "cs-manager-01", True, rules, at(AT))

    given = [event for event in change.events if isinstance(event, DeadlineReassignedByComplaints)]
    assert [(event.kind, event.before, event.assignee) for event in given] == [
        ("step_judge", None, "cs-manager-01"),
        ("close_6d", None, "cs-manager-01"),
    ]
    assert {run.assignee for run in change.state.running} == {"cs-manager-01"}


def test_a_clock_stands_still_only_where_the_company_allows_it(in_every_stage, numbered, policy, rules):
    lenient = policy.but(close=policy.close.but(may_be_held=True))
    draft = in_every_stage["draft"]
    held = open_case(draft, numbered(draft.id), replace(rules, policies=Policies([lenient])), at(AT)).then(
        rules.clocks.hold("close_6d", "等待客户寄回样品", at(AT + DAY))
    )

    assert isinstance(held.events[-1], DeadlineHeldByComplaints)
    assert held.then(rules.clocks.resume("close_6d", at(AT + 3 * DAY))).state.clock("close_6d").due_at == AT + 8 * DAY
    with pytest.raises(Refused):
        rules.clocks.hold("close_6d", "等待客户寄回样品", at(AT + DAY))(in_every_stage["filed"])


def test_a_case_that_waited_for_its_customer_has_to_be_closed_when_its_clock_ends(
    in_every_stage, numbered, policy, rules
):
    lenient = replace(rules, policies=Policies([policy.but(close=policy.close.but(may_be_held=True))]))
    draft = in_every_stage["draft"]
    filed = open_case(draft, numbered(draft.id), lenient, at(AT)).then(
        lambda case: assign_owner(case, "cs-manager-01", True, lenient, at(AT))
    )
    held = filed.then(lenient.clocks.hold("close_6d", "等待客户寄回样品", at(AT + DAY)))
    resumed = held.then(lenient.clocks.resume("close_6d", at(AT + 3 * DAY))).state
    closed = withdraw(held.state, lenient, at(AT + 7 * DAY))

    assert (filed.state.close_by, held.state.close_by, resumed.close_by) == (AT + 6 * DAY, AT + 6 * DAY, AT + 8 * DAY)
    assert resumed.turn == f"1 {AT + 8 * DAY:%Y-%m-%dT%H:%M:%S}"
    (said,) = (event for event in closed.events if isinstance(event, ComplaintClosed))
    assert (said.within_six_days, closed.state.close_by) == (True, AT + 12 * DAY)
