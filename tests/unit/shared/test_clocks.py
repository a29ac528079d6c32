"""Clocks: they pair what they announce, go up their ladder, stand still where they may, and follow the calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.aggregate import Cause, Change, NotFound, Refused
from shared.calendar import CHINA, Calendar, Holidays, Within
from shared.clocks import CLOCKS, Announcements, Clock, ClockRun, Clocks, GivenEnd, Matter, Timed, TimedPolicy
from shared.contracts.deadline import (
    DeadlineApproaching,
    DeadlineHeld,
    DeadlineMet,
    DeadlineMissed,
    DeadlineReassigned,
    DeadlineSet,
)
from shared.contracts.event import Actor, Event, Frozen
from shared.contracts.roles import Role
from shared.policy import Policies, Policy
from shared.store import Store
from shared.testing import InMemoryDatabase, Outbox, cause, fire, opened
from shared.timers import Timers

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
POLICY = Policy(name="kettle", version=3, in_force_from=date(2026, 1, 1), approved_by="gm")
MATTER = Matter(about="2026-11-0007", customer_id=uuid4())
BOIL = Clock(
    name="boil_6d",
    title="烧水",
    term=Within(days=6),
    role=Role.CS_MANAGER,
    warn_before=(timedelta(days=1), timedelta(hours=2)),
    ladder=(Role.DEPUTY_GM, Role.GM),
    patience=timedelta(days=1),
    may_be_held=True,
)
WORKED = Clock(name="clean", title="清洗", term=Within(days=3, working=True), role=Role.CS_SPECIALIST, may_be_held=True)


class Set(DeadlineSet, Event, key="clocktest.deadline_set.v1"):
    """For tests."""


class Approaching(DeadlineApproaching, Event, key="clocktest.deadline_approaching.v1"):
    """For tests."""


class Missed(DeadlineMissed, Event, key="clocktest.deadline_missed.v1"):
    """For tests."""


class Met(DeadlineMet, Event, key="clocktest.deadline_met.v1"):
    """For tests."""


class Held(DeadlineHeld, Event, key="clocktest.deadline_held.v1"):
    """For tests."""


class Reassigned(DeadlineReassigned, Event, key="clocktest.deadline_reassigned.v1"):
    """For tests."""


class Kettle(Timed):
    """Something that has to boil in time."""

    shouts: tuple[int, ...] = ()
    boiled: bool = False


class Kettles(Store[Kettle]):
    """For tests."""

    collection = "kettles"
    kind = Kettle


CLOCKS_OF_KETTLES = Clocks(Announcements(Set, Approaching, Missed, Met, Held, Reassigned), CHINA)


def at(moment: datetime) -> Cause:
    return cause(moment)


def started(clock: Clock = BOIL, clocks: Clocks = CLOCKS_OF_KETTLES, **fields: Any) -> tuple[Kettle, ClockRun]:
    kettle = clocks.start(clock, MATTER, at(NOW), policy=POLICY, **fields)(Kettle(id=uuid4())).state
    run = kettle.clock(clock.name)
    assert run is not None
    return kettle, run


def told(run: ClockRun, **more: Any) -> dict[str, Any]:
    return {
        "deadline_id": run.id,
        "kind": run.clock.name,
        "about": MATTER.about,
        "due_at": run.due_at,
        "assignee": run.assignee,
        "assignee_role": run.clock.role,
        "customer_id": MATTER.customer_id,
        **more,
    }


def pass_time(kettle: Kettle, until: datetime, on_miss: Any = None) -> tuple[Kettle, tuple[Event, ...]]:
    """What the kernel does: fire the deadline at its own moment, as long as one is due."""
    events: tuple[Event, ...] = ()
    while (moment := kettle.deadline(CLOCKS)) and moment <= until:
        change = CLOCKS_OF_KETTLES.tick(on_miss)(kettle.done_with(CLOCKS), at(moment))
        kettle, events = change.state, (*events, *change.events)
    return kettle, events


def test_a_clock_that_starts_says_until_when_and_when_it_will_warn() -> None:
    kettle = Kettle(id=uuid4())

    change = CLOCKS_OF_KETTLES.start(BOIL, MATTER, at(NOW), policy=POLICY, assignee="li")(kettle)

    run = change.state.clock("boil_6d")
    assert run is not None
    due = NOW + timedelta(days=6)
    warnings = (due - timedelta(days=1), due - timedelta(hours=2))
    assert change.events == (Set(calendar="calendar", policy_version=3, warn_at=warnings, **told(run)),)
    assert (run.due_at, run.assignee, run.policy, run.policy_version) == (due, "li", "kettle", 3)
    assert change.state.deadline(CLOCKS) == warnings[0]


def test_everything_that_one_run_announces_has_one_id() -> None:
    kettle, run = started()

    kettle, events = pass_time(kettle, NOW + timedelta(days=30))
    end = CLOCKS_OF_KETTLES.stop("boil_6d", cause=at(NOW + timedelta(days=31)))(kettle)

    due = run.due_at
    assert (*events, *end.events) == (
        Approaching(remaining=timedelta(days=1), title=BOIL.title, **told(run)),
        Approaching(remaining=timedelta(hours=2), title=BOIL.title, **told(run)),
        Missed(supervisor_role="deputy_gm", rung=1, title=BOIL.title, **told(run)),
        Missed(supervisor_role="gm", rung=2, title=BOIL.title, **told(run)),
        Met(met_at=NOW + timedelta(days=31), outcome="late", **told(run)),
    )
    ended = end.state.clocks[0]
    assert (ended.missed_at, ended.rung, ended.outcome, end.state.deadline(CLOCKS)) == (due, 2, "late", None)


def test_each_rung_of_the_ladder_is_told_once() -> None:
    kettle, _ = started()
    kettle, _ = pass_time(kettle, NOW + timedelta(days=30))
    assert pass_time(kettle, NOW + timedelta(days=300)) == (kettle, ())


def test_the_business_adds_what_it_does_about_a_miss_at_each_rung() -> None:
    kettle, _ = started()

    kettle, _ = pass_time(kettle, NOW + timedelta(days=30), shout)
    assert kettle.shouts == (1, 2)


def test_done_at_the_last_moment_is_done_in_time() -> None:
    kettle, run = started()
    last = NOW + timedelta(days=6)
    change = CLOCKS_OF_KETTLES.stop("boil_6d", cause=at(last))(kettle)
    assert change.events == (Met(met_at=last, outcome="in_time", **told(run)),)


def test_done_late_before_anybody_was_told_is_missed_and_then_met() -> None:
    kettle, run = started()
    late = NOW + timedelta(days=6, microseconds=1)
    change = CLOCKS_OF_KETTLES.stop("boil_6d", cause=at(late))(kettle)
    assert change.events == (
        Missed(**told(run), supervisor_role=Role.DEPUTY_GM, rung=1, title="烧水"),
        Met(met_at=late, outcome="late", **told(run)),
    )
    (ended,) = change.state.clocks
    assert (ended.missed_at, ended.outcome) == (run.due_at, "late")


def shout(kettle: Kettle, run: ClockRun, cause: Cause) -> Change[Kettle]:
    """What the business does about a miss in these tests; a kettle that has boiled does not shout any more."""
    if kettle.boiled:
        raise Refused("it has boiled", "boiled")
    return Change(kettle.but(shouts=(*kettle.shouts, run.rung)))


def boil(kettle: Kettle, cause: Cause) -> Change[Kettle]:
    return Change(kettle.but(boiled=True)).then(CLOCKS_OF_KETTLES.stop("boil_6d", cause=cause))


async def begun(now: datetime = NOW + timedelta(days=365), **fields: Any) -> tuple[Kettles, Timers, Kettle]:
    """A kettle whose clock runs, in a store whose clocks have a consequence; `now` is when it is looked at."""
    kettles, timers = Kettles(InMemoryDatabase()), Timers()
    timers(kettles, CLOCKS)(CLOCKS_OF_KETTLES.tick(shout))
    timers.punctual(lambda: now)
    begin = cause(NOW, id=UUID(int=1))
    started = CLOCKS_OF_KETTLES.start(BOIL, MATTER, begin, policy=POLICY)(Kettle(id=UUID(int=2), **fields))
    return kettles, timers, await kettles.create(started, begin)


async def boiled_at(moment: datetime, *, announced_first: bool) -> tuple[Kettle, tuple[Event, ...]]:
    """A kettle that boils at this moment, and everything that is announced after its start."""
    kettles, timers, kettle = await begun(now=moment)
    announced: tuple[Event, ...] = ()
    if announced_first:
        announced = await fire(timers, until=moment - timedelta(microseconds=1))
    boils = cause(moment, id=UUID(int=3))
    outbox = kettles.group_commit.outlet
    assert isinstance(outbox, Outbox)
    before = len(outbox.envelopes)
    left = await kettles.apply(kettle.id, lambda kettle: boil(kettle, boils), boils)
    assert await fire(timers, until=moment + timedelta(days=30)) == ()
    return left, (*announced, *(opened(envelope) for envelope in outbox.envelopes[before:]))


def without_reminders(events: tuple[Event, ...]) -> list[Event]:
    return [said for said in events if not isinstance(said, Approaching)]


@pytest.mark.parametrize("days", [1, 5, 6, 7, 8, 30])
async def test_what_a_request_finds_run_out_has_every_consequence_as_if_it_had_been_announced_before(days: int) -> None:
    moment = NOW + timedelta(days=days, microseconds=1)
    late, announced_late = await boiled_at(moment, announced_first=False)
    timely, announced = await boiled_at(moment, announced_first=True)
    assert (late, without_reminders(announced_late)) == (timely, without_reminders(announced))


async def test_a_clock_that_is_stopped_late_before_it_was_announced_has_been_missed_at_each_rung() -> None:
    kettle, events = await boiled_at(NOW + timedelta(days=8), announced_first=False)
    assert (kettle.shouts, kettle.boiled, kettle.running) == ((1, 2), True, ())
    assert [type(said) for said in events] == [Missed, Missed, Met]


async def test_a_clock_that_is_stopped_at_its_last_moment_was_not_missed() -> None:
    kettle, events = await boiled_at(NOW + timedelta(days=6), announced_first=False)
    assert (kettle.shouts, [type(said) for said in events]) == ((), [Met])


@pytest.mark.parametrize(
    ("left", "reminded"),
    [
        (timedelta(hours=12), [timedelta(hours=12), timedelta(hours=2)]),
        (timedelta(hours=1), [timedelta(hours=1)]),
        (timedelta(), []),
        (-timedelta(days=14), []),
    ],
)
async def test_after_a_standstill_one_reminder_says_what_is_left_and_none_comes_with_the_miss(
    left: timedelta, reminded: list[timedelta]
) -> None:
    kettles, timers, kettle = await begun()
    wakes = NOW + timedelta(days=6) - left
    timer = timers.of(kettles.collection, CLOCKS)
    events: list[Event] = []
    while kettle.clock("boil_6d").missed_at is None:
        moment = kettle.deadline(CLOCKS)
        change = timer.decide(kettle.done_with(CLOCKS), replace(at(moment), heard_at=max(wakes, moment)))
        kettle, events = change.state, [*events, *change.events]
    assert [said.remaining for said in events if isinstance(said, Approaching)] == reminded
    assert [type(said) for said in without_reminders(tuple(events))] == [Missed]


async def test_a_cause_whose_time_lies_ahead_lets_no_clock_run_out_that_runs_still() -> None:
    kettles, _, kettle = await begun(now=NOW + timedelta(days=6) - timedelta(minutes=5))
    ahead = at(NOW + timedelta(days=6, minutes=5))

    left = await kettles.apply(kettle.id, lambda kettle: Change(kettle.but(shouts=(9,))), ahead)

    assert (left.shouts, [run.missed_at for run in left.running]) == ((9,), [None])


async def test_what_a_late_message_finds_run_out_is_decided_on_as_of_the_present() -> None:
    seen: list[datetime] = []

    def note(kettle: Kettle, run: ClockRun, cause: Cause) -> Change[Kettle]:
        seen.append(cause.now)
        return Change(kettle)

    present = NOW + timedelta(days=9)
    kettles, timers = Kettles(InMemoryDatabase()), Timers()
    timers(kettles, CLOCKS)(CLOCKS_OF_KETTLES.tick(note))
    timers.punctual(lambda: present)
    begin = at(NOW)
    kettle = await kettles.create(
        CLOCKS_OF_KETTLES.start(BOIL, MATTER, begin, policy=POLICY)(Kettle(id=UUID(int=2))), begin
    )
    heard = at(NOW + timedelta(days=6, minutes=1))

    await kettles.apply(kettle.id, lambda kettle: boil(kettle, heard), heard)

    assert seen == [present]


async def test_a_request_that_is_refused_leaves_what_has_run_out_before_it_announced() -> None:
    kettles, _, kettle = await begun()

    def refuse(kettle: Kettle) -> Change[Kettle]:
        raise Refused("not today", "not_today")

    with pytest.raises(Refused, match="not today"):
        await kettles.apply(kettle.id, refuse, at(NOW + timedelta(days=6, seconds=1)))
    assert (await kettles.get(kettle.id)).shouts == (1,)


async def test_a_miss_whose_consequence_fails_does_not_hold_up_a_request() -> None:
    kettles, _, kettle = await begun(boiled=True)
    late = at(NOW + timedelta(days=7))

    left = await kettles.apply(kettle.id, lambda kettle: boil(kettle, late), late)

    assert (left.running, [run.outcome for run in left.clocks]) == ((), ["late"])


async def test_a_request_that_is_repeated_changes_nothing_though_a_clock_has_run_out() -> None:
    kettles, _, kettle = await begun()
    request = uuid4()
    first = await kettles.apply(kettle.id, lambda kettle: Change(kettle.but(shouts=(9,))), cause(NOW, id=request))
    again = cause(NOW + timedelta(days=9), id=request)

    assert first.shouts == (9,)
    assert await kettles.apply(kettle.id, lambda kettle: boil(kettle, again), again) == first


def test_a_clock_that_starts_twice_by_one_cause_has_two_runs() -> None:
    cause = at(NOW)
    start = CLOCKS_OF_KETTLES.start(BOIL, MATTER, cause, policy=POLICY)
    change = start(Kettle(id=uuid4())).then(start)
    first, second = change.state.clocks
    assert (first.outcome, second.running, first.id != second.id) == ("no_longer_needed", True, True)
    assert [(type(said), said.deadline_id) for said in change.events] == [
        (Set, first.id),
        (Met, first.id),
        (Set, second.id),
    ]


def test_what_is_not_needed_any_more_was_neither_kept_nor_missed() -> None:
    kettle, run = started()
    change = CLOCKS_OF_KETTLES.drop(cause=at(NOW))(kettle)
    assert change.events == (Met(met_at=NOW, outcome="no_longer_needed", **told(run)),)
    assert change.state.running == ()


def test_stopping_what_does_not_run_changes_nothing() -> None:
    kettle, _ = started()
    change = CLOCKS_OF_KETTLES.stop("clean", cause=at(NOW))(kettle)
    assert (change.state, change.events) == (kettle, ())


def test_starting_again_replaces_the_clock_that_runs() -> None:
    kettle, first = started()
    later = at(NOW + timedelta(days=1))
    change = CLOCKS_OF_KETTLES.start(BOIL, MATTER, later, policy=POLICY)(kettle)
    (second,) = change.state.running
    assert second.id != first.id
    assert [type(event) for event in change.events] == [Met, Set]


def test_several_runs_of_one_clock_are_told_apart_by_what_they_are_of() -> None:
    kettle, _ = started(of="first")
    kettle = CLOCKS_OF_KETTLES.start(BOIL, MATTER, at(NOW), policy=POLICY, of="second")(kettle).state
    left = CLOCKS_OF_KETTLES.stop("boil_6d", cause=at(NOW), of="first")(kettle).state.running
    assert [run.of for run in left] == ["second"]


def test_an_end_that_a_person_named_goes_before_the_term() -> None:
    due = NOW + timedelta(days=2)
    _, run = started(due_at=due)
    assert (run.due_at, run.set_by_hand, run.follows) == (due, True, "")


def test_an_end_that_follows_from_something_else_goes_before_the_term_and_is_nobody_s_word() -> None:
    due = NOW + timedelta(days=2)
    _, run = started(due_at=GivenEnd(due, "发货日"))
    assert (run.due_at, run.set_by_hand, run.follows) == (due, True, "发货日")


def test_a_held_clock_says_so_and_what_was_left_is_left_when_it_goes_on() -> None:
    kettle, run = started()
    since, until = NOW + timedelta(days=2), NOW + timedelta(days=12)

    held = CLOCKS_OF_KETTLES.hold("boil_6d", "等待客户", at(since))(kettle)

    assert held.events == (Held(held_at=since, reason="等待客户", **told(run)),)
    assert held.state.deadline(CLOCKS) is None
    resumed = CLOCKS_OF_KETTLES.resume("boil_6d", at(until))(held.state)
    again = resumed.state.clock("boil_6d")
    assert again is not None
    assert again.due_at == run.due_at + timedelta(days=10)
    assert again.id == run.id
    assert resumed.events == (Set(calendar="calendar", policy_version=3, warn_at=again.warn_at, **told(again)),)
    assert again.holds[0].by == at(since).actor


def test_a_hold_of_a_working_term_leaves_as_many_working_days_as_there_were() -> None:
    kettle, run = started(WORKED)
    assert CHINA.local(run.due_at).date() == date(2026, 11, 25)
    held = CLOCKS_OF_KETTLES.hold("clean", "等待客户", at(NOW + timedelta(days=3)))(kettle).state
    resumed = CLOCKS_OF_KETTLES.resume("clean", at(NOW + timedelta(days=7)))(held).state.clock("clean")
    assert resumed is not None
    assert CHINA.local(resumed.due_at) == CHINA.local(NOW).replace(month=12, day=1)


@pytest.mark.parametrize(
    ("clock", "code"), [(BOIL.but(may_be_held=False), "not_holdable"), (BOIL.but(name="other"), "not_running")]
)
def test_a_hold_is_refused_where_it_may_not_be(clock: Clock, code: str) -> None:
    kettle, _ = started(clock)
    with pytest.raises(Refused) as refused:
        CLOCKS_OF_KETTLES.hold("boil_6d", "等待客户", at(NOW))(kettle)
    assert refused.value.code == code


def test_a_clock_is_not_held_twice_nor_resumed_when_it_runs() -> None:
    kettle, _ = started()
    with pytest.raises(Refused, match="only a held clock is resumed"):
        CLOCKS_OF_KETTLES.resume("boil_6d", at(NOW))(kettle)
    held = CLOCKS_OF_KETTLES.hold("boil_6d", "等待客户", at(NOW))(kettle).state
    with pytest.raises(Refused, match="stands still already"):
        CLOCKS_OF_KETTLES.hold("boil_6d", "等待客户", at(NOW))(held)


def test_a_duty_that_goes_to_a_person_tells_who_had_it_before_and_why() -> None:
    kettle, run = started(assignee="li")
    change = CLOCKS_OF_KETTLES.reassign(run.id, "wang", "李休假", at(NOW))(kettle)
    (given,) = change.state.running
    assert change.events == (Reassigned(before="li", reason="李休假", **told(given)),)
    assert given.assignee == "wang"
    assert CLOCKS_OF_KETTLES.assign("wang", "案件负责人", at(NOW))(change.state).events == ()
    with pytest.raises(NotFound):
        CLOCKS_OF_KETTLES.reassign(uuid4(), "wang", "李休假", at(NOW))(kettle)


def test_a_duty_that_goes_to_a_role_runs_on_under_its_id_and_is_of_no_person() -> None:
    kettle, run = started(assignee="li")
    change = CLOCKS_OF_KETTLES.entrust(run.id, Role.GM, "归总经理", at(NOW))(kettle)
    (given,) = change.state.clocks
    assert change.events == (Set(policy_version=3, warn_at=run.warn_at, **told(given)),)
    assert (given.id, given.due_at, given.clock.role, given.assignee) == (run.id, run.due_at, Role.GM, None)
    (handover,) = given.handovers
    assert (handover.before, handover.before_role, handover.after, handover.after_role) == (
        "li",
        run.clock.role,
        None,
        Role.GM,
    )


def test_a_duty_that_goes_to_a_role_may_get_another_end_with_its_warnings() -> None:
    kettle, run = started()
    later = run.due_at + timedelta(days=1)
    change = CLOCKS_OF_KETTLES.entrust(run.id, run.clock.role, "改期", at(NOW), due_at=later)(kettle)
    (given,) = change.state.clocks
    moved = tuple(each + timedelta(days=1) for each in run.warn_at)
    assert (given.due_at, given.set_by_hand, given.warn_at, given.handovers) == (later, True, moved, ())
    with pytest.raises(NotFound):
        CLOCKS_OF_KETTLES.entrust(uuid4(), Role.GM, "归总经理", at(NOW))(kettle)


def test_a_duty_that_gets_another_end_stays_the_person_s_who_took_it() -> None:
    kettle, run = started(assignee="li")
    later = run.due_at + timedelta(days=1)
    change = CLOCKS_OF_KETTLES.end_at(run.id, later, at(NOW))(kettle)
    (given,) = change.state.clocks
    assert change.events == (Set(policy_version=3, warn_at=given.warn_at, **told(given)),)
    assert (given.id, given.due_at, given.set_by_hand, given.assignee, given.handovers) == (
        run.id,
        later,
        True,
        "li",
        (),
    )


def test_a_held_duty_has_of_another_end_what_is_left_when_it_is_named() -> None:
    kettle, run = started()
    held = CLOCKS_OF_KETTLES.hold("boil_6d", "等待客户", at(NOW + timedelta(days=1)), mark="answer")(kettle).state
    named, resumed = NOW + timedelta(days=3), NOW + timedelta(days=7)
    given = CLOCKS_OF_KETTLES.entrust(run.id, Role.GM, "归总经理", at(named), due_at=named + timedelta(days=2))(held)
    (goes_on,) = CLOCKS_OF_KETTLES.resume("boil_6d", at(resumed))(given.state).state.running
    assert goes_on.due_at == resumed + timedelta(days=2)
    assert [(hold.since, hold.until, hold.mark) for hold in goes_on.holds] == [
        (NOW + timedelta(days=1), named, "answer"),
        (named, resumed, "answer"),
    ]


def test_a_duty_that_was_missed_gets_no_other_end() -> None:
    kettle, run = started()
    missed, _ = pass_time(kettle, run.due_at)
    later = run.due_at + timedelta(days=1)
    for decide in (
        CLOCKS_OF_KETTLES.end_at(run.id, later, at(run.due_at)),
        CLOCKS_OF_KETTLES.entrust(run.id, Role.GM, "归总经理", at(run.due_at), due_at=later),
    ):
        with pytest.raises(Refused, match="has run out already"):
            decide(missed)


def test_a_clock_knows_what_started_it() -> None:
    because = Cause(
        id=uuid4(), correlation=uuid4(), actor=Actor(kind="department", id="finance"), at=NOW, kind="event",
        what="finance.payment_received.v1",
    )  # fmt: skip
    change = CLOCKS_OF_KETTLES.start(BOIL, MATTER, because, policy=POLICY)(Kettle(id=uuid4()))
    origin = change.state.clocks[0].origin
    assert (origin.cause, origin.kind, origin.what, origin.actor.id) == (
        because.id,
        "event",
        "finance.payment_received.v1",
        "finance",
    )


def changed_calendar(**days: frozenset[date]) -> Clocks:
    own = Holidays(name="holidays", version=2, in_force_from=date(2026, 1, 1), approved_by="gm", **days)  # type: ignore[arg-type]
    return Clocks(CLOCKS_OF_KETTLES._announce, Calendar(holidays=Policies([own])))


def test_a_running_clock_follows_a_change_of_the_calendar() -> None:
    kettle, run = started(WORKED)
    clocks = changed_calendar(days_off=frozenset({date(2026, 11, 24)}))

    change = clocks.follow_calendar(at(NOW))(kettle)

    (followed,) = change.state.running
    assert followed.due_at == run.due_at + timedelta(days=1)
    assert followed.calendar == clocks.calendar.version
    assert [type(event) for event in change.events] == [Set]
    assert clocks.follow_calendar(at(NOW))(change.state).events == ()


def test_a_clock_of_calendar_days_or_with_an_end_of_its_own_does_not_follow_the_calendar() -> None:
    clocks = changed_calendar(days_off=frozenset({date(2026, 11, 24)}))
    kettle, _ = started()
    assert clocks.follow_calendar(at(NOW))(kettle).state == kettle
    for end in (NOW + timedelta(days=2), GivenEnd(NOW + timedelta(days=2), "发货日")):
        fixed, run = started(WORKED, due_at=end)
        assert [run.due_at] == [each.due_at for each in clocks.follow_calendar(at(NOW))(fixed).state.running]


DAY_OFF = st.dates(date(2026, 11, 21), date(2026, 12, 20))


@given(
    off=st.frozensets(DAY_OFF, max_size=4), held=st.integers(0, 70), for_=st.integers(1, 300), when=st.integers(0, 2)
)
def test_a_clock_that_is_held_ends_alike_whenever_the_calendar_changes(
    off: frozenset[date], held: int, for_: int, when: int
) -> None:
    kettle, run = started(WORKED)
    clocks, since = changed_calendar(days_off=off), min(NOW + timedelta(hours=held), run.due_at - timedelta(hours=1))
    until = since + timedelta(hours=for_)
    steps = [
        CLOCKS_OF_KETTLES.hold("clean", "等待客户", at(since)),
        (clocks if when < 2 else CLOCKS_OF_KETTLES).resume("clean", at(until)),
    ]
    steps.insert(when, clocks.follow_calendar(at(since if when < 2 else until)))
    for step in steps:
        kettle = step(kettle).state

    (ended,) = kettle.running
    first = clocks.follow_calendar(at(NOW))(started(WORKED)[0]).state
    again = clocks.resume("clean", at(until))(clocks.hold("clean", "等待客户", at(since))(first).state).state
    assert (ended.due_at, ended.calendar) == (again.running[0].due_at, clocks.calendar.version)


def test_a_ladder_of_several_roles_needs_a_patience() -> None:
    with pytest.raises(ValueError, match="needs a patience"):
        Clock(name="x", title="x", term=Within(days=1), role=Role.GM, ladder=(Role.GM, Role.DEPUTY_GM))


class Shelf(Frozen):
    tidy: Clock


class Kitchen(TimedPolicy):
    """Clocks as a field, in a part, in a tuple and in a mapping."""

    boil: Clock
    shelf: Shelf
    rounds: tuple[Clock, ...]
    by_day: dict[str, Clock]


KITCHEN: dict[str, object] = {
    "name": "kitchen",
    "version": 1,
    "in_force_from": date(2026, 1, 1),
    "approved_by": "cook",
    "boil": BOIL,
    "shelf": Shelf(tidy=BOIL.but(name="tidy")),
    "rounds": (BOIL.but(name="morning"),),
    "by_day": {"monday": BOIL.but(name="monday")},
}


def test_a_policy_knows_its_clocks_however_deep_they_lie() -> None:
    names = [clock.name for clock in Kitchen.model_validate(KITCHEN).clocks]
    assert names == ["boil_6d", "tidy", "morning", "monday"]


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("boil", BOIL.but(name="tidy"), "tidy"),
        ("rounds", (BOIL.but(name="monday"),), "monday"),
        ("by_day", {"tuesday": BOIL}, "boil_6d"),
    ],
)
def test_no_two_clocks_of_a_policy_are_of_one_name(field: str, value: object, name: str) -> None:
    with pytest.raises(ValidationError, match=f"used twice: {name}"):
        Kitchen.model_validate({**KITCHEN, field: value})


def test_a_miss_of_every_clock_goes_to_a_role() -> None:
    with pytest.raises(ValidationError, match="missing: clean"):
        Kitchen.model_validate({**KITCHEN, "by_day": {"monday": WORKED}})


def test_an_aggregate_forgets_the_oldest_ended_runs_and_no_running_one() -> None:
    kettle, _ = started(WORKED)
    for hour in range(60):
        moment = at(NOW + timedelta(hours=hour))
        kettle = CLOCKS_OF_KETTLES.start(BOIL, MATTER, moment, policy=POLICY)(kettle).state
    assert len(kettle.clocks) == 42
    assert {run.clock.name for run in kettle.running} == {"clean", "boil_6d"}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["start", "stop", "drop", "hold", "resume", "assign", "entrust", "entrust_until", "wait"]),
        st.integers(0, 72),
    ),
    max_size=30,
)


@given(STEPS)
def test_whatever_happens_each_run_is_set_first_and_ends_once(steps: list[tuple[str, int]]) -> None:
    kettle, events, now = Kettle(id=uuid4()), list[Event](), NOW
    for what, hours in steps:
        now += timedelta(hours=hours)
        kettle, said = pass_time(kettle, now)
        events += said
        first = next((run.id for run in kettle.running), uuid4())
        decide = {
            "start": CLOCKS_OF_KETTLES.start(BOIL, MATTER, at(now), policy=POLICY),
            "stop": CLOCKS_OF_KETTLES.stop("boil_6d", cause=at(now)),
            "drop": CLOCKS_OF_KETTLES.drop("boil_6d", cause=at(now)),
            "hold": CLOCKS_OF_KETTLES.hold("boil_6d", "等待客户", at(now)),
            "resume": CLOCKS_OF_KETTLES.resume("boil_6d", at(now)),
            "assign": CLOCKS_OF_KETTLES.assign("li", "接手", at(now)),
            "entrust": CLOCKS_OF_KETTLES.entrust(first, Role.GM, "归总经理", at(now)),
            "entrust_until": CLOCKS_OF_KETTLES.entrust(
                first, Role.GM, "归总经理", at(now), due_at=now + timedelta(days=2)
            ),
            "wait": CLOCKS_OF_KETTLES.stop("clean", cause=at(now)),
        }[what]
        try:
            change = decide(kettle)
        except (Refused, NotFound):
            continue
        kettle, events = change.state, [*events, *change.events]
    by_id: dict[object, list[Event]] = {}
    for event in events:
        by_id.setdefault(event.deadline_id, []).append(event)  # type: ignore[attr-defined]
    for run in by_id.values():
        assert isinstance(run[0], Set)
        assert [place for place, event in enumerate(run) if isinstance(event, Met)] in ([], [len(run) - 1])
        assert [event.rung for event in run if isinstance(event, Missed)] in ([], [1], [1, 2])
    assert len([run for run in by_id.values() if not isinstance(run[-1], Met)]) == len(kettle.running)


def test_a_clock_that_stands_still_is_judged_by_the_moment_at_which_it_was_held() -> None:
    kettle, run = started()
    held = CLOCKS_OF_KETTLES.hold("boil_6d", "等待客户", at(NOW + timedelta(days=2)))(kettle).state
    done = CLOCKS_OF_KETTLES.stop("boil_6d", cause=at(NOW + timedelta(days=60)))(held)
    assert done.events == (Met(met_at=NOW + timedelta(days=60), outcome="in_time", **told(run)),)
    assert done.state.clocks[0].holds[-1].until == NOW + timedelta(days=60)


@pytest.mark.parametrize("late", [timedelta(), timedelta(minutes=5)])
def test_a_clock_whose_time_is_over_is_not_held_although_nothing_has_said_so_yet(late: timedelta) -> None:
    kettle, run = started()
    with pytest.raises(Refused, match="has run out already"):
        CLOCKS_OF_KETTLES.hold("boil_6d", "等待客户", at(run.due_at + late))(kettle)


def test_the_hour_that_was_left_of_a_working_term_is_left_after_the_hold() -> None:
    kettle, run = started(WORKED)
    since, until = run.due_at - timedelta(hours=1), run.due_at + timedelta(days=1, hours=5)
    held = CLOCKS_OF_KETTLES.hold("clean", "等待客户", at(since))(kettle).state
    resumed = CLOCKS_OF_KETTLES.resume("clean", at(until))(held).state.clock("clean")
    assert resumed is not None
    assert resumed.due_at == until + timedelta(hours=1)


def test_a_run_is_held_and_resumed_by_its_own_id() -> None:
    kettle, first = started()
    later = at(NOW + timedelta(days=1))
    replaced = CLOCKS_OF_KETTLES.start(BOIL, MATTER, later, policy=POLICY)(kettle).state
    with pytest.raises(NotFound):
        CLOCKS_OF_KETTLES.hold(first.id, "等待客户", later)(replaced)
    (second,) = replaced.running
    held = CLOCKS_OF_KETTLES.hold(second.id, "等待客户", later)(replaced).state
    assert CLOCKS_OF_KETTLES.resume(second.id, later)(held).state.running[0].held is False


def test_a_calendar_that_moves_no_end_is_still_known_to_the_list() -> None:
    kettle, run = started(WORKED)
    clocks = changed_calendar(days_off=frozenset({date(2026, 12, 31)}))
    change = clocks.follow_calendar(at(NOW))(kettle)
    assert [type(event) for event in change.events] == [Set]
    assert change.state.running[0].due_at == run.due_at
